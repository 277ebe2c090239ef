/* SPDX-License-Identifier: Apache-2.0 */
/* Every message in every state in which it is not allowed, and bytes that are no message (docs/protocol.md,
 * sections 1, 3 and 5; rows 8 and 47). */
#include "../../support/keep/session_test.h"

#include "../../../src/proto/cbor.h"

static struct owner_keys keys;
static const struct message attest = {.type = MESSAGE_ATTEST};

/* How far a session has come. */
enum stage { FRESH, ATTESTED, OWNER, DELIVERING, DEPLOYED, STAGES };
static const char *const stage_name[] = {"fresh", "attested", "owner", "delivering", "deployed"};

static bool come_to(struct client *c, struct host_end *host, enum stage stage)
{
    uint8_t workload[32];
    struct deploy d = client_deploy_of(TINY);
    if (client_connect(c, host, NULL) != 0)
        return false;
    if (stage >= ATTESTED && !client_attest(c, 1))
        return false;
    if (stage >= OWNER && !client_prove(c, &keys))
        return false;
    if (stage == DEPLOYED)
        return client_deploy(c, &d, TINY, workload);
    if (stage == DELIVERING) {
        client_send(c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = d});
        return client_expect(c, MESSAGE_CONTINUE);
    }
    return true;
}

/* What a message of a client gets at each stage: NULL: it is allowed, so some other test says what happens.
 */
static const struct {
    enum message_type type;
    const char *code[STAGES];
} table[] = {
    {MESSAGE_ATTEST, {NULL, NULL, NULL, NULL, NULL}},
    {MESSAGE_ATTEST_WORKLOAD, {"KEEP_EORDER", "KEEP_EORDER", "KEEP_EORDER", "KEEP_EORDER", NULL}},
    {MESSAGE_OWNER, {"KEEP_EORDER", NULL, NULL, "KEEP_EORDER", NULL}},
    {MESSAGE_DEPLOY, {"KEEP_EDENIED", "KEEP_EDENIED", NULL, "KEEP_EORDER", NULL}},
    {MESSAGE_DATA, {"KEEP_EDENIED", "KEEP_EDENIED", "KEEP_EORDER", NULL, "KEEP_EORDER"}},
    {MESSAGE_SECRETS, {"KEEP_EDENIED", "KEEP_EDENIED", "KEEP_EORDER", "KEEP_EORDER", NULL}},
    {MESSAGE_START, {"KEEP_EDENIED", "KEEP_EDENIED", "KEEP_EORDER", "KEEP_EORDER", NULL}},
    {MESSAGE_STOP, {"KEEP_EDENIED", "KEEP_EDENIED", "KEEP_EORDER", "KEEP_EORDER", "KEEP_EORDER"}},
    {MESSAGE_ATTACH, {"KEEP_EDENIED", "KEEP_EDENIED", "KEEP_EORDER", "KEEP_EORDER", "KEEP_EORDER"}},
    {MESSAGE_LOGS, {"KEEP_EDENIED", "KEEP_EDENIED", "KEEP_EORDER", "KEEP_EORDER", "KEEP_EORDER"}},
    {MESSAGE_INPUT, {"KEEP_EDENIED", "KEEP_EDENIED", "KEEP_EORDER", "KEEP_EORDER", "KEEP_EORDER"}},
    {MESSAGE_CP, {"KEEP_EDENIED", "KEEP_EDENIED", "KEEP_EORDER", "KEEP_EORDER", "KEEP_EORDER"}},
};

/* A well-formed message of the type. */
static struct message sample(enum message_type type)
{
    struct message m = {.type = type, .deploy = client_deploy_of(TINY)};
    m.bytes = SPAN_LITERAL("x");
    m.path = SPAN_LITERAL("/");
    m.spki = span_of(keys.spki, sizeof keys.spki);
    m.outbox_key = span_of(keys.outbox, sizeof keys.outbox);
    return m;
}

