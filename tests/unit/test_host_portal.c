/* SPDX-License-Identifier: Apache-2.0 */
/* The host's end of the portal: what goes out and in which order, and each rule of docs/protocol.md, section
 * 2, that a hostile Keep may break (T8, T20). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "../../src/host/warden/portal.h"

static struct portal *portal;
static size_t wanted[PORTAL_SLOTS]; /* what a pull still gives */

static int set_up(void **state)
{
    (void)state;
    portal = calloc(1, sizeof *portal);
    memset(wanted, 0, sizeof wanted);
    return portal && portal_init(portal, SPAN_LITERAL("boot")) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    free(portal);
    return 0;
}

static ssize_t pull(void *context, unsigned slot, uint8_t *to, size_t capacity)
{
    size_t count = wanted[slot] < capacity ? wanted[slot] : capacity;
    (void)context;
    memset(to, (int)slot, count);
    wanted[slot] -= count;
    return (ssize_t)count;
}

/* Everything that waits, frame by frame. */
struct seen {
    struct frame frame;
    uint8_t first[8];
};

static size_t transmit(struct seen *seen, size_t most)
{
    size_t count = 0;
    for (;;) {
        portal_fill(portal, pull, NULL);
        struct span out = portal_output(portal);
        if (out.size == 0)
            return count;
        for (size_t at = 0; at < out.size;) {
            assert_true(count < most);
            assert_int_equal(frame_decode(out.data + at, &seen[count].frame), 0);
            size_t size = seen[count].frame.size;
            memcpy(seen[count].first, out.data + at + FRAME_HEADER_SIZE, size < 8 ? size : 8);
            at += FRAME_HEADER_SIZE + size;
            count++;
        }
        portal_output_sent(portal, out.size);
    }
}

static void drain(void)
{
    static struct seen seen[4096];
    (void)transmit(seen, 4096);
}

/* A frame of the Keep, given in pieces of this size. */
static int receive_in(size_t piece, enum frame_kind kind, uint16_t channel, const void *payload, size_t size)
{
    uint8_t bytes[FRAME_SIZE_MAX];
    struct frame f = {(uint8_t)kind, channel, (uint32_t)size};
    frame_encode(&f, bytes);
    if (size)
        memcpy(bytes + FRAME_HEADER_SIZE, payload, size);
    size += FRAME_HEADER_SIZE;
    for (size_t at = 0; at < size;) {
        size_t capacity, count = size - at < piece ? size - at : piece;
        uint8_t *room = portal_input_room(portal, &capacity);
        assert_true(capacity >= count);
        memcpy(room, bytes + at, count);
        int error = portal_input(portal, count);
        if (error)
            return error;
        at += count;
    }
    return 0;
}

static int receive(enum frame_kind kind, uint16_t channel, const void *payload, size_t size)
{
    return receive_in(FRAME_SIZE_MAX, kind, channel, payload, size);
}

static int receive_call(enum frame_kind kind, uint32_t id, uint16_t code, size_t body)
{
    uint8_t payload[FRAME_PAYLOAD_MAX] = {0};
    struct frame_call call = {id, code};
    frame_call_encode(&call, payload);
    return receive(kind, 0, payload, FRAME_CALL_HEADER_SIZE + body);
}

static int receive_credit(uint16_t channel, uint32_t count)
{
    uint8_t payload[4];
    store_le32(payload, count);
    return receive(FRAME_CREDIT, channel, payload, sizeof payload);
}

static int receive_open(uint16_t channel, uint8_t purpose)
{
    return receive(FRAME_OPEN, channel, &purpose, 1);
}

static void assert_broken(int error)
{
    assert_true(error < 0);
    assert_non_null(portal->broken);
    /* And stays so. */
    assert_true(receive_call(FRAME_REQUEST, portal->last_id + 1, FRAME_METHOD_EVIDENCE, 0) < 0);
}

/* ---- out ---- */

