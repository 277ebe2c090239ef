/* SPDX-License-Identifier: Apache-2.0 */
/* The growing byte buffer. */
#include "buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../proto/bytes.h"

static size_t grown(const struct buffer *b, size_t needed)
{
    size_t capacity = b->capacity ? b->capacity : 256;
    while (capacity < needed && capacity <= SIZE_MAX / 2)
        capacity *= 2;
    return capacity;
}

uint8_t *buffer_reserve(struct buffer *b, size_t more)
{
    size_t needed;
    if (b->failed || size_add(b->size, more, &needed) < 0 || size_add(needed, 1, &needed) < 0) {
        b->failed = true;
        return NULL;
    }
    if (needed > b->capacity) {
        size_t capacity = grown(b, needed);
        uint8_t *data = capacity >= needed ? realloc(b->data, capacity) : NULL;
        if (!data) {
            b->failed = true;
            return NULL;
        }
        b->data = data;
        b->capacity = capacity;
    }
    return b->data + b->size;
}

void buffer_append(struct buffer *b, const void *bytes, size_t size)
{
    uint8_t *to = buffer_reserve(b, size);
    if (!to)
        return;
    if (size)
        memcpy(to, bytes, size);
    b->size += size;
    b->data[b->size] = 0;
}

void buffer_append_text(struct buffer *b, const char *text)
{
    buffer_append(b, text, strlen(text));
}

void buffer_printf(struct buffer *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    uint8_t *to = size < 0 ? NULL : buffer_reserve(b, (size_t)size);
    if (to) {
        (void)vsnprintf((char *)to, (size_t)size + 1, format, again);
        b->size += (size_t)size;
    }
    va_end(again);
    va_end(args);
}

void buffer_consume(struct buffer *b, size_t size)
{
    if (size > b->size)
        size = b->size;
    b->size -= size;
    if (b->data) {
        memmove(b->data, b->data + size, b->size);
        b->data[b->size] = 0;
    }
}

const char *buffer_text(const struct buffer *b)
{
    return b->size ? (const char *)b->data : "";
}

void buffer_free(struct buffer *b)
{
    free(b->data);
    memset(b, 0, sizeof *b);
}

void buffer_wipe(struct buffer *b)
{
    if (b->data)
        bytes_wipe(b->data, b->capacity);
    buffer_free(b);
}
