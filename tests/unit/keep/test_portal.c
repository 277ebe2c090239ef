/* SPDX-License-Identifier: Apache-2.0 */
/* The Keep's end of the portal under a host that keeps the rules, that breaks one, and that says anything
 * (docs/protocol.md, section 2; rows 1, 3 and 4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "../../../src/keep/portal/portal.h"
#include "../../support/keep/any.h"
#include "../../support/keep/shim_test.h"

static struct portal *portal;
static struct {
    unsigned boots, opens, replies;
    struct channel *opened[64];
    uint32_t id;
    enum frame_status status;
    size_t body_size;
    bool consume; /* reads and answers what sessions get */
} seen;

static int on_boot(void *context, struct span record)
{
    (void)context;
    (void)record;
    seen.boots++;
    return 0;
}

static int on_opened(void *context, struct channel *channel)
{
    (void)context;
    seen.opened[seen.opens++ % 64] = channel;
    return 0;
}

static int on_reply(void *context, uint32_t id, enum frame_method method, enum frame_status status,
                    struct span body)
{
    (void)context;
    assert_int_equal(method, FRAME_METHOD_STATE);
    seen.replies++;
    seen.id = id;
    seen.status = status;
    seen.body_size = body.size;
    return 0;
}

static const struct portal_events events = {.boot = on_boot, .opened = on_opened, .reply = on_reply};

static void frame(uint8_t kind, uint16_t channel, const void *payload, uint32_t size)
{
    uint8_t header[FRAME_HEADER_SIZE];
    frame_encode(&(struct frame){.kind = kind, .channel = channel, .size = size}, header);
    shim_pipe_write(&shim_test.to_keep, header, sizeof header);
    shim_pipe_write(&shim_test.to_keep, payload, size);
}

static void open_channel(uint16_t number)
{
    frame(FRAME_OPEN, number, "\x01", 1);
}

static void credit(uint16_t number, uint32_t count)
{
    uint8_t bytes[4];
    store_le32(bytes, count);
    frame(FRAME_CREDIT, number, bytes, 4);
}

static void reply(uint32_t id, uint16_t status, uint16_t zero, size_t body)
{
    static uint8_t payload[FRAME_PAYLOAD_MAX];
    store_le32(payload, id);
    store_le16(payload + 4, status);
    store_le16(payload + 6, zero);
    frame(FRAME_REPLY, 0, payload, (uint32_t)(FRAME_CALL_HEADER_SIZE + body));
}

/* The next frame that the Keep sent; false if there is none. */
static bool sent(struct frame *f, uint8_t *payload)
{
    uint8_t header[FRAME_HEADER_SIZE];
    if (shim_pipe_read(&shim_test.to_host, header, sizeof header) != sizeof header)
        return false;
    assert_int_equal(frame_decode(header, f), 0);
    assert_int_equal(shim_pipe_read(&shim_test.to_host, payload, f->size), f->size);
    return true;
}

static int setup(void **state)
{
    (void)state;
    shim_test_reset();
    memset(&seen, 0, sizeof seen);
    portal = calloc(1, sizeof *portal);
    portal_init(portal, &events, NULL);
    frame(FRAME_BOOT, 0, "x", 1);
    return portal_pump(portal);
}

static int teardown(void **state)
{
    (void)state;
    free(portal);
    shim_test_reset();
    return 0;
}

static const uint8_t bytes64k[FRAME_WINDOW];

/* ---- the rules ---- */

static void boot_comes_first_and_once(void **state)
{
    (void)state;
    assert_int_equal(seen.boots, 1);
    frame(FRAME_BOOT, 0, "x", 1);
    assert_int_equal(portal_pump(portal), KEEP_EHOST);
    assert_int_equal(seen.boots, 1);
    portal_init(portal, &events, NULL);
    open_channel(1);
    assert_int_equal(portal_pump(portal), KEEP_EHOST);
    assert_int_equal(seen.opens, 0);
}

