/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gc_collect.c: allocation of objects, and the collector: incremental marking with an insertion barrier, then
 * sweeping. A collection begins when as much has been allocated as the last one left, and goes on whenever a
 * block is taken into use; each of these slices is bounded (SLICE). Everything is charged in pieces, so that
 * polls come in time; a poll that stops the program leaves the collector where it stood.
 */

#include <string.h>

#include "body.h"
#include "gc.h"
#include "store.h"

/* Units of work: an object, or a reference in it. For each block taken into use so many are done, which marks
 * a heap while it grows by less than a half. */
#define SLICE       16384
#define PIECE       2048 /* between charges */
#define ARRAY_PIECE 256u
#define UNIT_BYTES  16u /* a unit is charged as so many bytes of a long operation */
#define FIRST_CYCLE (1024u * 1024u)

/* ---- Marking ------------------------------------------------------------------------------------------- */

static const struct wasm_layout *layout_of(const struct wasm_gc *gc, const struct wasm_object *object)
{
    static const struct wasm_layout no_references = {0};
    if (object->type == WASM_OBJECT_EXCEPTION)
        return &((const struct wasm_exception *)object)->tag->layout;
    return object->type < gc->layout_count ? gc->layouts[object->type] : &no_references;
}

static uint64_t references_in(const struct wasm_layout *layout, const struct wasm_object *object)
{
    if (layout->is_array)
        return layout->element_reference ? object->count : 0;
    return layout->reference_count;
}

static void push(struct wasm_store *store, struct wasm_gc_block *block, struct wasm_object *object)
{
    struct wasm_gc *gc = &store->gc;
    if (!wasm_gc_grow_stack(store)) {
        block->overflowed = true;
        gc->overflowed = true;
        return;
    }
    gc->stack[gc->stack_count++] = (struct wasm_gc_pending){object, 0};
}

void wasm_gc_shade(struct wasm_store *store, uint64_t bits)
{
    struct wasm_gc *gc = &store->gc;
    uint32_t granule;
    struct wasm_gc_block *block = wasm_gc_find(gc, bits, &granule);
    if (block == NULL || (block->marked[granule / 64] >> (granule % 64)) & 1)
        return;
    block->marked[granule / 64] |= 1ull << (granule % 64);
    struct wasm_object *object = (struct wasm_object *)(uintptr_t)bits;
    if (references_in(layout_of(gc, object), object) > 0)
        push(store, block, object);
}

int wasm_gc_shade_all(struct wasm_store *store, const union wasm_value *values, uint64_t count)
{
    for (uint64_t i = 0; i < count && store->gc.marking; i++) {
        if (i % PIECE == 0)
            TRY(wasm_store_charge(store, PIECE * UNIT_BYTES));
        wasm_gc_shade(store, values[i].i64);
    }
    return 0;
}

static uint64_t reference_at(const struct wasm_layout *layout, struct wasm_object *object, uint64_t index)
{
    uint64_t bits;
    const uint8_t *bytes = (const uint8_t *)object;
    size_t offset =
        layout->is_array ? WASM_ARRAY_START + (size_t)index * sizeof(bits) : layout->references[index];
    memcpy(&bits, bytes + offset, sizeof(bits));
    return bits;
}

/* Shades some of what the object on top of the mark stack refers to. */
static void trace(struct wasm_store *store, int64_t *budget)
{
    struct wasm_gc *gc = &store->gc;
    struct wasm_gc_pending *top = &gc->stack[gc->stack_count - 1];
    struct wasm_object *object = top->object;
    const struct wasm_layout *layout = layout_of(gc, object);
    uint64_t from = top->next;
    uint64_t to = references_in(layout, object);
    if (to - from > ARRAY_PIECE) {
        to = from + ARRAY_PIECE;
        top->next = to;
    } else {
        gc->stack_count--;
    }
    for (uint64_t i = from; i < to; i++)
        wasm_gc_shade(store, reference_at(layout, object, i));
    *budget -= (int64_t)(to - from) + 1;
}

