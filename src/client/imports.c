/* SPDX-License-Identifier: Apache-2.0 */
/* The module and its imports, checked before a Keep is made: with the Keep's own decoder, and against the
 * Keep's own table of WASI functions, so that both sides cannot disagree. */
#include <stdio.h>
#include <stdlib.h>

#include "../keep/wasm/wasm.h"
#include "package.h"

enum { LISTED_MAX = 12 };

static const char wasi_module[] = "wasi_snapshot_preview1";

static const struct {
    const char *name, *signature;
} wasi_functions[] = {
#define F(name, signature) {#name, signature},
#include "../keep/wasi/functions.def"
#undef F
};

/* Imports of other worlds, and what to do about each. */
static const struct {
    const char *module, *advice;
} worlds[] = {
    {"wasi_unstable", "was preview 1's draft: rebuild for wasm32-wasip1"},
    {"wasi:", "is WASI 0.2 or later: build for wasm32-wasip1"},
    {"env",
     "is filled by a JavaScript host or left by the linker: link the missing functions in, or build for "
     "wasm32-wasip1"},
    {"wasi_snapshot_preview1", "is no function of WASI preview 1"},
    {"wasi_nn", "is a proposal that this version does not have"},
    {"wasi", "is no part of WASI preview 1: threads need another target"},
    {"wbg", "is wasm-bindgen's, for browsers: build for wasm32-wasip1"},
    {"__wbindgen", "is wasm-bindgen's, for browsers: build for wasm32-wasip1"},
    {"go", "is Go's for JavaScript: build with GOOS=wasip1"},
    {"gojs", "is Go's for JavaScript: build with GOOS=wasip1"},
};

/* ---- memory of the host for the decoder ---- */

static void *take(void *context, size_t size)
{
    (void)context;
    void *memory = aligned_alloc(WASM_OS_PAGE, size);
    if (memory)
        memset(memory, 0, size);
    return memory;
}

static void give(void *context, void *memory, size_t size)
{
    (void)context, (void)size;
    free(memory);
}

static int commit(void *context, void *memory, size_t size)
{
    (void)context;
    memset(memory, 0, size);
    return 0;
}

static void decommit(void *context, void *memory, size_t size)
{
    (void)context, (void)memory, (void)size;
}

/* ---- imports ---- */

static char letter_of(uint32_t type)
{
    return type == WASM_I32   ? 'i'
           : type == WASM_I64 ? 'I'
           : type == WASM_F32 ? 'f'
           : type == WASM_F64 ? 'F'
                              : '?';
}

/* "ii:i" of functions.def against a type. */
static bool signature_is(const struct wasm_function_type *type, const char *signature)
{
    for (uint32_t i = 0; i < type->parameter_count; i++)
        if (*signature == ':' || *signature++ != letter_of(type->parameters[i]))
            return false;
    if (*signature++ != ':')
        return false;
    for (uint32_t i = 0; i < type->result_count; i++)
        if (!*signature || *signature++ != letter_of(type->results[i]))
            return false;
    return *signature == 0;
}

static bool name_is(struct wasm_name name, const char *text)
{
    return name.size == strlen(text) && memcmp(name.bytes, text, name.size) == 0;
}

/* NULL if this version has it; else why not. */
static const char *missing(const struct wasm_import *import)
{
    bool wasi = name_is(import->module, wasi_module);
    if (wasi && import->type.kind != WASM_EXTERN_FUNCTION)
        return "WASI gives functions only";
    for (size_t i = 0; wasi && i < sizeof wasi_functions / sizeof wasi_functions[0]; i++)
        if (name_is(import->name, wasi_functions[i].name))
            return signature_is(&import->type.function, wasi_functions[i].signature)
                       ? NULL
                       : "has another type in WASI preview 1";
    for (size_t i = 0; i < sizeof worlds / sizeof worlds[0]; i++) {
        size_t size = strlen(worlds[i].module);
        bool prefix = worlds[i].module[size - 1] == ':' || strcmp(worlds[i].module, "__wbindgen") == 0;
        if (import->module.size >= size && memcmp(import->module.bytes, worlds[i].module, size) == 0 &&
            (prefix || import->module.size == size))
            return worlds[i].advice;
    }
    return "is known to no version: only wasi_snapshot_preview1 is offered";
}

