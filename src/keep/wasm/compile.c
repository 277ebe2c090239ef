/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compile.c: from a validated function body to its register code, on the first call. The pass is body.c's,
 * with an instance; what it leaves in working memory is copied to the store's arena.
 */

#include "body.h"
#include "store.h"

struct wasm_compiler {
    struct wasm_body body;
    struct wasm_error error;
    int stopped; /* the code with which a poll ended the compilation */
    size_t allocated;
};

static int compiler_poll(void *context)
{
    struct wasm_store *store = context;
    store->compiler->stopped = wasm_store_poll(store);
    return store->compiler->stopped;
}

static struct wasm_compiler *compiler_of(struct wasm_store *store)
{
    if (store->compiler == NULL) {
        size_t allocated;
        struct wasm_compiler *compiler = wasm_heap_allocate(&store->heap, sizeof(*compiler), &allocated);
        if (compiler == NULL)
            return NULL;
        wasm_body_init(&compiler->body, &store->heap);
        store->heap.poll = compiler_poll;
        store->heap.poll_context = store;
        compiler->allocated = allocated;
        store->compiler = compiler;
    }
    store->compiler->body.stop_cell = WASM_NO_CELL;
    store->compiler->stopped = 0;
    store->heap.stopped = false;
    return store->compiler;
}

void wasm_compiler_destroy(struct wasm_store *store)
{
    if (store->compiler == NULL)
        return;
    wasm_body_free(&store->compiler->body);
    wasm_heap_free(&store->heap, store->compiler, store->compiler->allocated);
    store->compiler = NULL;
}

/* The body was validated before: what can fail now is memory, or a poll that stops the program. */
static int trap_of(const struct wasm_compiler *compiler)
{
    return compiler->stopped != 0 ? compiler->stopped : WASM_TRAP_OUT_OF_MEMORY;
}

/* A call costs at least what may run before the function's own first charge. */
static uint32_t cost_of(const struct wasm_body *body)
{
    uint32_t cost = body->cell_count / 2 < WASM_PATH_MOST ? body->cell_count / 2 : WASM_PATH_MOST;
    return cost + (body->local_count - body->type->parameter_count) / 8 + 1;
}

int wasm_function_compile(struct wasm_function *function)
{
    struct wasm_store *store = function->store;
    struct wasm_compiler *compiler = compiler_of(store);
    if (compiler == NULL)
        return WASM_TRAP_OUT_OF_MEMORY;
    struct wasm_body *body = &compiler->body;
    struct wasm_instance *instance = function->instance;
    if (wasm_body_pass(body, instance->module, function->index, instance, &compiler->error) != 0)
        return trap_of(compiler);
    size_t size = (size_t)body->cell_count * sizeof(union wasm_cell);
    struct wasm_code *code = wasm_arena_array(&store->arena, 1, sizeof(*code) + size);
    if (code == NULL)
        return WASM_TRAP_OUT_OF_MEMORY;
    code->frame_size = body->frame_slots * (uint32_t)sizeof(union wasm_value);
    code->parameter_slots = wasm_types_slots(body->type->parameters, body->type->parameter_count);
    code->zero_slots = body->local_slots - code->parameter_slots;
    code->cost = cost_of(body);
    code->cell_count = body->cell_count;
    wasm_heap_copy(&store->heap, code->cells, body->cells, size);
    if (!wasm_emit_regions(body, &store->arena, &code->regions))
        return WASM_TRAP_OUT_OF_MEMORY;
    function->code = code;
    return store->heap.stopped ? trap_of(compiler) : 0;
}

/* Emitting is deterministic: the pass is made again up to the instruction that reaches the cell. */
const struct wasm_body *wasm_compiler_constant(const struct wasm_store *store)
{
    const struct wasm_compiler *compiler = store->compiler;
    return compiler != NULL && compiler->body.constant ? &compiler->body : NULL;
}

uint64_t wasm_function_offset_of(struct wasm_function *function, uint32_t cell)
{
    struct wasm_store *store = function->store;
    struct wasm_compiler *compiler = compiler_of(store);
    if (compiler == NULL)
        return 0;
    struct wasm_body *body = &compiler->body;
    body->stop_cell = cell;
    store->heap.poll = NULL;
    int status = wasm_body_pass(body, function->instance->module, function->index, function->instance,
                                &compiler->error);
    store->heap.poll = compiler_poll;
    body->stop_cell = WASM_NO_CELL;
    return status == 0 ? body->instruction : 0;
}

int wasm_constant_evaluate(struct wasm_instance *instance, uint64_t offset, uint32_t type,
                           union wasm_value *value, uint64_t *end)
{
    struct wasm_compiler *compiler = compiler_of(instance->store);
    if (compiler == NULL)
        return WASM_EMEMORY;
    const struct wasm_module *module = instance->module;
    struct wasm_reader reader = {module->bytes, module->bytes + offset, module->bytes + module->size, NULL};
    struct wasm_body *body = &compiler->body;
    body->module = module;
    body->instance = instance;
    body->error = &compiler->error;
    body->declaring = NULL;
    body->constant_globals = module->global_count;
    body->constant_status = 0;
    if (wasm_body_constant(body, &reader, type) != 0)
        return body->constant_status != 0 ? body->constant_status
               : compiler->stopped != 0   ? compiler->stopped
                                          : WASM_EMEMORY;
    wasm_operand_constant(type, body->constant_value, value);
    *end = wasm_reader_offset(&reader);
    return 0;
}
