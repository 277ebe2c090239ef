/* SPDX-License-Identifier: Apache-2.0 */
/*
 * code.h: the register code that function bodies become, and the frames it runs in.
 *
 * Code is a sequence of 8-byte cells. An operation is a cell with its handler, then cells with operands. A
 * slot operand is a byte offset from the frame pointer. Results go to the slot in cell 1, low half, so that
 * local.set can redirect them. A branch operand is a cell {lo = distance in cells from this cell to the
 * target, hi = fuel}.
 */
#ifndef KEEP_WASM_CODE_H
#define KEEP_WASM_CODE_H

#include "wasm.h"

struct wasm_frame;
union wasm_cell;

/* The machine state, at most eight registers (ARCHITECTURE: one set of bodies for every tier). */
#define WASM_STATE                                                                                           \
    const union wasm_cell *pc, union wasm_value *fp, uint8_t *memory, uint64_t memory_size, int64_t fuel,    \
        struct wasm_frame *frame, struct wasm_store *store
#define WASM_STATE_NOW pc, fp, memory, memory_size, fuel, frame, store

/* On these targets all state stays in registers across a call to C; elsewhere the normal convention is as
 * good. */
#if defined(__x86_64__) || defined(__aarch64__)
#define WASM_HANDLER __attribute__((preserve_none))
#else
#define WASM_HANDLER
#endif

typedef int WASM_HANDLER wasm_handler(WASM_STATE);

/* A rare operation, called by OP_slow: works on the slots that its cells name. Returns 0 or a trap. */
typedef int wasm_slow_operation(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp);

union wasm_cell {
    wasm_handler *handler; /* the tail-calling interpreter */
    const void *label;     /* the computed-goto interpreter */
    struct {
        uint32_t lo;
        uint32_t hi;
    };
    uint64_t bits;
    union wasm_value value;
    union wasm_value *slot;
    struct wasm_function *function;
    struct wasm_instance *instance;
    struct wasm_table *table;
    struct wasm_memory *memory;
    wasm_slow_operation *slow;
};

_Static_assert(sizeof(union wasm_cell) == 8, "a cell is eight bytes");

/* An operation of the table has several forms: operands in registers (slots) `r` or immediate `i`. */
enum wasm_operation {
#define BINARY(opcode, id, ...)      OP_##id##_rr, OP_##id##_ri, OP_##id##_ir,
#define BINARY_TRAP(opcode, id, ...) OP_##id##_rr, OP_##id##_ri, OP_##id##_ir,
/* a comparison, and the same fused with a branch: taken if it holds (br) or not (brn); back: to a loop, with
 * fuel */
#define COMPARE(opcode, id, ...)                                                                             \
    OP_##id##_rr, OP_##id##_ri, OP_##id##_br_rr, OP_##id##_br_ri, OP_##id##_brn_rr, OP_##id##_brn_ri,        \
        OP_##id##_back_rr, OP_##id##_back_ri, OP_##id##_backn_rr, OP_##id##_backn_ri,
#define TEST(...)
#define UNARY(opcode, id, ...)      OP_##id,
#define UNARY_TRAP(opcode, id, ...) OP_##id,
#define LOAD(opcode, id, ...)       OP_##id##_r, OP_##id##_i,
#define STORE(opcode, id, ...)      OP_##id##_rr, OP_##id##_ri, OP_##id##_ir, OP_##id##_ii,
#define RULE(...)
#define V_UNARY(opcode, id, ...)      OP_##id,
#define V_LOW(opcode, id, ...)        OP_##id,
#define V_BINARY(opcode, id, ...)     OP_##id, OP_##id##_i,
#define V_TERNARY(opcode, id, ...)    OP_##id,
#define V_SHIFT(opcode, id, ...)      OP_##id, OP_##id##_i,
#define V_TEST(opcode, id, ...)       OP_##id,
#define V_SPLAT(opcode, id, ...)      OP_##id,
#define V_EXTRACT(opcode, id, ...)    OP_##id,
#define V_REPLACE(opcode, id, ...)    OP_##id,
#define V_LOAD(opcode, id, ...)       OP_##id##_r, OP_##id##_i,
#define V_STORE(opcode, id, ...)      OP_##id##_r, OP_##id##_i,
#define V_LOAD_LANE(opcode, id, ...)  OP_##id##_r, OP_##id##_i,
#define V_STORE_LANE(opcode, id, ...) OP_##id##_r, OP_##id##_i,
#include "instructions.def"
#define OPERATION(id) OP_##id,
#include "operations.def"
/* loads and stores by 64-bit addresses in memory 0 */
#define BINARY(...)
#define BINARY_TRAP(...)
#define COMPARE(...)
#define TEST(...)
#define UNARY(...)
#define UNARY_TRAP(...)
#define LOAD(opcode, id, ...)  OP_##id##_wide,
#define STORE(opcode, id, ...) OP_##id##_wide,
#define RULE(...)
#include "instructions.def"
    OP_COUNT
};

enum {
    FORM_RR = 0,
    FORM_RI = 1,
    FORM_IR = 2,
    FORM_II = 3,
    LOAD_FORM_I = 1, /* a load has one operand */
    FORM_BR = 2,     /* from a comparison to its fused branches */
    FORM_BRN = 4,
    FORM_BACK = 6,
    FORM_BACKN = 8,
};

/* A call in progress. `function` runs now; `pc` and `fp` continue its caller. */
struct wasm_frame {
    const union wasm_cell *pc;
    union wasm_value *fp;
    struct wasm_function *function;
};

/* One compiled function. */
struct wasm_code {
    uint32_t frame_size; /* bytes from fp that it may touch */
    uint32_t parameter_slots;
    uint32_t zero_slots; /* locals behind the parameters */
    uint32_t cost;       /* fuel of one call */
    uint32_t cell_count;
    uint32_t reserved;
    union wasm_cell cells[];
};

/* The handlers, by operation. */
const union wasm_cell *wasm_interpreter_handlers(void);
/* Runs from `pc` until OP_exit (returns 0) or a stop (returns its positive code). */
int wasm_interpreter_run(struct wasm_store *store, const union wasm_cell *pc, union wasm_value *fp,
                         struct wasm_memory *memory, struct wasm_frame *frame);

#endif
