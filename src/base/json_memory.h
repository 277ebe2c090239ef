/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for jansson 2.14, whose reader goes on when a text cannot grow: a closing quote that it lost makes
 * it copy what stands behind the text, past the end of its buffer. A program of ours rather ends. */
#ifndef CASEMATE_BASE_JSON_MEMORY_H
#define CASEMATE_BASE_JSON_MEMORY_H

#include <stdio.h>
#include <stdlib.h>

enum { JSON_MEMORY_EXIT = 125 };

/* For json_set_alloc_funcs(), before anything else of jansson is called. */
static inline void *json_memory(size_t size)
{
    void *memory = malloc(size);
    if (!memory) {
        (void)fputs("No memory is left to read or write JSON\n", stderr);
        _Exit(JSON_MEMORY_EXIT);
    }
    return memory;
}

#endif
