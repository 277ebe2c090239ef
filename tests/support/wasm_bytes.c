/* SPDX-License-Identifier: Apache-2.0 */
/* Builds WebAssembly modules byte by byte. */
#include "wasm_bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void wasm_bytes_put(struct wasm_bytes *bytes, const void *data, size_t size)
{
    if (bytes->room - bytes->size < size) {
        bytes->room = 2 * bytes->room + size + 256;
        bytes->data = realloc(bytes->data, bytes->room);
        if (bytes->data == NULL) {
            fprintf(stderr, "no memory for a test's module\n");
            exit(2);
        }
    }
    if (size > 0)
        memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

void wasm_bytes_begin(struct wasm_bytes *bytes)
{
    *bytes = (struct wasm_bytes){0};
    wasm_bytes_put(bytes, "\0asm\1\0\0\0", 8);
}

void wasm_bytes_free(struct wasm_bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct wasm_bytes){0};
}

void wasm_bytes_u8(struct wasm_bytes *bytes, uint8_t value)
{
    wasm_bytes_put(bytes, &value, 1);
}

void wasm_bytes_u32(struct wasm_bytes *bytes, uint32_t value)
{
    for (; value >= 0x80; value >>= 7)
        wasm_bytes_u8(bytes, (uint8_t)(value | 0x80));
    wasm_bytes_u8(bytes, (uint8_t)value);
}

void wasm_bytes_i32(struct wasm_bytes *bytes, int32_t value)
{
    while (value < -64 || value > 63) {
        wasm_bytes_u8(bytes, (uint8_t)((uint32_t)value | 0x80));
        value >>= 7;
    }
    wasm_bytes_u8(bytes, (uint8_t)(value & 0x7F));
}

void wasm_bytes_name(struct wasm_bytes *bytes, const char *name)
{
    wasm_bytes_u32(bytes, (uint32_t)strlen(name));
    wasm_bytes_put(bytes, name, strlen(name));
}

void wasm_bytes_repeat(struct wasm_bytes *bytes, const void *data, size_t size, size_t times)
{
    for (size_t i = 0; i < times; i++)
        wasm_bytes_put(bytes, data, size);
}

/* Sizes are written as five bytes, which LEB128 allows. */
size_t wasm_bytes_open(struct wasm_bytes *bytes)
{
    WASM_BYTES_PUT(bytes, 0x80, 0x80, 0x80, 0x80, 0);
    return bytes->size;
}

void wasm_bytes_close(struct wasm_bytes *bytes, size_t mark)
{
    size_t size = bytes->size - mark;
    for (size_t i = 0; i < 5; i++)
        bytes->data[mark - 5 + i] = (uint8_t)((size >> (7 * i) & 0x7F) | (i < 4 ? 0x80 : 0));
}

size_t wasm_bytes_section(struct wasm_bytes *bytes, uint8_t number)
{
    wasm_bytes_u8(bytes, number);
    return wasm_bytes_open(bytes);
}

static uint8_t type_of(char letter)
{
    const char *letters = "iIfFrev";
    const uint8_t types[] = {0x7F, 0x7E, 0x7D, 0x7C, 0x70, 0x6F, 0x7B};
    return types[strchr(letters, letter) - letters];
}

static void put_types(struct wasm_bytes *bytes, const char *letters, size_t count)
{
    wasm_bytes_u32(bytes, (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        wasm_bytes_u8(bytes, type_of(letters[i]));
}

size_t wasm_bytes_function(struct wasm_bytes *bytes, const char *signature, uint32_t pages)
{
    const char *colon = strchr(signature, ':');
    wasm_bytes_begin(bytes);
    size_t section = wasm_bytes_section(bytes, 1);
    WASM_BYTES_PUT(bytes, 1, 0x60);
    put_types(bytes, signature, (size_t)(colon - signature));
    put_types(bytes, colon + 1, strlen(colon + 1));
    wasm_bytes_close(bytes, section);
    WASM_BYTES_PUT(bytes, 3, 2, 1, 0);
    if (pages > 0) {
        section = wasm_bytes_section(bytes, 5);
        WASM_BYTES_PUT(bytes, 1, 0);
        wasm_bytes_u32(bytes, pages);
        wasm_bytes_close(bytes, section);
    }
    WASM_BYTES_PUT(bytes, 7, 5, 1, 1, 'f', 0, 0);
    wasm_bytes_u8(bytes, 10);
    size_t mark = wasm_bytes_open(bytes);
    wasm_bytes_u8(bytes, 1);
    wasm_bytes_open(bytes);
    return mark;
}

void wasm_bytes_end_function(struct wasm_bytes *bytes, size_t mark)
{
    wasm_bytes_u8(bytes, 0x0B);
    wasm_bytes_close(bytes, mark + 1 + 5);
    wasm_bytes_close(bytes, mark);
}
