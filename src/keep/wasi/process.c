/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments, environment, exit, random bytes, and the calls that a program without threads, signals and
 * sockets needs only to be told no. */
#include "internal.h"

static uint32_t strings_sizes(struct call *call, const struct strings *strings)
{
    uint32_t error = guest_put32(call, arg32(call, 0), (uint32_t)strings->count);
    return error ? error : guest_put32(call, arg32(call, 1), (uint32_t)strings->size);
}

static uint32_t strings_get(struct call *call, const struct strings *strings)
{
    uint32_t pointers = arg32(call, 0), buffer = arg32(call, 1);
    uint8_t *to = guest_bytes(call, buffer, strings->size);
    if (!to || !guest_bytes(call, pointers, (uint64_t)strings->count * 4))
        return ERRNO_FAULT;
    memcpy(to, strings->bytes, strings->size);
    size_t at = 0;
    for (size_t i = 0; i < strings->count; i++) {
        uint32_t error = guest_put32(call, pointers + (uint32_t)(i * 4), buffer + (uint32_t)at);
        if (error)
            return error;
        while (strings->bytes[at])
            at++;
        at++;
    }
    return ERRNO_SUCCESS;
}

uint32_t wasi_args_get(struct call *call)
{
    return strings_get(call, &call->wasi->args);
}

uint32_t wasi_args_sizes_get(struct call *call)
{
    return strings_sizes(call, &call->wasi->args);
}

uint32_t wasi_environ_get(struct call *call)
{
    return strings_get(call, &call->wasi->env);
}

uint32_t wasi_environ_sizes_get(struct call *call)
{
    return strings_sizes(call, &call->wasi->env);
}

uint32_t wasi_proc_exit(struct call *call)
{
    call->wasi->exited = true;
    call->wasi->exit_code = arg32(call, 0);
    call->stop = 1;
    return ERRNO_SUCCESS;
}

/* There are no signals. */
uint32_t wasi_proc_raise(struct call *call)
{
    (void)call;
    return ERRNO_NOTSUP;
}

uint32_t wasi_sched_yield(struct call *call)
{
    return call_poll(call);
}

uint32_t wasi_random_get(struct call *call)
{
    enum { STEP = 65536 };
    uint32_t size = arg32(call, 1);
    uint8_t *to = guest_bytes(call, arg32(call, 0), size);
    if (!to)
        return ERRNO_FAULT;
    for (uint32_t done = 0; done < size && !call->stop;) {
        uint32_t part = size - done < STEP ? size - done : STEP;
        int error = call->wasi->host.random(call->wasi->host.context, to + done, part);
        if (error) {
            call->stop = error;
            break;
        }
        done += part;
        if (done < size)
            (void)call_poll(call);
    }
    return ERRNO_SUCCESS;
}

/* ---- sockets: no descriptor is one ---- */

static uint32_t not_a_socket(struct call *call)
{
    struct descriptor *descriptor;
    uint32_t error = descriptor_get(call, arg32(call, 0), 0, &descriptor);
    return error ? error : ERRNO_NOTSOCK;
}

uint32_t wasi_sock_accept(struct call *call)
{
    return not_a_socket(call);
}

uint32_t wasi_sock_recv(struct call *call)
{
    return not_a_socket(call);
}

uint32_t wasi_sock_send(struct call *call)
{
    return not_a_socket(call);
}

uint32_t wasi_sock_shutdown(struct call *call)
{
    return not_a_socket(call);
}
