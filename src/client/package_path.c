/* SPDX-License-Identifier: Apache-2.0 */
/* Files and folders of this machine into a package. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/file.h"
#include "package.h"

static int add_one(struct casemate_package *p, const char *path, const char *guest, bool secret,
                   unsigned depth, struct casemate_error *err);

static int add_regular(struct casemate_package *p, const char *path, const struct stat *st, const char *guest,
                       bool secret, struct casemate_error *err)
{
    struct buffer content = {0};
    if (file_read(path, PACKAGE_FILE_MAX, &content, err) < 0) {
        buffer_wipe(&content);
        return -1;
    }
    return package_take_file(p, span_of(guest, strlen(guest)), &content, (uint32_t)(st->st_mode & 0777),
                             secret, err);
}

static int add_folder(struct casemate_package *p, const char *path, const char *guest, bool secret,
                      unsigned depth, struct casemate_error *err)
{
    struct buffer names = {0};
    size_t count;
    if (depth >= PACKAGE_FOLDER_DEPTH)
        return casemate_fail(err, E_LIMIT, "The folder %s is nested deeper than %d", path,
                             PACKAGE_FOLDER_DEPTH);
    int result = folder_list(path, &names, &count, err);
    const char *name = buffer_text(&names);
    for (size_t i = 0; result == 0 && i < count; i++, name += strlen(name) + 1) {
        char inner[PATH_MAX], inner_guest[PATH_MAX];
        const char *slash = strcmp(guest, "/") == 0 ? "" : guest;
        if ((size_t)snprintf(inner, sizeof inner, "%s/%s", path, name) >= sizeof inner ||
            (size_t)snprintf(inner_guest, sizeof inner_guest, "%s/%s", slash, name) >= sizeof inner_guest)
            result = casemate_fail(err, E_LIMIT, "The path %s/%s is too long", path, name);
        else
            result = add_one(p, inner, inner_guest, secret, depth + 1, err);
    }
    buffer_free(&names);
    return result;
}

static int add_one(struct casemate_package *p, const char *path, const char *guest, bool secret,
                   unsigned depth, struct casemate_error *err)
{
    struct stat st;
    bool standard = strcmp(path, "-") == 0 && depth == 0;
    /* What the user names may be a link; what lies inside a folder may not lead out of it. */
    int result = standard ? fstat(STDIN_FILENO, &st) : depth ? lstat(path, &st) : stat(path, &st);
    if (result < 0)
        return casemate_fail_errno(err, errno == ENOENT ? E_NOT_FOUND : E_IO, "Cannot open %s", path);
    if (standard) {
        st.st_mode = 0600;
        return add_regular(p, path, &st, guest, secret, err);
    }
    if (S_ISREG(st.st_mode) || (depth == 0 && (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode))))
        return add_regular(p, path, &st, guest, secret, err);
    if (S_ISDIR(st.st_mode))
        return add_folder(p, path, guest, secret, depth, err);
    if (S_ISLNK(st.st_mode)) {
        (void)casemate_fail(err, E_USAGE, "%s is a symbolic link inside a folder that is sent", path);
        return casemate_next(err, "Name the file it points to with an option of its own.");
    }
    return casemate_fail(err, E_USAGE, "%s is neither a file nor a folder", path);
}

int32_t casemate_package_add_path(casemate_package *p, const char *path, size_t path_size, const char *guest,
                                  size_t guest_size, int32_t secret, casemate_error *err)
{
    char here[PATH_MAX], there[PATH_MAX];
    if (path_size >= sizeof here || guest_size >= sizeof there || memchr(path, 0, path_size) ||
        memchr(guest, 0, guest_size))
        return casemate_fail(err, E_USAGE, "A path is too long, or has a NUL byte");
    memcpy(here, path, path_size);
    here[path_size] = 0;
    memcpy(there, guest, guest_size);
    there[guest_size] = 0;
    while (guest_size > 1 && there[guest_size - 1] == '/')
        there[--guest_size] = 0;
    return add_one(p, here, there, secret != 0, 0, err);
}
