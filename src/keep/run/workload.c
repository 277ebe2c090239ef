/* SPDX-License-Identifier: Apache-2.0 */
/* A deploy that arrives. */
#include "workload.h"

#include <stdlib.h>

/* ---- blocks that hold what a message said ---- */

static void kept_drop(struct kept *k)
{
    if (k->bytes)
        bytes_wipe(k->bytes, k->size);
    free(k->bytes);
    *k = (struct kept){.bytes = NULL};
}

/* Copies spans into one block and points them there. */
static int keep_spans(struct kept *k, struct span **spans, size_t count)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        if (size_add(total, spans[i]->size, &total) != 0)
            return KEEP_ESIZE;
    *k = (struct kept){.bytes = malloc(total + 1), .size = total};
    if (!k->bytes)
        return KEEP_ENOMEM;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (spans[i]->size > 0)
            memcpy(k->bytes + at, spans[i]->data, spans[i]->size);
        *spans[i] = span_of(k->bytes + at, spans[i]->size);
        at += spans[i]->size;
    }
    return 0;
}

/* ---- begin ---- */

static int deploy_check(const struct deploy *d, uint64_t files_max)
{
    if (d->module_size == 0 || d->module_size > WORKLOAD_MODULE_MAX)
        return KEEP_ESIZE;
    struct list_cursor list;
    struct deploy_file file;
    uint64_t total = 0;
    struct wasm_config config;
    int error = list_check_endpoints(d->endpoints);
    if (!error && !validate_configure(d, &config))
        error = KEEP_EFORMAT;
    if (!error)
        error = list_open(d->files, &list);
    while (!error && list_next_file(&list, &file)) {
        if (!guest_path_allowed(file.path))
            error = KEEP_EFORMAT;
        else if (file.size > files_max || total > files_max - file.size)
            error = KEEP_ESIZE;
        total += file.size;
    }
    return error;
}

int workload_begin(struct workload *w, const struct deploy *deploy, uint64_t files_max,
                   uint64_t (*now)(void *context), void *context)
{
    *w = (struct workload){.deploy = *deploy};
    int error = deploy_check(deploy, files_max);
    if (!error)
        error = deploy_workload_digest(deploy, w->digest);
    if (error) {
        *w = (struct workload){.module = NULL};
        return error;
    }
    /* Inputs are valid from here; what can still fail is memory. */
    struct span *spans[] = {&w->deploy.args,      &w->deploy.env,   &w->deploy.files,
                            &w->deploy.endpoints, &w->deploy.entry, &w->deploy.features_off};
    error = keep_spans(&w->record, spans, sizeof spans / sizeof spans[0]);
    if (!error) {
        w->module = malloc((size_t)deploy->module_size);
        error = w->module ? 0 : KEEP_ENOMEM;
    }
    const struct files_limits limits = {.bytes = files_max, .nodes = WORKLOAD_NODES_MAX};
    if (!error && files_new(&limits, now, context, &w->files) != 0)
        error = KEEP_ENOMEM;
    if (!error)
        error = digest_begin(&w->hash);
    if (error)
        workload_drop(w);
    return error;
}

/* ---- data ---- */

static int files_code(int error)
{
    switch (error) {
    case FILES_OK:
        return 0;
    case FILES_NO_SPACE:
    case FILES_TOO_LARGE:
        return KEEP_ENOMEM;
    default:
        return KEEP_EFORMAT;
    }
}

/* The part that came is whole: its digest must be the announced one. */
static int part_end(struct workload *w, const uint8_t *expected)
{
    uint8_t value[DIGEST_SIZE];
    int error = digest_end(&w->hash, value);
    if (!error && !bytes_equal_constant_time(value, expected, DIGEST_SIZE))
        error = KEEP_EMATCH;
    return error;
}

