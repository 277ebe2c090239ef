/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder and validator: every error says where, nothing is allocated for sizes that cannot be, and a
 * module may arrive in any pieces. WebAssembly core specification, chapters 3 and 5. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../support/wasm_program.h"

/* ---- Positions ----------------------------------------------------------------------------------------- */

#define HEADER "\0asm\1\0\0\0"
#define TYPES  "\1\4\1\x60\0\0" /* 8..13 */
#define FUNCS  "\3\2\1\0"       /* 14..17 */

struct wrong {
    const char *what;
    const char *bytes;
    size_t size;
    int code;
    const char *section;
    uint64_t offset;
    const char *message; /* how it begins */
};

#define WRONG(what, bytes, code, section, offset, message)                                                   \
    {what, bytes, sizeof(bytes) - 1, code, section, offset, message}
#define MALFORMED WASM_EMALFORMED
#define INVALID   WASM_EINVALID
#define BODY                                                                                                 \
    HEADER TYPES FUNCS "\x0A" /* then section size, count, body size, locals, code from offset 24 on */

static const struct wrong wrongs[] = {
    WRONG("nothing", "", MALFORMED, "header", 0, "unexpected end"),
    WRONG("half a magic", "\0as", MALFORMED, "header", 0, "unexpected end"),
    WRONG("another magic", "\0asn\1\0\0\0", MALFORMED, "header", 0, "magic header not detected"),
    WRONG("no version", "\0asm\1\0", MALFORMED, "header", 4, "unexpected end"),
    WRONG("a component", "\0asm\x0d\0\1\0", MALFORMED, "header", 4, "unknown binary version"),
    WRONG("a section without size", HEADER "\1", MALFORMED, "module", 9, "unexpected end"),
    WRONG("a section past the end", HEADER "\1\5\1\x60", MALFORMED, "module", 8, "length out of bounds"),
    WRONG("an unknown section", HEADER "\x0E\0", MALFORMED, "module", 8, "malformed section id 14"),
    WRONG("a section twice", HEADER TYPES TYPES, MALFORMED, "type", 14,
          "unexpected content after last section"),
    WRONG("sections out of order", HEADER "\3\1\0" TYPES, MALFORMED, "type", 11, "unexpected content"),
    WRONG("a size that is too long", HEADER "\1\x84\x80\x80\x80\x80\0", MALFORMED, "module", 9,
          "integer representation"),
    WRONG("a size beyond 32 bits", HEADER "\1\x84\x80\x80\x80\x10", MALFORMED, "module", 9,
          "integer too large"),
    WRONG("bytes behind the types", HEADER "\1\5\1\x60\0\0\0", MALFORMED, "type", 14,
          "section size mismatch"),
    WRONG("more types than fit", HEADER "\1\5\xFF\xFF\xFF\xFF\x0F", MALFORMED, "type", 15, "unexpected end"),
    WRONG("a type that is none", HEADER "\1\4\1\x61\0\0", MALFORMED, "type", 12,
          "malformed definition type 0x61"),
    WRONG("a parameter that is no type", HEADER "\1\5\1\x60\1\x60\0", MALFORMED, "type", 14,
          "malformed value type 0x60"),
    WRONG("an unknown type index", HEADER TYPES "\3\2\1\1", INVALID, "function", 18, "unknown type 1"),
    WRONG("an import that is no UTF-8", HEADER "\2\6\1\1\xFF\0\0\0", MALFORMED, "import", 12,
          "malformed UTF-8"),
    WRONG("an import of an unknown kind", HEADER "\2\5\1\0\0\5\0", MALFORMED, "import", 14,
          "malformed import kind 0x5"),
    WRONG("limits with unknown flags", HEADER "\5\3\1\x08\1", MALFORMED, "memory", 12,
          "malformed limits flags 0x8"),
    WRONG("a memory of more than 4 GiB", HEADER "\5\5\1\0\x81\x80\4", INVALID, "memory", 15,
          "memory size must be"),
    WRONG("a minimum above the maximum", HEADER "\5\4\1\1\2\1", INVALID, "memory", 14,
          "size minimum must not"),
    WRONG("a global that is no constant", HEADER "\6\5\1\x7F\0\1\x0B", INVALID, "global", 13,
          "constant expression required"),
    WRONG("a global of another type", HEADER "\6\6\1\x7F\0\x42\0\x0B", INVALID, "global", 15,
          "type mismatch"),
    WRONG("a global of itself", HEADER "\6\6\1\x7F\0\x23\0\x0B", INVALID, "global", 13, "unknown global 0"),
    WRONG("an export of nothing", HEADER "\7\5\1\1f\0\0", INVALID, "export", 15, "unknown function 0"),
    WRONG("an export twice", HEADER "\5\3\1\0\1\7\x09\2\1m\2\0\1m\2\0", INVALID, "export", 24,
          "duplicate export name \"m\""),
    WRONG("a start that is not there", HEADER "\x08\1\0", INVALID, "start", 11, "unknown function 0"),
    WRONG("elements without a table", HEADER "\x09\6\1\0\x41\0\x0B\0", INVALID, "element", 12,
          "unknown table 0"),
    WRONG("data without a memory", HEADER "\x0B\6\1\0\x41\0\x0B\0", INVALID, "data", 12, "unknown memory 0"),
    WRONG("functions without code", HEADER TYPES FUNCS, MALFORMED, "module", 18, "function and code section"),
    WRONG("code without functions", HEADER "\x0A\4\1\2\0\x0B", MALFORMED, "code", 10,
          "function and code section"),
    WRONG("a body past its section", BODY "\4\1\5\0\x0B", MALFORMED, "code", 21, "length out of bounds"),
    WRONG("a body without end", BODY "\4\1\2\0\1", MALFORMED, "code", 24, "unexpected end"),
    WRONG("a body with bytes behind it", BODY "\5\1\3\0\x0B\1", MALFORMED, "code", 24,
          "section size mismatch"),
    WRONG("an illegal opcode", BODY "\5\1\3\0\xFF\x0B", MALFORMED, "code", 23, "illegal opcode 0xff"),
    WRONG("an illegal second opcode", BODY "\6\1\4\0\xFC\x7F\x0B", MALFORMED, "code", 23,
          "illegal opcode 0xfc 0x7f"),
    WRONG("an operand that is missing", BODY "\5\1\3\0\x6A\x0B", INVALID, "code", 23,
          "type mismatch: expected i32, but nothing"),
    WRONG("an operand of another type", BODY "\x09\1\7\0\x41\0\x42\0\x6A\x0B", INVALID, "code", 27,
          "type mismatch: expected i32, found i64"),
    WRONG("a value left over", BODY "\6\1\4\0\x41\0\x0B", INVALID, "code", 25,
          "type mismatch: 1 values remain"),
    WRONG("an unknown local", BODY "\6\1\4\0\x20\0\x0B", INVALID, "code", 23, "unknown local 0"),
    WRONG("an unknown label", BODY "\6\1\4\0\x0C\1\x0B", INVALID, "code", 23, "unknown label 1"),
    WRONG("an else without if", BODY "\5\1\3\0\5\x0B", MALFORMED, "code", 23, "else opcode without an if"),
    WRONG("a load without memory", BODY "\x09\1\7\0\x41\0\x28\2\0\x0B", INVALID, "code", 25,
          "unknown memory 0"),
    WRONG("a reference that is not declared", BODY "\7\1\5\0\xD2\0\x1A\x0B", INVALID, "code", 23,
          "undeclared function reference 0"),
    WRONG("2^32 locals", BODY "\x0C\1\x0A\2\xFF\xFF\xFF\xFF\x0F\x7F\1\x7F\x0B", MALFORMED, "code", 29,
          "too many locals"),
};

