/* SPDX-License-Identifier: Apache-2.0 */
/* A package on the wire (docs/protocol.md, section 5): its deploy, its secrets, its bytes, its digest. */
#include "package.h"

#include <inttypes.h>
#include <jansson.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../base/hex.h"

enum { ITEM_OVERHEAD = 9 + 9 + 9 + 9 }; /* heads of one list item at most */

static int no_memory(struct casemate_error *err)
{
    return casemate_fail(err, E_NOMEM, "No memory for the workload");
}

/* Runs an encoder into a buffer that is large enough. */
static int encode(struct buffer *to, size_t capacity,
                  void (*write)(struct cbor_writer *w, const struct casemate_package *p, bool secret),
                  const struct casemate_package *p, bool secret, struct casemate_error *err)
{
    struct cbor_writer w;
    struct span encoded;
    to->size = 0;
    if (!buffer_reserve(to, capacity))
        return no_memory(err);
    cbor_writer_init(&w, to->data, capacity);
    write(&w, p, secret);
    if (cbor_writer_finish(&w, &encoded) < 0)
        return casemate_fail(err, E_USAGE, "A name or path of the workload is not UTF-8 text");
    to->size = encoded.size;
    return 0;
}

static void write_arguments(struct cbor_writer *w, const struct casemate_package *p, bool secret)
{
    (void)secret;
    cbor_put_array(w, p->argument_count + 1);
    cbor_put_bytes(w, span_of(p->name, strlen(p->name)));
    for (size_t i = 0; i < p->argument_count; i++) {
        char bits[24];
        if (p->entry)
            cbor_put_bytes(
                w, span_of(bits, (size_t)snprintf(bits, sizeof bits, "%" PRIu64, p->entry_values[i])));
        else
            cbor_put_bytes(w, span_of(buffer_text(&p->arguments[i]), p->arguments[i].size));
    }
}

static void write_features(struct cbor_writer *w, const struct casemate_package *p, bool secret)
{
    (void)secret;
    cbor_put_array(w, p->features_off_count);
    for (size_t i = 0; i < p->features_off_count; i++)
        cbor_put_text(w, span_of(p->features_off[i], strlen(p->features_off[i])));
}

static void write_variables(struct cbor_writer *w, const struct casemate_package *p, bool secret)
{
    size_t count = 0;
    for (size_t i = 0; i < p->variable_count; i++)
        count += p->variables[i].secret == secret ? 1 : 0;
    cbor_put_array(w, count);
    for (size_t i = 0; i < p->variable_count; i++) {
        const struct package_variable *v = &p->variables[i];
        if (v->secret != secret)
            continue;
        cbor_put_array(w, 2);
        cbor_put_bytes(w, span_of(v->name, strlen(v->name)));
        cbor_put_bytes(w, span_of(v->value, v->value_size));
    }
}

static void write_files(struct cbor_writer *w, const struct casemate_package *p, bool secret)
{
    size_t count = 0;
    for (size_t i = 0; i < p->file_count; i++)
        count += p->files[i].secret == secret ? 1 : 0;
    cbor_put_array(w, count);
    for (size_t i = 0; i < p->file_count; i++) {
        const struct package_file *f = &p->files[i];
        if (f->secret != secret)
            continue;
        cbor_put_array(w, secret ? 3 : 4);
        cbor_put_text(w, span_of(f->guest, strlen(f->guest)));
        if (secret) {
            cbor_put_bytes(w, span_of(f->bytes, f->size));
        } else {
            cbor_put_uint(w, f->size);
            cbor_put_bytes(w, span_of(f->digest, sizeof f->digest));
        }
        cbor_put_uint(w, f->mode);
    }
}

static size_t arguments_size(const struct casemate_package *p)
{
    size_t size = ITEM_OVERHEAD + strlen(p->name);
    for (size_t i = 0; i < p->argument_count; i++)
        size += ITEM_OVERHEAD + (p->entry ? 24 : p->arguments[i].size);
    return size;
}

static size_t variables_size(const struct casemate_package *p)
{
    size_t size = ITEM_OVERHEAD;
    for (size_t i = 0; i < p->variable_count; i++)
        size += ITEM_OVERHEAD + strlen(p->variables[i].name) + p->variables[i].value_size;
    return size;
}

