/* SPDX-License-Identifier: Apache-2.0 */
/* rules_atomic.c: validation of the atomic memory instructions (threads proposal, 3.4.6), and what each
 * emits. */

#include "atomic.h"
#include "body.h"
#include "store.h"

const struct wasm_atomic_width wasm_atomic_widths[WASM_ATOMIC_WIDTHS] = {
    {WASM_I32, 2}, {WASM_I64, 3}, {WASM_I32, 0}, {WASM_I32, 1}, {WASM_I64, 0}, {WASM_I64, 1}, {WASM_I64, 2},
};

/* One of them: an address, up to two more operands, and perhaps a result. */
struct atomic {
    wasm_slow_operation *function;
    uint32_t alignment;
    uint32_t operands[2]; /* types; WASM_BOTTOM: none */
    uint32_t result;      /* or WASM_BOTTOM */
    uint32_t kind;        /* for `function` */
};

/* Only the natural alignment is valid. */
static int read_access(struct wasm_body *body, const struct wasm_instruction *instruction,
                       const struct atomic *atomic, struct wasm_access *access)
{
    struct wasm_instruction natural = *instruction;
    natural.alignment = (uint8_t)atomic->alignment;
    TRY(wasm_body_read_access(body, &natural, access));
    if (access->alignment != atomic->alignment)
        return wasm_body_fail(body, WASM_EINVALID, "alignment must be natural: 2^%u for %s",
                              atomic->alignment, instruction->name);
    return 0;
}

/* The result goes to the address's own slot, as everything that is pushed there would. */
static int atomic_operation(struct wasm_body *body, const struct wasm_instruction *instruction,
                            const struct atomic *atomic)
{
    struct wasm_access access;
    struct wasm_operand operands[2] = {0};
    struct wasm_operand address;
    TRY(read_access(body, instruction, atomic, &access));
    for (uint32_t i = 2; i > 0; i--) {
        if (atomic->operands[i - 1] != WASM_BOTTOM)
            TRY(wasm_body_pop(body, atomic->operands[i - 1], &operands[i - 1]));
    }
    TRY(wasm_body_pop(body, access.address, &address));
    uint32_t slots[4] = {0, 0, 0, address.slot * (uint32_t)sizeof(union wasm_value)};
    if (body->live) {
        slots[0] = wasm_emit_slot(body, &address);
        for (uint32_t i = 0; i < 2; i++) {
            if (atomic->operands[i] != WASM_BOTTOM)
                slots[i + 1] = wasm_emit_slot(body, &operands[i]);
        }
    }
    wasm_emit_reach(body, &access, slots[0]);
    slots[0] = atomic->kind;
    wasm_emit_slow_reached(body, atomic->function, slots, access.memory);
    return atomic->result == WASM_BOTTOM ? 0 : wasm_body_push(body, atomic->result);
}

int wasm_rule_atomic(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    uint32_t number = instruction->opcode - WASM_FE(WASM_ATOMIC_FIRST);
    const struct wasm_atomic_width *width = &wasm_atomic_widths[number % WASM_ATOMIC_WIDTHS];
    struct atomic atomic = {.function = wasm_slow_atomic,
                            .alignment = width->alignment,
                            .kind = number / WASM_ATOMIC_WIDTHS,
                            .result = width->type};
    if (atomic.kind != WASM_ATOMIC_LOAD)
        atomic.operands[0] = width->type;
    if (atomic.kind == WASM_ATOMIC_CMPXCHG)
        atomic.operands[1] = width->type;
    if (atomic.kind == WASM_ATOMIC_STORE)
        atomic.result = WASM_BOTTOM;
    return atomic_operation(body, instruction, &atomic);
}

int wasm_rule_atomic_notify(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    const struct atomic atomic = {
        .function = wasm_slow_notify, .alignment = 2, .operands = {WASM_I32}, .result = WASM_I32};
    return atomic_operation(body, instruction, &atomic);
}

int wasm_rule_atomic_wait(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    bool is_long = instruction->opcode == WASM_FE(2);
    const struct atomic atomic = {.function = wasm_slow_wait,
                                  .alignment = is_long ? 3 : 2,
                                  .operands = {is_long ? WASM_I64 : WASM_I32, WASM_I64},
                                  .result = WASM_I32};
    return atomic_operation(body, instruction, &atomic);
}

/* With one agent every order is the program's own. */
int wasm_rule_atomic_fence(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    if (wasm_read_byte(&body->reader) != 0 || body->reader.problem != NULL)
        return wasm_body_fail(body, WASM_EMALFORMED, "zero byte expected");
    return 0;
}
