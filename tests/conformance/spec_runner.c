/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the WebAssembly specification's test suite, converted to JSON and modules (wast2json's schema or the
 * plainer one):
 *
 *     spec_runner [--version N] [--feature NAME=on|off]... [--gc-stress N] LABEL FILE.json...
 *
 * Each file has a store of its own, and a line of TAP; failures are printed with their line in the suite. The
 * last line is `LABEL: N passed, N failed`, which counts the assertions on modules in binary form. Assertions
 * on the text format are counted apart: the engine reads no text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../support/host_memory.h"
#include "spec_values.h"

#define MOST_VALUES 64

struct loaded {
    struct loaded *next;
    struct wasm_module *module;
    struct wasm_instance *instance; /* NULL: only a definition */
    uint8_t *bytes;
    char *name;
};

struct registered {
    struct registered *next;
    const json_t *name;
    struct wasm_instance *instance;
};

/* One JSON file being run. */
struct run {
    const char *file;
    char folder[512];
    int line;
    struct wasm_store *store;
    struct loaded *modules;
    struct loaded *current;
    struct registered *registered;
    struct wasm_extern spectest[16];
};

static struct wasm_config config;
static struct host_memory host;
static unsigned long passed, failed, text_only;

static void complain(const struct run *run, const char *type, const char *why)
{
    failed++;
    printf("# %s:%d: %s: %s\n", run->file, run->line, type, why);
}

static struct wasm_name name_of(const json_t *json)
{
    return (struct wasm_name){(const uint8_t *)json_string_value(json), json_string_length(json)};
}

static const char *string_of(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    return text == NULL ? "" : text;
}

/* ---- The host module `spectest` ------------------------------------------------------------------------ */

static const char *const spectest_names[] = {
    "print",         "print_i32",     "print_i64",  "print_f32",  "print_f64",
    "print_i32_f32", "print_f64_f64", "global_i32", "global_i64", "global_f32",
    "global_f64",    "table",         "table64",    "memory",     "shared_memory",
};
static const char *const spectest_signatures[] = {":", "i:", "I:", "f:", "F:", "if:", "FF:"};
#define SPECTEST_FUNCTIONS 7
#define SPECTEST_GLOBALS   4

static int print_nothing(void *context, struct wasm_instance *caller, const union wasm_value *args,
                         union wasm_value *results)
{
    (void)context;
    (void)caller;
    (void)args;
    (void)results;
    return 0;
}

static void make_spectest(struct run *run)
{
    struct wasm_extern *out = run->spectest;
    const struct wasm_global_type types[] = {
        {WASM_I32, false}, {WASM_I64, false}, {WASM_F32, false}, {WASM_F64, false}};
    union wasm_value values[SPECTEST_GLOBALS] = {{.i64 = 666}, {.i64 = 666}, {.i64 = 0}, {.f64 = 666.6}};
    values[2].f32 = 666.6f;
    int status = 0;
    for (int i = 0; i < SPECTEST_FUNCTIONS; i++, out++) {
        out->kind = WASM_EXTERN_FUNCTION;
        status |= wasm_function_new_signature(run->store, spectest_signatures[i], print_nothing, NULL,
                                              &out->function);
    }
    for (int i = 0; i < SPECTEST_GLOBALS; i++, out++) {
        out->kind = WASM_EXTERN_GLOBAL;
        status |= wasm_global_new(run->store, &types[i], &values[i], &out->global);
    }
    out->kind = WASM_EXTERN_TABLE;
    struct wasm_table_type table = {.element = WASM_FUNCREF, .range = {10, 20, true}};
    status |= wasm_table_new(run->store, &table, &out->table);
    out++;
    out->kind = WASM_EXTERN_TABLE;
    table.address64 = true;
    status |= wasm_table_new(run->store, &table, &out->table);
    out++;
    out->kind = WASM_EXTERN_MEMORY;
    struct wasm_memory_type memory = {.range = {1, 2, true}};
    status |= wasm_memory_new(run->store, &memory, &out->memory);
    out++;
    out->kind = WASM_EXTERN_MEMORY;
    memory.shared = true;
    status |= wasm_memory_new(run->store, &memory, &out->memory);
    if (status != 0) {
        fprintf(stderr, "spec_runner: no memory for the spectest module\n");
        exit(2);
    }
}

