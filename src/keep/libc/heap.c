/* SPDX-License-Identifier: Apache-2.0 */
/* Heap: one table with an entry a block, apart from the memory it describes, so that an overrun object hits
 * its neighbour and not the heap. An object is named by its address alone, from which block and place follow.
 */
#include "heap.h"

#include "budget.h"

#define HEAP_SPAN   0x400000000u /* 16 GiB of addresses */
#define HEAP_BLOCKS ((uint32_t)(HEAP_SPAN / HEAP_BLOCK_SIZE))
#define NO_BLOCK    UINT32_MAX

enum block_kind { BLOCK_FREE = 0, BLOCK_OBJECTS, BLOCK_RUN, BLOCK_RUN_REST };

struct block {
    uint8_t kind, size_class;
    uint16_t used;  /* objects given out */
    uint16_t fresh; /* objects from here on were never given out */
    uint16_t
        free_list; /* 1 + index of the first free object below `fresh`, 0: none; an object holds the next */
    uint32_t next, previous; /* OBJECTS with room: list of the class; RUN: next = blocks */
};
_Static_assert(sizeof(struct block) == 16, "the table is 4 MiB of addresses");

/* A third apart at most; powers of two fit a block without rest, the others nearly. */
static const uint16_t class_size[] = {16,   32,   48,   64,   96,   128,  192,  256,   384,   512,   768,
                                      1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384, 20480, 32768};
enum { CLASSES = sizeof class_size / sizeof class_size[0] };

static uint8_t *heap_base;
static struct block *blocks;
static size_t blocks_committed;     /* bytes of the table */
static uint32_t blocks_used;        /* entries from here on were never used */
static uint32_t free_hint;          /* no free entry below */
static uint32_t with_room[CLASSES]; /* 1 + block, 0: none */

static bool heap_ready(void)
{
    if (heap_base)
        return true;
    uint8_t *base, *table;
    if (budget_reserve(HEAP_SPAN, &base) != 0 || budget_reserve(HEAP_BLOCKS * sizeof *blocks, &table) != 0)
        return false;
    heap_base = base;
    blocks = (struct block *)(void *)table;
    return true;
}

/* Makes entries below `count` usable. */
static bool table_reach(uint32_t count)
{
    size_t wanted = (count * sizeof *blocks + 4095) & ~(size_t)4095;
    if (wanted <= blocks_committed)
        return true;
    if (budget_commit((uint8_t *)blocks + blocks_committed, wanted - blocks_committed) != 0)
        return false;
    blocks_committed = wanted;
    return true;
}

static uint8_t *block_address(uint32_t index)
{
    return heap_base + (size_t)index * HEAP_BLOCK_SIZE;
}

/* First place for a run of so many blocks; entries that were never used are free. */
static uint32_t blocks_find(uint32_t count)
{
    uint32_t at = free_hint, length = 0;
    for (; at < blocks_used; at++) {
        if (blocks[at].kind == BLOCK_FREE) {
            if (++length == count)
                return at + 1 - count;
        } else if (blocks[at].kind == BLOCK_RUN) {
            length = 0;
            at += blocks[at].next - 1;
        } else {
            length = 0;
        }
    }
    uint32_t first = blocks_used - length;
    return count <= HEAP_BLOCKS - first ? first : NO_BLOCK;
}

/* Blocks with `size` bytes of committed, zero memory; the first entry gets the kind. */
static uint32_t blocks_take(uint32_t count, size_t size, enum block_kind kind)
{
    if (!heap_ready())
        return NO_BLOCK;
    uint32_t first = blocks_find(count);
    if (first == NO_BLOCK || !table_reach(first + count) || budget_commit(block_address(first), size) != 0)
        return NO_BLOCK;
    if (first + count > blocks_used)
        blocks_used = first + count;
    blocks[first] = (struct block){.kind = (uint8_t)kind, .next = count};
    for (uint32_t i = first + 1; i < first + count; i++)
        blocks[i] = (struct block){.kind = BLOCK_RUN_REST};
    if (first == free_hint)
        free_hint = first + count;
    return first;
}

static void blocks_give(uint32_t first, uint32_t count, size_t size)
{
    budget_decommit(block_address(first), size);
    for (uint32_t i = first; i < first + count; i++)
        blocks[i] = (struct block){.kind = BLOCK_FREE};
    if (first < free_hint)
        free_hint = first;
}

/* ---- lists of blocks with room ---- */

static void room_add(uint32_t index)
{
    struct block *b = &blocks[index];
    uint32_t *head = &with_room[b->size_class];
    b->previous = 0;
    b->next = *head;
    if (*head)
        blocks[*head - 1].previous = index + 1;
    *head = index + 1;
}

static void room_remove(uint32_t index)
{
    struct block *b = &blocks[index];
    if (b->previous)
        blocks[b->previous - 1].next = b->next;
    else
        with_room[b->size_class] = b->next;
    if (b->next)
        blocks[b->next - 1].previous = b->previous;
    b->next = b->previous = 0;
}