static void every_wrong_order_closes_the_session_with_its_reason(void **state)
{
    (void)state;
    for (enum stage stage = FRESH; stage < STAGES; stage++)
        for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
            if (!table[i].code[stage])
                continue;
            struct host_end host;
            struct client c;
            host_start(&host, NULL, MEMORY);
            assert_true(come_to(&c, &host, stage));
            enum keep_state before = host.keep->state;
            struct message m = sample(table[i].type);
            client_send(&c, &m);
            if (!closed_with(&c, table[i].code[stage]))
                fail_msg("%s at stage %s", message_type_name(m.type), stage_name[stage]);
            assert_int_equal(host.keep->state, before);
            assert_false(host.keep->has_workload && stage != DEPLOYED);
            client_free(&c);
            host_stop(&host);
        }
}

/* A fresh Keep and a session for each of these. */
struct rig {
    struct host_end host;
    struct client c;
};

static int setup(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    host_start(&r->host, NULL, MEMORY);
    *state = r;
    return client_connect(&r->c, &r->host, NULL);
}

static int teardown(void **state)
{
    struct rig *r = *state;
    client_free(&r->c);
    host_stop(&r->host);
    free(r);
    return 0;
}

static void send_framed(struct client *c, const void *bytes, size_t size)
{
    uint8_t framed[8192];
    store_be32(framed, (uint32_t)size);
    memcpy(framed + 4, bytes, size);
    client_send_bytes(c, framed, size + 4);
}

static void bytes_that_are_no_message_close_the_session(void **state)
{
    struct rig *r = *state;
    static const char *const wrong[] = {
        "\x00",        /* an integer */
        "\xa0",        /* a map without a type */
        "\xa1\x00\x66" /* cut inside the type */
        "att",
        "\xa1\x00\xf6", /* null */
        "\xbf\x00\x66"
        "attest\xff", /* indefinite length */
        "\xa1\x18\x00\x66"
        "attest", /* a longer key than needed */
    };
    static const size_t size[] = {1, 1, 6, 3, 10, 10};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        send_framed(&r->c, wrong[i], size[i]);
        if (!closed_with(&r->c, "KEEP_EFORMAT"))
            fail_msg("case %zu", i);
        client_free(&r->c);
        assert_int_equal(client_connect(&r->c, &r->host, NULL), 0);
    }
}

static void an_unknown_type_closes_the_session(void **state)
{
    struct rig *r = *state;
    send_framed(&r->c,
                "\xa1\x00\x66"
                "attack",
                9);
    assert_true(closed_with(&r->c, "KEEP_ETYPE"));
}

static void a_message_that_only_a_keep_sends_closes_the_session(void **state)
{
    struct rig *r = *state;
    client_send(&r->c, &(struct message){.type = MESSAGE_OK});
    assert_true(closed_with(&r->c, "KEEP_ETYPE"));
}

static void an_empty_message_closes_the_session(void **state)
{
    struct rig *r = *state;
    send_framed(&r->c, "", 0);
    assert_true(closed_with(&r->c, "KEEP_ESIZE"));
}

/* `attest` of exactly this size, with an unknown field whose length takes `head` bytes to fill it up. */
static void attest_filled(uint8_t *to, size_t size, size_t head)
{
    static const uint8_t filler[MESSAGE_SIZE_OWNER];
    struct cbor_writer w;
    struct span encoded;
    cbor_writer_init(&w, to, size);
    cbor_put_map(&w, 3);
    cbor_put_uint(&w, 0);
    cbor_put_text(&w, SPAN_LITERAL("attest"));
    cbor_put_uint(&w, 1);
    cbor_put_bytes(&w, span_of(filler, 32));
    cbor_put_uint(&w, 9);
    cbor_put_bytes(&w, span_of(filler, size - 45 - head));
    assert_int_equal(cbor_writer_finish(&w, &encoded), 0);
    assert_int_equal(encoded.size, size);
}

