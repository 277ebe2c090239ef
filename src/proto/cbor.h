/* SPDX-License-Identifier: Apache-2.0 */
/* Deterministic CBOR (RFC 8949, section 4.2.1), bounded: the only reader and writer of CBOR in client, host
 * and Keep. Both keep the first error and make every later call a harmless no-op, so that a caller checks
 * once, at the end. */
#ifndef CASEMATE_PROTO_CBOR_H
#define CASEMATE_PROTO_CBOR_H

#include "bytes.h"

enum { CBOR_NESTING_MAX = 8 };

/* Writes into memory of the caller. Size stays 0 on error. */
struct cbor_writer {
    uint8_t *data;
    size_t capacity;
    size_t size;
    int error;
};

void cbor_writer_init(struct cbor_writer *w, uint8_t *data, size_t capacity);
void cbor_put_uint(struct cbor_writer *w, uint64_t value);
/* Any int64_t: major type 0 or 1, as its sign says. */
void cbor_put_int(struct cbor_writer *w, int64_t value);
void cbor_put_bytes(struct cbor_writer *w, struct span bytes);
/* The head alone of a byte string whose bytes are not written here (but hashed, say). */
void cbor_put_bytes_head(struct cbor_writer *w, size_t size);
/* Valid UTF-8 only. */
void cbor_put_text(struct cbor_writer *w, struct span text);
void cbor_put_bool(struct cbor_writer *w, bool value);
/* Heads; the caller then writes count items (pairs), map keys in ascending order. */
void cbor_put_array(struct cbor_writer *w, size_t count);
void cbor_put_map(struct cbor_writer *w, size_t count);
void cbor_put_tag(struct cbor_writer *w, uint64_t tag);
/* Already encoded bytes. */
void cbor_put_raw(struct cbor_writer *w, struct span encoded);
/* Sets an error of the caller's own, unless there is one or it is 0. */
void cbor_writer_fail(struct cbor_writer *w, int error);
/* Error, or 0 and the bytes written. */
int cbor_writer_finish(const struct cbor_writer *w, struct span *encoded);

enum cbor_type {
    CBOR_UINT,
    CBOR_NEGATIVE,
    CBOR_BYTES,
    CBOR_TEXT,
    CBOR_ARRAY,
    CBOR_MAP,
    CBOR_TAG,
    CBOR_BOOL,
    CBOR_END
};

/* Reads from bytes of the caller, which must not change meanwhile; spans that it returns point into them. */
struct cbor_reader {
    const uint8_t *data;
    size_t size;
    size_t at;
    unsigned nesting;
    bool cose;
    int error;
};

/* An open map with integer keys in the bytewise order of their encodings: 0, 1, ..., then -1, -2, ... */
struct cbor_map {
    size_t left;
    uint64_t last_key; /* of a negative key its argument, -1 - key */
    bool last_negative;
    bool any;
};

/* The protocol's own structures: unsigned map keys, no tags. */
void cbor_reader_init(struct cbor_reader *r, struct span bytes);
/* COSE and EAT (RFC 9052, RFC 9711): map keys may be negative, and tags are allowed. */
void cbor_reader_init_cose(struct cbor_reader *r, struct span bytes);
/* Type of the next item without consuming it; CBOR_END at the end, after an error and before a form that is
 * not allowed. */
enum cbor_type cbor_peek(const struct cbor_reader *r);
uint64_t cbor_get_uint(struct cbor_reader *r);
/* Unsigned or negative, as far as int64_t goes. */
int64_t cbor_get_int(struct cbor_reader *r);
struct span cbor_get_bytes(struct cbor_reader *r);
/* Exactly size bytes, copied; KEEP_EFORMAT if the string has another length. */
void cbor_get_bytes_exact(struct cbor_reader *r, uint8_t *to, size_t size);
/* Valid UTF-8 only. */
struct span cbor_get_text(struct cbor_reader *r);
bool cbor_get_bool(struct cbor_reader *r);
uint64_t cbor_get_tag(struct cbor_reader *r);
/* Count of the array's items, refused if more than limit; then the caller reads them. cbor_leave()
 * afterwards. */
size_t cbor_enter_array(struct cbor_reader *r, size_t limit);
/* The map's keys in ascending order; cbor_next_key() gives the next, false when there is none or on error. */
struct cbor_map cbor_enter_map(struct cbor_reader *r);
bool cbor_next_key(struct cbor_reader *r, struct cbor_map *map, uint64_t *key);
/* The same for a map that may have negative keys; only a reader of cbor_reader_init_cose() meets them. */
bool cbor_next_int_key(struct cbor_reader *r, struct cbor_map *map, int64_t *key);
/* Ends an array or a map that was entered. */
void cbor_leave(struct cbor_reader *r);
/* Skips one item of any allowed form, checking it; returns its encoded bytes. */
struct span cbor_skip(struct cbor_reader *r);
/* Sets an error of the caller's own, unless there is one or it is 0. */
void cbor_reader_fail(struct cbor_reader *r, int error);
/* First error, or KEEP_EFORMAT if bytes are left, or 0. */
int cbor_reader_finish(const struct cbor_reader *r);

#endif
