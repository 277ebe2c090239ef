/* SPDX-License-Identifier: Apache-2.0 */
/* One module in one store over host memory. */
#include "wasm_program.h"

#include <stdio.h>
#include <stdlib.h>

void wasm_program_init(struct wasm_program *program)
{
    *program = (struct wasm_program){.host = {.fail_after = -1}};
    const struct wasm_memory_ops ops = host_memory_ops(&program->host);
    wasm_config_default(&program->config, &ops);
}

int wasm_program_load(struct wasm_program *program, const struct wasm_bytes *bytes)
{
    int status =
        wasm_module_decode(&program->config, bytes->data, bytes->size, &program->module, &program->error);
    return status != 0 ? status : wasm_store_new(&program->config, &program->store);
}

static bool resolve(void *context, const struct wasm_import *import, struct wasm_extern *out)
{
    struct wasm_program *program = context;
    if (!wasm_name_equal(import->module, wasm_name_of("host")) || import->name.size != 1)
        return false;
    uint32_t index = (uint32_t)(import->name.bytes[0] - '0');
    if (index >= program->import_count)
        return false;
    *out = program->imports[index];
    return true;
}

int wasm_program_start(struct wasm_program *program)
{
    return wasm_instance_new(program->store, program->module, resolve, program, &program->instance,
                             &program->error);
}

int wasm_program_call(struct wasm_program *program, const char *name, const union wasm_value *args,
                      union wasm_value *results)
{
    struct wasm_extern item;
    if (!wasm_instance_export(program->instance, wasm_name_of(name), &item) ||
        item.kind != WASM_EXTERN_FUNCTION)
        return WASM_EARGUMENT;
    return wasm_function_call(item.function, args, results);
}

void wasm_program_end(struct wasm_program *program)
{
    wasm_store_destroy(program->store);
    wasm_module_destroy(program->module);
    if (program->host.committed != 0 || program->host.allocated != 0) {
        fprintf(stderr, "the engine kept %zu + %zu bytes\n", program->host.committed,
                program->host.allocated);
        abort();
    }
}
