/* SPDX-License-Identifier: Apache-2.0 */
/* store.c: making and destroying a store; safe points. */

#include "store.h"

/* Records beyond the limit on the call depth: a call between instances pushes two. */
#define SPARE_FRAMES 4u

static size_t round_up(size_t size)
{
    return (size + WASM_OS_PAGE - 1) / WASM_OS_PAGE * WASM_OS_PAGE;
}

/* A reservation, committed whole; counted against nothing but the embedder's memory. */
static void *commit_stack(const struct wasm_memory_ops *ops, size_t size)
{
    void *address = ops->reserve(ops->context, size);
    if (address == NULL)
        return NULL;
    if (ops->commit(ops->context, address, size) != 0) {
        ops->release(ops->context, address, size);
        return NULL;
    }
    return address;
}

static void free_stack(const struct wasm_memory_ops *ops, void *address, size_t size)
{
    if (address == NULL)
        return;
    ops->decommit(ops->context, address, size);
    ops->release(ops->context, address, size);
}

static size_t frames_size(const struct wasm_store *store)
{
    return round_up(((size_t)store->config.limits.call_depth + SPARE_FRAMES) * sizeof(struct wasm_frame));
}

static size_t stack_size(const struct wasm_store *store)
{
    return round_up(store->config.limits.stack_size);
}

/* Code that is not compiled from anything: one cell. */
static struct wasm_code *one_cell_code(struct wasm_store *store, enum wasm_operation operation)
{
    struct wasm_code *code = wasm_arena_array(&store->arena, 1, sizeof(*code) + sizeof(union wasm_cell));
    if (code != NULL)
        code->cells[0] = wasm_interpreter_handlers()[operation];
    return code;
}

static bool store_init(struct wasm_store *store)
{
    const struct wasm_limits *limits = &store->config.limits;
    wasm_arena_init(&store->arena, &store->heap);
    wasm_types_init(&store->types, &store->arena);
    store->fuel_per_poll = INT64_MAX;
    store->fuel = INT64_MAX;
    store->stack = commit_stack(&store->config.memory, stack_size(store));
    if (store->stack == NULL)
        return false;
    store->stack_end = store->stack + limits->stack_size / sizeof(union wasm_value);
    store->top = store->stack;
    store->frames = commit_stack(&store->config.memory, frames_size(store));
    if (store->frames == NULL)
        return false;
    store->frames_end = store->frames + limits->call_depth;
    store->frame_top = store->frames;
    store->code_lazy = one_cell_code(store, OP_lazy);
    store->code_host = one_cell_code(store, OP_host);
    store->cells_exit[0] = wasm_interpreter_handlers()[OP_exit];
    store->cells_cross_return[0] = wasm_interpreter_handlers()[OP_cross_return];
    store->outside_instance = (struct wasm_instance){.store = store, .memory = &store->empty_memory};
    store->outside = (struct wasm_function){.instance = &store->outside_instance, .store = store};
    return store->code_lazy != NULL && store->code_host != NULL;
}

int wasm_store_new(const struct wasm_config *config, struct wasm_store **store)
{
    const struct wasm_limits *limits = &config->limits;
    if (limits->stack_size < sizeof(union wasm_value) || limits->call_depth == 0)
        return WASM_EARGUMENT;
    struct wasm_heap heap = {.ops = config->memory, .limit = limits->arena_size};
    size_t allocated;
    struct wasm_store *made = wasm_heap_allocate(&heap, sizeof(*made), &allocated);
    if (made == NULL)
        return WASM_EMEMORY;
    made->config = *config;
    made->heap = heap;
    made->allocated = allocated;
    if (!store_init(made)) {
        wasm_store_destroy(made);
        return WASM_EMEMORY;
    }
    *store = made;
    return 0;
}

void wasm_store_destroy(struct wasm_store *store)
{
    if (store == NULL)
        return;
    wasm_memories_destroy(store);
    wasm_tables_destroy(store);
    wasm_compiler_destroy(store);
    wasm_types_free(&store->types);
    wasm_gc_mapper_destroy(store);
    wasm_gc_destroy(store);
    free_stack(&store->config.memory, store->stack, stack_size(store));
    free_stack(&store->config.memory, store->frames, frames_size(store));
    wasm_arena_destroy(&store->arena);
    struct wasm_heap heap = store->heap;
    wasm_heap_free(&heap, store, store->allocated);
}

/* ---- Safe points --------------------------------------------------------------------------------------- */

void wasm_store_set_poll(struct wasm_store *store, int (*poll)(void *context), void *context,
                         uint64_t fuel_per_poll)
{
    store->poll = poll;
    store->poll_context = context;
    store->fuel_per_poll = fuel_per_poll == 0 ? 1 : fuel_per_poll > INT64_MAX ? INT64_MAX : fuel_per_poll;
    store->fuel = (int64_t)store->fuel_per_poll;
}

void wasm_store_set_wait(struct wasm_store *store, int (*wait)(void *context, uint64_t nanoseconds),
                         void *context)
{
    store->wait = wait;
    store->wait_context = context;
}

int wasm_store_poll(struct wasm_store *store)
{
    store->fuel = (int64_t)store->fuel_per_poll;
    return store->poll == NULL ? 0 : store->poll(store->poll_context);
}

int wasm_store_charge(struct wasm_store *store, uint64_t bytes)
{
    store->fuel -= (int64_t)(bytes / 4);
    return store->fuel < 0 ? wasm_store_poll(store) : 0;
}

/* ---- Accessors ----------------------------------------------------------------------------------------- */

void wasm_store_set_context(struct wasm_store *store, void *context)
{
    store->context = context;
}

void *wasm_store_context(const struct wasm_store *store)
{
    return store->context;
}

const struct wasm_trap_record *wasm_store_trap(const struct wasm_store *store)
{
    return &store->record;
}

uint64_t wasm_store_memory_used(const struct wasm_store *store)
{
    return store->memory_used;
}

uint64_t wasm_store_arena_used(const struct wasm_store *store)
{
    return store->heap.used;
}
