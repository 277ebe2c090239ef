/* SPDX-License-Identifier: Apache-2.0 */
/* path_*: names below a directory descriptor. The descriptor is the capability: no path, link or rename
 * reaches above it. */
#include "internal.h"

/* Resolves (address, size) below fd, which must have the rights. */
static uint32_t path_at(struct call *call, uint32_t fd, uint64_t rights, uint32_t address, uint32_t size,
                        bool follow, struct file_path *at)
{
    struct descriptor *directory;
    struct span path;
    uint32_t error = descriptor_directory(call, fd, rights, &directory);
    if (!error)
        error = guest_path(call, address, size, &path);
    return error ? error : errno_of(file_resolve(directory->node, path, follow, at));
}

static uint32_t existing_at(struct call *call, uint32_t fd, uint64_t rights, uint32_t address, uint32_t size,
                            uint32_t lookup, struct file_path *at)
{
    uint32_t error = path_at(call, fd, rights, address, size, lookup & LOOKUPFLAGS_SYMLINK_FOLLOW, at);
    return error ? error : at->node ? ERRNO_SUCCESS : ERRNO_NOENT;
}

uint32_t wasi_path_create_directory(struct call *call)
{
    struct file_path at;
    uint32_t error = path_at(call, arg32(call, 0), RIGHT(RIGHT_PATH_CREATE_DIRECTORY), arg32(call, 1),
                             arg32(call, 2), false, &at);
    return error ? error : errno_of(file_create(&at, FILE_DIRECTORY, (struct span){0}, NULL));
}

uint32_t wasi_path_filestat_get(struct call *call)
{
    struct file_path at;
    uint32_t error = existing_at(call, arg32(call, 0), RIGHT(RIGHT_PATH_FILESTAT_GET), arg32(call, 2),
                                 arg32(call, 3), arg32(call, 1), &at);
    uint8_t *to = guest_bytes(call, arg32(call, 4), FILESTAT_SIZE);
    if (error || !to)
        return error ? error : ERRNO_FAULT;
    filestat_write(at.node, to);
    return ERRNO_SUCCESS;
}

uint32_t wasi_path_filestat_set_times(struct call *call)
{
    struct file_path at;
    uint32_t error = existing_at(call, arg32(call, 0), RIGHT(RIGHT_PATH_FILESTAT_SET_TIMES), arg32(call, 2),
                                 arg32(call, 3), arg32(call, 1), &at);
    return error ? error : set_times(call, at.node, arg64(call, 4), arg64(call, 5), arg32(call, 6));
}

uint32_t wasi_path_link(struct call *call)
{
    struct file_path from, to;
    if (arg32(call, 1) & LOOKUPFLAGS_SYMLINK_FOLLOW)
        return ERRNO_INVAL;
    uint32_t error = existing_at(call, arg32(call, 0), RIGHT(RIGHT_PATH_LINK_SOURCE), arg32(call, 2),
                                 arg32(call, 3), 0, &from);
    if (!error)
        error = path_at(call, arg32(call, 4), RIGHT(RIGHT_PATH_LINK_TARGET), arg32(call, 5), arg32(call, 6),
                        false, &to);
    if (error)
        return error;
    int failed = file_link(from.node, &to);
    return failed == FILES_IS_DIRECTORY ? ERRNO_PERM : errno_of(failed); /* link(2) of a directory */
}

uint32_t wasi_path_readlink(struct call *call)
{
    struct file_path at;
    uint32_t size = arg32(call, 4);
    uint32_t error =
        existing_at(call, arg32(call, 0), RIGHT(RIGHT_PATH_READLINK), arg32(call, 1), arg32(call, 2), 0, &at);
    if (error)
        return error;
    struct file_stat stat;
    file_get_stat(at.node, &stat);
    if (stat.kind != FILE_SYMLINK)
        return ERRNO_INVAL;
    struct span target = file_link_target(at.node);
    if (size > target.size)
        size = (uint32_t)target.size;
    uint8_t *to = guest_bytes(call, arg32(call, 3), size);
    if (!to)
        return ERRNO_FAULT;
    memcpy(to, target.data, size);
    return guest_put32(call, arg32(call, 5), size);
}

uint32_t wasi_path_remove_directory(struct call *call)
{
    struct file_path at;
    uint32_t error = path_at(call, arg32(call, 0), RIGHT(RIGHT_PATH_REMOVE_DIRECTORY), arg32(call, 1),
                             arg32(call, 2), false, &at);
    return error ? error : errno_of(file_remove_directory(&at));
}

uint32_t wasi_path_rename(struct call *call)
{
    struct file_path from, to;
    uint32_t error = path_at(call, arg32(call, 0), RIGHT(RIGHT_PATH_RENAME_SOURCE), arg32(call, 1),
                             arg32(call, 2), false, &from);
    if (!error)
        error = path_at(call, arg32(call, 3), RIGHT(RIGHT_PATH_RENAME_TARGET), arg32(call, 4), arg32(call, 5),
                        false, &to);
    return error ? error : errno_of(file_rename(&from, &to));
}

