/* SPDX-License-Identifier: Apache-2.0 */
/* Forged evidence. */
#include "forge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>

void forge_key_make(struct forge_key *key, const char *name, const struct forge_key *issuer, bool authority)
{
    struct casemate_error err = {0};
    mbedtls_pk_context own, signer;
    mbedtls_pk_init(&own);
    mbedtls_pk_init(&signer);
    (void)snprintf(key->name, sizeof key->name, "CN=%s", name);
    assert_int_equal(certificate_key(true, &key->id, &err), 0);
    assert_int_equal(mbedtls_pk_copy_from_psa(key->id, &own), 0);
    assert_int_equal(mbedtls_pk_copy_from_psa(issuer ? issuer->id : key->id, &signer), 0);
    const struct certificate_wish wish = {.subject = key->name,
                                          .issuer = issuer ? issuer->name : key->name,
                                          .key = &own,
                                          .signer = &signer,
                                          .authority = authority,
                                          .years = 1};
    assert_int_equal(certificate_make(&wish, &key->certificate, &err), 0);
    mbedtls_pk_free(&own);
    mbedtls_pk_free(&signer);
}

void forge_key_free(struct forge_key *key)
{
    (void)psa_destroy_key(key->id);
}

static struct span finish(const struct cbor_writer *w)
{
    struct span encoded;
    assert_int_equal(cbor_writer_finish(w, &encoded), 0);
    return encoded;
}

static struct span put_protected(const struct forge_wish *wish, uint8_t *to, size_t capacity)
{
    struct cbor_writer w;
    cbor_writer_init(&w, to, capacity);
    cbor_put_map(&w, 2);
    cbor_put_uint(&w, 1);
    cbor_put_int(&w, wish->algorithm);
    cbor_put_uint(&w, 33);
    if (wish->chain_count != 1)
        cbor_put_array(&w, wish->chain_count);
    for (size_t i = 0; i < wish->chain_count; i++)
        cbor_put_bytes(&w, wish->chain[i]);
    return finish(&w);
}

static void sign(const struct forge_wish *wish, const struct cose_sign1 *c, uint8_t signature[96])
{
    uint8_t digest[48];
    size_t size;
    assert_int_equal(cose_sign1_digest(c, digest), 0);
    assert_int_equal(psa_sign_hash(wish->signer->id, PSA_ALG_ECDSA(PSA_ALG_SHA_384), digest, sizeof digest,
                                   signature, 96, &size),
                     PSA_SUCCESS);
    signature[50] ^= wish->bad_signature;
}

size_t forge_evidence(const struct forge_wish *wish, uint8_t to[FORGE_EVIDENCE_MAX])
{
    static uint8_t header[FORGE_EVIDENCE_MAX];
    uint8_t claims[PROCESS_EAT_SIZE_MAX], signature[COSE_SIGNATURE_SIZE];
    size_t claims_size;
    struct cbor_writer w;
    assert_int_equal(process_eat_encode(&wish->claims, claims, sizeof claims, &claims_size), 0);
    struct cose_sign1 c = {.protected_header = put_protected(wish, header, sizeof header),
                           .payload = span_of(claims, claims_size)};
    sign(wish, &c, signature);
    cbor_writer_init(&w, to, FORGE_EVIDENCE_MAX);
    cbor_put_tag(&w, 18);
    cbor_put_array(&w, 4);
    cbor_put_bytes(&w, c.protected_header);
    cbor_put_map(&w, wish->unprotected ? 1 : 0);
    if (wish->unprotected) {
        cbor_put_uint(&w, 4);
        cbor_put_bytes(&w, SPAN_LITERAL("unsigned"));
    }
    cbor_put_bytes(&w, c.payload);
    cbor_put_bytes(&w, span_of(signature, sizeof signature - wish->short_signature));
    return finish(&w).size;
}
