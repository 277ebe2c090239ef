/* SPDX-License-Identifier: Apache-2.0 */
/* A verdict as an attestation result for other relying parties: EAR (draft-ietf-rats-ear-04) with AR4SI's
 * trustworthiness vector, as a JWT (RFC 7519) that the verifier signs with its own key (RFC 7515; ES256 or
 * ES384). */
#ifndef CASEMATE_ATTEST_EAR_H
#define CASEMATE_ATTEST_EAR_H

#include "attest.h"

#define EAR_PROFILE "tag:ietf.org,2026:rats/ear#04"

enum { EAR_KEY_TEXT_MAX = 1024 };

/* An elliptic key of the verifier's own. */
struct ear_key {
    uint32_t id;                         /* of PSA */
    unsigned bits;                       /* 256: ES256; 384: ES384 */
    uint8_t point[97];                   /* uncompressed */
    char public_text[EAR_KEY_TEXT_MAX];  /* PEM, SubjectPublicKeyInfo */
    char private_text[EAR_KEY_TEXT_MAX]; /* PEM: SECRET */
};
/* A fresh P-256 key. The caller frees it, as one that was read. */
int ear_key_make(struct ear_key *key, struct casemate_error *err);
/* A private key in PEM, P-256 or P-384. E_CONFIG. */
int ear_key_parse(struct span pem, struct ear_key *key, struct casemate_error *err);
void ear_key_free(struct ear_key *key);

/* What a verdict comes to, each as AR4SI numbers it; 0: no claim is made, and none stands in the vector. */
struct ear_vector {
    int instance_identity, configuration, executables, hardware, runtime_opaque;
};
void ear_vector_of(const struct verdict *verdict, struct ear_vector *vector);
/* "affirming", "warning", "contraindicated": the worst of the vector, and never better than contraindicated
 * if the verdict is refused. */
const char *ear_status_of(const struct verdict *verdict, const struct ear_vector *vector);

/* The signed JWT, one line; the caller frees it. now: when the result is made, seconds since 1970; build: of
 * the verifier; nonce: what the evidence answered, may be empty. */
int ear_encode(const struct verdict *verdict, const struct ear_key *key, int64_t now, const char *build,
               struct span nonce, char **jwt, struct casemate_error *err);

#endif