static void the_boot_record_goes_first_and_once(void **state)
{
    struct seen seen[16];
    (void)state;
    (void)portal_open(portal);
    assert_int_equal(transmit(seen, 16), 2);
    assert_int_equal(seen[0].frame.kind, FRAME_BOOT);
    assert_memory_equal(seen[0].first, "boot", 4);
    assert_int_equal(seen[1].frame.kind, FRAME_OPEN);
    assert_int_equal(seen[1].first[0], FRAME_PURPOSE_SESSION);
}

static void a_boot_record_that_is_empty_or_too_long_is_refused(void **state)
{
    static const uint8_t record[BOOT_RECORD_SIZE_MAX + 1];
    (void)state;
    assert_int_equal(portal_init(portal, span_of(record, 0)), KEEP_ESIZE);
    assert_int_equal(portal_init(portal, span_of(record, sizeof record)), KEEP_ESIZE);
    assert_int_equal(portal_init(portal, span_of(record, BOOT_RECORD_SIZE_MAX)), 0);
}

static void no_more_is_sent_than_the_credit(void **state)
{
    static struct seen seen[64];
    size_t total = 0;
    (void)state;
    int slot = portal_open(portal);
    wanted[slot] = 1 << 20;
    size_t count = transmit(seen, 64);
    for (size_t i = 0; i < count; i++)
        total += seen[i].frame.kind == FRAME_DATA ? seen[i].frame.size : 0;
    assert_int_equal(total, FRAME_WINDOW);
    assert_false(portal_may_pull(portal, (unsigned)slot));
    assert_int_equal(receive_credit(1, 10), 0);
    assert_int_equal(transmit(seen, 64), 1);
    assert_int_equal(seen[0].frame.size, 10);
}

static void channels_take_turns(void **state)
{
    static struct seen seen[64];
    (void)state;
    for (int i = 0; i < 3; i++)
        (void)portal_open(portal);
    drain();
    for (int i = 0; i < 3; i++)
        wanted[i] = 3 * FRAME_PAYLOAD_MAX;
    size_t count = transmit(seen, 64);
    assert_int_equal(count, 9);
    for (size_t i = 3; i < count; i++)
        assert_int_equal(seen[i].frame.channel, seen[i - 3].frame.channel);
}

static void answers_go_before_the_bytes_of_sessions(void **state)
{
    static struct seen seen[64];
    (void)state;
    int slot = portal_open(portal);
    drain();
    wanted[slot] = 10 * FRAME_PAYLOAD_MAX;
    assert_int_equal(receive_call(FRAME_REQUEST, 1, FRAME_METHOD_EVIDENCE, 64), 0);
    assert_int_equal(portal_answer(portal_next_call(portal), FRAME_STATUS_OK, SPAN_LITERAL("evidence")), 0);
    (void)transmit(seen, 64);
    assert_int_equal(seen[0].frame.kind, FRAME_REPLY);
    assert_int_equal(load_le32(seen[0].first), 1);
}

static void credit_goes_out_as_bytes_are_taken(void **state)
{
    static const uint8_t bytes[FRAME_PAYLOAD_MAX];
    static struct seen seen[64];
    (void)state;
    unsigned slot = (unsigned)portal_open(portal);
    drain();
    for (int round = 0; round < 20; round++) {
        assert_int_equal(receive(FRAME_DATA, 1, bytes, sizeof bytes), 0);
        while (portal_peek(portal, slot).size)
            portal_consume(portal, slot, portal_peek(portal, slot).size);
        assert_int_equal(transmit(seen, 64), 1);
        assert_int_equal(seen[0].frame.kind, FRAME_CREDIT);
        assert_int_equal(load_le32(seen[0].first), sizeof bytes);
    }
}