static int decode(const void *bytes, size_t size, struct wasm_error *error)
{
    struct wasm_program program;
    wasm_program_init(&program);
    /* a copy of exactly that size, so that a sanitizer sees a byte read beyond */
    uint8_t *copy = malloc(size + (size == 0));
    assert_non_null(copy);
    if (size > 0)
        memcpy(copy, bytes, size);
    int status = wasm_module_decode(&program.config, copy, size, &program.module, error);
    wasm_program_end(&program);
    free(copy);
    return status;
}

static void an_error_says_section_offset_and_what_was_expected(void **state)
{
    (void)state;
    size_t failures = 0;
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
        const struct wrong *wrong = &wrongs[i];
        struct wasm_error error = {0};
        int status = decode(wrong->bytes, wrong->size, &error);
        bool right = status == wrong->code && error.code == status &&
                     strcmp(error.section, wrong->section) == 0 && error.offset == wrong->offset &&
                     strncmp(error.message, wrong->message, strlen(wrong->message)) == 0;
        if (!right)
            print_message("# %s: %d in %s at %llu: %s\n", wrong->what, status,
                          error.section ? error.section : "-", (unsigned long long)error.offset,
                          error.message);
        failures += !right;
    }
    assert_int_equal(failures, 0);
}

/* ---- Every cut, every piece ---------------------------------------------------------------------------- */

