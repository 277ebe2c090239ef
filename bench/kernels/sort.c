/* SPDX-License-Identifier: Apache-2.0 */
/* sort.c: 2,000 numbers through qsort, whose comparison is called by pointer, and through a heap sort. */
#include "kernel.h"

#define COUNT 2000

static uint32_t numbers[COUNT];

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void fill(uint32_t seed)
{
    for (int i = 0; i < COUNT; i++)
        numbers[i] = random_next(&seed);
}

static void sift(uint32_t *heap, uint32_t at, uint32_t count)
{
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= count)
            return;
        if (child + 1 < count && heap[child + 1] > heap[child])
            child++;
        if (heap[at] >= heap[child])
            return;
        uint32_t swap = heap[at];
        heap[at] = heap[child];
        heap[child] = swap;
        at = child;
    }
}

static void heap_sort(uint32_t *heap, uint32_t count)
{
    for (uint32_t i = count / 2; i > 0; i--)
        sift(heap, i - 1, count);
    for (uint32_t left = count - 1; left > 0; left--) {
        uint32_t swap = heap[0];
        heap[0] = heap[left];
        heap[left] = swap;
        sift(heap, 0, left);
    }
}

static uint32_t digest(uint32_t result)
{
    for (int i = 0; i < COUNT; i += 17)
        result = mix(result, numbers[i]);
    return result;
}

static uint32_t work(void)
{
    fill(opaque(1));
    qsort(numbers, opaque(COUNT), sizeof(numbers[0]), compare);
    uint32_t result = digest(0);
    fill(opaque(2));
    heap_sort(numbers, opaque(COUNT));
    return digest(result);
}
