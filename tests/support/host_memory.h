/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of a hosted process for the engine, in tests, fuzzers and tools: what the Keep does with its shim.
 */
#ifndef CASEMATE_TESTS_HOST_MEMORY_H
#define CASEMATE_TESTS_HOST_MEMORY_H

#include "../../src/keep/wasm/wasm.h"

/* Each call of these may be made to fail, to walk every path of want. */
struct host_memory {
    size_t committed, allocated; /* bytes now */
    size_t limit;                /* of committed + allocated; 0: none */
    long fail_after;             /* calls that still succeed; negative: no failure */
};

struct wasm_memory_ops host_memory_ops(struct host_memory *memory);

#endif
