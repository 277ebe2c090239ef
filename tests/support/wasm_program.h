/* SPDX-License-Identifier: Apache-2.0 */
/* One module in one store over host memory, for tests. */
#ifndef CASEMATE_TESTS_WASM_PROGRAM_H
#define CASEMATE_TESTS_WASM_PROGRAM_H

#include "host_memory.h"
#include "wasm_bytes.h"

struct wasm_program {
    struct host_memory host;
    struct wasm_config config;
    struct wasm_module *module;
    struct wasm_store *store;
    struct wasm_instance *instance;
    struct wasm_error error;
    /* resolves imports of module "host": functions in order of import */
    struct wasm_extern imports[4];
    uint32_t import_count;
};

/* Default limits and features over host memory. */
void wasm_program_init(struct wasm_program *program);
/* Decodes and makes the store. Returns the decoder's status. */
int wasm_program_load(struct wasm_program *program, const struct wasm_bytes *bytes);
/* Instantiates. */
int wasm_program_start(struct wasm_program *program);
/* Calls export `name`. */
int wasm_program_call(struct wasm_program *program, const char *name, const union wasm_value *args,
                      union wasm_value *results);
/* Gives everything back; fails the test program if anything is missing. */
void wasm_program_end(struct wasm_program *program);

#endif
