/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that keep a Keep busy in one way each, made byte by byte and the same every time: for tests that
 * ask it something meanwhile. Each is a WASI command that writes one line when it runs. */
#ifndef CASEMATE_TESTS_WASM_SITUATIONS_H
#define CASEMATE_TESTS_WASM_SITUATIONS_H

#include "wasm_bytes.h"

/* Writes its line, then loops for ever without a call. */
void wasm_situation_loop(struct wasm_bytes *bytes);
/* Writes its line, then fills 1 GiB by one memory.fill, again and again. */
void wasm_situation_fill(struct wasm_bytes *bytes);
/* 30 MB of functions to validate before the first instruction runs; then as wasm_situation_loop(). */
void wasm_situation_large(struct wasm_bytes *bytes);

#endif
