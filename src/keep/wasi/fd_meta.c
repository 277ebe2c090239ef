/* SPDX-License-Identifier: Apache-2.0 */
/* fd_*: what a descriptor is, its rights and flags, sizes, times, directories. Rights only ever shrink. */
#include "internal.h"

uint32_t wasi_fd_advise(struct call *call)
{
    struct descriptor *descriptor;
    uint32_t error = descriptor_file(call, arg32(call, 0), RIGHT(RIGHT_FD_ADVISE), &descriptor);
    if (error)
        return error;
    enum { ADVICE_NOREUSE = 5 };
    return arg32(call, 3) > ADVICE_NOREUSE || arg64(call, 1) > INT64_MAX || arg64(call, 2) > INT64_MAX
               ? ERRNO_INVAL
               : ERRNO_SUCCESS;
}

uint32_t wasi_fd_allocate(struct call *call)
{
    struct descriptor *descriptor;
    uint64_t offset = arg64(call, 1), size = arg64(call, 2), end;
    uint32_t error = descriptor_file(call, arg32(call, 0), RIGHT(RIGHT_FD_ALLOCATE), &descriptor);
    if (error)
        return error;
    if (size == 0)
        return ERRNO_INVAL;
    if (__builtin_add_overflow(offset, size, &end) || end > INT64_MAX)
        return ERRNO_FBIG;
    struct file_stat stat;
    file_get_stat(descriptor->node, &stat);
    return end > stat.size ? errno_of(file_resize(descriptor->node, end)) : ERRNO_SUCCESS;
}

uint32_t wasi_fd_close(struct call *call)
{
    struct descriptor *descriptor;
    uint32_t error = descriptor_get(call, arg32(call, 0), 0, &descriptor);
    if (error)
        return error;
    descriptor_close(descriptor);
    return ERRNO_SUCCESS;
}

/* Files are in memory: there is nothing to write out. */
uint32_t wasi_fd_datasync(struct call *call)
{
    struct descriptor *descriptor;
    return descriptor_get(call, arg32(call, 0), RIGHT(RIGHT_FD_DATASYNC), &descriptor);
}

uint32_t wasi_fd_sync(struct call *call)
{
    struct descriptor *descriptor;
    return descriptor_get(call, arg32(call, 0), RIGHT(RIGHT_FD_SYNC), &descriptor);
}

static uint8_t descriptor_filetype(const struct descriptor *descriptor)
{
    return descriptor->kind == DESCRIPTOR_DIRECTORY ? FILETYPE_DIRECTORY
           : descriptor->kind == DESCRIPTOR_FILE    ? FILETYPE_REGULAR_FILE
                                                    : FILETYPE_CHARACTER_DEVICE;
}

uint32_t wasi_fd_fdstat_get(struct call *call)
{
    struct descriptor *descriptor;
    uint32_t error = descriptor_get(call, arg32(call, 0), 0, &descriptor);
    uint8_t *to = guest_bytes(call, arg32(call, 1), FDSTAT_SIZE);
    if (error || !to)
        return error ? error : ERRNO_FAULT;
    memset(to, 0, FDSTAT_SIZE);
    to[0] = descriptor_filetype(descriptor);
    store_le16(to + 2, descriptor->flags);
    store_le64(to + 8, descriptor->rights);
    store_le64(to + 16, descriptor->inheriting);
    return ERRNO_SUCCESS;
}

uint32_t wasi_fd_fdstat_set_flags(struct call *call)
{
    struct descriptor *descriptor;
    uint32_t flags = arg32(call, 1);
    uint32_t error = descriptor_get(call, arg32(call, 0), RIGHT(RIGHT_FD_FDSTAT_SET_FLAGS), &descriptor);
    if (error)
        return error;
    if (flags & ~(uint32_t)FDFLAGS_ALL)
        return ERRNO_INVAL;
    descriptor->flags = (uint16_t)flags;
    return ERRNO_SUCCESS;
}

uint32_t wasi_fd_fdstat_set_rights(struct call *call)
{
    struct descriptor *descriptor;
    uint64_t rights = arg64(call, 1), inheriting = arg64(call, 2);
    uint32_t error = descriptor_get(call, arg32(call, 0), 0, &descriptor);
    if (error)
        return error;
    if ((rights & ~descriptor->rights) || (inheriting & ~descriptor->inheriting))
        return ERRNO_NOTCAPABLE;
    descriptor->rights = rights;
    descriptor->inheriting = inheriting;
    return ERRNO_SUCCESS;
}

uint32_t wasi_fd_filestat_get(struct call *call)
{
    struct descriptor *descriptor;
    uint32_t error = descriptor_get(call, arg32(call, 0), RIGHT(RIGHT_FD_FILESTAT_GET), &descriptor);
    uint8_t *to = guest_bytes(call, arg32(call, 1), FILESTAT_SIZE);
    if (error || !to)
        return error ? error : ERRNO_FAULT;
    if (descriptor->node) {
        filestat_write(descriptor->node, to);
    } else {
        memset(to, 0, FILESTAT_SIZE);
        to[16] = FILETYPE_CHARACTER_DEVICE;
        store_le64(to + 24, 1);
    }
    return ERRNO_SUCCESS;
}