static bool resolve(void *context, const struct wasm_import *import, struct wasm_extern *out)
{
    struct run *run = context;
    for (struct registered *item = run->registered; item != NULL; item = item->next) {
        if (wasm_name_equal(name_of(item->name), import->module))
            return wasm_instance_export(item->instance, import->name, out);
    }
    if (!wasm_name_equal(import->module, wasm_name_of("spectest")))
        return false;
    for (size_t i = 0; i < sizeof(spectest_names) / sizeof(spectest_names[0]); i++) {
        if (wasm_name_equal(import->name, wasm_name_of(spectest_names[i]))) {
            *out = run->spectest[i];
            return true;
        }
    }
    return false;
}

/* ---- Modules ------------------------------------------------------------------------------------------- */

static uint8_t *read_file(const struct run *run, const char *name, size_t *size)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s%s", run->folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "spec_runner: cannot read %s\n", path);
        exit(2);
    }
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    /* exactly the size, so that a sanitizer sees any byte read beyond it */
    uint8_t *bytes = malloc(*size + (*size == 0));
    if (bytes == NULL || fread(bytes, 1, *size, file) != *size)
        exit(2);
    fclose(file);
    return bytes;
}

/* Decodes the module of a command; NULL if it is rejected. */
static struct loaded *load(struct run *run, const json_t *command, struct wasm_error *error)
{
    struct loaded *loaded = calloc(1, sizeof(*loaded));
    size_t size;
    if (loaded == NULL)
        exit(2);
    loaded->bytes = read_file(run, string_of(command, "filename"), &size);
    if (wasm_module_decode(&config, loaded->bytes, size, &loaded->module, error) != 0) {
        free(loaded->bytes);
        free(loaded);
        return NULL;
    }
    loaded->next = run->modules;
    run->modules = loaded;
    return loaded;
}

static void keep_name(struct loaded *loaded, const char *name)
{
    free(loaded->name);
    loaded->name = *name == 0 ? NULL : strdup(name);
}

static struct loaded *find(struct run *run, const char *name)
{
    for (struct loaded *loaded = run->modules; *name != 0 && loaded != NULL; loaded = loaded->next) {
        if (loaded->name != NULL && strcmp(loaded->name, name) == 0)
            return loaded;
    }
    return *name == 0 ? run->current : NULL;
}

static void do_module(struct run *run, const json_t *command, const char *type)
{
    struct wasm_error error = {0};
    struct loaded *loaded = load(run, command, &error);
    if (loaded == NULL) {
        complain(run, type, error.message);
        run->current = NULL;
        return;
    }
    keep_name(loaded, string_of(command, "name"));
    if (strcmp(type, "module_definition") == 0)
        return;
    int status = wasm_instance_new(run->store, loaded->module, resolve, run, &loaded->instance, &error);
    if (status != 0)
        complain(run, type, status > 0 ? wasm_trap_message(status) : error.message);
    run->current = loaded;
}

static void do_module_instance(struct run *run, const json_t *command)
{
    struct wasm_error error = {0};
    const char *module = string_of(command, "module");
    struct loaded *definition = *module == 0 ? run->modules : find(run, module);
    struct loaded *loaded = calloc(1, sizeof(*loaded));
    if (loaded == NULL)
        exit(2);
    if (definition == NULL ||
        wasm_instance_new(run->store, definition->module, resolve, run, &loaded->instance, &error) != 0) {
        complain(run, "module_instance", error.message);
        free(loaded);
        return;
    }
    keep_name(loaded, string_of(command, "instance"));
    loaded->next = run->modules;
    run->modules = loaded;
    run->current = loaded;
}

