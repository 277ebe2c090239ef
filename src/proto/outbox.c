/* SPDX-License-Identifier: Apache-2.0 */
/* Codec of exit record, outbox and outbox file (docs/protocol.md, sections 5 and 6). */
#include "outbox.h"

#include "hpke.h"

static const char *const exit_names[] = {
    [EXIT_EXIT] = "exit",       [EXIT_TRAP] = "trap",     [EXIT_STOPPED] = "stopped",
    [EXIT_INVALID] = "invalid", [EXIT_FAILED] = "failed",
};

const char *exit_kind_name(enum exit_kind kind)
{
    return kind >= EXIT_EXIT && kind <= EXIT_FAILED ? exit_names[kind] : "?";
}

void exit_record_put(struct cbor_writer *w, const struct exit_record *e)
{
    cbor_writer_fail(w, e->text.size > EXIT_TEXT_MAX ? KEEP_ESIZE : 0);
    cbor_put_map(w, 4);
    cbor_put_uint(w, 0);
    cbor_put_text(w, span_text(exit_kind_name(e->kind)));
    cbor_put_uint(w, 1);
    cbor_put_uint(w, e->code);
    cbor_put_uint(w, 2);
    cbor_put_text(w, e->text);
    cbor_put_uint(w, 3);
    cbor_put_array(w, 2);
    cbor_put_uint(w, e->stream_size[0]);
    cbor_put_uint(w, e->stream_size[1]);
}

static enum exit_kind get_kind(struct cbor_reader *r)
{
    struct span text = cbor_get_text(r);
    for (unsigned k = EXIT_EXIT; k <= EXIT_FAILED; k++)
        if (span_equal(text, span_text(exit_names[k])))
            return (enum exit_kind)k;
    cbor_reader_fail(r, KEEP_EFORMAT);
    return EXIT_FAILED;
}

static void get_sizes(struct cbor_reader *r, uint64_t size[2])
{
    if (cbor_enter_array(r, 2) != 2)
        cbor_reader_fail(r, KEEP_EFORMAT);
    size[0] = cbor_get_uint(r);
    size[1] = cbor_get_uint(r);
    cbor_leave(r);
}

static void get_exit_field(struct cbor_reader *r, uint64_t key, struct exit_record *e)
{
    uint64_t code;
    switch (key) {
    case 0:
        e->kind = get_kind(r);
        break;
    case 1:
        code = cbor_get_uint(r);
        e->code = (uint32_t)code;
        if (code > UINT32_MAX)
            cbor_reader_fail(r, KEEP_EFORMAT);
        break;
    case 2:
        e->text = cbor_get_text(r);
        if (e->text.size > EXIT_TEXT_MAX)
            cbor_reader_fail(r, KEEP_EFORMAT);
        break;
    case 3:
        get_sizes(r, e->stream_size);
        break;
    default:
        (void)cbor_skip(r);
    }
}

void exit_record_get(struct cbor_reader *r, struct exit_record *e)
{
    unsigned seen = 0;
    uint64_t key;
    *e = (struct exit_record){0};
    struct cbor_map map = cbor_enter_map(r);
    while (cbor_next_key(r, &map, &key)) {
        get_exit_field(r, key, e);
        if (key < 4)
            seen |= 1u << key;
    }
    cbor_leave(r);
    if (seen != 15)
        cbor_reader_fail(r, KEEP_EFORMAT);
}

static void put_tail(struct cbor_writer *w, uint64_t offset, struct span bytes)
{
    cbor_put_array(w, 2);
    cbor_put_uint(w, offset);
    cbor_put_bytes(w, bytes);
}

static void get_tail(struct cbor_reader *r, uint64_t *offset, struct span *bytes)
{
    if (cbor_enter_array(r, 2) != 2)
        cbor_reader_fail(r, KEEP_EFORMAT);
    *offset = cbor_get_uint(r);
    *bytes = cbor_get_bytes(r);
    cbor_leave(r);
    if (bytes->size > STREAM_TAIL_MAX)
        cbor_reader_fail(r, KEEP_EFORMAT);
}

static void put_times(struct cbor_writer *w, struct span times)
{
    cbor_writer_fail(w, list_check_times(times));
    if (times.size)
        cbor_put_raw(w, times);
    else
        cbor_put_array(w, 0);
}

static void get_times(struct cbor_reader *r, struct outbox *o)
{
    o->has_times = true;
    if (cbor_enter_array(r, 2) != 2)
        cbor_reader_fail(r, KEEP_EFORMAT);
    for (unsigned i = 0; i < 2; i++) {
        o->times[i] = cbor_peek(r) == CBOR_ARRAY ? cbor_skip(r) : span_of(NULL, 0);
        cbor_reader_fail(r, o->times[i].size ? list_check_times(o->times[i]) : KEEP_EFORMAT);
    }
    cbor_leave(r);
}

static bool tail_inside(const struct outbox *o, size_t stream)
{
    return range_inside(o->tail_offset[stream], o->tail[stream].size, o->exit.stream_size[stream]);
}

