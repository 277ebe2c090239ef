/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap.h: where every byte of the engine comes from: an account over the embedder's memory (struct
 * wasm_heap), an arena that is given back whole, and growing arrays for working memory.
 */
#ifndef KEEP_WASM_HEAP_H
#define KEEP_WASM_HEAP_H

#include "wasm.h"

/* Memory taken from the embedder, at most `limit` bytes at a time; and the safe points of long work on it. */
struct wasm_heap {
    struct wasm_memory_ops ops;
    uint64_t limit;
    uint64_t used;
    int (*poll)(void *context); /* or NULL; nonzero stops the work */
    void *poll_context;
    int64_t work_left; /* until the next poll */
    int64_t work_per_poll;
    bool stopped; /* sticky: a poll said so; whoever works looks at it */
};

void wasm_heap_poll(struct wasm_heap *heap);

/* Counts work: a unit is an instruction, or 16 bytes copied. */
static inline void wasm_heap_work(struct wasm_heap *heap, uint64_t units)
{
    heap->work_left -= (int64_t)units;
    if (heap->work_left < 0)
        wasm_heap_poll(heap);
}

/* memcpy of any size, with safe points. */
void wasm_heap_copy(struct wasm_heap *heap, void *to, const void *from, size_t size);

void *wasm_heap_allocate(struct wasm_heap *heap, size_t size, size_t *allocated);
void wasm_heap_free(struct wasm_heap *heap, void *address, size_t allocated);

/* Bump allocation in chunks; nothing is freed before everything is. */
struct wasm_arena {
    struct wasm_heap *heap;
    struct wasm_chunk *chunks;
    uint8_t *next;
    size_t left;
};

void wasm_arena_init(struct wasm_arena *arena, struct wasm_heap *heap);
/* `count` zeroed elements of `size` bytes, aligned to 16; NULL if memory is exhausted or the product
 * overflows. */
void *wasm_arena_array(struct wasm_arena *arena, size_t count, size_t size);
void wasm_arena_destroy(struct wasm_arena *arena);

/* An array that grows. `data` may move when it does. */
struct wasm_vector {
    struct wasm_heap *heap;
    void *data;
    size_t allocated; /* bytes */
};

/* Makes room for `count` elements of `size` bytes. Returns 0 or WASM_EMEMORY. New room is zero. */
int wasm_vector_reserve(struct wasm_vector *vector, size_t count, size_t size);
void wasm_vector_free(struct wasm_vector *vector);

#endif
