/* SPDX-License-Identifier: Apache-2.0 */
/* Where the shim hands over, and where everything ends. */
#include "keep.h"

#include "libc/budget.h"

static struct keep keep;

/* Defined in libc/stdlib.c; every function with a buffer compares it on its way out. */
extern uintptr_t __stack_chk_guard;

static int serve(void)
{
    keep_init(&keep);
    for (;;) {
        int error = keep_step(&keep);
        if (!error)
            error = keep_wait(&keep, UINT64_MAX);
        if (error)
            return error;
    }
}

/* The guard changes while this function runs, so it must not have one itself; it never returns. */
__attribute__((no_stack_protector)) _Noreturn void keep_main(void)
{
    uintptr_t guard;
    if (shim_random((uint8_t *)&guard, sizeof guard) != 0)
        shim_exit(KEEP_EENTROPY);
    __stack_chk_guard = guard & ~(uintptr_t)0xff; /* a zero byte first: no overrun text passes it */
    int error = serve();
    shim_exit(error == KEEP_ECLOSED ? 0 : error);
}
