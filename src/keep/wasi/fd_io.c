/* SPDX-License-Identifier: Apache-2.0 */
/* fd_*: reading, writing and seeking. A file is in Keep memory; a stream goes to or comes from the owner's
 * session. */
#include "internal.h"

enum { IO_STEP = 1 << 18 }; /* bytes moved between two safe points */

/* ---- files ---- */

static size_t file_read_steps(struct call *call, struct file_node *node, uint64_t offset, uint8_t *to,
                              uint32_t size)
{
    size_t done = 0;
    while (done < size && !call->stop) {
        size_t part = size - done < IO_STEP ? size - done : IO_STEP;
        size_t read = file_read(node, offset + done, to + done, part);
        done += read;
        if (read < part)
            break;
        if (done < size)
            (void)call_poll(call);
    }
    return done;
}

static uint32_t file_read_list(struct call *call, struct descriptor *descriptor, uint64_t *offset,
                               uint32_t iovecs, uint32_t count, uint32_t *total)
{
    for (uint32_t i = 0; i < count && !call->stop; i++) {
        uint8_t *to;
        uint32_t size, error = guest_iovec(call, iovecs, i, &to, &size);
        if (error)
            return error;
        size_t read = file_read_steps(call, descriptor->node, *offset, to, size);
        *offset += read;
        *total += (uint32_t)read;
        if (read < size)
            break;
    }
    return ERRNO_SUCCESS;
}

static uint32_t file_write_list(struct call *call, struct descriptor *descriptor, uint64_t *offset,
                                uint32_t iovecs, uint32_t count, uint32_t *total)
{
    for (uint32_t i = 0; i < count && !call->stop; i++) {
        uint8_t *from;
        uint32_t size, error = guest_iovec(call, iovecs, i, &from, &size);
        if (error)
            return error;
        for (uint32_t done = 0; done < size && !call->stop;) {
            uint32_t part = size - done < IO_STEP ? size - done : IO_STEP;
            int failed = file_write(descriptor->node, *offset, from + done, part);
            if (failed) /* what was written before counts, as POSIX has it */
                return *total ? ERRNO_SUCCESS : errno_of(failed);
            done += part;
            *offset += part;
            *total += part;
            if (done < size)
                (void)call_poll(call);
        }
    }
    return ERRNO_SUCCESS;
}

/* ---- streams ---- */

static uint32_t input_read(struct call *call, struct descriptor *descriptor, uint32_t iovecs, uint32_t count,
                           uint32_t *total)
{
    struct wasi_host *host = &call->wasi->host;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *to;
        uint32_t size, error = guest_iovec(call, iovecs, i, &to, &size);
        if (error)
            return error;
        while (size) {
            size_t got = 0;
            int failed = host->input(host->context, to, size, &got);
            if (failed == KEEP_EAGAIN && (*total || descriptor->flags & FDFLAGS_NONBLOCK))
                return *total ? ERRNO_SUCCESS : ERRNO_AGAIN;
            if (failed == KEEP_EAGAIN)
                failed = host->wait(host->context, UINT64_MAX, true);
            else if (!failed) {
                *total += (uint32_t)got;
                if (got < size) /* all there is now, or the end */
                    return ERRNO_SUCCESS;
                break;
            }
            if (failed) {
                call->stop = failed;
                return ERRNO_SUCCESS;
            }
        }
    }
    return ERRNO_SUCCESS;
}

static uint32_t output_write(struct call *call, struct descriptor *descriptor, uint32_t iovecs,
                             uint32_t count, uint32_t *total)
{
    struct wasi_host *host = &call->wasi->host;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *from;
        uint32_t size, error = guest_iovec(call, iovecs, i, &from, &size);
        if (error)
            return error;
        int failed = size ? host->output(host->context, descriptor->stream, span_of(from, size)) : 0;
        if (failed) {
            call->stop = failed;
            return ERRNO_SUCCESS;
        }
        *total += size;
    }
    return ERRNO_SUCCESS;
}

/* ---- the calls ---- */

/* The sizes of a list must not add up to more than a u32 tells. */
static uint32_t list_check(struct call *call, uint32_t iovecs, uint32_t count)
{
    if (count > WASI_IOVECS_MAX)
        return ERRNO_INVAL;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *bytes;
        uint32_t size, error = guest_iovec(call, iovecs, i, &bytes, &size);
        if (error)
            return error;
        sum += size;
    }
    return sum > UINT32_MAX ? ERRNO_INVAL : ERRNO_SUCCESS;
}

