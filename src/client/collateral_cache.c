/* SPDX-License-Identifier: Apache-2.0 */
/* The cache of collateral: a folder of plain files in the form in which they were served, so that it can be
 * looked at, copied and shared. Nothing in it is trusted, and each file is written whole or not at all. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/file.h"
#include "collateral.h"
#include "collateral_fetch.h"

enum { FOLDER_MODE = 0755, FILE_MODE = 0644, CERTIFICATES_MAX = 48 };

_Static_assert(CASEMATE_CACHE_FILE_SIZE == COLLATERAL_FILE_SIZE, "the public header's copy");

static int path_of(const char *cache, const char *file, char path[PATH_MAX], struct casemate_error *err)
{
    return (size_t)snprintf(path, PATH_MAX, "%s/%s", cache, file) < PATH_MAX
               ? 0
               : casemate_fail(err, E_LIMIT, "The path of the cache is too long: %.100s", cache);
}

bool cache_has(const char *cache, const char *file)
{
    char path[PATH_MAX];
    struct stat status;
    return path_of(cache, file, path, NULL) == 0 && stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* The folders that a file's name has: readable by others, for others may use the cache. */
static int make_folders(const char *cache, const char *file, struct casemate_error *err)
{
    if (folder_make(cache, err) < 0)
        return -1;
    for (const char *slash = strchr(file, '/'); slash; slash = strchr(slash + 1, '/')) {
        char part[COLLATERAL_FILE_SIZE], path[PATH_MAX];
        (void)snprintf(part, sizeof part, "%.*s", (int)(slash - file), file);
        if (path_of(cache, part, path, err))
            return -1;
        if (mkdir(path, FOLDER_MODE) < 0 && errno != EEXIST)
            return casemate_fail_errno(err, E_IO, "Cannot make the folder %s", path);
    }
    return 0;
}

int cache_write(const char *cache, const char *file, struct span bytes, struct casemate_error *err)
{
    char path[PATH_MAX];
    return path_of(cache, file, path, err) || make_folders(cache, file, err)
               ? -1
               : file_write_atomic(path, bytes.data, bytes.size, FILE_MODE, err);
}

/* The chain first: a body without it could not be checked. */
int cache_store(const char *cache, const struct collateral_want *want, const struct fetch_answer *answer,
                struct casemate_error *err)
{
    if (want->header &&
        cache_write(cache, want->header_file, span_of(answer->header, strlen(answer->header)), err))
        return -1;
    return cache_write(cache, want->file, span_of(answer->body.data, answer->body.size), err);
}

/* ---- keeping what came otherwise ---- */

/* From when the file in the cache is; false if there is none that belongs there. */
static bool cached_issue(const char *path, const char *file, int64_t *issued)
{
    struct buffer content = {0};
    struct collateral set = {0};
    struct casemate_error ignored;
    char name[COLLATERAL_FILE_SIZE];
    bool there = file_read(path, COLLATERAL_SIZE_MAX, &content, &ignored) == 0 &&
                 collateral_add(&set, file, span_of(content.data, content.size), &ignored) == 0 &&
                 set.count == 1 && collateral_file(set.item[0], name) && strcmp(name, file) == 0;
    if (there)
        *issued = collateral_issued(set.item[0]);
    collateral_free(&set);
    buffer_free(&content);
    return there;
}

static int keep(const char *cache, const struct collateral_item *item, char file[COLLATERAL_FILE_SIZE],
                int32_t *kept, struct casemate_error *err)
{
    char path[PATH_MAX];
    uint8_t *source;
    size_t size;
    int64_t there;
    if (!collateral_file(item, file))
        return casemate_fail(err, E_NOT_FOUND, "%s is no collateral that a cache keeps", item->name);
    if (path_of(cache, file, path, err))
        return -1;
    *kept = 0;
    if (cached_issue(path, file, &there) && there >= collateral_issued(item))
        return 0;
    if (collateral_source(item, &source, &size, err))
        return -1;
    const int result = cache_write(cache, file, span_of(source, size), err);
    free(source);
    *kept = result == 0;
    return result;
}

