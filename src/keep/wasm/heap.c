/* SPDX-License-Identifier: Apache-2.0 */
/* heap.c: the account, the arena and the growing arrays of heap.h. */

#include <string.h>

#include "heap.h"

/* The head of each chunk of an arena. */
struct wasm_chunk {
    struct wasm_chunk *next;
    size_t allocated;
};

#define CHUNK_FIRST (4u * WASM_OS_PAGE)
#define CHUNK_MOST  (64u * WASM_OS_PAGE)
#define ALIGNMENT   16u
#define COPY_PIECE  (128u * 1024u)

_Static_assert(sizeof(struct wasm_chunk) % ALIGNMENT == 0, "what follows a chunk's head must be aligned");

void *wasm_heap_allocate(struct wasm_heap *heap, size_t size, size_t *allocated)
{
    if (size > SIZE_MAX - WASM_OS_PAGE)
        return NULL;
    size_t rounded = (size + WASM_OS_PAGE - 1) / WASM_OS_PAGE * WASM_OS_PAGE;
    if (rounded > heap->limit - heap->used)
        return NULL;
    void *address = heap->ops.allocate(heap->ops.context, rounded);
    if (address == NULL)
        return NULL;
    heap->used += rounded;
    *allocated = rounded;
    return address;
}

void wasm_heap_free(struct wasm_heap *heap, void *address, size_t allocated)
{
    if (address == NULL)
        return;
    heap->used -= allocated;
    heap->ops.free(heap->ops.context, address, allocated);
}

void wasm_heap_poll(struct wasm_heap *heap)
{
    heap->work_left = heap->work_per_poll;
    if (heap->poll != NULL && heap->poll(heap->poll_context) != 0)
        heap->stopped = true;
}

void wasm_heap_copy(struct wasm_heap *heap, void *to, const void *from, size_t size)
{
    for (size_t done = 0; done < size;) {
        size_t piece = size - done < COPY_PIECE ? size - done : COPY_PIECE;
        memcpy((uint8_t *)to + done, (const uint8_t *)from + done, piece);
        wasm_heap_work(heap, piece / 16);
        done += piece;
    }
}

void wasm_arena_init(struct wasm_arena *arena, struct wasm_heap *heap)
{
    *arena = (struct wasm_arena){.heap = heap};
}

/* Gives `size` bytes a chunk: its own if it is large, so that the rest of the present one stays in use. */
static void *arena_chunk(struct wasm_arena *arena, size_t size)
{
    size_t chunk_size = CHUNK_FIRST;
    if (arena->chunks != NULL)
        chunk_size = arena->heap->used > 16u * CHUNK_MOST ? CHUNK_MOST : 2u * CHUNK_FIRST;
    bool own = size > chunk_size / 4;
    if (size > SIZE_MAX - sizeof(struct wasm_chunk))
        return NULL;
    size_t allocated;
    struct wasm_chunk *chunk =
        wasm_heap_allocate(arena->heap, own ? size + sizeof(*chunk) : chunk_size, &allocated);
    if (chunk == NULL)
        return NULL;
    chunk->next = arena->chunks;
    chunk->allocated = allocated;
    arena->chunks = chunk;
    uint8_t *data = (uint8_t *)(chunk + 1);
    if (!own) {
        arena->next = data + size;
        arena->left = allocated - sizeof(*chunk) - size;
    }
    return data;
}

void *wasm_arena_array(struct wasm_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - ALIGNMENT)
        return NULL;
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (bytes == 0)
        bytes = ALIGNMENT;
    if (bytes > arena->left)
        return arena_chunk(arena, bytes);
    void *address = arena->next;
    arena->next += bytes;
    arena->left -= bytes;
    return address;
}

void wasm_arena_destroy(struct wasm_arena *arena)
{
    struct wasm_chunk *chunk = arena->chunks;
    while (chunk != NULL) {
        struct wasm_chunk *next = chunk->next;
        wasm_heap_free(arena->heap, chunk, chunk->allocated);
        chunk = next;
    }
    wasm_arena_init(arena, arena->heap);
}

int wasm_vector_reserve(struct wasm_vector *vector, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return WASM_EMEMORY;
    if (bytes <= vector->allocated)
        return 0;
    size_t wanted = bytes < vector->allocated * 2 ? vector->allocated * 2 : bytes;
    size_t allocated;
    void *data = wasm_heap_allocate(vector->heap, wanted, &allocated);
    if (data == NULL)
        return WASM_EMEMORY;
    if (vector->data != NULL)
        wasm_heap_copy(vector->heap, data, vector->data, vector->allocated);
    wasm_heap_free(vector->heap, vector->data, vector->allocated);
    vector->data = data;
    vector->allocated = allocated;
    return 0;
}

void wasm_vector_free(struct wasm_vector *vector)
{
    wasm_heap_free(vector->heap, vector->data, vector->allocated);
    vector->data = NULL;
    vector->allocated = 0;
}
