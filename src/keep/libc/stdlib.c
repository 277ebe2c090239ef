/* SPDX-License-Identifier: Apache-2.0 */
/* The heap under the names that C and Mbed TLS know (C17 7.22.3), and what the compiler calls by itself. Only
 * in images. */
#include <stdlib.h>

#include "heap.h"
#include "../../shim/shim.h"

void *malloc(size_t size)
{
    return heap_allocate(size);
}

void *calloc(size_t count, size_t size)
{
    return heap_allocate_array(count, size);
}

void *realloc(void *memory, size_t size)
{
    return heap_resize(memory, size);
}

void free(void *memory)
{
    heap_free(memory);
}

/* -fstack-protector-strong with a global guard; keep_main() gives it a random value before anything else. */
uintptr_t __stack_chk_guard;
_Noreturn void __stack_chk_fail(void);

_Noreturn void __stack_chk_fail(void)
{
    shim_exit(KEEP_ENOMEM);
}
