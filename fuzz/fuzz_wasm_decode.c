/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes and validates bytes as a module, whole and in two pieces, which must agree; compiles every function
 * of a valid one. */
#include <stdlib.h>

#include "../tests/support/host_memory.h"

/* The compiler is run by calling what it compiles; here only the compiling counts. */
#include "../src/keep/wasm/store.h"

/* A start function may run for ever. */
static int stop_at_third(void *context)
{
    int *polls = context;
    return ++*polls > 2 ? WASM_TRAP_HOST : 0;
}

static void compile_all(const struct wasm_config *config, const struct wasm_module *module)
{
    struct wasm_store *store;
    struct wasm_instance *instance = NULL;
    int polls = 0;
    if (wasm_store_new(config, &store) != 0)
        abort();
    wasm_store_set_poll(store, stop_at_third, &polls, 10000);
    /* with imports there is nothing to link to; without, the instance is made, and what traps then is fine */
    if (wasm_module_import_count(module) == 0 &&
        wasm_instance_new(store, module, NULL, NULL, &instance, NULL) >= 0 && instance != NULL) {
        for (uint32_t i = 0; i < module->function_count; i++) {
            int status = wasm_function_compile(instance->functions[i]);
            if (status != 0 && status != WASM_TRAP_OUT_OF_MEMORY && status != WASM_TRAP_HOST)
                abort();
        }
    }
    wasm_store_destroy(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct host_memory memory = {.fail_after = -1};
    const struct wasm_memory_ops ops = host_memory_ops(&memory);
    struct wasm_config config;
    struct wasm_module *module = NULL;
    struct wasm_module *pieces = NULL;
    struct wasm_decoder *decoder;
    struct wasm_error error = {0};
    wasm_config_default(&config, &ops);
    config.limits.memory_size = 16 << 20;
    config.limits.table_elements = 100000;
    config.limits.arena_size = 64 << 20;
    int status = wasm_module_decode(&config, bytes, size, &module, &error);
    if (wasm_decoder_new(&config, bytes, size, &decoder) != 0)
        abort();
    if (wasm_decoder_push(decoder, size / 2, NULL) == 0)
        (void)wasm_decoder_push(decoder, size, NULL);
    struct wasm_error other = {0};
    if (wasm_decoder_finish(decoder, &pieces, &other) != status || other.offset != error.offset)
        abort();
    wasm_decoder_destroy(decoder);
    wasm_module_destroy(pieces);
    if (status == 0)
        compile_all(&config, module);
    wasm_module_destroy(module);
    if (memory.committed != 0 || memory.allocated != 0)
        abort();
    return 0;
}
