/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of bytes in memory of its owner: one reader, one writer, a capacity that is a power of two.
 * Positions only ever grow, so that full and empty cannot be confused. */
#ifndef CASEMATE_KEEP_RING_H
#define CASEMATE_KEEP_RING_H

#include "../../proto/bytes.h"

struct ring {
    uint8_t *data;
    size_t capacity;
    uint64_t written, read;
};

static inline void ring_init(struct ring *r, uint8_t *data, size_t capacity)
{
    *r = (struct ring){.data = data, .capacity = capacity};
}

static inline size_t ring_used(const struct ring *r)
{
    return (size_t)(r->written - r->read);
}

static inline size_t ring_free(const struct ring *r)
{
    return r->capacity - ring_used(r);
}

/* As much as fits; returns how much. */
size_t ring_write(struct ring *r, const uint8_t *bytes, size_t size);
/* As much as there is; returns how much. */
size_t ring_read(struct ring *r, uint8_t *bytes, size_t size);
/* Copies from a position that is still held, without consuming. */
void ring_copy(const struct ring *r, uint64_t position, uint8_t *bytes, size_t size);

#endif