int outbox_encode(const struct outbox *o, uint8_t *to, size_t capacity, size_t *size)
{
    struct cbor_writer w;
    struct span encoded;
    cbor_writer_init(&w, to, capacity);
    cbor_writer_fail(&w, tail_inside(o, 0) && tail_inside(o, 1) ? 0 : KEEP_EFORMAT);
    cbor_put_map(&w, o->has_times ? 6 : 5);
    cbor_put_uint(&w, 0);
    cbor_put_bytes(&w, span_of(o->instance, INSTANCE_ID_SIZE));
    cbor_put_uint(&w, 1);
    cbor_put_bytes(&w, span_of(o->run, RUN_ID_SIZE));
    cbor_put_uint(&w, 2);
    cbor_put_bytes(&w, span_of(o->workload, DIGEST_SIZE));
    cbor_put_uint(&w, 3);
    exit_record_put(&w, &o->exit);
    cbor_put_uint(&w, 4);
    cbor_put_array(&w, 2);
    put_tail(&w, o->tail_offset[0], o->tail[0]);
    put_tail(&w, o->tail_offset[1], o->tail[1]);
    if (o->has_times) {
        cbor_put_uint(&w, 5);
        cbor_put_array(&w, 2);
        put_times(&w, o->times[0]);
        put_times(&w, o->times[1]);
    }
    int error = cbor_writer_finish(&w, &encoded);
    *size = encoded.size;
    return error;
}

static void get_tails(struct cbor_reader *r, struct outbox *o)
{
    if (cbor_enter_array(r, 2) != 2)
        cbor_reader_fail(r, KEEP_EFORMAT);
    get_tail(r, &o->tail_offset[0], &o->tail[0]);
    get_tail(r, &o->tail_offset[1], &o->tail[1]);
    cbor_leave(r);
}

static void get_outbox_field(struct cbor_reader *r, uint64_t key, struct outbox *o)
{
    switch (key) {
    case 0:
        cbor_get_bytes_exact(r, o->instance, INSTANCE_ID_SIZE);
        break;
    case 1:
        cbor_get_bytes_exact(r, o->run, RUN_ID_SIZE);
        break;
    case 2:
        cbor_get_bytes_exact(r, o->workload, DIGEST_SIZE);
        break;
    case 3:
        exit_record_get(r, &o->exit);
        break;
    case 4:
        get_tails(r, o);
        break;
    case 5:
        get_times(r, o);
        break;
    default:
        (void)cbor_skip(r);
    }
}

int outbox_decode(struct span encoded, struct outbox *o)
{
    struct cbor_reader r;
    struct outbox got = {0};
    unsigned seen = 0;
    uint64_t key;
    cbor_reader_init(&r, encoded);
    struct cbor_map map = cbor_enter_map(&r);
    while (cbor_next_key(&r, &map, &key)) {
        get_outbox_field(&r, key, &got);
        if (key < 5)
            seen |= 1u << key;
    }
    cbor_leave(&r);
    int error = cbor_reader_finish(&r);
    if (error)
        return error;
    if (seen != 31 || !tail_inside(&got, 0) || !tail_inside(&got, 1))
        return KEEP_EFORMAT;
    *o = got;
    return 0;
}

#define FILE_LABEL SPAN_LITERAL("casemate-outbox")
enum { FILE_VERSION = 1 };

int outbox_file_encode(const struct outbox_file *f, uint8_t *to, size_t capacity, size_t *size)
{
    const struct span items[] = {f->statement, f->evidence, f->enc, f->ciphertext};
    struct cbor_writer w;
    struct span encoded;
    cbor_writer_init(&w, to, capacity);
    cbor_put_map(&w, 6);
    cbor_put_uint(&w, 0);
    cbor_put_text(&w, FILE_LABEL);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, FILE_VERSION);
    for (unsigned i = 0; i < 4; i++) {
        cbor_put_uint(&w, 2 + i);
        cbor_put_bytes(&w, items[i]);
    }
    int error = cbor_writer_finish(&w, &encoded);
    *size = encoded.size;
    return error;
}

int outbox_file_decode(struct span encoded, struct outbox_file *f)
{
    struct cbor_reader r;
    struct span item[6] = {0}, label = {0};
    uint64_t key, version = 0;
    unsigned seen = 0;
    cbor_reader_init(&r, encoded);
    struct cbor_map map = cbor_enter_map(&r);
    while (cbor_next_key(&r, &map, &key)) {
        if (key == 0)
            label = cbor_get_text(&r);
        else if (key == 1)
            version = cbor_get_uint(&r);
        else if (key < 6)
            item[key] = cbor_get_bytes(&r);
        else
            (void)cbor_skip(&r);
        if (key < 6)
            seen |= 1u << key;
    }
    cbor_leave(&r);
    int error = cbor_reader_finish(&r);
    if (error)
        return error;
    if (seen != 63 || item[4].size != HPKE_ENC_SIZE || item[2].size > STATEMENT_SIZE_MAX)
        return KEEP_EFORMAT;
    if (!span_equal(label, FILE_LABEL) || version != FILE_VERSION)
        return KEEP_ETYPE;
    *f = (struct outbox_file){item[2], item[3], item[4], item[5]};
    return 0;
}
