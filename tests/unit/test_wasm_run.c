/* SPDX-License-Identifier: Apache-2.0 */
/* Running code: traps and where they are, host functions, limits of stack, memory and tables, several stores,
 * want of memory. WebAssembly core specification, chapter 4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../support/wasm_program.h"

/* Loads and instantiates; the bytes stay the caller's. */
static void start(struct wasm_program *program, const struct wasm_bytes *bytes)
{
    int status = wasm_program_load(program, bytes);
    if (status != 0)
        print_message("# %s at %llu: %s\n", program->error.section, (unsigned long long)program->error.offset,
                      program->error.message);
    assert_int_equal(status, 0);
    assert_int_equal(wasm_program_start(program), 0);
}

static uint32_t call_i32(struct wasm_program *program, uint32_t argument)
{
    const union wasm_value args[1] = {{.i64 = argument}};
    union wasm_value results[1] = {{.i64 = 0}};
    assert_int_equal(wasm_program_call(program, "f", args, results), 0);
    return results[0].i32;
}

/* ---- Traps --------------------------------------------------------------------------------------------- */

struct trap_case {
    int trap;
    uint32_t offset; /* in the code */
    uint8_t size;
    uint8_t code[24];
};

#define TRAP(trap, offset, ...)                                                                              \
    {                                                                                                        \
        trap, offset, sizeof((const uint8_t[]){__VA_ARGS__}),                                                \
        {                                                                                                    \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
    }

static const struct trap_case traps[] = {
    TRAP(WASM_TRAP_UNREACHABLE, 0, 0x00),
    TRAP(WASM_TRAP_DIVIDE_BY_ZERO, 4, 0x41, 1, 0x41, 0, 0x6D, 0x1A),
    TRAP(WASM_TRAP_DIVIDE_BY_ZERO, 4, 0x20, 0, 0x41, 0, 0x70, 0x1A),
    TRAP(WASM_TRAP_DIVIDE_BY_ZERO, 4, 0x41, 9, 0x20, 0, 0x6E, 0x1A),
    TRAP(WASM_TRAP_INTEGER_OVERFLOW, 8, 0x41, 0x80, 0x80, 0x80, 0x80, 0x78, 0x41, 0x7F, 0x6D, 0x1A),
    TRAP(WASM_TRAP_INVALID_CONVERSION, 5, 0x43, 0, 0, 0xC0, 0x7F, 0xA8, 0x1A),
    TRAP(WASM_TRAP_INTEGER_OVERFLOW, 5, 0x43, 0, 0, 0, 0x7F, 0xA8, 0x1A),
    TRAP(WASM_TRAP_MEMORY_BOUNDS, 2, 0x41, 0x7F, 0x2D, 0, 0, 0x1A),
    TRAP(WASM_TRAP_MEMORY_BOUNDS, 2, 0x20, 0, 0x28, 2, 0xFD, 0xFF, 3, 0x1A),
    TRAP(WASM_TRAP_MEMORY_BOUNDS, 2, 0x41, 0x7F, 0x28, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x1A),
    TRAP(WASM_TRAP_MEMORY_BOUNDS, 4, 0x20, 0, 0x41, 1, 0x36, 0, 0xFD, 0xFF, 3),
    TRAP(WASM_TRAP_MEMORY_BOUNDS, 6, 0x41, 0, 0x41, 0, 0x41, 0x7F, 0xFC, 11, 0),
};

static void a_trap_says_kind_function_and_offset(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
        struct wasm_bytes bytes;
        struct wasm_program program;
        const union wasm_value args[1] = {{.i64 = 0}};
        size_t mark = wasm_bytes_function(&bytes, "i:", 1);
        wasm_bytes_u8(&bytes, 0);
        size_t code = bytes.size;
        wasm_bytes_put(&bytes, traps[i].code, traps[i].size);
        wasm_bytes_end_function(&bytes, mark);
        wasm_program_init(&program);
        start(&program, &bytes);
        assert_int_equal(wasm_program_call(&program, "f", args, NULL), traps[i].trap);
        const struct wasm_trap_record *record = wasm_store_trap(program.store);
        assert_int_equal(record->trap, traps[i].trap);
        assert_int_equal(record->depth, 1);
        assert_int_equal(record->frame_count, 1);
        assert_int_equal(record->frames[0].function_index, 0);
        assert_int_equal(record->frames[0].offset, code + traps[i].offset);
        assert_true(wasm_name_equal(record->frames[0].name, wasm_name_of("f")));
        assert_string_not_equal(wasm_trap_message(record->trap), "unknown trap");
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
    }
}

