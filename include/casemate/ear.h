/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts for other relying parties: EAT attestation results (draft-ietf-rats-ear-04), JWTs signed with a
 * key of the verifier's own. Who trusts the key trusts what this verifier found. */
#ifndef CASEMATE_EAR_H
#define CASEMATE_EAR_H

#include "policy.h"

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef struct casemate_ear_key casemate_ear_key;

/* A fresh P-256 key, which signs ES256. */
int32_t casemate_ear_key_new(casemate_ear_key **key, casemate_error *error);
/* A private key in PEM (PKCS #8 or SEC 1) on P-256 or, for ES384, P-384. E_CONFIG. */
int32_t casemate_ear_key_parse(const char *text, size_t size, casemate_ear_key **key, casemate_error *error);
/* Wipes it. */
void casemate_ear_key_free(casemate_ear_key *key);
/* Its public key in PEM, for relying parties. */
void casemate_ear_key_public(const casemate_ear_key *key, const char **text, size_t *size);
/* The key file's content: SECRET. The caller wipes what it copies. */
void casemate_ear_key_private(const casemate_ear_key *key, const char **text, size_t *size);

/* The result as a signed JWT, one line. The text belongs to the verdict until the next call. */
int32_t casemate_verdict_ear(casemate_verdict *verdict, const casemate_ear_key *key, const char **text,
                             size_t *size, casemate_error *error);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
