/* SPDX-License-Identifier: Apache-2.0 */
/* Owner keys: a P-256 pair that proves ownership and a P-256 pair to which the Keep seals its outbox. */
#ifndef CASEMATE_KEY_H
#define CASEMATE_KEY_H

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef struct casemate_key casemate_key;

/* Two fresh pairs. E_INTERNAL if the random generator fails. */
int32_t casemate_key_new(casemate_key **key, casemate_error *error);
/* From the text that casemate_key_private() gave; lines that begin with '#' are ignored. E_CONFIG. */
int32_t casemate_key_parse(const char *text, size_t size, casemate_key **key, casemate_error *error);
/* Wipes it. */
void casemate_key_free(casemate_key *key);

/* One line, printable, no newline: "casemate-owner-1 BASE64". Public. */
void casemate_key_public(const casemate_key *key, const char **text, size_t *size);
/* The key file's content: SECRET. The caller wipes what it copies. */
void casemate_key_private(const casemate_key *key, const char **text, size_t *size);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
