/* SPDX-License-Identifier: Apache-2.0 */
/* Attestation and ownership, over TLS between buffers (docs/protocol.md, sections 3 to 5; rows 39, 42, 52).
 */
#include "../../support/keep/session_test.h"

struct rig {
    struct host_end host;
    struct client c, other;
    struct owner_keys keys, thief;
};

static int setup(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    owner_keys_make(&r->keys);
    owner_keys_make(&r->thief);
    host_start(&r->host, NULL, MEMORY);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    struct rig *r = *state;
    client_end_both(&r->host, &r->c, &r->other);
    free(r);
    return 0;
}

static void the_statement_binds_nonce_key_session_and_boot_record(void **state)
{
    struct rig *r = *state;
    uint8_t binder[32];
    assert_int_equal(client_connect(&r->c, &r->host, NULL), 0);
    assert_true(client_attest(&r->c, 7));
    assert_int_equal(client_export(&r->c, EXPORTER_EVIDENCE, r->c.said.nonce, binder), 0);
    assert_memory_equal(r->c.said.binder, binder, 32);
    assert_memory_equal(r->c.said.spki, r->c.spki, 32);
    assert_memory_equal(r->c.said.boot, r->host.boot, 32);
    assert_int_equal(r->c.said.state, KEEP_UNOWNED);
    assert_int_equal(r->c.said.kind, STATEMENT_SESSION);
    assert_int_equal(r->c.said.nonce[31], 7);
    assert_string_equal(r->c.said.tee, "process");
}

static void two_sessions_get_different_binders_for_one_nonce(void **state)
{
    struct rig *r = *state;
    assert_int_equal(client_connect(&r->c, &r->host, NULL), 0);
    assert_int_equal(client_connect(&r->other, &r->host, NULL), 0);
    assert_true(client_attest(&r->c, 7));
    assert_true(client_attest(&r->other, 7));
    assert_memory_not_equal(r->c.said.binder, r->other.said.binder, 32);
    assert_memory_equal(r->c.said.instance, r->other.said.instance, INSTANCE_ID_SIZE);
}

static void evidence_is_made_anew_for_each_nonce(void **state)
{
    struct rig *r = *state;
    assert_int_equal(client_connect(&r->c, &r->host, NULL), 0);
    assert_true(client_attest(&r->c, 1));
    assert_true(client_attest(&r->c, 1));
    assert_true(client_attest(&r->c, 2));
    assert_int_equal(r->c.said.nonce[0], 2);
    assert_int_equal(r->host.evidences, 3);
}

static void the_first_valid_proof_takes_an_unowned_keep(void **state)
{
    struct rig *r = *state;
    uint8_t digest[32];
    assert_int_equal(client_connect(&r->c, &r->host, NULL), 0);
    assert_true(client_attest(&r->c, 9));
    assert_true(client_prove(&r->c, &r->keys));
    assert_int_equal(statement_owner_digest(r->c.said.instance, span_of(r->c.said.nonce, 32),
                                            span_of(r->keys.spki, P256_SPKI_SIZE), digest),
                     0);
    assert_memory_equal(r->c.m.owner, digest, 32);
    assert_int_equal(r->c.m.state, KEEP_OWNED);
    assert_false(r->c.m.has_workload);
    assert_false(r->c.m.has_run);
    assert_int_equal(r->host.state, KEEP_OWNED);
    /* Whoever attests now learns that there is an owner, and only he who knows the key learns who. */
    assert_int_equal(client_connect(&r->other, &r->host, NULL), 0);
    assert_true(client_attest(&r->other, 3));
    assert_int_equal(r->other.said.state, KEEP_OWNED);
    assert_memory_not_equal(r->other.said.owner, digest, 32);
    assert_int_equal(statement_owner_digest(r->other.said.instance, span_of(r->other.said.nonce, 32),
                                            span_of(r->keys.spki, P256_SPKI_SIZE), digest),
                     0);
    assert_memory_equal(r->other.said.owner, digest, 32);
}

static void a_proof_with_any_field_changed_is_refused(void **state)
{
    struct rig *r = *state;
    for (int flip = 0; flip < 4; flip++) {
        struct message proof;
        struct owner_keys keys = r->keys;
        assert_int_equal(client_connect(&r->c, &r->host, NULL), 0);
        assert_true(client_attest(&r->c, 1));
        client_proof(&r->c, &keys, &proof);
        if (flip == 0)
            proof.signature[10] ^= 1;
        else if (flip == 1)
            proof.spki = span_of(r->thief.spki, P256_SPKI_SIZE);
        else if (flip == 2)
            proof.outbox_key = span_of(r->thief.outbox, P256_POINT_SIZE);
        else
            keys.outbox[40] ^= 1; /* no point of the curve */
        client_send(&r->c, &proof);
        assert_true(closed_with(&r->c, "KEEP_EDENIED"));
        client_free(&r->c);
    }
    assert_int_equal(r->host.keep->state, KEEP_UNOWNED);
}

static void a_proof_over_an_earlier_statement_is_refused(void **state)
{
    struct rig *r = *state;
    struct message proof;
    assert_int_equal(client_connect(&r->c, &r->host, NULL), 0);
    assert_true(client_attest(&r->c, 1));
    client_proof(&r->c, &r->keys, &proof);
    assert_true(client_attest(&r->c, 2));
    client_send(&r->c, &proof);
    assert_true(closed_with(&r->c, "KEEP_EDENIED"));
}