static size_t files_size(const struct casemate_package *p, bool secret)
{
    size_t size = ITEM_OVERHEAD;
    for (size_t i = 0; i < p->file_count; i++)
        if (p->files[i].secret == secret)
            size += ITEM_OVERHEAD + strlen(p->files[i].guest) + (secret ? p->files[i].size : DIGEST_SIZE);
    return size;
}

void package_deploy(const struct casemate_package *p, struct deploy *deploy)
{
    static const uint8_t no_endpoints[] = {0x80};
    *deploy = (struct deploy){
        .module_size = p->module.size,
        .args = span_of(p->args.data, p->args.size),
        .env = span_of(p->env.data, p->env.size),
        .files = span_of(p->list.data, p->list.size),
        .endpoints = span_of(no_endpoints, sizeof no_endpoints),
        .limits = p->limits,
        .time_floor = p->time_floor,
        .is_public = p->is_public,
        .has_entry = p->entry != NULL,
        .has_features = p->features_off_count > 0,
        .features_off = span_of(p->features.data, p->features.size),
    };
    if (p->entry)
        deploy->entry = span_of(p->entry, strlen(p->entry));
    memcpy(deploy->module_digest, p->module_digest, DIGEST_SIZE);
    memcpy(deploy->salt, p->salt, SALT_SIZE);
}

int32_t casemate_package_seal(casemate_package *p, const void *salt, casemate_error *err)
{
    struct deploy deploy;
    if (casemate_prepare(err) < 0)
        return -1;
    if (salt)
        memcpy(p->salt, salt, SALT_SIZE);
    else if (psa_generate_random(p->salt, SALT_SIZE) != PSA_SUCCESS)
        return casemate_fail(err, E_INTERNAL, "The random generator failed");
    if (p->entry && !p->entry_values && casemate_package_check(p, err) < 0)
        return -1;
    if (p->time_floor == 0)
        p->time_floor = (uint64_t)time(NULL);
    if (encode(&p->args, arguments_size(p), write_arguments, p, false, err) < 0 ||
        encode(&p->env, variables_size(p), write_variables, p, false, err) < 0 ||
        encode(&p->list, files_size(p, false), write_files, p, false, err) < 0 ||
        encode(&p->features, ITEM_OVERHEAD + p->features_off_count * (ITEM_OVERHEAD + MESSAGE_FEATURE_MAX),
               write_features, p, false, err) < 0)
        return -1;
    if (p->args.size + p->env.size + p->list.size + 4096 > MESSAGE_SIZE_OWNER)
        return casemate_fail(err, E_LIMIT,
                             "Arguments, environment and list of files are larger than 1 MiB together");
    package_deploy(p, &deploy);
    if (deploy_workload_digest(&deploy, p->digest) < 0)
        return casemate_fail(err, E_INTERNAL, "The workload digest cannot be computed");
    p->sealed = true;
    return 0;
}

void casemate_package_digest(const casemate_package *p, const void **digest, size_t *size)
{
    *digest = p->digest;
    *size = p->sealed ? sizeof p->digest : 0;
}

int package_secrets(const struct casemate_package *p, struct buffer *env, struct buffer *files, bool *any,
                    struct casemate_error *err)
{
    *any = false;
    for (size_t i = 0; i < p->variable_count; i++)
        *any = *any || p->variables[i].secret;
    for (size_t i = 0; i < p->file_count; i++)
        *any = *any || p->files[i].secret;
    if (encode(env, variables_size(p), write_variables, p, true, err) < 0 ||
        encode(files, files_size(p, true), write_files, p, true, err) < 0)
        return -1;
    if (env->size + files->size + 512 > MESSAGE_SIZE_OWNER)
        return casemate_fail(err, E_LIMIT, "The secrets are larger than 1 MiB together");
    return 0;
}

uint64_t package_total(const struct casemate_package *p)
{
    uint64_t total = p->module.size;
    for (size_t i = 0; i < p->file_count; i++)
        total += p->files[i].secret ? 0 : p->files[i].size;
    return total;
}

/* Copies what of one part lies at *position on; what lies before it is skipped. */
static size_t copy_part(const uint8_t *part, size_t size, uint64_t *position, uint8_t *bytes, size_t capacity)
{
    if (*position >= size) {
        *position -= size;
        return 0;
    }
    size_t from = (size_t)*position, take = size - from;
    if (take > capacity)
        take = capacity;
    memcpy(bytes, part + from, take);
    *position = 0;
    return take;
}

