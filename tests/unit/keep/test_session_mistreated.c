/* SPDX-License-Identifier: Apache-2.0 */
/* Every message of a client, mistreated in every way: cut short, promised and not sent, too large, corrupted,
 * sent twice, replayed in another session (docs/protocol.md, section 5; rows 8 and 57). Each ends with the
 * answer that its row of the table names, and the Keep serves on. Wrong orders stand in test_session_order.c.
 */
#include "../../support/keep/session_test.h"

struct rig {
    struct host_end host;
    struct client c, other;
    struct owner_keys keys;
    uint8_t workload[32];
};

enum stage { CONNECTED, ATTESTED, OWNED, DELIVERING, DEPLOYED, STARTED };

static const struct row {
    enum message_type type;
    enum stage stage;      /* of the session that may send it */
    const char *once;      /* what it gets; NULL: no answer */
    const char *again;     /* what the same bytes get when they come twice */
    const char *elsewhere; /* and in another session, which has attested */
} rows[] = {
    {MESSAGE_ATTEST, CONNECTED, "statement", "statement", "statement"},
    {MESSAGE_ATTEST_WORKLOAD, DEPLOYED, "statement", "statement", "KEEP_EDENIED"},
    {MESSAGE_OWNER, ATTESTED, "owner-view", "owner-view", "KEEP_EDENIED"},
    {MESSAGE_DEPLOY, OWNED, "continue", "KEEP_EORDER", "KEEP_EDENIED"},
    {MESSAGE_DATA, DELIVERING, "workload", "KEEP_EORDER", "KEEP_EDENIED"},
    {MESSAGE_SECRETS, DEPLOYED, "ok", "ok", "KEEP_EDENIED"},
    {MESSAGE_START, DEPLOYED, "running", "running", "KEEP_EDENIED"},
    {MESSAGE_STOP, STARTED, "ok", "ok", "KEEP_EDENIED"},
    {MESSAGE_ATTACH, STARTED, "attached", "attached", "KEEP_EDENIED"},
    {MESSAGE_LOGS, STARTED, "attached", "attached", "KEEP_EDENIED"},
    {MESSAGE_INPUT, STARTED, NULL, NULL, "KEEP_EDENIED"},
    {MESSAGE_CP, STARTED, "directory", "directory", "KEEP_EDENIED"},
};
enum { ROWS = sizeof rows / sizeof rows[0] };
_Static_assert(ROWS == (int)MESSAGE_CP, "every message of a client has its row");

/* A fresh Keep, and a session that has come so far. */
static void come_to(struct rig *r, enum stage stage)
{
    struct deploy d = client_deploy_of(TINY);
    host_start(&r->host, NULL, MEMORY);
    r->host.deadline_ms = 5000;
    assert_int_equal(client_connect(&r->c, &r->host, NULL), 0);
    if (stage >= ATTESTED)
        assert_true(client_attest(&r->c, 1));
    if (stage >= OWNED)
        assert_true(client_prove(&r->c, &r->keys));
    if (stage == DELIVERING) {
        client_send(&r->c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = d});
        assert_true(client_expect(&r->c, MESSAGE_CONTINUE));
    }
    if (stage >= DEPLOYED)
        assert_true(client_deploy(&r->c, &d, TINY, r->workload));
    if (stage >= STARTED)
        assert_true(client_start(&r->c, r->workload, 7, false, true));
}

static void leave(struct rig *r)
{
    if (r->c.host)
        client_free(&r->c);
    if (r->other.host)
        client_free(&r->other);
    host_stop(&r->host);
}

/* The message as it should be, with its size in front. */
static size_t right_bytes(struct rig *r, enum message_type type, uint8_t *bytes, size_t capacity)
{
    static const uint8_t none[] = {0x80};
    struct message m = {.type = type, .deploy = client_deploy_of(TINY), .path = SPAN_LITERAL("/")};
    size_t size;
    if (type == MESSAGE_OWNER)
        client_proof(&r->c, &r->keys, &m);
    m.env = m.files = span_of(none, 1);
    m.bytes = type == MESSAGE_DATA ? TINY : SPAN_LITERAL("x");
    memcpy(m.workload, r->workload, 32);
    memset(m.run, 7, sizeof m.run);
    assert_int_equal(message_encode(&m, bytes, capacity, &size), 0);
    return size;
}