static void what_comes_in_comes_out_in_order_across_the_end_of_the_ring(void **state)
{
    uint8_t bytes[1000], next = 0, expected = 0;
    (void)state;
    unsigned slot = (unsigned)portal_open(portal);
    drain();
    for (int round = 0; round < 300; round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = next++;
        assert_int_equal(receive_in(1 + (size_t)round % 77, FRAME_DATA, 1, bytes, sizeof bytes), 0);
        struct span waiting;
        while ((waiting = portal_peek(portal, slot)).size) {
            for (size_t i = 0; i < waiting.size; i++)
                assert_int_equal(waiting.data[i], expected++);
            portal_consume(portal, slot, waiting.size);
        }
        drain();
    }
}

/* ---- channels ---- */

static void sixteen_channels_and_no_more(void **state)
{
    (void)state;
    for (int i = 0; i < PORTAL_SESSIONS; i++)
        assert_int_equal(portal_open(portal), i);
    assert_int_equal(portal_open(portal), -1);
}

static void a_number_is_free_when_both_have_closed(void **state)
{
    (void)state;
    unsigned slot = (unsigned)portal_open(portal);
    drain();
    portal_close(portal, slot);
    drain();
    assert_int_not_equal(portal->channel[slot].number, 0);
    assert_int_equal(receive(FRAME_CLOSE, 1, NULL, 0), 0);
    assert_int_equal(portal->channel[slot].number, 0);
}

static void a_channel_that_the_keep_closed_is_drained_before_it_is_free(void **state)
{
    (void)state;
    unsigned slot = (unsigned)portal_open(portal);
    drain();
    assert_int_equal(receive(FRAME_DATA, 1, "last words", 10), 0);
    assert_int_equal(receive(FRAME_CLOSE, 1, NULL, 0), 0);
    assert_false(portal_is_drained(portal, slot));
    assert_int_equal(portal_peek(portal, slot).size, 10);
    portal_consume(portal, slot, 10);
    assert_true(portal_is_drained(portal, slot));
    portal_close(portal, slot);
    drain();
    assert_int_equal(portal->channel[slot].number, 0);
}

static void data_after_our_close_is_discarded_without_credit(void **state)
{
    static struct seen seen[16];
    (void)state;
    unsigned slot = (unsigned)portal_open(portal);
    drain();
    portal_close(portal, slot);
    drain();
    assert_int_equal(receive(FRAME_DATA, 1, "too late", 8), 0);
    assert_int_equal(portal_peek(portal, slot).size, 0);
    assert_int_equal(transmit(seen, 16), 0);
}

static void nothing_is_pulled_for_a_channel_that_the_keep_closed(void **state)
{
    (void)state;
    unsigned slot = (unsigned)portal_open(portal);
    drain();
    assert_int_equal(receive(FRAME_CLOSE, 1, NULL, 0), 0);
    assert_false(portal_may_pull(portal, slot));
}

/* ---- calls ---- */

static void eight_requests_wait_and_the_ninth_breaks_the_rule(void **state)
{
    (void)state;
    for (uint32_t id = 1; id <= FRAME_REQUESTS_MAX; id++)
        assert_int_equal(receive_call(FRAME_REQUEST, id, FRAME_METHOD_EVIDENCE, 64), 0);
    assert_broken(receive_call(FRAME_REQUEST, 9, FRAME_METHOD_EVIDENCE, 64));
}

static void requests_are_served_in_the_order_of_their_ids(void **state)
{
    (void)state;
    for (uint32_t id = 1; id <= 3 * FRAME_REQUESTS_MAX; id++) {
        assert_int_equal(receive_call(FRAME_REQUEST, id, FRAME_METHOD_STATE, 1), 0);
        if (id < 4)
            continue;
        struct portal_call *call = portal_next_call(portal);
        assert_int_equal(call->id, id - 3);
        assert_int_equal(portal_answer(call, FRAME_STATUS_OK, span_of(NULL, 0)), 0);
        drain();
    }
}