/* f calls itself without end. */
static void put_recursion(struct wasm_bytes *bytes)
{
    size_t mark = wasm_bytes_function(bytes, "i:i", 0);
    WASM_BYTES_PUT(bytes, 0, 0x20, 0, 0x41, 1, 0x6A, 0x10, 0);
    wasm_bytes_end_function(bytes, mark);
}

/* row 29 */
static void endless_recursion_ends_in_a_trap_at_either_limit(void **state)
{
    (void)state;
    const uint32_t depths[] = {1, 2, 1000, 1000000};
    for (size_t i = 0; i < 4; i++) {
        struct wasm_bytes bytes;
        struct wasm_program program;
        union wasm_value values[1] = {{.i64 = 0}};
        put_recursion(&bytes);
        wasm_program_init(&program);
        program.config.limits.call_depth = depths[i];
        program.config.limits.stack_size = 64 * 1024;
        start(&program, &bytes);
        assert_int_equal(wasm_program_call(&program, "f", values, values), WASM_TRAP_STACK_EXHAUSTED);
        const struct wasm_trap_record *record = wasm_store_trap(program.store);
        if (i < 3)
            assert_in_range(record->depth, depths[i] - 1, depths[i] + 1);
        assert_in_range(record->depth, 0, 64 * 1024 / sizeof(union wasm_value) + 1);
        assert_true(record->frame_count <= WASM_TRAP_FRAMES);
        /* the store is as good as new */
        assert_int_equal(wasm_program_call(&program, "f", values, values), WASM_TRAP_STACK_EXHAUSTED);
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
    }
}

/* ---- Host functions ------------------------------------------------------------------------------------ */

/* f(x) = host.0(x), of type (i32) -> i32. */
static void put_import(struct wasm_bytes *bytes)
{
    wasm_bytes_begin(bytes);
    WASM_BYTES_PUT(bytes, 1, 6, 1, 0x60, 1, 0x7F, 1, 0x7F);
    WASM_BYTES_PUT(bytes, 2, 10, 1, 4, 'h', 'o', 's', 't', 1, '0', 0, 0);
    WASM_BYTES_PUT(bytes, 3, 2, 1, 0);
    WASM_BYTES_PUT(bytes, 5, 3, 1, 0, 1);
    WASM_BYTES_PUT(bytes, 7, 5, 1, 1, 'f', 0, 1);
    WASM_BYTES_PUT(bytes, 10, 8, 1, 6, 0, 0x20, 0, 0x10, 0, 0x0B);
}

struct host_state {
    struct wasm_program *program;
    int code;
    uint32_t calls;
    struct wasm_instance *caller;
};

static int host_code(void *context, struct wasm_instance *caller, const union wasm_value *args,
                     union wasm_value *results)
{
    struct host_state *host = context;
    host->calls++;
    host->caller = caller;
    assert_int_equal(results[0].i64, 0);
    results[0].i64 = args[0].i32 + 1;
    return host->code;
}

/* Calls f again, until the engine has had enough. */
static int host_again(void *context, struct wasm_instance *caller, const union wasm_value *args,
                      union wasm_value *results)
{
    struct host_state *host = context;
    (void)caller;
    host->calls++;
    return wasm_program_call(host->program, "f", args, results);
}

static void start_with_host(struct wasm_program *program, const struct wasm_bytes *bytes,
                            wasm_host_function *function, struct host_state *host)
{
    host->program = program;
    assert_int_equal(wasm_program_load(program, bytes), 0);
    program->import_count = 1;
    program->imports[0].kind = WASM_EXTERN_FUNCTION;
    assert_int_equal(
        wasm_function_new_signature(program->store, "i:i", function, host, &program->imports[0].function), 0);
    assert_int_equal(wasm_program_start(program), 0);
}

