/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 of bytes that arrive piece by piece. */
#ifndef CASEMATE_KEEP_DIGEST_H
#define CASEMATE_KEEP_DIGEST_H

#include <psa/crypto.h>

#include "../../proto/statement.h"

struct digest {
    psa_hash_operation_t operation;
};

/* Forgets what was begun before. */
int digest_begin(struct digest *d);
int digest_add(struct digest *d, struct span bytes);
int digest_end(struct digest *d, uint8_t value[DIGEST_SIZE]);
void digest_drop(struct digest *d);

#endif
