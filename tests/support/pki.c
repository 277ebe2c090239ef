/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates and revocation lists of the tests. */
#include "pki.h"

#include <stdio.h>
#include <stdlib.h>

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions" /* the compiler has #embed in every mode */
static const uint8_t rsa_1[] = {
#embed "keys/rsa4096-1.der"
};
static const uint8_t rsa_2[] = {
#embed "keys/rsa4096-2.der"
};
static const uint8_t rsa_3[] = {
#embed "keys/rsa4096-3.der"
};
#pragma clang diagnostic pop

static void must(bool condition, const char *what)
{
    if (condition)
        return;
    (void)fprintf(stderr, "%s\n", what);
    abort();
}

static const struct {
    psa_key_type_t type;
    size_t bits;
    psa_algorithm_t signature, hash;
    const char *curve;
    struct span fixed;
} kinds[] = {
    [PKI_P256] = {PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1),
                  256,
                  PSA_ALG_ECDSA(PSA_ALG_SHA_256),
                  PSA_ALG_SHA_256,
                  "1.2.840.10045.3.1.7",
                  {NULL, 0}},
    [PKI_P384] = {PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1),
                  384,
                  PSA_ALG_ECDSA(PSA_ALG_SHA_384),
                  PSA_ALG_SHA_384,
                  "1.3.132.0.34",
                  {NULL, 0}},
    [PKI_RSA_1] = {PSA_KEY_TYPE_RSA_KEY_PAIR,
                   4096,
                   PSA_ALG_RSA_PSS(PSA_ALG_SHA_384),
                   PSA_ALG_SHA_384,
                   NULL,
                   {rsa_1, sizeof rsa_1}},
    [PKI_RSA_2] = {PSA_KEY_TYPE_RSA_KEY_PAIR,
                   4096,
                   PSA_ALG_RSA_PSS(PSA_ALG_SHA_384),
                   PSA_ALG_SHA_384,
                   NULL,
                   {rsa_2, sizeof rsa_2}},
    [PKI_RSA_3] = {PSA_KEY_TYPE_RSA_KEY_PAIR,
                   4096,
                   PSA_ALG_RSA_PSS(PSA_ALG_SHA_384),
                   PSA_ALG_SHA_384,
                   NULL,
                   {rsa_3, sizeof rsa_3}},
};

/* ---- keys ---- */

static void write_spki(struct pki_key *key)
{
    static _Thread_local struct der d;
    uint8_t public[600];
    size_t size;
    const char *curve = kinds[key->kind].curve;
    d.size = 0;
    must(psa_export_public_key(key->id, public, sizeof public, &size) == PSA_SUCCESS, "no public key");
    size_t whole = der_begin(&d, DER_SEQUENCE), algorithm = der_begin(&d, DER_SEQUENCE);
    der_oid(&d, curve ? "1.2.840.10045.2.1" : "1.2.840.113549.1.1.1");
    if (curve)
        der_oid(&d, curve);
    else
        der_put(&d, DER_NULL, span_of(NULL, 0));
    der_end(&d, algorithm);
    der_bits(&d, span_of(public, size), 0);
    der_end(&d, whole);
    must(d.size <= sizeof key->spki, "the public key is too long");
    memcpy(key->spki, d.bytes, d.size);
    key->spki_size = d.size;
}

void pki_key_make(struct pki_key *key, enum pki_kind kind)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    const struct span fixed = kinds[kind].fixed;
    psa_set_key_type(&attributes, kinds[kind].type);
    psa_set_key_bits(&attributes, kinds[kind].bits);
    psa_set_key_algorithm(&attributes, kinds[kind].signature);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
    *key = (struct pki_key){.kind = kind};
    must((fixed.size ? psa_import_key(&attributes, fixed.data, fixed.size, &key->id)
                     : psa_generate_key(&attributes, &key->id)) == PSA_SUCCESS,
         "no key could be made");
    write_spki(key);
}

void pki_key_free(struct pki_key *key)
{
    (void)psa_destroy_key(key->id);
    *key = (struct pki_key){0};
}

struct span pki_point(const struct pki_key *key)
{
    const size_t size = 2 * kinds[key->kind].bits / 8;
    return span_of(key->spki + key->spki_size - size, size);
}

size_t pki_sign(const struct pki_key *key, struct span message, uint8_t signature[PKI_SIGNATURE_MAX])
{
    uint8_t digest[64];
    size_t digest_size = 0, size = 0;
    must(psa_hash_compute(kinds[key->kind].hash, message.data, message.size, digest, sizeof digest,
                          &digest_size) == PSA_SUCCESS &&
             psa_sign_hash(key->id, kinds[key->kind].signature, digest, digest_size, signature,
                           PKI_SIGNATURE_MAX, &size) == PSA_SUCCESS,
         "no signature could be made");
    return size;
}

/* ---- parts of both ---- */

static void put_digest_algorithm(struct der *d)
{
    size_t mark = der_begin(d, DER_SEQUENCE);
    der_oid(d, "2.16.840.1.101.3.4.2.2"); /* SHA-384 */
    der_put(d, DER_NULL, span_of(NULL, 0));
    der_end(d, mark);
}

/* RSASSA-PSS-params (RFC 4055, section 3.1). */
static void put_pss(struct der *d)
{
    size_t whole = der_begin(d, DER_SEQUENCE), part = der_begin(d, DER_CONTEXT + 0);
    put_digest_algorithm(d);
    der_end(d, part);
    part = der_begin(d, DER_CONTEXT + 1);
    size_t mask = der_begin(d, DER_SEQUENCE);
    der_oid(d, "1.2.840.113549.1.1.8"); /* MGF1 */
    put_digest_algorithm(d);
    der_end(d, mask);
    der_end(d, part);
    part = der_begin(d, DER_CONTEXT + 2);
    der_uint(d, 48);
    der_end(d, part);
    der_end(d, whole);
}

