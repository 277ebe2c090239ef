/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gc_roots.c: where the collector begins. Globals, tables, element segments and held references have a
 * barrier and are looked at in slices, once; the value stack, the exception in flight and constant
 * expressions that are being evaluated have none and are looked at again until nothing new is found.
 *
 * A frame's slots are read by the maps of gc_map.c; if there is no memory for a map, every slot of the frame
 * counts as one that may hold a reference, which is safe, for nothing is followed that is no object.
 */

#include "body.h"
#include "gc.h"
#include "store.h"

/* ---- Roots with a barrier ------------------------------------------------------------------------------ */

enum { GLOBALS, TABLES, SEGMENTS, HELD, DONE };

void wasm_gc_roots_restart(struct wasm_store *store)
{
    struct wasm_gc *gc = &store->gc;
    gc->root_stage = GLOBALS;
    gc->root_global = store->globals;
    gc->root_table = store->tables;
    gc->root_instance = store->instances;
    gc->root_segment = 0;
    gc->root_index = 0;
}

/* Looks at values from gc->root_index on; true if all are done, and the index is 0 again. */
static bool shade_some(struct wasm_store *store, const union wasm_value *values, uint64_t count,
                       int64_t *budget)
{
    struct wasm_gc *gc = &store->gc;
    for (; gc->root_index < count && *budget > 0; (*budget)--)
        wasm_gc_shade(store, values[gc->root_index++].i64);
    if (gc->root_index < count)
        return false;
    gc->root_index = 0;
    return true;
}

static bool globals_step(struct wasm_store *store, int64_t *budget)
{
    struct wasm_gc *gc = &store->gc;
    for (; gc->root_global != NULL && *budget > 0; (*budget)--) {
        if (wasm_type_is_reference(gc->root_global->type.value))
            wasm_gc_shade(store, gc->root_global->value[0].i64);
        gc->root_global = gc->root_global->next;
    }
    return gc->root_global == NULL;
}

static bool tables_step(struct wasm_store *store, int64_t *budget)
{
    struct wasm_gc *gc = &store->gc;
    while (gc->root_table != NULL) {
        const struct wasm_table *table = gc->root_table;
        uint64_t count = wasm_type_is_collected(table->type.element) ? table->count : 0;
        if (!shade_some(store, table->elements, count, budget))
            return false;
        gc->root_table = table->next;
        (*budget)--;
    }
    return true;
}

static bool segments_step(struct wasm_store *store, int64_t *budget)
{
    struct wasm_gc *gc = &store->gc;
    while (gc->root_instance != NULL) {
        const struct wasm_instance *instance = gc->root_instance;
        while (gc->root_segment < instance->module->element_count) {
            const struct wasm_elements *elements = &instance->elements[gc->root_segment];
            bool looked = wasm_type_is_collected(instance->module->elements[gc->root_segment].type);
            (*budget)--;
            if (!shade_some(store, elements->values, looked ? elements->count : 0, budget))
                return false;
            gc->root_segment++;
        }
        gc->root_segment = 0;
        gc->root_instance = instance->next;
        (*budget)--;
    }
    return true;
}

bool wasm_gc_roots_step(struct wasm_store *store, int64_t *budget)
{
    struct wasm_gc *gc = &store->gc;
    while (gc->root_stage != DONE) {
        bool done = false;
        if (gc->root_stage == GLOBALS)
            done = globals_step(store, budget);
        else if (gc->root_stage == TABLES)
            done = tables_step(store, budget);
        else if (gc->root_stage == SEGMENTS)
            done = segments_step(store, budget);
        else
            done = shade_some(store, gc->held.data, gc->held_count, budget);
        if (!done)
            return false;
        gc->root_stage++;
    }
    return true;
}

/* ---- The stack ----------------------------------------------------------------------------------------- */

static void shade_slots(struct wasm_store *store, const union wasm_value *from, const union wasm_value *to)
{
    for (; from < to; from++)
        wasm_gc_shade(store, from->i64);
}

static void shade_map(struct wasm_store *store, const struct wasm_gc_map *map, const union wasm_value *fp,
                      const union wasm_value *bound)
{
    for (uint32_t i = 0; i < map->count; i++) {
        const union wasm_value *from = fp + map->runs[i].first;
        const union wasm_value *to = from + map->runs[i].count;
        shade_slots(store, from, bound != NULL && to > bound ? bound : to);
    }
}

/* A frame of compiled code that stands at `pc`, or waits for the call before it if `bound` is where the
 * callee's slots begin. */
