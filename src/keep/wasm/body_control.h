/* SPDX-License-Identifier: Apache-2.0 */
/* body_control.h: bodies of operations.def: moves, branches, calls, returns, safe points and traps. */

BODY(copy)
{
    SLOT(pc[1].lo)->i64 = acc = SLOT(pc[1].hi)->i64;
    NEXT(2);
}

BODY(constant)
{
    SLOT(pc[1].lo)->i64 = acc = pc[2].bits;
    NEXT(3);
}

BODY(move)
{
    memmove(SLOT(pc[1].lo), SLOT(pc[1].hi), (size_t)pc[2].lo * sizeof(union wasm_value));
    NEXT(3);
}

BODY(select)
{
    uint32_t from = SLOT(pc[2].hi)->i32 != 0 ? pc[1].hi : pc[2].lo;
    SLOT(pc[1].lo)->i64 = acc = SLOT(from)->i64;
    NEXT(3);
}

/* Both halves are read before either is written. */
#define COPY_WIDE(to, from)                                                                                  \
    do {                                                                                                     \
        wasm_v128 copied;                                                                                    \
        __builtin_memcpy(&copied, (from), sizeof(copied));                                                   \
        __builtin_memcpy((to), &copied, sizeof(copied));                                                     \
    } while (0)

BODY(copy_a)
{
    SLOT(pc[1].lo)->i64 = acc;
    NEXT(2);
}

BODY(copy_twice)
{
    SLOT(pc[2].lo)->i64 = SLOT(pc[2].hi)->i64;
    SLOT(pc[1].lo)->i64 = acc = SLOT(pc[1].hi)->i64;
    NEXT(3);
}

BODY(copy_wide)
{
    COPY_WIDE(SLOT(pc[1].lo), SLOT(pc[1].hi));
    NEXT(2);
}

BODY(constant_wide)
{
    COPY_WIDE(SLOT(pc[1].lo), &pc[2]);
    NEXT(4);
}

BODY(select_a)
{
    uint32_t from = (uint32_t)acc != 0 ? pc[1].hi : pc[2].lo;
    SLOT(pc[1].lo)->i64 = acc = SLOT(from)->i64;
    NEXT(3);
}

BODY(select_wide)
{
    uint32_t from = SLOT(pc[2].hi)->i32 != 0 ? pc[1].hi : pc[2].lo;
    COPY_WIDE(SLOT(pc[1].lo), SLOT(from));
    NEXT(3);
}

BODY(global_get_wide)
{
    COPY_WIDE(SLOT(pc[1].lo), pc[2].slot);
    NEXT(3);
}

BODY(global_set_wide)
{
    COPY_WIDE(pc[2].slot, SLOT(pc[1].lo));
    NEXT(3);
}

BODY(is_null)
{
    SET_i32(SLOT(pc[1].lo), SLOT(pc[1].hi)->external == NULL);
    NEXT(2);
}

BODY(global_get)
{
    SLOT(pc[1].lo)->i64 = pc[2].slot->i64;
    NEXT(3);
}

BODY(global_set)
{
    pc[2].slot->i64 = SLOT(pc[1].lo)->i64;
    NEXT(3);
}

BODY(memory_size)
{
    SET_i32(SLOT(pc[1].lo), memory_size / WASM_PAGE_SIZE);
    NEXT(2);
}

/* ---- Branches ------------------------------------------------------------------------------------------ */

BODY(branch)
{
    JUMP(1);
}

BODY(branch_back)
{
    JUMP_BACK(1);
}

BODY(branch_table)
{
    uint32_t index = SLOT(pc[1].lo)->i32;
    uint32_t last = pc[1].hi;
    JUMP_BACK(2 + (index < last ? index : last));
}

BODY(charge)
{
    uint32_t cost = pc[1].lo;
    pc += 2;
    GO_CHARGED(cost);
}

/* ---- Calls --------------------------------------------------------------------------------------------- */

/* Is there room for a frame of `code` at `callee`, and for the record of the call? */
#define NO_ROOM(code, callee)                                                                                \
    UNLIKELY((size_t)((uint8_t *)store->stack_end - (uint8_t *)(callee)) < (code)->frame_size ||             \
             frame >= store->frames_end)

/* Zeroes the locals that are no parameters. The empty statement keeps the loop from becoming a call. */
#define ZERO_LOCALS(code)                                                                                    \
    do {                                                                                                     \
        union wasm_value *local = fp + (code)->parameter_slots;                                              \
        for (uint32_t left = (code)->zero_slots; left > 0; left--) {                                         \
            local->i64 = 0;                                                                                  \
            local++;                                                                                         \
            __asm__ volatile("" : "+r"(local));                                                              \
        }                                                                                                    \
    } while (0)

#define PUSH_FRAME(continuation, callee)                                                                     \
    do {                                                                                                     \
        frame->pc = (continuation);                                                                          \
        frame->fp = fp;                                                                                      \
        frame->function = (callee);                                                                          \
        frame++;                                                                                             \
    } while (0)

