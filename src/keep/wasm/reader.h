/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader.h: the one cursor through which the bytes of a module are read (specification, 5.2). It never passes
 * its end; an error is sticky and leaves the cursor where the offending item began.
 */
#ifndef KEEP_WASM_READER_H
#define KEEP_WASM_READER_H

#include "wasm.h"

struct wasm_reader {
    const uint8_t *start; /* of the module: offsets count from here */
    const uint8_t *at;
    const uint8_t *end;
    const char *problem; /* NULL, or what is wrong at `at` */
};

static inline size_t wasm_reader_left(const struct wasm_reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

static inline uint64_t wasm_reader_offset(const struct wasm_reader *reader)
{
    return (uint64_t)(reader->at - reader->start);
}

/* The problem of an item that does not fit before the end. */
extern const char wasm_reader_unexpected_end[];

/* Records a problem, once. */
static inline void wasm_reader_fail(struct wasm_reader *reader, const char *problem)
{
    if (reader->problem == NULL)
        reader->problem = problem;
    reader->end = reader->at;
}

static inline uint8_t wasm_read_byte(struct wasm_reader *reader)
{
    if (reader->at == reader->end) {
        wasm_reader_fail(reader, wasm_reader_unexpected_end);
        return 0;
    }
    return *reader->at++;
}

/* LEB128 of 32, 33 or 64 bits (5.2.2); the slow forms are in reader.c. */
uint32_t wasm_read_u32_long(struct wasm_reader *reader);
uint64_t wasm_read_u64(struct wasm_reader *reader);
int64_t wasm_read_signed_long(struct wasm_reader *reader, uint32_t bits);

static inline uint32_t wasm_read_u32(struct wasm_reader *reader)
{
    if (reader->at != reader->end && *reader->at < 0x80)
        return *reader->at++;
    return wasm_read_u32_long(reader);
}

static inline int64_t wasm_read_signed(struct wasm_reader *reader, uint32_t bits)
{
    if (reader->at != reader->end && *reader->at < 0x80) {
        int64_t byte = *reader->at++;
        return byte < 0x40 ? byte : byte - 0x80;
    }
    return wasm_read_signed_long(reader, bits);
}

/* `size` raw bytes, or NULL. */
const uint8_t *wasm_read_bytes(struct wasm_reader *reader, size_t size);
/* A name: a size and that many bytes of UTF-8 (5.2.4). */
struct wasm_name wasm_read_name(struct wasm_reader *reader);
uint32_t wasm_read_f32(struct wasm_reader *reader);
uint64_t wasm_read_f64(struct wasm_reader *reader);

#endif
