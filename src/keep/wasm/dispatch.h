/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatch.h: turns operation bodies (body_*.h) into an interpreter. By default each body becomes a function
 * that ends in a tail call of the next one; with WASM_DISPATCH_GOTO (targets whose compiler refuses indirect
 * tail calls) all bodies become labels in one function that ends in computed gotos.
 *
 * A body is BODY(id) { ... } and leaves by exactly one of NEXT, GO, JUMP, LEAVE, STOP on each path.
 */
#ifndef KEEP_WASM_DISPATCH_H
#define KEEP_WASM_DISPATCH_H

#include <string.h>

#include "gc_object.h"
#include "numeric.h"
#include "simd.h"
#include "store.h"

/* Each operation rounds once (specification, 4.3.3). */
#pragma STDC FP_CONTRACT OFF

#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

#ifdef WASM_DISPATCH_GOTO
#define BODY(id)      L_##id:
#define COLD_BODY(id) BODY(id)
#define GO()          goto * pc->label
#define LEAVE(id)     goto L_##id
#else
#define BODY(id)      static WASM_HANDLER int op_##id(WASM_STATE)
/* One that others leave to: never copied into them. */
#define COLD_BODY(id) __attribute__((noinline, cold)) BODY(id)
#define GO()          __attribute__((musttail)) return pc->handler(WASM_STATE_NOW)
#define LEAVE(id)     __attribute__((musttail)) return op_##id(WASM_STATE_NOW)
#endif

/* The operation `cells` further on. */
#define NEXT(cells)                                                                                          \
    do {                                                                                                     \
        pc += (cells);                                                                                       \
        GO();                                                                                                \
    } while (0)

/* To pc, which costs fuel: a safe point when there is none left. */
#define GO_CHARGED(cost)                                                                                     \
    do {                                                                                                     \
        fuel -= (int64_t)(cost);                                                                             \
        if (UNLIKELY(fuel < 0))                                                                              \
            LEAVE(poll);                                                                                     \
        GO();                                                                                                \
    } while (0)

/* Takes the branch whose operand is `cell`; JUMP_BACK charges for it. */
#define JUMP(cell)                                                                                           \
    do {                                                                                                     \
        const union wasm_cell *site = pc + (cell);                                                           \
        pc = site + (int32_t)site->lo;                                                                       \
        GO();                                                                                                \
    } while (0)
#define JUMP_BACK(cell)                                                                                      \
    do {                                                                                                     \
        const union wasm_cell *site = pc + (cell);                                                           \
        pc = site + (int32_t)site->lo;                                                                       \
        GO_CHARGED(site->hi);                                                                                \
    } while (0)

/* Ends the run. Where it stood is kept for the trap's record. */
#define STOP(code)                                                                                           \
    do {                                                                                                     \
        store->stop_pc = pc;                                                                                 \
        store->frame_top = frame;                                                                            \
        store->fuel = fuel;                                                                                  \
        (void)fp;                                                                                            \
        (void)memory;                                                                                        \
        (void)memory_size;                                                                                   \
        (void)acc;                                                                                           \
        (void)acc_f32;                                                                                       \
        (void)acc_f64;                                                                                       \
        return (code);                                                                                       \
    } while (0)

/* The numeric traps (numeric.h). */
#define TRAP_NUMERIC(trap)                                                                                   \
    do {                                                                                                     \
        if ((trap) == WASM_TRAP_DIVIDE_BY_ZERO)                                                              \
            LEAVE(trap_divide_by_zero);                                                                      \
        if ((trap) == WASM_TRAP_INVALID_CONVERSION)                                                          \
            LEAVE(trap_invalid_conversion);                                                                  \
        LEAVE(trap_integer_overflow);                                                                        \
    } while (0)

#define SLOT(offset) ((union wasm_value *)(void *)((uint8_t *)fp + (offset)))

typedef uint32_t wasm_c_i32;
typedef uint64_t wasm_c_i64;
typedef float wasm_c_f32;
typedef double wasm_c_f64;

/* Every write is of the whole slot, so that a copy of it never waits for two stores. */
#define SET_i32(slot, result) ((slot)->i64 = (uint32_t)(result))
#define SET_i64(slot, result) ((slot)->i64 = (result))
#define SET_f32(slot, result) ((slot)->i64 = wasm_f32_bits(result))
#define SET_f64(slot, result) ((slot)->f64 = (result))

/* The memory registers follow the memory 0 of the instance that runs. */
#define LOAD_MEMORY(from)                                                                                    \
    do {                                                                                                     \
        const struct wasm_memory *source = (from);                                                           \
        memory = source->base;                                                                               \
        memory_size = source->size;                                                                          \
    } while (0)

#endif
