/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions as the embedder sees and throws them. What each instruction does is the official suite's to
 * test. WebAssembly core specification, 4.2.9, 4.2.11 and 4.4.11. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../support/wasm_program.h"

#define CODE(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})
#define CALL_HOST 0x41, 7, 0x10, 0, 0x1A
#define END       0x0B

/* Type 0 is i32 -> i32: of the host's function 0, of "f" (1) and of "g" (2); tag 0, exported as "t", takes an
 * i32. */
struct run {
    struct wasm_program program;
    struct wasm_bytes bytes;
    enum { THROWS, CALLS_BACK, TRAPS } host_does;
};

static int host(void *context, struct wasm_instance *caller, const union wasm_value *args,
                union wasm_value *results)
{
    struct run *run = context;
    struct wasm_extern tag;
    if (run->host_does == TRAPS)
        return WASM_TRAP_UNREACHABLE;
    if (run->host_does == CALLS_BACK)
        return wasm_program_call(&run->program, "g", args, results);
    assert_true(wasm_instance_export(caller, wasm_name_of("t"), &tag));
    assert_int_equal(tag.kind, WASM_EXTERN_TAG);
    assert_int_equal(wasm_tag_type(tag.tag).parameter_count, 1);
    return wasm_throw(tag.tag, args);
}

static void put_function(struct wasm_bytes *bytes, const uint8_t *code, size_t size)
{
    size_t mark = wasm_bytes_open(bytes);
    wasm_bytes_put(bytes, code, size);
    wasm_bytes_close(bytes, mark);
}

/* "g" throws its argument plus 1. */
static void start(struct run *run, const uint8_t *code, size_t size)
{
    struct wasm_bytes *bytes = &run->bytes;
    wasm_bytes_begin(bytes);
    WASM_BYTES_PUT(bytes, 1, 10, 2, 0x60, 1, 0x7F, 1, 0x7F, 0x60, 1, 0x7F, 0);
    WASM_BYTES_PUT(bytes, 2, 10, 1, 4, 'h', 'o', 's', 't', 1, '0', 0, 0);
    WASM_BYTES_PUT(bytes, 3, 3, 2, 0, 0);
    WASM_BYTES_PUT(bytes, 13, 3, 1, 0, 1);
    WASM_BYTES_PUT(bytes, 7, 13, 3, 1, 'f', 0, 1, 1, 'g', 0, 2, 1, 't', 4, 0);
    size_t mark = wasm_bytes_section(bytes, 10);
    wasm_bytes_u8(bytes, 2);
    put_function(bytes, code, size);
    put_function(bytes, CODE(0, 0x20, 0, 0x41, 1, 0x6A, 0x08, 0, END));
    wasm_bytes_close(bytes, mark);
    wasm_program_init(&run->program);
    assert_int_equal(wasm_program_load(&run->program, bytes), 0);
    run->program.import_count = 1;
    run->program.imports[0].kind = WASM_EXTERN_FUNCTION;
    assert_int_equal(
        wasm_function_new_signature(run->program.store, "i:i", host, run, &run->program.imports[0].function),
        0);
    assert_int_equal(wasm_program_start(&run->program), 0);
}

static void stop(struct run *run)
{
    wasm_program_end(&run->program);
    wasm_bytes_free(&run->bytes);
}

static int call(struct run *run, const char *name, uint32_t *result)
{
    const union wasm_value args[1] = {{.i64 = 5}};
    union wasm_value results[1] = {{.i64 = 0}};
    int status = wasm_program_call(&run->program, name, args, results);
    *result = results[0].i32;
    return status;
}

/* block (result i32) try_table (catch 0 0) call host ... end 99 end */
#define CATCHING(...)     0, 0x02, 0x7F, 0x1F, 0x40, 1, 0, 0, 0, __VA_ARGS__, END, 0x41, 0xE3, 0, END, END
#define CATCHING_ALL(...) 0, 0x02, 0x40, 0x1F, 0x40, 1, 2, 0, __VA_ARGS__, END, END, 0x41, 0xE3, 0, END

