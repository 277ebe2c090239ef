/* SPDX-License-Identifier: Apache-2.0 */
/* trap.c: what traps are called, and the record of where one happened. */

#include "store.h"

const char *wasm_trap_message(int trap)
{
    static const char *const messages[] = {
        [WASM_TRAP_UNREACHABLE] = "unreachable",
        [WASM_TRAP_DIVIDE_BY_ZERO] = "integer divide by zero",
        [WASM_TRAP_INTEGER_OVERFLOW] = "integer overflow",
        [WASM_TRAP_INVALID_CONVERSION] = "invalid conversion to integer",
        [WASM_TRAP_MEMORY_BOUNDS] = "out of bounds memory access",
        [WASM_TRAP_TABLE_BOUNDS] = "out of bounds table access",
        [WASM_TRAP_UNDEFINED_ELEMENT] = "undefined element",
        [WASM_TRAP_UNINITIALIZED_ELEMENT] = "uninitialized element",
        [WASM_TRAP_INDIRECT_TYPE] = "indirect call type mismatch",
        [WASM_TRAP_STACK_EXHAUSTED] = "call stack exhausted",
        [WASM_TRAP_NULL_FUNCTION] = "null function reference",
        [WASM_TRAP_NULL_REFERENCE] = "null reference",
        [WASM_TRAP_OUT_OF_MEMORY] = "out of memory",
        [WASM_TRAP_UNALIGNED_ATOMIC] = "unaligned atomic",
        [WASM_TRAP_EXPECTED_SHARED] = "expected shared memory",
        [WASM_TRAP_CANNOT_WAIT] = "nothing here can wait",
        [WASM_TRAP_UNCAUGHT_EXCEPTION] = "uncaught exception",
        [WASM_TRAP_NULL_EXCEPTION] = "null exception reference",
        [WASM_TRAP_NULL_STRUCTURE] = "null structure reference",
        [WASM_TRAP_NULL_ARRAY] = "null array reference",
        [WASM_TRAP_NULL_I31] = "null i31 reference",
        [WASM_TRAP_ARRAY_BOUNDS] = "out of bounds array access",
        [WASM_TRAP_CAST] = "cast failure",
    };
    if (trap > 0 && (size_t)trap < sizeof(messages) / sizeof(messages[0]))
        return messages[trap];
    return trap >= WASM_TRAP_HOST ? "stopped by the host" : "unknown trap";
}

/* The instruction at or before `pc` in a function's code. */
static uint64_t offset_of(struct wasm_function *function, const union wasm_cell *pc)
{
    const struct wasm_code *code = function->code;
    if (function->host != NULL || pc < code->cells || pc >= code->cells + code->cell_count)
        return 0;
    return wasm_function_offset_of(function, (uint32_t)(pc - code->cells));
}

static void describe(struct wasm_trap_frame *out, struct wasm_function *function, const union wasm_cell *pc)
{
    *out = (struct wasm_trap_frame){.function_index = function->index};
    if (function->host != NULL)
        return;
    out->module = function->instance->module;
    out->offset = offset_of(function, pc);
    out->name = wasm_module_function_name(out->module, function->index);
}

void wasm_trap_record_fill(struct wasm_store *store, int trap, const struct wasm_frame *base)
{
    struct wasm_trap_record *record = &store->record;
    const union wasm_cell *pc = store->stop_pc;
    *record = (struct wasm_trap_record){.trap = trap};
    for (struct wasm_frame *frame = store->frame_top; frame > base; frame--) {
        const union wasm_cell *continuation = frame[-1].pc;
        /* the second record of a call between instances is no frame of its own */
        if (pc != store->cells_cross_return) {
            if (record->frame_count < WASM_TRAP_FRAMES)
                describe(&record->frames[record->frame_count++], frame[-1].function, pc);
            record->depth++;
        }
        /* a caller stands behind its call; the call is what it is doing */
        pc = continuation == store->cells_cross_return || continuation == NULL ? continuation
                                                                               : continuation - 1;
    }
}
