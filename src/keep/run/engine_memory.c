/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's memory: linear memories and stacks from the shim's address space, its own structures from the
 * heap. All of it counts against what the program may have. */
#include "engine_memory.h"

#include "../libc/budget.h"
#include "../libc/heap.h"

static void *reserve(void *context, size_t size)
{
    (void)context;
    uint8_t *base;
    return budget_reserve(size, &base) == 0 ? base : NULL;
}

static int commit(void *context, void *address, size_t size)
{
    (void)context;
    return budget_commit_linear(address, size);
}

static void decommit(void *context, void *address, size_t size)
{
    (void)context;
    budget_decommit(address, size);
}

/* Address space is not taken back: a Keep runs one program once. */
static void release(void *context, void *address, size_t size)
{
    (void)context;
    (void)address;
    (void)size;
}

static void *allocate(void *context, size_t size)
{
    (void)context;
    return heap_allocate(size);
}

static void give_back(void *context, void *address, size_t size)
{
    (void)context;
    (void)size;
    heap_free(address);
}

const struct wasm_memory_ops engine_memory = {
    .reserve = reserve,
    .commit = commit,
    .decommit = decommit,
    .release = release,
    .allocate = allocate,
    .free = give_back,
};
