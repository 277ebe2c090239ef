/* SPDX-License-Identifier: Apache-2.0 */
/* The few calls of WASI preview 1 that the bench's programs need, for a module that wasm2c made C of.
 * engine.py compiles it together with that C, which declares what is defined here. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kernel.h" /* wasm2c's, of the module */

#define WASI(name) w2c_wasi__snapshot__preview1_##name

enum { SUCCESS = 0, BADF = 8, SPIPE = 70, FILETYPE_CHARACTER_DEVICE = 2 };

struct w2c_wasi__snapshot__preview1 {
    w2c_kernel *kernel;
    int argc;
    char **argv;
};

static uint8_t *at(struct w2c_wasi__snapshot__preview1 *wasi, u32 address)
{
    return w2c_kernel_memory(wasi->kernel)->data + address;
}

static void put32(struct w2c_wasi__snapshot__preview1 *wasi, u32 address, u32 value)
{
    memcpy(at(wasi, address), &value, sizeof(value));
}

static u32 get32(struct w2c_wasi__snapshot__preview1 *wasi, u32 address)
{
    u32 value;
    memcpy(&value, at(wasi, address), sizeof(value));
    return value;
}

u32 WASI(args_sizes_get)(struct w2c_wasi__snapshot__preview1 *wasi, u32 count, u32 size)
{
    size_t total = 0;
    for (int i = 0; i < wasi->argc; i++)
        total += strlen(wasi->argv[i]) + 1;
    put32(wasi, count, (u32)wasi->argc);
    put32(wasi, size, (u32)total);
    return SUCCESS;
}

u32 WASI(args_get)(struct w2c_wasi__snapshot__preview1 *wasi, u32 pointers, u32 bytes)
{
    for (int i = 0; i < wasi->argc; i++) {
        size_t size = strlen(wasi->argv[i]) + 1;
        put32(wasi, pointers + 4 * (u32)i, bytes);
        memcpy(at(wasi, bytes), wasi->argv[i], size);
        bytes += (u32)size;
    }
    return SUCCESS;
}

u32 WASI(clock_time_get)(struct w2c_wasi__snapshot__preview1 *wasi, u32 clock, u64 precision, u32 result)
{
    struct timespec now;
    (void)precision;
    clock_gettime(clock == 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC, &now);
    u64 value = (u64)now.tv_sec * 1000000000u + (u64)now.tv_nsec;
    memcpy(at(wasi, result), &value, sizeof(value));
    return SUCCESS;
}

u32 WASI(fd_close)(struct w2c_wasi__snapshot__preview1 *wasi, u32 fd)
{
    (void)wasi;
    return fd < 3 ? SUCCESS : BADF;
}

u32 WASI(fd_fdstat_get)(struct w2c_wasi__snapshot__preview1 *wasi, u32 fd, u32 result)
{
    memset(at(wasi, result), 0, 24);
    *at(wasi, result) = FILETYPE_CHARACTER_DEVICE;
    memset(at(wasi, result + 8), 0xFF, 8);
    return fd < 3 ? SUCCESS : BADF;
}

u32 WASI(fd_seek)(struct w2c_wasi__snapshot__preview1 *wasi, u32 fd, u64 offset, u32 whence, u32 result)
{
    (void)wasi;
    (void)fd;
    (void)offset;
    (void)whence;
    (void)result;
    return SPIPE;
}

u32 WASI(fd_write)(struct w2c_wasi__snapshot__preview1 *wasi, u32 fd, u32 vectors, u32 count, u32 written)
{
    u32 total = 0;
    for (u32 i = 0; i < count; i++) {
        u32 size = get32(wasi, vectors + 8 * i + 4);
        if (write((int)fd, at(wasi, get32(wasi, vectors + 8 * i)), size) != (ssize_t)size)
            return BADF;
        total += size;
    }
    put32(wasi, written, total);
    return SUCCESS;
}

void WASI(proc_exit)(struct w2c_wasi__snapshot__preview1 *wasi, u32 code)
{
    (void)wasi;
    exit((int)code);
}

int main(int argc, char **argv)
{
    static w2c_kernel kernel;
    struct w2c_wasi__snapshot__preview1 wasi = {&kernel, argc, argv};
    wasm_rt_init();
    wasm2c_kernel_instantiate(&kernel, &wasi);
    w2c_kernel_0x5Fstart(&kernel);
    wasm2c_kernel_free(&kernel);
    wasm_rt_free();
    return 0;
}