static unsigned objects_in(unsigned size_class)
{
    return HEAP_BLOCK_SIZE / class_size[size_class];
}

static bool has_room(const struct block *b)
{
    return b->free_list != 0 || b->fresh < objects_in(b->size_class);
}

/* ---- objects ---- */

static unsigned class_for(size_t size)
{
    unsigned size_class = 0;
    while (class_size[size_class] < size)
        size_class++;
    return size_class;
}

static void *object_allocate(size_t size)
{
    unsigned size_class = class_for(size);
    if (!with_room[size_class]) {
        uint32_t made = blocks_take(1, HEAP_BLOCK_SIZE, BLOCK_OBJECTS);
        if (made == NO_BLOCK)
            return NULL;
        blocks[made].size_class = (uint8_t)size_class;
        room_add(made);
    }
    uint32_t index = with_room[size_class] - 1;
    struct block *b = &blocks[index];
    unsigned place = b->free_list ? b->free_list - 1u : b->fresh++;
    uint8_t *object = block_address(index) + (size_t)place * class_size[size_class];
    if (b->free_list) {
        b->free_list = load_le16(object);
        if (b->free_list > b->fresh)
            shim_exit(KEEP_ENOMEM); /* somebody wrote to a free object */
        store_le16(object, 0);
    }
    b->used++;
    if (!has_room(b))
        room_remove(index);
    return object;
}

static void object_free(uint32_t index, uint8_t *object)
{
    struct block *b = &blocks[index];
    size_t size = class_size[b->size_class], offset = (size_t)(object - block_address(index)),
           place = offset / size;
    if (offset % size != 0 || place >= b->fresh || b->used == 0)
        shim_exit(KEEP_ENOMEM);
    bool had_room = has_room(b);
    memset(object, 0, size);
    store_le16(object, b->free_list);
    b->free_list = (uint16_t)(place + 1);
    b->used--;
    if (!had_room)
        room_add(index);
    /* One empty block a class is kept, or a single object that comes and goes would cost two system calls. */
    if (b->used == 0 && (b->next || b->previous)) {
        room_remove(index);
        blocks_give(index, 1, HEAP_BLOCK_SIZE);
    }
}

/* ---- runs; the size in bytes is kept in whole pages in the entries' spare fields ---- */

static size_t run_bytes(const struct block *b)
{
    return ((size_t)b->previous) * 4096;
}

static void *run_allocate(size_t size)
{
    if (size > HEAP_SPAN)
        return NULL;
    size_t bytes = (size + 4095) & ~(size_t)4095;
    uint32_t index =
        blocks_take((uint32_t)((bytes + HEAP_BLOCK_SIZE - 1) / HEAP_BLOCK_SIZE), bytes, BLOCK_RUN);
    if (index == NO_BLOCK)
        return NULL;
    blocks[index].previous = (uint32_t)(bytes / 4096);
    return block_address(index);
}

void *heap_allocate(size_t size)
{
    if (size == 0)
        return NULL;
    return size <= HEAP_SMALL_MAX ? object_allocate(size) : run_allocate(size);
}

void *heap_allocate_array(size_t count, size_t size)
{
    size_t total;
    return size_multiply(count, size, &total) == 0 ? heap_allocate(total) : NULL;
}

/* The block that an allocation lies in. */
static uint32_t block_of(const uint8_t *memory)
{
    uintptr_t offset = (uintptr_t)memory - (uintptr_t)heap_base;
    uint32_t index = (uint32_t)(offset / HEAP_BLOCK_SIZE);
    if (!heap_base || offset >= HEAP_SPAN || index >= blocks_used)
        shim_exit(KEEP_ENOMEM);
    bool run = blocks[index].kind == BLOCK_RUN && offset % HEAP_BLOCK_SIZE == 0;
    if (!run && blocks[index].kind != BLOCK_OBJECTS)
        shim_exit(KEEP_ENOMEM);
    return index;
}

void heap_free(void *memory)
{
    if (!memory)
        return;
    uint32_t index = block_of(memory);
    struct block *b = &blocks[index];
    if (b->kind == BLOCK_RUN)
        blocks_give(index, b->next, run_bytes(b));
    else
        object_free(index, memory);
}

size_t heap_size(const void *memory)
{
    const struct block *b = &blocks[block_of(memory)];
    return b->kind == BLOCK_RUN ? run_bytes(b) : class_size[b->size_class];
}

void *heap_resize(void *memory, size_t size)
{
    if (!memory)
        return heap_allocate(size);
    if (size == 0) {
        heap_free(memory);
        return NULL;
    }
    size_t old = heap_size(memory);
    if (size <= old && size > old / 2)
        return memory;
    void *moved = heap_allocate(size);
    if (!moved)
        return NULL;
    memcpy(moved, memory, old < size ? old : size);
    heap_free(memory);
    return moved;
}
