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

/* ---- Relaxed instructions ------------------------------------------------------------------------------ */

#define SIMD(number)    0xFD, number
#define RELAXED(number) 0xFD, 0x80 | (number), 2
#define F32(bits)       (bits) & 0xFF, (bits) >> 8 & 0xFF, (bits) >> 16 & 0xFF, (bits) >> 24
#define F32X4(bits)     SIMD(12), F32(bits), F32(bits), F32(bits), F32(bits)
#define I8X16(byte)                                                                                          \
    SIMD(12), byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte

/* Where implementations may differ, the first result that the specification lists (4.3.5). */
static const struct {
    const char *what;
    const uint8_t *code;
    size_t size;
    uint64_t expected;
} relaxed[] = {
    {"an index beyond the lanes gives zero", CODE(0, I8X16(7), I8X16(16), RELAXED(0)), 0},
    {"truncation saturates", CODE(0, F32X4(0x7F000000), RELAXED(1)), 0x7FFFFFFF7FFFFFFF},
    {"truncation of a NaN is zero", CODE(0, F32X4(0xFFC00000), RELAXED(1)), 0},
    {"unsigned truncation of what is negative is zero", CODE(0, F32X4(0xBF800000), RELAXED(2)), 0},
    {"unsigned truncation saturates", CODE(0, F32X4(0x7F800000), RELAXED(2)), 0xFFFFFFFFFFFFFFFF},
    {"a 64-bit float, as well", CODE(0, I8X16(0x7E), RELAXED(3)), 0x7FFFFFFF7FFFFFFF},
    {"and unsigned", CODE(0, I8X16(0x7E), RELAXED(4)), 0xFFFFFFFFFFFFFFFF},
    /* (1 + 2^-12)^2 - 1 - 2^-11 is 2^-24 if it is rounded once, and 0 if twice */
    {"multiplication and addition round twice",
     CODE(0, F32X4(0x3F800800), F32X4(0x3F800800), F32X4(0xBF801000), RELAXED(5)), 0},
    {"and with the product negated",
     CODE(0, F32X4(0x3F800800), F32X4(0x3F800800), F32X4(0x3F801000), RELAXED(6)), 0},
    {"every bit is selected by its own", CODE(0, I8X16(0x35), I8X16(0x0A), I8X16(0x7F), RELAXED(9)),
     0x3535353535353535},
    {"the minimum of zeros is negative", CODE(0, F32X4(0), F32X4(0x80000000), RELAXED(13)),
     0x8000000080000000},
    {"the maximum with a NaN is one", CODE(0, F32X4(0x7FC00000), F32X4(0x3F800000), RELAXED(14)),
     0x7FC000007FC00000},
    {"a product of 1.15 bits saturates",
     CODE(0, 0x41, 0x80, 0x80, 0x7E, SIMD(16), 0x41, 0x80, 0x80, 0x7E, SIMD(16), RELAXED(17)),
     0x7FFF7FFF7FFF7FFF},
    {"dot products take both sides as signed", CODE(0, I8X16(0x02), I8X16(0xFF), RELAXED(18)),
     0xFFFCFFFCFFFCFFFC},
    {"and saturate", CODE(0, I8X16(0x80), I8X16(0x80), RELAXED(18)), 0x7FFF7FFF7FFF7FFF},
    {"before they are added", CODE(0, I8X16(0x80), I8X16(0x80), I8X16(0), RELAXED(19)), 0x0000FFFE0000FFFE},
};

static void relaxed_instructions_are_those_of_the_deterministic_profile(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(relaxed) / sizeof(relaxed[0]); i++) {
        struct wasm_bytes bytes;
        struct wasm_program program;
        union wasm_value results[2];
        size_t mark = wasm_bytes_function(&bytes, ":v", 0);
        wasm_bytes_put(&bytes, relaxed[i].code, relaxed[i].size);
        wasm_bytes_end_function(&bytes, mark);
        wasm_program_init(&program);
        start(&program, &bytes);
        assert_int_equal(wasm_program_call(&program, "f", NULL, results), 0);
        if (results[0].i64 != relaxed[i].expected)
            fail_msg("%s: %llx", relaxed[i].what, (unsigned long long)results[0].i64);
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
    }
}

/* ---- Shuffles ------------------------------------------------------------------------------------------ */

/* One of each kind that the engine tells apart. */
static const uint8_t shuffles[][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {24, 25, 26, 27, 28, 29, 30, 31, 0, 1, 2, 3, 4, 5, 6, 7},
    {3, 4, 5, 6, 7, 8, 9, 10, 17, 18, 19, 20, 21, 22, 23, 24},
    {8, 9, 10, 11, 12, 13, 14, 15, 0, 0, 0, 0, 0, 0, 0, 0},
    {20, 21, 22, 23, 24, 25, 26, 27, 31, 31, 31, 31, 31, 31, 31, 31},
    {12, 13, 14, 15, 28, 29, 30, 31, 0, 1, 2, 3, 17, 18, 19, 20},
    {13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28},
    {0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23},
    {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7},
    {31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16},
};

