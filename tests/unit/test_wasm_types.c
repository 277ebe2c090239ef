/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Defined types beyond what the official suite reaches: errors with their places, limits, a great many types,
 * and what the embedder may do with references. WebAssembly core specification, 3.3 and 5.3.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../support/wasm_program.h"

/* ---- Errors -------------------------------------------------------------------------------------------- */

/* A type section of `count` recursion groups, whose bytes begin at offset 11. */
struct wrong {
    const char *what;
    uint8_t count;
    uint8_t size;
    uint8_t types[24];
    int code;
    uint64_t offset;
    const char *message;
};

#define TYPES(...)                                                                                           \
    sizeof((const uint8_t[]){__VA_ARGS__}),                                                                  \
    {                                                                                                        \
        __VA_ARGS__                                                                                          \
    }
#define SUB       0x50
#define SUB_FINAL 0x4F
#define REC       0x4E
#define FUNC      0x60
#define STRUCT    0x5F
#define ARRAY     0x5E

static const struct wrong wrongs[] = {
    {"a final supertype", 2, TYPES(FUNC, 0, 0, SUB, 1, 0, FUNC, 0, 0), WASM_EINVALID, 20,
     "sub type 1 does not match super type 0, which is final"},
    {"a supertype of another kind", 2, TYPES(SUB, 0, STRUCT, 0, SUB, 1, 0, FUNC, 0, 0), WASM_EINVALID, 21,
     "sub type 1 does not match super type 0"},
    {"fewer fields than the supertype", 2, TYPES(SUB, 0, STRUCT, 1, 0x7F, 0, SUB, 1, 0, STRUCT, 0),
     WASM_EINVALID, 22, "sub type 1 does not match"},
    {"a field that may be assigned where the supertype's may not", 2,
     TYPES(SUB, 0, STRUCT, 1, 0x7F, 0, SUB, 1, 0, STRUCT, 1, 0x7F, 1), WASM_EINVALID, 24,
     "sub type 1 does not match"},
    {"a narrower type for a field that may be assigned", 2,
     TYPES(SUB, 0, ARRAY, 0x6E, 1, SUB, 1, 0, ARRAY, 0x6D, 1), WASM_EINVALID, 22,
     "sub type 1 does not match"},
    {"a packed field for a wide one", 2, TYPES(SUB, 0, ARRAY, 0x7F, 0, SUB, 1, 0, ARRAY, 0x78, 0),
     WASM_EINVALID, 22, "sub type 1 does not match"},
    {"a wider result", 2, TYPES(SUB, 0, FUNC, 0, 1, 0x6D, SUB, 1, 0, FUNC, 0, 1, 0x6E), WASM_EINVALID, 24,
     "sub type 1 does not match"},
    {"a narrower parameter", 2, TYPES(SUB, 0, FUNC, 1, 0x6E, 0, SUB, 1, 0, FUNC, 1, 0x6D, 0), WASM_EINVALID,
     24, "sub type 1 does not match"},
    {"two supertypes", 1, TYPES(SUB, 2, 0, 0, FUNC, 0, 0), WASM_EINVALID, 13, "a type with 2 supertypes"},
    {"itself as its supertype", 1, TYPES(SUB, 1, 0, FUNC, 0, 0), WASM_EINVALID, 14,
     "unknown type 0 as a supertype of type 0"},
    {"a supertype behind it in the group", 1, TYPES(REC, 2, SUB, 1, 1, FUNC, 0, 0, SUB, 0, FUNC, 0, 0),
     WASM_EINVALID, 16, "unknown type 1 as a supertype of type 0"},
    {"a reference behind the group", 1, TYPES(FUNC, 1, 0x63, 1, 0), WASM_EINVALID, 15, "unknown type 1"},
    {"a reference to no heap type", 1, TYPES(FUNC, 1, 0x63, 0x7B, 0), WASM_EMALFORMED, 15,
     "malformed value type 0x7b"},
    {"a heap type of two bytes", 1, TYPES(FUNC, 1, 0x64, 0xF0, 0x7F, 0), WASM_EMALFORMED, 16,
     "malformed value type 0xf0"},
    {"a packed parameter", 1, TYPES(FUNC, 1, 0x78, 0), WASM_EMALFORMED, 14, "malformed value type 0x78"},
    {"a field of unknown mutability", 1, TYPES(STRUCT, 1, 0x7F, 2), WASM_EMALFORMED, 15,
     "malformed mutability 0x2"},
    {"a supertype's list without a type", 1, TYPES(SUB, 0, SUB, 0), WASM_EMALFORMED, 14,
     "malformed definition type 0x50"},
    {"a group within a group", 1, TYPES(REC, 1, REC, 0), WASM_EMALFORMED, 14,
     "malformed definition type 0x4e"},
    {"a group of more types than there are bytes", 1, TYPES(REC, 0xFF, 0xFF, 3, FUNC, 0), WASM_EMALFORMED, 15,
     "unexpected end"},
    {"more fields than there are bytes", 1, TYPES(STRUCT, 0xFF, 0x4E, 0x7F, 0), WASM_EMALFORMED, 14,
     "unexpected end"},
    {"more fields than are supported", 1, TYPES(STRUCT, 0x91, 0x4E), WASM_EMALFORMED, 14, "unexpected end"},
};

