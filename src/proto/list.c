/* SPDX-License-Identifier: Apache-2.0 */
/* Cursors over the encoded lists of messages. */
#include "list.h"

int list_open(struct span encoded_array, struct list_cursor *cursor)
{
    *cursor = (struct list_cursor){0};
    if (encoded_array.size == 0)
        return 0;
    struct cbor_reader r;
    cbor_reader_init(&r, encoded_array);
    size_t count = cbor_enter_array(&r, SIZE_MAX);
    if (r.error)
        return r.error;
    *cursor = (struct list_cursor){
        .rest = span_of(encoded_array.data + r.at, encoded_array.size - r.at),
        .left = count,
    };
    return 0;
}

bool list_ended(const struct list_cursor *cursor)
{
    return cursor->left == 0 && cursor->rest.size == 0;
}

/* Starts at the next item; next_done() moves the cursor behind what was read, if it was well-formed. */
static bool next_begin(const struct list_cursor *cursor, struct cbor_reader *r)
{
    if (cursor->left == 0)
        return false;
    cbor_reader_init(r, cursor->rest);
    return true;
}

static bool next_done(struct list_cursor *cursor, const struct cbor_reader *r, bool allowed)
{
    if (r->error || !allowed)
        return false;
    cursor->rest = span_of(cursor->rest.data + r->at, cursor->rest.size - r->at);
    cursor->left--;
    return true;
}

static bool without(struct span bytes, uint8_t unwanted)
{
    for (size_t i = 0; i < bytes.size; i++)
        if (bytes.data[i] == unwanted)
            return false;
    return true;
}

bool list_next_bytes(struct list_cursor *cursor, struct span *bytes)
{
    struct cbor_reader r;
    if (!next_begin(cursor, &r))
        return false;
    *bytes = cbor_get_bytes(&r);
    return next_done(cursor, &r, without(*bytes, 0));
}

bool list_next_name(struct list_cursor *cursor, struct span *name)
{
    struct cbor_reader r;
    if (!next_begin(cursor, &r))
        return false;
    *name = cbor_get_text(&r);
    return next_done(cursor, &r, name->size != 0 && name->size <= MESSAGE_FEATURE_MAX && without(*name, 0));
}

bool list_next_pair(struct list_cursor *cursor, struct span *name, struct span *value)
{
    struct cbor_reader r;
    if (!next_begin(cursor, &r))
        return false;
    bool two = cbor_enter_array(&r, 2) == 2;
    *name = cbor_get_bytes(&r);
    *value = cbor_get_bytes(&r);
    return next_done(
        cursor, &r, two && name->size != 0 && without(*name, '=') && without(*name, 0) && without(*value, 0));
}

/* Permission bits; nothing above rwxrwxrwx. */
static bool get_mode(struct cbor_reader *r, uint32_t *mode)
{
    uint64_t value = cbor_get_uint(r);
    *mode = (uint32_t)value;
    return value <= FILE_MODE_MAX;
}

bool list_next_file(struct list_cursor *cursor, struct deploy_file *file)
{
    struct cbor_reader r;
    if (!next_begin(cursor, &r))
        return false;
    bool four = cbor_enter_array(&r, 4) == 4;
    file->path = cbor_get_text(&r);
    file->size = cbor_get_uint(&r);
    struct span digest = cbor_get_bytes(&r);
    file->digest = digest.data;
    bool mode = get_mode(&r, &file->mode);
    return next_done(cursor, &r,
                     four && mode && digest.size == DIGEST_SIZE && guest_path_allowed(file->path));
}

bool list_next_secret(struct list_cursor *cursor, struct secret_file *file)
{
    struct cbor_reader r;
    if (!next_begin(cursor, &r))
        return false;
    bool three = cbor_enter_array(&r, 3) == 3;
    file->path = cbor_get_text(&r);
    file->bytes = cbor_get_bytes(&r);
    bool mode = get_mode(&r, &file->mode);
    return next_done(cursor, &r, three && mode && guest_path_allowed(file->path));
}

