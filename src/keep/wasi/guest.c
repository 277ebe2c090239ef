/* SPDX-License-Identifier: Apache-2.0 */
/* The program's memory and descriptors, as the functions of WASI see them: every address is checked here and
 * nowhere else. */
#include "internal.h"

#include <stdlib.h>

#include "../../proto/utf8.h"

uint8_t *guest_bytes(struct call *call, uint32_t address, uint64_t size)
{
    return call->memory ? wasm_memory_span(call->memory, address, size) : NULL;
}

uint32_t guest_put32(struct call *call, uint32_t address, uint32_t value)
{
    uint8_t *at = guest_bytes(call, address, 4);
    if (!at)
        return ERRNO_FAULT;
    store_le32(at, value);
    return ERRNO_SUCCESS;
}

uint32_t guest_put64(struct call *call, uint32_t address, uint64_t value)
{
    uint8_t *at = guest_bytes(call, address, 8);
    if (!at)
        return ERRNO_FAULT;
    store_le64(at, value);
    return ERRNO_SUCCESS;
}

uint32_t guest_iovec(struct call *call, uint32_t iovecs, uint32_t index, uint8_t **bytes, uint32_t *size)
{
    const uint8_t *at =
        call->memory
            ? wasm_memory_span(call->memory, (uint64_t)iovecs + (uint64_t)index * IOVEC_SIZE, IOVEC_SIZE)
            : NULL;
    if (!at)
        return ERRNO_FAULT;
    uint32_t address = load_le32(at);
    *size = load_le32(at + 4);
    *bytes = guest_bytes(call, address, *size);
    return *bytes ? ERRNO_SUCCESS : ERRNO_FAULT;
}

/* ---- descriptors ---- */

uint32_t descriptor_get(struct call *call, uint32_t fd, uint64_t rights, struct descriptor **descriptor)
{
    if (fd >= WASI_DESCRIPTORS_MAX || call->wasi->descriptor[fd].kind == DESCRIPTOR_FREE)
        return ERRNO_BADF;
    *descriptor = &call->wasi->descriptor[fd];
    return ((*descriptor)->rights & rights) == rights ? ERRNO_SUCCESS : ERRNO_NOTCAPABLE;
}

uint32_t descriptor_file(struct call *call, uint32_t fd, uint64_t rights, struct descriptor **descriptor)
{
    uint32_t error = descriptor_get(call, fd, 0, descriptor);
    if (error)
        return error;
    if ((*descriptor)->kind == DESCRIPTOR_DIRECTORY)
        return ERRNO_BADF;
    if ((*descriptor)->kind != DESCRIPTOR_FILE)
        return ERRNO_SPIPE;
    return ((*descriptor)->rights & rights) == rights ? ERRNO_SUCCESS : ERRNO_NOTCAPABLE;
}

uint32_t descriptor_directory(struct call *call, uint32_t fd, uint64_t rights, struct descriptor **descriptor)
{
    uint32_t error = descriptor_get(call, fd, 0, descriptor);
    if (error)
        return error;
    if ((*descriptor)->kind != DESCRIPTOR_DIRECTORY)
        return ERRNO_NOTDIR;
    return ((*descriptor)->rights & rights) == rights ? ERRNO_SUCCESS : ERRNO_NOTCAPABLE;
}

uint32_t descriptor_allocate(struct wasi *wasi, uint32_t *fd)
{
    for (uint32_t i = 0; i < WASI_DESCRIPTORS_MAX; i++)
        if (wasi->descriptor[i].kind == DESCRIPTOR_FREE) {
            *fd = i;
            return ERRNO_SUCCESS;
        }
    return ERRNO_MFILE;
}

void descriptor_close(struct descriptor *descriptor)
{
    file_release(descriptor->node);
    free(descriptor->preopen);
    *descriptor = (struct descriptor){0};
}

/* ---- paths and errors ---- */

uint32_t errno_of(int files_error)
{
    switch (files_error) {
    case FILES_OK:
        return ERRNO_SUCCESS;
    case FILES_EXISTS:
        return ERRNO_EXIST;
    case FILES_MISSING:
        return ERRNO_NOENT;
    case FILES_NOT_DIRECTORY:
        return ERRNO_NOTDIR;
    case FILES_IS_DIRECTORY:
        return ERRNO_ISDIR;
    case FILES_NOT_EMPTY:
        return ERRNO_NOTEMPTY;
    case FILES_LOOP:
        return ERRNO_LOOP;
    case FILES_NAME:
        return ERRNO_NAMETOOLONG;
    case FILES_NO_SPACE:
        return ERRNO_NOSPC;
    case FILES_ESCAPE:
        return ERRNO_PERM;
    case FILES_TOO_LARGE:
        return ERRNO_FBIG;
    default:
        return ERRNO_INVAL;
    }
}

uint32_t guest_path(struct call *call, uint32_t address, uint32_t size, struct span *path)
{
    const uint8_t *bytes = guest_bytes(call, address, size);
    if (!bytes)
        return ERRNO_FAULT;
    if (size > FILES_PATH_MAX)
        return ERRNO_NAMETOOLONG;
    *path = span_of(bytes, size);
    if (!utf8_valid(*path))
        return ERRNO_ILSEQ;
    if (size && memchr(bytes, 0, size))
        return ERRNO_INVAL;
    return ERRNO_SUCCESS;
}

static uint8_t filetype_of(enum file_kind kind)
{
    return kind == FILE_REGULAR     ? FILETYPE_REGULAR_FILE
           : kind == FILE_DIRECTORY ? FILETYPE_DIRECTORY
                                    : FILETYPE_SYMBOLIC_LINK;
}

void filestat_write(const struct file_node *node, uint8_t out[FILESTAT_SIZE])
{
    struct file_stat stat;
    file_get_stat(node, &stat);
    memset(out, 0, FILESTAT_SIZE);
    store_le64(out, 1); /* device */
    store_le64(out + 8, stat.inode);
    out[16] = filetype_of(stat.kind);
    store_le64(out + 24, stat.links);
    store_le64(out + 32, stat.size);
    store_le64(out + 40, stat.accessed);
    store_le64(out + 48, stat.modified);
    store_le64(out + 56, stat.changed);
}

uint32_t set_times(struct call *call, struct file_node *node, uint64_t accessed, uint64_t modified,
                   uint32_t flags)
{
    if ((flags & ~(uint32_t)FSTFLAGS_ALL) || ((flags & FSTFLAGS_ATIM) && (flags & FSTFLAGS_ATIM_NOW)) ||
        ((flags & FSTFLAGS_MTIM) && (flags & FSTFLAGS_MTIM_NOW)))
        return ERRNO_INVAL;
    uint64_t now = clock_realtime(call->wasi);
    if (flags & FSTFLAGS_ATIM_NOW)
        accessed = now;
    if (flags & FSTFLAGS_MTIM_NOW)
        modified = now;
    file_set_times(node, flags & (FSTFLAGS_ATIM | FSTFLAGS_ATIM_NOW) ? &accessed : NULL,
                   flags & (FSTFLAGS_MTIM | FSTFLAGS_MTIM_NOW) ? &modified : NULL);
    return ERRNO_SUCCESS;
}
