/* SPDX-License-Identifier: Apache-2.0 */
/* mandelbrot.c: iterations to escape for 64 x 64 points. */
#include "kernel.h"

static uint32_t escape(double x0, double y0, uint32_t limit)
{
    double x = 0;
    double y = 0;
    uint32_t i = 0;
    for (; i < limit; i++) {
        double xx = x * x;
        double yy = y * y;
        if (xx + yy > 4)
            break;
        y = 2 * x * y + y0;
        x = xx - yy + x0;
    }
    return i;
}

static uint32_t work(void)
{
    uint32_t size = opaque(64);
    uint32_t limit = opaque(100);
    uint32_t result = 0;
    for (uint32_t i = 0; i < size; i++) {
        for (uint32_t j = 0; j < size; j++)
            result = mix(result, escape(j * 3.0 / size - 2.25, i * 2.5 / size - 1.25, limit));
    }
    return result;
}
