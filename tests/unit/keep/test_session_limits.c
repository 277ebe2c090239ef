/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets in, for how long, and who gets evidence first (docs/protocol.md, section 4; rows 1, 27 and 48). */
#include "../../support/keep/session_test.h"

enum { STRANGERS = KEEP_STRANGERS_MAX };

struct rig {
    struct host_end host;
    struct client c[STRANGERS + 2];
    struct owner_keys keys;
};

static int setup(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    owner_keys_make(&r->keys);
    host_start(&r->host, NULL, MEMORY);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < STRANGERS + 2; i++)
        if (r->c[i].host)
            client_free(&r->c[i]);
    host_stop(&r->host);
    free(r);
    return 0;
}

static void later_by_ms(uint64_t ms)
{
    shim_test.time_offset += (int64_t)(ms * 1000000);
}

static bool is_closed(void *context)
{
    const struct host_channel *channel = context;
    return channel->peer_closed;
}

static void a_ninth_stranger_takes_the_place_of_the_oldest_that_has_its_answer(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < STRANGERS; i++)
        assert_int_equal(client_connect(&r->c[i], &r->host, NULL), 0);
    assert_true(client_attest(&r->c[3], 1));
    assert_true(client_attest(&r->c[2], 1));
    assert_int_equal(client_connect(&r->c[STRANGERS], &r->host, NULL), 0);
    assert_true(host_pump_until(&r->host, is_closed, r->c[2].channel));
    assert_int_equal(client_receive(&r->c[2]), 0);
    /* The others are served still: the youngest, the one with an answer that was not the oldest, one without.
     */
    assert_true(still_served(&r->c[STRANGERS]));
    assert_true(still_served(&r->c[3]));
    assert_true(still_served(&r->c[0]));
}

static void a_ninth_stranger_is_refused_while_none_has_its_answer(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < STRANGERS; i++)
        assert_int_equal(client_connect(&r->c[i], &r->host, NULL), 0);
    assert_int_not_equal(client_connect(&r->c[STRANGERS], &r->host, NULL), 0);
    assert_true(still_served(&r->c[0]));
}

static void an_owner_counts_as_no_stranger(void **state)
{
    struct rig *r = *state;
    assert_true(client_own(&r->c[STRANGERS], &r->host, &r->keys));
    for (int i = 0; i < STRANGERS; i++) {
        assert_int_equal(client_connect(&r->c[i], &r->host, NULL), 0);
        assert_true(client_attest(&r->c[i], 1));
    }
    assert_int_equal(client_connect(&r->c[STRANGERS + 1], &r->host, NULL), 0);
    assert_true(still_served(&r->c[STRANGERS]));
}

static void a_handshake_that_does_not_come_is_not_waited_for(void **state)
{
    struct rig *r = *state;
    struct host_channel *channel = host_open(&r->host);
    host_pump(&r->host);
    later_by_ms(SESSION_HANDSHAKE_MS - 1000);
    host_pump(&r->host);
    assert_false(channel->peer_closed);
    later_by_ms(2000);
    assert_true(host_pump_until(&r->host, is_closed, channel));
    host_close(&r->host, channel);
}

static void a_stranger_that_says_nothing_is_closed_and_an_owner_is_not(void **state)
{
    struct rig *r = *state;
    assert_true(client_own(&r->c[0], &r->host, &r->keys));
    assert_int_equal(client_connect(&r->c[1], &r->host, NULL), 0);
    later_by_ms(SESSION_STRANGER_MS - 1000);
    assert_true(client_attest(&r->c[1], 1));
    later_by_ms(SESSION_STRANGER_MS - 1000);
    host_pump(&r->host);
    assert_false(r->c[1].channel->peer_closed);
    later_by_ms(2000);
    assert_true(host_pump_until(&r->host, is_closed, r->c[1].channel));
    later_by_ms(3600000);
    assert_true(still_served(&r->c[0]));
}

/* ---- evidence ---- */

static int refuses(struct host_end *host, struct span report, uint8_t *body, size_t capacity, size_t *size)
{
    (void)host;
    (void)report;
    (void)body;
    (void)capacity;
    (void)size;
    return FRAME_STATUS_REFUSED;
}