uint32_t wasi_fd_filestat_set_size(struct call *call)
{
    struct descriptor *descriptor;
    uint64_t size = arg64(call, 1);
    uint32_t error = descriptor_file(call, arg32(call, 0), RIGHT(RIGHT_FD_FILESTAT_SET_SIZE), &descriptor);
    if (error)
        return error;
    return size > INT64_MAX ? ERRNO_INVAL : errno_of(file_resize(descriptor->node, size));
}

uint32_t wasi_fd_filestat_set_times(struct call *call)
{
    struct descriptor *descriptor;
    uint32_t error = descriptor_get(call, arg32(call, 0), RIGHT(RIGHT_FD_FILESTAT_SET_TIMES), &descriptor);
    return error ? error : set_times(call, descriptor->node, arg64(call, 1), arg64(call, 2), arg32(call, 3));
}

uint32_t wasi_fd_prestat_get(struct call *call)
{
    struct descriptor *descriptor;
    uint32_t error = descriptor_get(call, arg32(call, 0), 0, &descriptor);
    if (error || !descriptor->preopen)
        return ERRNO_BADF;
    uint8_t *to = guest_bytes(call, arg32(call, 1), PRESTAT_SIZE);
    if (!to)
        return ERRNO_FAULT;
    memset(to, 0, PRESTAT_SIZE);
    store_le32(to + 4, (uint32_t)descriptor->preopen_size);
    return ERRNO_SUCCESS;
}

uint32_t wasi_fd_prestat_dir_name(struct call *call)
{
    struct descriptor *descriptor;
    uint32_t size = arg32(call, 2), error = descriptor_get(call, arg32(call, 0), 0, &descriptor);
    if (error || !descriptor->preopen)
        return ERRNO_BADF;
    if (size < descriptor->preopen_size)
        return ERRNO_NAMETOOLONG;
    uint8_t *to = guest_bytes(call, arg32(call, 1), descriptor->preopen_size);
    if (!to)
        return ERRNO_FAULT;
    memcpy(to, descriptor->preopen, descriptor->preopen_size);
    return ERRNO_SUCCESS;
}

uint32_t wasi_fd_renumber(struct call *call)
{
    struct descriptor *from, *to;
    uint32_t error = descriptor_get(call, arg32(call, 0), 0, &from);
    if (!error)
        error = descriptor_get(call, arg32(call, 1), 0, &to);
    if (error)
        return error;
    if (from == to)
        return ERRNO_SUCCESS;
    descriptor_close(to);
    *to = *from;
    *from = (struct descriptor){0};
    return ERRNO_SUCCESS;
}

/* ---- directories ---- */

struct listing {
    uint8_t *to;
    uint32_t size, used;
};

/* Appends one entry, cut where the buffer ends; false when it is full. */
static bool listing_add(struct listing *listing, uint64_t next, uint64_t inode, uint8_t type,
                        struct span name)
{
    uint8_t head[DIRENT_SIZE] = {0};
    store_le64(head, next);
    store_le64(head + 8, inode);
    store_le32(head + 16, (uint32_t)name.size);
    head[20] = type;
    const struct span parts[] = {{head, sizeof head}, name};
    for (size_t i = 0; i < 2; i++) {
        uint32_t left = listing->size - listing->used;
        uint32_t part = parts[i].size < left ? (uint32_t)parts[i].size : left;
        memcpy(listing->to + listing->used, parts[i].data, part);
        listing->used += part;
    }
    return listing->used < listing->size;
}

/* Cookies: 0 is ".", 1 is "..", from 2 on the position in the directory. */
uint32_t wasi_fd_readdir(struct call *call)
{
    enum { COOKIE_FIRST = 2 };
    struct descriptor *descriptor;
    uint64_t cookie = arg64(call, 3);
    struct listing listing = {.size = arg32(call, 2)};
    uint32_t error = descriptor_directory(call, arg32(call, 0), RIGHT(RIGHT_FD_READDIR), &descriptor);
    if (error)
        return error;
    listing.to = guest_bytes(call, arg32(call, 1), listing.size);
    if (!listing.to)
        return ERRNO_FAULT;
    struct file_stat stat;
    bool room = listing.size > 0;
    for (; room && cookie < COOKIE_FIRST; cookie++) {
        file_get_stat(cookie ? file_parent(descriptor->node) : descriptor->node, &stat);
        /* The parent of a preopened directory is nothing that the program may know. */
        uint64_t inode = cookie && descriptor->preopen ? 0 : stat.inode;
        room = listing_add(&listing, cookie + 1, inode, FILETYPE_DIRECTORY,
                           cookie ? SPAN_LITERAL("..") : SPAN_LITERAL("."));
    }
    struct file_entry entry;
    uint64_t position = cookie >= COOKIE_FIRST ? cookie - COOKIE_FIRST : 0;
    while (room && file_next_entry(descriptor->node, &position, &entry)) {
        uint8_t filestat[FILESTAT_SIZE];
        filestat_write(entry.node, filestat);
        room =
            listing_add(&listing, position + COOKIE_FIRST, load_le64(filestat + 8), filestat[16], entry.name);
    }
    return guest_put32(call, arg32(call, 4), listing.used);
}