static void do_register(struct run *run, const json_t *command)
{
    struct loaded *loaded = find(run, string_of(command, "name"));
    struct registered *item = calloc(1, sizeof(*item));
    if (item == NULL)
        exit(2);
    if (loaded == NULL || loaded->instance == NULL) {
        complain(run, "register", "no such instance");
        free(item);
        return;
    }
    item->name = json_object_get(command, "as");
    item->instance = loaded->instance;
    item->next = run->registered;
    run->registered = item;
}

/* ---- Actions ------------------------------------------------------------------------------------------- */

struct outcome {
    int status;
    const char *problem; /* the action could not be tried */
    uint32_t count;
    uint32_t types[MOST_VALUES];
    union wasm_value values[2 * MOST_VALUES]; /* a v128 takes two */
};

static void invoke(struct outcome *out, struct wasm_function *function, const json_t *args)
{
    struct wasm_function_type type = wasm_function_type(function);
    union wasm_value values[2 * MOST_VALUES];
    uint32_t slots = 0;
    if (type.parameter_count != json_array_size(args) || type.parameter_count > MOST_VALUES ||
        type.result_count > MOST_VALUES) {
        out->problem = "wrong number of arguments";
        return;
    }
    for (uint32_t i = 0; i < type.parameter_count; i++) {
        uint32_t taken =
            spec_value_parse(wasm_function_store(function), json_array_get(args, i), &values[slots]);
        if (taken != wasm_value_slots(type.parameters[i])) {
            out->problem = "argument of an unknown kind, or of another type";
            return;
        }
        slots += taken;
    }
    out->status = wasm_function_call(function, values, out->values);
    out->count = type.result_count;
    memcpy(out->types, type.results, type.result_count * sizeof(uint32_t));
}

static struct outcome act(struct run *run, const json_t *action)
{
    struct outcome out = {0};
    struct loaded *loaded = find(run, string_of(action, "module"));
    struct wasm_extern item;
    if (loaded == NULL || loaded->instance == NULL) {
        out.problem = "no such instance";
    } else if (!wasm_instance_export(loaded->instance, name_of(json_object_get(action, "field")), &item)) {
        out.problem = "no such export";
    } else if (item.kind == WASM_EXTERN_GLOBAL) {
        out.count = 1;
        out.types[0] = wasm_global_type(item.global).value;
        wasm_global_get(item.global, out.values);
    } else if (item.kind == WASM_EXTERN_FUNCTION) {
        invoke(&out, item.function, json_object_get(action, "args"));
    } else {
        out.problem = "the export is neither function nor global";
    }
    return out;
}

static const char *status_text(int status, const struct wasm_error *error)
{
    return status > 0 ? wasm_trap_message(status) : status == 0 ? "no error" : error->message;
}

static void assert_return(struct run *run, const json_t *command)
{
    struct outcome out = act(run, json_object_get(command, "action"));
    const json_t *expected = json_object_get(command, "expected");
    struct wasm_error none = {0};
    if (out.problem != NULL || out.status != 0) {
        complain(run, "assert_return", out.problem != NULL ? out.problem : status_text(out.status, &none));
        return;
    }
    if (out.count != json_array_size(expected)) {
        complain(run, "assert_return", "wrong number of results");
        return;
    }
    const union wasm_value *value = out.values;
    for (uint32_t i = 0; i < out.count; value += wasm_value_slots(out.types[i++])) {
        if (!spec_value_matches(run->store, json_array_get(expected, i), out.types[i], value)) {
            char text[64];
            spec_value_print(out.types[i], value, text, sizeof(text));
            complain(run, "assert_return", text);
            return;
        }
    }
    passed++;
}

