/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gc_map.c: which slots of a frame hold references. The pass over a function's body (body.h) is
 * deterministic, so it is made again up to the instruction at which the frame stands: the operands that it
 * has then, and the types of the locals, are the answer. Answers are kept, by cell.
 */

#include "body.h"
#include "gc.h"
#include "store.h"

/* Working memory of its own: a constant expression may be under evaluation in the compiler's. */
struct wasm_gc_mapper {
    struct wasm_store *store;
    struct wasm_body body;
    struct wasm_error error;
    struct wasm_vector runs; /* of the map in the making */
    uint32_t run_count;
    int stopped;
    size_t allocated;
};

static struct wasm_gc_mapper *mapper_of(struct wasm_store *store)
{
    if (store->gc.mapper != NULL)
        return store->gc.mapper;
    size_t allocated;
    struct wasm_gc_mapper *mapper = wasm_heap_allocate(&store->heap, sizeof(*mapper), &allocated);
    if (mapper == NULL)
        return NULL;
    int64_t left = store->heap.work_left;
    wasm_body_init(&mapper->body, &store->heap);
    store->heap.work_left = left;
    mapper->runs.heap = &store->heap;
    mapper->store = store;
    mapper->allocated = allocated;
    store->gc.mapper = mapper;
    return mapper;
}

void wasm_gc_mapper_destroy(struct wasm_store *store)
{
    struct wasm_gc *gc = &store->gc;
    wasm_vector_free(&gc->held);
    wasm_vector_free(&gc->maps);
    wasm_vector_free(&gc->layout_vector);
    if (gc->mapper == NULL)
        return;
    wasm_body_free(&gc->mapper->body);
    wasm_vector_free(&gc->mapper->runs);
    wasm_heap_free(&store->heap, gc->mapper, gc->mapper->allocated);
    gc->mapper = NULL;
}

/* ---- The cache ----------------------------------------------------------------------------------------- */

#define FIRST_ENTRIES 256u

static size_t entry_count(const struct wasm_gc *gc)
{
    return gc->maps.allocated / sizeof(struct wasm_gc_map_entry);
}

/* The entry of `key`, or the empty one where it would be. There is an empty one. */
static struct wasm_gc_map_entry *entry_of(const struct wasm_gc *gc, const void *key)
{
    struct wasm_gc_map_entry *entries = gc->maps.data;
    size_t mask = entry_count(gc) - 1;
    size_t at = (size_t)(((uint64_t)(uintptr_t)key * 0x9E3779B97F4A7C15u) >> 20) & mask;
    while (entries[at].key != NULL && entries[at].key != key)
        at = (at + 1) & mask;
    return &entries[at];
}

/* Makes room for one more entry: at most half of them are used, and their number is a power of two. */
static int make_room(struct wasm_store *store)
{
    struct wasm_gc *gc = &store->gc;
    size_t old_count = entry_count(gc);
    if (old_count > 0 && gc->map_count < old_count / 2)
        return 0;
    struct wasm_vector old = gc->maps;
    size_t count = old_count == 0 ? FIRST_ENTRIES : 2 * old_count;
    gc->maps = (struct wasm_vector){.heap = &store->heap};
    if (wasm_vector_reserve(&gc->maps, count, sizeof(struct wasm_gc_map_entry)) != 0) {
        gc->maps = old;
        return WASM_EMEMORY;
    }
    const struct wasm_gc_map_entry *entries = old.data;
    for (size_t i = 0; i < old_count; i++) {
        if (entries[i].key != NULL)
            *entry_of(gc, entries[i].key) = entries[i];
    }
    wasm_vector_free(&old);
    return 0;
}

static const struct wasm_gc_map *cached(const struct wasm_gc *gc, const void *key)
{
    return entry_count(gc) == 0 ? NULL : entry_of(gc, key)->map;
}

/* Keeps the runs that the mapper has found. */
static int keep(struct wasm_gc_mapper *mapper, const void *key, const struct wasm_gc_map **map)
{
    struct wasm_store *store = mapper->store;
    size_t size = sizeof(struct wasm_gc_map) + mapper->run_count * sizeof(struct wasm_gc_run);
    struct wasm_gc_map *made = wasm_arena_array(&store->arena, 1, size);
    if (made == NULL || make_room(store) != 0)
        return WASM_EMEMORY;
    const struct wasm_gc_run *runs = mapper->runs.data;
    made->count = mapper->run_count;
    for (uint32_t i = 0; i < made->count; i++)
        made->runs[i] = runs[i];
    *entry_of(&store->gc, key) = (struct wasm_gc_map_entry){key, made};
    store->gc.map_count++;
    *map = made;
    return 0;
}

