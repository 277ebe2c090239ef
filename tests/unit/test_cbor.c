/* SPDX-License-Identifier: Apache-2.0 */
/* Deterministic CBOR (RFC 8949, section 4.2.1): one form for each value, bounds kept, and libcbor as an
 * oracle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "../../src/proto/cbor.h"
#include "../../src/proto/utf8.h"
#include "cbor_oracle.h"

static uint8_t memory[1 << 16];

static int skip_all(struct span bytes, bool cose)
{
    struct cbor_reader r;
    if (cose)
        cbor_reader_init_cose(&r, bytes);
    else
        cbor_reader_init(&r, bytes);
    (void)cbor_skip(&r);
    return cbor_reader_finish(&r);
}

#define BYTES(text) SPAN_LITERAL(text)

static void numbers_take_their_shortest_head(void **state)
{
    (void)state;
    static const struct {
        uint64_t value;
        size_t size;
    } cases[] = {{0, 1},     {23, 1},    {24, 2},         {255, 2},        {256, 3},
                 {65535, 3}, {65536, 5}, {UINT32_MAX, 5}, {1ull << 32, 9}, {UINT64_MAX, 9}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cbor_writer w;
        struct cbor_reader r;
        struct span encoded;
        cbor_writer_init(&w, memory, sizeof memory);
        cbor_put_uint(&w, cases[i].value);
        assert_int_equal(cbor_writer_finish(&w, &encoded), 0);
        assert_int_equal(encoded.size, cases[i].size);
        cbor_reader_init(&r, encoded);
        assert_true(cbor_get_uint(&r) == cases[i].value);
        assert_int_equal(cbor_reader_finish(&r), 0);
    }
}

static void signed_numbers_come_back(void **state)
{
    (void)state;
    static const int64_t values[] = {0, -1, 23, -24, -25, 1000, -1000, -70001, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct cbor_writer w;
        struct cbor_reader r;
        struct span encoded;
        cbor_writer_init(&w, memory, sizeof memory);
        cbor_put_int(&w, values[i]);
        assert_int_equal(cbor_writer_finish(&w, &encoded), 0);
        cbor_reader_init(&r, encoded);
        assert_true(cbor_get_int(&r) == values[i]);
        assert_int_equal(cbor_reader_finish(&r), 0);
    }
}

static void numbers_beyond_int64_are_refused_as_signed(void **state)
{
    (void)state;
    static const struct span big[] = {{(const uint8_t *)"\x1b\x80\x00\x00\x00\x00\x00\x00\x00", 9},
                                      {(const uint8_t *)"\x3b\x80\x00\x00\x00\x00\x00\x00\x00", 9}};
    for (size_t i = 0; i < 2; i++) {
        struct cbor_reader r;
        cbor_reader_init(&r, big[i]);
        assert_true(cbor_get_int(&r) == 0);
        assert_int_equal(cbor_reader_finish(&r), KEEP_ESIZE);
    }
}

static void every_other_form_is_refused(void **state)
{
    (void)state;
    static const struct {
        struct span bytes;
    } wrong[] = {
        {{(const uint8_t *)"", 0}},
        {{(const uint8_t *)"\x18\x17", 2}},                             /* 23 in two bytes */
        {{(const uint8_t *)"\x19\x00\xff", 3}},                         /* 255 in three */
        {{(const uint8_t *)"\x1a\x00\x00\xff\xff", 5}},                 /* 65535 in five */
        {{(const uint8_t *)"\x1b\x00\x00\x00\x00\xff\xff\xff\xff", 9}}, /* 2^32 - 1 in nine */
        {{(const uint8_t *)"\x58\x01x", 3}},                            /* a long head of bytes */
        {{(const uint8_t *)"\x1c", 1}},                                 /* reserved */
        {{(const uint8_t *)"\x1f", 1}},
        {{(const uint8_t *)"\x5f\x41x\xff", 4}},    /* indefinite bytes */
        {{(const uint8_t *)"\x7f\x61x\xff", 4}},    /* indefinite text */
        {{(const uint8_t *)"\x9f\x00\xff", 3}},     /* indefinite array */
        {{(const uint8_t *)"\xbf\x00\x00\xff", 4}}, /* indefinite map */
        {{(const uint8_t *)"\xf6", 1}},             /* null */
        {{(const uint8_t *)"\xf7", 1}},             /* undefined */
        {{(const uint8_t *)"\xe0", 1}},             /* simple(0) */
        {{(const uint8_t *)"\xf8\x20", 2}},         /* simple(32) */
        {{(const uint8_t *)"\xf9\x3c\x00", 3}},     /* floats */
        {{(const uint8_t *)"\xfa\x3f\x80\x00\x00", 5}},
        {{(const uint8_t *)"\xff", 1}},                 /* break */
        {{(const uint8_t *)"\xc1\x00", 2}},             /* a tag */
        {{(const uint8_t *)"\xa1\x20\x00", 3}},         /* a negative key */
        {{(const uint8_t *)"\xa1\x61x\x00", 4}},        /* a text key */
        {{(const uint8_t *)"\xa2\x01\x00\x00\x00", 5}}, /* keys 1, 0 */
        {{(const uint8_t *)"\xa2\x01\x00\x01\x00", 5}}, /* keys 1, 1 */
        {{(const uint8_t *)"\xa1\x00", 2}},             /* a key without a value */
        {{(const uint8_t *)"\x82\x00", 2}},             /* an item too few */
        {{(const uint8_t *)"\x81", 1}},
        {{(const uint8_t *)"\x42x", 2}}, /* a byte too few */
        {{(const uint8_t *)"\x5b\xff\xff\xff\xff\xff\xff\xff\xff", 9}},
        {{(const uint8_t *)"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", 9}},
        {{(const uint8_t *)"\xbb\x80\x00\x00\x00\x00\x00\x00\x00", 9}},
        {{(const uint8_t *)"\x61\x80", 2}}, /* not UTF-8 */
        {{(const uint8_t *)"\x00\x00", 2}}, /* two items */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (skip_all(wrong[i].bytes, false) != KEEP_EFORMAT)
            fail_msg("case %zu is accepted", i);
}

