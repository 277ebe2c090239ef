/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs every function that a module exports and tells in text what came out: the subject of differential
 * execution (README.md has the language of its lines). Its lines are the plan of the other engines, too.
 *
 *     differential_subject --features           the names of the engine's features that it knows
 *     differential_subject --validate FILE      `module ok`, or `module error TEXT`
 *     differential_subject SEED FILE            arguments come from the seed
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tests/support/host_memory.h"

#define MOST_VALUES    32
#define MOST_FUNCTIONS 12
#define CALLS          3
#define MOST_ELEMENTS  32
#define MOST_IMPORTS   100
#define FUEL_PER_POLL  100000
#define MOST_POLLS     200
/* of a reference type, in engines that have such */
#define NON_NULL       0x100u
#define EXN            0x69u
#define NO_EXN         0x74u
#define LIMIT_CODE     (WASM_TRAP_HOST + 1)
#define MEMORY_SIZE    (512ull << 20)

struct host {
    struct run *run;
    struct wasm_function_type type;
};

/* One instance being run; host functions leave their trace here. */
struct run {
    struct wasm_store *store;
    struct wasm_instance *instance;
    struct host hosts[MOST_IMPORTS];
    uint32_t host_count;
    uint64_t host_calls;
    uint32_t host_digest;
    int polls;
};

static const char *const feature_names[] = {
    "mutable-global",
    "nontrapping-float-to-int",
    "sign-extension",
    "multi-value",
    "reference-types",
    "bulk-memory",
    "tail-call",
    "extended-const",
    "simd",
    "relaxed-simd",
    "exceptions",
    "multi-memory",
    "memory64",
    "gc",
    "function-references",
    "threads",
};

/* CRC-32 as in zlib, which the other engines' hosts have. */
static uint32_t crc32_more(uint32_t crc, const uint8_t *bytes, uint64_t size)
{
    static uint32_t table[256];
    for (uint32_t i = 0; table[255] == 0 && i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++)
            table[i] = (table[i] >> 1) ^ (table[i] & 1 ? 0xEDB88320u : 0);
    }
    crc = ~crc;
    for (uint64_t i = 0; i < size; i++)
        crc = (crc >> 8) ^ table[(crc ^ bytes[i]) & 0xFF];
    return ~crc;
}

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* ---- Values -------------------------------------------------------------------------------------------- */

static bool is_number(uint32_t type)
{
    return type == WASM_I32 || type == WASM_I64 || type == WASM_F32 || type == WASM_F64;
}

static bool is_reference(uint32_t type)
{
    return !is_number(type) && type != WASM_V128;
}

/* Whether a host of any engine can take it: none can have vectors and exceptions. */
static bool can_return(uint32_t type)
{
    return is_number(type) || (is_reference(type) && (type & 0xFFu) != EXN && (type & 0xFFu) != NO_EXN);
}

/* The same for arguments, where references are null. */
static bool can_pass(uint32_t type)
{
    return is_number(type) || (can_return(type) && (type & NON_NULL) == 0);
}

/* The bits that all engines agree on: NaNs made one, references null or not. */
static uint64_t canonical_bits(uint32_t type, union wasm_value value)
{
    if (type == WASM_I32)
        return value.i32;
    if (type == WASM_I64)
        return value.i64;
    if (type == WASM_F32)
        return (value.i32 & 0x7FFFFFFFu) > 0x7F800000u ? 0x7FC00000u : value.i32;
    if (type == WASM_F64)
        return (value.i64 & INT64_MAX) > 0x7FF0000000000000u ? 0x7FF8000000000000u : value.i64;
    return value.i64 != 0;
}

static char type_letter(uint32_t type)
{
    return type == WASM_I32     ? 'i'
           : type == WASM_I64   ? 'I'
           : type == WASM_F32   ? 'f'
           : type == WASM_F64   ? 'F'
           : is_reference(type) ? 'r'
                                : 'v';
}

static void print_value(uint32_t type, union wasm_value value)
{
    if (type == WASM_V128)
        printf(" v:?");
    else
        printf(" %c:%" PRIx64, type_letter(type), canonical_bits(type, value));
}

static union wasm_value argument(uint32_t type, uint64_t *random)
{
    static const uint64_t integers[] = {0,          1,          2,          7,          8,       31,
                                        32,         63,         64,         100,        0xFF,    0xFFFF,
                                        0x10000,    0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 20, 1u << 31,
                                        1ull << 32, INT64_MAX,  UINT64_MAX};
    static const double reals[] = {0.0,
                                   -0.0,
                                   1.0,
                                   -1.5,
                                   3e9,
                                   -3e9,
                                   1.0 / 3.0,
                                   18446744073709551616.0,
                                   1e300,
                                   4.9e-324,
                                   __builtin_inf(),
                                   __builtin_nan("")};
    union wasm_value value = {.i64 = 0};
    uint64_t choice = next_random(random);
    if (is_reference(type))
        return value;
    if (type == WASM_F32)
        value.f32 = (float)reals[choice % 12];
    else if (type == WASM_F64)
        value.f64 = reals[choice % 12];
    else
        value.i64 = choice & (1ull << 40) ? next_random(random) : integers[choice % 21];
    if (type == WASM_I32)
        value.i64 = (uint32_t)value.i64;
    return value;
}

