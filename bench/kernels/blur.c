/* SPDX-License-Identifier: Apache-2.0 */
/* blur.c: a grey picture of 256 x 256 through the binomial filter 1 4 6 4 1, in both directions, 16 pixels at
 * once: clang's vectors become WebAssembly's, or the processor's. */
#include <stddef.h>

#include "kernel.h"

enum { SIZE = 256, MARGIN = 16, LINE = SIZE + 2 * MARGIN, TAPS = 5 };

typedef uint8_t pixels __attribute__((vector_size(16)));
typedef uint16_t sums __attribute__((vector_size(32)));

static uint8_t picture[(SIZE + 2 * MARGIN) * LINE];
static uint8_t blurred[(SIZE + 2 * MARGIN) * LINE];

/* Of 16 neighbours, `step` bytes apart. */
static pixels filter(const uint8_t *at, ptrdiff_t step)
{
    sums tap[TAPS];
    for (int i = 0; i < TAPS; i++) {
        pixels here;
        memcpy(&here, at + (i - TAPS / 2) * step, sizeof(here));
        tap[i] = __builtin_convertvector(here, sums);
    }
    sums sum = tap[0] + tap[4] + 4 * (tap[1] + tap[3]) + 6 * tap[2] + 8;
    return __builtin_convertvector(sum >> 4, pixels);
}

static void pass(const uint8_t *from, uint8_t *to, ptrdiff_t step)
{
    for (int y = 0; y < SIZE; y++) {
        for (int x = 0; x < SIZE; x += (int)sizeof(pixels)) {
            ptrdiff_t place = (y + MARGIN) * LINE + x + MARGIN;
            pixels result = filter(from + place, step);
            memcpy(to + place, &result, sizeof(result));
        }
    }
}

static uint32_t work(void)
{
    uint32_t seed = opaque(1);
    for (int i = 0; i < (int)sizeof(picture); i++)
        picture[i] = (uint8_t)(i * i >> 6 ^ (int)seed);
    pass(picture, blurred, 1);
    pass(blurred, picture, LINE);
    pass(picture, blurred, LINE);
    pass(blurred, picture, 1);
    uint32_t result = 0;
    for (int i = 0; i < (int)sizeof(picture); i += 61)
        result = mix(result, picture[i]);
    return result;
}
