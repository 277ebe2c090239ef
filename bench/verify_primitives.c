/* SPDX-License-Identifier: Apache-2.0 */
/* Signature checks by Mbed TLS alone; the linker leads every call of psa_verify_hash() past the counter here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../tests/support/pki.h"
#include "verify.h"

static struct {
    enum pki_kind kind;
    size_t bits;
    psa_key_type_t type;
    psa_algorithm_t algorithm, hash;
    psa_key_id_t id;
    uint8_t digest[64], signature[PKI_SIGNATURE_MAX];
    size_t digest_size, signature_size;
} kinds[SIGNATURE_KINDS] = {
    [SIGNATURE_P256] = {.kind = PKI_P256,
                        .bits = 256,
                        .type = PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1),
                        .algorithm = PSA_ALG_ECDSA(PSA_ALG_SHA_256),
                        .hash = PSA_ALG_SHA_256},
    [SIGNATURE_P384] = {.kind = PKI_P384,
                        .bits = 384,
                        .type = PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1),
                        .algorithm = PSA_ALG_ECDSA(PSA_ALG_SHA_384),
                        .hash = PSA_ALG_SHA_384},
    [SIGNATURE_RSA4096] = {.kind = PKI_RSA_1,
                           .bits = 4096,
                           .type = PSA_KEY_TYPE_RSA_PUBLIC_KEY,
                           .algorithm = PSA_ALG_RSA_PSS(PSA_ALG_SHA_384),
                           .hash = PSA_ALG_SHA_384},
};

static unsigned counted;

psa_status_t __real_psa_verify_hash(psa_key_id_t, psa_algorithm_t, const uint8_t *, size_t, const uint8_t *,
                                    size_t);
psa_status_t __wrap_psa_verify_hash(psa_key_id_t, psa_algorithm_t, const uint8_t *, size_t, const uint8_t *,
                                    size_t);
psa_status_t __wrap_psa_verify_hash(psa_key_id_t key, psa_algorithm_t algorithm, const uint8_t *digest,
                                    size_t digest_size, const uint8_t *signature, size_t signature_size)
{
    counted++;
    return __real_psa_verify_hash(key, algorithm, digest, digest_size, signature, signature_size);
}

unsigned checks_counted(void)
{
    const unsigned count = counted;
    counted = 0;
    return count;
}

double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void need(psa_status_t status)
{
    if (status != PSA_SUCCESS) {
        (void)fprintf(stderr, "verify: Mbed TLS: %d\n", (int)status);
        exit(1);
    }
}

void primitives_make(void)
{
    const struct span message = SPAN_LITERAL("bench");
    for (size_t i = 0; i < SIGNATURE_KINDS; i++) {
        psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
        struct pki_key key;
        uint8_t public[600];
        size_t size;
        pki_key_make(&key, kinds[i].kind);
        kinds[i].signature_size = pki_sign(&key, message, kinds[i].signature);
        need(psa_hash_compute(kinds[i].hash, message.data, message.size, kinds[i].digest,
                              sizeof kinds[i].digest, &kinds[i].digest_size));
        need(psa_export_public_key(key.id, public, sizeof public, &size));
        psa_set_key_type(&attributes, kinds[i].type);
        psa_set_key_bits(&attributes, kinds[i].bits);
        psa_set_key_algorithm(&attributes, kinds[i].algorithm);
        psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_VERIFY_HASH);
        need(psa_import_key(&attributes, public, size, &kinds[i].id));
        pki_key_free(&key);
    }
}

double primitive_seconds(enum signature_kind kind, double at_least)
{
    const double start = now();
    unsigned count = 0;
    do {
        need(psa_verify_hash(kinds[kind].id, kinds[kind].algorithm, kinds[kind].digest,
                             kinds[kind].digest_size, kinds[kind].signature, kinds[kind].signature_size));
        count++;
    } while (now() - start < at_least);
    return (now() - start) / count;
}