static void an_error_is_for_good(void **state)
{
    (void)state;
    frame(FRAME_REQUEST, 0, bytes64k, 8);
    assert_int_equal(portal_pump(portal), KEEP_EHOST);
    open_channel(1);
    assert_int_equal(portal_pump(portal), KEEP_EHOST);
    assert_int_equal(seen.opens, 0);
}

/* Each breaks one rule; all before it is right. */
static void open_even(void)
{
    open_channel(2);
}
static void open_twice(void)
{
    open_channel(1);
    open_channel(1);
}
static void open_outbox(void)
{
    frame(FRAME_OPEN, 1, "\x02", 1);
}
static void open_seventeen(void)
{
    for (uint16_t i = 0; i <= FRAME_CHANNELS_MAX; i++)
        open_channel((uint16_t)(2 * i + 1));
}
static void data_unopened(void)
{
    frame(FRAME_DATA, 3, "x", 1);
}
static void data_beyond_window(void)
{
    open_channel(1);
    for (int i = 0; i < 4; i++)
        frame(FRAME_DATA, 1, bytes64k, 16376);
    frame(FRAME_DATA, 1, bytes64k, FRAME_WINDOW - 4 * 16376 + 1);
}
static void data_after_close(void)
{
    open_channel(1);
    frame(FRAME_CLOSE, 1, "", 0);
    frame(FRAME_DATA, 1, "x", 1);
}
static void data_empty(void)
{
    open_channel(1);
    frame(FRAME_DATA, 1, "", 0);
}
static void credit_beyond(void)
{
    open_channel(1);
    credit(1, 1);
}
static void credit_zero(void)
{
    open_channel(1);
    credit(1, 0);
}
static void credit_after_close(void)
{
    open_channel(1);
    frame(FRAME_CLOSE, 1, "", 0);
    credit(1, 1);
}
static void close_twice(void)
{
    open_channel(1);
    frame(FRAME_CLOSE, 1, "", 0);
    frame(FRAME_CLOSE, 1, "", 0);
}
static void reply_unasked(void)
{
    reply(1, 0, 0, 0);
}
static void reply_id_zero(void)
{
    reply(0, 0, 0, 0);
}
static void request_of_host(void)
{
    frame(FRAME_REQUEST, 0, bytes64k, 8);
}
static void frame_kind_unknown(void)
{
    frame(8, 0, "", 0);
}
static void frame_too_large(void)
{
    open_channel(1);
    frame(FRAME_DATA, 1, bytes64k, FRAME_PAYLOAD_MAX + 1);
}
static void frame_reserved_byte(void)
{
    uint8_t header[FRAME_HEADER_SIZE] = {FRAME_OPEN, 1, 1, 0, 1, 0, 0, 0};
    shim_pipe_write(&shim_test.to_keep, header, sizeof header);
    shim_pipe_write(&shim_test.to_keep, "\x01", 1);
}
static void data_on_channel_zero(void)
{
    frame(FRAME_DATA, 0, "x", 1);
}

static void each_broken_rule_ends_the_portal(void **state)
{
    static void (*const rules[])(void) = {
        open_even,          open_twice,       open_outbox,         open_seventeen,       data_unopened,
        data_beyond_window, data_after_close, data_empty,          credit_beyond,        credit_zero,
        credit_after_close, close_twice,      reply_unasked,       reply_id_zero,        request_of_host,
        frame_kind_unknown, frame_too_large,  frame_reserved_byte, data_on_channel_zero,
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        teardown(state);
        assert_int_equal(setup(state), 0);
        rules[i]();
        if (portal_pump(portal) != KEEP_EHOST)
            fail_msg("rule %zu was not held", i);
    }
}

