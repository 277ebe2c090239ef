/* SPDX-License-Identifier: Apache-2.0 */
/* COSE_Sign1 (RFC 9052) with ES384 and a certificate chain in the protected header (RFC 9360), as far as the
 * evidence of our own TEEs needs it. Structure only: signature and certificates are judged by src/attest. */
#ifndef CASEMATE_PROTO_COSE_H
#define CASEMATE_PROTO_COSE_H

#include "cbor.h"

enum {
    COSE_ES384 = -35,         /* RFC 9053, Table 1 */
    COSE_SIGNATURE_SIZE = 96, /* r || s */
    COSE_CHAIN_MAX = 8,
    COSE_CERTIFICATE_MAX = 2048,
};

struct cose_sign1 {
    struct span protected_header; /* encoded, as it is signed */
    int64_t algorithm;
    size_t chain_count; /* leaf first, root last */
    struct span chain[COSE_CHAIN_MAX];
    bool unprotected; /* the unprotected header is not empty: nothing in it is signed */
    struct span payload, signature;
};

/* Encodes protected header {1: ES384, 33: chain}; *size of it. */
int cose_protected_encode(const struct span *chain, size_t count, uint8_t *to, size_t capacity, size_t *size);
/* 18([protected, {}, payload, signature]); takes the encoded protected header, payload and signature. */
int cose_sign1_encode(const struct cose_sign1 *c, uint8_t *to, size_t capacity, size_t *size);
/* KEEP_EFORMAT also for bytes behind it. An algorithm that is not known is not refused here. */
int cose_sign1_decode(struct span encoded, struct cose_sign1 *c);
/* SHA-384 of the Sig_structure (RFC 9052, section 4.4), external_aad empty. */
int cose_sign1_digest(const struct cose_sign1 *c, uint8_t digest[48]);

#endif