static void a_proof_of_one_session_is_worth_nothing_in_another(void **state)
{
    struct rig *r = *state;
    struct message proof;
    assert_int_equal(client_connect(&r->c, &r->host, NULL), 0);
    assert_int_equal(client_connect(&r->other, &r->host, NULL), 0);
    assert_true(client_attest(&r->c, 1));
    assert_true(client_attest(&r->other, 1));
    client_proof(&r->c, &r->keys, &proof);
    client_send(&r->other, &proof);
    assert_true(closed_with(&r->other, "KEEP_EDENIED"));
    /* And it is still good where it was made. */
    client_send(&r->c, &proof);
    assert_true(client_expect(&r->c, MESSAGE_OWNER_VIEW));
}

static void an_owned_keep_obeys_no_other_key(void **state)
{
    struct rig *r = *state;
    assert_true(client_own(&r->c, &r->host, &r->keys));
    assert_int_equal(client_connect(&r->other, &r->host, NULL), 0);
    assert_true(client_attest(&r->other, 1));
    struct message proof;
    client_proof(&r->other, &r->thief, &proof);
    client_send(&r->other, &proof);
    assert_true(closed_with(&r->other, "KEEP_EDENIED"));
    assert_true(still_served(&r->c));
}

static void the_outbox_key_stays_with_the_owner_that_named_it(void **state)
{
    struct rig *r = *state;
    assert_true(client_own(&r->c, &r->host, &r->keys));
    struct owner_keys mixed = r->keys;
    memcpy(mixed.outbox, r->thief.outbox, sizeof mixed.outbox);
    assert_int_equal(client_connect(&r->other, &r->host, NULL), 0);
    assert_true(client_attest(&r->other, 1));
    struct message proof;
    client_proof(&r->other, &mixed, &proof);
    client_send(&r->other, &proof);
    assert_true(closed_with(&r->other, "KEEP_EDENIED"));
}

/* Row 42: two race for an unowned Keep. The slower one is told, and has sent nothing. */
static void who_comes_second_to_an_unowned_keep_is_refused(void **state)
{
    struct rig *r = *state;
    assert_int_equal(client_connect(&r->c, &r->host, NULL), 0);
    assert_int_equal(client_connect(&r->other, &r->host, NULL), 0);
    assert_true(client_attest(&r->c, 1));
    assert_true(client_attest(&r->other, 1));
    assert_int_equal(r->other.said.state, KEEP_UNOWNED);
    assert_true(client_prove(&r->c, &r->thief));
    struct message proof;
    client_proof(&r->other, &r->keys, &proof);
    client_send(&r->other, &proof);
    assert_true(closed_with(&r->other, "KEEP_EDENIED"));
}

/* Row 52: what an abandoned session still has on the way must not be read once a newer one has proved itself.
 */
static void an_accepted_proof_closes_the_owners_other_sessions_unread(void **state)
{
    struct rig *r = *state;
    assert_true(client_own(&r->c, &r->host, &r->keys));
    assert_int_equal(client_connect(&r->other, &r->host, NULL), 0);
    assert_true(client_attest(&r->other, 2));
    struct deploy d = client_deploy_of(TINY);
    struct message proof, deploy = {.type = MESSAGE_DEPLOY, .deploy = d};
    client_proof(&r->other, &r->keys, &proof);
    /* Both are there when the Keep looks next; the proof's session is served second. */
    struct client *newer = &r->other, *older = &r->c;
    uint8_t bytes[4096];
    size_t size;
    assert_int_equal(message_encode(&proof, bytes, sizeof bytes, &size), 0);
    assert_int_equal(mbedtls_ssl_write(&newer->ssl, bytes, size), (int)size);
    assert_true(client_expect(newer, MESSAGE_OWNER_VIEW));
    client_send(older, &deploy);
    assert_int_equal(client_receive(older), 0);
    assert_false(r->host.keep->has_workload);
    assert_null(r->host.keep->workload.module);
    assert_true(still_served(newer));
}

static void the_right_to_command_belongs_to_the_session_that_proved_it(void **state)
{
    struct rig *r = *state;
    assert_true(client_own(&r->c, &r->host, &r->keys));
    assert_int_equal(client_connect(&r->other, &r->host, NULL), 0);
    assert_true(client_attest(&r->other, 1));
    client_send(&r->other, &(struct message){.type = MESSAGE_DEPLOY, .deploy = client_deploy_of(TINY)});
    assert_true(closed_with(&r->other, "KEEP_EDENIED"));
}

static void an_owner_may_attest_again_and_go_on(void **state)
{
    struct rig *r = *state;
    uint8_t workload[32];
    struct deploy d = client_deploy_of(TINY);
    assert_true(client_own(&r->c, &r->host, &r->keys));
    assert_true(client_attest(&r->c, 4));
    assert_int_equal(r->c.said.state, KEEP_OWNED);
    assert_true(client_prove(&r->c, &r->keys));
    assert_true(client_deploy(&r->c, &d, TINY, workload));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_statement_binds_nonce_key_session_and_boot_record),
        TEST(two_sessions_get_different_binders_for_one_nonce),
        TEST(evidence_is_made_anew_for_each_nonce),
        TEST(the_first_valid_proof_takes_an_unowned_keep),
        TEST(a_proof_with_any_field_changed_is_refused),
        TEST(a_proof_over_an_earlier_statement_is_refused),
        TEST(a_proof_of_one_session_is_worth_nothing_in_another),
        TEST(an_owned_keep_obeys_no_other_key),
        TEST(the_outbox_key_stays_with_the_owner_that_named_it),
        TEST(who_comes_second_to_an_unowned_keep_is_refused),
        TEST(an_accepted_proof_closes_the_owners_other_sessions_unread),
        TEST(the_right_to_command_belongs_to_the_session_that_proved_it),
        TEST(an_owner_may_attest_again_and_go_on),
    };
    return psa_crypto_init() == PSA_SUCCESS ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