#define RUN(entered)                                                                                         \
    do {                                                                                                     \
        ZERO_LOCALS(entered);                                                                                \
        pc = (entered)->cells;                                                                               \
        GO_CHARGED((entered)->cost);                                                                         \
    } while (0)

BODY(call)
{
    struct wasm_function *function = pc[1].function;
    const struct wasm_code *code = function->code;
    union wasm_value *callee = SLOT(pc[2].lo);
    if (NO_ROOM(code, callee))
        LEAVE(trap_stack_exhausted);
    PUSH_FRAME(pc + 3, function);
    fp = callee;
    RUN(code);
}

/* A second record below the callee's remembers where the caller goes on once its own memory is back. */
#define CALL_CROSS(function, code, callee, continuation)                                                     \
    do {                                                                                                     \
        PUSH_FRAME((continuation), frame[-1].function);                                                      \
        PUSH_FRAME(store->cells_cross_return, function);                                                     \
        fp = (callee);                                                                                       \
        LOAD_MEMORY((function)->instance->memory);                                                           \
        RUN(code);                                                                                           \
    } while (0)

BODY(call_cross)
{
    struct wasm_function *function = pc[1].function;
    const struct wasm_code *code = function->code;
    union wasm_value *callee = SLOT(pc[2].lo);
    if (NO_ROOM(code, callee))
        LEAVE(trap_stack_exhausted);
    CALL_CROSS(function, code, callee, pc + 3);
}

BODY(call_indirect)
{
    const struct wasm_table *table = pc[1].table;
    uint32_t index = SLOT(pc[2].lo)->i32;
    if (UNLIKELY(index >= table->count))
        LEAVE(trap_undefined_element);
    struct wasm_function *function = table->elements[index].function;
    if (UNLIKELY(function == NULL))
        LEAVE(trap_uninitialized_element);
    if (UNLIKELY(function->type_id != pc[2].hi &&
                 !wasm_types_subtype(&store->types, function->type_id, pc[2].hi)))
        LEAVE(trap_indirect_type);
    const struct wasm_code *code = function->code;
    union wasm_value *callee = SLOT(pc[3].lo);
    if (NO_ROOM(code, callee))
        LEAVE(trap_stack_exhausted);
    if (UNLIKELY(function->instance != frame[-1].function->instance && function->host == NULL))
        CALL_CROSS(function, code, callee, pc + 4);
    PUSH_FRAME(pc + 4, function);
    fp = callee;
    RUN(code);
}

BODY(call_ref)
{
    struct wasm_function *function = SLOT(pc[1].lo)->function;
    if (UNLIKELY(function == NULL))
        LEAVE(trap_null_function);
    const struct wasm_code *code = function->code;
    union wasm_value *callee = SLOT(pc[1].hi);
    if (NO_ROOM(code, callee))
        LEAVE(trap_stack_exhausted);
    if (UNLIKELY(function->instance != frame[-1].function->instance && function->host == NULL))
        CALL_CROSS(function, code, callee, pc + 2);
    PUSH_FRAME(pc + 2, function);
    fp = callee;
    RUN(code);
}

/* The callee takes over the frame. If its memory is another one, whoever waits for this frame must get its
 * own back: at most one cross_return is on the way, so that tail calls between instances run in bounded
 * space. */
#define TAIL_CALL(function)                                                                                  \
    do {                                                                                                     \
        const struct wasm_code *code = (function)->code;                                                     \
        if (NO_ROOM(code, fp))                                                                               \
            LEAVE(trap_stack_exhausted);                                                                     \
        if (UNLIKELY((function)->instance != frame[-1].function->instance && (function)->host == NULL)) {    \
            LOAD_MEMORY((function)->instance->memory);                                                       \
            if (frame[-1].pc != store->cells_cross_return) {                                                 \
                *frame = (struct wasm_frame){store->cells_cross_return, frame[-1].fp, NULL};                 \
                frame++;                                                                                     \
            }                                                                                                \
        }                                                                                                    \
        frame[-1].function = (function);                                                                     \
        RUN(code);                                                                                           \
    } while (0)

BODY(tail_call)
{
    struct wasm_function *function = pc[1].function;
    TAIL_CALL(function);
}

BODY(tail_indirect)
{
    struct wasm_function *function = SLOT(pc[1].lo)->function;
    TAIL_CALL(function);
}

BODY(tail_ref)
{
    struct wasm_function *function = SLOT(pc[1].lo)->function;
    if (UNLIKELY(function == NULL))
        LEAVE(trap_null_function);
    TAIL_CALL(function);
}

BODY(as_non_null)
{
    uint64_t value = SLOT(pc[1].hi)->i64;
    if (UNLIKELY(value == 0))
        LEAVE(trap_null_reference);
    SLOT(pc[1].lo)->i64 = value;
    NEXT(2);
}