static void a_host_that_refuses_evidence_is_an_error_and_not_the_end(void **state)
{
    struct rig *r = *state;
    r->host.on_evidence = refuses;
    assert_int_equal(client_connect(&r->c[0], &r->host, NULL), 0);
    client_send(&r->c[0], &(struct message){.type = MESSAGE_ATTEST});
    assert_true(refused_with(&r->c[0], "KEEP_ENOTSUP", false));
    r->host.on_evidence = NULL;
    assert_true(still_served(&r->c[0]));
}

static int of_another(struct host_end *host, struct span report, uint8_t *body, size_t capacity, size_t *size)
{
    uint8_t other[REPORT_DATA_SIZE];
    memcpy(other, report.data, sizeof other);
    other[63] ^= 1;
    return host_evidence(host, span_of(other, sizeof other), body, capacity, size);
}

static void evidence_of_another_statement_is_not_passed_on(void **state)
{
    struct rig *r = *state;
    r->host.on_evidence = of_another;
    assert_int_equal(client_connect(&r->c[0], &r->host, NULL), 0);
    client_send(&r->c[0], &(struct message){.type = MESSAGE_ATTEST});
    assert_true(refused_with(&r->c[0], "KEEP_EMATCH", false));
    /* And without a statement nobody can prove anything. */
    struct message proof = {.type = MESSAGE_OWNER,
                            .spki = span_of(r->keys.spki, P256_SPKI_SIZE),
                            .outbox_key = span_of(r->keys.outbox, P256_POINT_SIZE)};
    client_send(&r->c[0], &proof);
    assert_true(closed_with(&r->c[0], "KEEP_EORDER"));
}

static int of_another_boot(struct host_end *host, struct span report, uint8_t *body, size_t capacity,
                           size_t *size)
{
    struct host_end other = *host;
    other.boot[0] ^= 1;
    return host_evidence(&other, report, body, capacity, size);
}

static void evidence_of_another_boot_record_is_not_passed_on(void **state)
{
    struct rig *r = *state;
    r->host.on_evidence = of_another_boot;
    assert_int_equal(client_connect(&r->c[0], &r->host, NULL), 0);
    client_send(&r->c[0], &(struct message){.type = MESSAGE_ATTEST});
    assert_true(refused_with(&r->c[0], "KEEP_EMATCH", false));
}

static int garbage(struct host_end *host, struct span report, uint8_t *body, size_t capacity, size_t *size)
{
    (void)host;
    (void)report;
    memset(body, 0xd2, capacity);
    *size = capacity;
    return FRAME_STATUS_OK;
}

static void evidence_that_is_none_is_not_passed_on(void **state)
{
    struct rig *r = *state;
    r->host.on_evidence = garbage;
    assert_int_equal(client_connect(&r->c[0], &r->host, NULL), 0);
    client_send(&r->c[0], &(struct message){.type = MESSAGE_ATTEST});
    assert_true(refused_with(&r->c[0], "KEEP_EMATCH", false));
}

static unsigned tries;

static int third_time(struct host_end *host, struct span report, uint8_t *body, size_t capacity, size_t *size)
{
    later_by_ms(EVIDENCE_RETRY_MS);
    return ++tries < 3 ? FRAME_STATUS_RETRY : host_evidence(host, report, body, capacity, size);
}

static int never_now(struct host_end *host, struct span report, uint8_t *body, size_t capacity, size_t *size)
{
    (void)host;
    (void)report;
    (void)body;
    (void)capacity;
    (void)size;
    tries++;
    later_by_ms(EVIDENCE_RETRY_MS);
    return FRAME_STATUS_RETRY;
}

static void try_again_is_tried_again_but_not_for_ever(void **state)
{
    struct rig *r = *state;
    tries = 0;
    r->host.on_evidence = third_time;
    assert_int_equal(client_connect(&r->c[0], &r->host, NULL), 0);
    assert_true(client_attest(&r->c[0], 1));
    assert_int_equal(tries, 3);
    tries = 0;
    r->host.on_evidence = never_now;
    client_send(&r->c[0], &(struct message){.type = MESSAGE_ATTEST});
    assert_true(refused_with(&r->c[0], "KEEP_ENOTSUP", false));
    assert_int_equal(tries, EVIDENCE_REFUSALS_MAX + 1);
}

static int silent(struct host_end *host, struct span report, uint8_t *body, size_t capacity, size_t *size)
{
    (void)host;
    (void)report;
    (void)body;
    (void)capacity;
    (void)size;
    return -1;
}