static void only_cose_has_tags_and_negative_keys(void **state)
{
    (void)state;
    static const struct span good[] = {
        {(const uint8_t *)"\xc1\x00", 2},
        {(const uint8_t *)"\xa1\x20\x00", 3},
        {(const uint8_t *)"\xa4\x00\x00\x18\x20\x00\x20\x00\x38\x20\x00", 11}, /* 0, 32, -1, -33 */
    };
    static const struct span bad[] = {
        {(const uint8_t *)"\xa2\x20\x00\x00\x00", 5},                      /* -1 before 0 */
        {(const uint8_t *)"\xa2\x21\x00\x20\x00", 5},                      /* -2 before -1 */
        {(const uint8_t *)"\xa2\x20\x00\x20\x00", 5},                      /* -1 twice */
        {(const uint8_t *)"\xd8\x01\x00", 3},                              /* tag 1 in two bytes */
        {(const uint8_t *)"\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\x00", 10}, /* nine tags */
        {(const uint8_t *)"\xc1", 1},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(skip_all(good[i], true), 0);
        assert_int_equal(skip_all(good[i], false), KEEP_EFORMAT);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(skip_all(bad[i], true), KEEP_EFORMAT);
}

static void keys_come_in_the_order_of_their_encodings(void **state)
{
    (void)state;
    struct cbor_reader r;
    int64_t key, expected[] = {6, 263, -1, -70001};
    cbor_reader_init_cose(&r, BYTES("\xa4\x06\x00\x19\x01\x07\x00\x20\x00\x3a\x00\x01\x11\x70\x00"));
    struct cbor_map map = cbor_enter_map(&r);
    for (size_t i = 0; i < 4; i++) {
        assert_true(cbor_next_int_key(&r, &map, &key));
        assert_true(key == expected[i]);
        (void)cbor_skip(&r);
    }
    assert_false(cbor_next_int_key(&r, &map, &key));
    cbor_leave(&r);
    assert_int_equal(cbor_reader_finish(&r), 0);
}

static void an_unsigned_reader_of_keys_refuses_a_negative_one(void **state)
{
    (void)state;
    struct cbor_reader r;
    uint64_t key;
    int64_t signed_key;
    cbor_reader_init_cose(&r, BYTES("\xa1\x20\x00"));
    struct cbor_map map = cbor_enter_map(&r);
    assert_false(cbor_next_key(&r, &map, &key));
    assert_int_equal(cbor_reader_finish(&r), KEEP_EFORMAT);
    cbor_reader_init_cose(&r, BYTES("\xa1\x1b\x80\x00\x00\x00\x00\x00\x00\x00\x00"));
    map = cbor_enter_map(&r);
    assert_false(cbor_next_int_key(&r, &map, &signed_key));
    assert_int_equal(cbor_reader_finish(&r), KEEP_ESIZE);
}

static void eight_levels_are_read_and_nine_are_not(void **state)
{
    (void)state;
    static const uint8_t deep[] = {0x81, 0x81, 0xa1, 0x00, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x00};
    assert_int_equal(skip_all(BYTES("\x81\x81\x81\x81\x81\x81\x81\x81\x00"), false), 0);
    assert_int_equal(skip_all(BYTES("\x81\x81\x81\x81\x81\x81\x81\x81\x81\x00"), false), KEEP_EFORMAT);
    assert_int_equal(skip_all(span_of(deep, sizeof deep), false), KEEP_EFORMAT);
}

static void getters_refuse_another_type_and_then_give_nothing(void **state)
{
    (void)state;
    struct cbor_reader r;
    uint8_t two[2] = {7, 7};
    cbor_reader_init(&r, BYTES("\x41x"));
    assert_true(cbor_get_uint(&r) == 0);
    assert_int_equal(r.error, KEEP_EFORMAT);
    assert_int_equal(cbor_peek(&r), CBOR_END);
    assert_int_equal(cbor_get_bytes(&r).size, 0);
    assert_int_equal(cbor_get_text(&r).size, 0);
    assert_false(cbor_get_bool(&r));
    assert_true(cbor_get_tag(&r) == 0);
    assert_int_equal(cbor_enter_array(&r, 10), 0);
    assert_int_equal(cbor_skip(&r).size, 0);
    cbor_get_bytes_exact(&r, two, sizeof two);
    assert_int_equal(two[0], 7);
    cbor_reader_init(&r, BYTES("\x41x"));
    cbor_get_bytes_exact(&r, two, sizeof two);
    assert_int_equal(r.error, KEEP_EFORMAT);
    assert_int_equal(two[0], 7);
}

static void an_array_past_the_callers_limit_is_refused(void **state)
{
    (void)state;
    struct cbor_reader r;
    cbor_reader_init(&r, BYTES("\x83\x00\x00\x00"));
    assert_int_equal(cbor_enter_array(&r, 2), 0);
    assert_int_equal(cbor_reader_finish(&r), KEEP_ESIZE);
}

static void leaving_what_was_not_entered_is_an_error(void **state)
{
    (void)state;
    struct cbor_reader r;
    cbor_reader_init(&r, BYTES("\x00"));
    cbor_leave(&r);
    assert_int_equal(cbor_reader_finish(&r), KEEP_EFORMAT);
}

static void a_full_writer_keeps_its_first_error_and_no_size(void **state)
{
    (void)state;
    struct cbor_writer w;
    struct span encoded;
    for (size_t capacity = 0; capacity < 8; capacity++) {
        cbor_writer_init(&w, memory, capacity);
        cbor_put_array(&w, 2);
        cbor_put_bytes(&w, BYTES("abc"));
        cbor_put_bytes(&w, BYTES("de"));
        assert_int_equal(cbor_writer_finish(&w, &encoded), KEEP_ESIZE);
        assert_int_equal(encoded.size, 0);
    }
    cbor_writer_init(&w, memory, 8);
    cbor_put_text(&w, BYTES("\xc3"));
    cbor_put_uint(&w, 1);
    assert_int_equal(cbor_writer_finish(&w, &encoded), KEEP_EFORMAT);
}

static void utf8_is_that_of_rfc_3629(void **state)
{
    (void)state;
    static const char *const good[] = {"",
                                       "a",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc2",
                                      "\xc2z",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xe1\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xf1\x80\x80",
                                      "\xff",
                                      "\xfe",
                                      "a\xc3"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(utf8_valid(span_text(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(utf8_valid(span_text(bad[i])));
}

/* ---- the oracle ---- */

static uint32_t random_state = 1;
static uint32_t next_random(void)
{
    random_state = random_state * 1664525 + 1013904223;
    return random_state >> 8;
}

static void put_random(struct cbor_writer *w, unsigned depth)
{
    static const uint8_t text[] = "text of some bytes, more than twenty-four of them";
    unsigned kind = next_random() % (depth < 6 ? 7 : 5), count = next_random() % 4;
    uint64_t number = (uint64_t)next_random() << (next_random() % 40);
    switch (kind) {
    case 0:
        cbor_put_uint(w, number);
        break;
    case 1:
        cbor_put_int(w, -1 - (int64_t)number);
        break;
    case 2:
        cbor_put_bytes(w, span_of(text, next_random() % sizeof text));
        break;
    case 3:
        cbor_put_text(w, span_of(text, next_random() % (sizeof text - 1)));
        break;
    case 4:
        cbor_put_bool(w, number & 1);
        break;
    case 5:
        cbor_put_array(w, count);
        while (count-- > 0)
            put_random(w, depth + 1);
        break;
    default:
        cbor_put_map(w, count);
        for (unsigned key = 0; key < count; key++) {
            cbor_put_uint(w, key * 200);
            put_random(w, depth + 1);
        }
    }
}

static void what_is_written_libcbor_reads_and_writes_alike(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        struct cbor_writer w;
        struct span encoded;
        cbor_writer_init(&w, memory, sizeof memory);
        put_random(&w, 0);
        assert_int_equal(cbor_writer_finish(&w, &encoded), 0);
        assert_int_equal(skip_all(encoded, false), 0);
        assert_int_equal(oracle_item_size(encoded.data, encoded.size), encoded.size);
        assert_true(oracle_writes_alike(encoded.data, encoded.size));
    }
}

static void what_is_accepted_libcbor_accepts_too(void **state)
{
    (void)state;
    unsigned accepted = 0;
    for (unsigned round = 0; round < 300000; round++) {
        struct cbor_writer w;
        struct span encoded;
        cbor_writer_init(&w, memory, sizeof memory);
        put_random(&w, 2);
        assert_int_equal(cbor_writer_finish(&w, &encoded), 0);
        memory[next_random() % encoded.size] ^= (uint8_t)(1u << next_random() % 8);
        if (skip_all(encoded, false) != 0)
            continue;
        accepted++;
        assert_int_equal(oracle_item_size(encoded.data, encoded.size), encoded.size);
        assert_true(oracle_writes_alike(encoded.data, encoded.size));
    }
    assert_true(accepted > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_take_their_shortest_head),
        cmocka_unit_test(signed_numbers_come_back),
        cmocka_unit_test(numbers_beyond_int64_are_refused_as_signed),
        cmocka_unit_test(every_other_form_is_refused),
        cmocka_unit_test(only_cose_has_tags_and_negative_keys),
        cmocka_unit_test(keys_come_in_the_order_of_their_encodings),
        cmocka_unit_test(an_unsigned_reader_of_keys_refuses_a_negative_one),
        cmocka_unit_test(eight_levels_are_read_and_nine_are_not),
        cmocka_unit_test(getters_refuse_another_type_and_then_give_nothing),
        cmocka_unit_test(an_array_past_the_callers_limit_is_refused),
        cmocka_unit_test(leaving_what_was_not_entered_is_an_error),
        cmocka_unit_test(a_full_writer_keeps_its_first_error_and_no_size),
        cmocka_unit_test(utf8_is_that_of_rfc_3629),
        cmocka_unit_test(what_is_written_libcbor_reads_and_writes_alike),
        cmocka_unit_test(what_is_accepted_libcbor_accepts_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