/* ---- The pass again ------------------------------------------------------------------------------------ */

static int mapper_poll(void *context)
{
    struct wasm_gc_mapper *mapper = context;
    mapper->stopped = wasm_store_poll(mapper->store);
    return mapper->stopped;
}

/* Passes the function up to `cell`, or up to the instruction at `offset` if that is not 0. */
static int pass(struct wasm_gc_mapper *mapper, struct wasm_function *function, uint32_t cell, uint64_t offset)
{
    struct wasm_heap *heap = &mapper->store->heap;
    struct wasm_body *body = &mapper->body;
    int (*poll)(void *context) = heap->poll;
    void *poll_context = heap->poll_context;
    bool was_stopped = heap->stopped;
    heap->poll = mapper_poll;
    heap->poll_context = mapper;
    heap->stopped = false;
    mapper->stopped = 0;
    body->stop_cell = cell;
    body->stop_offset = offset;
    int status =
        wasm_body_pass(body, function->instance->module, function->index, function->instance, &mapper->error);
    heap->poll = poll;
    heap->poll_context = poll_context;
    heap->stopped = was_stopped;
    if (mapper->stopped != 0)
        return mapper->stopped;
    return status == 0 ? 0 : WASM_EMEMORY;
}

static int add_run(struct wasm_gc_mapper *mapper, uint32_t first, uint32_t count)
{
    struct wasm_gc_run *runs = mapper->runs.data;
    if (mapper->run_count > 0 &&
        runs[mapper->run_count - 1].first + runs[mapper->run_count - 1].count == first) {
        runs[mapper->run_count - 1].count += count;
        return 0;
    }
    if (wasm_vector_reserve(&mapper->runs, (size_t)mapper->run_count + 1, sizeof(*runs)) != 0)
        return WASM_EMEMORY;
    runs = mapper->runs.data;
    runs[mapper->run_count++] = (struct wasm_gc_run){first, count};
    return 0;
}

int wasm_gc_map_locals(struct wasm_store *store, struct wasm_function *function,
                       const struct wasm_gc_map **map)
{
    const void *key = function->code;
    *map = cached(&store->gc, key);
    if (*map != NULL)
        return 0;
    struct wasm_gc_mapper *mapper = mapper_of(store);
    if (mapper == NULL)
        return WASM_EMEMORY;
    TRY(pass(mapper, function, 0, 0));
    const struct wasm_body *body = &mapper->body;
    mapper->run_count = 0;
    for (uint32_t i = 0; i < body->type->parameter_count; i++) {
        if (wasm_type_is_collected(body->type->parameters[i]))
            TRY(add_run(mapper, wasm_body_local_slot(body, i), 1));
    }
    const struct wasm_local_run *runs = body->local_vector.data;
    uint32_t first = body->type->parameter_count;
    for (uint32_t i = 0; i < body->run_count; i++) {
        if (wasm_type_is_collected(runs[i].type))
            TRY(add_run(mapper, wasm_body_local_slot(body, first), runs[i].end - first));
        first = runs[i].end;
    }
    return keep(mapper, key, map);
}

int wasm_gc_map_operands(struct wasm_store *store, struct wasm_function *function, uint32_t cell,
                         const struct wasm_gc_map **map)
{
    const void *key = &function->code->cells[cell];
    *map = cached(&store->gc, key);
    if (*map != NULL)
        return 0;
    struct wasm_gc_mapper *mapper = mapper_of(store);
    if (mapper == NULL)
        return WASM_EMEMORY;
    TRY(pass(mapper, function, cell, 0));
    TRY(pass(mapper, function, WASM_NO_CELL, mapper->body.instruction));
    const struct wasm_body *body = &mapper->body;
    mapper->run_count = 0;
    for (uint32_t i = 0; i < body->height; i++) {
        const struct wasm_operand *operand = &body->operands[i];
        if (operand->kind == WASM_IN_SLOT && wasm_type_is_collected(operand->type))
            TRY(add_run(mapper, operand->slot, 1));
    }
    return keep(mapper, key, map);
}
