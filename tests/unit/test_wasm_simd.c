/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors: a v128 takes two slots wherever values go, and is refused where the feature is off. WebAssembly
 * core specification, 2.2.4 and 4.4.3; what each instruction computes is the official suite's to test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../support/wasm_program.h"

static void start(struct wasm_program *program, const struct wasm_bytes *bytes)
{
    int status = wasm_program_load(program, bytes);
    if (status != 0)
        print_message("# %s at %llu: %s\n", program->error.section, (unsigned long long)program->error.offset,
                      program->error.message);
    assert_int_equal(status, 0);
    assert_int_equal(wasm_program_start(program), 0);
}

/* ---- Two slots ----------------------------------------------------------------------------------------- */

#define CODE(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

#define A 11, 12
#define B 21, 22

#define V128_CONST(low, high) 0xFD, 12, low, 0, 0, 0, 0, 0, 0, 0, high, 0, 0, 0, 0, 0, 0, 0

/* f(A, 1, B) */
static const struct {
    const char *what;
    const char *results;
    const uint8_t *code; /* locals and body */
    size_t size;
    uint64_t expected[6];
} moves[] = {
    {"parameters in the other order", "viv", CODE(0, 0x20, 2, 0x20, 1, 0x20, 0), {B, 1, A}},
    {"locals behind vectors",
     "vIv",
     CODE(2, 2, 0x7E, 1, 0x7B, 0x20, 2, 0x21, 5, 0x42, 7, 0x21, 4, 0x20, 5, 0x20, 4, 0x20, 0),
     {B, 7, A}},
    {"a local that is not set", "v", CODE(2, 1, 0x7F, 1, 0x7B, 0x20, 4), {0, 0}},
    {"an operand that waits in a local that changes",
     "vv",
     CODE(0, 0x20, 0, 0x20, 2, 0x21, 0, 0x20, 0),
     {A, B}},
    {"a constant", "v", CODE(0, V128_CONST(5, 6)), {5, 6}},
    {"a constant in a local and in its place",
     "vvv",
     CODE(0, V128_CONST(5, 6), 0x22, 0, 0x20, 2, 0x20, 0),
     {5, 6, B, 5, 6}},
    {"select, the first", "v", CODE(0, 0x20, 0, 0x20, 2, 0x20, 1, 0x1B), {A}},
    {"select, the second", "v", CODE(0, 0x20, 0, 0x20, 2, 0x41, 0, 0x1C, 1, 0x7B), {B}},
    {"br_if that carries it",
     "v",
     CODE(0, 0x41, 7, 0x02, 0x7B, 0x20, 0, 0x20, 1, 0x0D, 0, 0x1A, 0x20, 2, 0x0B, 0x21, 0, 0x1A, 0x20, 0),
     {A}},
    {"br that carries it downwards", "v", CODE(0, 0x02, 0x7B, 0x42, 1, 0x20, 2, 0x0C, 0, 0x0B), {B}},
    {"br that carries it over a vector",
     "v",
     CODE(0, 0x02, 0x7B, V128_CONST(5, 6), 0x20, 2, 0x0C, 0, 0x0B),
     {B}},
    {"br_table that carries it",
     "v",
     CODE(0, 0x02, 0x7B, 0x42, 1, 0x20, 2, 0x20, 1, 0x0E, 1, 1, 0, 0x0B),
     {B}},
    {"br_table that returns two", "vv", CODE(0, 0x20, 2, 0x20, 0, 0x20, 1, 0x0E, 0, 0), {B, A}},
    {"return from below other operands", "vi", CODE(0, 0x41, 9, 0x20, 0, 0x20, 1, 0x0F), {A, 1}},
    {"a call of itself",
     "vv",
     CODE(0, 0x20, 1, 0x04, 0x40, 0x20, 2, 0x41, 0, 0x20, 0, 0x10, 0, 0x0F, 0x0B, 0x20, 0, 0x20, 2),
     {B, A}},
    {"a tail call of itself",
     "vv",
     CODE(0, 0x20, 1, 0x04, 0x40, 0x41, 3, 0x20, 2, 0x41, 0, 0x20, 0, 0x12, 0, 0x0B, 0x20, 0, 0x20, 2),
     {B, A}},
    {"an if with two ends", "v", CODE(0, 0x20, 1, 0x04, 0x7B, 0x20, 2, 0x05, 0x20, 0, 0x0B), {B}},
};

static void a_vector_keeps_both_halves_wherever_it_goes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
        struct wasm_bytes bytes;
        struct wasm_program program;
        const union wasm_value args[5] = {{.i64 = 11}, {.i64 = 12}, {.i64 = 1}, {.i64 = 21}, {.i64 = 22}};
        union wasm_value results[6] = {{.i64 = 0}};
        char signature[16] = "viv:";
        strcat(signature, moves[i].results);
        size_t mark = wasm_bytes_function(&bytes, signature, 0);
        wasm_bytes_put(&bytes, moves[i].code, moves[i].size);
        wasm_bytes_end_function(&bytes, mark);
        wasm_program_init(&program);
        start(&program, &bytes);
        assert_int_equal(wasm_program_call(&program, "f", args, results), 0);
        size_t slots = 0;
        for (const char *letter = moves[i].results; *letter != 0; letter++)
            slots += *letter == 'v' ? 2 : 1;
        for (size_t slot = 0; slot < slots; slot++) {
            if (results[slot].i64 != moves[i].expected[slot])
                fail_msg("%s: slot %zu is %llu", moves[i].what, slot, (unsigned long long)results[slot].i64);
        }
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
    }
}

