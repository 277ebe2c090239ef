/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of collateral: from bytes and from folders, and what is in them. */
#include "collateral.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "../attest/calendar.h"
#include "../attest/collateral_parts.h"
#include "../base/file.h"
#include "../base/rfc3339.h"

enum { FOLDER_DEPTH_MAX = 4, FOLDER_FILES_MAX = 4096 };

int32_t casemate_collateral_new(casemate_collateral **collateral, casemate_error *err)
{
    if (casemate_prepare(err) < 0)
        return -1;
    *collateral = calloc(1, sizeof **collateral);
    return *collateral ? 0 : casemate_fail(err, E_NOMEM, "No memory for collateral");
}

void casemate_collateral_free(casemate_collateral *collateral)
{
    if (!collateral)
        return;
    collateral_free(&collateral->set);
    free(collateral);
}

int32_t casemate_collateral_add(casemate_collateral *collateral, const char *name, size_t name_size,
                                const void *bytes, size_t size, casemate_error *err)
{
    char shown[COLLATERAL_NAME_SIZE];
    (void)snprintf(shown, sizeof shown, "%.*s",
                   (int)(name_size < sizeof shown ? name_size : sizeof shown - 1), name_size ? name : "");
    return collateral_add(&collateral->set, shown, span_of(bytes, size), err);
}

/* ---- folders ---- */

struct walk {
    struct collateral *set;
    size_t top; /* size of the folder's own path, which names leave out */
    size_t files;
    struct casemate_error *err;
};

static int add_file(struct walk *w, const char *path)
{
    struct buffer content = {0};
    struct casemate_error why = {0};
    const char *name = path + w->top;
    int result = 0;
    if (++w->files > FOLDER_FILES_MAX)
        return casemate_fail(w->err, E_LIMIT, "More than %d files of collateral", FOLDER_FILES_MAX);
    if (file_read(path, COLLATERAL_SIZE_MAX, &content, &why) < 0)
        collateral_stranger_add(w->set, name, why.code == E_LIMIT ? "too large" : "cannot be read");
    else
        result = collateral_add(w->set, name, span_of(content.data, content.size), w->err);
    buffer_free(&content);
    return result;
}

static int add_folder(struct walk *w, const char *path, unsigned depth)
{
    struct buffer names = {0};
    size_t count = 0;
    int result = folder_list(path, &names, &count, w->err);
    const char *name = buffer_text(&names);
    for (size_t i = 0; result == 0 && i < count; i++, name += strlen(name) + 1) {
        char inner[PATH_MAX];
        struct stat status;
        if ((size_t)snprintf(inner, sizeof inner, "%s/%s", path, name) >= sizeof inner ||
            stat(inner, &status) < 0)
            collateral_stranger_add(w->set, name, "cannot be read");
        else if (S_ISREG(status.st_mode))
            result = add_file(w, inner);
        else if (S_ISDIR(status.st_mode) && depth < FOLDER_DEPTH_MAX)
            result = add_folder(w, inner, depth + 1);
        else
            collateral_stranger_add(w->set, inner + w->top, "no plain file");
    }
    buffer_free(&names);
    return result;
}

int32_t casemate_collateral_add_folder(casemate_collateral *collateral, const char *path, size_t path_size,
                                       casemate_error *err)
{
    char folder[PATH_MAX];
    struct stat status;
    if (path_size == 0 || path_size >= sizeof folder)
        return casemate_fail(err, E_USAGE, "The path of the collateral is empty or too long");
    memcpy(folder, path, path_size);
    folder[path_size] = 0;
    if (stat(folder, &status) < 0)
        return casemate_fail_errno(err, errno == ENOENT ? E_NOT_FOUND : E_IO, "Cannot open %s", folder);
    struct walk w = {.set = &collateral->set, .top = path_size + 1, .err = err};
    if (!S_ISDIR(status.st_mode)) {
        const char *slash = strrchr(folder, '/');
        w.top = slash ? (size_t)(slash - folder) + 1 : 0;
        return add_file(&w, folder);
    }
    return add_folder(&w, folder, 0);
}

/* ---- what is in it ---- */

static int64_t date_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    int64_t seconds = 0;
    return text && rfc3339_parse(text, strlen(text), &seconds) ? seconds : 0;
}

static void describe_statement(const struct collateral_item *from, char *subject,
                               struct casemate_collateral_item *item)
{
    json_t *body = json_loadb((const char *)from->bytes, from->size, JSON_REJECT_DUPLICATES, NULL);
    const char *id = json_string_value(json_object_get(body, "id"));
    const char *fmspc = json_string_value(json_object_get(body, "fmspc"));
    (void)snprintf(subject, COLLATERAL_SUBJECT_SIZE, "%s%s%s", id ? id : "", fmspc ? ", FMSPC " : "",
                   fmspc ? fmspc : "");
    item->from = date_of(body, "issueDate");
    item->until = date_of(body, "nextUpdate");
    json_decref(body);
}

static void describe(const struct collateral_item *from, char *subject, struct casemate_collateral_item *item)
{
    subject[0] = '\0';
    if (from->kind == COLLATERAL_CERTIFICATE) {
        (void)mbedtls_x509_dn_gets(subject, COLLATERAL_SUBJECT_SIZE, &from->certificate.subject);
        item->from = calendar_seconds(&from->certificate.valid_from);
        item->until = calendar_seconds(&from->certificate.valid_to);
    } else if (from->kind == COLLATERAL_CRL) {
        (void)mbedtls_x509_dn_gets(subject, COLLATERAL_SUBJECT_SIZE, &from->crl.issuer);
        item->from = calendar_seconds(&from->crl.this_update);
        item->until = calendar_seconds(&from->crl.next_update);
    } else {
        describe_statement(from, subject, item);
    }
}

size_t casemate_collateral_count(const casemate_collateral *collateral)
{
    return collateral->set.count;
}

int32_t casemate_collateral_at(const casemate_collateral *collateral, size_t index,
                               struct casemate_collateral_item *item)
{
    /* The text that is made here belongs to the set; that is all that changes in it. */
    struct casemate_collateral *c = (struct casemate_collateral *)(uintptr_t)collateral;
    struct casemate_collateral_item full = {.size = item->size};
    if (index >= c->set.count || item->size < sizeof item->size || item->size > sizeof full)
        return -1;
    const struct collateral_item *from = c->set.item[index];
    full.kind = (int32_t)from->kind;
    full.name = from->name;
    full.name_size = strlen(from->name);
    describe(from, c->subject[index], &full);
    full.subject = c->subject[index];
    full.subject_size = strlen(c->subject[index]);
    memcpy(item, &full, item->size);
    return 0;
}

size_t casemate_collateral_stranger_count(const casemate_collateral *collateral)
{
    return collateral->set.stranger_count;
}

int32_t casemate_collateral_stranger_at(const casemate_collateral *collateral, size_t index,
                                        const char **name, const char **why)
{
    if (index >= collateral->set.stranger_count)
        return -1;
    *name = collateral->set.stranger[index].name;
    *why = collateral->set.stranger[index].why;
    return 0;
}