uint32_t wasi_fd_read(struct call *call)
{
    uint32_t iovecs = arg32(call, 1), count = arg32(call, 2), total = 0;
    struct descriptor *descriptor;
    uint32_t error = descriptor_get(call, arg32(call, 0), 0, &descriptor);
    if (!error && descriptor->kind == DESCRIPTOR_DIRECTORY)
        error = ERRNO_BADF;
    if (!error && !(descriptor->rights & RIGHT(RIGHT_FD_READ)))
        error = ERRNO_NOTCAPABLE;
    if (!error)
        error = list_check(call, iovecs, count);
    if (error)
        return error;
    error = descriptor->kind == DESCRIPTOR_STDIN
                ? input_read(call, descriptor, iovecs, count, &total)
                : file_read_list(call, descriptor, &descriptor->position, iovecs, count, &total);
    return error ? error : guest_put32(call, arg32(call, 3), total);
}

uint32_t wasi_fd_write(struct call *call)
{
    uint32_t iovecs = arg32(call, 1), count = arg32(call, 2), total = 0;
    struct descriptor *descriptor;
    uint32_t error = descriptor_get(call, arg32(call, 0), 0, &descriptor);
    if (!error && descriptor->kind == DESCRIPTOR_DIRECTORY)
        error = ERRNO_BADF;
    if (!error && !(descriptor->rights & RIGHT(RIGHT_FD_WRITE)))
        error = ERRNO_NOTCAPABLE;
    if (!error)
        error = list_check(call, iovecs, count);
    if (error)
        return error;
    if (descriptor->kind == DESCRIPTOR_OUTPUT) {
        error = output_write(call, descriptor, iovecs, count, &total);
    } else {
        if (descriptor->flags & FDFLAGS_APPEND) {
            struct file_stat stat;
            file_get_stat(descriptor->node, &stat);
            descriptor->position = stat.size;
        }
        error = file_write_list(call, descriptor, &descriptor->position, iovecs, count, &total);
    }
    return error ? error : guest_put32(call, arg32(call, 3), total);
}

uint32_t wasi_fd_pread(struct call *call)
{
    uint32_t iovecs = arg32(call, 1), count = arg32(call, 2), total = 0;
    uint64_t offset = arg64(call, 3);
    struct descriptor *descriptor;
    uint32_t error =
        descriptor_file(call, arg32(call, 0), RIGHT(RIGHT_FD_READ) | RIGHT(RIGHT_FD_SEEK), &descriptor);
    if (!error)
        error = list_check(call, iovecs, count);
    if (!error && offset > INT64_MAX)
        error = ERRNO_INVAL;
    if (!error)
        error = file_read_list(call, descriptor, &offset, iovecs, count, &total);
    return error ? error : guest_put32(call, arg32(call, 4), total);
}

uint32_t wasi_fd_pwrite(struct call *call)
{
    uint32_t iovecs = arg32(call, 1), count = arg32(call, 2), total = 0;
    uint64_t offset = arg64(call, 3);
    struct descriptor *descriptor;
    uint32_t error =
        descriptor_file(call, arg32(call, 0), RIGHT(RIGHT_FD_WRITE) | RIGHT(RIGHT_FD_SEEK), &descriptor);
    if (!error)
        error = list_check(call, iovecs, count);
    if (!error && offset > INT64_MAX)
        error = ERRNO_INVAL;
    if (!error)
        error = file_write_list(call, descriptor, &offset, iovecs, count, &total);
    return error ? error : guest_put32(call, arg32(call, 4), total);
}

uint32_t wasi_fd_seek(struct call *call)
{
    int64_t delta = (int64_t)arg64(call, 1);
    uint32_t whence = arg32(call, 2);
    struct descriptor *descriptor;
    /* Only telling needs less than the right to seek. */
    uint64_t right = delta == 0 && whence == WHENCE_CUR ? RIGHT(RIGHT_FD_TELL) : RIGHT(RIGHT_FD_SEEK);
    uint32_t error = descriptor_file(call, arg32(call, 0), right, &descriptor);
    if (error)
        return error;
    struct file_stat stat;
    file_get_stat(descriptor->node, &stat);
    uint64_t base = whence == WHENCE_SET ? 0 : whence == WHENCE_CUR ? descriptor->position : stat.size;
    int64_t position;
    if (whence > WHENCE_END || __builtin_add_overflow((int64_t)base, delta, &position) || position < 0)
        return ERRNO_INVAL;
    error = guest_put64(call, arg32(call, 3), (uint64_t)position);
    if (!error)
        descriptor->position = (uint64_t)position;
    return error;
}

uint32_t wasi_fd_tell(struct call *call)
{
    struct descriptor *descriptor;
    uint32_t error = descriptor_file(call, arg32(call, 0), RIGHT(RIGHT_FD_TELL), &descriptor);
    return error ? error : guest_put64(call, arg32(call, 1), descriptor->position);
}