/* The next answer but for what a run streams by itself: its type, or an error's code; "closed". A session
 * without an answer is asked for a statement. Nothing at all is the one thing that must not happen. */
static const char *answer(struct client *c, bool none_due)
{
    static char code[MESSAGE_CODE_MAX + 1];
    if (none_due)
        client_send(c, &(struct message){.type = MESSAGE_ATTEST});
    for (;;) {
        int got = client_receive(c);
        if (got == MESSAGE_OUTPUT || got == MESSAGE_EXIT || got == MESSAGE_LOGS_END ||
            got == MESSAGE_INPUT_ACK)
            continue;
        if (got == 0)
            return "closed";
        if (got < 0)
            fail_msg("the session waits for ever");
        if (got != MESSAGE_ERROR)
            return none_due && got == MESSAGE_STATEMENT ? "none" : message_type_name(c->m.type);
        (void)snprintf(code, sizeof code, "%.*s", (int)c->m.code.size, (const char *)c->m.code.data);
        return code;
    }
}

static void expect(const struct row *row, const char *manner, const char *expected, const char *found)
{
    if (strcmp(expected ? expected : "none", found) != 0)
        fail_msg("%s, %s: expected %s, found %s", message_type_name(row->type), manner,
                 expected ? expected : "none", found);
}

static void serves_on(struct rig *r)
{
    struct client fresh;
    assert_int_equal(client_connect(&fresh, &r->host, NULL), 0);
    assert_true(client_attest(&fresh, 0x55));
    client_free(&fresh);
    assert_int_equal(r->host.status, 0);
}

/* As far as a message may come without effect. */
static void nothing_happened(const struct rig *r, const struct row *row)
{
    const struct keep *keep = r->host.keep;
    if (row->stage <= ATTESTED)
        assert_int_equal(keep->state, KEEP_UNOWNED);
    if (row->stage <= DELIVERING)
        assert_false(keep->has_workload);
    if (row->stage <= DEPLOYED)
        assert_true(keep->state < KEEP_RUNNING);
}

static void each_message_gets_its_answer_once_and_again(void **state)
{
    struct rig *r = *state;
    uint8_t bytes[4096];
    for (int i = 0; i < ROWS; i++) {
        come_to(r, rows[i].stage);
        size_t size = right_bytes(r, rows[i].type, bytes, sizeof bytes);
        client_send_bytes(&r->c, bytes, size);
        client_send_bytes(&r->c, bytes, size);
        expect(&rows[i], "once", rows[i].once, answer(&r->c, !rows[i].once));
        expect(&rows[i], "again", rows[i].again, answer(&r->c, !rows[i].again));
        serves_on(r);
        leave(r);
    }
}

static void no_message_means_anything_in_another_session(void **state)
{
    struct rig *r = *state;
    uint8_t bytes[4096];
    for (int i = 0; i < ROWS; i++) {
        come_to(r, rows[i].stage);
        assert_int_equal(client_connect(&r->other, &r->host, NULL), 0);
        assert_true(client_attest(&r->other, 1));
        client_send_bytes(&r->other, bytes, right_bytes(r, rows[i].type, bytes, sizeof bytes));
        expect(&rows[i], "replayed", rows[i].elsewhere, answer(&r->other, false));
        nothing_happened(r, &rows[i]);
        assert_true(still_served(&r->c));
        leave(r);
    }
}

/* Short runs take a few lengths of each, long ones all. */
static size_t next_cut(size_t at, size_t size)
{
    if (getenv("CASEMATE_SOAK"))
        return at + 1;
    return at == 1 ? size / 2 : at < size - 1 ? size - 1 : size;
}

