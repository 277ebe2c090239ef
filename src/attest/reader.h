/* SPDX-License-Identifier: Apache-2.0 */
/* The cursor through which all bytes of evidence go: little-endian, bounds-checked. The first error sticks,
 * and what is read after it is zero, so that a layout is read in one go and asked once. */
#ifndef CASEMATE_ATTEST_READER_H
#define CASEMATE_ATTEST_READER_H

#include "../proto/bytes.h"

struct reader {
    const uint8_t *at;
    size_t left;
    bool short_of;     /* something did not fit */
    bool not_reserved; /* a byte that must be zero was not */
};

static inline void reader_init(struct reader *r, struct span bytes)
{
    *r = (struct reader){.at = bytes.data, .left = bytes.size};
}

/* The next bytes where they are; empty if there are not that many. */
static inline struct span reader_take(struct reader *r, size_t size)
{
    if (r->short_of || size > r->left) {
        r->short_of = true;
        return span_of(NULL, 0);
    }
    struct span taken = span_of(r->at, size);
    if (size) /* an empty reader may stand nowhere */
        r->at += size;
    r->left -= size;
    return taken;
}

static inline void reader_bytes(struct reader *r, uint8_t *to, size_t size)
{
    struct span taken = reader_take(r, size);
    if (taken.size)
        memcpy(to, taken.data, size);
    else
        memset(to, 0, size);
}

static inline uint8_t reader_u8(struct reader *r)
{
    struct span taken = reader_take(r, 1);
    return taken.size ? taken.data[0] : 0;
}

static inline uint16_t reader_u16(struct reader *r)
{
    struct span taken = reader_take(r, 2);
    return taken.size ? load_le16(taken.data) : 0;
}

static inline uint32_t reader_u32(struct reader *r)
{
    struct span taken = reader_take(r, 4);
    return taken.size ? load_le32(taken.data) : 0;
}

static inline uint64_t reader_u64(struct reader *r)
{
    struct span taken = reader_take(r, 8);
    return taken.size ? load_le64(taken.data) : 0;
}

/* Bytes that the specification reserves: they must be zero, or a later meaning would pass unread. */
static inline void reader_reserved(struct reader *r, size_t size)
{
    struct span taken = reader_take(r, size);
    for (size_t i = 0; i < taken.size; i++)
        r->not_reserved = r->not_reserved || taken.data[i] != 0;
}

static inline size_t reader_left(const struct reader *r)
{
    return r->short_of ? 0 : r->left;
}

static inline bool reader_good(const struct reader *r)
{
    return !r->short_of;
}

#endif