static void a_stranger_may_send_4096_bytes_and_not_one_more(void **state)
{
    struct rig *r = *state;
    uint8_t bytes[MESSAGE_SIZE_STRANGER + 1];
    for (size_t size = MESSAGE_SIZE_STRANGER; size <= MESSAGE_SIZE_STRANGER + 1; size++) {
        attest_filled(bytes, size, 3);
        send_framed(&r->c, bytes, size);
        if (size == MESSAGE_SIZE_STRANGER)
            assert_true(client_expect(&r->c, MESSAGE_STATEMENT));
    }
    assert_true(closed_with(&r->c, "KEEP_ESIZE"));
}

static void an_owner_may_send_one_mebibyte_and_not_one_byte_more(void **state)
{
    struct rig *r = *state;
    static uint8_t bytes[MESSAGE_SIZE_OWNER + 5];
    assert_true(client_attest(&r->c, 1));
    assert_true(client_prove(&r->c, &keys));
    for (size_t size = MESSAGE_SIZE_OWNER; size <= MESSAGE_SIZE_OWNER + 1; size++) {
        attest_filled(bytes + 4, size, 5);
        store_be32(bytes, (uint32_t)size);
        client_send_bytes(&r->c, bytes, size + 4);
        if (size == MESSAGE_SIZE_OWNER)
            assert_true(client_expect(&r->c, MESSAGE_STATEMENT));
    }
    assert_true(closed_with(&r->c, "KEEP_ESIZE"));
}

static void a_message_may_arrive_byte_by_byte(void **state)
{
    struct rig *r = *state;
    uint8_t bytes[128];
    size_t size;
    assert_int_equal(message_encode(&attest, bytes, sizeof bytes, &size), 0);
    for (size_t i = 0; i < size; i++)
        client_send_bytes(&r->c, bytes + i, 1);
    assert_true(client_expect(&r->c, MESSAGE_STATEMENT));
}

static void an_error_never_quotes_what_the_peer_sent(void **state)
{
    struct rig *r = *state;
    send_framed(&r->c,
                "\xa1\x00\x66"
                "CANARY",
                9);
    assert_int_equal(client_receive(&r->c), MESSAGE_ERROR);
    for (size_t i = 0; i + 6 <= r->c.rx_size; i++)
        assert_memory_not_equal(r->c.rx + i, "CANARY", 6);
}

/* ---- row 47: what is offered and what is taken ---- */

static void another_protocol_name_is_refused(void **state)
{
    struct rig *r = *state;
    struct client c;
    assert_int_not_equal(client_connect(&c, &r->host, &(struct client_options){.alpn = "http/1.1"}), 0);
    client_free(&c);
    assert_int_not_equal(client_connect(&c, &r->host, &(struct client_options){.alpn = "casemate/2"}), 0);
    client_free(&c);
}

static void a_client_that_names_no_protocol_gets_no_session(void **state)
{
    struct rig *r = *state;
    struct client c;
    /* The handshake itself may pass: Mbed TLS does not insist. No message is read then. */
    if (client_connect(&c, &r->host, &(struct client_options){.alpn = ""}) == 0) {
        client_send(&c, &attest);
        assert_int_equal(client_receive(&c), 0);
    }
    client_free(&c);
}

static void other_groups_are_refused_and_both_of_ours_are_taken(void **state)
{
    struct rig *r = *state;
    static const struct {
        uint16_t group;
        bool taken;
    } cases[] = {{MBEDTLS_SSL_IANA_TLS_GROUP_X25519, true},
                 {MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, true},
                 {MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1, false}};
    for (size_t i = 0; i < 3; i++) {
        struct client c;
        int result = client_connect(&c, &r->host, &(struct client_options){.group = cases[i].group});
        assert_int_equal(result == 0, cases[i].taken);
        client_free(&c);
    }
}