/* A module with every section but a start. */
static void put_rich_module(struct wasm_bytes *bytes)
{
    wasm_bytes_begin(bytes);
    WASM_BYTES_PUT(bytes, 1, 9, 2, 0x60, 0, 0, 0x60, 2, 0x7F, 0x7E, 0);
    WASM_BYTES_PUT(bytes, 2, 8, 1, 1, 'm', 2, 'f', 'n', 0, 1);
    WASM_BYTES_PUT(bytes, 3, 3, 2, 0, 0);
    WASM_BYTES_PUT(bytes, 4, 5, 1, 0x70, 1, 2, 5);
    WASM_BYTES_PUT(bytes, 5, 3, 1, 0, 1);
    WASM_BYTES_PUT(bytes, 6, 6, 1, 0x7F, 1, 0x41, 7, 0x0B);
    WASM_BYTES_PUT(bytes, 7, 9, 2, 1, 'a', 0, 1, 1, 'm', 2, 0);
    WASM_BYTES_PUT(bytes, 9, 7, 1, 0, 0x41, 0, 0x0B, 1, 1);
    WASM_BYTES_PUT(bytes, 12, 1, 1);
    size_t section = wasm_bytes_section(bytes, 10);
    WASM_BYTES_PUT(bytes, 2, 2, 0, 0x0B, 11, 1, 3, 0x7F, 3, 0x40, 0x20, 0, 0x0D, 0, 0x0B, 0x0B);
    wasm_bytes_close(bytes, section);
    WASM_BYTES_PUT(bytes, 11, 7, 1, 0, 0x41, 0, 0x0B, 1, 'x');
    WASM_BYTES_PUT(bytes, 0, 11, 4, 'n', 'a', 'm', 'e', 1, 4, 1, 1, 1, 'q');
}

static void every_beginning_of_a_module_is_refused(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    struct wasm_error error;
    put_rich_module(&bytes);
    assert_int_equal(decode(bytes.data, bytes.size, &error), 0);
    size_t accepted = 0;
    for (size_t size = 0; size < bytes.size; size++) {
        int status = decode(bytes.data, size, &error);
        /* cut between two sections it may still be a module, but only without code or after it */
        accepted += status == 0;
        assert_true(status == 0 || status == WASM_EMALFORMED || status == WASM_EINVALID);
    }
    assert_in_range(accepted, 1, 4);
    wasm_bytes_free(&bytes);
}

/* row 31 */
static void every_changed_byte_is_survived(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    struct wasm_error error;
    put_rich_module(&bytes);
    for (size_t i = 0; i < bytes.size; i++) {
        uint8_t kept = bytes.data[i];
        for (unsigned value = 0; value < 256; value++) {
            bytes.data[i] = (uint8_t)value;
            int status = decode(bytes.data, bytes.size, &error);
            assert_true(status <= 0);
        }
        bytes.data[i] = kept;
    }
    wasm_bytes_free(&bytes);
}