static void an_answer_that_does_not_fit_is_refused(void **state)
{
    static const uint8_t body[FRAME_CALL_BODY_MAX + 1];
    (void)state;
    assert_int_equal(receive_call(FRAME_REQUEST, 1, FRAME_METHOD_EVIDENCE, 0), 0);
    struct portal_call *call = portal_next_call(portal);
    assert_int_equal(portal_answer(call, FRAME_STATUS_OK, span_of(body, sizeof body)), KEEP_ESIZE);
    assert_int_equal(portal_answer(call, FRAME_STATUS_REFUSED, span_of(body, 1)), KEEP_ESIZE);
    assert_int_equal(portal_answer(call, FRAME_STATUS_OK, span_of(body, FRAME_CALL_BODY_MAX)), 0);
}

/* ---- broken rules ---- */

static void frames_of_the_other_direction_break_the_rule(void **state)
{
    (void)state;
    assert_broken(receive(FRAME_BOOT, 0, "boot", 4));
}

static void a_reply_to_nothing_breaks_the_rule(void **state)
{
    (void)state;
    assert_broken(receive_call(FRAME_REPLY, 1, FRAME_STATUS_OK, 0));
}

static void data_beyond_the_credit_breaks_the_rule(void **state)
{
    static const uint8_t bytes[FRAME_PAYLOAD_MAX];
    int error = 0;
    (void)state;
    (void)portal_open(portal);
    drain();
    for (int i = 0; i < 4 && !error; i++)
        error = receive(FRAME_DATA, 1, bytes, sizeof bytes);
    assert_int_equal(error, 0);
    assert_broken(receive(FRAME_DATA, 1, bytes, FRAME_WINDOW - 4 * sizeof bytes + 1));
}

static void credit_beyond_the_window_breaks_the_rule(void **state)
{
    (void)state;
    int slot = portal_open(portal);
    wanted[slot] = 100;
    drain();
    assert_int_equal(receive_credit(1, 100), 0);
    assert_broken(receive_credit(1, 1));
}

static void credit_of_nothing_breaks_the_rule(void **state)
{
    (void)state;
    int slot = portal_open(portal);
    wanted[slot] = 100;
    drain();
    assert_broken(receive_credit(1, 0));
}

static void a_huge_credit_breaks_the_rule_and_does_not_wrap(void **state)
{
    (void)state;
    int slot = portal_open(portal);
    wanted[slot] = 100;
    drain();
    assert_broken(receive_credit(1, UINT32_MAX));
}

static void a_channel_that_was_not_announced_yet_is_not_open(void **state)
{
    (void)state;
    (void)portal_open(portal);
    assert_broken(receive(FRAME_DATA, 1, "early", 5));
}

static void data_on_a_free_channel_breaks_the_rule(void **state)
{
    (void)state;
    assert_broken(receive(FRAME_DATA, 33, "x", 1));
}

static void closing_twice_breaks_the_rule(void **state)
{
    (void)state;
    (void)portal_open(portal);
    drain();
    assert_int_equal(receive(FRAME_CLOSE, 1, NULL, 0), 0);
    assert_broken(receive(FRAME_CLOSE, 1, NULL, 0));
}

static void data_after_close_breaks_the_rule(void **state)
{
    (void)state;
    (void)portal_open(portal);
    drain();
    assert_int_equal(receive(FRAME_CLOSE, 1, NULL, 0), 0);
    assert_broken(receive(FRAME_DATA, 1, "x", 1));
}

static void the_keep_opens_outboxes_on_even_channels_only(void **state)
{
    (void)state;
    assert_broken(receive_open(3, FRAME_PURPOSE_OUTBOX));
}

static void the_keep_opens_no_session(void **state)
{
    (void)state;
    assert_broken(receive_open(2, FRAME_PURPOSE_SESSION));
}

static void an_unknown_purpose_breaks_the_rule(void **state)
{
    (void)state;
    assert_broken(receive_open(2, 3));
}

static void a_second_channel_of_the_keep_breaks_the_rule(void **state)
{
    (void)state;
    assert_int_equal(receive_open(2, FRAME_PURPOSE_OUTBOX), 0);
    assert_broken(receive_open(4, FRAME_PURPOSE_OUTBOX));
}

