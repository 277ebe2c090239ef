/* SPDX-License-Identifier: Apache-2.0 */
/* text.h: bounded messages without a libc: a buffer that is cut, never overrun, and always ends in NUL. */
#ifndef KEEP_WASM_TEXT_H
#define KEEP_WASM_TEXT_H

#include <stdarg.h>

#include "wasm.h"

struct wasm_text {
    char *at;
    size_t left; /* the final NUL included */
};

void wasm_text_init(struct wasm_text *text, char *buffer, size_t size);
void wasm_text_add(struct wasm_text *text, const char *string);
/* %s: C string, %u: uint32_t, %U: uint64_t, %x: uint32_t in hex with 0x, %t: uint32_t value type, %n:
 * wasm_name pointer. */
void wasm_text_format(struct wasm_text *text, const char *format, va_list arguments);

#endif