/* A trap is the right one if its message begins as the suite's does, or the other way round. */
static bool same_trap(const char *message, const char *text)
{
    size_t a = strlen(message);
    size_t b = strlen(text);
    return strncmp(message, text, a < b ? a : b) == 0;
}

static void assert_trap(struct run *run, const json_t *command, const char *type)
{
    struct outcome out = act(run, json_object_get(command, "action"));
    if (out.problem != NULL)
        complain(run, type, out.problem);
    else if (out.status <= 0)
        complain(run, type, "it did not trap");
    else if (!same_trap(wasm_trap_message(out.status), string_of(command, "text")))
        complain(run, type, wasm_trap_message(out.status));
    else
        passed++;
}

static void assert_exception(struct run *run, const json_t *command)
{
    struct outcome out = act(run, json_object_get(command, "action"));
    struct wasm_tag *tag;
    const union wasm_value *values;
    if (out.problem != NULL)
        complain(run, "assert_exception", out.problem);
    else if (out.status != WASM_TRAP_UNCAUGHT_EXCEPTION || !wasm_store_exception(run->store, &tag, &values))
        complain(run, "assert_exception", "it threw nothing");
    else
        passed++;
}

static void assert_rejected(struct run *run, const json_t *command, const char *type)
{
    struct wasm_error error = {0};
    if (load(run, command, &error) != NULL)
        complain(run, type, string_of(command, "text"));
    else if (error.code != WASM_EMALFORMED && error.code != WASM_EINVALID)
        complain(run, type, error.message);
    else
        passed++;
}

/* The module decodes, but instantiating it fails: to link, or by a trap. */
static void assert_not_instantiated(struct run *run, const json_t *command, const char *type)
{
    struct wasm_error error = {0};
    struct loaded *loaded = load(run, command, &error);
    if (loaded == NULL) {
        complain(run, type, error.message);
        return;
    }
    int status = wasm_instance_new(run->store, loaded->module, resolve, run, &loaded->instance, &error);
    bool linking = strcmp(type, "assert_unlinkable") == 0;
    const char *text = string_of(command, "text");
    if (linking ? status == WASM_EUNLINKABLE : status > 0 && same_trap(wasm_trap_message(status), text))
        passed++;
    else
        complain(run, type, status_text(status, &error));
}

/* ---- Files --------------------------------------------------------------------------------------------- */

static void do_command(struct run *run, const json_t *command)
{
    const char *type = string_of(command, "type");
    run->line = (int)json_integer_value(json_object_get(command, "line"));
    if (strncmp(type, "assert_", 7) == 0 && strcmp(string_of(command, "module_type"), "text") == 0)
        text_only++;
    else if (strcmp(type, "module") == 0 || strcmp(type, "module_definition") == 0)
        do_module(run, command, type);
    else if (strcmp(type, "module_instance") == 0)
        do_module_instance(run, command);
    else if (strcmp(type, "register") == 0)
        do_register(run, command);
    else if (strcmp(type, "action") == 0) {
        struct outcome out = act(run, json_object_get(command, "action"));
        if (out.problem != NULL || out.status != 0)
            complain(run, type, out.problem != NULL ? out.problem : wasm_trap_message(out.status));
    } else if (strcmp(type, "assert_return") == 0)
        assert_return(run, command);
    else if (strcmp(type, "assert_trap") == 0 || strcmp(type, "assert_exhaustion") == 0)
        assert_trap(run, command, type);
    else if (strcmp(type, "assert_malformed") == 0 || strcmp(type, "assert_invalid") == 0)
        assert_rejected(run, command, type);
    else if (strcmp(type, "assert_unlinkable") == 0 || strcmp(type, "assert_uninstantiable") == 0)
        assert_not_instantiated(run, command, type);
    else if (strcmp(type, "assert_exception") == 0)
        assert_exception(run, command);
    else
        complain(run, type, "a command that the runner does not know");
}