/* ---- The host ------------------------------------------------------------------------------------------ */

static int poll(void *context)
{
    struct run *run = context;
    return ++run->polls > MOST_POLLS ? LIMIT_CODE : 0;
}

static union wasm_value host_result(uint32_t type, uint64_t call)
{
    union wasm_value value = {.i64 = 0};
    if (type == WASM_I32)
        value.i64 = (uint32_t)(call * 0x9E3779B1u);
    else if (type == WASM_I64)
        value.i64 = call * 0x9E3779B97F4A7C15u;
    else if (type == WASM_F32)
        value.f32 = (float)call + 0.5f;
    else if (type == WASM_F64)
        value.f64 = (double)call + 0.25;
    return value;
}

/* Answers with a value that the number of the call decides; what it is given goes into a digest. */
static int host_answer(void *context, struct wasm_instance *caller, const union wasm_value *args,
                       union wasm_value *results)
{
    struct host *host = context;
    struct run *run = host->run;
    (void)caller;
    run->host_calls++;
    for (uint32_t i = 0; i < host->type.parameter_count; i++) {
        uint64_t bits = canonical_bits(host->type.parameters[i], args[i]);
        uint8_t bytes[8];
        for (int at = 0; at < 8; at++)
            bytes[at] = (uint8_t)(bits >> (8 * at));
        run->host_digest = crc32_more(run->host_digest, bytes, sizeof(bytes));
    }
    for (uint32_t i = 0; i < host->type.result_count; i++)
        results[i] = host_result(host->type.results[i], run->host_calls);
    return 0;
}

/* What imports.wat declares. */
static bool resolve(void *context, const struct wasm_import *import, struct wasm_extern *out)
{
    struct run *run = context;
    union wasm_value value[2] = {{.i64 = 0}};
    out->kind = import->type.kind;
    switch (import->type.kind) {
    case WASM_EXTERN_FUNCTION: {
        if (run->host_count == MOST_IMPORTS)
            return false;
        struct host *host = &run->hosts[run->host_count++];
        *host = (struct host){run, import->type.function};
        return wasm_function_new(run->store, &host->type, host_answer, host, &out->function) == 0;
    }
    case WASM_EXTERN_TABLE:
        return wasm_table_new(run->store, &import->type.table, &out->table) == 0;
    case WASM_EXTERN_MEMORY:
        return wasm_memory_new(run->store, &import->type.memory, &out->memory) == 0;
    case WASM_EXTERN_GLOBAL:
        value[0] = host_result(import->type.global.value, 3);
        return wasm_global_new(run->store, &import->type.global, value, &out->global) == 0;
    default:
        return false;
    }
}

/* ---- Running ------------------------------------------------------------------------------------------- */

static void print_status(int status)
{
    if (status == LIMIT_CODE)
        printf(" limit");
    else if (status > 0)
        printf(" trap %s", wasm_trap_message(status));
    else
        printf(" limit (error %d)", status);
}

/* What can be seen from outside afterwards. */
static void print_state(const struct run *run, const struct wasm_module *module)
{
    for (uint32_t i = 0; i < wasm_module_export_count(module); i++) {
        struct wasm_export export;
        struct wasm_extern item;
        union wasm_value value[2] = {{.i64 = 0}};
        wasm_module_export(module, i, &export);
        if (!wasm_instance_export(run->instance, export.name, &item))
            abort();
        if (item.kind == WASM_EXTERN_GLOBAL && can_return(wasm_global_type(item.global).value)) {
            wasm_global_get(item.global, value);
            printf("global %" PRIu32 " =", i);
            print_value(wasm_global_type(item.global).value, value[0]);
            printf("\n");
        } else if (item.kind == WASM_EXTERN_MEMORY) {
            uint64_t size = wasm_memory_size(item.memory);
            printf("memory %" PRIu32 " = %" PRIu64 " %08" PRIx32 "\n", i, size,
                   crc32_more(0, wasm_memory_span(item.memory, 0, size), size));
        } else if (item.kind == WASM_EXTERN_TABLE && can_return(wasm_table_type(item.table).element)) {
            printf("table %" PRIu32 " = %" PRIu64 " :", i, wasm_table_size(item.table));
            for (uint64_t at = 0; at < MOST_ELEMENTS && wasm_table_get(item.table, at, value); at++)
                printf("%c", value[0].i64 == 0 ? '0' : '1');
            printf("\n");
        }
    }
    printf("host = %" PRIu64 " %08" PRIx32 "\n", run->host_calls, run->host_digest);
}

static bool can_call(const struct wasm_function_type *type)
{
    bool possible = type->parameter_count <= MOST_VALUES && type->result_count <= MOST_VALUES;
    for (uint32_t i = 0; possible && i < type->parameter_count; i++)
        possible = can_pass(type->parameters[i]);
    for (uint32_t i = 0; possible && i < type->result_count; i++)
        possible = can_return(type->results[i]);
    return possible;
}

