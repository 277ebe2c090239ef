/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simd.h: vectors of 128 bits (specification, 2.2.4 and 4.3.2) as clang's vector extensions; no header of any
 * processor is needed. Lane 0 is at the lowest address, as in WebAssembly.
 */
#ifndef KEEP_WASM_SIMD_H
#define KEEP_WASM_SIMD_H

#include "wasm.h"

typedef uint64_t wasm_v128 __attribute__((vector_size(16)));

#endif
