/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that keep a Keep busy (WebAssembly 2.0, section 5.5; WASI preview 1, fd_write). */
#include "wasm_situations.h"

enum { PAGES = 16384, FILLERS = 100000, STEPS = 30, GIBIBYTE = 1 << 30 };

/* Types 0: fd_write, 1: _start, 2: a filler; function 0 is imported, 1 is _start, fillers follow. */
static void put_head(struct wasm_bytes *b, uint32_t fillers)
{
    wasm_bytes_begin(b);
    WASM_BYTES_PUT(b, 1, 16, 3, 0x60, 4, 0x7F, 0x7F, 0x7F, 0x7F, 1, 0x7F, 0x60, 0, 0, 0x60, 1, 0x7F, 0);
    size_t section = wasm_bytes_section(b, 2);
    wasm_bytes_u8(b, 1);
    wasm_bytes_name(b, "wasi_snapshot_preview1");
    wasm_bytes_name(b, "fd_write");
    WASM_BYTES_PUT(b, 0, 0);
    wasm_bytes_close(b, section);
    section = wasm_bytes_section(b, 3);
    wasm_bytes_u32(b, 1 + fillers);
    wasm_bytes_u8(b, 1);
    wasm_bytes_repeat(b, (const uint8_t[]){2}, 1, fillers);
    wasm_bytes_close(b, section);
}

static void put_memory_and_exports(struct wasm_bytes *b, uint32_t pages)
{
    size_t section = wasm_bytes_section(b, 5);
    WASM_BYTES_PUT(b, 1, 0);
    wasm_bytes_u32(b, pages);
    wasm_bytes_close(b, section);
    section = wasm_bytes_section(b, 7);
    wasm_bytes_u8(b, 2);
    wasm_bytes_name(b, "memory");
    WASM_BYTES_PUT(b, 2, 0);
    wasm_bytes_name(b, "_start");
    WASM_BYTES_PUT(b, 0, 1);
    wasm_bytes_close(b, section);
}

/* fd_write(1, iovec at 0, 1, written at 12), then `loop ... br 0` around what the caller puts in. */
static size_t begin_start(struct wasm_bytes *b)
{
    size_t body = wasm_bytes_open(b);
    WASM_BYTES_PUT(b, 0, 0x41, 1, 0x41, 0, 0x41, 1, 0x41, 12, 0x10, 0, 0x1A, 0x03, 0x40);
    return body;
}

static void end_start(struct wasm_bytes *b, size_t body)
{
    WASM_BYTES_PUT(b, 0x0C, 0, 0x0B, 0x0B);
    wasm_bytes_close(b, body);
}

/* What fd_write finds: {address 16, 5 bytes}, and the line. */
static void put_data(struct wasm_bytes *b)
{
    size_t section = wasm_bytes_section(b, 11);
    WASM_BYTES_PUT(b, 1, 0, 0x41, 0, 0x0B, 21, 16, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    WASM_BYTES_PUT(b, 'b', 'u', 's', 'y', '\n');
    wasm_bytes_close(b, section);
}

static void put_fillers(struct wasm_bytes *b, uint32_t count)
{
    static const uint8_t step[] = {0x20, 0, 0x41, 3, 0x6A, 0x41, 5, 0x73, 0x21, 0};
    for (uint32_t i = 0; i < count; i++) {
        size_t body = wasm_bytes_open(b);
        wasm_bytes_u8(b, 0);
        wasm_bytes_repeat(b, step, sizeof step, STEPS);
        wasm_bytes_u8(b, 0x0B);
        wasm_bytes_close(b, body);
    }
}

static void put_looping(struct wasm_bytes *b, uint32_t fillers)
{
    put_head(b, fillers);
    put_memory_and_exports(b, 1);
    size_t section = wasm_bytes_section(b, 10);
    wasm_bytes_u32(b, 1 + fillers);
    end_start(b, begin_start(b));
    put_fillers(b, fillers);
    wasm_bytes_close(b, section);
    put_data(b);
}

void wasm_situation_loop(struct wasm_bytes *bytes)
{
    put_looping(bytes, 0);
}

void wasm_situation_large(struct wasm_bytes *bytes)
{
    put_looping(bytes, FILLERS);
}

void wasm_situation_fill(struct wasm_bytes *b)
{
    put_head(b, 0);
    put_memory_and_exports(b, PAGES);
    size_t section = wasm_bytes_section(b, 10);
    wasm_bytes_u32(b, 1);
    size_t body = begin_start(b);
    WASM_BYTES_PUT(b, 0x41, 0, 0x41, 1, 0x41); /* to, value, size */
    wasm_bytes_i32(b, GIBIBYTE);
    WASM_BYTES_PUT(b, 0xFC, 0x0B, 0);
    end_start(b, body);
    wasm_bytes_close(b, section);
    put_data(b);
}
