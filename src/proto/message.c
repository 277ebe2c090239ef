/* SPDX-License-Identifier: Apache-2.0 */
/* Codec of the session's messages: one table of types and their fields drives both directions
 * (docs/protocol.md, section 5). */
#include "message.h"

#include "cbor.h"

enum form {
    FORM_FIXED,  /* byte string of exactly `most` bytes, copied */
    FORM_BYTES,  /* byte string of `least` to `most` bytes, a span */
    FORM_TEXT,   /* text of at most `most` bytes, a span */
    FORM_PATH,   /* a guest path, or "/" */
    FORM_UINT,   /* uint64_t */
    FORM_MODE,   /* uint32_t, permission bits */
    FORM_STATE,  /* enum keep_state */
    FORM_STREAM, /* unsigned, 1 or 2 */
    FORM_BOOL,
    FORM_OFFSETS, /* uint64_t[2] */
    FORM_LIST,    /* encoded array, checked by `check` */
    FORM_LIMITS,
    FORM_EXIT,
};

struct field {
    uint8_t key, form;
    uint16_t offset;
    uint16_t present; /* offset of the bool that says whether an optional field is there; 0: always there */
    uint32_t least, most;
    int (*check)(struct span encoded);
};

#define AT(member)         offsetof(struct message, member)
#define FIXED(key, member) {key, FORM_FIXED, AT(member), 0, 0, sizeof((struct message *)0)->member, NULL}
#define FIXED_IF(key, member, has)                                                                           \
    {key, FORM_FIXED, AT(member), AT(has), 0, sizeof((struct message *)0)->member, NULL}
#define BYTES(key, member, least, most)        {key, FORM_BYTES, AT(member), 0, least, most, NULL}
#define TEXT(key, member, most)                {key, FORM_TEXT, AT(member), 0, 0, most, NULL}
#define PLAIN(key, form, member)               {key, FORM_##form, AT(member), 0, 0, 0, NULL}
#define PLAIN_IF(key, form, member, has)       {key, FORM_##form, AT(member), AT(has), 0, 0, NULL}
#define TEXT_IF(key, member, has, least, most) {key, FORM_TEXT, AT(member), AT(has), least, most, NULL}
#define LIST_IF(key, member, has, check)       {key, FORM_LIST, AT(member), AT(has), 0, 0, list_check_##check}
#define LIST(key, member, check)               {key, FORM_LIST, AT(member), 0, 0, 0, list_check_##check}

enum { FIELDS_MAX = 12 };
#define CLIENT MESSAGE_FROM_CLIENT
#define KEEP   MESSAGE_FROM_KEEP

