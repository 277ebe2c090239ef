/* SPDX-License-Identifier: Apache-2.0 */
/* WASI of one program: making and ending it, the table of functions, and the one way in from the engine. */
#include "internal.h"

#include <stdlib.h>

static const struct wasi_function functions[WASI_FUNCTION_COUNT] = {
#define F(name, signature) {#name, signature, wasi_##name},
#include "functions.def"
#undef F
};

/* ---- strings ---- */

static int strings_copy(struct strings *to, const struct span *list, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        if (size_add(size, list[i].size, &size) || size_add(size, 1, &size))
            return KEEP_ESIZE;
    if (size > UINT32_MAX || count > UINT32_MAX / 4)
        return KEEP_ESIZE;
    to->bytes = calloc(1, size ? size : 1);
    if (!to->bytes)
        return KEEP_ENOMEM;
    uint8_t *at = to->bytes;
    for (size_t i = 0; i < count; i++) {
        if (list[i].size && memchr(list[i].data, 0, list[i].size))
            return KEEP_EFORMAT;
        if (list[i].size)
            memcpy(at, list[i].data, list[i].size);
        at += list[i].size + 1;
    }
    to->size = size;
    to->count = count;
    return 0;
}

static void strings_free(struct strings *strings)
{
    if (strings->bytes)
        bytes_wipe(strings->bytes, strings->size);
    free(strings->bytes);
}

/* ---- making and ending ---- */

static void open_stdio(struct wasi *wasi)
{
    wasi->descriptor[0] = (struct descriptor){.kind = DESCRIPTOR_STDIN, .rights = RIGHTS_STDIN};
    for (unsigned stream = 1; stream <= 2; stream++)
        wasi->descriptor[stream] =
            (struct descriptor){.kind = DESCRIPTOR_OUTPUT, .stream = stream, .rights = RIGHTS_OUTPUT};
}

static int open_preopen(struct wasi *wasi, struct span path)
{
    struct file_node *node;
    int error = files_place_directory(wasi->files, path, &node);
    if (error)
        return error == FILES_NO_SPACE ? KEEP_ENOMEM : KEEP_EFORMAT;
    uint32_t fd;
    if (descriptor_allocate(wasi, &fd))
        return KEEP_ESIZE;
    uint8_t *name = malloc(path.size);
    if (!name)
        return KEEP_ENOMEM;
    memcpy(name, path.data, path.size);
    file_retain(node);
    wasi->descriptor[fd] = (struct descriptor){
        .kind = DESCRIPTOR_DIRECTORY,
        .rights = RIGHTS_DIRECTORY,
        .inheriting = RIGHTS_ALL,
        .node = node,
        .preopen = name,
        .preopen_size = path.size,
    };
    return 0;
}

static int open_preopens(struct wasi *wasi, const struct wasi_config *config)
{
    if (config->preopen_count > WASI_PREOPENS_MAX)
        return KEEP_ESIZE;
    for (size_t i = 0; i < config->preopen_count; i++) {
        int error = open_preopen(wasi, config->preopens[i]);
        if (error)
            return error;
    }
    return 0;
}

int wasi_new(const struct wasi_config *config, const struct wasi_host *host, struct wasi **out)
{
    struct wasi *wasi = calloc(1, sizeof *wasi);
    if (!wasi)
        return KEEP_ENOMEM;
    wasi->host = *host;
    wasi->files = config->files;
    wasi->time_floor = config->time_floor;
    for (size_t i = 0; i < WASI_FUNCTION_COUNT; i++)
        wasi->binding[i] = (struct wasi_binding){wasi, &functions[i]};
    open_stdio(wasi);
    int error = strings_copy(&wasi->args, config->args, config->arg_count);
    if (!error)
        error = strings_copy(&wasi->env, config->env, config->env_count);
    if (!error)
        error = open_preopens(wasi, config);
    if (error) {
        wasi_free(wasi);
        return error;
    }
    wasi->monotonic_start = clock_monotonic(wasi);
    *out = wasi;
    return 0;
}

void wasi_free(struct wasi *wasi)
{
    if (!wasi)
        return;
    for (size_t i = 0; i < WASI_DESCRIPTORS_MAX; i++)
        descriptor_close(&wasi->descriptor[i]);
    strings_free(&wasi->args);
    strings_free(&wasi->env);
    free(wasi);
}

bool wasi_exit_code(const struct wasi *wasi, uint32_t *code)
{
    *code = wasi->exit_code;
    return wasi->exited;
}

int wasi_stop_reason(const struct wasi *wasi)
{
    return wasi->stop_reason;
}

/* ---- from the engine ---- */

/* FROM: the program; every argument is hostile. */
static int enter(void *context, struct wasm_instance *caller, const union wasm_value *args,
                 union wasm_value *results)
{
    const struct wasi_binding *binding = context;
    struct wasi *wasi = binding->wasi;
    struct call call = {.wasi = wasi, .memory = caller ? wasm_instance_memory(caller) : NULL, .args = args};
    uint32_t answer = binding->function->handler(&call);
    if (call.stop) {
        if (wasi->exited)
            return WASI_TRAP_EXIT;
        wasi->stop_reason = call.stop;
        return WASI_TRAP_STOPPED;
    }
    results[0].i32 = answer;
    return 0;
}

void wasi_bind(struct wasi *wasi, struct wasm_store *store)
{
    wasi->store = store;
}

bool wasi_resolve(void *context, const struct wasm_import *import, struct wasm_extern *out)
{
    struct wasi *wasi = context;
    if (import->type.kind != WASM_EXTERN_FUNCTION ||
        !wasm_name_equal(import->module, wasm_name_of(WASI_MODULE)))
        return false;
    for (size_t i = 0; i < WASI_FUNCTION_COUNT; i++) {
        if (!wasm_name_equal(import->name, wasm_name_of(functions[i].name)))
            continue;
        out->kind = WASM_EXTERN_FUNCTION;
        return wasm_function_new_signature(wasi->store, functions[i].signature, enter, &wasi->binding[i],
                                           &out->function) == 0;
    }
    return false;
}

uint32_t call_poll(struct call *call)
{
    int error = call->wasi->host.poll(call->wasi->host.context);
    if (error)
        call->stop = error;
    return ERRNO_SUCCESS;
}