static void a_reply_must_be_the_one_asked_for(void **state)
{
    static const struct {
        uint32_t id;
        uint16_t status, zero;
        size_t body;
        int result;
    } cases[] = {
        {1, 0, 0, 100, 0},        {1, 1, 0, 0, 0},          {1, 3, 0, 0, 0},
        {2, 0, 0, 0, KEEP_EHOST}, {1, 4, 0, 0, KEEP_EHOST}, {1, 0, 1, 0, KEEP_EHOST},
        {1, 1, 0, 1, KEEP_EHOST}, {0, 0, 0, 0, KEEP_EHOST}, {UINT32_MAX, 0, 0, 0, KEEP_EHOST},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t id;
        teardown(state);
        assert_int_equal(setup(state), 0);
        assert_int_equal(portal_request(portal, FRAME_METHOD_STATE, SPAN_LITERAL("x"), &id), 0);
        assert_int_equal(id, 1);
        reply(cases[i].id, cases[i].status, cases[i].zero, cases[i].body);
        assert_int_equal(portal_pump(portal), cases[i].result);
        assert_int_equal(seen.replies, cases[i].result == 0);
        if (cases[i].result)
            continue;
        assert_int_equal(seen.body_size, cases[i].body);
        reply(1, 0, 0, 0); /* a second one */
        assert_int_equal(portal_pump(portal), KEEP_EHOST);
    }
}

static void no_more_than_eight_requests_wait_for_an_answer(void **state)
{
    (void)state;
    uint32_t id;
    for (uint32_t i = 1; i <= FRAME_REQUESTS_MAX; i++) {
        assert_int_equal(portal_request(portal, FRAME_METHOD_STATE, SPAN_LITERAL("x"), &id), 0);
        assert_int_equal(id, i);
    }
    assert_int_equal(portal_request(portal, FRAME_METHOD_STATE, SPAN_LITERAL("x"), &id), KEEP_EAGAIN);
    reply(5, 0, 0, 0);
    assert_int_equal(portal_pump(portal), 0);
    assert_int_equal(portal_request(portal, FRAME_METHOD_STATE, SPAN_LITERAL("x"), &id), 0);
    assert_int_equal(id, 9);
}

static void bytes_arrive_whatever_the_cut(void **state)
{
    (void)state;
    uint8_t all[64], got[8];
    open_channel(1);
    frame(FRAME_DATA, 1, "abcdef", 6);
    size_t size = shim_pipe_read(&shim_test.to_keep, all, sizeof all);
    for (size_t i = 0; i < size; i++) {
        shim_pipe_write(&shim_test.to_keep, all + i, 1);
        assert_int_equal(portal_pump(portal), 0);
    }
    assert_int_equal(channel_read(seen.opened[0], got, sizeof got), 6);
    assert_memory_equal(got, "abcdef", 6);
}

static void what_is_read_is_granted_again_and_no_more(void **state)
{
    (void)state;
    static uint8_t sink[FRAME_WINDOW];
    struct frame f;
    uint8_t payload[FRAME_PAYLOAD_MAX];
    open_channel(1);
    for (int round = 0; round < 10; round++) {
        uint32_t left = FRAME_WINDOW;
        while (left > 0) {
            uint32_t part = left < FRAME_PAYLOAD_MAX ? left : FRAME_PAYLOAD_MAX;
            frame(FRAME_DATA, 1, bytes64k, part);
            left -= part;
        }
        assert_int_equal(portal_pump(portal), 0);
        assert_false(sent(&f, payload));
        assert_int_equal(channel_read(seen.opened[0], sink, sizeof sink), FRAME_WINDOW);
        assert_int_equal(portal_pump(portal), 0);
        assert_true(sent(&f, payload));
        assert_int_equal(f.kind, FRAME_CREDIT);
        assert_int_equal(load_le32(payload), FRAME_WINDOW);
    }
}