/* One call. Returns false if a limit ended it: what follows says nothing. */
static bool call(struct wasm_function *function, uint32_t index, uint64_t *random)
{
    struct wasm_function_type type = wasm_function_type(function);
    union wasm_value args[MOST_VALUES];
    union wasm_value results[MOST_VALUES] = {{.i64 = 0}};
    printf("call %" PRIu32, index);
    for (uint32_t i = 0; i < type.parameter_count; i++) {
        args[i] = argument(type.parameters[i], random);
        print_value(type.parameters[i], args[i]);
    }
    printf(" =");
    int status = wasm_function_call(function, args, results);
    if (status != 0)
        print_status(status);
    for (uint32_t i = 0; status == 0 && i < type.result_count; i++)
        print_value(type.results[i], results[i]);
    printf("\n");
    return status >= 0 && status != LIMIT_CODE && status != WASM_TRAP_STACK_EXHAUSTED &&
           status != WASM_TRAP_OUT_OF_MEMORY;
}

/* An instance of its own for each function, so that a difference points at one. */
static bool run_export(const struct wasm_config *config, const struct wasm_module *module, uint32_t index,
                       uint64_t seed)
{
    struct wasm_export export;
    struct wasm_extern item;
    struct wasm_error error = {0};
    struct run run = {.polls = 0};
    uint64_t random = seed * 1000 + index;
    wasm_module_export(module, index, &export);
    if (wasm_store_new(config, &run.store) != 0)
        abort();
    wasm_store_set_poll(run.store, poll, &run, FUEL_PER_POLL);
    int status = wasm_instance_new(run.store, module, resolve, &run, &run.instance, &error);
    printf("instance =");
    if (status == 0)
        printf(" ok");
    else if (status == WASM_EUNLINKABLE)
        printf(" unlinkable %s", error.message);
    else
        print_status(status);
    printf("\n");
    bool go_on = status == 0;
    if (go_on && export.type.kind == WASM_EXTERN_FUNCTION && can_call(&export.type.function)) {
        if (!wasm_instance_export(run.instance, export.name, &item))
            abort();
        for (int i = 0; go_on && i < CALLS; i++)
            go_on = call(item.function, index, &random);
    }
    if (go_on)
        print_state(&run, module);
    wasm_store_destroy(run.store);
    return go_on;
}

static void run_module(const struct wasm_config *config, const struct wasm_module *module, uint64_t seed)
{
    uint32_t functions = 0;
    bool go_on = true;
    uint32_t count = wasm_module_export_count(module);
    /* from the end, for imported functions come first */
    for (uint32_t i = count; go_on && functions < MOST_FUNCTIONS && i-- > 0;) {
        struct wasm_export export;
        wasm_module_export(module, i, &export);
        if (export.type.kind == WASM_EXTERN_FUNCTION && can_call(&export.type.function)) {
            functions++;
            go_on = run_export(config, module, i, seed);
        }
    }
    if (functions == 0 && count > 0)
        run_export(config, module, 0, seed);
}

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "differential_subject: cannot read %s\n", path);
        exit(2);
    }
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*size + (*size == 0)); /* exactly the size, for sanitizers */
    if (bytes == NULL || fread(bytes, 1, *size, file) != *size)
        exit(2);
    fclose(file);
    return bytes;
}

static int print_features(struct wasm_config *config)
{
    for (size_t i = 0; i < sizeof(feature_names) / sizeof(feature_names[0]); i++) {
        if (wasm_features_set(&config->features, feature_names[i], true))
            printf("%s\n", feature_names[i]);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct host_memory memory = {.fail_after = -1};
    const struct wasm_memory_ops ops = host_memory_ops(&memory);
    struct wasm_config config;
    struct wasm_module *module = NULL;
    struct wasm_error error = {0};
    size_t size;
    wasm_config_default(&config, &ops);
    config.limits.memory_size = MEMORY_SIZE;
    /* which Wasmtime refuses, and V8 beside the other encoding */
    (void)wasm_features_set(&config.features, "legacy-exceptions", false);
    if (argc == 2 && strcmp(argv[1], "--features") == 0)
        return print_features(&config);
    if (argc != 3) {
        fprintf(stderr, "usage: differential_subject --features | --validate FILE | SEED FILE\n");
        return 2;
    }
    uint8_t *bytes = read_file(argv[2], &size);
    int status = wasm_module_decode(&config, bytes, size, &module, &error);
    if (status == 0)
        printf("module = ok\n");
    else
        printf("module = %s %s: %s\n", status == WASM_ELIMIT || status == WASM_EMEMORY ? "limit" : "error",
               error.section, error.message);
    if (status == 0 && strcmp(argv[1], "--validate") != 0)
        run_module(&config, module, strtoull(argv[1], NULL, 10));
    wasm_module_destroy(module);
    free(bytes);
    if (memory.committed != 0 || memory.allocated != 0)
        abort();
    return 0;
}
