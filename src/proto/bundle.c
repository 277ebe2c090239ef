/* SPDX-License-Identifier: Apache-2.0 */
/* Codec of the bundle (docs/protocol.md, section 7). */
#include "bundle.h"

#include "cbor.h"
#include "guard.h"

#define BUNDLE_LABEL SPAN_LITERAL("casemate-bundle")
enum { BUNDLE_VERSION = 1 };

/* Threat 54: parts of two Keeps never stand in one bundle. */
static int check_parts(const struct bundle *b)
{
    struct statement first, other;
    if (b->count == 0)
        return KEEP_EFORMAT;
    int error = statement_decode(b->part[0].statement, &first);
    for (size_t i = 1; i < b->count && !error; i++) {
        error = statement_decode(b->part[i].statement, &other);
        if (!error && !guard_holds(GUARD_CLIENT_BUNDLE, statement_same_keep(&first, &other)))
            error = KEEP_EMATCH;
    }
    return error;
}

int bundle_encode(const struct bundle *b, uint8_t *to, size_t capacity, size_t *size)
{
    struct cbor_writer w;
    struct span encoded;
    *size = 0;
    int error = b->count > BUNDLE_PARTS_MAX ? KEEP_ESIZE : check_parts(b);
    if (error)
        return error;
    cbor_writer_init(&w, to, capacity);
    cbor_put_map(&w, b->collateral.size ? 4 : 3);
    cbor_put_uint(&w, 0);
    cbor_put_text(&w, BUNDLE_LABEL);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, BUNDLE_VERSION);
    cbor_put_uint(&w, 2);
    cbor_put_array(&w, b->count);
    for (size_t i = 0; i < b->count; i++) {
        cbor_put_array(&w, 2);
        cbor_put_bytes(&w, b->part[i].statement);
        cbor_put_bytes(&w, b->part[i].evidence);
    }
    if (b->collateral.size) {
        cbor_put_uint(&w, 3);
        cbor_put_bytes(&w, b->collateral);
    }
    error = cbor_writer_finish(&w, &encoded);
    *size = encoded.size;
    return error;
}

static void get_parts(struct cbor_reader *r, struct bundle *b)
{
    b->count = cbor_enter_array(r, BUNDLE_PARTS_MAX);
    for (size_t i = 0; i < b->count; i++) {
        if (cbor_enter_array(r, 2) != 2)
            cbor_reader_fail(r, KEEP_EFORMAT);
        b->part[i].statement = cbor_get_bytes(r);
        b->part[i].evidence = cbor_get_bytes(r);
        cbor_leave(r);
    }
    cbor_leave(r);
}

int bundle_decode(struct span encoded, struct bundle *b)
{
    struct cbor_reader r;
    struct bundle got = {0};
    struct span label = {0};
    uint64_t key, version = 0;
    bool collateral = false;
    cbor_reader_init(&r, encoded);
    struct cbor_map map = cbor_enter_map(&r);
    while (cbor_next_key(&r, &map, &key)) {
        if (key == 0) {
            label = cbor_get_text(&r);
        } else if (key == 1) {
            version = cbor_get_uint(&r);
        } else if (key == 2) {
            get_parts(&r, &got);
        } else if (key == 3) {
            got.collateral = cbor_get_bytes(&r);
            collateral = true;
        } else {
            (void)cbor_skip(&r);
        }
    }
    cbor_leave(&r);
    int error = cbor_reader_finish(&r);
    if (error)
        return error;
    if (!span_equal(label, BUNDLE_LABEL) || version != BUNDLE_VERSION)
        return KEEP_ETYPE;
    if (collateral && got.collateral.size == 0) /* absent and empty would mean the same */
        return KEEP_EFORMAT;
    error = check_parts(&got);
    if (!error)
        *b = got;
    return error;
}
