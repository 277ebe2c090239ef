/* SPDX-License-Identifier: Apache-2.0 */
/* A warden's leaf, and the evidence that it signs. */
#include "evidence.h"

#include <mbedtls/x509_crt.h>
#include <stdlib.h>
#include <string.h>

#include "../../proto/cose.h"
#include "../../proto/eat.h"
#include "root.h"

enum { LEAF_YEARS = 1, PROTECTED_SIZE_MAX = 2 * CERTIFICATE_SIZE_MAX + 32 };

_Static_assert(PROCESS_EVIDENCE_SIZE_MAX >=
                   PROTECTED_SIZE_MAX + PROCESS_EAT_SIZE_MAX + COSE_SIGNATURE_SIZE + 32,
               "evidence always fits");

struct process_leaf {
    psa_key_id_t key;
    uint8_t protected_header[PROTECTED_SIZE_MAX]; /* the same for everything that it signs */
    size_t protected_size;
};

void process_leaf_free(struct process_leaf *leaf)
{
    if (!leaf)
        return;
    (void)psa_destroy_key(leaf->key);
    free(leaf);
}

static int root_name(const struct process_root *root, char *name, size_t capacity, struct casemate_error *err)
{
    mbedtls_x509_crt crt;
    mbedtls_x509_crt_init(&crt);
    int status = mbedtls_x509_crt_parse_der_nocopy(&crt, root->certificate.der, root->certificate.size);
    if (!status)
        status = mbedtls_x509_dn_gets(name, capacity, &crt.subject);
    mbedtls_x509_crt_free(&crt);
    return status > 0 ? 0 : certificate_failed(err, "Reading the root's name", status);
}

/* Certificate of the leaf, signed by the root, then the header that holds both. */
static int certify(const struct process_root *root, struct process_leaf *leaf, struct casemate_error *err)
{
    struct certificate own;
    char issuer[256];
    mbedtls_pk_context pk;
    if (root_name(root, issuer, sizeof issuer, err))
        return -1;
    mbedtls_pk_init(&pk);
    int status = mbedtls_pk_copy_public_from_psa(leaf->key, &pk);
    int error = status ? certificate_failed(err, "Taking the leaf's public key", status) : 0;
    const struct certificate_wish wish = {
        .subject = "O=Casemate,CN=Casemate process warden",
        .issuer = issuer,
        .key = &pk,
        /* The interface of Mbed TLS has no const; it only signs with it. */
        .signer = (mbedtls_pk_context *)(uintptr_t)&root->key,
        .years = LEAF_YEARS,
    };
    if (!error)
        error = certificate_make(&wish, &own, err);
    mbedtls_pk_free(&pk);
    if (error)
        return error;
    const struct span chain[] = {span_of(own.der, own.size), process_root_certificate(root)};
    if (cose_protected_encode(chain, 2, leaf->protected_header, sizeof leaf->protected_header,
                              &leaf->protected_size))
        return casemate_fail(err, E_LIMIT, "The certificates of the process TEE are too large");
    return 0;
}

int process_leaf_new(const struct process_root *root, struct process_leaf **leaf, struct casemate_error *err)
{
    *leaf = NULL;
    struct process_leaf *made = calloc(1, sizeof *made);
    if (!made)
        return casemate_fail(err, E_NOMEM, "No memory for the warden's key");
    if (certificate_key(false, &made->key, err) || certify(root, made, err)) {
        process_leaf_free(made);
        return -1;
    }
    *leaf = made;
    return 0;
}

static int encode_claims(const struct process_evidence *e, uint8_t *to, size_t capacity, size_t *size)
{
    struct process_eat eat = {
        .issued_at = e->issued_at,
        .debug = e->debug ? EAT_DEBUG_ENABLED : EAT_DEBUG_DISABLED,
        .profile = SPAN_LITERAL(PROCESS_EAT_PROFILE),
        .enforced_by = SPAN_LITERAL("process"),
    };
    memcpy(eat.report_data, e->report_data, sizeof eat.report_data);
    memcpy(eat.measurement, e->measurement, sizeof eat.measurement);
    memcpy(eat.boot, e->boot, sizeof eat.boot);
    return process_eat_encode(&eat, to, capacity, size);
}

static int sign(const struct process_leaf *leaf, const struct cose_sign1 *c,
                uint8_t signature[COSE_SIGNATURE_SIZE], struct casemate_error *err)
{
    uint8_t digest[48];
    size_t size = 0;
    if (cose_sign1_digest(c, digest))
        return casemate_fail(err, E_INTERNAL, "The evidence cannot be hashed");
    psa_status_t status = psa_sign_hash(leaf->key, PSA_ALG_ECDSA(PSA_ALG_SHA_384), digest, sizeof digest,
                                        signature, COSE_SIGNATURE_SIZE, &size);
    return status == PSA_SUCCESS ? 0 : certificate_failed(err, "Signing the evidence", status);
}

int process_evidence_sign(const struct process_leaf *leaf, const struct process_evidence *e, uint8_t *to,
                          size_t capacity, size_t *size, struct casemate_error *err)
{
    uint8_t claims[PROCESS_EAT_SIZE_MAX], signature[COSE_SIGNATURE_SIZE];
    size_t claims_size;
    if (encode_claims(e, claims, sizeof claims, &claims_size))
        return casemate_fail(err, E_INTERNAL, "The claims of the process TEE cannot be encoded");
    struct cose_sign1 c = {
        .protected_header = span_of(leaf->protected_header, leaf->protected_size),
        .payload = span_of(claims, claims_size),
        .signature = span_of(signature, sizeof signature),
    };
    if (sign(leaf, &c, signature, err))
        return -1;
    if (cose_sign1_encode(&c, to, capacity, size))
        return casemate_fail(err, E_LIMIT, "No room for the evidence of the process TEE");
    return 0;
}