static const struct type {
    const char *name;
    unsigned senders;
    struct field field[FIELDS_MAX]; /* by ascending key; key 0 ends them */
} types[] = {
    [MESSAGE_ATTEST] = {"attest", CLIENT, {FIXED(1, nonce)}},
    [MESSAGE_ATTEST_WORKLOAD] = {"attest-workload", CLIENT, {FIXED(1, nonce)}},
    [MESSAGE_OWNER] = {"owner",
                       CLIENT,
                       {BYTES(1, spki, P256_SPKI_SIZE, P256_SPKI_SIZE),
                        BYTES(2, outbox_key, P256_POINT_SIZE, P256_POINT_SIZE), FIXED(3, signature)}},
    [MESSAGE_DEPLOY] = {"deploy",
                        CLIENT,
                        {PLAIN(1, UINT, deploy.module_size), FIXED(2, deploy.module_digest),
                         LIST(3, deploy.args, args), LIST(4, deploy.env, env), LIST(5, deploy.files, files),
                         PLAIN(6, LIMITS, deploy.limits), LIST(7, deploy.endpoints, endpoints),
                         PLAIN(8, UINT, deploy.time_floor), FIXED(9, deploy.salt),
                         PLAIN(10, BOOL, deploy.is_public),
                         TEXT_IF(11, deploy.entry, deploy.has_entry, 1, MESSAGE_ENTRY_MAX),
                         LIST_IF(12, deploy.features_off, deploy.has_features, names)}},
    [MESSAGE_DATA] = {"data", CLIENT | KEEP, {BYTES(1, bytes, 1, MESSAGE_DATA_MAX)}},
    [MESSAGE_SECRETS] = {"secrets", CLIENT, {FIXED(1, workload), LIST(2, env, env), LIST(3, files, secrets)}},
    [MESSAGE_START] = {"start",
                       CLIENT,
                       {FIXED(1, workload), FIXED(2, run), PLAIN(3, BOOL, attach), PLAIN(4, BOOL, input)}},
    [MESSAGE_STOP] = {"stop", CLIENT, {FIXED(1, workload), FIXED(2, run)}},
    [MESSAGE_ATTACH] = {"attach",
                        CLIENT,
                        {FIXED(1, workload), FIXED(2, run), PLAIN(3, OFFSETS, offset),
                         PLAIN(4, BOOL, input)}},
    [MESSAGE_LOGS] = {"logs", CLIENT, {FIXED(1, workload), FIXED(2, run), PLAIN(3, OFFSETS, offset)}},
    [MESSAGE_INPUT] = {"input", CLIENT, {BYTES(1, bytes, 0, MESSAGE_DATA_MAX), PLAIN(2, BOOL, end)}},
    [MESSAGE_CP] = {"cp", CLIENT, {FIXED(1, workload), FIXED(2, run), PLAIN(3, PATH, path)}},
    [MESSAGE_STATEMENT] = {"statement",
                           KEEP,
                           {BYTES(1, statement, 1, STATEMENT_SIZE_MAX),
                            BYTES(2, evidence, 1, EVIDENCE_SIZE_MAX)}},
    [MESSAGE_OWNER_VIEW] = {"owner-view",
                            KEEP,
                            {PLAIN(1, STATE, state), FIXED(2, owner), FIXED_IF(3, workload, has_workload),
                             FIXED_IF(4, salt, has_workload), FIXED_IF(5, run, has_run)}},
    [MESSAGE_CONTINUE] = {"continue", KEEP, {{0}}},
    [MESSAGE_WORKLOAD] = {"workload", KEEP, {FIXED(1, workload)}},
    [MESSAGE_OK] = {"ok", KEEP, {{0}}},
    [MESSAGE_RUNNING] = {"running", KEEP, {FIXED(1, run)}},
    [MESSAGE_ATTACHED] = {"attached", KEEP, {PLAIN(1, OFFSETS, offset)}},
    [MESSAGE_OUTPUT] =
        {"output",
         KEEP,
         {PLAIN(1, STREAM, stream), PLAIN(2, UINT, position), BYTES(3, bytes, 1, MESSAGE_DATA_MAX),
          PLAIN_IF(4, UINT, time, has_time)}},
    [MESSAGE_INPUT_ACK] = {"input-ack", KEEP, {PLAIN(1, UINT, position)}},
    [MESSAGE_LOGS_END] = {"logs-end", KEEP, {PLAIN(1, OFFSETS, offset)}},
    [MESSAGE_EXIT] = {"exit", KEEP, {PLAIN(1, EXIT, exit)}},
    [MESSAGE_FILE] = {"file", KEEP, {PLAIN(1, UINT, position), PLAIN(2, MODE, mode)}},
    [MESSAGE_DIRECTORY] = {"directory", KEEP, {LIST(1, entries, entries)}},
    [MESSAGE_ERROR] =
        {"error",
         KEEP,
         {TEXT(1, code, MESSAGE_CODE_MAX), TEXT(2, text, MESSAGE_TEXT_MAX), PLAIN(3, BOOL, closes)}},
};

static bool type_known(enum message_type type)
{
    return type >= MESSAGE_ATTEST && type <= MESSAGE_ERROR;
}

const char *message_type_name(enum message_type type)
{
    return type_known(type) ? types[type].name : "?";
}

static bool field_ends(const struct type *type, size_t i)
{
    return i == FIELDS_MAX || type->field[i].key == 0;
}

static bool field_present(const struct message *m, const struct field *f)
{
    return f->present == 0 || *(const bool *)((const uint8_t *)m + f->present);
}

/* ---- encoding ---- */

static bool size_allowed(const struct field *f, struct span bytes)
{
    return bytes.size >= f->least && bytes.size <= f->most;
}

static bool path_allowed(struct span path)
{
    return guest_path_allowed(path) || span_equal(path, SPAN_LITERAL("/"));
}

static void put_list(struct cbor_writer *w, const struct field *f, struct span encoded)
{
    cbor_writer_fail(w, f->check(encoded));
    if (encoded.size)
        cbor_put_raw(w, encoded);
    else
        cbor_put_array(w, 0);
}