static void no_more_is_sent_than_the_host_granted(void **state)
{
    (void)state;
    struct frame f;
    uint8_t payload[FRAME_PAYLOAD_MAX];
    size_t total = 0;
    open_channel(1);
    assert_int_equal(portal_pump(portal), 0);
    assert_int_equal(channel_write(seen.opened[0], bytes64k, FRAME_WINDOW), FRAME_WINDOW);
    assert_int_equal(portal_pump(portal), 0);
    assert_int_equal(channel_write(seen.opened[0], bytes64k, FRAME_WINDOW), FRAME_WINDOW);
    assert_int_equal(portal_pump(portal), 0);
    while (sent(&f, payload)) {
        assert_int_equal(f.kind, FRAME_DATA);
        total += f.size;
    }
    assert_int_equal(total, FRAME_WINDOW);
    assert_int_equal(portal_wanted(portal), SHIM_WAKE_RECEIVE);
    credit(1, 10);
    assert_int_equal(portal_pump(portal), 0);
    assert_true(sent(&f, payload));
    assert_int_equal(f.size, 10);
    assert_false(sent(&f, payload));
}

static void channels_take_turns_and_channel_zero_goes_first(void **state)
{
    (void)state;
    struct frame f;
    uint8_t payload[FRAME_PAYLOAD_MAX];
    uint32_t id;
    for (uint16_t i = 1; i <= 5; i = (uint16_t)(i + 2))
        open_channel(i);
    assert_int_equal(portal_pump(portal), 0);
    for (int i = 0; i < 3; i++)
        (void)channel_write(seen.opened[i], bytes64k, FRAME_WINDOW);
    assert_int_equal(portal_request(portal, FRAME_METHOD_STATE, SPAN_LITERAL("x"), &id), 0);
    assert_int_equal(portal_pump(portal), 0);
    assert_true(sent(&f, payload));
    assert_int_equal(f.kind, FRAME_REQUEST);
    uint16_t order[6];
    for (int i = 0; i < 6; i++) {
        assert_true(sent(&f, payload));
        order[i] = f.channel;
    }
    for (int i = 0; i < 3; i++) {
        assert_int_equal(order[i], order[i + 3]);
        assert_int_not_equal(order[i], order[(i + 1) % 3]);
    }
}

static void a_host_that_takes_little_gets_every_byte_in_order(void **state)
{
    (void)state;
    uint8_t data[5000], got[5000], payload[FRAME_PAYLOAD_MAX];
    struct frame f;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7);
    open_channel(1);
    assert_int_equal(portal_pump(portal), 0);
    shim_test.send_limit = 0;
    assert_int_equal(channel_write(seen.opened[0], data, sizeof data), sizeof data);
    for (int i = 0; i < 6000; i++) {
        shim_test.send_limit = 1;
        assert_int_equal(portal_pump(portal), 0);
        if (i < 1000)
            assert_int_equal(portal_wanted(portal), SHIM_WAKE_RECEIVE | SHIM_WAKE_SEND);
    }
    assert_true(sent(&f, payload));
    memcpy(got, payload, f.size);
    assert_int_equal(f.size, sizeof data);
    assert_memory_equal(got, data, sizeof data);
}

static void after_its_own_close_the_keep_discards_and_grants_nothing(void **state)
{
    (void)state;
    struct frame f;
    uint8_t payload[FRAME_PAYLOAD_MAX];
    open_channel(1);
    assert_int_equal(portal_pump(portal), 0);
    (void)channel_write(seen.opened[0], (const uint8_t *)"last", 4);
    channel_close(seen.opened[0]);
    assert_int_equal(portal_pump(portal), 0);
    assert_true(sent(&f, payload));
    assert_int_equal(f.kind, FRAME_DATA);
    assert_true(sent(&f, payload));
    assert_int_equal(f.kind, FRAME_CLOSE);
    for (int i = 0; i < 4; i++)
        frame(FRAME_DATA, 1, bytes64k, 16376);
    assert_int_equal(portal_pump(portal), 0);
    assert_false(sent(&f, payload));
    frame(FRAME_CLOSE, 1, "", 0);
    assert_int_equal(portal_pump(portal), 0);
    /* The number is free again. */
    open_channel(1);
    assert_int_equal(portal_pump(portal), 0);
    assert_int_equal(seen.opens, 2);
}