BODY(lazy)
{
    struct wasm_function *function = frame[-1].function;
    store->frame_top = frame;
    int trap = wasm_function_compile(function);
    if (trap != 0)
        STOP(trap);
    const struct wasm_code *code = function->code;
    if ((size_t)((uint8_t *)store->stack_end - (uint8_t *)fp) < code->frame_size)
        LEAVE(trap_stack_exhausted);
    RUN(code);
}

#define POP_FRAME()                                                                                          \
    do {                                                                                                     \
        frame--;                                                                                             \
        pc = frame->pc;                                                                                      \
        fp = frame->fp;                                                                                      \
    } while (0)

BODY(host)
{
    store->fuel = fuel;
    int trap = wasm_host_call(store, frame, fp);
    fuel = store->fuel;
    if (UNLIKELY(trap != 0)) {
        if (trap == WASM_TRAP_UNCAUGHT_EXCEPTION)
            LEAVE(unwind);
        STOP(trap);
    }
    POP_FRAME();
    LOAD_MEMORY(frame[-1].function->instance->memory);
    GO();
}

BODY(return_none)
{
    POP_FRAME();
    GO();
}

BODY(branch_table_a)
{
    uint32_t index = (uint32_t)acc;
    uint32_t last = pc[1].hi;
    JUMP_BACK(2 + (index < last ? index : last));
}

BODY(return_a)
{
    fp->i64 = acc;
    POP_FRAME();
    GO();
}

BODY(return_slot)
{
    fp->i64 = SLOT(pc[1].lo)->i64;
    POP_FRAME();
    GO();
}

BODY(return_value)
{
    fp->i64 = pc[2].bits;
    POP_FRAME();
    GO();
}

BODY(return_wide)
{
    COPY_WIDE(fp, SLOT(pc[1].lo));
    POP_FRAME();
    GO();
}

BODY(return_slots)
{
    memmove(fp, SLOT(pc[1].lo), (size_t)pc[1].hi * sizeof(union wasm_value));
    POP_FRAME();
    GO();
}

BODY(cross_return)
{
    POP_FRAME();
    LOAD_MEMORY(frame[-1].function->instance->memory);
    GO();
}

BODY(slow)
{
    store->frame_top = frame;
    store->fuel = fuel;
    int trap = pc[1].slow(store, pc, fp);
    fuel = store->fuel;
    LOAD_MEMORY(frame[-1].function->instance->memory);
    if (UNLIKELY(trap != 0)) {
        if (trap == WASM_TRAP_UNCAUGHT_EXCEPTION)
            LEAVE(unwind);
        STOP(trap);
    }
    NEXT(5);
}

/* Where nothing catches, the frames stay as they are, for the trap's record. */
COLD_BODY(unwind)
{
    store->fuel = fuel;
    int trap = wasm_unwind(store, pc, fp, frame);
    fuel = store->fuel;
    if (trap != 0)
        STOP(trap);
    pc = store->landing_pc;
    fp = store->landing_fp;
    frame = store->frame_top;
    LOAD_MEMORY(frame[-1].function->instance->memory);
    GO_CHARGED(256);
}

BODY(exit)
{
    STOP(0);
}

COLD_BODY(poll)
{
    store->frame_top = frame;
    int trap = wasm_store_poll(store);
    fuel = store->fuel;
    if (trap != 0)
        STOP(trap);
    GO();
}

/* ---- Traps --------------------------------------------------------------------------------------------- */

COLD_BODY(trap_unreachable)
{
    STOP(WASM_TRAP_UNREACHABLE);
}

COLD_BODY(trap_memory_bounds)
{
    STOP(WASM_TRAP_MEMORY_BOUNDS);
}

COLD_BODY(trap_divide_by_zero)
{
    STOP(WASM_TRAP_DIVIDE_BY_ZERO);
}

COLD_BODY(trap_integer_overflow)
{
    STOP(WASM_TRAP_INTEGER_OVERFLOW);
}

COLD_BODY(trap_invalid_conversion)
{
    STOP(WASM_TRAP_INVALID_CONVERSION);
}

COLD_BODY(trap_stack_exhausted)
{
    STOP(WASM_TRAP_STACK_EXHAUSTED);
}

COLD_BODY(trap_undefined_element)
{
    STOP(WASM_TRAP_UNDEFINED_ELEMENT);
}

COLD_BODY(trap_uninitialized_element)
{
    STOP(WASM_TRAP_UNINITIALIZED_ELEMENT);
}

COLD_BODY(trap_indirect_type)
{
    STOP(WASM_TRAP_INDIRECT_TYPE);
}

BODY(trap_null_function)
{
    STOP(WASM_TRAP_NULL_FUNCTION);
}

BODY(trap_null_reference)
{
    STOP(WASM_TRAP_NULL_REFERENCE);
}
