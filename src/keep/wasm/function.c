/* SPDX-License-Identifier: Apache-2.0 */
/* function.c: host functions, and calls from the embedder into WebAssembly code. */

#include <string.h>

#include "store.h"

void wasm_function_bind(struct wasm_store *store, struct wasm_function *function, uint32_t type_id)
{
    function->store = store;
    function->type_id = type_id;
    function->type = &store->types.items[type_id]->function;
    function->parameter_slots = wasm_types_slots(function->type->parameters, function->type->parameter_count);
    function->result_slots = wasm_types_slots(function->type->results, function->type->result_count);
}

/* ---- Host functions ------------------------------------------------------------------------------------ */

/* All types that are referred to are the store's. */
bool wasm_types_known(const struct wasm_store *store, const uint32_t *types, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!wasm_store_knows_type(store, types[i]))
            return false;
    }
    return true;
}

int wasm_function_new(struct wasm_store *store, const struct wasm_function_type *type,
                      wasm_host_function *host, void *context, struct wasm_function **function)
{
    uint32_t type_id;
    if (type->parameter_count > store->config.limits.parameters ||
        type->result_count > store->config.limits.results)
        return WASM_ELIMIT;
    if (!wasm_types_known(store, type->parameters, type->parameter_count) ||
        !wasm_types_known(store, type->results, type->result_count))
        return WASM_EARGUMENT;
    struct wasm_function *made = wasm_arena_array(&store->arena, 1, sizeof(*made));
    if (made == NULL || wasm_types_import_function(&store->types, type, &type_id) != 0)
        return WASM_EMEMORY;
    wasm_function_bind(store, made, type_id);
    made->code = store->code_host;
    made->instance = &store->outside_instance;
    made->index = WASM_NO_INDEX;
    made->host = host;
    made->context = context;
    *function = made;
    return 0;
}

static uint32_t type_of_letter(char letter)
{
    switch (letter) {
    case 'i':
        return WASM_I32;
    case 'I':
        return WASM_I64;
    case 'f':
        return WASM_F32;
    case 'F':
        return WASM_F64;
    case 'v':
        return WASM_V128;
    case 'r':
        return WASM_FUNCREF;
    case 'e':
        return WASM_EXTERNREF;
    default:
        return 0;
    }
}

#define SIGNATURE_MOST 32u

int wasm_function_new_signature(struct wasm_store *store, const char *signature, wasm_host_function *host,
                                void *context, struct wasm_function **function)
{
    uint32_t types[SIGNATURE_MOST];
    uint32_t count = 0;
    uint32_t parameters = UINT32_MAX;
    for (; *signature != 0; signature++) {
        if (*signature == ':' && parameters == UINT32_MAX) {
            parameters = count;
            continue;
        }
        uint32_t type = type_of_letter(*signature);
        if (type == 0 || count == SIGNATURE_MOST)
            return WASM_EARGUMENT;
        types[count++] = type;
    }
    if (parameters == UINT32_MAX)
        return WASM_EARGUMENT;
    const struct wasm_function_type type = {types, types + parameters, parameters, count - parameters};
    return wasm_function_new(store, &type, host, context, function);
}

struct wasm_store *wasm_function_store(const struct wasm_function *function)
{
    return function->store;
}

struct wasm_function_type wasm_function_type(const struct wasm_function *function)
{
    return *function->type;
}

int wasm_host_call(struct wasm_store *store, struct wasm_frame *frame, union wasm_value *fp)
{
    const struct wasm_function *function = frame[-1].function;
    struct wasm_instance *caller = frame[-2].function->instance;
    size_t needed = (size_t)function->parameter_slots + function->result_slots;
    store->record_is_inner = false;
    if ((size_t)(store->stack_end - fp) < needed)
        return WASM_TRAP_STACK_EXHAUSTED;
    union wasm_value *results = fp + function->parameter_slots;
    if (function->result_slots > 0)
        memset(results, 0, function->result_slots * sizeof(*results));
    union wasm_value *top = store->top;
    store->top = fp + needed;
    store->frame_top = frame;
    int trap =
        function->host(function->context, caller == &store->outside_instance ? NULL : caller, fp, results);
    store->top = top;
    if (trap == 0) {
        store->record_is_inner = false;
        store->exception = NULL;
    }
    if (trap == 0 && function->result_slots > 0)
        memmove(fp, results, function->result_slots * sizeof(*results));
    return trap;
}

/* ---- Calls from the embedder --------------------------------------------------------------------------- */

/* Runs with the arguments at store->top, where the results are afterwards. */
static int run(struct wasm_store *store, struct wasm_function *function)
{
    const union wasm_cell *handlers = wasm_interpreter_handlers();
    const union wasm_cell cells[4] = {
        handlers[OP_call], {.function = function}, {.bits = 0}, handlers[OP_exit]};
    struct wasm_frame *base = store->frame_top;
    struct wasm_memory *memory = function->instance->memory;
    *base = (struct wasm_frame){.fp = store->top, .function = &store->outside};
    int trap = wasm_interpreter_run(store, cells, store->top, memory, base + 1);
    if (trap != 0 && !(store->record_is_inner && store->record.trap == trap))
        wasm_trap_record_fill(store, trap, base + 1);
    store->record_is_inner = trap != 0;
    store->frame_top = base;
    return trap;
}

int wasm_function_call(struct wasm_function *function, const union wasm_value *args,
                       union wasm_value *results)
{
    struct wasm_store *store = function->store;
    union wasm_value *top = store->top;
    size_t room = (size_t)(store->stack_end - top);
    if (store->host_depth >= store->config.limits.host_depth || store->frame_top >= store->frames_end ||
        function->parameter_slots > room || function->result_slots > room) {
        store->record = (struct wasm_trap_record){.trap = WASM_TRAP_STACK_EXHAUSTED};
        store->record_is_inner = true;
        return WASM_TRAP_STACK_EXHAUSTED;
    }
    if (function->parameter_slots > 0)
        memcpy(top, args, function->parameter_slots * sizeof(*top));
    if (store->host_depth == 0)
        store->exception = NULL;
    store->host_depth++;
    int trap = run(store, function);
    store->host_depth--;
    store->top = top;
    if (trap == 0 && function->result_slots > 0)
        memcpy(results, top, function->result_slots * sizeof(*top));
    return trap;
}
