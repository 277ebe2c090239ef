/* SPDX-License-Identifier: Apache-2.0 */
/* Rings of output. */
#include "output.h"

#include <stdlib.h>

int output_open(struct output *o)
{
    for (unsigned i = 0; i < 2; i++) {
        uint8_t *data = malloc(STREAM_TAIL_MAX);
        if (!data) {
            output_free(o);
            return KEEP_ENOMEM;
        }
        ring_init(&o->stream[i], data, STREAM_TAIL_MAX);
    }
    return 0;
}

void output_free(struct output *o)
{
    for (unsigned i = 0; i < 2; i++)
        free(o->stream[i].data);
    *o = (struct output){.stream = {{.data = NULL}}};
}

size_t output_write(struct output *o, unsigned index, uint64_t held, struct span bytes)
{
    struct ring *r = &o->stream[index];
    uint64_t pending = held < r->written ? r->written - held : 0;
    size_t room = pending < r->capacity ? (size_t)(r->capacity - pending) : 0;
    size_t size = bytes.size < room ? bytes.size : room;
    if (size > ring_free(r))
        r->read += size - ring_free(r);
    return ring_write(r, bytes.data, size);
}

uint64_t output_written(const struct output *o, unsigned index)
{
    return o->stream[index].written;
}

uint64_t output_oldest(const struct output *o, unsigned index)
{
    return o->stream[index].read;
}

size_t output_read(const struct output *o, unsigned index, uint64_t *position, uint8_t *bytes,
                   size_t capacity)
{
    const struct ring *r = &o->stream[index];
    if (*position < r->read)
        *position = r->read;
    if (*position >= r->written)
        return 0;
    size_t size = r->written - *position < capacity ? (size_t)(r->written - *position) : capacity;
    ring_copy(r, *position, bytes, size);
    return size;
}