static size_t begin_types(struct wasm_bytes *bytes, uint32_t count)
{
    wasm_bytes_begin(bytes);
    size_t mark = wasm_bytes_section(bytes, 1);
    wasm_bytes_u32(bytes, count);
    return mark;
}

static void an_error_in_a_type_says_where_and_what(void **state)
{
    (void)state;
    size_t failures = 0;
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
        const struct wrong *wrong = &wrongs[i];
        struct wasm_bytes bytes;
        struct wasm_program program;
        wasm_bytes_begin(&bytes);
        const uint8_t head[] = {1, (uint8_t)(wrong->size + 1), wrong->count};
        wasm_bytes_put(&bytes, head, sizeof(head));
        wasm_bytes_put(&bytes, wrong->types, wrong->size);
        wasm_program_init(&program);
        int status = wasm_program_load(&program, &bytes);
        if (status != wrong->code || program.error.offset != wrong->offset ||
            strncmp(program.error.message, wrong->message, strlen(wrong->message)) != 0) {
            print_message("# %s: %d at %llu: %s\n", wrong->what, status,
                          (unsigned long long)program.error.offset, program.error.message);
            failures++;
        }
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
    }
    assert_int_equal(failures, 0);
}

/* ---- Limits -------------------------------------------------------------------------------------------- */

/* A chain of types, each the supertype of the next. */
static int load_chain(struct wasm_program *program, struct wasm_bytes *bytes, uint32_t length, bool one_group)
{
    size_t mark = begin_types(bytes, one_group ? 1 : length);
    if (one_group) {
        wasm_bytes_u8(bytes, REC);
        wasm_bytes_u32(bytes, length);
    }
    WASM_BYTES_PUT(bytes, SUB, 0, STRUCT, 0);
    for (uint32_t i = 1; i < length; i++) {
        WASM_BYTES_PUT(bytes, SUB, 1);
        wasm_bytes_u32(bytes, i - 1);
        WASM_BYTES_PUT(bytes, STRUCT, 0);
    }
    wasm_bytes_close(bytes, mark);
    wasm_program_init(program);
    return wasm_program_load(program, bytes);
}

static void chains_of_supertypes_are_bounded(void **state)
{
    (void)state;
    for (int one_group = 0; one_group < 2; one_group++) {
        struct wasm_bytes bytes;
        struct wasm_program program;
        assert_int_equal(load_chain(&program, &bytes, 64, one_group), 0);
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
        assert_int_equal(load_chain(&program, &bytes, 65, one_group), WASM_ELIMIT);
        assert_string_equal(program.error.message,
                            "type 64 has 64 supertypes above it, at most 63 are supported");
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
    }
}