static void a_module_may_arrive_byte_by_byte(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    struct wasm_program program;
    struct wasm_decoder *decoder;
    put_rich_module(&bytes);
    wasm_program_init(&program);
    assert_int_equal(wasm_decoder_new(&program.config, bytes.data, bytes.size, &decoder), 0);
    for (size_t size = 0; size < bytes.size; size++) {
        assert_int_equal(wasm_decoder_push(decoder, size, &program.error), 0);
        struct wasm_module *early;
        if (size == bytes.size / 2) {
            struct wasm_decoder *other;
            assert_int_equal(wasm_decoder_new(&program.config, bytes.data, bytes.size, &other), 0);
            assert_int_equal(wasm_decoder_push(other, size, NULL), 0);
            assert_int_equal(wasm_decoder_finish(other, &early, &program.error), WASM_EMORE);
            wasm_decoder_destroy(other);
        }
    }
    assert_int_equal(wasm_decoder_push(decoder, bytes.size, &program.error), 0);
    assert_int_equal(wasm_decoder_finish(decoder, &program.module, &program.error), 0);
    wasm_decoder_destroy(decoder);
    assert_int_equal(wasm_module_export_count(program.module), 2);
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

/* The engine must not read what has not arrived: the rest is inaccessible to the sanitizer until it has. */
static void an_error_is_found_as_soon_as_its_bytes_are_there(void **state)
{
    (void)state;
    struct wasm_program program;
    struct wasm_decoder *decoder;
    const char bytes[] = HEADER TYPES FUNCS "\x0A\x7F\1\2\0\xFF";
    wasm_program_init(&program);
    assert_int_equal(wasm_decoder_new(&program.config, (const uint8_t *)bytes, 1000, &decoder), 0);
    assert_int_equal(wasm_decoder_push(decoder, 23, &program.error), 0);
    assert_int_equal(wasm_decoder_push(decoder, 24, &program.error), WASM_EMALFORMED);
    assert_int_equal(program.error.offset, 23);
    /* and it stays */
    assert_int_equal(wasm_decoder_push(decoder, 24, &program.error), WASM_EMALFORMED);
    assert_int_equal(wasm_decoder_finish(decoder, &program.module, &program.error), WASM_EMALFORMED);
    wasm_decoder_destroy(decoder);
    program.module = NULL;
    wasm_program_end(&program);
}

/* ---- What a module says of itself ---------------------------------------------------------------------- */

static void imports_exports_and_names_are_known_without_an_instance(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    struct wasm_program program;
    struct wasm_import import;
    struct wasm_export export;
    char text[64];
    put_rich_module(&bytes);
    wasm_program_init(&program);
    assert_int_equal(wasm_program_load(&program, &bytes), 0);
    assert_int_equal(wasm_module_import_count(program.module), 1);
    wasm_module_import(program.module, 0, &import);
    assert_true(wasm_name_equal(import.module, wasm_name_of("m")) &&
                wasm_name_equal(import.name, wasm_name_of("fn")));
    assert_int_equal(import.type.kind, WASM_EXTERN_FUNCTION);
    wasm_function_type_format(&import.type.function, text, sizeof(text));
    assert_string_equal(text, "(i32, i64) -> ()");
    wasm_function_type_format(&import.type.function, text, 8);
    assert_string_equal(text, "(i32, i");
    assert_true(wasm_module_find_export(program.module, wasm_name_of("m"), &export));
    assert_int_equal(export.type.kind, WASM_EXTERN_MEMORY);
    assert_false(wasm_module_find_export(program.module, wasm_name_of("mm"), &export));
    assert_true(wasm_name_equal(wasm_module_function_name(program.module, 1), wasm_name_of("q")));
    assert_int_equal(wasm_module_function_name(program.module, 2).size, 0);
    const uint8_t *custom;
    size_t custom_size;
    assert_true(wasm_module_custom_section(program.module, wasm_name_of("name"), &custom, &custom_size));
    assert_int_equal(custom_size, 6);
    assert_false(wasm_module_custom_section(program.module, wasm_name_of("other"), &custom, &custom_size));
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

static void a_feature_that_is_off_is_not_there(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    struct wasm_program program;
    size_t mark = wasm_bytes_function(&bytes, "i:i", 0);
    WASM_BYTES_PUT(&bytes, 0, 0x20, 0, 0xC0); /* i32.extend8_s */
    wasm_bytes_end_function(&bytes, mark);
    wasm_program_init(&program);
    assert_true(wasm_features_set(&program.config.features, "sign-extension", false));
    assert_false(wasm_features_set(&program.config.features, "sign-extensions", false));
    assert_int_equal(wasm_program_load(&program, &bytes), WASM_EMALFORMED);
    assert_true(wasm_features_set(&program.config.features, "sign-extension", true));
    assert_int_equal(wasm_program_load(&program, &bytes), 0);
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

/* ---- Want of memory ------------------------------------------------------------------------------------ */

static void a_decoder_without_memory_says_so_at_every_allocation(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    struct wasm_program program;
    put_rich_module(&bytes);
    long calls = 0;
    int status = WASM_EMEMORY;
    for (; status != 0; calls++) {
        wasm_program_init(&program);
        program.host.fail_after = calls;
        status = wasm_module_decode(&program.config, bytes.data, bytes.size, &program.module, &program.error);
        assert_true(status == 0 || status == WASM_EMEMORY);
        wasm_program_end(&program);
    }
    assert_in_range(calls, 5, 100);
    wasm_bytes_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_says_section_offset_and_what_was_expected),
        cmocka_unit_test(every_beginning_of_a_module_is_refused),
        cmocka_unit_test(every_changed_byte_is_survived),
        cmocka_unit_test(a_module_may_arrive_byte_by_byte),
        cmocka_unit_test(an_error_is_found_as_soon_as_its_bytes_are_there),
        cmocka_unit_test(imports_exports_and_names_are_known_without_an_instance),
        cmocka_unit_test(a_feature_that_is_off_is_not_there),
        cmocka_unit_test(a_decoder_without_memory_says_so_at_every_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
