/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs what a module exports, with little fuel, memory and stack; imported functions answer with what they
 * are given. Twice, and both times must end alike: the same results, traps and memory.
 */
#include <stdlib.h>
#include <string.h>

#include "../tests/support/host_memory.h"

#define FUEL_PER_POLL 1000
#define MOST_POLLS    20
#define MOST_VALUES   16

struct run {
    struct wasm_store *store;
    int polls;
    uint64_t digest;
};

static void mix(struct run *run, uint64_t value)
{
    run->digest = (run->digest ^ value) * 0x100000001B3u;
}

static int poll(void *context)
{
    struct run *run = context;
    return ++run->polls > MOST_POLLS ? WASM_TRAP_HOST + 1 : 0;
}

/* There is nothing to give where a reference must not be null. */
static bool never_null(uint32_t type)
{
    return wasm_type_is_reference(type) && type & WASM_NON_NULL;
}

/* Every third call ends in a trap, every second in a code of the host's. */
static int answer(void *context, struct wasm_instance *caller, const union wasm_value *args,
                  union wasm_value *results)
{
    const struct wasm_function_type *type = context;
    (void)caller;
    uint64_t sum = 1;
    for (uint32_t i = 0; i < wasm_types_slots(type->parameters, type->parameter_count); i++)
        sum += args[i].i64;
    for (uint32_t i = 0; i < type->result_count; results += wasm_value_slots(type->results[i++]))
        results->i64 = type->results[i] == WASM_I32 || type->results[i] == WASM_F32 ? (uint32_t)sum
                       : wasm_type_is_reference(type->results[i])                   ? 0
                                                                                    : sum;
    for (uint32_t i = 0; i < type->result_count; i++) {
        if (never_null(type->results[i]))
            return WASM_TRAP_HOST;
    }
    return sum % 7 == 6 ? WASM_TRAP_HOST : 0;
}

static bool resolve(void *context, const struct wasm_import *import, struct wasm_extern *out)
{
    struct run *run = context;
    const union wasm_value zero[2] = {{.i64 = 0}};
    out->kind = import->type.kind;
    switch (import->type.kind) {
    case WASM_EXTERN_FUNCTION:
        return wasm_function_new(run->store, &import->type.function, answer,
                                 (void *)(uintptr_t)&import->type.function, &out->function) == 0;
    case WASM_EXTERN_TABLE:
        return wasm_table_new(run->store, &import->type.table, &out->table) == 0;
    case WASM_EXTERN_MEMORY:
        return wasm_memory_new(run->store, &import->type.memory, &out->memory) == 0;
    case WASM_EXTERN_GLOBAL:
        if (never_null(import->type.global.value))
            return false;
        return wasm_global_new(run->store, &import->type.global, zero, &out->global) == 0;
    case WASM_EXTERN_TAG:
        return wasm_tag_new(run->store, &import->type.tag, &out->tag) == 0;
    }
    return false;
}

static void call(struct run *run, struct wasm_function *function)
{
    struct wasm_function_type type = wasm_function_type(function);
    union wasm_value args[2 * MOST_VALUES]; /* a v128 takes two */
    union wasm_value results[2 * MOST_VALUES];
    if (type.parameter_count > MOST_VALUES || type.result_count > MOST_VALUES)
        return;
    union wasm_value *arg = args;
    memset(args, 0, sizeof(args));
    for (uint32_t i = 0; i < type.parameter_count; arg += wasm_value_slots(type.parameters[i++])) {
        bool reference = wasm_type_is_reference(type.parameters[i]);
        if (never_null(type.parameters[i]))
            return;
        arg->i64 = reference ? 0 : 3u * i;
    }
    memset(results, 0, sizeof(results));
    int status = wasm_function_call(function, args, results);
    mix(run, (uint64_t)status);
    const union wasm_value *result = results;
    for (uint32_t i = 0; i < type.result_count; result += wasm_value_slots(type.results[i++])) {
        bool reference = wasm_type_is_reference(type.results[i]);
        if (status == 0 && !reference)
            mix(run, result->i64);
        if (status == 0 && type.results[i] == WASM_V128)
            mix(run, result[1].i64);
        if (status == 0 && !reference && (type.results[i] == WASM_I32 || type.results[i] == WASM_F32) &&
            result->i64 > UINT32_MAX)
            abort();
    }
    if (status > 0) {
        const struct wasm_trap_record *record = wasm_store_trap(run->store);
        if (record->trap != status)
            abort();
        for (uint32_t i = 0; i < record->frame_count; i++)
            mix(run, record->frames[i].offset);
    }
}

static void run_exports(struct run *run, const struct wasm_module *module, struct wasm_instance *instance)
{
    for (uint32_t i = 0; i < wasm_module_export_count(module); i++) {
        struct wasm_export export;
        struct wasm_extern item;
        wasm_module_export(module, i, &export);
        if (!wasm_instance_export(instance, export.name, &item))
            abort();
        if (item.kind == WASM_EXTERN_FUNCTION)
            call(run, item.function);
    }
    struct wasm_memory *memory = wasm_instance_memory(instance);
    if (memory == NULL)
        return;
    const uint8_t *bytes = wasm_memory_span(memory, 0, wasm_memory_size(memory));
    for (uint64_t i = 0; i < wasm_memory_size(memory); i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof(word));
        mix(run, word);
    }
}

static uint64_t run_once(const struct wasm_config *config, const struct wasm_module *module)
{
    struct run run = {.digest = 1};
    struct wasm_instance *instance = NULL;
    if (wasm_store_new(config, &run.store) != 0)
        abort();
    wasm_store_set_poll(run.store, poll, &run, FUEL_PER_POLL);
    int status = wasm_instance_new(run.store, module, resolve, &run, &instance, NULL);
    mix(&run, (uint64_t)status);
    if (status == 0)
        run_exports(&run, module, instance);
    wasm_store_destroy(run.store);
    return run.digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct host_memory memory = {.fail_after = -1};
    const struct wasm_memory_ops ops = host_memory_ops(&memory);
    struct wasm_config config;
    struct wasm_module *module = NULL;
    wasm_config_default(&config, &ops);
    config.limits.memory_size = 4 << 20;
    config.limits.table_elements = 10000;
    config.limits.arena_size = 16 << 20;
    config.limits.stack_size = 64 << 10;
    config.limits.call_depth = 500;
    if (wasm_module_decode(&config, bytes, size, &module, NULL) != 0)
        return 0;
    if (run_once(&config, module) != run_once(&config, module))
        abort();
    wasm_module_destroy(module);
    if (memory.committed != 0 || memory.allocated != 0)
        abort();
    return 0;
}