static void free_run(struct run *run)
{
    wasm_store_destroy(run->store);
    while (run->modules != NULL) {
        struct loaded *loaded = run->modules;
        run->modules = loaded->next;
        wasm_module_destroy(loaded->module);
        free(loaded->bytes);
        free(loaded->name);
        free(loaded);
    }
    while (run->registered != NULL) {
        struct registered *item = run->registered;
        run->registered = item->next;
        free(item);
    }
}

/* memory.atomic.wait; no suite waits for ever. */
static int sleep_for(void *context, uint64_t nanoseconds)
{
    (void)context;
    const struct timespec time = {(time_t)(nanoseconds / 1000000000u), (long)(nanoseconds % 1000000000u)};
    return nanosleep(&time, NULL) == 0 ? 0 : WASM_TRAP_HOST;
}

static void run_file(const char *path)
{
    struct run run = {.file = path};
    const char *slash = strrchr(path, '/');
    snprintf(run.folder, sizeof(run.folder), "%.*s", slash == NULL ? 0 : (int)(slash - path + 1), path);
    json_error_t error;
    json_t *script = json_load_file(path, JSON_ALLOW_NUL, &error);
    if (script == NULL) {
        fprintf(stderr, "spec_runner: %s:%d: %s\n", path, error.line, error.text);
        exit(2);
    }
    if (wasm_store_new(&config, &run.store) != 0) {
        fprintf(stderr, "spec_runner: no memory for a store\n");
        exit(2);
    }
    wasm_store_set_wait(run.store, sleep_for, NULL);
    make_spectest(&run);
    unsigned long passed_before = passed;
    unsigned long failed_before = failed;
    const json_t *commands = json_object_get(script, "commands");
    for (size_t i = 0; i < json_array_size(commands); i++)
        do_command(&run, json_array_get(commands, i));
    free_run(&run);
    json_decref(script);
    printf("%s - %s: %lu passed, %lu failed\n", failed == failed_before ? "ok" : "not ok",
           slash == NULL ? path : slash + 1, passed - passed_before, failed - failed_before);
}

static int set_feature(const char *argument)
{
    char name[64];
    const char *equals = strchr(argument, '=');
    if (equals == NULL || (size_t)(equals - argument) >= sizeof(name))
        return -1;
    snprintf(name, sizeof(name), "%.*s", (int)(equals - argument), argument);
    bool on = strcmp(equals + 1, "on") == 0;
    return wasm_features_set(&config.features, name, on) && (on || strcmp(equals + 1, "off") == 0) ? 0 : -1;
}

int main(int argc, char **argv)
{
    host.fail_after = -1;
    const struct wasm_memory_ops ops = host_memory_ops(&host);
    wasm_config_default(&config, &ops);
    config.limits.memory_size = 1ull << 32;
    int at = 1;
    for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
        if (strcmp(argv[at], "--version") == 0 && at + 1 < argc)
            wasm_features_version(&config.features, (int)strtol(argv[++at], NULL, 10));
        else if (strcmp(argv[at], "--feature") == 0 && at + 1 < argc && set_feature(argv[at + 1]) == 0)
            at++;
        else if (strcmp(argv[at], "--gc-stress") == 0 && at + 1 < argc)
            config.gc_stress = (uint32_t)strtoul(argv[++at], NULL, 10);
        else
            break;
    }
    if (argc - at < 2 || argv[at][0] == '-') {
        fprintf(
            stderr,
            "usage: spec_runner [--version N] [--feature NAME=on|off] [--gc-stress N] LABEL FILE.json...\n");
        return 2;
    }
    for (int i = at + 1; i < argc; i++)
        run_file(argv[i]);
    if (text_only > 0)
        printf("# %lu assertions on the text format are not for an engine that reads none\n", text_only);
    if (host.committed != 0 || host.allocated != 0)
        complain(&(struct run){.file = argv[at]}, "memory", "not all of it was given back");
    printf("%s: %lu passed, %lu failed\n", argv[at], passed, failed);
    return failed != 0 || passed == 0;
}