/* Types that differ in their last bits only, or not at all. */
static void put_number_in_types(struct wasm_bytes *bytes, uint32_t number)
{
    WASM_BYTES_PUT(bytes, FUNC, 20);
    for (uint32_t bit = 0; bit < 20; bit++)
        wasm_bytes_u8(bytes, number >> bit & 1 ? 0x7E : 0x7F);
    wasm_bytes_u8(bytes, 0);
}

static void a_great_many_types_take_memory_in_proportion(void **state)
{
    (void)state;
    static const uint32_t count = 100000;
    for (uint32_t different = 0; different < 2; different++) {
        struct wasm_bytes bytes;
        struct wasm_program program;
        size_t mark = begin_types(&bytes, count);
        for (uint32_t i = 0; i < count; i++)
            put_number_in_types(&bytes, different ? i : 7);
        wasm_bytes_close(&bytes, mark);
        wasm_program_init(&program);
        assert_int_equal(wasm_program_load(&program, &bytes), 0);
        assert_int_equal(wasm_program_start(&program), 0);
        uint64_t once = wasm_store_arena_used(program.store);
        assert_int_equal(wasm_program_start(&program), 0);
        uint64_t twice = wasm_store_arena_used(program.store);
        /* a second instance finds all its types there: what it takes is its list of them */
        assert_true(twice - once < 8 * count + 65536);
        assert_true(once < (different ? 24 * bytes.size : 65536 + 12 * count));
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
    }
}

/* ---- The embedder -------------------------------------------------------------------------------------- */

static int answer(void *context, struct wasm_instance *caller, const union wasm_value *args,
                  union wasm_value *results)
{
    (void)context;
    (void)caller;
    (void)args;
    (void)results;
    return 0;
}

