/* SPDX-License-Identifier: Apache-2.0 */
/* Codec of the portal's frames (docs/protocol.md, section 2). One row a kind says what its header may be. */
#include "frame.h"

#include "cbor.h"
#include "name.h"

static const struct {
    bool on_channel_zero;
    uint32_t least, most; /* payload sizes */
} rules[] = {
    [FRAME_BOOT] = {true, 1, BOOT_RECORD_SIZE_MAX},
    [FRAME_OPEN] = {false, 1, 1},
    [FRAME_DATA] = {false, 1, FRAME_PAYLOAD_MAX},
    [FRAME_CREDIT] = {false, 4, 4},
    [FRAME_CLOSE] = {false, 0, 0},
    [FRAME_REQUEST] = {true, FRAME_CALL_HEADER_SIZE, FRAME_PAYLOAD_MAX},
    [FRAME_REPLY] = {true, FRAME_CALL_HEADER_SIZE, FRAME_PAYLOAD_MAX},
};

void frame_encode(const struct frame *f, uint8_t header[FRAME_HEADER_SIZE])
{
    header[0] = f->kind;
    header[1] = 0;
    store_le16(header + 2, f->channel);
    store_le32(header + 4, f->size);
}

int frame_decode(const uint8_t header[FRAME_HEADER_SIZE], struct frame *f)
{
    struct frame got = {header[0], load_le16(header + 2), load_le32(header + 4)};
    if (got.kind < FRAME_BOOT || got.kind > FRAME_REPLY || header[1] != 0)
        return KEEP_EFORMAT;
    if ((got.channel == 0) != rules[got.kind].on_channel_zero)
        return KEEP_EFORMAT;
    if (got.size < rules[got.kind].least || got.size > rules[got.kind].most)
        return KEEP_EFORMAT;
    *f = got;
    return 0;
}

void frame_call_encode(const struct frame_call *call, uint8_t payload[FRAME_CALL_HEADER_SIZE])
{
    store_le32(payload, call->id);
    store_le16(payload + 4, call->code);
    store_le16(payload + 6, 0);
}

int frame_call_decode(enum frame_kind kind, struct span payload, struct frame_call *call, struct span *body)
{
    if (payload.size < FRAME_CALL_HEADER_SIZE || payload.size > FRAME_PAYLOAD_MAX)
        return KEEP_EFORMAT;
    struct frame_call got = {load_le32(payload.data), load_le16(payload.data + 4)};
    size_t size = payload.size - FRAME_CALL_HEADER_SIZE;
    if (got.id == 0 || load_le16(payload.data + 6) != 0)
        return KEEP_EFORMAT;
    if (kind == FRAME_REQUEST && (got.code < FRAME_METHOD_EVIDENCE || got.code > FRAME_METHOD_LOG))
        return KEEP_EFORMAT;
    if (kind == FRAME_REPLY && (got.code > FRAME_STATUS_RETRY || (got.code != FRAME_STATUS_OK && size != 0)))
        return KEEP_EFORMAT;
    *call = got;
    *body = span_of(payload.data + FRAME_CALL_HEADER_SIZE, size);
    return 0;
}

int frame_purpose_decode(struct span payload, enum frame_purpose *purpose)
{
    if (payload.size != 1 ||
        (payload.data[0] != FRAME_PURPOSE_SESSION && payload.data[0] != FRAME_PURPOSE_OUTBOX))
        return KEEP_EFORMAT;
    *purpose = (enum frame_purpose)payload.data[0];
    return 0;
}

int frame_credit_decode(struct span payload, uint32_t *count)
{
    if (payload.size != 4 || load_le32(payload.data) == 0)
        return KEEP_EFORMAT;
    *count = load_le32(payload.data);
    return 0;
}

int boot_record_encode(const struct boot_record *b, uint8_t *to, size_t capacity, size_t *size)
{
    struct cbor_writer w;
    struct span encoded;
    cbor_writer_init(&w, to, capacity < BOOT_RECORD_SIZE_MAX ? capacity : BOOT_RECORD_SIZE_MAX);
    cbor_put_map(&w, 3);
    cbor_put_uint(&w, 0);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, 1);
    name_put(&w, b->tee, sizeof b->tee);
    cbor_put_uint(&w, 2);
    cbor_put_uint(&w, b->memory);
    int error = cbor_writer_finish(&w, &encoded);
    *size = encoded.size;
    return error;
}

int boot_record_decode(struct span encoded, struct boot_record *b)
{
    struct cbor_reader r;
    struct boot_record got = {0};
    unsigned seen = 0;
    uint64_t key;
    if (encoded.size > BOOT_RECORD_SIZE_MAX)
        return KEEP_ESIZE;
    cbor_reader_init(&r, encoded);
    struct cbor_map map = cbor_enter_map(&r);
    while (cbor_next_key(&r, &map, &key)) {
        if (key <= 2)
            seen |= 1u << key;
        if (key == 0) {
            if (cbor_get_uint(&r) != 1 && !r.error)
                return KEEP_ETYPE;
        } else if (key == 1) {
            name_get(&r, got.tee, sizeof got.tee);
        } else if (key == 2) {
            got.memory = cbor_get_uint(&r);
        } else {
            (void)cbor_skip(&r);
        }
    }
    cbor_leave(&r);
    int error = cbor_reader_finish(&r);
    if (error)
        return error;
    if (seen != 7)
        return KEEP_EFORMAT;
    *b = got;
    return 0;
}
