/* SPDX-License-Identifier: Apache-2.0 */
/* Spans, checked sizes, endianness and the one bounds-checked pair of cursors through which all wire bytes
 * go. Freestanding; used alike by client, host and Keep. */
#ifndef CASEMATE_PROTO_BYTES_H
#define CASEMATE_PROTO_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "error.h"

/* Bytes that somebody else owns; never NULL with a size. */
struct span {
    const uint8_t *data;
    size_t size;
};

/* The same, from a peer that is not trusted and in memory that he may still write: only copy_in() reads it.
 */
struct untrusted_span {
    const volatile uint8_t *data;
    size_t size;
};

static inline struct span span_of(const void *data, size_t size)
{
    return (struct span){.data = data, .size = size};
}

/* Span of a NUL-terminated text of our own, without its NUL. */
static inline struct span span_text(const char *text)
{
    size_t size = 0;
    while (text[size])
        size++;
    return span_of(text, size);
}

/* Span of a string literal without its NUL. */
#define SPAN_LITERAL(text) ((struct span){.data = (const uint8_t *)(text), .size = sizeof(text) - 1})

static inline bool span_equal(struct span a, struct span b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* *sum = a + b, or KEEP_ESIZE if that does not fit. */
static inline int size_add(size_t a, size_t b, size_t *sum)
{
    return __builtin_add_overflow(a, b, sum) ? KEEP_ESIZE : 0;
}

/* *product = a * b, or KEEP_ESIZE if that does not fit. */
static inline int size_multiply(size_t a, size_t b, size_t *product)
{
    return __builtin_mul_overflow(a, b, product) ? KEEP_ESIZE : 0;
}

/* True if [offset, offset + size) lies inside [0, limit); no sum is formed that could wrap. */
static inline bool range_inside(uint64_t offset, uint64_t size, uint64_t limit)
{
    return offset <= limit && size <= limit - offset;
}

static inline uint16_t load_le16(const uint8_t *p)
{
    return (uint16_t)(p[0] | (uint16_t)(p[1] << 8));
}

static inline uint32_t load_le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t load_le64(const uint8_t *p)
{
    return (uint64_t)load_le32(p) | (uint64_t)load_le32(p + 4) << 32;
}

static inline uint32_t load_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static inline void store_le16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static inline void store_le32(uint8_t *p, uint32_t v)
{
    store_le16(p, (uint16_t)v);
    store_le16(p + 2, (uint16_t)(v >> 16));
}

static inline void store_le64(uint8_t *p, uint64_t v)
{
    store_le32(p, (uint32_t)v);
    store_le32(p + 4, (uint32_t)(v >> 32));
}

static inline void store_be32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

/* Copies untrusted bytes once into trusted memory; after it only the copy may be used. KEEP_ESIZE if they do
 * not fit. */
int copy_in(uint8_t *to, size_t capacity, struct untrusted_span from);

/* Overwrites memory in a way that no compiler removes. */
void bytes_wipe(void *memory, size_t size);

/* Equality in time that depends on the size alone: for every secret, tag and digest that a peer may guess. */
bool bytes_equal_constant_time(const uint8_t *a, const uint8_t *b, size_t size);

#endif