uint32_t wasi_path_symlink(struct call *call)
{
    struct file_path at;
    struct span target;
    uint32_t error = guest_path(call, arg32(call, 0), arg32(call, 1), &target);
    if (!error)
        error = path_at(call, arg32(call, 2), RIGHT(RIGHT_PATH_SYMLINK), arg32(call, 3), arg32(call, 4),
                        false, &at);
    if (error)
        return error;
    if (target.size == 0)
        return ERRNO_NOENT;
    /* An absolute target could only ever name what the program may not reach. */
    if (target.data[0] == '/')
        return ERRNO_NOTCAPABLE;
    return errno_of(file_create(&at, FILE_SYMLINK, target, NULL));
}

uint32_t wasi_path_unlink_file(struct call *call)
{
    struct file_path at;
    uint32_t error = path_at(call, arg32(call, 0), RIGHT(RIGHT_PATH_UNLINK_FILE), arg32(call, 1),
                             arg32(call, 2), false, &at);
    return error ? error : errno_of(file_unlink(&at));
}

/* ---- path_open ---- */

struct opening {
    uint32_t lookup, oflags, fdflags;
    uint64_t rights, inheriting;
};

static uint32_t opening_check(const struct opening *o, const struct descriptor *directory)
{
    if ((o->oflags & ~(uint32_t)OFLAGS_ALL) || (o->fdflags & ~(uint32_t)FDFLAGS_ALL))
        return ERRNO_INVAL;
    if ((o->oflags & OFLAGS_CREAT) && (o->oflags & OFLAGS_DIRECTORY))
        return ERRNO_INVAL;
    if ((o->rights & ~directory->inheriting) || (o->inheriting & ~directory->inheriting))
        return ERRNO_NOTCAPABLE;
    return ERRNO_SUCCESS;
}

/* The node at the path, made if it is missing and may be made. */
static uint32_t open_node(const struct opening *o, const struct descriptor *directory, struct file_path *at)
{
    if (at->node) {
        struct file_stat stat;
        file_get_stat(at->node, &stat);
        if ((o->oflags & OFLAGS_CREAT) && (o->oflags & OFLAGS_EXCL))
            return ERRNO_EXIST;
        if (stat.kind == FILE_SYMLINK)
            return ERRNO_LOOP;
        if (stat.kind == FILE_REGULAR)
            return o->oflags & OFLAGS_DIRECTORY ? ERRNO_NOTDIR : ERRNO_SUCCESS;
        bool writes = (o->rights & RIGHT(RIGHT_FD_WRITE)) || (o->oflags & (OFLAGS_TRUNC | OFLAGS_CREAT));
        return writes ? ERRNO_ISDIR : ERRNO_SUCCESS;
    }
    if (!(o->oflags & OFLAGS_CREAT))
        return ERRNO_NOENT;
    if (!(directory->rights & RIGHT(RIGHT_PATH_CREATE_FILE)))
        return ERRNO_NOTCAPABLE;
    return errno_of(file_create(at, FILE_REGULAR, (struct span){0}, &at->node));
}

static uint32_t open_truncate(const struct opening *o, const struct descriptor *directory,
                              struct file_node *node)
{
    if (!(o->oflags & OFLAGS_TRUNC))
        return ERRNO_SUCCESS;
    if (!(directory->rights & RIGHT(RIGHT_PATH_FILESTAT_SET_SIZE)))
        return ERRNO_NOTCAPABLE;
    return errno_of(file_resize(node, 0));
}

static void open_descriptor(struct wasi *wasi, uint32_t fd, const struct opening *o, struct file_node *node)
{
    struct file_stat stat;
    file_get_stat(node, &stat);
    bool directory = stat.kind == FILE_DIRECTORY;
    file_retain(node);
    wasi->descriptor[fd] = (struct descriptor){
        .kind = directory ? DESCRIPTOR_DIRECTORY : DESCRIPTOR_FILE,
        .flags = (uint16_t)o->fdflags,
        .rights = o->rights & (directory ? RIGHTS_DIRECTORY : RIGHTS_FILE),
        .inheriting = directory ? o->inheriting : 0,
        .node = node,
    };
}

uint32_t wasi_path_open(struct call *call)
{
    struct opening o = {
        .lookup = arg32(call, 1),
        .oflags = arg32(call, 4),
        .rights = arg64(call, 5) & RIGHTS_ALL, /* programs ask for bits that do not exist */
        .inheriting = arg64(call, 6) & RIGHTS_ALL,
        .fdflags = arg32(call, 7),
    };
    struct descriptor *directory;
    struct span path;
    struct file_path at;
    uint32_t fd, error = descriptor_directory(call, arg32(call, 0), RIGHT(RIGHT_PATH_OPEN), &directory);
    if (!error)
        error = opening_check(&o, directory);
    if (!error)
        error = guest_path(call, arg32(call, 2), arg32(call, 3), &path);
    if (!error && !guest_bytes(call, arg32(call, 8), 4))
        error = ERRNO_FAULT;
    if (!error)
        error = descriptor_allocate(call->wasi, &fd);
    if (!error)
        error = errno_of(file_resolve(directory->node, path, o.lookup & LOOKUPFLAGS_SYMLINK_FOLLOW, &at));
    if (!error)
        error = open_node(&o, directory, &at);
    if (!error)
        error = open_truncate(&o, directory, at.node);
    if (error)
        return error;
    open_descriptor(call->wasi, fd, &o, at.node);
    return guest_put32(call, arg32(call, 8), fd);
}
