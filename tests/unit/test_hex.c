/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal and base64: one text for one value, and nothing read or written outside. RFC 4648. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../../src/base/hex.h"

/* RFC 4648, section 10. */
static const char *const vectors[][2] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};

static void base64_gives_the_vectors_of_the_rfc(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        char text[16];
        base64_encode((const uint8_t *)vectors[i][0], strlen(vectors[i][0]), text);
        assert_string_equal(text, vectors[i][1]);
    }
}

static void base64_reads_back_what_it_wrote(void **state)
{
    (void)state;
    uint8_t bytes[64], back[64];
    char text[96];
    size_t size;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 37);
    for (size_t n = 0; n <= sizeof(bytes); n++) {
        base64_encode(bytes, n, text);
        assert_true(base64_decode(text, strlen(text), back, sizeof(back), &size));
        assert_int_equal(size, n);
        assert_memory_equal(back, bytes, n);
    }
}

static void base64_refuses_a_second_way_to_write_a_value(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "Zh==", "Zm9=", "Zg", "Zg=", "Zg==\n", " Zg==", "Zg==Zg==", "Z===", "====", "Zm8-", "Zm8_"};
    uint8_t bytes[16];
    size_t size;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(base64_decode(texts[i], strlen(texts[i]), bytes, sizeof(bytes), &size));
    assert_false(base64_decode("Zm\0v", 4, bytes, sizeof(bytes), &size));
}

static void base64_never_writes_beyond_the_capacity(void **state)
{
    (void)state;
    uint8_t bytes[7];
    size_t size;
    for (size_t capacity = 0; capacity < 6; capacity++) {
        memset(bytes, 0xa5, sizeof(bytes));
        assert_false(base64_decode("Zm9vYmFy", 8, bytes, capacity, &size));
        for (size_t i = capacity; i < sizeof(bytes); i++)
            assert_int_equal(bytes[i], 0xa5);
    }
    assert_true(base64_decode("Zm9vYmFy", 8, bytes, 6, &size));
}

static void hex_takes_either_case_and_gives_lower(void **state)
{
    (void)state;
    uint8_t bytes[4];
    char text[9];
    assert_true(hex_decode("DEadBEef", 8, bytes, 4));
    hex_encode(bytes, 4, text);
    assert_string_equal(text, "deadbeef");
}

static void hex_refuses_any_other_length_or_character(void **state)
{
    (void)state;
    static const char *const texts[] = {"deadbee",   "deadbeef0", "deadbeef00", "deadbeeg", "0xadbeef",
                                        "dead beef", ""};
    uint8_t bytes[4];
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(hex_decode(texts[i], strlen(texts[i]), bytes, 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_gives_the_vectors_of_the_rfc),
        cmocka_unit_test(base64_reads_back_what_it_wrote),
        cmocka_unit_test(base64_refuses_a_second_way_to_write_a_value),
        cmocka_unit_test(base64_never_writes_beyond_the_capacity),
        cmocka_unit_test(hex_takes_either_case_and_gives_lower),
        cmocka_unit_test(hex_refuses_any_other_length_or_character),
    };
    return cmocka_run_group_tests_name("hex", tests, NULL, NULL);
}