static int scan_code(struct wasm_store *store, struct wasm_function *function, const union wasm_cell *pc,
                     const union wasm_value *fp, const union wasm_value *bound)
{
    const struct wasm_code *code = function->code;
    const struct wasm_gc_map *locals;
    const struct wasm_gc_map *operands;
    uint64_t cell = (uint64_t)(pc - code->cells) - (bound != NULL ? 1 : 0);
    int status = wasm_gc_map_locals(store, function, &locals);
    if (status == 0)
        status = cell < code->cell_count ? wasm_gc_map_operands(store, function, (uint32_t)cell, &operands)
                                         : WASM_EMEMORY;
    if (status == 0) {
        shade_map(store, locals, fp, NULL);
        shade_map(store, operands, fp, bound);
        return 0;
    }
    if (status != WASM_EMEMORY)
        return status;
    const union wasm_value *end = fp + code->frame_size / sizeof(*fp);
    shade_slots(store, fp, bound != NULL && bound < end ? bound : end);
    return 0;
}

static void shade_typed(struct wasm_store *store, const uint32_t *types, uint32_t count,
                        const union wasm_value *slot)
{
    for (uint32_t i = 0; i < count; i++) {
        if (wasm_type_is_collected(types[i]))
            wasm_gc_shade(store, slot->i64);
        slot += wasm_value_slots(types[i]);
    }
}

/* Arguments and results of a host function, which lie below `top`. Returns where they begin. */
static const union wasm_value *scan_host(struct wasm_store *store, const struct wasm_function *function,
                                         const union wasm_value *top)
{
    const union wasm_value *fp = top - function->parameter_slots - function->result_slots;
    shade_typed(store, function->type->parameters, function->type->parameter_count, fp);
    shade_typed(store, function->type->results, function->type->result_count, fp + function->parameter_slots);
    return fp;
}

static int scan_frames(struct wasm_store *store)
{
    const union wasm_cell *pc = store->gc.top_pc;
    const union wasm_value *fp = store->gc.top_fp;
    const union wasm_value *bound = NULL;
    const union wasm_value *top = store->top; /* of the host function that runs, if one does */
    for (struct wasm_frame *frame = store->frame_top; frame > store->frames; frame--) {
        struct wasm_function *function = frame[-1].function;
        if (function == &store->outside) {
            top = frame[-1].fp; /* below it is the host function that called back, or nothing */
            pc = NULL;
            continue;
        }
        if (function->host != NULL) {
            bound = scan_host(store, function, top);
        } else if (pc != store->cells_cross_return) {
            TRY(scan_code(store, function, pc, fp, bound));
            bound = fp;
        }
        pc = frame[-1].pc;
        fp = frame[-1].fp;
    }
    return 0;
}

int wasm_gc_scan_stack(struct wasm_store *store)
{
    wasm_gc_shade(store, (uint64_t)(uintptr_t)store->exception);
    const struct wasm_body *body = wasm_compiler_constant(store);
    for (uint32_t i = 0; body != NULL && i < body->height; i++) {
        if (wasm_type_is_reference(body->operands[i].type))
            wasm_gc_shade(store, body->operands[i].constant);
    }
    return scan_frames(store);
}

/* ---- References held by the embedder ------------------------------------------------------------------- */

int wasm_reference_hold(struct wasm_store *store, union wasm_value value, uint32_t *handle)
{
    struct wasm_gc *gc = &store->gc;
    union wasm_value *values = gc->held.data;
    if (gc->held_free != 0) {
        *handle = gc->held_free;
        gc->held_free = values[*handle - 1].i32 >> 1;
    } else {
        gc->held.heap = &store->heap;
        if (gc->held_count == UINT32_MAX / 2 ||
            wasm_vector_reserve(&gc->held, (size_t)gc->held_count + 1, sizeof(*values)) != 0)
            return WASM_EMEMORY;
        values = gc->held.data;
        *handle = ++gc->held_count;
    }
    values[*handle - 1] = value;
    if (gc->marking)
        wasm_gc_shade(store, value.i64);
    return 0;
}

union wasm_value wasm_reference_get(const struct wasm_store *store, uint32_t handle)
{
    return ((const union wasm_value *)store->gc.held.data)[handle - 1];
}

void wasm_reference_release(struct wasm_store *store, uint32_t handle)
{
    struct wasm_gc *gc = &store->gc;
    union wasm_value *values = gc->held.data;
    if (handle == 0 || handle > gc->held_count)
        return;
    values[handle - 1].i64 = gc->held_free << 1 | 1; /* odd: no reference to an object */
    gc->held_free = handle;
}

uint64_t wasm_store_gc_used(const struct wasm_store *store)
{
    return (uint64_t)store->gc.used_blocks * WASM_GC_BLOCK;
}

int wasm_store_collect(struct wasm_store *store)
{
    return wasm_gc_collect(store);
}
