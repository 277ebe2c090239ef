/* SPDX-License-Identifier: Apache-2.0 */
/* rules_simd.c: validation of vector instructions (specification, 3.3.3) and what each emits. */

#include "body.h"

int wasm_rule_v128_const(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    const uint8_t *bytes = wasm_read_bytes(&body->reader, 16);
    TRY(wasm_body_push(body, WASM_V128));
    wasm_emit_push_constant(body, (uintptr_t)bytes);
    return 0;
}