static void a_message_cut_short_is_not_well_formed(void **state)
{
    struct rig *r = *state;
    uint8_t bytes[4096];
    for (int i = 0; i < ROWS; i++)
        for (size_t cut = 1, size = 2; cut < size; cut = next_cut(cut, size)) {
            come_to(r, rows[i].stage);
            size = right_bytes(r, rows[i].type, bytes, sizeof bytes) - MESSAGE_HEADER_SIZE;
            store_be32(bytes, (uint32_t)cut);
            client_send_bytes(&r->c, bytes, MESSAGE_HEADER_SIZE + cut);
            expect(&rows[i], "cut short", "KEEP_EFORMAT", answer(&r->c, false));
            nothing_happened(r, &rows[i]);
            serves_on(r);
            leave(r);
        }
}

static void a_message_that_does_not_come_whole_goes_with_its_session(void **state)
{
    struct rig *r = *state;
    uint8_t bytes[4096];
    for (int i = 0; i < ROWS; i++) {
        come_to(r, rows[i].stage);
        size_t size = right_bytes(r, rows[i].type, bytes, sizeof bytes);
        client_send_bytes(&r->c, bytes, size - 1);
        client_free(&r->c);
        serves_on(r);
        nothing_happened(r, &rows[i]);
        leave(r);
    }
}

static void a_message_beyond_the_limit_is_refused_by_its_size_alone(void **state)
{
    struct rig *r = *state;
    uint8_t bytes[4096];
    for (int i = 0; i < ROWS; i++)
        for (int wild = 0; wild < 2; wild++) {
            come_to(r, rows[i].stage);
            (void)right_bytes(r, rows[i].type, bytes, sizeof bytes);
            uint32_t limit = rows[i].stage >= OWNED ? MESSAGE_SIZE_OWNER : MESSAGE_SIZE_STRANGER;
            store_be32(bytes, wild ? UINT32_MAX : limit + 1);
            client_send_bytes(&r->c, bytes, MESSAGE_HEADER_SIZE);
            expect(&rows[i], "too large", "KEEP_ESIZE", answer(&r->c, false));
            nothing_happened(r, &rows[i]);
            serves_on(r);
            leave(r);
        }
}

/* Any bit may be another: there is an answer, whatever it is. No corrupted proof owns, no corrupted byte of
 * the module is taken. */
static void a_corrupted_message_is_answered_and_harms_nothing(void **state)
{
    struct rig *r = *state;
    uint8_t bytes[4096];
    size_t step = getenv("CASEMATE_SOAK") ? 1 : 173;
    for (int i = 0; i < ROWS; i++)
        for (size_t bit = 3, bits = 4; bit < bits; bit += step) {
            come_to(r, rows[i].stage);
            size_t size = right_bytes(r, rows[i].type, bytes, sizeof bytes);
            bits = 8 * (size - MESSAGE_HEADER_SIZE);
            bytes[MESSAGE_HEADER_SIZE + bit / 8] ^= (uint8_t)(1u << bit % 8);
            client_send_bytes(&r->c, bytes, size);
            const char *found = answer(&r->c, rows[i].type == MESSAGE_INPUT);
            if (rows[i].type == MESSAGE_OWNER || rows[i].type == MESSAGE_DATA) {
                assert_string_not_equal(found, rows[i].once);
                nothing_happened(r, &rows[i]);
            }
            serves_on(r);
            leave(r);
        }
}

static int start(void **state)
{
    static struct rig rig;
    owner_keys_make(&rig.keys);
    *state = &rig;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_message_gets_its_answer_once_and_again, start),
        cmocka_unit_test_setup(no_message_means_anything_in_another_session, start),
        cmocka_unit_test_setup(a_message_cut_short_is_not_well_formed, start),
        cmocka_unit_test_setup(a_message_that_does_not_come_whole_goes_with_its_session, start),
        cmocka_unit_test_setup(a_message_beyond_the_limit_is_refused_by_its_size_alone, start),
        cmocka_unit_test_setup(a_corrupted_message_is_answered_and_harms_nothing, start),
    };
    return psa_crypto_init() == PSA_SUCCESS ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
