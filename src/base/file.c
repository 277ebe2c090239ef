/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and atomic writing of files; folders. */
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int file_read_descriptor(int fd, const char *name, size_t limit, struct buffer *content,
                         struct casemate_error *err)
{
    size_t before = content->size;
    for (;;) {
        uint8_t *to = buffer_reserve(content, 65536);
        if (!to)
            return casemate_fail(err, E_NOMEM, "No memory to read %s", name);
        ssize_t got = read(fd, to, 65536);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return casemate_fail_errno(err, E_IO, "Cannot read %s", name);
        if (got == 0)
            return 0;
        content->size += (size_t)got;
        content->data[content->size] = 0;
        if (content->size - before > limit)
            return casemate_fail(err, E_LIMIT, "%s is larger than %zu bytes", name, limit);
    }
}

int file_read(const char *path, size_t limit, struct buffer *content, struct casemate_error *err)
{
    if (strcmp(path, "-") == 0)
        return file_read_descriptor(STDIN_FILENO, "the standard input", limit, content, err);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return casemate_fail_errno(err, errno == ENOENT ? E_NOT_FOUND : E_IO, "Cannot open %s", path);
    int result = file_read_descriptor(fd, path, limit, content, err);
    (void)close(fd);
    return result;
}

int file_write_all(int fd, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    while (size) {
        ssize_t n = write(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

/* The folder that holds the path. */
static void parent_of(const char *path, char folder[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    size_t size = slash ? (size_t)(slash - path) : 0;
    if (!slash)
        (void)snprintf(folder, PATH_MAX, ".");
    else if (size == 0)
        (void)snprintf(folder, PATH_MAX, "/");
    else
        (void)snprintf(folder, PATH_MAX, "%.*s", (int)size, path);
}

/* Makes a rename or a new entry in the folder survive a crash. */
static int folder_sync(const char *folder, struct casemate_error *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return casemate_fail_errno(err, E_IO, "Cannot open the folder %s", folder);
    int result = fsync(fd);
    if (result < 0)
        (void)casemate_fail_errno(err, E_IO, "Cannot sync the folder %s", folder);
    (void)close(fd);
    return result;
}

static int write_synced(const char *path, const void *bytes, size_t size, mode_t mode,
                        struct casemate_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return casemate_fail_errno(err, E_IO, "Cannot create %s", path);
    int result = file_write_all(fd, bytes, size);
    if (result == 0)
        result = fsync(fd);
    if (result < 0)
        (void)casemate_fail_errno(err, E_IO, "Cannot write %s", path);
    if (close(fd) < 0 && result == 0)
        result = casemate_fail_errno(err, E_IO, "Cannot write %s", path);
    return result;
}

int file_write_atomic(const char *path, const void *bytes, size_t size, mode_t mode,
                      struct casemate_error *err)
{
    static _Atomic unsigned serial;
    char folder[PATH_MAX], beside[PATH_MAX];
    if ((size_t)snprintf(beside, sizeof beside, "%s.%ld.%u.new", path, (long)getpid(), serial++) >=
        sizeof beside)
        return casemate_fail(err, E_IO, "The path %s is too long", path);
    parent_of(path, folder);
    if (write_synced(beside, bytes, size, mode, err) < 0) {
        (void)unlink(beside);
        return -1;
    }
    if (rename(beside, path) < 0) {
        (void)casemate_fail_errno(err, E_IO, "Cannot replace %s", path);
        (void)unlink(beside);
        return -1;
    }
    return folder_sync(folder, err);
}

int file_write(const char *path, const void *bytes, size_t size, struct casemate_error *err)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return casemate_fail_errno(err, E_IO, "Cannot create %s", path);
    int result = file_write_all(fd, bytes, size);
    if (result < 0)
        (void)casemate_fail_errno(err, E_IO, "Cannot write %s", path);
    if (!standard && close(fd) < 0 && result == 0)
        result = casemate_fail_errno(err, E_IO, "Cannot write %s", path);
    return result;
}

static int make_one(const char *path, struct casemate_error *err)
{
    if (mkdir(path, 0700) == 0) {
        char folder[PATH_MAX];
        parent_of(path, folder);
        return folder_sync(folder, err);
    }
    struct stat st;
    int saved = errno;
    if (saved == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return 0;
    errno = saved;
    return casemate_fail_errno(err, E_IO, "Cannot make the folder %s", path);
}

int folder_make(const char *path, struct casemate_error *err)
{
    char part[PATH_MAX];
    size_t size = strlen(path);
    if (size >= sizeof part)
        return casemate_fail(err, E_IO, "The path %s is too long", path);
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return 0;
    for (size_t i = 1; i <= size; i++) {
        if (path[i] != '/' && path[i] != 0)
            continue;
        memcpy(part, path, i);
        part[i] = 0;
        if (stat(part, &st) == 0 && S_ISDIR(st.st_mode))
            continue;
        if (make_one(part, err) < 0)
            return -1;
    }
    return 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names as read from the folder -> sorted. */
static int sort_names(struct buffer *names, size_t count)
{
    struct buffer sorted = {0};
    char **list = calloc(count ? count : 1, sizeof *list);
    if (!list)
        return -1;
    char *at = (char *)names->data;
    for (size_t i = 0; i < count; i++) {
        list[i] = at;
        at += strlen(at) + 1;
    }
    qsort(list, count, sizeof *list, compare_names);
    for (size_t i = 0; i < count; i++)
        buffer_append(&sorted, list[i], strlen(list[i]) + 1);
    free(list);
    if (sorted.failed) {
        buffer_free(&sorted);
        return -1;
    }
    buffer_free(names);
    *names = sorted;
    return 0;
}

int folder_list(const char *path, struct buffer *names, size_t *count, struct casemate_error *err)
{
    *count = 0;
    DIR *folder = opendir(path);
    if (!folder && errno == ENOENT)
        return 0;
    if (!folder)
        return casemate_fail_errno(err, E_IO, "Cannot read the folder %s", path);
    for (;;) {
        errno = 0;
        struct dirent *entry = readdir(folder);
        if (!entry)
            break;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        buffer_append(names, entry->d_name, strlen(entry->d_name) + 1);
        ++*count;
    }
    int result = errno ? casemate_fail_errno(err, E_IO, "Cannot read the folder %s", path) : 0;
    (void)closedir(folder);
    if (result == 0 && (names->failed || sort_names(names, *count) < 0))
        result = casemate_fail(err, E_NOMEM, "No memory to list %s", path);
    return result;
}

int folder_remove(const char *path, struct casemate_error *err)
{
    struct buffer names = {0};
    size_t count;
    int result = folder_list(path, &names, &count, err);
    const char *name = buffer_text(&names);
    for (size_t i = 0; result == 0 && i < count; i++, name += strlen(name) + 1) {
        char file[PATH_MAX];
        if ((size_t)snprintf(file, sizeof file, "%s/%s", path, name) >= sizeof file || unlink(file) < 0)
            result = casemate_fail_errno(err, E_IO, "Cannot remove %s/%s", path, name);
    }
    if (result == 0 && rmdir(path) < 0 && errno != ENOENT)
        result = casemate_fail_errno(err, E_IO, "Cannot remove %s", path);
    buffer_free(&names);
    return result;
}
