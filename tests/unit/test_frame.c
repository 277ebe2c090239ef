/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of the portal: each kind has its channel and its sizes, and nothing else is a frame
 * (docs/protocol.md, section 2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/proto/frame.h"

static int decode(uint8_t kind, uint16_t channel, uint32_t size)
{
    const struct frame f = {kind, channel, size};
    struct frame got = {0};
    uint8_t header[FRAME_HEADER_SIZE];
    frame_encode(&f, header);
    int error = frame_decode(header, &got);
    if (!error) {
        assert_int_equal(got.kind, kind);
        assert_int_equal(got.channel, channel);
        assert_int_equal(got.size, size);
    }
    return error;
}

/* row 1 */
static void every_kind_has_its_channel_and_its_sizes(void **state)
{
    (void)state;
    static const struct {
        uint8_t kind;
        bool on_zero;
        uint32_t least, most;
    } rules[] = {
        {1, true, 1, 256}, {2, false, 1, 1},    {3, false, 1, 16376}, {4, false, 4, 4},
        {5, false, 0, 0},  {6, true, 8, 16376}, {7, true, 8, 16376},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        uint16_t right = rules[i].on_zero ? 0 : 65535, wrong = rules[i].on_zero ? 1 : 0;
        assert_int_equal(decode(rules[i].kind, right, rules[i].least), 0);
        assert_int_equal(decode(rules[i].kind, right, rules[i].most), 0);
        assert_int_equal(decode(rules[i].kind, right, rules[i].most + 1), KEEP_EFORMAT);
        assert_int_equal(decode(rules[i].kind, right, UINT32_MAX), KEEP_EFORMAT);
        assert_int_equal(decode(rules[i].kind, wrong, rules[i].least), KEEP_EFORMAT);
        if (rules[i].least)
            assert_int_equal(decode(rules[i].kind, right, rules[i].least - 1), KEEP_EFORMAT);
    }
}

static void unknown_kinds_are_refused(void **state)
{
    (void)state;
    assert_int_equal(decode(0, 1, 1), KEEP_EFORMAT);
    for (unsigned kind = 8; kind < 256; kind++) {
        assert_int_equal(decode((uint8_t)kind, 0, 8), KEEP_EFORMAT);
        assert_int_equal(decode((uint8_t)kind, 1, 1), KEEP_EFORMAT);
    }
}

static void a_nonzero_reserved_byte_is_refused_and_nothing_is_stored(void **state)
{
    (void)state;
    uint8_t header[FRAME_HEADER_SIZE];
    struct frame f = {FRAME_DATA, 1, 1}, got = {9, 9, 9};
    frame_encode(&f, header);
    for (unsigned value = 1; value < 256; value++) {
        header[1] = (uint8_t)value;
        assert_int_equal(frame_decode(header, &got), KEEP_EFORMAT);
        assert_int_equal(got.kind, 9);
    }
}

static void numbers_are_little_endian(void **state)
{
    (void)state;
    static const uint8_t expected[FRAME_HEADER_SIZE] = {3, 0, 0x34, 0x12, 0x08, 0x07, 0, 0};
    const struct frame f = {FRAME_DATA, 0x1234, 0x0708};
    uint8_t header[FRAME_HEADER_SIZE];
    frame_encode(&f, header);
    assert_memory_equal(header, expected, sizeof expected);
}

static void calls_have_an_id_a_known_code_and_a_zero(void **state)
{
    (void)state;
    struct frame_call call = {7, FRAME_METHOD_EVIDENCE}, got;
    struct span body;
    uint8_t bytes[FRAME_CALL_HEADER_SIZE + 3] = {0};
    frame_call_encode(&call, bytes);
    assert_int_equal(frame_call_decode(FRAME_REQUEST, span_of(bytes, sizeof bytes), &got, &body), 0);
    assert_int_equal(got.id, 7);
    assert_int_equal(got.code, FRAME_METHOD_EVIDENCE);
    assert_int_equal(body.size, 3);
    /* the same bytes as a reply: status 1 may have no body */
    assert_int_equal(frame_call_decode(FRAME_REPLY, span_of(bytes, sizeof bytes), &got, &body), KEEP_EFORMAT);
    assert_int_equal(frame_call_decode(FRAME_REPLY, span_of(bytes, 8), &got, &body), 0);
    assert_int_equal(body.size, 0);
    bytes[6] = 1;
    assert_int_equal(frame_call_decode(FRAME_REQUEST, span_of(bytes, sizeof bytes), &got, &body),
                     KEEP_EFORMAT);
}

static void calls_with_unknown_codes_or_no_id_are_refused(void **state)
{
    (void)state;
    static const struct {
        enum frame_kind kind;
        uint32_t id;
        uint16_t code;
    } wrong[] = {
        {FRAME_REQUEST, 0, FRAME_METHOD_STATE}, {FRAME_REQUEST, 1, 0}, {FRAME_REQUEST, 1, 4},
        {FRAME_REQUEST, 1, UINT16_MAX},         {FRAME_REPLY, 0, 0},   {FRAME_REPLY, 1, 4},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct frame_call call = {wrong[i].id, wrong[i].code}, got;
        struct span body;
        uint8_t bytes[FRAME_CALL_HEADER_SIZE];
        frame_call_encode(&call, bytes);
        assert_int_equal(frame_call_decode(wrong[i].kind, span_of(bytes, sizeof bytes), &got, &body),
                         KEEP_EFORMAT);
    }
}

static void short_and_oversized_calls_are_refused(void **state)
{
    (void)state;
    static uint8_t bytes[FRAME_PAYLOAD_MAX + 1] = {1, 0, 0, 0, 1};
    struct frame_call got;
    struct span body;
    for (size_t size = 0; size < FRAME_CALL_HEADER_SIZE; size++)
        assert_int_equal(frame_call_decode(FRAME_REQUEST, span_of(bytes, size), &got, &body), KEEP_EFORMAT);
    assert_int_equal(frame_call_decode(FRAME_REQUEST, span_of(bytes, FRAME_PAYLOAD_MAX), &got, &body), 0);
    assert_int_equal(body.size, FRAME_CALL_BODY_MAX);
    assert_int_equal(frame_call_decode(FRAME_REQUEST, span_of(bytes, sizeof bytes), &got, &body),
                     KEEP_EFORMAT);
}

static void purposes_and_credits_outside_their_range_are_refused(void **state)
{
    (void)state;
    enum frame_purpose purpose;
    uint32_t count;
    for (unsigned value = 0; value < 256; value++) {
        uint8_t byte = (uint8_t)value;
        assert_int_equal(frame_purpose_decode(span_of(&byte, 1), &purpose),
                         value == 1 || value == 2 ? 0 : KEEP_EFORMAT);
    }
    static const uint8_t four[4] = {0, 0, 1, 0}, none[4];
    assert_int_equal(frame_purpose_decode(span_of(four, 2), &purpose), KEEP_EFORMAT);
    assert_int_equal(frame_purpose_decode(span_of(NULL, 0), &purpose), KEEP_EFORMAT);
    assert_int_equal(frame_credit_decode(span_of(four, 4), &count), 0);
    assert_int_equal(count, 65536);
    assert_int_equal(frame_credit_decode(span_of(none, 4), &count), KEEP_EFORMAT);
    assert_int_equal(frame_credit_decode(span_of(four, 3), &count), KEEP_EFORMAT);
}

static void a_boot_record_past_its_limit_or_with_a_bad_name_is_refused(void **state)
{
    (void)state;
    static uint8_t big[BOOT_RECORD_SIZE_MAX + 1];
    struct boot_record b = {.tee = "process", .memory = UINT64_MAX}, got;
    uint8_t bytes[BOOT_RECORD_SIZE_MAX];
    size_t size;
    assert_int_equal(boot_record_encode(&b, bytes, sizeof bytes, &size), 0);
    assert_int_equal(boot_record_decode(span_of(bytes, size), &got), 0);
    assert_string_equal(got.tee, "process");
    assert_true(got.memory == UINT64_MAX);
    assert_int_equal(boot_record_decode(span_of(big, sizeof big), &got), KEEP_ESIZE);
    assert_int_equal(boot_record_encode(&b, bytes, size - 1, &size), KEEP_ESIZE);
    b.tee[0] = 'P';
    assert_int_equal(boot_record_encode(&b, bytes, sizeof bytes, &size), KEEP_EFORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_its_channel_and_its_sizes),
        cmocka_unit_test(unknown_kinds_are_refused),
        cmocka_unit_test(a_nonzero_reserved_byte_is_refused_and_nothing_is_stored),
        cmocka_unit_test(numbers_are_little_endian),
        cmocka_unit_test(calls_have_an_id_a_known_code_and_a_zero),
        cmocka_unit_test(calls_with_unknown_codes_or_no_id_are_refused),
        cmocka_unit_test(short_and_oversized_calls_are_refused),
        cmocka_unit_test(purposes_and_credits_outside_their_range_are_refused),
        cmocka_unit_test(a_boot_record_past_its_limit_or_with_a_bad_name_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
