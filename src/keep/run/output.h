/* SPDX-License-Identifier: Apache-2.0 */
/* What the program wrote: the last STREAM_TAIL_MAX bytes of stdout and stderr. A reader that follows holds
 * the program back; any other may find that the oldest bytes are gone. */
#ifndef CASEMATE_KEEP_OUTPUT_H
#define CASEMATE_KEEP_OUTPUT_H

#include "../../proto/message.h"
#include "../portal/ring.h"

/* A stretch of a stream that was written within a second; older ones are merged when there are too many. */
struct stretch {
    uint64_t end;         /* offset of the first byte behind it */
    uint64_t first, last; /* when its first and last byte were written: milliseconds since 1970 */
};

struct stretches {
    struct stretch of[STREAM_TIMES_MAX];
    unsigned count;
};

struct output {
    struct stretches times[2];
    struct ring stream[2]; /* stdout, stderr; `read` is the oldest byte that is still held */
};

/* KEEP_ENOMEM. */
int output_open(struct output *o);
void output_free(struct output *o);
/* Takes bytes of a stream (index 0 or 1) as far as no follower would lose one: `held` is the lowest position
 * that somebody still has to read, or UINT64_MAX; `now` is the wall-clock time in milliseconds, which never
 * falls. Returns how many. */
size_t output_write(struct output *o, unsigned index, uint64_t held, uint64_t now, struct span bytes);
uint64_t output_written(const struct output *o, unsigned index);
uint64_t output_oldest(const struct output *o, unsigned index);
/* Bytes from a position on, at most capacity; 0 at the end. A position before the oldest byte is moved to it.
 */
size_t output_read(const struct output *o, unsigned index, uint64_t *position, uint8_t *bytes,
                   size_t capacity);
/* When the bytes at a position were written at the latest, and where the stretch that this is true of ends.
 * False if the position is at the end. */
bool output_time(const struct output *o, unsigned index, uint64_t position, struct stream_time *time);

#endif
