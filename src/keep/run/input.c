/* SPDX-License-Identifier: Apache-2.0 */
/* stdin. */
#include "input.h"

#include <stdlib.h>

enum { INPUT_CAPACITY = 2 * STDIN_WINDOW };

int input_open(struct input *i, bool open)
{
    *i = (struct input){.end = !open};
    if (!open)
        return 0;
    uint8_t *data = malloc(INPUT_CAPACITY);
    if (!data)
        return KEEP_ENOMEM;
    ring_init(&i->ring, data, INPUT_CAPACITY);
    return 0;
}

void input_free(struct input *i)
{
    if (i->ring.data)
        bytes_wipe(i->ring.data, i->ring.capacity);
    free(i->ring.data);
    *i = (struct input){.end = true};
}

bool input_takes(const struct input *i)
{
    return !i->end && i->ring.data && ring_free(&i->ring) >= STDIN_WINDOW;
}

int input_put(struct input *i, struct span bytes, bool end)
{
    if (i->end)
        return KEEP_EORDER;
    if (bytes.size > ring_free(&i->ring))
        return KEEP_ESIZE;
    (void)ring_write(&i->ring, bytes.data, bytes.size);
    i->end = end;
    return 0;
}