/* Puts the next object that was marked, but for which the mark stack had no room, on it. */
static bool push_overflowed(struct wasm_store *store, int64_t *budget)
{
    struct wasm_gc *gc = &store->gc;
    while (gc->overflowed || gc->rescan != 0) {
        if (gc->rescan == 0) {
            uint32_t index = 0;
            while (index < gc->high && !gc->blocks[index].overflowed)
                index++;
            *budget -= index / 16;
            gc->overflowed = index < gc->high;
            if (!gc->overflowed)
                return false;
            gc->blocks[index].overflowed = false;
            gc->rescan = index + 1;
            gc->rescan_at = 0;
        }
        struct wasm_gc_block *block = &gc->blocks[gc->rescan - 1];
        while (gc->rescan_at < WASM_GC_GRANULES) {
            uint32_t granule = gc->rescan_at++;
            if ((block->marked[granule / 64] >> (granule % 64)) & 1) {
                size_t offset = (size_t)(gc->rescan - 1) * WASM_GC_BLOCK + granule * WASM_GC_GRANULE;
                push(store, block, (struct wasm_object *)(void *)(gc->base + offset));
                return true;
            }
        }
        *budget -= WASM_GC_GRANULES / 64;
        gc->rescan = 0;
    }
    return false;
}

/* Marks until nothing is left (true) or the budget is used up. */
static bool drain(struct wasm_store *store, int64_t *budget)
{
    struct wasm_gc *gc = &store->gc;
    while (*budget > 0) {
        if (gc->stack_count > 0)
            trace(store, budget);
        else if (!push_overflowed(store, budget))
            return true;
    }
    return false;
}

/* ---- Phases -------------------------------------------------------------------------------------------- */

static void start_cycle(struct wasm_store *store)
{
    struct wasm_gc *gc = &store->gc;
    gc->phase = WASM_GC_ROOTS;
    gc->marking = true;
    gc->stack_count = 0;
    gc->overflowed = false;
    gc->rescan = 0;
    gc->cycles++;
    wasm_gc_roots_restart(store);
}

static void start_sweep(struct wasm_store *store)
{
    struct wasm_gc *gc = &store->gc;
    gc->phase = WASM_GC_SWEEP;
    gc->marking = false;
    gc->sweep_at = 0;
    gc->live_bytes = 0;
    memset(gc->rooms, 0, sizeof(gc->rooms));
    memset(gc->current, 0, sizeof(gc->current));
}

static void end_cycle(struct wasm_store *store)
{
    struct wasm_gc *gc = &store->gc;
    uint64_t left = (uint64_t)(gc->block_count - gc->used_blocks) * WASM_GC_BLOCK / 2;
    gc->phase = WASM_GC_IDLE;
    gc->allocated = 0;
    gc->next_cycle = gc->live_bytes > FIRST_CYCLE ? gc->live_bytes : FIRST_CYCLE;
    if (gc->next_cycle > left)
        gc->next_cycle = left;
}

/* To its end, for an object allocated meanwhile could lie in a block that is not swept yet. */
static int sweep(struct wasm_store *store)
{
    struct wasm_gc *gc = &store->gc;
    while (gc->sweep_at < gc->high) {
        uint32_t count = wasm_gc_sweep_block(store, gc->sweep_at);
        gc->sweep_at += count;
        TRY(wasm_store_charge(store, (uint64_t)count * sizeof(struct wasm_gc_block)));
    }
    end_cycle(store);
    return 0;
}

/* A piece of marking. *settled: the stack has been looked at, and the program has not run since. */
static int mark(struct wasm_store *store, int64_t *budget, bool *settled)
{
    struct wasm_gc *gc = &store->gc;
    if (!drain(store, budget))
        return 0;
    if (gc->phase == WASM_GC_ROOTS) {
        if (wasm_gc_roots_step(store, budget))
            gc->phase = WASM_GC_MARK;
        return 0;
    }
    if (*settled) {
        start_sweep(store);
        return 0;
    }
    *settled = true;
    return wasm_gc_scan_stack(store);
}

