/* SPDX-License-Identifier: Apache-2.0 */
/* A call of one export, instead of a program's `_start`: its arguments from those of the deploy, its results
 * as lines of text (docs/protocol.md, section 5: entry). */
#ifndef CASEMATE_KEEP_ENTRY_H
#define CASEMATE_KEEP_ENTRY_H

#include "../wasm/wasm.h"
#include "strings.h"

enum {
    ENTRY_VALUES_MAX = 64, /* slots of arguments, and of results */
    ENTRY_LINE_MAX = 64,
};

struct entry_call {
    union wasm_value arguments[ENTRY_VALUES_MAX], results[ENTRY_VALUES_MAX];
    const uint32_t *types; /* of the results, until the function goes */
    uint32_t result_count;
};

/* NULL, or why the function cannot be called with these arguments. */
const char *entry_prepare(struct entry_call *call, const struct wasm_function *function,
                          const struct strings *strings);
/* The line of a result, newline included; returns its size. Integers are signed. */
size_t entry_line(const struct entry_call *call, uint32_t index, uint8_t line[ENTRY_LINE_MAX]);

#endif
