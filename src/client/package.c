/* SPDX-License-Identifier: Apache-2.0 */
/* Building a package: module, arguments, variables, files. */
#include "package.h"

#include <stdlib.h>
#include <string.h>

#include "../base/file.h"

enum { MEMORY_DEFAULT = 1 << 30, MEMORY_LEAST = 65536, TABLE_DEFAULT = 10 << 20, DEPTH_DEFAULT = 100000 };
static const uint64_t memory_most = (uint64_t)4 << 30;

static int no_memory(struct casemate_error *err)
{
    return casemate_fail(err, E_NOMEM, "No memory for the workload");
}

/* A NUL-terminated copy, or NULL. */
static char *copy_text(const char *text, size_t size)
{
    char *copy = malloc(size + 1);
    if (!copy)
        return NULL;
    if (size)
        memcpy(copy, text, size);
    copy[size] = 0;
    return copy;
}

int32_t casemate_package_new(const void *module, size_t module_size, const char *name, size_t name_size,
                             casemate_package **package, casemate_error *err)
{
    if (module_size > PACKAGE_MODULE_MAX)
        return casemate_fail(err, E_LIMIT, "The module is larger than %d bytes", PACKAGE_MODULE_MAX);
    struct casemate_package *p = calloc(1, sizeof *p);
    if (!p)
        return no_memory(err);
    p->limits = (struct deploy_limits){MEMORY_DEFAULT, TABLE_DEFAULT, DEPTH_DEFAULT};
    p->name = copy_text(name, name_size);
    buffer_append(&p->module, module, module_size);
    struct span part = span_of(module, module_size);
    if (!p->name || p->module.failed || casemate_prepare(err) < 0 ||
        crypto_sha256(&part, 1, p->module_digest) < 0) {
        casemate_package_free(p);
        return no_memory(err);
    }
    *package = p;
    return 0;
}

void casemate_package_free(casemate_package *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->argument_count; i++)
        buffer_wipe(&p->arguments[i]);
    for (size_t i = 0; i < p->variable_count; i++) {
        bytes_wipe(p->variables[i].value, p->variables[i].value_size);
        free(p->variables[i].value);
        free(p->variables[i].name);
    }
    for (size_t i = 0; i < p->file_count; i++) {
        if (p->files[i].secret)
            bytes_wipe(p->files[i].bytes, p->files[i].size);
        free(p->files[i].bytes);
        free(p->files[i].guest);
    }
    free(p->arguments);
    free(p->variables);
    free(p->files);
    for (size_t i = 0; i < p->features_off_count; i++)
        free(p->features_off[i]);
    free(p->entry);
    free(p->entry_values);
    free(p->name);
    buffer_free(&p->features);
    buffer_free(&p->module);
    buffer_wipe(&p->args);
    buffer_wipe(&p->env);
    buffer_wipe(&p->list);
    buffer_free(&p->description);
    free(p);
}

/* Room for one more element, or NULL: the array stays as it was. */
static void *grown(void *array, size_t count, size_t one)
{
    if (count & (count - 1) && count)
        return array;
    size_t size;
    return size_multiply(count ? 2 * count : 1, one, &size) < 0 ? NULL : realloc(array, size);
}

int32_t casemate_package_add_argument(casemate_package *p, const char *text, size_t size, casemate_error *err)
{
    if (p->argument_count + 1 >= MESSAGE_ARGS_MAX)
        return casemate_fail(err, E_LIMIT, "More than %d arguments", MESSAGE_ARGS_MAX - 1);
    if (size && memchr(text, 0, size))
        return casemate_fail(err, E_USAGE, "Argument %zu has a NUL byte", p->argument_count + 1);
    struct buffer *array = grown(p->arguments, p->argument_count, sizeof *array);
    if (!array)
        return no_memory(err);
    p->arguments = array;
    struct buffer one = {0};
    buffer_append(&one, text, size);
    if (one.failed)
        return no_memory(err);
    array[p->argument_count++] = one;
    free(p->entry_values);
    p->entry_values = NULL;
    p->sealed = false;
    return 0;
}

static struct package_variable *find_variable(struct casemate_package *p, const char *name, size_t size)
{
    for (size_t i = 0; i < p->variable_count; i++)
        if (strlen(p->variables[i].name) == size && memcmp(p->variables[i].name, name, size) == 0)
            return &p->variables[i];
    return NULL;
}

static struct package_variable *add_variable(struct casemate_package *p, const char *name, size_t size)
{
    struct package_variable *array = grown(p->variables, p->variable_count, sizeof *array);
    if (!array)
        return NULL;
    p->variables = array;
    struct package_variable *v = &array[p->variable_count];
    memset(v, 0, sizeof *v);
    v->name = copy_text(name, size);
    if (!v->name)
        return NULL;
    p->variable_count++;
    return v;
}

