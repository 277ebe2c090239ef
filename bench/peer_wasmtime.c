/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a WASI program in Wasmtime's shared library, as its own command line would: `peer_wasmtime LIB FILE`.
 * The few entries of its C API that this needs are declared here (wasmtime.h, wasi.h of version 50), so that
 * the bench needs no header of it. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct bytes {
    size_t size;
    char *data;
};
struct function {
    uint64_t store_id;
    void *private_data;
};

static void *library;

static void *need(const char *name)
{
    void *symbol = dlsym(library, name);
    if (symbol == NULL) {
        fprintf(stderr, "peer_wasmtime: the library has no %s\n", name);
        exit(2);
    }
    return symbol;
}

static void check(void *error, const char *what)
{
    int status = 0;
    if (error == NULL)
        return;
    bool (*exit_status)(const void *, int *) =
        (bool (*)(const void *, int *))need("wasmtime_error_exit_status");
    if (exit_status(error, &status))
        exit(status);
    fprintf(stderr, "peer_wasmtime: %s failed\n", what);
    exit(2);
}

static struct bytes read_file(const char *path)
{
    struct bytes file = {0, NULL};
    FILE *f = fopen(path, "rb");
    if (f == NULL || fseek(f, 0, SEEK_END) != 0)
        exit(2);
    file.size = (size_t)ftell(f);
    file.data = malloc(file.size + 1);
    rewind(f);
    if (file.data == NULL || fread(file.data, 1, file.size, f) != file.size)
        exit(2);
    fclose(f);
    return file;
}

int main(int argc, char **argv)
{
    if (argc != 3 || (library = dlopen(argv[1], RTLD_NOW)) == NULL)
        return 2;
    struct bytes wasm = read_file(argv[2]);
    void *(*engine_new)(void) = (void *(*)(void))need("wasm_engine_new");
    void *(*store_new)(void *, void *, void *) =
        (void *(*)(void *, void *, void *))need("wasmtime_store_new");
    void *(*store_context)(void *) = (void *(*)(void *))need("wasmtime_store_context");
    void *(*module_new)(void *, const char *, size_t, void **) =
        (void *(*)(void *, const char *, size_t, void **))need("wasmtime_module_new");
    void *(*linker_new)(void *) = (void *(*)(void *))need("wasmtime_linker_new");
    void *(*define_wasi)(void *) = (void *(*)(void *))need("wasmtime_linker_define_wasi");
    void *(*wasi_new)(void) = (void *(*)(void))need("wasi_config_new");
    void (*inherit_stdout)(void *) = (void (*)(void *))need("wasi_config_inherit_stdout");
    void *(*set_wasi)(void *, void *) = (void *(*)(void *, void *))need("wasmtime_context_set_wasi");
    void *(*add_module)(void *, void *, const char *, size_t, void *) =
        (void *(*)(void *, void *, const char *, size_t, void *))need("wasmtime_linker_module");
    void *(*get_default)(void *, void *, const char *, size_t, struct function *) =
        (void *(*)(void *, void *, const char *, size_t, struct function *))need(
            "wasmtime_linker_get_default");
    void *(*call)(void *, struct function *, void *, size_t, void *, size_t, void **) =
        (void *(*)(void *, struct function *, void *, size_t, void *, size_t, void **))need(
            "wasmtime_func_call");

    void *engine = engine_new(), *module = NULL, *trap = NULL;
    void *context = store_context(store_new(engine, NULL, NULL));
    void *linker = linker_new(engine), *wasi = wasi_new();
    struct function start;
    check(define_wasi(linker), "define_wasi");
    inherit_stdout(wasi);
    check(set_wasi(context, wasi), "set_wasi");
    check(module_new(engine, wasm.data, wasm.size, &module), "module_new");
    check(add_module(linker, context, "", 0, module), "linker_module");
    check(get_default(linker, context, "", 0, &start), "get_default");
    check(call(context, &start, NULL, 0, NULL, 0, &trap), "call");
    return trap == NULL ? 0 : 134;
}