size_t package_bytes(const struct casemate_package *p, uint64_t position, uint8_t *bytes, size_t capacity)
{
    size_t got = copy_part(p->module.data, p->module.size, &position, bytes, capacity);
    for (size_t i = 0; i < p->file_count && got < capacity; i++)
        if (!p->files[i].secret && p->files[i].size)
            got += copy_part(p->files[i].bytes, p->files[i].size, &position, bytes + got, capacity - got);
    return got;
}

/* ---- for people ---- */

static json_t *digest_text(const uint8_t digest[DIGEST_SIZE])
{
    char text[2 * DIGEST_SIZE + 1];
    hex_encode(digest, DIGEST_SIZE, text);
    return json_string(text);
}

/* Bytes that are text as they are, others in hexadecimal with a mark. */
static json_t *shown_bytes(const uint8_t *bytes, size_t size)
{
    json_t *text = json_stringn((const char *)bytes, size);
    if (text)
        return text;
    struct buffer hex = {0};
    buffer_append_text(&hex, "hex:");
    for (size_t i = 0; i < size; i++)
        buffer_printf(&hex, "%02x", bytes[i]);
    text = json_string(buffer_text(&hex));
    buffer_free(&hex);
    return text;
}

static json_t *described_files(const struct casemate_package *p)
{
    json_t *list = json_array();
    for (size_t i = 0; i < p->file_count; i++) {
        const struct package_file *f = &p->files[i];
        json_t *one = f->secret
                          ? json_pack("{s:s, s:b}", "path", f->guest, "secret", 1)
                          : json_pack("{s:s, s:I, s:o, s:i}", "path", f->guest, "size", (json_int_t)f->size,
                                      "sha256", digest_text(f->digest), "mode", (int)f->mode);
        (void)json_array_append_new(list, one);
    }
    return list;
}

static json_t *described_variables(const struct casemate_package *p, bool secret)
{
    json_t *object = secret ? json_array() : json_object();
    for (size_t i = 0; i < p->variable_count; i++) {
        const struct package_variable *v = &p->variables[i];
        if (v->secret != secret)
            continue;
        if (secret)
            (void)json_array_append_new(object, shown_bytes((const uint8_t *)v->name, strlen(v->name)));
        else
            (void)json_object_set_new(object, v->name, shown_bytes(v->value, v->value_size));
    }
    return object;
}

static json_t *described_features(const struct casemate_package *p)
{
    json_t *list = json_array();
    for (size_t i = 0; i < p->features_off_count; i++)
        (void)json_array_append_new(list, json_string(p->features_off[i]));
    return list;
}

int32_t casemate_package_describe(casemate_package *p, const char **json, size_t *size, casemate_error *err)
{
    if (!p->sealed && casemate_package_seal(p, NULL, err) < 0)
        return -1;
    json_t *arguments = json_array();
    (void)json_array_append_new(arguments, shown_bytes((const uint8_t *)p->name, strlen(p->name)));
    for (size_t i = 0; i < p->argument_count; i++)
        (void)json_array_append_new(arguments, shown_bytes(p->arguments[i].data, p->arguments[i].size));
    json_t *root =
        json_pack("{s:{s:I, s:o}, s:o, s:o, s:o, s:o, s:{s:I, s:I, s:I}, s:I, s:b}", "module", "size",
                  (json_int_t)p->module.size, "sha256", digest_text(p->module_digest), "args", arguments,
                  "env", described_variables(p, false), "secret_env", described_variables(p, true), "files",
                  described_files(p), "limits", "memory", (json_int_t)p->limits.memory, "table_elements",
                  (json_int_t)p->limits.table_elements, "call_depth", (json_int_t)p->limits.call_depth,
                  "time_floor", (json_int_t)p->time_floor, "public", (int)p->is_public);
    if (root && p->entry)
        (void)json_object_set_new(root, "entry", shown_bytes((const uint8_t *)p->entry, strlen(p->entry)));
    if (root && p->features_off_count > 0)
        (void)json_object_set_new(root, "features_off", described_features(p));
    char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
    json_decref(root);
    p->description.size = 0;
    if (text)
        buffer_append_text(&p->description, text);
    free(text);
    if (!text || p->description.failed)
        return no_memory(err);
    *json = buffer_text(&p->description);
    *size = p->description.size;
    return 0;
}