/* f(x): the global becomes host.0(global, x, {5, 6}); gives the global. */
static void put_host_and_global(struct wasm_bytes *bytes)
{
    wasm_bytes_begin(bytes);
    WASM_BYTES_PUT(bytes, 1, 13, 2, 0x60, 3, 0x7B, 0x7F, 0x7B, 1, 0x7B, 0x60, 1, 0x7F, 1, 0x7B);
    WASM_BYTES_PUT(bytes, 2, 10, 1, 4, 'h', 'o', 's', 't', 1, '0', 0, 0);
    WASM_BYTES_PUT(bytes, 3, 2, 1, 1);
    WASM_BYTES_PUT(bytes, 6, 43, 2, 0x7B, 0, V128_CONST(3, 4), 0x0B, 0x7B, 1, V128_CONST(1, 2), 0x0B);
    WASM_BYTES_PUT(bytes, 7, 9, 2, 1, 'f', 0, 1, 1, 'g', 3, 1);
    size_t section = wasm_bytes_section(bytes, 10);
    wasm_bytes_u8(bytes, 1);
    size_t body = wasm_bytes_open(bytes);
    WASM_BYTES_PUT(bytes, 0, 0x23, 1, 0x20, 0, V128_CONST(5, 6), 0x10, 0, 0x24, 1);
    WASM_BYTES_PUT(bytes, 0x23, 0, 0x1A, 0x23, 1, 0x0B);
    wasm_bytes_close(bytes, body);
    wasm_bytes_close(bytes, section);
}

/* Adds what it is given, half by half. */
static int host_add(void *context, struct wasm_instance *caller, const union wasm_value *args,
                    union wasm_value *results)
{
    (void)context;
    (void)caller;
    results[0].i64 = args[0].i64 + args[2].i64 * 10 + args[3].i64;
    results[1].i64 = args[1].i64 + args[2].i64 * 10 + args[4].i64;
    return 0;
}

static void host_functions_and_globals_hold_vectors(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    struct wasm_program program;
    const union wasm_value args[1] = {{.i64 = 7}};
    union wasm_value results[2];
    struct wasm_extern global;
    put_host_and_global(&bytes);
    wasm_program_init(&program);
    assert_int_equal(wasm_program_load(&program, &bytes), 0);
    program.import_count = 1;
    program.imports[0].kind = WASM_EXTERN_FUNCTION;
    assert_int_equal(
        wasm_function_new_signature(program.store, "viv:v", host_add, NULL, &program.imports[0].function), 0);
    assert_int_equal(wasm_program_start(&program), 0);
    assert_int_equal(wasm_program_call(&program, "f", args, results), 0);
    assert_int_equal(results[0].i64, 1 + 70 + 5);
    assert_int_equal(results[1].i64, 2 + 70 + 6);
    assert_true(wasm_instance_export(program.instance, wasm_name_of("g"), &global));
    assert_true(wasm_global_set(global.global, (const union wasm_value[]){{.i64 = 100}, {.i64 = 200}}));
    assert_int_equal(wasm_program_call(&program, "f", args, results), 0);
    assert_int_equal(results[0].i64, 175);
    assert_int_equal(results[1].i64, 276);
    wasm_global_get(global.global, results);
    assert_int_equal(results[1].i64, 276);
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

/* ---- What is refused ----------------------------------------------------------------------------------- */

static void refuse(const uint8_t *code, size_t size, bool simd, uint32_t offset, const char *message)
{
    struct wasm_bytes bytes;
    struct wasm_program program;
    size_t mark = wasm_bytes_function(&bytes, ":", 0);
    size_t start_of_code = bytes.size;
    wasm_bytes_put(&bytes, code, size);
    wasm_bytes_end_function(&bytes, mark);
    wasm_program_init(&program);
    program.config.features.simd = simd;
    assert_true(wasm_program_load(&program, &bytes) < 0);
    assert_string_equal(program.error.message, message);
    assert_string_equal(program.error.section, "code");
    assert_int_equal(program.error.offset - start_of_code, offset);
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

static void without_the_feature_nothing_of_vectors_is_known(void **state)
{
    (void)state;
    refuse(CODE(0, V128_CONST(1, 2), 0x1A), false, 1, "illegal opcode 0xfd 0xc");
    refuse(CODE(1, 1, 0x7B), false, 1, "malformed value type 0x7b");
    refuse(CODE(0, 0x02, 0x7B, 0x00, 0x0B, 0x1A), false, 1, "malformed value type 0x7b");
}

static void a_wrong_vector_instruction_is_refused_where_it_stands(void **state)
{
    (void)state;
    refuse(CODE(0, 0x01, 0xFD, 0x9A, 0x01), true, 2, "illegal opcode 0xfd 0x9a");
    refuse(CODE(0, 0x01, 0xFD, 0xFF, 0xFF, 0x03), true, 2, "illegal opcode 0xfd 0xffff");
    refuse(CODE(0, 0x41, 0, 0xFD, 12, 1, 2, 3), true, 5, "length out of bounds");
    refuse(CODE(0, V128_CONST(1, 2), 0x45, 0x1A), true, 19, "type mismatch: expected i32, found v128");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_vector_keeps_both_halves_wherever_it_goes),
        cmocka_unit_test(host_functions_and_globals_hold_vectors),
        cmocka_unit_test(without_the_feature_nothing_of_vectors_is_known),
        cmocka_unit_test(a_wrong_vector_instruction_is_refused_where_it_stands),
    };
    return cmocka_run_group_tests_name("wasm_simd", tests, NULL, NULL);
}