static void all_three_suites_are_taken(void **state)
{
    struct rig *r = *state;
    static const int suites[] = {MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256, MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
                                 MBEDTLS_TLS1_3_AES_128_GCM_SHA256};
    for (size_t i = 0; i < 3; i++) {
        struct client c;
        assert_int_equal(client_connect(&c, &r->host, &(struct client_options){.suite = suites[i]}), 0);
        assert_true(client_attest(&c, 1));
        client_free(&c);
    }
}

/* A ClientHello of TLS 1.2, as an older peer or a host in the middle would send it (RFC 5246, 7.4.1.2). */
static void an_older_version_gets_an_alert_and_no_session(void **state)
{
    struct rig *r = *state;
    uint8_t hello[] = {22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3, [11] = 0x42, [43] = 0, 0, 2, 0xc0, 0x2b, 1, 0};
    struct host_channel *channel = host_open(&r->host);
    host_write(channel, hello, sizeof hello);
    for (int i = 0; i < 100 && !channel->peer_closed; i++)
        host_pump(&r->host);
    assert_true(channel->peer_closed);
    uint8_t answer[64];
    size_t size = host_read(channel, answer, sizeof answer);
    assert_true(size == 0 ||
                (size == 7 && answer[0] == 21 && answer[5] == 2)); /* a fatal alert, or silence */
    host_close(&r->host, channel);
}

static void records_are_counted_whatever_the_cut(void **state)
{
    (void)state;
    static const uint8_t stream[] = {23, 3, 3, 0, 2, 'a', 'b', 23, 3, 3, 0, 0, 23, 3, 3, 0, 1, 'c'};
    for (size_t cut = 1; cut <= sizeof stream; cut++) {
        struct tls_counter counter = {.records = 0};
        for (size_t at = 0; at < sizeof stream; at += cut)
            assert_int_equal(
                tls_count(&counter, stream + at, sizeof stream - at < cut ? sizeof stream - at : cut), 0);
        assert_int_equal(counter.records, 3);
    }
}

static void a_direction_ends_after_2_to_the_23_records(void **state)
{
    (void)state;
    static const uint8_t record[] = {23, 3, 3, 0, 1, 'c'};
    struct tls_counter counter = {.records = TLS_RECORDS_MAX - 1};
    assert_int_equal(tls_count(&counter, record, sizeof record), 0);
    assert_int_equal(tls_count(&counter, record, sizeof record), KEEP_ESIZE);
}

static void a_session_ends_at_the_limit_of_records(void **state)
{
    struct rig *r = *state;
    struct session *s = r->host.keep->session[0];
    host_pump(&r->host);
    s->tls.in.records = TLS_RECORDS_MAX - 1;
    assert_true(client_attest(&r->c, 1));
    client_send(&r->c, &attest);
    assert_int_equal(client_receive(&r->c), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wrong_order_closes_the_session_with_its_reason),
        TEST(bytes_that_are_no_message_close_the_session),
        TEST(an_unknown_type_closes_the_session),
        TEST(a_message_that_only_a_keep_sends_closes_the_session),
        TEST(an_empty_message_closes_the_session),
        TEST(a_stranger_may_send_4096_bytes_and_not_one_more),
        TEST(an_owner_may_send_one_mebibyte_and_not_one_byte_more),
        TEST(a_message_may_arrive_byte_by_byte),
        TEST(an_error_never_quotes_what_the_peer_sent),
        TEST(another_protocol_name_is_refused),
        TEST(a_client_that_names_no_protocol_gets_no_session),
        TEST(other_groups_are_refused_and_both_of_ours_are_taken),
        TEST(all_three_suites_are_taken),
        TEST(an_older_version_gets_an_alert_and_no_session),
        cmocka_unit_test(records_are_counted_whatever_the_cut),
        cmocka_unit_test(a_direction_ends_after_2_to_the_23_records),
        TEST(a_session_ends_at_the_limit_of_records),
    };
    if (psa_crypto_init() != PSA_SUCCESS)
        return 1;
    owner_keys_make(&keys);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