static void the_keep_opens_even_channels_and_says_so_first(void **state)
{
    (void)state;
    struct frame f;
    uint8_t payload[FRAME_PAYLOAD_MAX];
    struct channel *c;
    for (uint16_t i = 0; i < FRAME_CHANNELS_MAX; i++)
        open_channel((uint16_t)(2 * i + 1));
    assert_int_equal(portal_pump(portal), 0);
    assert_int_equal(portal_open(portal, FRAME_PURPOSE_OUTBOX, &c), 0); /* its slot is its own */
    (void)channel_write(c, (const uint8_t *)"box", 3);
    channel_close(c);
    assert_int_equal(portal_pump(portal), 0);
    static const uint8_t kinds[] = {FRAME_OPEN, FRAME_DATA, FRAME_CLOSE};
    for (int i = 0; i < 3; i++) {
        assert_true(sent(&f, payload));
        assert_int_equal(f.kind, kinds[i]);
        assert_int_equal(f.channel, 2);
    }
    assert_int_equal(portal_open(portal, FRAME_PURPOSE_OUTBOX, &c), KEEP_EAGAIN);
}

static void a_host_that_is_gone_is_an_end_and_no_error(void **state)
{
    (void)state;
    shim_test.closed = true;
    assert_int_equal(portal_pump(portal), KEEP_ECLOSED);
}

/* ---- acceptance 8: anything ---- */

static unsigned open_channels(void)
{
    unsigned count = 0;
    for (unsigned i = 0; i < PORTAL_CHANNELS; i++)
        count += portal->channel[i].number % 2;
    return count;
}

static bool find_open(uint32_t number)
{
    for (unsigned i = 0; i < PORTAL_CHANNELS; i++)
        if (portal->channel[i].number == number)
            return true;
    return false;
}

/* At a limit, beyond it, nothing, or anything. */
static uint32_t odd(uint32_t limit)
{
    const uint32_t choice[] = {limit, limit + 1, 0, any()};
    return choice[any() % 4];
}

/* A frame that fits what the Keep is in, but for one field in a hundred that is odd. */
static void a_frame_of_anything(void)
{
    static uint8_t payload[2 * FRAME_SIZE_MAX];
    const struct channel *c = &portal->channel[any() % PORTAL_CHANNELS];
    const struct portal_request *request = &portal->request[any() % FRAME_REQUESTS_MAX];
    uint8_t kind = FRAME_OPEN;
    uint32_t size = 1, number = 1 + 2 * (any() % 32), value = 0;
    if (request->id && any() % 4 == 0) {
        kind = FRAME_REPLY;
        number = 0;
        size = FRAME_CALL_HEADER_SIZE;
        store_le32(payload, any() % 100 ? request->id : odd(portal->next_id));
        store_le32(payload + 4, any() % 100 ? any() % 4 : any());
    } else if (c->number && !c->peer_closed && !c->opening) {
        number = c->number;
        kind = any() % 40 == 0 ? FRAME_CLOSE : any() % 4 && c->window ? FRAME_DATA : FRAME_CREDIT;
        value = FRAME_WINDOW - c->credit;
        size = kind == FRAME_CLOSE    ? 0
               : kind == FRAME_CREDIT ? 4
                                      : 1 + any() % (c->window < 4096 ? c->window : 4096);
        value = any() % 100 ? value : odd(value);
        store_le32(payload, value);
        if (kind == FRAME_CREDIT && value == 0)
            return;
    } else if (find_open(number) || open_channels() == FRAME_CHANNELS_MAX) {
        return;
    } else {
        payload[0] = (uint8_t)(any() % 100 ? FRAME_PURPOSE_SESSION : any());
    }
    if (any() % 100 == 0)
        kind = (uint8_t)odd(FRAME_REPLY);
    if (any() % 100 == 0)
        number = odd(FRAME_CHANNELS_MAX);
    if (any() % 100 == 0)
        size = odd(FRAME_PAYLOAD_MAX);
    uint8_t header[FRAME_HEADER_SIZE];
    frame_encode(&(struct frame){.kind = kind, .channel = (uint16_t)number, .size = size}, header);
    if (any() % 2000 == 0)
        header[any() % 8] = (uint8_t)any();
    shim_pipe_write(&shim_test.to_keep, header, sizeof header);
    shim_pipe_write(&shim_test.to_keep, payload, size < sizeof payload ? size : sizeof payload);
}