static void put_offsets(struct cbor_writer *w, const uint64_t offset[2])
{
    cbor_put_array(w, 2);
    cbor_put_uint(w, offset[0]);
    cbor_put_uint(w, offset[1]);
}

static void put_field(struct cbor_writer *w, const struct field *f, const void *from)
{
    switch ((enum form)f->form) {
    case FORM_FIXED:
        cbor_put_bytes(w, span_of(from, f->most));
        break;
    case FORM_BYTES:
        cbor_writer_fail(w, size_allowed(f, *(const struct span *)from) ? 0 : KEEP_ESIZE);
        cbor_put_bytes(w, *(const struct span *)from);
        break;
    case FORM_TEXT:
        cbor_writer_fail(w, size_allowed(f, *(const struct span *)from) ? 0 : KEEP_ESIZE);
        cbor_put_text(w, *(const struct span *)from);
        break;
    case FORM_PATH:
        cbor_writer_fail(w, path_allowed(*(const struct span *)from) ? 0 : KEEP_EFORMAT);
        cbor_put_text(w, *(const struct span *)from);
        break;
    case FORM_UINT:
        cbor_put_uint(w, *(const uint64_t *)from);
        break;
    case FORM_MODE:
        cbor_put_uint(w, *(const uint32_t *)from);
        break;
    case FORM_STATE:
        cbor_put_uint(w, *(const enum keep_state *)from);
        break;
    case FORM_STREAM:
        cbor_put_uint(w, *(const unsigned *)from);
        break;
    case FORM_BOOL:
        cbor_put_bool(w, *(const bool *)from);
        break;
    case FORM_OFFSETS:
        put_offsets(w, from);
        break;
    case FORM_LIST:
        put_list(w, f, *(const struct span *)from);
        break;
    case FORM_LIMITS:
        deploy_limits_put(w, from);
        break;
    case FORM_EXIT:
        exit_record_put(w, from);
        break;
    }
}

static size_t count_fields(const struct type *type, const struct message *m)
{
    size_t count = 1;
    for (size_t i = 0; !field_ends(type, i); i++)
        count += field_present(m, &type->field[i]);
    return count;
}

int message_encode(const struct message *m, uint8_t *to, size_t capacity, size_t *size)
{
    struct cbor_writer w;
    struct span encoded;
    *size = 0;
    if (!type_known(m->type))
        return KEEP_ETYPE;
    if (capacity < MESSAGE_HEADER_SIZE)
        return KEEP_ESIZE;
    const struct type *type = &types[m->type];
    cbor_writer_init(&w, to + MESSAGE_HEADER_SIZE, capacity - MESSAGE_HEADER_SIZE);
    cbor_put_map(&w, count_fields(type, m));
    cbor_put_uint(&w, 0);
    cbor_put_text(&w, span_text(type->name));
    for (size_t i = 0; !field_ends(type, i); i++) {
        const struct field *f = &type->field[i];
        if (!field_present(m, f))
            continue;
        cbor_put_uint(&w, f->key);
        put_field(&w, f, (const uint8_t *)m + f->offset);
    }
    int error = cbor_writer_finish(&w, &encoded);
    if (!error && encoded.size > MESSAGE_SIZE_OWNER)
        error = KEEP_ESIZE;
    if (error)
        return error;
    store_be32(to, (uint32_t)encoded.size);
    *size = MESSAGE_HEADER_SIZE + encoded.size;
    return 0;
}

/* ---- decoding ---- */

static struct span get_sized(struct cbor_reader *r, const struct field *f)
{
    struct span bytes = f->form == FORM_BYTES ? cbor_get_bytes(r) : cbor_get_text(r);
    if (!size_allowed(f, bytes))
        cbor_reader_fail(r, KEEP_EFORMAT);
    return bytes;
}

static struct span get_path(struct cbor_reader *r)
{
    struct span path = cbor_get_text(r);
    if (!path_allowed(path))
        cbor_reader_fail(r, KEEP_EFORMAT);
    return path;
}

static uint64_t get_between(struct cbor_reader *r, uint64_t least, uint64_t most)
{
    uint64_t value = cbor_get_uint(r);
    if (value < least || value > most)
        cbor_reader_fail(r, KEEP_EFORMAT);
    return value;
}

static struct span get_list(struct cbor_reader *r, const struct field *f)
{
    struct span encoded = cbor_peek(r) == CBOR_ARRAY ? cbor_skip(r) : span_of(NULL, 0);
    cbor_reader_fail(r, encoded.size ? f->check(encoded) : KEEP_EFORMAT);
    return encoded;
}

