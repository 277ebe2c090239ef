/* SPDX-License-Identifier: Apache-2.0 */
/* The bundle of statements and evidence that `--save-evidence` writes (docs/protocol.md, section 7). */
#ifndef CASEMATE_PROTO_BUNDLE_H
#define CASEMATE_PROTO_BUNDLE_H

#include "statement.h"

enum { BUNDLE_PARTS_MAX = 16 };
struct bundle {
    size_t count; /* at least 1 */
    struct {
        struct span statement, evidence;
    } part[BUNDLE_PARTS_MAX];
    struct span collateral; /* empty if none */
};
int bundle_encode(const struct bundle *b, uint8_t *to, size_t capacity, size_t *size);
/* Every statement decodes. Refuses parts whose header fields 1 to 6 differ (KEEP_EMATCH), as bundle_encode
 * does. */
int bundle_decode(struct span encoded, struct bundle *b);

#endif