/* Goes on to the next file that has bytes; empty ones are whole at once. */
static int next_part(struct workload *w)
{
    for (;;) {
        if (!list_next_file(&w->list, &w->file)) {
            w->complete = true;
            return 0;
        }
        int error = files_code(files_place(w->files, w->file.path, w->file.mode, &w->node));
        if (!error)
            error = digest_begin(&w->hash);
        if (error)
            return error;
        w->offset = 0;
        if (w->file.size > 0)
            return 0;
        error = part_end(w, w->file.digest);
        if (error)
            return error;
    }
}

static int part_take(struct workload *w, struct span bytes)
{
    int error = digest_add(&w->hash, bytes);
    if (error)
        return error;
    if (w->in_files)
        error = files_code(file_write(w->node, w->offset, bytes.data, bytes.size));
    else
        memcpy(w->module + w->offset, bytes.data, bytes.size);
    w->offset += bytes.size;
    return error;
}

static int data_take(struct workload *w, struct span bytes)
{
    while (bytes.size > 0) {
        if (w->complete)
            return KEEP_ESIZE;
        uint64_t left = (w->in_files ? w->file.size : w->deploy.module_size) - w->offset;
        size_t part = bytes.size < left ? bytes.size : (size_t)left;
        int error = part_take(w, span_of(bytes.data, part));
        if (error)
            return error;
        bytes = span_of(bytes.data + part, bytes.size - part);
        if (part < left)
            continue;
        error = part_end(w, w->in_files ? w->file.digest : w->deploy.module_digest);
        if (!error && !w->in_files) {
            w->in_files = true;
            error = list_open(w->deploy.files, &w->list);
        }
        if (!error)
            error = next_part(w);
        if (error)
            return error;
    }
    return 0;
}

int workload_data(struct workload *w, struct span bytes)
{
    int error = data_take(w, bytes);
    if (error)
        workload_drop(w);
    return error;
}

/* ---- secrets ---- */

/* Whether a secret file could be placed: a new name, whose parents are directories or not there yet. */
static bool place_is_free(struct files *files, struct span path)
{
    struct file_node *node;
    if (!guest_path_allowed(path) || files_find(files, path, &node) == FILES_OK)
        return false;
    for (size_t i = 1; i < path.size; i++) {
        struct file_stat stat;
        if (path.data[i] != '/' || files_find(files, span_of(path.data, i), &node) != FILES_OK)
            continue;
        file_get_stat(node, &stat);
        if (stat.kind != FILE_DIRECTORY)
            return false;
    }
    return true;
}

int workload_set_secrets(struct workload *w, struct span env, struct span files)
{
    struct list_cursor list;
    struct secret_file file;
    int error = list_open(files, &list);
    while (!error && list_next_secret(&list, &file))
        if (!place_is_free(w->files, file.path))
            error = KEEP_EFORMAT;
    struct kept fresh = {.bytes = NULL};
    struct span *spans[] = {&env, &files};
    if (!error)
        error = keep_spans(&fresh, spans, 2);
    if (error)
        return error;
    /* Inputs are valid from here. */
    kept_drop(&w->secrets);
    w->secrets = fresh;
    w->secret_env = env;
    w->secret_files = files;
    return 0;
}

int workload_place_secrets(struct workload *w)
{
    struct list_cursor list;
    struct secret_file file;
    int error = list_open(w->secret_files, &list);
    while (!error && list_next_secret(&list, &file)) {
        struct file_node *node;
        error = files_code(files_place(w->files, file.path, file.mode, &node));
        if (error)
            break;
        file_mark_secret(node);
        error = files_code(file_write(node, 0, file.bytes.data, file.bytes.size));
    }
    return error;
}

void workload_forget_secrets(struct workload *w)
{
    kept_drop(&w->secrets);
    w->secret_env = w->secret_files = span_of(NULL, 0);
    if (w->files)
        files_forget_secrets(w->files);
}

void workload_drop(struct workload *w)
{
    if (!validate_drop(&w->validation))
        return;
    workload_forget_secrets(w);
    digest_drop(&w->hash);
    kept_drop(&w->record);
    if (w->module)
        bytes_wipe(w->module, (size_t)w->deploy.module_size);
    free(w->module);
    if (w->files)
        files_free(w->files);
    *w = (struct workload){.module = NULL};
}