static void get_offsets(struct cbor_reader *r, uint64_t offset[2])
{
    if (cbor_enter_array(r, 2) != 2)
        cbor_reader_fail(r, KEEP_EFORMAT);
    offset[0] = cbor_get_uint(r);
    offset[1] = cbor_get_uint(r);
    cbor_leave(r);
}

static void get_field(struct cbor_reader *r, const struct field *f, void *to)
{
    switch ((enum form)f->form) {
    case FORM_FIXED:
        cbor_get_bytes_exact(r, to, f->most);
        break;
    case FORM_BYTES:
    case FORM_TEXT:
        *(struct span *)to = get_sized(r, f);
        break;
    case FORM_PATH:
        *(struct span *)to = get_path(r);
        break;
    case FORM_UINT:
        *(uint64_t *)to = cbor_get_uint(r);
        break;
    case FORM_MODE:
        *(uint32_t *)to = (uint32_t)get_between(r, 0, FILE_MODE_MAX);
        break;
    case FORM_STATE:
        *(enum keep_state *)to = (enum keep_state)get_between(r, KEEP_UNOWNED, KEEP_ENDED);
        break;
    case FORM_STREAM:
        *(unsigned *)to = (unsigned)get_between(r, STREAM_STDOUT, STREAM_STDERR);
        break;
    case FORM_BOOL:
        *(bool *)to = cbor_get_bool(r);
        break;
    case FORM_OFFSETS:
        get_offsets(r, to);
        break;
    case FORM_LIST:
        *(struct span *)to = get_list(r, f);
        break;
    case FORM_LIMITS:
        deploy_limits_get(r, to);
        break;
    case FORM_EXIT:
        exit_record_get(r, to);
        break;
    }
}

/* Key 0, which comes first. */
static int get_type(struct cbor_reader *r, struct cbor_map *map, enum message_sender sender,
                    enum message_type *type)
{
    uint64_t key;
    if (!cbor_next_key(r, map, &key) || key != 0)
        return r->error ? r->error : KEEP_EFORMAT;
    struct span name = cbor_get_text(r);
    if (r->error)
        return r->error;
    for (unsigned t = MESSAGE_ATTEST; t <= MESSAGE_ERROR; t++)
        if (span_equal(name, span_text(types[t].name)) && (types[t].senders & sender)) {
            *type = (enum message_type)t;
            return 0;
        }
    return KEEP_ETYPE;
}

/* One bit for each field that was there. */
static uint32_t get_fields(struct cbor_reader *r, struct cbor_map *map, const struct type *type,
                           struct message *m)
{
    uint32_t seen = 0;
    uint64_t key;
    while (cbor_next_key(r, map, &key)) {
        size_t i = 0;
        while (!field_ends(type, i) && type->field[i].key != key)
            i++;
        if (field_ends(type, i)) {
            (void)cbor_skip(r);
            continue;
        }
        get_field(r, &type->field[i], (uint8_t *)m + type->field[i].offset);
        seen |= 1u << i;
        if (type->field[i].present)
            *(bool *)((uint8_t *)m + type->field[i].present) = true;
    }
    return seen;
}

/* Required fields are there, and optional ones that come together came together. */
static bool complete(const struct type *type, const struct message *m, uint32_t seen)
{
    for (size_t i = 0; !field_ends(type, i); i++)
        if (field_present(m, &type->field[i]) != ((seen >> i & 1) != 0))
            return false;
    return true;
}

int message_decode(enum message_sender sender, struct span encoded, struct message *m)
{
    struct cbor_reader r;
    enum message_type type;
    if (encoded.size > MESSAGE_SIZE_OWNER)
        return KEEP_ESIZE;
    cbor_reader_init(&r, encoded);
    struct cbor_map map = cbor_enter_map(&r);
    int error = get_type(&r, &map, sender, &type);
    if (error)
        return error;
    memset(m, 0, sizeof *m);
    m->type = type;
    uint32_t seen = get_fields(&r, &map, &types[type], m);
    cbor_leave(&r);
    error = cbor_reader_finish(&r);
    if (!error && !complete(&types[type], m, seen))
        error = KEEP_EFORMAT;
    if (error) /* nothing of a message that is not whole is ever used */
        memset(m, 0, sizeof *m);
    return error;
}
