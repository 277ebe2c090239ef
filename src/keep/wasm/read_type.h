/* SPDX-License-Identifier: Apache-2.0 */
/* read_type.h: value, reference and heap types in the binary format (specification, 5.3.2 to 5.3.5). */
#ifndef KEEP_WASM_READ_TYPE_H
#define KEEP_WASM_READ_TYPE_H

#include "module.h"
#include "reader.h"

/*
 * Read a type that the module's features allow; an index in it must be below `bound`. Return 0;
 * WASM_EMALFORMED with the offending byte in *type; or WASM_EINVALID with the unknown index. A heap type HT
 * is returned as (ref null HT).
 */
int wasm_read_value_type(struct wasm_reader *reader, const struct wasm_module *module, uint32_t bound,
                         uint32_t *type);
int wasm_read_reference_type(struct wasm_reader *reader, const struct wasm_module *module, uint32_t bound,
                             uint32_t *type);
int wasm_read_heap_type(struct wasm_reader *reader, const struct wasm_module *module, uint32_t bound,
                        uint32_t *type);
/* The message for such an error (text.h's formats), about *type. */
const char *wasm_type_problem(int status);

#endif
