/* SPDX-License-Identifier: Apache-2.0 */
/* Text of an exit record: pieces of valid UTF-8 that are added whole or not at all, never cut. */
#ifndef CASEMATE_KEEP_TEXT_H
#define CASEMATE_KEEP_TEXT_H

#include "../../proto/bytes.h"

struct text {
    uint8_t *data;
    size_t capacity, size;
};

/* What is not valid UTF-8 becomes "?". */
void text_add(struct text *t, struct span piece);
void text_add_literal(struct text *t, const char *piece);
void text_add_number(struct text *t, uint64_t number);

#endif
