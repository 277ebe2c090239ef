/* SPDX-License-Identifier: Apache-2.0 */
/* The Keep's heap, over pages of the shim. Sizes up to HEAP_SMALL_MAX come from blocks of 64 KiB that hold
 * objects of one size; larger ones are runs of such blocks. What is free is zero: freeing wipes, so that
 * nothing of a secret stays, and allocating gives zeroed memory. In the image malloc() and friends are these.
 */
#ifndef CASEMATE_KEEP_HEAP_H
#define CASEMATE_KEEP_HEAP_H

#include "../../proto/bytes.h"

enum { HEAP_BLOCK_SIZE = 65536, HEAP_SMALL_MAX = 32768 };

/* Zeroed; 16-byte aligned, and page-aligned if the size is a multiple of 4096. NULL when memory is exhausted,
 * or for size 0. */
void *heap_allocate(size_t size);
void *heap_allocate_array(size_t count, size_t size);
/* Keeps the first min(old, new) bytes; on NULL the old memory stays as it is. Size 0 frees. */
void *heap_resize(void *memory, size_t size);
/* NULL is fine. A pointer that heap_allocate() never gave halts the Keep. */
void heap_free(void *memory);
/* What an allocation can hold. */
size_t heap_size(const void *memory);

#endif
