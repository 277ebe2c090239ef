/* SPDX-License-Identifier: Apache-2.0 */
/* The verifier's own key: made and read through Mbed TLS, used through PSA. */
#include <mbedtls/pk.h>
#include <mbedtls/psa_util.h>
#include <psa/crypto.h>
#include <string.h>

#include "ear.h"

static int failed(struct casemate_error *err, const char *what)
{
    return casemate_fail(err, E_INTERNAL, "%s of a verifier's key failed", what);
}

static int not_a_key(struct casemate_error *err, const char *found)
{
    (void)casemate_fail_expected(err, E_CONFIG, "a private key on P-256 or P-384, in PEM", found,
                                 "This is no key for attestation results");
    return casemate_next(err, "casemate key --ear -o FILE makes one.");
}

/* Texts and point of a key that PSA has. */
static int complete(struct ear_key *key, mbedtls_pk_context *pk, struct casemate_error *err)
{
    size_t size;
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    bool good = psa_get_key_attributes(key->id, &attributes) == PSA_SUCCESS;
    key->bits = (unsigned)psa_get_key_bits(&attributes);
    psa_reset_key_attributes(&attributes);
    good = good && psa_export_public_key(key->id, key->point, sizeof key->point, &size) == PSA_SUCCESS &&
           mbedtls_pk_write_pubkey_pem(pk, (unsigned char *)key->public_text, sizeof key->public_text) == 0 &&
           mbedtls_pk_write_key_pem(pk, (unsigned char *)key->private_text, sizeof key->private_text) == 0;
    return good ? 0 : failed(err, "Writing");
}

int ear_key_make(struct ear_key *key, struct casemate_error *err)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    mbedtls_pk_context pk;
    *key = (struct ear_key){0};
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attributes, 256);
    psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_SHA_256));
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_MESSAGE | PSA_KEY_USAGE_EXPORT);
    if (psa_generate_key(&attributes, &key->id) != PSA_SUCCESS)
        return failed(err, "Making");
    mbedtls_pk_init(&pk);
    int error =
        mbedtls_pk_copy_from_psa(key->id, &pk) == 0 ? complete(key, &pk, err) : failed(err, "Copying");
    mbedtls_pk_free(&pk);
    if (error)
        ear_key_free(key);
    return error;
}

static int import(struct ear_key *key, mbedtls_pk_context *pk, struct casemate_error *err)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    if (!mbedtls_pk_can_do(pk, MBEDTLS_PK_ECDSA))
        return not_a_key(err, "a key of another kind");
    size_t bits = mbedtls_pk_get_bitlen(pk);
    if (bits != 256 && bits != 384)
        return not_a_key(err, "a key on another curve");
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attributes, bits);
    psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(bits == 256 ? PSA_ALG_SHA_256 : PSA_ALG_SHA_384));
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_MESSAGE);
    if (mbedtls_pk_import_into_psa(pk, &attributes, &key->id) != 0)
        return failed(err, "Importing");
    return complete(key, pk, err);
}

int ear_key_parse(struct span pem, struct ear_key *key, struct casemate_error *err)
{
    unsigned char text[4096]; /* Mbed TLS wants a NUL behind it */
    mbedtls_pk_context pk;
    *key = (struct ear_key){0};
    if (pem.size == 0 || pem.size >= sizeof text)
        return not_a_key(err, "a file of another size");
    memcpy(text, pem.data, pem.size);
    text[pem.size] = 0;
    mbedtls_pk_init(&pk);
    int error = mbedtls_pk_parse_key(&pk, text, pem.size + 1, NULL, 0, mbedtls_psa_get_random,
                                     MBEDTLS_PSA_RANDOM_STATE) == 0
                    ? import(key, &pk, err)
                    : not_a_key(err, "something else");
    mbedtls_pk_free(&pk);
    bytes_wipe(text, sizeof text);
    if (error)
        ear_key_free(key);
    return error;
}

void ear_key_free(struct ear_key *key)
{
    if (key->id)
        (void)psa_destroy_key(key->id);
    bytes_wipe(key, sizeof *key);
}