int32_t casemate_package_set_variable(casemate_package *p, const char *name, size_t name_size,
                                      const char *value, size_t value_size, int32_t secret,
                                      casemate_error *err)
{
    if (name_size == 0 || memchr(name, '=', name_size) || memchr(name, 0, name_size) ||
        (value_size && memchr(value, 0, value_size)))
        return casemate_fail(err, E_USAGE,
                             "\"%.*s\" cannot be the name of a variable, or its value has a NUL byte",
                             (int)(name_size < 64 ? name_size : 64), name);
    struct package_variable *v = find_variable(p, name, name_size);
    if (!v && p->variable_count >= MESSAGE_ENV_MAX)
        return casemate_fail(err, E_LIMIT, "More than %d variables", MESSAGE_ENV_MAX);
    uint8_t *copy = (uint8_t *)copy_text(value, value_size);
    v = !copy ? NULL : v ? v : add_variable(p, name, name_size);
    if (!v) {
        free(copy);
        return no_memory(err);
    }
    if (v->value)
        bytes_wipe(v->value, v->value_size);
    free(v->value);
    v->value = copy;
    v->value_size = value_size;
    v->secret = secret != 0;
    p->sealed = false;
    return 0;
}

/* ---- files ---- */

/* Where the guest path stands, or would stand, in the order of paths. */
static size_t place_of(const struct casemate_package *p, const char *guest, bool *there)
{
    size_t low = 0, high = p->file_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(p->files[middle].guest, guest);
        if (order == 0) {
            *there = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *there = false;
    return low;
}

static int check_guest(struct span guest, struct casemate_error *err)
{
    if (guest_path_allowed(guest))
        return 0;
    (void)casemate_fail(err, E_USAGE, "\"%.*s\" cannot be the path of a file in the Keep",
                        (int)(guest.size < 200 ? guest.size : 200),
                        guest.data ? (const char *)guest.data : "");
    return casemate_next(err, "A guest path is absolute and has no empty part, \".\" or \"..\".");
}

/* Takes the bytes over, also on failure. */
static int insert_file(struct casemate_package *p, struct span guest, uint8_t *bytes, size_t size,
                       uint32_t mode, bool secret, struct casemate_error *err)
{
    struct package_file file = {.bytes = bytes, .size = size, .mode = mode & 0777, .secret = secret};
    struct span part = span_of(bytes, size);
    if (check_guest(guest, err) < 0)
        goto refused;
    if (p->file_count >= MESSAGE_FILES_MAX) {
        (void)casemate_fail(err, E_LIMIT, "More than %d files", MESSAGE_FILES_MAX);
        goto refused;
    }
    file.guest = copy_text((const char *)guest.data, guest.size);
    if (!file.guest || crypto_sha256(&part, 1, file.digest) < 0) {
        (void)no_memory(err);
        goto refused;
    }
    bool there;
    size_t at = place_of(p, file.guest, &there);
    if (there) {
        (void)casemate_fail(err, E_USAGE, "Two files would have the path %s in the Keep", file.guest);
        goto refused;
    }
    struct package_file *array = grown(p->files, p->file_count, sizeof *array);
    if (!array) {
        (void)no_memory(err);
        goto refused;
    }
    p->files = array;
    memmove(array + at + 1, array + at, (p->file_count - at) * sizeof *array);
    array[at] = file;
    p->file_count++;
    p->sealed = false;
    return 0;
refused:
    free(file.guest);
    free(bytes);
    return -1;
}

int32_t casemate_package_add_file(casemate_package *p, const char *guest, size_t guest_size,
                                  const void *bytes, size_t size, uint32_t mode, int32_t secret,
                                  casemate_error *err)
{
    uint8_t *copy = (uint8_t *)copy_text(bytes, size);
    if (!copy)
        return no_memory(err);
    return insert_file(p, span_of(guest, guest_size), copy, size, mode, secret != 0, err);
}

int package_take_file(struct casemate_package *p, struct span guest, struct buffer *content, uint32_t mode,
                      bool secret, struct casemate_error *err)
{
    uint8_t *bytes = content->data ? content->data : malloc(1);
    size_t size = content->size;
    memset(content, 0, sizeof *content);
    return bytes ? insert_file(p, guest, bytes, size, mode, secret, err) : no_memory(err);
}

/* ---- limits ---- */

int32_t casemate_package_set_memory(casemate_package *p, uint64_t bytes, casemate_error *err)
{
    if (bytes < MEMORY_LEAST || bytes > memory_most)
        return casemate_fail_expected(err, E_USAGE, "64 KiB to 4 GiB", "another size",
                                      "The program's memory cannot be %llu bytes", (unsigned long long)bytes);
    p->limits.memory = bytes;
    p->sealed = false;
    return 0;
}

uint64_t casemate_package_memory(const casemate_package *p)
{
    return p->limits.memory;
}

void casemate_package_set_public(casemate_package *p, int32_t is_public)
{
    p->is_public = is_public != 0;
    p->sealed = false;
}

int32_t casemate_package_takes_input(const casemate_package *p)
{
    return p->no_input ? 0 : 1;
}