/* f(A, 1, B) shuffles bytes that are 3 times their number, and with `extended` makes 16 bits of the lower
 * eight. */
static void check_shuffle(const uint8_t *lanes, bool extended)
{
    struct wasm_bytes bytes;
    struct wasm_program program;
    union wasm_value args[5] = {{.i64 = 0}};
    union wasm_value results[2];
    uint8_t expected[16];
    for (size_t i = 0; i < 16; i++) {
        ((uint8_t *)&args[0])[i] = (uint8_t)(3 * i);
        ((uint8_t *)&args[3])[i] = (uint8_t)(3 * (i + 16));
        expected[i] = !extended ? 3 * lanes[i] : i % 2 == 0 ? 3 * lanes[i / 2] : 0;
    }
    size_t mark = wasm_bytes_function(&bytes, "viv:v", 0);
    WASM_BYTES_PUT(&bytes, 0, 0x20, 0, 0x20, 2, SIMD(13));
    wasm_bytes_put(&bytes, lanes, 16);
    if (extended)
        WASM_BYTES_PUT(&bytes, 0xFD, 0x89, 1, 0x21, 0, 0x20, 0);
    wasm_bytes_end_function(&bytes, mark);
    wasm_program_init(&program);
    start(&program, &bytes);
    assert_int_equal(wasm_program_call(&program, "f", args, results), 0);
    assert_memory_equal(results, expected, sizeof(expected));
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

static void a_shuffle_gives_the_bytes_it_names_extended_or_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(shuffles) / sizeof(shuffles[0]); i++) {
        check_shuffle(shuffles[i], false);
        check_shuffle(shuffles[i], true);
    }
}

/* ---- Memory -------------------------------------------------------------------------------------------- */

/* f(x): an access at x or at a constant, of so many bytes at the end of the page. */
static const struct {
    const char *what;
    uint32_t size;
    const uint8_t *code;
    size_t code_size;
} accesses[] = {
    {"v128.load", 16, CODE(0, 0x20, 0, SIMD(0), 0, 0, 0x1A)},
    {"v128.load8x8_s", 8, CODE(0, 0x20, 0, SIMD(1), 0, 0, 0x1A)},
    {"v128.load8_splat", 1, CODE(0, 0x20, 0, SIMD(7), 0, 0, 0x1A)},
    {"v128.load32_zero", 4, CODE(0, 0x20, 0, SIMD(92), 0, 0, 0x1A)},
    {"v128.load64_lane", 8, CODE(0, 0x20, 0, V128_CONST(1, 2), SIMD(87), 0, 0, 1, 0x1A)},
    {"v128.store", 16, CODE(0, 0x20, 0, V128_CONST(1, 2), SIMD(11), 0, 0)},
    {"v128.store16_lane", 2, CODE(0, 0x20, 0, V128_CONST(1, 2), SIMD(89), 0, 0, 7)},
};

static void the_last_bytes_can_be_reached_and_not_one_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
        struct wasm_bytes bytes;
        struct wasm_program program;
        size_t mark = wasm_bytes_function(&bytes, "i:", 1);
        wasm_bytes_put(&bytes, accesses[i].code, accesses[i].code_size);
        wasm_bytes_end_function(&bytes, mark);
        wasm_program_init(&program);
        start(&program, &bytes);
        const uint32_t wrong[] = {WASM_PAGE_SIZE + 1 - accesses[i].size, WASM_PAGE_SIZE, UINT32_MAX,
                                  0x80000000u, UINT32_MAX - accesses[i].size + 1};
        union wasm_value args[1] = {{.i64 = WASM_PAGE_SIZE - accesses[i].size}};
        if (wasm_program_call(&program, "f", args, NULL) != 0)
            fail_msg("%s does not reach the end", accesses[i].what);
        for (size_t j = 0; j < sizeof(wrong) / sizeof(wrong[0]); j++) {
            args[0].i64 = wrong[j];
            if (wasm_program_call(&program, "f", args, NULL) != WASM_TRAP_MEMORY_BOUNDS)
                fail_msg("%s at %u", accesses[i].what, wrong[j]);
        }
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
    }
}