static void append_name(struct buffer *list, struct wasm_name name)
{
    for (size_t i = 0; i < name.size && i < 60; i++)
        buffer_printf(list, "%c", name.bytes[i] >= ' ' && name.bytes[i] <= '~' ? name.bytes[i] : '?');
}

static int check_imports(const struct wasm_module *module, struct casemate_error *err)
{
    struct buffer list = {0};
    uint32_t count = wasm_module_import_count(module), absent = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct wasm_import import;
        wasm_module_import(module, i, &import);
        const char *why = missing(&import);
        if (!why || ++absent > LISTED_MAX)
            continue;
        buffer_append_text(&list, absent > 1 ? "; " : "");
        append_name(&list, import.module);
        buffer_append_text(&list, ".");
        append_name(&list, import.name);
        buffer_printf(&list, " %s", why);
    }
    if (absent > LISTED_MAX)
        buffer_printf(&list, "; and %u more", absent - LISTED_MAX);
    if (absent == 0)
        return 0;
    (void)casemate_fail(err, E_IMPORTS, "The module imports %u thing%s that this version does not offer: %s",
                        absent, absent == 1 ? "" : "s", buffer_text(&list));
    buffer_free(&list);
    return casemate_next(err,
                         "Build it for wasm32-wasip1 (clang --target=wasm32-wasi, Rust wasm32-wasip1, TinyGo "
                         "-target=wasi).");
}

/* A program is started by its export _start (WASI application ABI). */
static int check_start(const struct wasm_module *module, struct casemate_error *err)
{
    struct wasm_export start;
    if (wasm_module_find_export(module, wasm_name_of("_start"), &start) &&
        start.type.kind == WASM_EXTERN_FUNCTION && start.type.function.parameter_count == 0 &&
        start.type.function.result_count == 0)
        return 0;
    (void)casemate_fail_expected(err, E_MODULE, "an exported function _start without parameters", "none",
                                 "The module is a library, not a program");
    return casemate_next(
        err,
        "Link it as a command: with a main function, without -mexec-model=reactor or --no-entry; or call one "
        "of its functions with --invoke.");
}

static int not_valid(const struct casemate_package *p, const struct wasm_error *e, struct casemate_error *err)
{
    bool wasm = p->module.size >= 4 && memcmp(p->module.data, "\0asm", 4) == 0;
    bool component = wasm && p->module.size >= 8 && p->module.data[6] == 1;
    if (component) {
        (void)casemate_fail(err, E_MODULE,
                            "The file is a WebAssembly component; this version runs core modules");
        return casemate_next(err, "Build it for wasm32-wasip1 instead of wasm32-wasip2.");
    }
    if (!wasm)
        return casemate_fail_expected(err, E_MODULE, "WebAssembly (00 61 73 6d)", "another kind of file",
                                      "%s is no WebAssembly module", p->name);
    if (e->code == WASM_EMEMORY)
        return casemate_fail(err, E_NOMEM, "No memory to check %s", p->name);
    return casemate_fail(err, e->code == WASM_ELIMIT ? E_LIMIT : E_MODULE,
                         "%s is no valid module: %s (%s%soffset %llu)", p->name, e->message,
                         e->section ? e->section : "", e->section ? " section, " : "",
                         (unsigned long long)e->offset);
}

int32_t casemate_package_check(casemate_package *p, casemate_error *err)
{
    static const struct wasm_memory_ops memory = {.reserve = take,
                                                  .commit = commit,
                                                  .decommit = decommit,
                                                  .release = give,
                                                  .allocate = take,
                                                  .free = give};
    struct wasm_config config;
    struct wasm_module *module;
    struct wasm_error e = {0};
    wasm_config_default(&config, &memory);
    package_features(p, &config.features);
    if (wasm_module_decode(&config, p->module.data, p->module.size, &module, &e) < 0)
        return not_valid(p, &e, err);
    int result = check_imports(module, err);
    if (result == 0)
        result = p->entry ? package_check_entry(p, module, err) : check_start(module, err);
    wasm_module_destroy(module);
    return result;
}
