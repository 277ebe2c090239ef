/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates and revocation lists (RFC 5280) as no honest authority makes them: every field is the test's
 * to choose. Signed through PSA. Every function aborts if it cannot do its work. */
#ifndef CASEMATE_TESTS_PKI_H
#define CASEMATE_TESTS_PKI_H

#include <psa/crypto.h>

#include "der.h"

/* The RSA keys are fixed ones of tests/support/keys, for making one takes a second. */
enum pki_kind { PKI_P256 = 1, PKI_P384, PKI_RSA_1, PKI_RSA_2, PKI_RSA_3 };

struct pki_key {
    enum pki_kind kind;
    psa_key_id_t id;
    uint8_t spki[640]; /* SubjectPublicKeyInfo */
    size_t spki_size;
};
void pki_key_make(struct pki_key *key, enum pki_kind kind);
void pki_key_free(struct pki_key *key);
/* ECDSA as r || s (P-256 over SHA-256, P-384 over SHA-384), or RSASSA-PSS over SHA-384 with a salt of 48
 * bytes; returns the size. */
enum { PKI_SIGNATURE_MAX = 512 };
size_t pki_sign(const struct pki_key *key, struct span message, uint8_t signature[PKI_SIGNATURE_MAX]);
/* The public point of an elliptic key without its 0x04: x || y. */
struct span pki_point(const struct pki_key *key);

struct pki_extension {
    const char *oid; /* "1.2.3" */
    bool critical;
    struct span value; /* DER, what stands inside the OCTET STRING */
};

enum {
    PKI_DIGITAL_SIGNATURE = 0x80,
    PKI_CERTIFICATE_SIGN = 0x04,
    PKI_LIST_SIGN = 0x02,
    PKI_AUTHORITY_USAGE = PKI_CERTIFICATE_SIGN | PKI_LIST_SIGN,
};

struct pki_wish {
    const char *subject, *issuer;       /* common names; they alone make up the whole name */
    const struct pki_key *key, *signer; /* whose it is; who signs, by an algorithm that follows the key */
    uint64_t serial;
    int64_t from, to;    /* seconds since 1970 */
    bool version_1;      /* which has no extensions */
    bool no_constraints; /* leave basicConstraints out */
    bool authority;      /* its cA bit */
    uint8_t usage;       /* PKI_*, 0: leave keyUsage out */
    const struct pki_extension *extension;
    size_t extension_count;
    bool bad_signature; /* one bit of it is wrong */
};
/* Version 3 unless it is to be 1, into *to from its beginning; returns the whole. */
struct span pki_certificate(struct der *to, const struct pki_wish *wish);

struct pki_list_wish {
    const char *issuer;
    const struct pki_key *signer;
    int64_t from, to;
    const uint64_t *revoked; /* serials */
    size_t revoked_count;
    bool bad_signature;
};
/* Version 2. */
struct span pki_list(struct der *to, const struct pki_list_wish *wish);

#endif
