/* SPDX-License-Identifier: Apache-2.0 */
/* The Keep's heap (C17 7.22.3), and nothing else of this header. */
#ifndef KEEP_LIBC_STDLIB_H
#define KEEP_LIBC_STDLIB_H

#include <stddef.h>

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *memory, size_t size);
void free(void *memory);

#endif