static void invariants(void)
{
    for (unsigned i = 0; i < PORTAL_CHANNELS; i++) {
        const struct channel *c = &portal->channel[i];
        if (c->number == 0)
            continue;
        assert_true(c->credit <= FRAME_WINDOW && c->window <= FRAME_WINDOW);
        assert_true(ring_used(&c->in) + c->window + c->grant <= FRAME_WINDOW || c->closing);
        assert_true(ring_used(&c->out) <= FRAME_WINDOW);
    }
    assert_true(portal->in_size <= sizeof portal->in && portal->out_at <= portal->out_size);
}

/* What a Keep would do meanwhile. */
static void keep_does_something(void)
{
    uint8_t bytes[4096];
    struct channel *c = &portal->channel[any() % PORTAL_CHANNELS];
    uint32_t id;
    if (c->number == 0)
        (void)portal_request(portal, FRAME_METHOD_STATE, SPAN_LITERAL("s"), &id);
    else if (any() % 32 == 0)
        channel_close(c);
    else if (any() % 2)
        (void)channel_read(c, bytes, any() % sizeof bytes);
    else
        (void)channel_write(c, bytes64k, any() % 9000);
}

static void any_frame_leaves_the_portal_whole_or_ended(void **state)
{
    unsigned long frames = getenv("CASEMATE_SOAK") ? 10000000 : 100000, ended = 0;
    unsigned most = 0;
    for (unsigned long i = 0; i < frames; i++) {
        a_frame_of_anything();
        if (any() % 4 == 0)
            keep_does_something();
        shim_test.send_limit = any() % 3 ? SIZE_MAX : any() % 100;
        shim_test.to_host.at = shim_test.to_host.size;
        int error = portal_pump(portal);
        assert_true(error == 0 || error == KEEP_EHOST);
        invariants();
        if (error == KEEP_EHOST) {
            ended++;
            teardown(state);
            assert_int_equal(setup(state), 0);
        }
        most = open_channels() > most ? open_channels() : most;
    }
    /* The generator reaches deep states, and breaks rules. */
    assert_int_equal(most, FRAME_CHANNELS_MAX);
    assert_true(ended > frames / 1000 && ended < frames / 10);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(boot_comes_first_and_once),
        TEST(an_error_is_for_good),
        TEST(each_broken_rule_ends_the_portal),
        TEST(a_reply_must_be_the_one_asked_for),
        TEST(no_more_than_eight_requests_wait_for_an_answer),
        TEST(bytes_arrive_whatever_the_cut),
        TEST(what_is_read_is_granted_again_and_no_more),
        TEST(no_more_is_sent_than_the_host_granted),
        TEST(channels_take_turns_and_channel_zero_goes_first),
        TEST(a_host_that_takes_little_gets_every_byte_in_order),
        TEST(after_its_own_close_the_keep_discards_and_grants_nothing),
        TEST(the_keep_opens_even_channels_and_says_so_first),
        TEST(a_host_that_is_gone_is_an_end_and_no_error),
        TEST(any_frame_leaves_the_portal_whole_or_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
