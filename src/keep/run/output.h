/* SPDX-License-Identifier: Apache-2.0 */
/* What the program wrote: the last STREAM_TAIL_MAX bytes of stdout and stderr. A reader that follows holds
 * the program back; any other may find that the oldest bytes are gone. */
#ifndef CASEMATE_KEEP_OUTPUT_H
#define CASEMATE_KEEP_OUTPUT_H

#include "../../proto/message.h"
#include "../portal/ring.h"

struct output {
    struct ring stream[2]; /* stdout, stderr; `read` is the oldest byte that is still held */
};

/* KEEP_ENOMEM. */
int output_open(struct output *o);
void output_free(struct output *o);
/* Takes bytes of a stream (index 0 or 1) as far as no follower would lose one: `held` is the lowest position
 * that somebody still has to read, or UINT64_MAX. Returns how many. */
size_t output_write(struct output *o, unsigned index, uint64_t held, struct span bytes);
uint64_t output_written(const struct output *o, unsigned index);
uint64_t output_oldest(const struct output *o, unsigned index);
/* Bytes from a position on, at most capacity; 0 at the end. A position before the oldest byte is moved to it.
 */
size_t output_read(const struct output *o, unsigned index, uint64_t *position, uint8_t *bytes,
                   size_t capacity);

#endif