static void an_uncaught_exception_has_tag_values_and_a_record(void **state)
{
    (void)state;
    struct run run = {0};
    uint32_t result;
    struct wasm_tag *tag;
    struct wasm_extern expected;
    const union wasm_value *values;
    start(&run, CODE(0, 0x20, 0, 0x10, 2, END));
    assert_false(wasm_store_exception(run.program.store, &tag, &values));
    assert_int_equal(call(&run, "f", &result), WASM_TRAP_UNCAUGHT_EXCEPTION);
    assert_true(wasm_store_exception(run.program.store, &tag, &values));
    assert_true(wasm_instance_export(run.program.instance, wasm_name_of("t"), &expected));
    assert_ptr_equal(tag, expected.tag);
    assert_int_equal(values[0].i32, 6);
    const struct wasm_trap_record *record = wasm_store_trap(run.program.store);
    assert_int_equal(record->trap, WASM_TRAP_UNCAUGHT_EXCEPTION);
    assert_int_equal(record->depth, 2);
    assert_int_equal(record->frames[0].function_index, 2);
    assert_int_equal(record->frames[1].function_index, 1);
    stop(&run);
}

static void code_catches_what_a_host_function_throws(void **state)
{
    (void)state;
    struct run run = {.host_does = THROWS};
    uint32_t result;
    struct wasm_tag *tag;
    const union wasm_value *values;
    start(&run, CODE(CATCHING(CALL_HOST)));
    assert_int_equal(call(&run, "f", &result), 0);
    assert_int_equal(result, 7);
    assert_false(wasm_store_exception(run.program.store, &tag, &values));
    stop(&run);
}

static void an_exception_passes_through_a_host_function_that_called_back(void **state)
{
    (void)state;
    struct run run = {.host_does = CALLS_BACK};
    uint32_t result;
    start(&run, CODE(CATCHING(CALL_HOST)));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(call(&run, "f", &result), 0);
        assert_int_equal(result, 8);
    }
    stop(&run);
}

static void a_trap_is_not_caught(void **state)
{
    (void)state;
    uint32_t result;
    struct run run = {.host_does = TRAPS};
    start(&run, CODE(CATCHING_ALL(CALL_HOST)));
    assert_int_equal(call(&run, "f", &result), WASM_TRAP_UNREACHABLE);
    stop(&run);
    run = (struct run){0};
    start(&run, CODE(CATCHING_ALL(0x00)));
    assert_int_equal(call(&run, "f", &result), WASM_TRAP_UNREACHABLE);
    stop(&run);
}

static void a_tag_with_results_or_of_foreign_types_is_refused(void **state)
{
    (void)state;
    struct run run = {0};
    struct wasm_tag *tag;
    const uint32_t i32 = WASM_I32;
    const uint32_t foreign = wasm_type_concrete(1000);
    start(&run, CODE(0, 0x41, 0, END));
    struct wasm_function_type type = {NULL, &i32, 0, 1};
    assert_int_equal(wasm_tag_new(run.program.store, &type, &tag), WASM_EARGUMENT);
    type = (struct wasm_function_type){&foreign, NULL, 1, 0};
    assert_int_equal(wasm_tag_new(run.program.store, &type, &tag), WASM_EARGUMENT);
    type = (struct wasm_function_type){&i32, NULL, 1, 0};
    assert_int_equal(wasm_tag_new(run.program.store, &type, &tag), 0);
    stop(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_uncaught_exception_has_tag_values_and_a_record),
        cmocka_unit_test(code_catches_what_a_host_function_throws),
        cmocka_unit_test(an_exception_passes_through_a_host_function_that_called_back),
        cmocka_unit_test(a_trap_is_not_caught),
        cmocka_unit_test(a_tag_with_results_or_of_foreign_types_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
