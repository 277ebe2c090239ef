/* SPDX-License-Identifier: Apache-2.0 */
/*
 * atomic.h: how the opcodes of the atomic instructions (threads proposal) are made up: from 0x10 on, a kind
 * and one of seven widths.
 */
#ifndef KEEP_WASM_ATOMIC_H
#define KEEP_WASM_ATOMIC_H

#include "wasm.h"

#define WASM_ATOMIC_FIRST  0x10u
#define WASM_ATOMIC_WIDTHS 7u

enum wasm_atomic_kind {
    WASM_ATOMIC_LOAD,
    WASM_ATOMIC_STORE,
    WASM_ATOMIC_ADD,
    WASM_ATOMIC_SUB,
    WASM_ATOMIC_AND,
    WASM_ATOMIC_OR,
    WASM_ATOMIC_XOR,
    WASM_ATOMIC_XCHG,
    WASM_ATOMIC_CMPXCHG,
};

struct wasm_atomic_width {
    uint8_t type;      /* of the value */
    uint8_t alignment; /* log2 of the bytes in memory */
};

extern const struct wasm_atomic_width wasm_atomic_widths[WASM_ATOMIC_WIDTHS];

#endif
