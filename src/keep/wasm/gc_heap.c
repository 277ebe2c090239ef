/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gc_heap.c: memory for objects (gc.h): blocks, size classes and runs, all in one reservation within
 * `gc_size`. What the collector must know about each block is kept outside the blocks.
 */

#include <string.h>

#include "gc.h"
#include "store.h"

/* Sizes of small objects, in granules; a block holds two of the largest. */
static const uint16_t class_granules[WASM_GC_CLASSES] = {
    1,  2,  3,  4,  5,  6,   7,   8,   10,  12,  14,  16,  20,  24,  28,  32,  40,
    48, 56, 64, 80, 96, 113, 128, 146, 170, 204, 256, 292, 341, 409, 512, 682, 1024,
};
#define LARGEST_SMALL   1024u
#define STACK_SHARE     64u /* bytes of mark stack for each block */
/* A freed run of so many blocks is given back to the embedder at once. */
#define RUN_DECOMMITTED 8u
#define RUN_PIECE       16u
/* So many free blocks are kept for the next objects, beyond half of those in use. */
#define FREE_KEPT       32u

static uint64_t pages(uint64_t size)
{
    return (size + WASM_OS_PAGE - 1) / WASM_OS_PAGE * WASM_OS_PAGE;
}

uint32_t wasm_gc_class_of(uint64_t size)
{
    if (size > (uint64_t)LARGEST_SMALL * WASM_GC_GRANULE)
        return WASM_GC_CLASSES;
    uint32_t granules = (uint32_t)((size + WASM_GC_GRANULE - 1) / WASM_GC_GRANULE);
    if (granules <= 8)
        return granules == 0 ? 0 : granules - 1;
    uint32_t low = 8;
    uint32_t high = WASM_GC_CLASSES - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (class_granules[middle] < granules)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t wasm_gc_class_size(uint32_t size_class)
{
    return class_granules[size_class] * WASM_GC_GRANULE;
}

/* ---- The reservation ----------------------------------------------------------------------------------- */

/* Blocks, what describes them and the mark stack share the limit. */
static int reserve(struct wasm_store *store)
{
    struct wasm_gc *gc = &store->gc;
    const struct wasm_memory_ops *ops = &store->config.memory;
    uint64_t share = WASM_GC_BLOCK + sizeof(struct wasm_gc_block) + 1 + STACK_SHARE;
    uint64_t limit = store->config.limits.gc_size;
    uint64_t rounding = 4u * WASM_OS_PAGE;
    uint64_t count = limit < rounding ? 0 : (limit - rounding) / share;
    if (count == 0)
        return WASM_EMEMORY;
    if (count > UINT32_MAX / 2)
        count = UINT32_MAX / 2;
    uint64_t blocks = pages(count * sizeof(struct wasm_gc_block));
    uint64_t states = pages(count);
    uint64_t stack = pages(count * STACK_SHARE);
    gc->reserved = count * WASM_GC_BLOCK + blocks + states + stack;
    if (gc->reserved > SIZE_MAX)
        return WASM_EMEMORY;
    gc->reservation = ops->reserve(ops->context, (size_t)gc->reserved);
    if (gc->reservation == NULL)
        return WASM_EMEMORY;
    gc->base = gc->reservation;
    gc->blocks = (struct wasm_gc_block *)(void *)(gc->base + count * WASM_GC_BLOCK);
    gc->states = gc->base + count * WASM_GC_BLOCK + blocks;
    gc->stack = (struct wasm_gc_pending *)(void *)(gc->states + states);
    gc->stack_room = (uint32_t)(count * STACK_SHARE / sizeof(struct wasm_gc_pending));
    gc->block_count = (uint32_t)count;
    return 0;
}

static bool commit(struct wasm_store *store, void *start, uint64_t *committed, uint64_t wanted)
{
    const struct wasm_memory_ops *ops = &store->config.memory;
    wanted = pages(wanted);
    if (wanted <= *committed)
        return true;
    if (ops->commit(ops->context, (uint8_t *)start + *committed, (size_t)(wanted - *committed)) != 0)
        return false;
    *committed = wanted;
    return true;
}

bool wasm_gc_grow_stack(struct wasm_store *store)
{
    struct wasm_gc *gc = &store->gc;
    uint64_t wanted = ((uint64_t)gc->stack_count + 1) * sizeof(struct wasm_gc_pending);
    return gc->stack_count < gc->stack_room && commit(store, gc->stack, &gc->stack_committed, wanted);
}

void wasm_gc_destroy(struct wasm_store *store)
{
    struct wasm_gc *gc = &store->gc;
    const struct wasm_memory_ops *ops = &store->config.memory;
    if (gc->reservation == NULL)
        return;
    for (uint32_t i = 0; i < gc->high; i++) {
        if (gc->states[i] != WASM_GC_RAW)
            ops->decommit(ops->context, gc->base + (size_t)i * WASM_GC_BLOCK, WASM_GC_BLOCK);
    }
    if (gc->blocks_committed > 0)
        ops->decommit(ops->context, gc->blocks, (size_t)gc->blocks_committed);
    if (gc->stack_committed > 0)
        ops->decommit(ops->context, gc->stack, (size_t)gc->stack_committed);
    if (gc->states_committed > 0)
        ops->decommit(ops->context, gc->states, (size_t)gc->states_committed);
    ops->release(ops->context, gc->reservation, (size_t)gc->reserved);
    gc->reservation = NULL;
}

/* ---- Blocks -------------------------------------------------------------------------------------------- */

static uint8_t *address_of(const struct wasm_gc *gc, uint32_t index)
{
    return gc->base + (size_t)index * WASM_GC_BLOCK;
}

/* Takes `count` more blocks under the heap's management: they are described, but not committed. */
static bool extend(struct wasm_store *store, uint32_t count)
{
    struct wasm_gc *gc = &store->gc;
    if (gc->reservation == NULL && reserve(store) != 0)
        return false;
    if (count > gc->block_count - gc->high)
        return false;
    uint64_t high = (uint64_t)gc->high + count;
    if (!commit(store, gc->blocks, &gc->blocks_committed, high * sizeof(struct wasm_gc_block)) ||
        !commit(store, gc->states, &gc->states_committed, high) ||
        !commit(store, gc->stack, &gc->stack_committed, sizeof(*gc->stack))) /* one entry is always there */
        return false;
    gc->high = (uint32_t)high;
    gc->extent = high * WASM_GC_BLOCK;
    return true;
}

static bool is_free(const struct wasm_gc *gc, uint32_t index)
{
    return gc->states[index] <= WASM_GC_FREE;
}

/* Looks in [from, to) for `count` free blocks in a row. */
static bool search(const struct wasm_gc *gc, uint32_t from, uint32_t to, uint32_t count, uint32_t *found)
{
    uint32_t length = 0;
    for (uint32_t i = from; i < to; i++) {
        length = is_free(gc, i) ? length + 1 : 0;
        if (length == count) {
            *found = i + 1 - count;
            return true;
        }
    }
    return false;
}

static bool find_run(struct wasm_store *store, uint32_t count, uint32_t *found)
{
    struct wasm_gc *gc = &store->gc;
    if (search(gc, gc->rover, gc->high, count, found) || search(gc, 0, gc->high, count, found)) {
        gc->rover = *found + count;
        return true;
    }
    uint32_t tail = 0; /* the free blocks at the end can be the start of it */
    while (tail < gc->high && is_free(gc, gc->high - 1 - tail))
        tail++;
    if (!extend(store, count - (tail < count ? tail : count)))
        return false;
    *found = gc->high - count;
    gc->rover = gc->high;
    return true;
}

/* Makes a free block readable and zero. */
static int prepare(struct wasm_store *store, uint32_t index)
{
    struct wasm_gc *gc = &store->gc;
    const struct wasm_memory_ops *ops = &store->config.memory;
    if (gc->states[index] == WASM_GC_FREE) {
        memset(address_of(gc, index), 0, WASM_GC_BLOCK);
        return 0;
    }
    if (ops->commit(ops->context, address_of(gc, index), WASM_GC_BLOCK) != 0)
        return WASM_EMEMORY;
    gc->states[index] = WASM_GC_FREE;
    gc->free_blocks++;
    return 0;
}

static void use(struct wasm_gc *gc, uint32_t index, enum wasm_gc_state state)
{
    gc->states[index] = (uint8_t)state;
    gc->free_blocks--;
    gc->used_blocks++;
    gc->allocated += WASM_GC_BLOCK;
    memset(&gc->blocks[index], 0, sizeof(gc->blocks[index]));
}

static void decommit(struct wasm_store *store, uint32_t index)
{
    struct wasm_gc *gc = &store->gc;
    const struct wasm_memory_ops *ops = &store->config.memory;
    ops->decommit(ops->context, address_of(gc, index), WASM_GC_BLOCK);
    gc->states[index] = WASM_GC_RAW;
    gc->free_blocks--;
}

/* Takes a block out of use. */
static void release(struct wasm_store *store, uint32_t index, bool give_back)
{
    struct wasm_gc *gc = &store->gc;
    memset(&gc->blocks[index], 0, sizeof(gc->blocks[index]));
    gc->states[index] = WASM_GC_FREE;
    gc->used_blocks--;
    gc->free_blocks++;
    if (give_back || gc->free_blocks > FREE_KEPT + gc->used_blocks / 2)
        decommit(store, index);
    if (gc->rover > index)
        gc->rover = index;
}

/* ---- Objects ------------------------------------------------------------------------------------------- */

static bool bit(const uint64_t *words, uint32_t granule)
{
    return (words[granule / 64] >> (granule % 64)) & 1;
}

static void set_bit(uint64_t *words, uint32_t granule)
{
    words[granule / 64] |= 1ull << (granule % 64);
}

struct wasm_gc_block *wasm_gc_find(const struct wasm_gc *gc, uint64_t bits, uint32_t *granule)
{
    uint64_t offset = bits - (uint64_t)(uintptr_t)gc->base;
    if (offset >= gc->extent || offset % WASM_GC_GRANULE != 0)
        return NULL;
    struct wasm_gc_block *block = &gc->blocks[offset / WASM_GC_BLOCK];
    *granule = (uint32_t)(offset % WASM_GC_BLOCK / WASM_GC_GRANULE);
    return bit(block->allocated, *granule) ? block : NULL;
}

/* The first room in a block, or NULL. */
static struct wasm_object *take_in(struct wasm_gc *gc, uint32_t index)
{
    struct wasm_gc_block *block = &gc->blocks[index];
    uint32_t step = block->granules;
    for (uint32_t at = block->at; at + step <= WASM_GC_GRANULES; at += step) {
        if (step == 1 && block->allocated[at / 64] == UINT64_MAX) {
            at |= 63; /* the next word */
            continue;
        }
        if (bit(block->allocated, at))
            continue;
        set_bit(block->allocated, at);
        block->at = (uint16_t)(at + step);
        return (struct wasm_object *)(void *)(address_of(gc, index) + (size_t)at * WASM_GC_GRANULE);
    }
    block->at = WASM_GC_GRANULES;
    return NULL;
}

int wasm_gc_take_small(struct wasm_store *store, uint32_t size_class, struct wasm_object **object)
{
    struct wasm_gc *gc = &store->gc;
    size_t size = wasm_gc_class_size(size_class);
    if (gc->current[size_class] != 0) {
        *object = take_in(gc, gc->current[size_class] - 1);
        if (*object != NULL) {
            memset(*object, 0, size);
            return 0;
        }
        gc->current[size_class] = 0;
    }
    return WASM_EMEMORY;
}

/* The next block for objects of a class: one with room, or a free one. */
int wasm_gc_refill(struct wasm_store *store, uint32_t size_class)
{
    struct wasm_gc *gc = &store->gc;
    uint32_t index;
    if (gc->rooms[size_class] != 0) {
        struct wasm_gc_block *block = &gc->blocks[gc->rooms[size_class] - 1];
        gc->current[size_class] = gc->rooms[size_class];
        gc->rooms[size_class] = block->next;
        gc->allocated += WASM_GC_BLOCK / 2;
        return 0;
    }
    if (!find_run(store, 1, &index))
        return WASM_EMEMORY;
    int status = gc->states[index] == WASM_GC_FREE ? 0 : prepare(store, index);
    if (status != 0)
        return status;
    use(gc, index, WASM_GC_SMALL);
    gc->blocks[index].granules = class_granules[size_class];
    gc->blocks[index].size_class = (uint8_t)size_class;
    gc->current[size_class] = index + 1;
    return 0;
}

int wasm_gc_take_large(struct wasm_store *store, uint64_t size, struct wasm_object **object)
{
    struct wasm_gc *gc = &store->gc;
    uint64_t wanted = (size + WASM_GC_BLOCK - 1) / WASM_GC_BLOCK;
    uint32_t index;
    if (wanted > UINT32_MAX / 2 || !find_run(store, (uint32_t)wanted, &index))
        return WASM_EMEMORY;
    uint32_t count = (uint32_t)wanted;
    /* until all are ready they stay free, so that a stop half way leaves nothing behind */
    for (uint32_t i = 0; i < count; i++) {
        int status = wasm_store_charge(store, WASM_GC_BLOCK);
        if (status == 0)
            status = prepare(store, index + i);
        if (status != 0)
            return status;
    }
    use(gc, index, WASM_GC_LARGE);
    for (uint32_t i = 1; i < count; i++)
        use(gc, index + i, WASM_GC_TAIL);
    gc->blocks[index].run = count;
    set_bit(gc->blocks[index].allocated, 0);
    *object = (struct wasm_object *)(void *)address_of(gc, index);
    return 0;
}

/* ---- Sweeping ------------------------------------------------------------------------------------------ */

/* A use of what is gone shows: for tests. */
static void poison(struct wasm_gc *gc, uint32_t index)
{
    const struct wasm_gc_block *block = &gc->blocks[index];
    for (uint32_t at = 0; at + block->granules <= WASM_GC_GRANULES; at += block->granules) {
        if (bit(block->allocated, at) && !bit(block->marked, at))
            memset(address_of(gc, index) + (size_t)at * WASM_GC_GRANULE, 0xDB,
                   (size_t)block->granules * WASM_GC_GRANULE);
    }
}

/* A large object is given back in pieces: what is left of it is a smaller one, for the next call. */
static uint32_t sweep_large(struct wasm_store *store, uint32_t index)
{
    struct wasm_gc *gc = &store->gc;
    struct wasm_gc_block *block = &gc->blocks[index];
    uint32_t count = block->run;
    if (bit(block->marked, 0)) {
        block->marked[0] = 0;
        gc->live_bytes += (uint64_t)count * WASM_GC_BLOCK;
        return count;
    }
    bool give_back = block->give_back || count >= RUN_DECOMMITTED;
    uint32_t piece = count < RUN_PIECE ? count : RUN_PIECE;
    for (uint32_t i = 0; i < piece; i++)
        release(store, index + i, give_back);
    if (piece < count) {
        gc->states[index + piece] = WASM_GC_LARGE;
        gc->blocks[index + piece].run = count - piece;
        gc->blocks[index + piece].give_back = give_back;
    }
    return piece;
}

uint32_t wasm_gc_sweep_block(struct wasm_store *store, uint32_t index)
{
    struct wasm_gc *gc = &store->gc;
    struct wasm_gc_block *block = &gc->blocks[index];
    if (gc->states[index] == WASM_GC_LARGE)
        return sweep_large(store, index);
    if (gc->states[index] != WASM_GC_SMALL)
        return 1;
    if (store->config.gc_stress != 0)
        poison(gc, index);
    uint32_t live = 0;
    for (uint32_t i = 0; i < WASM_GC_WORDS; i++) {
        live += (uint32_t)__builtin_popcountll(block->marked[i]);
        block->allocated[i] = block->marked[i];
        block->marked[i] = 0;
    }
    if (live == 0) {
        release(store, index, false);
        return 1;
    }
    gc->live_bytes += (uint64_t)live * block->granules * WASM_GC_GRANULE;
    block->at = 0;
    if (live < WASM_GC_GRANULES / block->granules) {
        block->next = gc->rooms[block->size_class];
        gc->rooms[block->size_class] = index + 1;
    }
    return 1;
}
