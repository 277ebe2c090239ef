/* SPDX-License-Identifier: Apache-2.0 */
/* Ring of bytes. */
#include "ring.h"

size_t ring_write(struct ring *r, const uint8_t *bytes, size_t size)
{
    size_t room = ring_free(r);
    if (size > room)
        size = room;
    if (size == 0)
        return 0;
    size_t at = (size_t)(r->written & (r->capacity - 1)), first = r->capacity - at;
    if (first > size)
        first = size;
    memcpy(r->data + at, bytes, first);
    memcpy(r->data, bytes + first, size - first);
    r->written += size;
    return size;
}

void ring_copy(const struct ring *r, uint64_t position, uint8_t *bytes, size_t size)
{
    size_t at = (size_t)(position & (r->capacity - 1)), first = r->capacity - at;
    if (first > size)
        first = size;
    memcpy(bytes, r->data + at, first);
    memcpy(bytes + first, r->data, size - first);
}

size_t ring_read(struct ring *r, uint8_t *bytes, size_t size)
{
    if (size > ring_used(r))
        size = ring_used(r);
    if (size == 0)
        return 0;
    ring_copy(r, r->read, bytes, size);
    r->read += size;
    return size;
}