/* A part of a path: not empty, not "." or "..", without '/' and NUL. */
static bool part_allowed(struct span part)
{
    if (part.size == 0 || !without(part, '/') || !without(part, 0))
        return false;
    return !span_equal(part, SPAN_LITERAL(".")) && !span_equal(part, SPAN_LITERAL(".."));
}

bool list_next_entry(struct list_cursor *cursor, struct directory_entry *entry)
{
    struct cbor_reader r;
    if (!next_begin(cursor, &r))
        return false;
    bool three = cbor_enter_array(&r, 3) == 3;
    entry->name = cbor_get_text(&r);
    uint64_t kind = cbor_get_uint(&r);
    entry->kind = (enum entry_kind)kind;
    entry->size = cbor_get_uint(&r);
    return next_done(cursor, &r,
                     three && kind <= ENTRY_LINK && entry->name.size <= MESSAGE_PATH_MAX &&
                         part_allowed(entry->name));
}

bool list_next_time(struct list_cursor *cursor, struct stream_time *time)
{
    struct cbor_reader r;
    if (!next_begin(cursor, &r))
        return false;
    bool two = cbor_enter_array(&r, 2) == 2;
    time->end = cbor_get_uint(&r);
    time->time = cbor_get_uint(&r);
    return next_done(cursor, &r, two);
}

/* The next, if it lies behind the one before it. */
static bool next_later(struct list_cursor *cursor, struct stream_time *last)
{
    struct stream_time t;
    if (!list_next_time(cursor, &t))
        return false;
    bool later = t.end > last->end && t.time >= last->time;
    /* An item that is not allowed keeps the cursor from its end. */
    cursor->left += later ? 0 : 1;
    *last = t;
    return later;
}

/* Opens the list if it has no more items than that. */
static int open_limited(struct span encoded, size_t most, struct list_cursor *cursor)
{
    int error = list_open(encoded, cursor);
    return error ? error : cursor->left > most ? KEEP_ESIZE : 0;
}

#define DEFINE_CHECK(name, most, ...)                                                                        \
    int list_check_##name(struct span encoded)                                                               \
    {                                                                                                        \
        struct list_cursor cursor;                                                                           \
        int error = open_limited(encoded, most, &cursor);                                                    \
        if (error)                                                                                           \
            return error;                                                                                    \
        while (__VA_ARGS__)                                                                                  \
            ;                                                                                                \
        return list_ended(&cursor) ? 0 : KEEP_EFORMAT;                                                       \
    }

DEFINE_CHECK(args, MESSAGE_ARGS_MAX, list_next_bytes(&cursor, &(struct span){0}))
DEFINE_CHECK(names, MESSAGE_FEATURES_MAX, list_next_name(&cursor, &(struct span){0}))
DEFINE_CHECK(env, MESSAGE_ENV_MAX, list_next_pair(&cursor, &(struct span){0}, &(struct span){0}))
DEFINE_CHECK(files, MESSAGE_FILES_MAX, list_next_file(&cursor, &(struct deploy_file){0}))
DEFINE_CHECK(secrets, MESSAGE_FILES_MAX, list_next_secret(&cursor, &(struct secret_file){0}))
DEFINE_CHECK(entries, MESSAGE_DIRECTORY_MAX, list_next_entry(&cursor, &(struct directory_entry){0}))
DEFINE_CHECK(endpoints, 0, false)

int list_check_times(struct span encoded)
{
    struct list_cursor cursor;
    struct stream_time last = {0};
    int error = open_limited(encoded, STREAM_TIMES_MAX, &cursor);
    while (!error && next_later(&cursor, &last))
        ;
    return error ? error : list_ended(&cursor) ? 0 : KEEP_EFORMAT;
}

bool guest_path_allowed(struct span path)
{
    if (path.size < 2 || path.size > MESSAGE_PATH_MAX || path.data[0] != '/')
        return false;
    for (size_t start = 1, i = 1; i <= path.size; i++) {
        if (i < path.size && path.data[i] != '/')
            continue;
        if (!part_allowed(span_of(path.data + start, i - start)))
            return false;
        start = i + 1;
    }
    return true;
}
