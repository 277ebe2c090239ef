/* SPDX-License-Identifier: Apache-2.0 */
/* sieve.c: primes below 65,536. */
#include "kernel.h"

#define LIMIT 65536

static uint8_t composite[LIMIT];

static uint32_t work(void)
{
    uint32_t limit = opaque(LIMIT);
    uint32_t count = 0;
    for (uint32_t i = 0; i < limit; i++)
        composite[i] = 0;
    for (uint32_t i = 2; i < limit; i++) {
        if (composite[i])
            continue;
        count++;
        for (uint32_t j = i + i; j < limit; j += i)
            composite[j] = 1;
    }
    return count;
}
