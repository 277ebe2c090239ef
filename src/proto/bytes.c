/* SPDX-License-Identifier: Apache-2.0 */
/* Copying from untrusted memory, wiping, comparing without telling where the difference is. */
#include "bytes.h"

int copy_in(uint8_t *to, size_t capacity, struct untrusted_span from)
{
    if (from.size > capacity)
        return KEEP_ESIZE;
    /* Each byte is read exactly once: volatile keeps the compiler from reading it again after a check. */
    for (size_t i = 0; i < from.size; i++)
        to[i] = from.data[i];
    return 0;
}

void bytes_wipe(void *memory, size_t size)
{
    if (size == 0)
        return;
    memset(memory, 0, size);
    /* The compiler must believe that somebody reads the zeros. */
    __asm__ volatile("" : : "r"(memory) : "memory");
}

bool bytes_equal_constant_time(const uint8_t *a, const uint8_t *b, size_t size)
{
    const volatile uint8_t *x = a, *y = b;
    uint8_t difference = 0;
    for (size_t i = 0; i < size; i++)
        difference |= x[i] ^ y[i];
    return difference == 0;
}
