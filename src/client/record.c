/* SPDX-License-Identifier: Apache-2.0 */
/* Records as JSON, and on disk. */
#include "record.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../base/file.h"
#include "../base/hex.h"
#include "key.h"

/* One row a field that is plain text; digests follow below. */
static const struct text_field {
    const char *name;
    size_t offset, capacity;
    bool needed;
} text_fields[] = {
#define FIELD(name, member, needed)                                                                          \
    {name, offsetof(struct casemate_record, member), sizeof((struct casemate_record *)0)->member, needed}
    FIELD("id", id, true),
    FIELD("name", name, false),
    FIELD("url", url, false),
    FIELD("tee", tee, true),
    FIELD("class", class_name, true),
    FIELD("root", root, false),
    FIELD("measurement", measurement, true),
    FIELD("key", key_reference, true),
    FIELD("exit", exit, false),
#undef FIELD
};

static const struct byte_field {
    const char *name;
    size_t offset, size;
    size_t flag; /* offset of the bool that says whether it is there; 0: always */
} byte_fields[] = {
#define FIELD(name, member, flag)                                                                            \
    {name, offsetof(struct casemate_record, member), sizeof((struct casemate_record *)0)->member, flag}
    FIELD("instance", instance, 0),
    FIELD("spki", spki, 0),
    FIELD("workload", workload, offsetof(struct casemate_record, has_workload)),
    FIELD("salt", salt, offsetof(struct casemate_record, has_workload)),
    FIELD("run", run, offsetof(struct casemate_record, has_run)),
#undef FIELD
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const bool *flag_of(const struct casemate_record *r, const struct byte_field *f)
{
    return f->flag ? (const bool *)((const char *)r + f->flag) : NULL;
}

static int put(json_t *root, const char *name, json_t *value)
{
    return json_object_set_new(root, name, value);
}

int record_encode(const struct casemate_record *r, struct buffer *json, struct casemate_error *err)
{
    json_t *root = json_object();
    char hex[2 * 64 + 1];
    bool bad = put(root, "version", json_integer(1)) < 0;
    for (size_t i = 0; i < COUNT(text_fields); i++) {
        const char *text = (const char *)r + text_fields[i].offset;
        bad = bad || (text[0] && put(root, text_fields[i].name, json_string(text)) < 0);
    }
    for (size_t i = 0; i < COUNT(byte_fields); i++) {
        const struct byte_field *f = &byte_fields[i];
        const bool *there = flag_of(r, f);
        if (there && !*there)
            continue;
        hex_encode((const uint8_t *)r + f->offset, f->size, hex);
        bad = bad || put(root, f->name, json_string(hex)) < 0;
    }
    bad = bad || put(root, "created", json_integer(r->created)) < 0 ||
          (r->policy.size && put(root, "policy", json_stringn(buffer_text(&r->policy), r->policy.size)) < 0);
    char *text = bad ? NULL : json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    json_decref(root);
    if (!text)
        return casemate_fail(err, E_INTERNAL, "The record of Keep %s cannot be written as JSON", r->id);
    buffer_printf(json, "%s\n", text);
    free(text);
    return json->failed ? casemate_fail(err, E_NOMEM, "No memory for a record") : 0;
}

static int damaged(struct casemate_error *err, const char *field)
{
    return casemate_fail(err, E_IO, "The record is damaged: its \"%s\" is missing or not what it must be",
                         field);
}

static int read_text(const json_t *root, const struct text_field *f, struct casemate_record *r,
                     struct casemate_error *err)
{
    const json_t *value = json_object_get(root, f->name);
    if (!value)
        return f->needed ? damaged(err, f->name) : 0;
    const char *text = json_string_value(value);
    size_t size = json_string_length(value);
    if (!text || size >= f->capacity || strlen(text) != size)
        return damaged(err, f->name);
    memcpy((char *)r + f->offset, text, size + 1);
    return 0;
}

static int read_bytes(const json_t *root, const struct byte_field *f, struct casemate_record *r,
                      struct casemate_error *err)
{
    const json_t *value = json_object_get(root, f->name);
    if (!value)
        return f->flag ? 0 : damaged(err, f->name);
    if (!json_is_string(value) ||
        !hex_decode(json_string_value(value), json_string_length(value), (uint8_t *)r + f->offset, f->size))
        return damaged(err, f->name);
    if (f->flag)
        *(bool *)((char *)r + f->flag) = true;
    return 0;
}

static int read_all(const json_t *root, struct casemate_record *r, struct casemate_error *err)
{
    const json_t *policy = json_object_get(root, "policy");
    if (json_integer_value(json_object_get(root, "version")) != 1)
        return damaged(err, "version");
    for (size_t i = 0; i < COUNT(text_fields); i++)
        if (read_text(root, &text_fields[i], r, err) < 0)
            return -1;
    for (size_t i = 0; i < COUNT(byte_fields); i++)
        if (read_bytes(root, &byte_fields[i], r, err) < 0)
            return -1;
    if (!keep_id_allowed(span_of(r->id, strlen(r->id))))
        return damaged(err, "id");
    if (!json_object_get(root, "workload") != !json_object_get(root, "salt"))
        return damaged(err, "salt");
    if (r->has_run && !r->has_workload)
        return damaged(err, "run");
    if (strcmp(r->class_name, "hardware") != 0 && strcmp(r->class_name, "simulated") != 0)
        return damaged(err, "class");
    r->created = json_integer_value(json_object_get(root, "created"));
    if (policy && !json_is_string(policy))
        return damaged(err, "policy");
    buffer_append(&r->policy, json_string_value(policy), json_string_length(policy));
    return r->policy.failed ? casemate_fail(err, E_NOMEM, "No memory for a record") : 0;
}

int record_decode(struct span json, struct casemate_record *r, struct casemate_error *err)
{
    json_error_t where;
    json_t *root = json_loadb((const char *)json.data, json.size, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(root)) {
        json_decref(root);
        return casemate_fail(err, E_IO, "The record is damaged: no JSON object");
    }
    int result = read_all(root, r, err);
    json_decref(root);
    return result;
}

static int path_in(const struct casemate_record *r, const char *name, char path[PATH_MAX],
                   struct casemate_error *err)
{
    if ((size_t)snprintf(path, PATH_MAX, "%s/%s", r->folder, name) >= PATH_MAX)
        return casemate_fail(err, E_IO, "The path %s is too long", r->folder);
    return 0;
}

int record_save(struct casemate_record *r, const struct casemate_key *own_key, struct casemate_error *err)
{
    char path[PATH_MAX];
    struct buffer json = {0};
    if (r->created == 0)
        r->created = (int64_t)time(NULL);
    int result = folder_make(r->folder, err);
    if (result == 0 && own_key)
        result =
            path_in(r, "key", path, err) < 0
                ? -1
                : file_write_atomic(path, own_key->private_text, strlen(own_key->private_text), 0600, err);
    /* The record last: with it there, everything is there. */
    if (result == 0)
        result = record_encode(r, &json, err);
    if (result == 0)
        result = path_in(r, "record.json", path, err);
    if (result == 0)
        result = file_write_atomic(path, json.data, json.size, 0600, err);
    buffer_free(&json);
    if (result < 0)
        (void)casemate_context(err, "The record of Keep %s cannot be kept", r->id);
    return result;
}

int record_key(const struct casemate_record *r, struct casemate_key **key, struct casemate_error *err)
{
    char path[PATH_MAX];
    struct buffer text = {0};
    if (path_in(r, "key", path, err) < 0)
        return -1;
    int result = file_read(path, KEY_TEXT_MAX * 4, &text, err);
    if (result == 0)
        result = casemate_key_parse(buffer_text(&text), text.size, key, err);
    buffer_wipe(&text);
    if (result < 0 && strcmp(r->key_reference, "own") != 0)
        (void)casemate_next(err, "This Keep is owned by the key in %s: give it with --key.",
                            r->key_reference);
    return result;
}

void casemate_record_free(casemate_record *r)
{
    if (!r)
        return;
    buffer_free(&r->policy);
    buffer_free(&r->shown);
    free(r);
}

int32_t casemate_record_delete(casemate_record *r, casemate_error *err)
{
    return folder_remove(r->folder, err);
}

/* What is no plain text: bytes in hexadecimal, time, policy. */
static void show_field(struct casemate_record *r, const char *name)
{
    for (size_t i = 0; i < COUNT(byte_fields); i++) {
        const struct byte_field *f = &byte_fields[i];
        const bool *there = flag_of(r, f);
        if (strcmp(f->name, name) != 0 || (there && !*there))
            continue;
        for (size_t k = 0; k < f->size; k++)
            buffer_printf(&r->shown, "%02x", ((const uint8_t *)r + f->offset)[k]);
    }
    if (strcmp(name, "created") == 0)
        buffer_printf(&r->shown, "%lld", (long long)r->created);
}

void casemate_record_field(const casemate_record *record, const char *name, size_t name_size,
                           const char **text, size_t *size)
{
    /* The text that is made here belongs to the record; that is all that changes in it. */
    struct casemate_record *r = (struct casemate_record *)(uintptr_t)record;
    char wanted[32] = {0};
    *text = "";
    if (name_size < sizeof wanted)
        memcpy(wanted, name, name_size);
    for (size_t i = 0; i < COUNT(text_fields); i++)
        if (strcmp(text_fields[i].name, wanted) == 0)
            *text = (const char *)r + text_fields[i].offset;
    if (strcmp(wanted, "policy") == 0)
        *text = buffer_text(&r->policy);
    if (!**text) {
        r->shown.size = 0;
        show_field(r, wanted);
        *text = buffer_text(&r->shown);
    }
    *size = strlen(*text);
}
