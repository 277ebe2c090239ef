/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox on disk: written beside its name, synced, renamed, the folder synced. */
#include "outbox_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

void outbox_store_init(struct outbox_store *o, int folder)
{
    *o = (struct outbox_store){.folder = folder, .fd = -1};
}

void outbox_store_abandon(struct outbox_store *o)
{
    if (o->fd < 0)
        return;
    (void)close(o->fd);
    o->fd = -1;
    (void)unlinkat(o->folder, OUTBOX_STORE_NAME_NEW, 0);
}

static void fail(struct outbox_store *o)
{
    o->error = errno;
    o->failed = true;
    outbox_store_abandon(o);
}

static void begin(struct outbox_store *o)
{
    o->fd =
        openat(o->folder, OUTBOX_STORE_NAME_NEW, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (o->fd < 0)
        fail(o);
}

static void write_all(struct outbox_store *o, struct span bytes)
{
    while (bytes.size > 0) {
        ssize_t n = write(o->fd, bytes.data, bytes.size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            fail(o);
            return;
        }
        bytes = span_of(bytes.data + n, bytes.size - (size_t)n);
    }
}

int outbox_store_append(struct outbox_store *o, struct span bytes)
{
    if (o->stored)
        return KEEP_EORDER;
    if (bytes.size > OUTBOX_STORE_SIZE_MAX - o->size)
        return KEEP_ESIZE;
    o->size += bytes.size;
    if (!o->failed && o->fd < 0)
        begin(o);
    if (!o->failed)
        write_all(o, bytes);
    return 0;
}

bool outbox_store_finish(struct outbox_store *o)
{
    if (o->failed || o->fd < 0)
        return false;
    if (fsync(o->fd) < 0 || renameat(o->folder, OUTBOX_STORE_NAME_NEW, o->folder, OUTBOX_STORE_NAME) < 0) {
        fail(o);
        return false;
    }
    (void)close(o->fd);
    o->fd = -1;
    if (fsync(o->folder) < 0) {
        fail(o);
        return false;
    }
    o->stored = true;
    return true;
}
