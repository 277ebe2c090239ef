/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching files and folders. Names come from the program in the Keep: the library lets only plain names
 * through, and nothing here follows a link or overwrites what is not a plain file. */
#include "fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/file.h"
#include "output.h"
#include "parse.h"

enum { DEPTH_MAX = 64 };

struct fetch {
    struct cli *cli;
    const char *to; /* local path, or "-" */
    int fd;
    bool done, is_folder;
    struct buffer entries; /* names, each: kind byte, name, NUL */
};

static int open_file(struct fetch *f, int64_t mode)
{
    if (strcmp(f->to, "-") == 0) {
        f->fd = STDOUT_FILENO;
        return 0;
    }
    f->fd = open(f->to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, (mode_t)(mode & 0777));
    if (f->fd < 0)
        return cli_fail(f->cli, "E_IO", "Cannot create %s: %s", f->to, strerror(errno));
    return 0;
}

static int take_data(struct fetch *f, const struct casemate_event *e)
{
    if (file_write_all(f->fd, e->bytes, e->bytes_size) < 0)
        return cli_fail(f->cli, "E_IO", "Cannot write %s: %s", f->to, strerror(errno));
    if (e->value != 1)
        return 0;
    f->done = true;
    if (f->fd != STDOUT_FILENO && close(f->fd) < 0)
        return cli_fail(f->cli, "E_IO", "Cannot write %s: %s", f->to, strerror(errno));
    f->fd = -1;
    return 1;
}

static int on_event(void *context, const struct casemate_event *e)
{
    struct fetch *f = context;
    char kind = (char)('0' + (e->value & 3));
    switch (e->type) {
    case CASEMATE_EVENT_FILE:
        return open_file(f, e->value);
    case CASEMATE_EVENT_FILE_DATA:
        return take_data(f, e);
    case CASEMATE_EVENT_ENTRY:
        buffer_append(&f->entries, &kind, 1);
        buffer_append(&f->entries, e->text, e->text_size);
        buffer_append(&f->entries, "", 1);
        return 0;
    case CASEMATE_EVENT_ENTRIES:
        f->done = f->is_folder = true;
        return 1;
    default:
        return 0;
    }
}

static int fetch_one(struct cli *cli, struct drive *drive_, const char *path, const char *to, unsigned depth);

static int fetch_entries(struct fetch *f, struct drive *d, const char *path, unsigned depth)
{
    const char *entry = buffer_text(&f->entries);
    const char *end = entry + f->entries.size;
    if (mkdir(f->to, 0777) < 0 && errno != EEXIST)
        return cli_fail(f->cli, "E_IO", "Cannot make the folder %s: %s", f->to, strerror(errno));
    for (; entry < end; entry += strlen(entry) + 1) {
        char inner[PATH_MAX], local[PATH_MAX];
        const char *name = entry + 1;
        if (*entry == '2') {
            output_note(f->cli, "casemate: %s/%s is a symbolic link; not fetched", path, name);
            continue;
        }
        if ((size_t)snprintf(inner, sizeof inner, "%s/%s", strcmp(path, "/") == 0 ? "" : path, name) >=
                sizeof inner ||
            (size_t)snprintf(local, sizeof local, "%s/%s", f->to, name) >= sizeof local)
            return cli_fail(f->cli, "E_LIMIT", "The path %s/%s is too long", path, name);
        if (fetch_one(f->cli, d, inner, local, depth + 1) < 0)
            return -1;
    }
    return 0;
}

static int fetch_one(struct cli *cli, struct drive *d, const char *path, const char *to, unsigned depth)
{
    struct fetch f = {.cli = cli, .to = to, .fd = -1};
    if (depth > DEPTH_MAX)
        return cli_fail(cli, "E_LIMIT", "The folder %s is nested deeper than %d", path, DEPTH_MAX);
    int (*before)(void *, const struct casemate_event *) = d->on_event;
    void *context = d->context;
    d->on_event = on_event;
    d->context = &f;
    d->asked = path;
    bool exited = d->exited;
    int result = casemate_session_cp(d->session, path, strlen(path), cli->error);
    while (result == 0 && !f.done) {
        result = drive(d, CASEMATE_EVENT_ENTRIES);
        if (result == 1)
            result = cli_fail(cli, "E_IO", "Interrupted while fetching %s", path);
    }
    d->exited = d->exited || exited;
    d->on_event = before;
    d->context = context;
    d->asked = NULL;
    if (f.fd > STDERR_FILENO)
        (void)close(f.fd);
    if (result == 0 && f.is_folder)
        result = strcmp(to, "-") == 0
                     ? cli_fail(cli, "E_USAGE", "%s is a folder; name one to fetch it to", path)
                     : fetch_entries(&f, d, path, depth);
    buffer_free(&f.entries);
    return result;
}

int fetch_path(struct cli *cli, struct drive *d, const char *path, const char *to)
{
    char inside[PATH_MAX];
    struct stat st;
    const char *slash = strrchr(path, '/');
    if (strcmp(to, "-") != 0 && stat(to, &st) == 0 && S_ISDIR(st.st_mode) && slash && slash[1]) {
        if ((size_t)snprintf(inside, sizeof inside, "%s%s", to, slash) >= sizeof inside)
            return cli_fail(cli, "E_LIMIT", "The path %s is too long", to);
        to = inside;
    }
    return fetch_one(cli, d, path, to, 0);
}

int fetch_folder(struct cli *cli, struct drive *d, const char *volume)
{
    char to[PATH_MAX], path[PATH_MAX];
    struct volume v;
    if (!parse_volume(volume, &v) || v.host_size >= sizeof to || v.guest_size >= sizeof path)
        return cli_fail(cli, "E_USAGE", "--output-dir wants HOST:GUEST with an absolute GUEST, not \"%s\"",
                        volume);
    (void)snprintf(to, sizeof to, "%.*s", (int)v.host_size, v.host);
    (void)snprintf(path, sizeof path, "%.*s", (int)v.guest_size, v.guest);
    return fetch_one(cli, d, path, to, 0);
}
