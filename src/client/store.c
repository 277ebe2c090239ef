/* SPDX-License-Identifier: Apache-2.0 */
/* The folder of all records of a user. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "../base/file.h"
#include "../base/paths.h"
#include "record.h"

int32_t casemate_store_open(const char *folder, size_t folder_size, casemate_store **store,
                            casemate_error *err)
{
    struct casemate_store *s = calloc(1, sizeof *s);
    if (!s)
        return casemate_fail(err, E_NOMEM, "No memory for the records");
    int result = 0;
    if (folder_size >= sizeof s->folder)
        result = casemate_fail(err, E_USAGE, "The path of the records is too long");
    else if (folder_size)
        memcpy(s->folder, folder, folder_size);
    else
        result = paths_state("keeps", s->folder, err);
    if (result < 0) {
        free(s);
        return -1;
    }
    *store = s;
    return 0;
}

void casemate_store_free(casemate_store *store)
{
    if (!store)
        return;
    buffer_free(&store->names);
    free(store);
}

int32_t casemate_store_scan(casemate_store *store, casemate_error *err)
{
    store->names.size = 0;
    store->count = 0;
    return folder_list(store->folder, &store->names, &store->count, err);
}

size_t casemate_store_count(const casemate_store *store)
{
    return store->count;
}

const char *casemate_store_id(const casemate_store *store, size_t index)
{
    const char *name = buffer_text(&store->names);
    if (index >= store->count)
        return NULL;
    for (size_t i = 0; i < index; i++)
        name += strlen(name) + 1;
    return name;
}

static int set_folder(const struct casemate_store *store, const char *id, struct casemate_record *r,
                      struct casemate_error *err)
{
    if ((size_t)snprintf(r->folder, sizeof r->folder, "%s/%s", store->folder, id) >= sizeof r->folder)
        return casemate_fail(err, E_IO, "The path of the records is too long");
    return 0;
}

static int load(const struct casemate_store *store, const char *id, struct casemate_record **record,
                struct casemate_error *err)
{
    char path[PATH_MAX];
    struct buffer json = {0};
    struct casemate_record *r = calloc(1, sizeof *r);
    if (!r)
        return casemate_fail(err, E_NOMEM, "No memory for a record");
    int result = set_folder(store, id, r, err);
    if (result == 0 && (size_t)snprintf(path, sizeof path, "%s/record.json", r->folder) >= sizeof path)
        result = casemate_fail(err, E_IO, "The path of the records is too long");
    if (result == 0)
        result = file_read(path, RECORD_SIZE_MAX, &json, err);
    if (result == 0)
        result = record_decode(span_of(buffer_text(&json), json.size), r, err);
    if (result == 0 && strcmp(r->id, id) != 0)
        result = casemate_fail_expected(err, E_IO, id, r->id, "The record %s is that of another Keep", path);
    buffer_free(&json);
    if (result < 0) {
        casemate_record_free(r);
        return -1;
    }
    *record = r;
    return 0;
}

/* Whether the record of this id has the name; a damaged one has none. */
static bool has_name(const struct casemate_store *store, const char *id, const char *name)
{
    struct casemate_record *r;
    if (load(store, id, &r, NULL) < 0)
        return false;
    bool same = strcmp(r->name, name) == 0;
    casemate_record_free(r);
    return same;
}

int32_t casemate_record_load(casemate_store *store, const char *text, size_t size, casemate_record **record,
                             casemate_error *err)
{
    char wanted[URL_KEEP_MAX + 1] = {0}, found[URL_KEEP_MAX + 1] = {0};
    size_t matches = 0;
    if (size == 0 || size > URL_KEEP_MAX)
        return casemate_fail(err, E_USAGE, "This is no id or name of a Keep");
    memcpy(wanted, text, size);
    if (casemate_store_scan(store, err) < 0)
        return -1;
    for (size_t i = 0; i < store->count; i++) {
        const char *id = casemate_store_id(store, i);
        bool whole = strcmp(id, wanted) == 0;
        if (!keep_id_allowed(span_of(id, strlen(id))) || (!whole && strncmp(id, wanted, size) != 0))
            continue;
        (void)snprintf(found, sizeof found, "%s", id);
        matches = whole ? 1 : matches + 1;
        if (whole)
            break;
    }
    for (size_t i = 0; matches == 0 && i < store->count; i++) {
        const char *id = casemate_store_id(store, i);
        if (!keep_id_allowed(span_of(id, strlen(id))) || !has_name(store, id, wanted))
            continue;
        (void)snprintf(found, sizeof found, "%s", id);
        matches = 1;
    }
    if (matches > 1)
        return casemate_fail(err, E_AMBIGUOUS, "\"%s\" fits %zu of your Keeps", wanted, matches);
    if (matches == 1)
        return load(store, found, record, err);
    (void)casemate_fail(err, E_NOT_FOUND, "There is no record of a Keep \"%s\" in %s", wanted, store->folder);
    return casemate_next(err,
                         "casemate ps lists your Keeps; casemate adopt takes up one whose record was lost.");
}

int store_new_record(const struct casemate_store *store, const char *id, struct casemate_record **record,
                     struct casemate_error *err)
{
    struct stat st;
    struct casemate_record *r = calloc(1, sizeof *r);
    if (!r)
        return casemate_fail(err, E_NOMEM, "No memory for a record");
    int result = set_folder(store, id, r, err);
    if (result == 0 && stat(r->folder, &st) == 0) {
        (void)casemate_fail(err, E_OTHER_KEEP,
                            "The host names its new Keep %s, but a record of that name is here already", id);
        result = casemate_next(err, "If that Keep is gone, remove its record with casemate rm %s.", id);
    }
    if (result < 0) {
        free(r);
        return -1;
    }
    (void)snprintf(r->id, sizeof r->id, "%s", id);
    *record = r;
    return 0;
}
