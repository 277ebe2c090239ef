/* SPDX-License-Identifier: Apache-2.0 */
/* Writer of deterministic CBOR (RFC 8949, section 4.2.1): every head in its shortest form. The order of map
 * keys is the caller's. */
#include "cbor.h"

#include "utf8.h"

enum { MAJOR_UINT = 0, MAJOR_NEGATIVE, MAJOR_BYTES, MAJOR_TEXT, MAJOR_ARRAY, MAJOR_MAP, MAJOR_TAG };

void cbor_writer_init(struct cbor_writer *w, uint8_t *data, size_t capacity)
{
    *w = (struct cbor_writer){.data = data, .capacity = capacity};
}

void cbor_writer_fail(struct cbor_writer *w, int error)
{
    if (error && !w->error) {
        w->error = error;
        w->size = 0;
    }
}

static uint8_t *take(struct cbor_writer *w, size_t size)
{
    if (!range_inside(w->size, size, w->capacity))
        cbor_writer_fail(w, KEEP_ESIZE);
    if (w->error)
        return NULL;
    uint8_t *at = w->data + w->size;
    w->size += size;
    return at;
}

static void put_head(struct cbor_writer *w, unsigned major, uint64_t value)
{
    /* RFC 8949, section 3: additional information 24 to 27 announces 1, 2, 4 or 8 bytes of argument. */
    unsigned log = value <= UINT8_MAX ? 0 : value <= UINT16_MAX ? 1 : value <= UINT32_MAX ? 2 : 3;
    size_t bytes = value < 24 ? 0 : (size_t)1 << log;
    uint8_t *at = take(w, 1 + bytes);
    if (!at)
        return;
    at[0] = (uint8_t)(major << 5 | (bytes ? 24 + log : (unsigned)value));
    for (size_t i = 0; i < bytes; i++)
        at[1 + i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

static void put_string(struct cbor_writer *w, unsigned major, struct span string)
{
    put_head(w, major, string.size);
    cbor_put_raw(w, string);
}

void cbor_put_raw(struct cbor_writer *w, struct span encoded)
{
    uint8_t *at = take(w, encoded.size);
    if (at && encoded.size)
        memcpy(at, encoded.data, encoded.size);
}

void cbor_put_uint(struct cbor_writer *w, uint64_t value)
{
    put_head(w, MAJOR_UINT, value);
}

void cbor_put_int(struct cbor_writer *w, int64_t value)
{
    if (value >= 0)
        put_head(w, MAJOR_UINT, (uint64_t)value);
    else
        put_head(w, MAJOR_NEGATIVE, (uint64_t)-(value + 1));
}

void cbor_put_bytes(struct cbor_writer *w, struct span bytes)
{
    put_string(w, MAJOR_BYTES, bytes);
}

void cbor_put_bytes_head(struct cbor_writer *w, size_t size)
{
    put_head(w, MAJOR_BYTES, size);
}

void cbor_put_text(struct cbor_writer *w, struct span text)
{
    cbor_writer_fail(w, utf8_valid(text) ? 0 : KEEP_EFORMAT);
    put_string(w, MAJOR_TEXT, text);
}

void cbor_put_bool(struct cbor_writer *w, bool value)
{
    uint8_t *at = take(w, 1);
    if (at)
        *at = value ? 0xf5 : 0xf4;
}

void cbor_put_array(struct cbor_writer *w, size_t count)
{
    put_head(w, MAJOR_ARRAY, count);
}

void cbor_put_map(struct cbor_writer *w, size_t count)
{
    put_head(w, MAJOR_MAP, count);
}

void cbor_put_tag(struct cbor_writer *w, uint64_t tag)
{
    put_head(w, MAJOR_TAG, tag);
}

int cbor_writer_finish(const struct cbor_writer *w, struct span *encoded)
{
    *encoded = span_of(w->data, w->error ? 0 : w->size);
    return w->error;
}