static void a_host_function_gets_arguments_and_ends_the_program_with_its_code(void **state)
{
    (void)state;
    const int codes[] = {0, WASM_TRAP_UNREACHABLE, WASM_TRAP_HOST, WASM_TRAP_HOST + 77};
    struct wasm_bytes bytes;
    put_import(&bytes);
    for (size_t i = 0; i < 4; i++) {
        struct wasm_program program;
        struct host_state host = {.code = codes[i]};
        union wasm_value values[1] = {{.i64 = 41}};
        wasm_program_init(&program);
        start_with_host(&program, &bytes, host_code, &host);
        assert_int_equal(wasm_program_call(&program, "f", values, values), codes[i]);
        assert_int_equal(values[0].i32, codes[i] == 0 ? 42 : 41);
        assert_ptr_equal(host.caller, program.instance);
        if (codes[i] != 0) {
            assert_int_equal(wasm_store_trap(program.store)->trap, codes[i]);
            assert_int_equal(wasm_store_trap(program.store)->depth, 2);
            assert_int_equal(wasm_store_trap(program.store)->frames[1].function_index, 1);
        }
        /* called by the embedder itself, it has no caller */
        assert_int_equal(wasm_function_call(program.imports[0].function, values, values), codes[i]);
        assert_null(host.caller);
        wasm_program_end(&program);
    }
    wasm_bytes_free(&bytes);
}