static void a_session_that_ends_while_its_evidence_is_made_leaves_nothing_behind(void **state)
{
    struct rig *r = *state;
    r->host.on_evidence = silent;
    assert_int_equal(client_connect(&r->c[0], &r->host, NULL), 0);
    client_send(&r->c[0], &(struct message){.type = MESSAGE_ATTEST});
    host_pump(&r->host);
    assert_int_equal(r->host.keep->evidence.phase, EVIDENCE_WAITING);
    client_free(&r->c[0]);
    for (int i = 0; i < 10; i++)
        host_pump(&r->host);
    assert_null(r->host.keep->evidence.session);
    /* The answer comes after all, to nobody. */
    uint8_t reply[FRAME_CALL_HEADER_SIZE + 1] = {0};
    frame_call_encode(&(struct frame_call){.id = r->host.keep->evidence.request, .code = FRAME_STATUS_OK},
                      reply);
    r->host.on_evidence = NULL;
    host_send_frame(&r->host, FRAME_REPLY, 0, reply, sizeof reply);
    assert_int_equal(client_connect(&r->c[1], &r->host, NULL), 0);
    assert_true(client_attest(&r->c[1], 1));
}

/* Row 48. Time stands still here: only the burst is there. */
static void endless_attest_is_held_to_a_rate_and_never_holds_up_an_owner(void **state)
{
    struct rig *r = *state;
    assert_true(client_own(&r->c[0], &r->host, &r->keys));
    assert_int_equal(client_connect(&r->c[1], &r->host, NULL), 0);
    struct evidence *e = &r->host.keep->evidence;
    e->tokens = 2;
    e->tokens_at = shim_time();
    assert_true(client_attest(&r->c[1], 1));
    e->tokens = 0;
    e->tokens_at = shim_time();
    uint64_t before = shim_time();
    unsigned asked = r->host.evidences;
    assert_true(client_attest(&r->c[1], 2)); /* waits for a token */
    assert_true(shim_time() - before >= (uint64_t)(EVIDENCE_INTERVAL_MS - 5) * 1000000);
    assert_int_equal(r->host.evidences, asked + 1);
    e->tokens = 0;
    e->tokens_at = shim_time();
    client_send(&r->c[1], &(struct message){.type = MESSAGE_ATTEST});
    before = shim_time();
    assert_true(client_attest(&r->c[0], 3)); /* does not */
    assert_true(shim_time() - before < (uint64_t)EVIDENCE_INTERVAL_MS * 1000000);
}

/* Acceptance 18: nothing that is decided depends on which way the host's clock runs. */
static void a_clock_that_leaps_ten_years_back_changes_no_decision(void **state)
{
    struct rig *r = *state;
    shim_test.wall_time = (uint64_t)1800000000 * 1000000000;
    assert_true(client_own(&r->c[0], &r->host, &r->keys));
    uint64_t first = keep_realtime(r->host.keep);
    shim_test.wall_time -= (uint64_t)315360000 * 1000000000;
    assert_true(still_served(&r->c[0]));
    assert_int_equal(r->c[0].said.state, KEEP_OWNED);
    assert_true(keep_realtime(r->host.keep) >= first);
    shim_test.wall_time = (uint64_t)1900000000 * 1000000000;
    assert_true(keep_realtime(r->host.keep) > first);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_ninth_stranger_takes_the_place_of_the_oldest_that_has_its_answer),
        TEST(a_ninth_stranger_is_refused_while_none_has_its_answer),
        TEST(an_owner_counts_as_no_stranger),
        TEST(a_handshake_that_does_not_come_is_not_waited_for),
        TEST(a_stranger_that_says_nothing_is_closed_and_an_owner_is_not),
        TEST(a_host_that_refuses_evidence_is_an_error_and_not_the_end),
        TEST(evidence_of_another_statement_is_not_passed_on),
        TEST(evidence_of_another_boot_record_is_not_passed_on),
        TEST(evidence_that_is_none_is_not_passed_on),
        TEST(try_again_is_tried_again_but_not_for_ever),
        TEST(a_session_that_ends_while_its_evidence_is_made_leaves_nothing_behind),
        TEST(endless_attest_is_held_to_a_rate_and_never_holds_up_an_owner),
        TEST(a_clock_that_leaps_ten_years_back_changes_no_decision),
    };
    return psa_crypto_init() == PSA_SUCCESS ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
