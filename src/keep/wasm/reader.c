/* SPDX-License-Identifier: Apache-2.0 */
/* reader.c: integers, names and floats of the binary format (specification, 5.2). */

#include <string.h>

#include "reader.h"

const char wasm_reader_unexpected_end[] = "unexpected end";

uint32_t wasm_read_u32_long(struct wasm_reader *reader)
{
    const uint8_t *at = reader->at;
    uint32_t value = 0;
    for (uint32_t shift = 0; shift < 35; shift += 7) {
        if (at == reader->end) {
            wasm_reader_fail(reader, wasm_reader_unexpected_end);
            return 0;
        }
        uint8_t byte = *at++;
        if (shift == 28 && byte > 0x0F) {
            wasm_reader_fail(reader, byte & 0x80 ? "integer representation too long" : "integer too large");
            return 0;
        }
        value |= (uint32_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            reader->at = at;
            return value;
        }
    }
    return 0; /* not reached: the fifth byte either ends the integer or is refused */
}

uint64_t wasm_read_u64(struct wasm_reader *reader)
{
    const uint8_t *at = reader->at;
    uint64_t value = 0;
    for (uint32_t shift = 0; shift < 70; shift += 7) {
        if (at == reader->end) {
            wasm_reader_fail(reader, wasm_reader_unexpected_end);
            return 0;
        }
        uint8_t byte = *at++;
        if (shift == 63 && byte > 0x01) {
            wasm_reader_fail(reader, byte & 0x80 ? "integer representation too long" : "integer too large");
            return 0;
        }
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            reader->at = at;
            return value;
        }
    }
    return 0; /* not reached: the tenth byte either ends the integer or is refused */
}

int64_t wasm_read_signed_long(struct wasm_reader *reader, uint32_t bits)
{
    const uint8_t *at = reader->at;
    uint64_t value = 0;
    for (uint32_t shift = 0; shift < bits; shift += 7) {
        if (at == reader->end) {
            wasm_reader_fail(reader, wasm_reader_unexpected_end);
            return 0;
        }
        uint8_t byte = *at++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        uint32_t left = bits - shift; /* bits of the value that this byte may still set */
        if (left < 7 || (left == 7 && byte & 0x80)) {
            if (byte & 0x80) {
                wasm_reader_fail(reader, "integer representation too long");
                return 0;
            }
            /* the bits above must repeat the sign */
            uint8_t above = (uint8_t)(0x7F & (0x7Fu << (left - 1)));
            if ((byte & above) != 0 && (byte & above) != above) {
                wasm_reader_fail(reader, "integer too large");
                return 0;
            }
        }
        if (byte < 0x80) {
            reader->at = at;
            if (shift + 7 < 64 && byte & 0x40)
                value |= UINT64_MAX << (shift + 7);
            return (int64_t)value;
        }
    }
    wasm_reader_fail(reader, "integer representation too long");
    return 0;
}

const uint8_t *wasm_read_bytes(struct wasm_reader *reader, size_t size)
{
    if (size > wasm_reader_left(reader)) {
        wasm_reader_fail(reader, "length out of bounds");
        return NULL;
    }
    const uint8_t *bytes = reader->at;
    reader->at += size;
    return bytes;
}

/* Decodes one UTF-8 sequence of up to `left` bytes; returns its length, or 0 if it is none. */
static size_t utf8_sequence(const uint8_t *bytes, size_t left)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = bytes[0];
    size_t length = first < 0x80   ? 1
                    : first < 0xC0 ? 0
                    : first < 0xE0 ? 2
                    : first < 0xF0 ? 3
                    : first < 0xF8 ? 4
                                   : 0;
    if (length < 2 || length > left)
        return length == 1 ? 1 : 0;
    uint32_t code = first & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (bytes[i] & 0x3F);
    }
    if (code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return 0;
    return length;
}

struct wasm_name wasm_read_name(struct wasm_reader *reader)
{
    uint32_t size = wasm_read_u32(reader);
    const uint8_t *bytes = wasm_read_bytes(reader, size);
    if (bytes == NULL)
        return (struct wasm_name){0};
    for (size_t i = 0; i < size;) {
        size_t length = utf8_sequence(bytes + i, size - i);
        if (length == 0) {
            reader->at = bytes + i;
            wasm_reader_fail(reader, "malformed UTF-8 encoding");
            return (struct wasm_name){0};
        }
        i += length;
    }
    return (struct wasm_name){bytes, size};
}

uint32_t wasm_read_f32(struct wasm_reader *reader)
{
    uint32_t bits = 0;
    const uint8_t *bytes = wasm_read_bytes(reader, sizeof(bits));
    if (bytes != NULL)
        memcpy(&bits, bytes, sizeof(bits));
    return bits;
}

uint64_t wasm_read_f64(struct wasm_reader *reader)
{
    uint64_t bits = 0;
    const uint8_t *bytes = wasm_read_bytes(reader, sizeof(bits));
    if (bytes != NULL)
        memcpy(&bits, bytes, sizeof(bits));
    return bits;
}
