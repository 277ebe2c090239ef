/* SPDX-License-Identifier: Apache-2.0 */
/* Rings of output. */
#include "output.h"

#include <stdlib.h>

enum { SECOND = 1000 };

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

/* Merges each two of the older half: what is recent stays exact to the second. */
static void merge_old(struct stretches *s)
{
    unsigned to = 0;
    for (unsigned i = 0; i < STREAM_TIMES_MAX / 2; i += 2) {
        const uint64_t first = s->of[i].first;
        s->of[to] = s->of[i + 1];
        s->of[to++].first = first;
    }
    memmove(&s->of[to], &s->of[STREAM_TIMES_MAX / 2], sizeof s->of / 2);
    s->count = to + STREAM_TIMES_MAX / 2;
}

/* Forgets stretches whose bytes are gone. */
static void drop_gone(struct stretches *s, uint64_t oldest)
{
    unsigned gone = 0;
    while (gone < s->count && s->of[gone].end <= oldest)
        gone++;
    if (gone == 0)
        return;
    s->count -= gone;
    memmove(s->of, &s->of[gone], s->count * sizeof s->of[0]);
}

static void note_time(struct stretches *s, const struct ring *r, uint64_t now)
{
    drop_gone(s, r->read);
    struct stretch *last = s->count ? &s->of[s->count - 1] : NULL;
    if (last && now - last->first < SECOND) {
        last->last = now;
        last->end = r->written;
        return;
    }
    if (s->count == STREAM_TIMES_MAX)
        merge_old(s);
    s->of[s->count++] = (struct stretch){.end = r->written, .first = now, .last = now};
}

size_t output_write(struct output *o, unsigned index, uint64_t held, uint64_t now, struct span bytes)
{
    struct ring *r = &o->stream[index];
    uint64_t pending = held < r->written ? r->written - held : 0;
    size_t room = pending < r->capacity ? (size_t)(r->capacity - pending) : 0;
    size_t size = bytes.size < room ? bytes.size : room;
    if (size > ring_free(r))
        r->read += size - ring_free(r);
    (void)ring_write(r, bytes.data, size);
    if (size)
        note_time(&o->times[index], r, now);
    return size;
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

bool output_time(const struct output *o, unsigned index, uint64_t position, struct stream_time *time)
{
    const struct stretches *s = &o->times[index];
    for (unsigned i = 0; i < s->count; i++)
        if (s->of[i].end > position) {
            *time = (struct stream_time){.end = s->of[i].end, .time = s->of[i].last};
            return true;
        }
    return false;
}
