/* SPDX-License-Identifier: Apache-2.0 */
/* Text, piece by piece. */
#include "text.h"

#include "../../proto/utf8.h"

void text_add(struct text *t, struct span piece)
{
    if (!utf8_valid(piece))
        piece = SPAN_LITERAL("?");
    if (piece.size == 0 || piece.size > t->capacity - t->size)
        return;
    memcpy(t->data + t->size, piece.data, piece.size);
    t->size += piece.size;
}

void text_add_literal(struct text *t, const char *piece)
{
    text_add(t, span_of(piece, strlen(piece)));
}

void text_add_number(struct text *t, uint64_t number)
{
    uint8_t digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (uint8_t)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    text_add(t, span_of(digits + at, sizeof digits - at));
}
