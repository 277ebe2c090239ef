/* SPDX-License-Identifier: Apache-2.0 */
/* Imported simulated roots: one DER certificate a file, named by its fingerprint. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/hex.h"
#include "../base/paths.h"
#include "verdict.h"

enum { CERTIFICATE_MAX = 65536 };

static int add(struct casemate_roots *roots, struct span bytes, const char **fingerprint, uint8_t **der,
               size_t *der_size, struct casemate_error *err)
{
    struct attest_root root;
    if (casemate_prepare(err) < 0 || attest_root_read(bytes, &root, der, der_size, err) < 0)
        return -1;
    if (attest_roots_add(&roots->roots, &root, err) < 0) {
        if (der)
            free(*der);
        return -1;
    }
    for (size_t i = 0; i < roots->roots.count; i++) {
        if (memcmp(roots->roots.root[i].fingerprint, root.fingerprint, DIGEST_SIZE) != 0)
            continue;
        attest_fingerprint_text(root.fingerprint, roots->text[i]);
        if (fingerprint)
            *fingerprint = roots->text[i];
    }
    return 0;
}

/* A file that is not what its name says has been changed by somebody: it is an error, not ignored. */
static int load_one(struct casemate_roots *roots, const char *name, struct casemate_error *err)
{
    char path[PATH_MAX], expected[80];
    const char *fingerprint;
    struct buffer content = {0};
    if ((size_t)snprintf(path, sizeof path, "%s/%s", roots->folder, name) >= sizeof path)
        return casemate_fail(err, E_IO, "The path %s is too long", roots->folder);
    int result = file_read(path, CERTIFICATE_MAX, &content, err);
    if (result == 0)
        result = add(roots, span_of(content.data, content.size), &fingerprint, NULL, NULL, err);
    buffer_free(&content);
    if (result < 0)
        return casemate_context(err, "Imported root %s", path);
    (void)snprintf(expected, sizeof expected, "%.*s", (int)(strlen(name) - strlen(".der")), name);
    if (strcmp(expected, fingerprint + strlen("sha256:")) == 0)
        return 0;
    (void)casemate_fail_expected(err, E_ROOT, expected, fingerprint, "The imported root %s has changed",
                                 path);
    return casemate_next(err, "Remove the file, and import the root again with casemate root import FILE.");
}

static int load_all(struct casemate_roots *roots, struct casemate_error *err)
{
    struct buffer names = {0};
    size_t count;
    int result = folder_list(roots->folder, &names, &count, err);
    const char *name = buffer_text(&names);
    for (size_t i = 0; result == 0 && i < count; i++, name += strlen(name) + 1) {
        size_t size = strlen(name);
        if (size > 4 && strcmp(name + size - 4, ".der") == 0)
            result = load_one(roots, name, err);
    }
    buffer_free(&names);
    return result;
}

int32_t casemate_roots_open(const char *folder, size_t folder_size, casemate_roots **roots,
                            casemate_error *err)
{
    struct casemate_roots *r = calloc(1, sizeof *r);
    if (!r)
        return casemate_fail(err, E_NOMEM, "No memory for the roots");
    int result = 0;
    if (folder_size >= sizeof r->folder)
        result = casemate_fail(err, E_USAGE, "The path of the roots is too long");
    else if (folder_size)
        memcpy(r->folder, folder, folder_size);
    else
        result = paths_config("roots", r->folder, err);
    if (result == 0)
        result = load_all(r, err);
    if (result < 0) {
        free(r);
        return -1;
    }
    *roots = r;
    return 0;
}

void casemate_roots_free(casemate_roots *roots)
{
    free(roots);
}

int32_t casemate_roots_add(casemate_roots *roots, const void *bytes, size_t size, const char **fingerprint,
                           casemate_error *err)
{
    return add(roots, span_of(bytes, size), fingerprint, NULL, NULL, err);
}

int32_t casemate_roots_import(casemate_roots *roots, const void *bytes, size_t size, const char **fingerprint,
                              casemate_error *err)
{
    char path[PATH_MAX];
    const char *text;
    uint8_t *der;
    size_t der_size;
    if (add(roots, span_of(bytes, size), &text, &der, &der_size, err) < 0)
        return -1;
    int result = folder_make(roots->folder, err);
    if (result == 0 && (size_t)snprintf(path, sizeof path, "%s/%s.der", roots->folder,
                                        text + strlen("sha256:")) >= sizeof path)
        result = casemate_fail(err, E_IO, "The path %s is too long", roots->folder);
    if (result == 0)
        result = file_write_atomic(path, der, der_size, 0644, err);
    free(der);
    if (result == 0)
        *fingerprint = text;
    return result;
}

/* Where a host agent of this user keeps the development root that it made. */
static const char *const own_roots[] = {"host/process-root.pem", "process-root.pem"};

int32_t casemate_roots_add_own(casemate_roots *roots, casemate_error *err)
{
    for (size_t i = 0; i < sizeof own_roots / sizeof own_roots[0]; i++) {
        char path[PATHS_MAX];
        struct buffer content = {0};
        struct casemate_error ignored = {0};
        if (paths_state(own_roots[i], path, err) < 0)
            return -1;
        int result = file_read(path, CERTIFICATE_MAX, &content, &ignored);
        if (result == 0)
            result = add(roots, span_of(content.data, content.size), NULL, NULL, NULL, err);
        else if (ignored.code == E_NOT_FOUND)
            result = 0;
        else if (err)
            *err = ignored;
        buffer_free(&content);
        if (result < 0)
            return -1;
    }
    return 0;
}

size_t casemate_roots_count(const casemate_roots *roots)
{
    return roots->roots.count;
}

int32_t casemate_roots_at(const casemate_roots *roots, size_t index, const char **fingerprint,
                          const char **subject)
{
    if (index >= roots->roots.count)
        return -1;
    *fingerprint = roots->text[index];
    *subject = roots->roots.root[index].subject;
    return 0;
}