static void ids_count_up_from_one_by_one(void **state)
{
    static const uint32_t second[] = {0, 1, 3, UINT32_MAX};
    for (size_t i = 0; i < sizeof second / sizeof second[0]; i++) {
        assert_int_equal(portal_init(portal, SPAN_LITERAL("boot")), 0);
        portal->broken = NULL;
        assert_int_equal(receive_call(FRAME_REQUEST, 1, FRAME_METHOD_STATE, 1), 0);
        assert_broken(receive_call(FRAME_REQUEST, second[i], FRAME_METHOD_STATE, 1));
    }
    (void)state;
}

static void an_unknown_method_breaks_the_rule(void **state)
{
    (void)state;
    assert_broken(receive_call(FRAME_REQUEST, 1, 4, 0));
}

static void a_malformed_header_breaks_the_rule(void **state)
{
    static const uint8_t headers[][FRAME_HEADER_SIZE] = {
        {0},
        {8, 0, 1},
        {FRAME_DATA, 1, 1, 0, 1},
        {FRAME_DATA, 0, 0, 0, 1},
        {FRAME_DATA, 0, 1, 0, 0},
        {FRAME_DATA, 0, 1, 0, 0xf9, 0x3f},
        {FRAME_REQUEST, 0, 1, 0, 8},
        {FRAME_CLOSE, 0, 1, 0, 1},
        {FRAME_DATA, 0, 1, 0, 0, 0, 0, 0x80},
    };
    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        size_t capacity;
        assert_int_equal(portal_init(portal, SPAN_LITERAL("boot")), 0);
        memcpy(portal_input_room(portal, &capacity), headers[i], FRAME_HEADER_SIZE);
        assert_broken(portal_input(portal, FRAME_HEADER_SIZE));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_boot_record_goes_first_and_once),
        TEST(a_boot_record_that_is_empty_or_too_long_is_refused),
        TEST(no_more_is_sent_than_the_credit),
        TEST(channels_take_turns),
        TEST(answers_go_before_the_bytes_of_sessions),
        TEST(credit_goes_out_as_bytes_are_taken),
        TEST(what_comes_in_comes_out_in_order_across_the_end_of_the_ring),
        TEST(sixteen_channels_and_no_more),
        TEST(a_number_is_free_when_both_have_closed),
        TEST(a_channel_that_the_keep_closed_is_drained_before_it_is_free),
        TEST(data_after_our_close_is_discarded_without_credit),
        TEST(nothing_is_pulled_for_a_channel_that_the_keep_closed),
        TEST(eight_requests_wait_and_the_ninth_breaks_the_rule),
        TEST(requests_are_served_in_the_order_of_their_ids),
        TEST(an_answer_that_does_not_fit_is_refused),
        TEST(frames_of_the_other_direction_break_the_rule),
        TEST(a_reply_to_nothing_breaks_the_rule),
        TEST(data_beyond_the_credit_breaks_the_rule),
        TEST(credit_beyond_the_window_breaks_the_rule),
        TEST(credit_of_nothing_breaks_the_rule),
        TEST(a_huge_credit_breaks_the_rule_and_does_not_wrap),
        TEST(a_channel_that_was_not_announced_yet_is_not_open),
        TEST(data_on_a_free_channel_breaks_the_rule),
        TEST(closing_twice_breaks_the_rule),
        TEST(data_after_close_breaks_the_rule),
        TEST(the_keep_opens_outboxes_on_even_channels_only),
        TEST(the_keep_opens_no_session),
        TEST(an_unknown_purpose_breaks_the_rule),
        TEST(a_second_channel_of_the_keep_breaks_the_rule),
        TEST(ids_count_up_from_one_by_one),
        TEST(an_unknown_method_breaks_the_rule),
        TEST(a_malformed_header_breaks_the_rule),
    };
    return cmocka_run_group_tests_name("host portal", tests, NULL, NULL);
}