static void the_embedder_cannot_make_what_a_type_forbids(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    struct wasm_program program;
    size_t mark = begin_types(&bytes, 1);
    WASM_BYTES_PUT(&bytes, FUNC, 0, 0);
    wasm_bytes_close(&bytes, mark);
    wasm_program_init(&program);
    assert_int_equal(wasm_program_load(&program, &bytes), 0);
    const uint32_t first = wasm_type_concrete(0);
    const struct wasm_function_type taker = {&first, NULL, 1, 0};
    struct wasm_function *function;
    struct wasm_table *table;
    /* the store has no type yet */
    assert_int_equal(wasm_function_new(program.store, &taker, answer, NULL, &function), WASM_EARGUMENT);
    assert_int_equal(wasm_program_start(&program), 0);
    assert_int_equal(wasm_function_new(program.store, &taker, answer, NULL, &function), 0);
    assert_int_equal(wasm_function_type(function).parameters[0], first);

    struct wasm_table_type type = {.element = WASM_FUNCREF | WASM_NON_NULL, .range = {1, 0, false}};
    assert_int_equal(wasm_table_new(program.store, &type, &table), WASM_EARGUMENT);
    type.element = WASM_I32;
    assert_int_equal(wasm_table_new(program.store, &type, &table), WASM_EARGUMENT);
    type.element = wasm_type_concrete(1000);
    assert_int_equal(wasm_table_new(program.store, &type, &table), WASM_EARGUMENT);
    type.element = first;
    assert_int_equal(wasm_table_new(program.store, &type, &table), 0);
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

/* ---- Branches on null ---------------------------------------------------------------------------------- */

/* "f" with i32 -> i32: whether element `argument` of a table with one function and one null is null, asked
 * right behind the operation that fetches it. */
static void put_asker(struct wasm_bytes *bytes, const uint8_t *code, size_t size)
{
    wasm_bytes_begin(bytes);
    WASM_BYTES_PUT(bytes, 1, 6, 1, FUNC, 1, 0x7F, 1, 0x7F);
    WASM_BYTES_PUT(bytes, 3, 2, 1, 0);
    WASM_BYTES_PUT(bytes, 4, 4, 1, 0x70, 0, 2);
    WASM_BYTES_PUT(bytes, 7, 5, 1, 1, 'f', 0, 0);
    WASM_BYTES_PUT(bytes, 9, 7, 1, 0, 0x41, 0, 0x0B, 1, 0);
    size_t section = wasm_bytes_section(bytes, 10);
    wasm_bytes_u32(bytes, 1);
    size_t body = wasm_bytes_open(bytes);
    wasm_bytes_u8(bytes, 0);
    wasm_bytes_put(bytes, code, size);
    wasm_bytes_close(bytes, body);
    wasm_bytes_close(bytes, section);
}

static void a_reference_is_null_or_not_whatever_was_computed_before(void **state)
{
    (void)state;
    static const uint8_t on_null[] = {0x02, 0x40, 0x20, 0,    0x25, 0,    0xD5, 0,
                                      0x1A, 0x41, 0,    0x0F, 0x0B, 0x41, 1,    0x0B};
    static const uint8_t on_non_null[] = {0x02, 0x70, 0x20, 0,    0x25, 0,    0xD6, 0,
                                          0x41, 1,    0x0F, 0x0B, 0x1A, 0x41, 0,    0x0B};
    static const uint8_t after_sum[] = {0x02, 0x40, 0x41, 5,    0x20, 0, 0x6A, 0x1A, 0x20, 0, 0x25,
                                        0,    0xD5, 0,    0x1A, 0x41, 0, 0x0F, 0x0B, 0x41, 1, 0x0B};
    const struct {
        const uint8_t *code;
        size_t size;
    } askers[] = {
        {on_null, sizeof(on_null)}, {on_non_null, sizeof(on_non_null)}, {after_sum, sizeof(after_sum)}};
    for (size_t i = 0; i < 3; i++) {
        struct wasm_bytes bytes;
        struct wasm_program program;
        put_asker(&bytes, askers[i].code, askers[i].size);
        wasm_program_init(&program);
        assert_int_equal(wasm_program_load(&program, &bytes), 0);
        assert_int_equal(wasm_program_start(&program), 0);
        for (uint32_t element = 0; element < 2; element++) {
            const union wasm_value argument = {.i64 = element};
            union wasm_value result = {.i64 = 7};
            assert_int_equal(wasm_program_call(&program, "f", &argument, &result), 0);
            assert_int_equal(result.i64, element);
        }
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
    }
}

static void types_have_readable_names(void **state)
{
    (void)state;
    const uint32_t parameters[] = {WASM_FUNCREF, WASM_FUNCREF | WASM_NON_NULL, wasm_type_concrete(7),
                                   WASM_V128, wasm_type_concrete(12) | WASM_NON_NULL};
    const uint32_t result = WASM_NULLREF;
    const struct wasm_function_type type = {parameters, &result, 5, 1};
    char text[128];
    wasm_function_type_format(&type, text, sizeof(text));
    assert_string_equal(text, "(funcref, (ref func), (ref null 7), v128, (ref 12)) -> nullref");
    assert_string_equal(wasm_type_name(wasm_type_concrete(3)), "(ref null type)");
    assert_string_equal(wasm_type_name(WASM_I32 | WASM_NON_NULL), "unknown");
    assert_string_equal(wasm_type_name(0x75), "unknown");
    assert_string_equal(wasm_type_name(0xFF), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_in_a_type_says_where_and_what),
        cmocka_unit_test(chains_of_supertypes_are_bounded),
        cmocka_unit_test(a_great_many_types_take_memory_in_proportion),
        cmocka_unit_test(the_embedder_cannot_make_what_a_type_forbids),
        cmocka_unit_test(a_reference_is_null_or_not_whatever_was_computed_before),
        cmocka_unit_test(types_have_readable_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
