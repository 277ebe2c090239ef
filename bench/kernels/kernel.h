/* SPDX-License-Identifier: Apache-2.0 */
/* kernel.h: what every kernel shares: its work is repeated for a time or a count, and must give the same
 * result each time. Built for WASI and natively from the same source. */
#ifndef CASEMATE_BENCH_KERNEL_H
#define CASEMATE_BENCH_KERNEL_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* One unit of work, in each kernel's file; the result depends on all that was computed. */
static uint32_t work(void);

static uint32_t same(uint32_t value)
{
    return value;
}

/* Never anything else, but no compiler can know, not even one that sees the module's code and data
 * (wasm2c's). */
static uint32_t (*volatile hidden)(uint32_t) = same;

/* Hides where a value comes from, so that nothing is computed at compile time or hoisted out of the
 * repetition. */
static inline uint32_t opaque(uint32_t value)
{
    return hidden(value);
}

static inline uint32_t random_next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static inline uint32_t mix(uint32_t sum, uint32_t value)
{
    return (sum ^ value) * 16777619u;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Usage: KERNEL [COUNT]. Prints "units/s result": for COUNT units, or for at least 0.3 seconds. */
int main(int argc, char **argv)
{
    unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    unsigned long done = 0;
    uint32_t expected = work();
    double start = seconds();
    double end = start;
    unsigned long batch = count > 0 ? count : 1;
    do {
        for (unsigned long i = 0; i < batch; i++) {
            if (work() != expected) {
                puts("the result differs between two repetitions");
                return 1;
            }
        }
        done += batch;
        end = seconds();
        if (end - start < 0.05)
            batch *= 2;
    } while (count == 0 && end - start < 0.3);
    printf("%.3f %08x\n", (double)done / (end - start), (unsigned)expected);
    return 0;
}

#endif
