/* SPDX-License-Identifier: Apache-2.0 */
/* The shim of tests. */
#include "shim_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>

struct shim_test shim_test;

void shim_test_reset(void)
{
    free(shim_test.to_keep.bytes);
    free(shim_test.to_host.bytes);
    shim_test = (struct shim_test){.send_limit = SIZE_MAX, .memory_left = UINT64_MAX};
}

void shim_pipe_write(struct shim_pipe *pipe, const void *bytes, size_t size)
{
    if (pipe->at > 0) {
        memmove(pipe->bytes, pipe->bytes + pipe->at, pipe->size - pipe->at);
        pipe->size -= pipe->at;
        pipe->at = 0;
    }
    if (pipe->capacity - pipe->size < size) {
        pipe->capacity = (pipe->size + size) * 2;
        pipe->bytes = realloc(pipe->bytes, pipe->capacity);
        if (!pipe->bytes)
            abort();
    }
    if (size > 0)
        memcpy(pipe->bytes + pipe->size, bytes, size);
    pipe->size += size;
}

size_t shim_pipe_read(struct shim_pipe *pipe, void *bytes, size_t size)
{
    size_t left = pipe->size - pipe->at;
    if (size > left)
        size = left;
    if (size > 0)
        memcpy(bytes, pipe->bytes + pipe->at, size);
    pipe->at += size;
    return size;
}

static const struct shim_identity identity = {.tee = "process", .mode = "process"};

const struct shim_identity *shim_identity(void)
{
    return &identity;
}

int shim_memory_limit(uint64_t bytes)
{
    (void)bytes;
    return 0;
}

int shim_reserve(size_t size, uint8_t **base)
{
    /* Aligned as the shims align it, for the heap's blocks. */
    size_t whole = size + 65536;
    uint8_t *at = mmap(NULL, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED)
        return KEEP_ENOMEM;
    *base = (uint8_t *)(((uintptr_t)at + 65535) & ~(uintptr_t)65535);
    return 0;
}

int shim_commit(uint8_t *at, size_t size)
{
    if (size > shim_test.memory_left || mprotect(at, size, PROT_READ | PROT_WRITE) != 0)
        return KEEP_ENOMEM;
    shim_test.memory_left -= shim_test.memory_left == UINT64_MAX ? 0 : size;
    return 0;
}

int shim_decommit(uint8_t *at, size_t size)
{
    if (madvise(at, size, MADV_DONTNEED) != 0 || mprotect(at, size, PROT_NONE) != 0)
        return KEEP_EHOST;
    shim_test.memory_left += shim_test.memory_left == UINT64_MAX ? 0 : size;
    return 0;
}

int shim_protect(uint8_t *at, size_t size, enum shim_protection protection)
{
    (void)at;
    (void)size;
    return protection == SHIM_READ_EXECUTE ? KEEP_ENOTSUP : 0;
}

void shim_on_fault(bool (*handler)(struct shim_fault *fault))
{
    shim_test.on_fault = handler;
}

int shim_send(const uint8_t *bytes, size_t size, size_t *sent)
{
    *sent = 0;
    if (shim_test.closed)
        return KEEP_ECLOSED;
    if (size > shim_test.send_limit)
        size = shim_test.send_limit;
    if (size == 0)
        return KEEP_EAGAIN;
    if (shim_test.send_limit != SIZE_MAX)
        shim_test.send_limit -= size;
    shim_pipe_write(&shim_test.to_host, bytes, size);
    *sent = size;
    return 0;
}

int shim_receive(uint8_t *bytes, size_t capacity, size_t *received)
{
    if (shim_test.on_receive)
        shim_test.on_receive(shim_test.receive_context);
    *received = shim_pipe_read(&shim_test.to_keep, bytes, capacity);
    if (*received > 0)
        return 0;
    return shim_test.closed ? KEEP_ECLOSED : KEEP_EAGAIN;
}

int shim_wait(unsigned wanted, uint64_t deadline)
{
    (void)wanted;
    (void)deadline;
    if (shim_test.on_wait)
        shim_test.on_wait(shim_test.wait_context);
    return 0;
}

int shim_sealing_key(uint8_t key[32])
{
    (void)key;
    return KEEP_ENOTSUP;
}

int shim_random(uint8_t *bytes, size_t size)
{
    if (shim_test.random_fails)
        shim_exit(KEEP_EENTROPY);
    return getrandom(bytes, size, 0) == (ssize_t)size ? 0 : KEEP_EENTROPY;
}

static uint64_t clock_read(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t shim_time(void)
{
    return clock_read(CLOCK_MONOTONIC) + (uint64_t)shim_test.time_offset;
}

uint64_t shim_wall_time(void)
{
    return shim_test.wall_time ? shim_test.wall_time : clock_read(CLOCK_REALTIME);
}

_Noreturn void shim_exit(int reason)
{
    shim_test.exit_reason = reason;
    if (shim_test.on_exit)
        longjmp(*shim_test.on_exit, 1);
    fprintf(stderr, "shim_exit(%d)\n", reason);
    abort();
}