static void put_algorithm(struct der *d, const struct pki_key *signer)
{
    size_t mark = der_begin(d, DER_SEQUENCE);
    if (signer->kind == PKI_P256 || signer->kind == PKI_P384) {
        der_oid(d, signer->kind == PKI_P256 ? "1.2.840.10045.4.3.2" : "1.2.840.10045.4.3.3");
    } else {
        der_oid(d, "1.2.840.113549.1.1.10");
        put_pss(d);
    }
    der_end(d, mark);
}

static void put_name(struct der *d, const char *common_name)
{
    size_t whole = der_begin(d, DER_SEQUENCE), set = der_begin(d, DER_SET), one = der_begin(d, DER_SEQUENCE);
    der_oid(d, "2.5.4.3");
    der_put(d, DER_UTF8_STRING, span_text(common_name));
    der_end(d, one);
    der_end(d, set);
    der_end(d, whole);
}

static void put_extension(struct der *d, const char *oid, bool critical, struct span value)
{
    size_t mark = der_begin(d, DER_SEQUENCE);
    der_oid(d, oid);
    if (critical)
        der_boolean(d, true);
    der_put(d, DER_OCTET_STRING, value);
    der_end(d, mark);
}

/* What stands in *d is signed, and becomes the first part of the whole. */
static struct span finish(struct der *d, const struct pki_key *signer, bool bad)
{
    static _Thread_local struct der value;
    uint8_t signature[PKI_SIGNATURE_MAX];
    size_t size = pki_sign(signer, der_span(d), signature);
    signature[size / 2 - 1] ^= bad;
    value.size = 0;
    if (signer->kind == PKI_P256 || signer->kind == PKI_P384) {
        size_t mark = der_begin(&value, DER_SEQUENCE);
        der_number(&value, span_of(signature, size / 2));
        der_number(&value, span_of(signature + size / 2, size / 2));
        der_end(&value, mark);
    } else {
        der_raw(&value, span_of(signature, size));
    }
    put_algorithm(d, signer);
    der_bits(d, der_span(&value), 0);
    /* The outer SEQUENCE is opened late: what is signed had to begin at the buffer's own beginning. */
    value.size = 0;
    der_put(&value, DER_SEQUENCE, der_span(d));
    *d = value;
    return der_span(d);
}

/* ---- certificates ---- */

static void put_constraints(struct der *d, bool authority)
{
    struct der value = {.size = 0};
    size_t mark = der_begin(&value, DER_SEQUENCE);
    if (authority)
        der_boolean(&value, true);
    der_end(&value, mark);
    put_extension(d, "2.5.29.19", true, der_span(&value));
}

static void put_usage(struct der *d, uint8_t usage)
{
    struct der value = {.size = 0};
    uint8_t unused = 0;
    while (!(usage >> unused & 1))
        unused++;
    der_bits(&value, span_of(&usage, 1), unused);
    put_extension(d, "2.5.29.15", true, der_span(&value));
}

static void put_extensions(struct der *d, const struct pki_wish *wish)
{
    size_t outer = der_begin(d, DER_CONTEXT + 3), list = der_begin(d, DER_SEQUENCE);
    if (!wish->no_constraints)
        put_constraints(d, wish->authority);
    if (wish->usage)
        put_usage(d, wish->usage);
    for (size_t i = 0; i < wish->extension_count; i++)
        put_extension(d, wish->extension[i].oid, wish->extension[i].critical, wish->extension[i].value);
    der_end(d, list);
    der_end(d, outer);
}

struct span pki_certificate(struct der *to, const struct pki_wish *wish)
{
    to->size = 0;
    size_t whole = der_begin(to, DER_SEQUENCE), part;
    if (!wish->version_1) {
        part = der_begin(to, DER_CONTEXT + 0);
        der_uint(to, 2); /* version 3 */
        der_end(to, part);
    }
    der_uint(to, wish->serial);
    put_algorithm(to, wish->signer);
    put_name(to, wish->issuer);
    part = der_begin(to, DER_SEQUENCE);
    der_time(to, wish->from);
    der_time(to, wish->to);
    der_end(to, part);
    put_name(to, wish->subject);
    der_raw(to, span_of(wish->key->spki, wish->key->spki_size));
    if (!wish->version_1 && (!wish->no_constraints || wish->usage || wish->extension_count))
        put_extensions(to, wish);
    der_end(to, whole);
    return finish(to, wish->signer, wish->bad_signature);
}

/* ---- revocation lists ---- */

struct span pki_list(struct der *to, const struct pki_list_wish *wish)
{
    to->size = 0;
    size_t whole = der_begin(to, DER_SEQUENCE);
    der_uint(to, 1); /* version 2 */
    put_algorithm(to, wish->signer);
    put_name(to, wish->issuer);
    der_time(to, wish->from);
    der_time(to, wish->to);
    if (wish->revoked_count) {
        size_t list = der_begin(to, DER_SEQUENCE);
        for (size_t i = 0; i < wish->revoked_count; i++) {
            size_t entry = der_begin(to, DER_SEQUENCE);
            der_uint(to, wish->revoked[i]);
            der_time(to, wish->from);
            der_end(to, entry);
        }
        der_end(to, list);
    }
    der_end(to, whole);
    return finish(to, wish->signer, wish->bad_signature);
}