static void host_functions_that_call_back_are_limited(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    struct wasm_program program;
    struct host_state host = {0};
    union wasm_value values[1] = {{.i64 = 0}};
    put_import(&bytes);
    wasm_program_init(&program);
    program.config.limits.host_depth = 10;
    start_with_host(&program, &bytes, host_again, &host);
    assert_int_equal(wasm_program_call(&program, "f", values, values), WASM_TRAP_STACK_EXHAUSTED);
    assert_int_equal(host.calls, 10);
    assert_int_equal(wasm_store_trap(program.store)->trap, WASM_TRAP_STACK_EXHAUSTED);
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

static void a_wrong_import_is_refused_by_name(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    struct wasm_program program;
    put_import(&bytes);
    wasm_program_init(&program);
    assert_int_equal(wasm_program_load(&program, &bytes), 0);
    assert_int_equal(wasm_program_start(&program), WASM_EUNLINKABLE);
    assert_string_equal(program.error.message, "unknown import host.0");
    program.import_count = 1;
    program.imports[0].kind = WASM_EXTERN_FUNCTION;
    assert_int_equal(
        wasm_function_new_signature(program.store, "I:i", host_code, NULL, &program.imports[0].function), 0);
    assert_int_equal(wasm_program_start(&program), WASM_EUNLINKABLE);
    assert_string_equal(program.error.message, "incompatible import type for host.0");
    const char *const refused[] = {"", "i", "i:i:i", "x:", "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii:"};
    struct wasm_function *unused;
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(wasm_function_new_signature(program.store, refused[i], host_code, NULL, &unused),
                         WASM_EARGUMENT);
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

/* ---- Several instances --------------------------------------------------------------------------------- */

/* f(x) = x == 0 ? memory.size : tail call of table[x & 1](x - 1); g(x) = 100 * f(x) + memory.size. */
static void put_relay(struct wasm_bytes *bytes, uint8_t pages)
{
    wasm_bytes_begin(bytes);
    WASM_BYTES_PUT(bytes, 1, 6, 1, 0x60, 1, 0x7F, 1, 0x7F);
    WASM_BYTES_PUT(bytes, 2, 12, 1, 4, 'h', 'o', 's', 't', 1, '0', 1, 0x70, 0, 2);
    WASM_BYTES_PUT(bytes, 3, 3, 2, 0, 0, 5, 3, 1, 0);
    wasm_bytes_u8(bytes, pages);
    WASM_BYTES_PUT(bytes, 7, 9, 2, 1, 'f', 0, 0, 1, 'g', 0, 1);
    size_t section = wasm_bytes_section(bytes, 10);
    wasm_bytes_u8(bytes, 2);
    size_t body = wasm_bytes_open(bytes);
    WASM_BYTES_PUT(bytes, 0, 0x20, 0, 0x04, 0x7F, 0x20, 0, 0x41, 1, 0x6B, 0x20, 0, 0x41, 1, 0x71, 0x13, 0, 0);
    WASM_BYTES_PUT(bytes, 0x05, 0x3F, 0, 0x0B, 0x0B);
    wasm_bytes_close(bytes, body);
    body = wasm_bytes_open(bytes);
    WASM_BYTES_PUT(bytes, 0, 0x20, 0, 0x10, 0, 0x41, 0xE4, 0, 0x6C, 0x3F, 0, 0x6A, 0x0B);
    wasm_bytes_close(bytes, body);
    wasm_bytes_close(bytes, section);
}

static void calls_between_instances_get_each_its_own_memory_in_bounded_space(void **state)
{
    (void)state;
    struct wasm_bytes bytes[2];
    struct wasm_program program;
    struct wasm_instance *instances[2];
    struct wasm_module *modules[2];
    const struct wasm_table_type type = {.element = WASM_FUNCREF, .range = {2, 0, false}};
    wasm_program_init(&program);
    program.config.limits.call_depth = 10;
    assert_int_equal(wasm_store_new(&program.config, &program.store), 0);
    program.import_count = 1;
    program.imports[0].kind = WASM_EXTERN_TABLE;
    assert_int_equal(wasm_table_new(program.store, &type, &program.imports[0].table), 0);
    for (uint8_t i = 0; i < 2; i++) {
        struct wasm_extern item;
        put_relay(&bytes[i], (uint8_t)(i + 1));
        assert_int_equal(
            wasm_module_decode(&program.config, bytes[i].data, bytes[i].size, &modules[i], &program.error),
            0);
        program.module = modules[i];
        assert_int_equal(wasm_program_start(&program), 0);
        instances[i] = program.instance;
        assert_true(wasm_instance_export(instances[i], wasm_name_of("f"), &item));
        assert_true(
            wasm_table_set(program.imports[0].table, i, (union wasm_value){.function = item.function}));
    }
    for (uint32_t i = 0; i < 2; i++) {
        const uint32_t counts[] = {0, 1, 2, 3, 100001};
        for (size_t k = 0; k < 5; k++) {
            union wasm_value values[1] = {{.i64 = counts[k]}};
            program.instance = instances[i];
            assert_int_equal(wasm_program_call(&program, "g", values, values), 0);
            /* the last call is of table[1], the instance with two pages, unless there is none */
            assert_int_equal(values[0].i32, (counts[k] == 0 ? i + 1 : 2) * 100 + i + 1);
        }
    }
    wasm_store_destroy(program.store);
    program.store = NULL;
    wasm_module_destroy(modules[0]);
    wasm_program_end(&program);
    wasm_bytes_free(&bytes[0]);
    wasm_bytes_free(&bytes[1]);
}

/* ---- Memories and tables ------------------------------------------------------------------------------- */

static void memory_grows_to_the_limit_and_then_says_minus_one(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    struct wasm_program program;
    size_t mark = wasm_bytes_function(&bytes, "i:i", 1);
    WASM_BYTES_PUT(&bytes, 0, 0x20, 0, 0x40, 0);
    wasm_bytes_end_function(&bytes, mark);
    wasm_program_init(&program);
    program.config.limits.memory_size = 10 * WASM_PAGE_SIZE;
    start(&program, &bytes);
    assert_int_equal(call_i32(&program, 8), 1);
    assert_int_equal(call_i32(&program, 2), UINT32_MAX);
    assert_int_equal(call_i32(&program, UINT32_MAX), UINT32_MAX);
    assert_int_equal(call_i32(&program, 1), 9);
    assert_int_equal(call_i32(&program, 1), UINT32_MAX);
    assert_int_equal(wasm_store_memory_used(program.store), 10 * WASM_PAGE_SIZE);
    assert_int_equal(wasm_memory_size(wasm_instance_memory(program.instance)), 10 * WASM_PAGE_SIZE);
    /* the limit is the store's: another memory has no room beside this one */
    struct wasm_memory *other;
    const struct wasm_memory_type type = {.range = {1, 1, true}};
    assert_int_equal(wasm_memory_new(program.store, &type, &other), WASM_ELIMIT);
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

static void a_span_never_leaves_the_memory(void **state)
{
    (void)state;
    struct wasm_program program;
    struct wasm_memory *memory;
    struct wasm_memory *empty;
    const struct wasm_memory_type type = {.range = {1, 2, true}};
    const struct wasm_memory_type empty_type = {.range = {0, 0, true}};
    const uint64_t size = WASM_PAGE_SIZE;
    wasm_program_init(&program);
    assert_int_equal(wasm_store_new(&program.config, &program.store), 0);
    assert_int_equal(wasm_memory_new(program.store, &type, &memory), 0);
    assert_int_equal(wasm_memory_new(program.store, &empty_type, &empty), 0);
    assert_non_null(wasm_memory_span(memory, 0, size));
    assert_non_null(wasm_memory_span(memory, size, 0));
    assert_non_null(wasm_memory_span(empty, 0, 0));
    const uint64_t outside[][2] = {
        {0, size + 1},
        {1, size},
        {size, 1},
        {size + 1, 0},
        {UINT64_MAX, 1},
        {1, UINT64_MAX},
        {UINT64_MAX, UINT64_MAX},
        {1ull << 32, 1},
        {UINT64_MAX - size + 1, size},
    };
    for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
        assert_null(wasm_memory_span(memory, outside[i][0], outside[i][1]));
        assert_null(wasm_memory_span(empty, outside[i][0], outside[i][1]));
    }
    wasm_program_end(&program);
}

/* Acceptance 22: all pairs of offset and length at the edges of 32 bits trap, whichever operation has them.
 */
/* row 60 */
static void every_access_at_the_edge_of_32_bits_traps(void **state)
{
    (void)state;
    const uint32_t edges[] = {
        0, 1, 65535, 65536, 65537, INT32_MAX, 0x80000000u, UINT32_MAX - 65535, UINT32_MAX - 1, UINT32_MAX};
    struct wasm_bytes bytes;
    struct wasm_program program;
    size_t mark = wasm_bytes_function(&bytes, "iii:", 1); /* (operation, a, b) */
    WASM_BYTES_PUT(&bytes, 0, 0x20, 0, 0x04, 0x40);
    WASM_BYTES_PUT(&bytes, 0x20, 1, 0x41, 0, 0x20, 2, 0xFC, 10, 0, 0);          /* memory.copy to a */
    WASM_BYTES_PUT(&bytes, 5, 0x41, 0, 0x20, 1, 0x20, 2, 0xFC, 10, 0, 0, 0x0B); /* memory.copy from a */
    WASM_BYTES_PUT(&bytes, 0x20, 1, 0x41, 0, 0x20, 2, 0xFC, 11, 0);             /* memory.fill */
    wasm_bytes_end_function(&bytes, mark);
    wasm_program_init(&program);
    start(&program, &bytes);
    for (size_t i = 0; i < 100; i++) {
        uint64_t a = edges[i / 10];
        uint64_t b = edges[i % 10];
        for (uint32_t operation = 0; operation < 2; operation++) {
            const union wasm_value args[3] = {{.i64 = operation}, {.i64 = a}, {.i64 = b}};
            int expected = a + b <= 65536 ? 0 : WASM_TRAP_MEMORY_BOUNDS;
            assert_int_equal(wasm_program_call(&program, "f", args, NULL), expected);
        }
    }
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

static void tables_grow_to_the_stores_limit(void **state)
{
    (void)state;
    struct wasm_program program;
    struct wasm_table *table;
    struct wasm_table *other;
    union wasm_value value;
    wasm_program_init(&program);
    program.config.limits.table_elements = 100;
    assert_int_equal(wasm_store_new(&program.config, &program.store), 0);
    const struct wasm_table_type type = {.element = WASM_EXTERNREF, .range = {60, 0, false}};
    assert_int_equal(wasm_table_new(program.store, &type, &table), 0);
    assert_int_equal(wasm_table_new(program.store, &type, &other), WASM_ELIMIT);
    assert_true(wasm_table_set(table, 59, (union wasm_value){.external = &program}));
    assert_false(wasm_table_set(table, 60, (union wasm_value){.external = &program}));
    assert_true(wasm_table_get(table, 59, &value) && value.external == &program);
    assert_false(wasm_table_get(table, UINT64_MAX, &value));
    wasm_program_end(&program);
}

/* ---- Stores -------------------------------------------------------------------------------------------- */

/* f(x): adds x to a global and to memory; returns the sum of both. */
static void put_state(struct wasm_bytes *bytes)
{
    wasm_bytes_begin(bytes);
    WASM_BYTES_PUT(bytes, 1, 6, 1, 0x60, 1, 0x7F, 1, 0x7F, 3, 2, 1, 0, 5, 3, 1, 0, 1);
    WASM_BYTES_PUT(bytes, 6, 6, 1, 0x7F, 1, 0x41, 0, 0x0B, 7, 5, 1, 1, 'f', 0, 0);
    size_t section = wasm_bytes_section(bytes, 10);
    wasm_bytes_u8(bytes, 1);
    size_t body = wasm_bytes_open(bytes);
    WASM_BYTES_PUT(bytes, 0, 0x23, 0, 0x20, 0, 0x6A, 0x24, 0);
    WASM_BYTES_PUT(bytes, 0x41, 8, 0x41, 8, 0x28, 2, 0, 0x20, 0, 0x6A, 0x36, 2, 0);
    WASM_BYTES_PUT(bytes, 0x23, 0, 0x41, 8, 0x28, 2, 0, 0x6A, 0x0B);
    wasm_bytes_close(bytes, body);
    wasm_bytes_close(bytes, section);
}

static void stores_and_instances_share_nothing(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    struct wasm_program a;
    struct wasm_program b;
    put_state(&bytes);
    wasm_program_init(&a);
    wasm_program_init(&b);
    start(&a, &bytes);
    start(&b, &bytes);
    assert_int_equal(call_i32(&a, 5), 10);
    assert_int_equal(call_i32(&b, 1), 2);
    assert_int_equal(call_i32(&a, 5), 20);
    /* a second instance in the same store begins afresh, too */
    assert_int_equal(wasm_program_start(&a), 0);
    assert_int_equal(call_i32(&a, 3), 6);
    assert_int_equal(call_i32(&b, 1), 4);
    wasm_program_end(&a);
    assert_int_equal(call_i32(&b, 1), 6);
    wasm_program_end(&b);
    wasm_bytes_free(&bytes);
}

/* row 61 */
static void want_of_memory_at_any_point_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    put_state(&bytes);
    long calls = 0;
    for (bool done = false; !done; calls++) {
        struct wasm_program program;
        const union wasm_value args[1] = {{.i64 = 1}};
        union wasm_value results[1];
        wasm_program_init(&program);
        program.host.fail_after = calls;
        int status = wasm_program_load(&program, &bytes);
        if (status == 0)
            status = wasm_program_start(&program);
        if (status == 0)
            status = wasm_program_call(&program, "f", args, results);
        assert_true(status == 0 || status == WASM_EMEMORY || status == WASM_TRAP_OUT_OF_MEMORY);
        done = status == 0;
        wasm_program_end(&program);
    }
    assert_in_range(calls, 10, 200);
    wasm_bytes_free(&bytes);
}

/* The engine's own structures are limited as well, not only linear memories. */
static void the_arena_limit_is_kept(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    put_state(&bytes);
    for (uint64_t limit = 0; limit < 256 * 1024; limit += 4096) {
        struct wasm_program program;
        wasm_program_init(&program);
        program.config.limits.arena_size = limit;
        int status = wasm_program_load(&program, &bytes);
        if (status == 0)
            status = wasm_program_start(&program);
        assert_true(status == 0 || status == WASM_EMEMORY);
        assert_true(program.store == NULL || wasm_store_arena_used(program.store) <= limit);
        wasm_program_end(&program);
    }
    wasm_bytes_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trap_says_kind_function_and_offset),
        cmocka_unit_test(endless_recursion_ends_in_a_trap_at_either_limit),
        cmocka_unit_test(a_host_function_gets_arguments_and_ends_the_program_with_its_code),
        cmocka_unit_test(host_functions_that_call_back_are_limited),
        cmocka_unit_test(a_wrong_import_is_refused_by_name),
        cmocka_unit_test(calls_between_instances_get_each_its_own_memory_in_bounded_space),
        cmocka_unit_test(memory_grows_to_the_limit_and_then_says_minus_one),
        cmocka_unit_test(a_span_never_leaves_the_memory),
        cmocka_unit_test(every_access_at_the_edge_of_32_bits_traps),
        cmocka_unit_test(tables_grow_to_the_stores_limit),
        cmocka_unit_test(stores_and_instances_share_nothing),
        cmocka_unit_test(want_of_memory_at_any_point_is_reported_and_leaks_nothing),
        cmocka_unit_test(the_arena_limit_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