static int cache_path(const char *cache, size_t cache_size, char path[PATH_MAX], struct casemate_error *err)
{
    return cache_size && (size_t)snprintf(path, PATH_MAX, "%.*s",
                                          (int)(cache_size < PATH_MAX ? cache_size : 0), cache) == cache_size
               ? 0
               : casemate_fail(err, E_USAGE, "The path of the cache is empty or too long");
}

int32_t casemate_cache_keep(const char *cache, size_t cache_size, const casemate_collateral *collateral,
                            size_t index, char file[CASEMATE_CACHE_FILE_SIZE], int32_t *kept,
                            casemate_error *err)
{
    char folder[PATH_MAX];
    if (index >= collateral->set.count)
        return casemate_fail(err, E_USAGE, "The set has no item %zu", index);
    if (cache_path(cache, cache_size, folder, err))
        return -1;
    return keep(folder, collateral->set.item[index], file, kept, err);
}

/* ---- what evidence needs ---- */

/* What cannot be read is as good as not there. */
static int add_file(struct collateral *set, const char *cache, const char *file, struct casemate_error *err)
{
    char path[PATH_MAX];
    struct buffer content = {0};
    int result = 0;
    if (path_of(cache, file, path, err))
        return -1;
    if (cache_has(cache, file) && file_read(path, COLLATERAL_SIZE_MAX, &content, NULL) == 0)
        result = collateral_add(set, file, span_of(content.data, content.size), err);
    buffer_free(&content);
    return result;
}

/* Certificates that were imported, and have no want of their own. */
static int add_certificates(struct collateral *set, const char *cache, const char *folder,
                            struct casemate_error *err)
{
    char path[PATH_MAX];
    struct buffer names = {0};
    size_t count = 0;
    int result = path_of(cache, folder, path, err) ? -1 : folder_list(path, &names, &count, err);
    const char *name = buffer_text(&names);
    for (size_t i = 0; result == 0 && i < count && i < CERTIFICATES_MAX; i++, name += strlen(name) + 1) {
        char file[COLLATERAL_FILE_SIZE];
        if ((size_t)snprintf(file, sizeof file, "%s/%s", folder, name) < sizeof file)
            result = add_file(set, cache, file, err);
    }
    buffer_free(&names);
    return result;
}

static int add_wanted(struct collateral *set, const char *cache, const struct collateral_wants *wants,
                      struct casemate_error *err)
{
    bool intel = false, amd = false;
    int result = 0;
    for (size_t i = 0; result == 0 && i < wants->count; i++) {
        const struct collateral_want *want = &wants->want[i];
        intel = intel || want->service == SERVICE_PCCS;
        amd = amd || want->service == SERVICE_KDS;
        result = add_file(set, cache, want->file, err);
        if (result == 0 && want->header)
            result = add_file(set, cache, want->header_file, err);
    }
    if (result == 0 && intel)
        result = add_certificates(set, cache, COLLATERAL_INTEL_CERTIFICATES, err);
    if (result == 0 && amd)
        result = add_certificates(set, cache, COLLATERAL_AMD_CERTIFICATES, err);
    return result;
}

int32_t casemate_collateral_add_cached(casemate_collateral *collateral, const char *cache, size_t cache_size,
                                       const void *evidence, size_t size, casemate_error *err)
{
    char folder[PATH_MAX];
    struct collateral_wants wants = {0};
    struct casemate_error why = {0};
    if (cache_path(cache, cache_size, folder, err))
        return -1;
    int result = collateral_wants_evidence(&wants, span_of(evidence, size), "", true, &why);
    if (result == 0)
        result = add_wanted(&collateral->set, folder, &wants, err);
    else if (why.code != E_NOMEM) /* verification says better what is wrong with evidence */
        result = 0;
    else
        result = casemate_fail(err, E_NOMEM, "No memory for collateral");
    collateral_wants_free(&wants);
    return result;
}
