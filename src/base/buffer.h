/* SPDX-License-Identifier: Apache-2.0 */
/* A byte buffer that grows: appended at its end, consumed at its front. Keeps the first failure, so that a
 * caller checks once. Followed by a NUL that size does not count, for text. */
#ifndef CASEMATE_BASE_BUFFER_H
#define CASEMATE_BASE_BUFFER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    uint8_t *data;
    size_t size;
    size_t capacity;
    bool failed; /* memory ran out: what was appended since is missing */
};

/* Room for more bytes behind the end, or NULL; the caller writes there and adds to size. */
uint8_t *buffer_reserve(struct buffer *b, size_t more);
void buffer_append(struct buffer *b, const void *bytes, size_t size);
void buffer_append_text(struct buffer *b, const char *text);
void buffer_printf(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Removes bytes from the front. */
void buffer_consume(struct buffer *b, size_t size);
/* The text so far; "" if there is none. */
const char *buffer_text(const struct buffer *b);
void buffer_free(struct buffer *b);
/* The same for secrets. */
void buffer_wipe(struct buffer *b);

#endif
