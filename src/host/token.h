/* SPDX-License-Identifier: Apache-2.0 */
/* Bearer tokens (RFC 6750): kept as digests, compared in constant time. */
#ifndef CASEMATE_HOST_TOKEN_H
#define CASEMATE_HOST_TOKEN_H

#include "../base/error.h"
#include "../proto/crypto.h"

enum { TOKENS_MAX = 64, TOKEN_SIZE_MIN = 16, TOKEN_SIZE_MAX = 512 };

struct tokens {
    size_t count;
    uint8_t digest[TOKENS_MAX][DIGEST_SIZE];
};

/* One token a line; empty lines and lines that begin with # are skipped. The file must be its owner's alone
 * (E_INSECURE), and hold at least one (E_CONFIG). */
int tokens_load(struct tokens *t, const char *path, struct casemate_error *err);
/* One token, trimmed. E_CONFIG if it is too short, too long, or has other than visible ASCII. */
int tokens_add(struct tokens *t, struct span token, struct casemate_error *err);
/* Value of an Authorization header, or NULL. */
bool tokens_accept(const struct tokens *t, const char *authorization);

#endif
