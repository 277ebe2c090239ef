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

#include "exception.h"
#include "wasm.h"

struct wasm_frame;
union wasm_cell;

/* The machine state: eight registers and two for floats. The accumulators hold the result of the operation
 * before, which is in its slot as well: bodies that do not know of them need not care. */
#define WASM_STATE                                                                                           \
    const union wasm_cell *pc, union wasm_value *fp, uint8_t *memory, uint64_t memory_size, int64_t fuel,    \
        struct wasm_frame *frame, struct wasm_store *store, uint64_t acc, float acc_f32, double acc_f64
#define WASM_STATE_NOW pc, fp, memory, memory_size, fuel, frame, store, acc, acc_f32, acc_f64

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
    struct wasm_tag *tag;
    const struct wasm_layout *layout;
    wasm_slow_operation *slow;
};

_Static_assert(sizeof(union wasm_cell) == 8, "a cell is eight bytes");

/* An operation of the table has several forms: operands in slots `r`, immediate `i`, or in the accumulator
 * `a`. */
enum wasm_operation {
#define HANDLER(id)    OP_##id,
#define NO_HANDLER(id) OP_##id,
#include "handlers.def"
    OP_COUNT
};

enum {
    /* of two operands */
    FORM_RR = 0,
    FORM_RI = 1,
    FORM_AR = 2,
    FORM_AI = 3,
    FORM_IR = 4,
    FORM_RA = 5,
    /* from a comparison to its fused branches */
    FORM_BR = 4,
    FORM_BRN = 8,
    FORM_BACK = 12,
    FORM_BACKN = 16,
    /* of a load: where the address is, and FORM_RR ... from sum on */
    LOAD_R = 0,
    LOAD_I = 1,
    LOAD_A = 2,
    LOAD_SUM = 3,
    /* of a store: address R or I and value R, I or A; address A and value R or I; a sum as the address */
    STORE_R = 0,
    STORE_I = 3,
    STORE_A = 6,
    STORE_SUM = 8,
    VALUE_R = 0,
    VALUE_I = 1,
    VALUE_A = 2,
    /* of one operand */
    UNARY_R = 0,
    UNARY_A = 1,
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
    struct wasm_regions regions;
    union wasm_cell cells[];
};

/* The handlers, by operation. */
const union wasm_cell *wasm_interpreter_handlers(void);
/* Runs from `pc` until OP_exit (returns 0) or a stop (returns its positive code). */
int wasm_interpreter_run(struct wasm_store *store, const union wasm_cell *pc, union wasm_value *fp,
                         struct wasm_memory *memory, struct wasm_frame *frame);

#endif
