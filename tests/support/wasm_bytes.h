/* SPDX-License-Identifier: Apache-2.0 */
/* Builds WebAssembly modules byte by byte, for tests that need odd or huge ones. */
#ifndef CASEMATE_TESTS_WASM_BYTES_H
#define CASEMATE_TESTS_WASM_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct wasm_bytes {
    uint8_t *data;
    size_t size;
    size_t room;
};

/* Begins a module: magic and version. */
void wasm_bytes_begin(struct wasm_bytes *bytes);
void wasm_bytes_free(struct wasm_bytes *bytes);
void wasm_bytes_put(struct wasm_bytes *bytes, const void *data, size_t size);
void wasm_bytes_u8(struct wasm_bytes *bytes, uint8_t value);
void wasm_bytes_u32(struct wasm_bytes *bytes, uint32_t value); /* LEB128 */
void wasm_bytes_i32(struct wasm_bytes *bytes, int32_t value);
void wasm_bytes_name(struct wasm_bytes *bytes, const char *name);
void wasm_bytes_repeat(struct wasm_bytes *bytes, const void *data, size_t size, size_t times);
/* Begins something whose size stands before it (a section, a function body); returns what wasm_bytes_close
 * wants. */
size_t wasm_bytes_open(struct wasm_bytes *bytes);
void wasm_bytes_close(struct wasm_bytes *bytes, size_t mark);
size_t wasm_bytes_section(struct wasm_bytes *bytes, uint8_t number);

#define WASM_BYTES_PUT(bytes, ...)                                                                           \
    wasm_bytes_put((bytes), (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

/* A module with one function of the given type text ("i:i", letters as wasm_function_new_signature), exported
 * as "f"; memory of `pages` pages if not 0. Continue with the body's locals and code, then
 * wasm_bytes_end_function. */
size_t wasm_bytes_function(struct wasm_bytes *bytes, const char *signature, uint32_t pages);
void wasm_bytes_end_function(struct wasm_bytes *bytes, size_t mark);

#endif
