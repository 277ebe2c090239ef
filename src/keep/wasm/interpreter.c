/* SPDX-License-Identifier: Apache-2.0 */
/* interpreter.c: the interpreter, made from the operation bodies by dispatch.h. */

#include "dispatch.h"

#ifdef WASM_DISPATCH_GOTO

/* One function holds all bodies. Called without a store it gives the table of its labels. */
static int interpret(const union wasm_cell *pc, union wasm_value *fp, uint8_t *memory, uint64_t memory_size,
                     int64_t fuel, struct wasm_frame *frame, struct wasm_store *store,
                     const union wasm_cell **labels_out)
{
    static const union wasm_cell labels[OP_COUNT] = {
#define HANDLER(id) [OP_##id] = {.label = &&L_##id},
#define NO_HANDLER(id)
#include "handlers.def"
    };
    if (store == NULL) {
        *labels_out = labels;
        return 0;
    }
    uint64_t acc = 0;
    float acc_f32 = 0;
    double acc_f64 = 0;
    GO();
#include "body_numeric.h"
#include "body_control.h"
#include "body_memory.h"
#include "body_simd.h"
#include "body_gc.h"
}

const union wasm_cell *wasm_interpreter_handlers(void)
{
    const union wasm_cell *table;
    interpret(NULL, NULL, NULL, 0, 0, NULL, NULL, &table);
    return table;
}

#else

#define HANDLER(id) static WASM_HANDLER int op_##id(WASM_STATE);
#define NO_HANDLER(id)
#include "handlers.def"

#include "body_numeric.h"
#include "body_control.h"
#include "body_memory.h"
#include "body_simd.h"
#include "body_gc.h"

static const union wasm_cell handlers[OP_COUNT] = {
#define HANDLER(id) [OP_##id] = {.handler = op_##id},
#define NO_HANDLER(id)
#include "handlers.def"
};

const union wasm_cell *wasm_interpreter_handlers(void)
{
    return handlers;
}

#endif

int wasm_interpreter_run(struct wasm_store *store, const union wasm_cell *pc, union wasm_value *fp,
                         struct wasm_memory *memory, struct wasm_frame *frame)
{
#ifdef WASM_DISPATCH_GOTO
    return interpret(pc, fp, memory->base, memory->size, store->fuel, frame, store, NULL);
#else
    return pc->handler(pc, fp, memory->base, memory->size, store->fuel, frame, store, 0, 0, 0);
#endif
}
