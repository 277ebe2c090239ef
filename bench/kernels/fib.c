/* SPDX-License-Identifier: Apache-2.0 */
/* fib.c: recursive calls. */
#include "kernel.h"

static uint32_t fib(uint32_t n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static uint32_t work(void)
{
    return fib(opaque(20));
}