/* A slice of the collection that is going on. */
static int step(struct wasm_store *store, int64_t budget)
{
    struct wasm_gc *gc = &store->gc;
    bool settled = false;
    uint64_t done = 0;
    while (budget > 0 && gc->marking) {
        int64_t piece = budget < PIECE ? budget : PIECE;
        int64_t left = piece;
        int status = mark(store, &left, &settled);
        budget -= piece - left;
        done += (uint64_t)(piece - left);
        if (status == 0)
            status = wasm_store_charge(store, (uint64_t)(piece - left) * UNIT_BYTES);
        if (status != 0)
            return status;
    }
    if (gc->longest_slice < done)
        gc->longest_slice = done;
    return gc->phase == WASM_GC_SWEEP ? sweep(store) : 0;
}

static int finish_cycle(struct wasm_store *store)
{
    struct wasm_gc *gc = &store->gc;
    while (gc->phase != WASM_GC_IDLE)
        TRY(step(store, SLICE));
    return 0;
}

int wasm_gc_collect(struct wasm_store *store)
{
    TRY(finish_cycle(store)); /* which keeps what was allocated since it began */
    start_cycle(store);
    return finish_cycle(store);
}

/* ---- Allocation ---------------------------------------------------------------------------------------- */

/* The collector's share of an allocation of `bytes`. */
static int pace(struct wasm_store *store, uint64_t bytes)
{
    struct wasm_gc *gc = &store->gc;
    if (gc->phase == WASM_GC_IDLE) {
        if (gc->next_cycle == 0)
            gc->next_cycle = FIRST_CYCLE;
        if (gc->allocated < gc->next_cycle)
            return 0;
        start_cycle(store);
    }
    for (uint64_t done = 0; done < bytes && gc->phase != WASM_GC_IDLE; done += WASM_GC_BLOCK)
        TRY(step(store, SLICE));
    return 0;
}

static int take(struct wasm_store *store, uint32_t size_class, uint64_t size, struct wasm_object **object)
{
    if (size_class == WASM_GC_CLASSES)
        return wasm_gc_take_large(store, size, object);
    int status;
    while ((status = wasm_gc_take_small(store, size_class, object)) == WASM_EMEMORY) {
        status = wasm_gc_refill(store, size_class);
        if (status != 0)
            break;
    }
    return status;
}

static int take_or_collect(struct wasm_store *store, uint32_t size_class, uint64_t size,
                           struct wasm_object **object)
{
    TRY(pace(store, size_class == WASM_GC_CLASSES ? size : WASM_GC_BLOCK));
    int status = take(store, size_class, size, object);
    if (status != WASM_EMEMORY)
        return status;
    TRY(wasm_gc_collect(store));
    status = take(store, size_class, size, object);
    return status == WASM_EMEMORY ? WASM_TRAP_OUT_OF_MEMORY : status;
}

/* For tests: a whole collection before each allocation, or the smallest slice of one. */
static int stress(struct wasm_store *store)
{
    if (store->config.gc_stress == 1)
        return wasm_gc_collect(store);
    if (store->gc.phase == WASM_GC_IDLE)
        start_cycle(store);
    return step(store, 32);
}

int wasm_gc_allocate(struct wasm_store *store, uint64_t size, uint32_t type, uint32_t count,
                     struct wasm_object **object)
{
    struct wasm_gc *gc = &store->gc;
    uint32_t size_class = wasm_gc_class_of(size);
    int status = store->config.gc_stress != 0 ? stress(store) : 0;
    if (status == 0)
        status = size_class < WASM_GC_CLASSES ? wasm_gc_take_small(store, size_class, object) : WASM_EMEMORY;
    if (status == WASM_EMEMORY)
        status = take_or_collect(store, size_class, size, object);
    if (status != 0)
        return status;
    (*object)->type = type;
    (*object)->count = count;
    if (gc->marking) { /* it survives this collection; what will be in it is looked at later */
        uint32_t granule;
        struct wasm_gc_block *block = wasm_gc_find(gc, (uint64_t)(uintptr_t)*object, &granule);
        block->marked[granule / 64] |= 1ull << (granule % 64);
        push(store, block, *object);
    }
    return 0;
}

int wasm_gc_allocate_here(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp,
                          uint64_t size, uint32_t type, uint32_t count, struct wasm_object **object)
{
    store->gc.top_pc = cells;
    store->gc.top_fp = fp;
    int status = wasm_gc_allocate(store, size, type, count, object);
    store->gc.top_pc = NULL;
    store->gc.top_fp = NULL;
    return status;
}