/* With constant addresses: 16 bytes are written at 0xFFF0, and a byte of them is read. */
static void a_constant_address_is_checked_with_its_offset(void **state)
{
    (void)state;
    const uint8_t code[] = {0,    0x41, 0xE0,    0xFF, 3, V128_CONST(7, 9), SIMD(11), 0, 16, 0x41, 0xF8,
                            0xFF, 3,    SIMD(7), 0,    0, SIMD(29),         1};
    const uint8_t beyond[] = {0, 0x41, 0xE0, 0xFF, 3, SIMD(0), 0, 17, SIMD(29), 0};
    struct wasm_bytes bytes;
    struct wasm_program program;
    union wasm_value results[1];
    for (int wrong = 0; wrong < 2; wrong++) {
        size_t mark = wasm_bytes_function(&bytes, ":I", 1);
        wasm_bytes_put(&bytes, wrong ? beyond : code, wrong ? sizeof(beyond) : sizeof(code));
        wasm_bytes_end_function(&bytes, mark);
        wasm_program_init(&program);
        start(&program, &bytes);
        assert_int_equal(wasm_program_call(&program, "f", NULL, results),
                         wrong ? WASM_TRAP_MEMORY_BOUNDS : 0);
        if (!wrong)
            assert_int_equal(results[0].i64, 0x0909090909090909);
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
    }
}

/* f(x), with a second memory by 64-bit addresses: {7, 9} is stored there at x, and a lane is loaded over
 * another. */
static void put_far(struct wasm_bytes *bytes)
{
    wasm_bytes_begin(bytes);
    WASM_BYTES_PUT(bytes, 1, 6, 1, 0x60, 1, 0x7E, 1, 0x7E);
    WASM_BYTES_PUT(bytes, 3, 2, 1, 0);
    WASM_BYTES_PUT(bytes, 5, 5, 2, 0, 0, 4, 1);
    WASM_BYTES_PUT(bytes, 7, 5, 1, 1, 'f', 0, 0);
    size_t section = wasm_bytes_section(bytes, 10);
    wasm_bytes_u8(bytes, 1);
    size_t body = wasm_bytes_open(bytes);
    WASM_BYTES_PUT(bytes, 0, 0x20, 0, V128_CONST(7, 9), SIMD(11), 0x40, 1, 0);
    WASM_BYTES_PUT(bytes, 0x20, 0, 0x20, 0, SIMD(0), 0x40, 1, 0, SIMD(87), 0x40, 1, 8, 0, SIMD(29), 0, 0x0B);
    wasm_bytes_close(bytes, body);
    wasm_bytes_close(bytes, section);
}

static void a_far_memory_has_the_same_bounds(void **state)
{
    (void)state;
    const uint64_t wrong[] = {WASM_PAGE_SIZE - 15, 1ull << 32, UINT64_MAX - 15, UINT64_MAX, 1ull << 63};
    struct wasm_bytes bytes;
    struct wasm_program program;
    union wasm_value args[1] = {{.i64 = WASM_PAGE_SIZE - 16}};
    union wasm_value results[1];
    put_far(&bytes);
    wasm_program_init(&program);
    start(&program, &bytes);
    assert_int_equal(wasm_program_call(&program, "f", args, results), 0);
    assert_int_equal(results[0].i64, 9);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        args[0].i64 = wrong[i];
        assert_int_equal(wasm_program_call(&program, "f", args, results), WASM_TRAP_MEMORY_BOUNDS);
    }
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
    program.config.features.relaxed_simd = simd;
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
    refuse(CODE(0, RELAXED(0)), false, 1, "illegal opcode 0xfd 0x100");
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
    refuse(CODE(0, V128_CONST(1, 2), 0x41, 0, SIMD(14), 0x1A), true, 21,
           "type mismatch: expected v128, found i32");
    refuse(CODE(0, V128_CONST(1, 2), SIMD(21), 16, 0x1A), true, 19,
           "invalid lane index 16: i8x16.extract_lane_s has 16 lanes");
    refuse(CODE(0, V128_CONST(1, 2), SIMD(31), 4, 0x1A), true, 19,
           "invalid lane index 4: f32x4.extract_lane has 4 lanes");
    refuse(CODE(0, V128_CONST(1, 2), 0x42, 0, SIMD(30), 2, 0x1A), true, 21,
           "invalid lane index 2: i64x2.replace_lane has 2 lanes");
    refuse(CODE(0, V128_CONST(1, 2), V128_CONST(1, 2), SIMD(13), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
                31, 32, 0x1A),
           true, 37, "invalid lane index 32: i8x16.shuffle has 32 lanes");
    refuse(CODE(0, 0x41, 0, SIMD(0), 4, 0, 0x1A), true, 3, "unknown memory 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_vector_keeps_both_halves_wherever_it_goes),
        cmocka_unit_test(host_functions_and_globals_hold_vectors),
        cmocka_unit_test(relaxed_instructions_are_those_of_the_deterministic_profile),
        cmocka_unit_test(a_shuffle_gives_the_bytes_it_names_extended_or_not),
        cmocka_unit_test(the_last_bytes_can_be_reached_and_not_one_more),
        cmocka_unit_test(a_constant_address_is_checked_with_its_offset),
        cmocka_unit_test(a_far_memory_has_the_same_bounds),
        cmocka_unit_test(without_the_feature_nothing_of_vectors_is_known),
        cmocka_unit_test(a_wrong_vector_instruction_is_refused_where_it_stands),
    };
    return cmocka_run_group_tests_name("wasm_simd", tests, NULL, NULL);
}
