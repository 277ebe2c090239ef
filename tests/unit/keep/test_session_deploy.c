/* SPDX-License-Identifier: Apache-2.0 */
/* deploy, data, secrets and start: whole or not at all, once, and for the workload that they name
 * (docs/protocol.md, section 5; rows 40, 52, 56). */
#include "../../support/keep/session_test.h"

#include "../../../src/proto/cbor.h"

struct rig {
    struct host_end host;
    struct client c, other;
    struct owner_keys keys;
    uint8_t workload[32];
    bool left; /* the session went while the decoder was at work */
};

static int setup(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    owner_keys_make(&r->keys);
    host_start(&r->host, NULL, MEMORY);
    *state = r;
    return client_own(&r->c, &r->host, &r->keys) ? 0 : -1;
}

static int teardown(void **state)
{
    struct rig *r = *state;
    client_end_both(&r->host, &r->c, &r->other);
    free(r);
    return 0;
}

struct named {
    const char *path, *content;
};

/* files = [* [path, size, digest, mode]] */
static struct span files_encode(uint8_t *to, size_t capacity, const struct named *files, size_t count)
{
    struct cbor_writer w;
    struct span encoded;
    cbor_writer_init(&w, to, capacity);
    cbor_put_array(&w, count);
    for (size_t i = 0; i < count; i++) {
        uint8_t digest[32];
        struct span content = span_of(files[i].content, strlen(files[i].content));
        assert_int_equal(crypto_sha256(&content, 1, digest), 0);
        cbor_put_array(&w, 4);
        cbor_put_text(&w, span_of(files[i].path, strlen(files[i].path)));
        cbor_put_uint(&w, content.size);
        cbor_put_bytes(&w, span_of(digest, 32));
        cbor_put_uint(&w, 0644);
    }
    assert_int_equal(cbor_writer_finish(&w, &encoded), 0);
    return encoded;
}

/* secret-files = [* [path, bytes, mode]] */
static struct span secrets_encode(uint8_t *to, size_t capacity, const struct named *files, size_t count)
{
    struct cbor_writer w;
    struct span encoded;
    cbor_writer_init(&w, to, capacity);
    cbor_put_array(&w, count);
    for (size_t i = 0; i < count; i++) {
        cbor_put_array(&w, 3);
        cbor_put_text(&w, span_of(files[i].path, strlen(files[i].path)));
        cbor_put_bytes(&w, span_of(files[i].content, strlen(files[i].content)));
        cbor_put_uint(&w, 0600);
    }
    assert_int_equal(cbor_writer_finish(&w, &encoded), 0);
    return encoded;
}

static void send_data(struct client *c, const char *text)
{
    client_send(c, &(struct message){.type = MESSAGE_DATA, .bytes = span_of(text, strlen(text))});
}

static void send_secrets(struct rig *r, const struct named *files, size_t count)
{
    static uint8_t encoded[4096];
    struct message m = {.type = MESSAGE_SECRETS,
                        .files = secrets_encode(encoded, sizeof encoded, files, count)};
    memcpy(m.workload, r->workload, 32);
    client_send(&r->c, &m);
}

static void deploy_tiny(struct rig *r)
{
    struct deploy d = client_deploy_of(TINY);
    assert_true(client_deploy(&r->c, &d, TINY, r->workload));
}

static void a_whole_deploy_is_answered_with_its_digest(void **state)
{
    struct rig *r = *state;
    struct deploy d = client_deploy_of(TINY);
    uint8_t digest[32];
    assert_int_equal(deploy_workload_digest(&d, digest), 0);
    assert_true(client_deploy(&r->c, &d, TINY, r->workload));
    assert_memory_equal(r->workload, digest, 32);
}

static void files_follow_the_module_without_gaps(void **state)
{
    struct rig *r = *state;
    static const struct named files[] = {{"/a", "first"}, {"/empty", ""}, {"/d/b", "second"}, {"/last", ""}};
    uint8_t encoded[512];
    struct deploy d = client_deploy_of(TINY);
    d.files = files_encode(encoded, sizeof encoded, files, 4);
    client_send(&r->c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = d});
    assert_true(client_expect(&r->c, MESSAGE_CONTINUE));
    uint8_t all[64];
    memcpy(all, tiny_module, 8);
    memcpy(all + 8, "firstsecond", 11);
    /* Cut where no part ends. */
    client_send(&r->c, &(struct message){.type = MESSAGE_DATA, .bytes = span_of(all, 10)});
    client_send(&r->c, &(struct message){.type = MESSAGE_DATA, .bytes = span_of(all + 10, 9)});
    assert_true(client_expect(&r->c, MESSAGE_WORKLOAD));
    struct file_node *node;
    uint8_t got[8];
    struct files *tree = r->host.keep->workload.files;
    assert_int_equal(files_find(tree, SPAN_LITERAL("/d/b"), &node), 0);
    assert_int_equal(file_read(node, 0, got, sizeof got), 6);
    assert_memory_equal(got, "second", 6);
    assert_int_equal(files_find(tree, SPAN_LITERAL("/last"), &node), 0);
    assert_memory_equal(r->host.keep->workload.module, tiny_module, 8);
}

static void the_same_deploy_again_is_answered_alike_and_another_is_refused(void **state)
{
    struct rig *r = *state;
    struct deploy d = client_deploy_of(TINY);
    deploy_tiny(r);
    client_send(&r->c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = d});
    assert_true(client_expect(&r->c, MESSAGE_WORKLOAD));
    assert_memory_equal(r->c.m.workload, r->workload, 32);
    d.salt[0] ^= 1;
    client_send(&r->c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = d});
    assert_true(refused_with(&r->c, "KEEP_EMATCH", false));
    assert_memory_equal(r->host.keep->workload.digest, r->workload, 32);
    assert_true(still_served(&r->c));
}

static void a_module_with_another_digest_takes_no_effect(void **state)
{
    struct rig *r = *state;
    struct deploy d = client_deploy_of(TINY);
    d.module_digest[5] ^= 1;
    client_send(&r->c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = d});
    assert_true(client_expect(&r->c, MESSAGE_CONTINUE));
    client_send(&r->c, &(struct message){.type = MESSAGE_DATA, .bytes = TINY});
    assert_true(closed_with(&r->c, "KEEP_EMATCH"));
    assert_false(r->host.keep->has_workload);
    client_free(&r->c);
    /* It was not the one deploy of this Keep's life. */
    assert_true(client_own(&r->c, &r->host, &r->keys));
    deploy_tiny(r);
}

static void a_file_with_another_digest_takes_no_effect(void **state)
{
    struct rig *r = *state;
    static const struct named files[] = {{"/a", "first"}};
    uint8_t encoded[512];
    struct deploy d = client_deploy_of(TINY);
    d.files = files_encode(encoded, sizeof encoded, files, 1);
    client_send(&r->c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = d});
    assert_true(client_expect(&r->c, MESSAGE_CONTINUE));
    client_send(&r->c, &(struct message){.type = MESSAGE_DATA, .bytes = TINY});
    send_data(&r->c, "FIRST");
    assert_true(closed_with(&r->c, "KEEP_EMATCH"));
    assert_false(r->host.keep->has_workload);
    assert_null(r->host.keep->workload.files);
}

static void more_bytes_than_announced_close_the_session(void **state)
{
    struct rig *r = *state;
    client_send(&r->c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = client_deploy_of(TINY)});
    assert_true(client_expect(&r->c, MESSAGE_CONTINUE));
    send_data(&r->c, "123456789");
    assert_true(closed_with(&r->c, "KEEP_EMATCH"));
    assert_false(r->host.keep->has_workload);
}

static void data_after_the_last_byte_closes_the_session(void **state)
{
    struct rig *r = *state;
    deploy_tiny(r);
    send_data(&r->c, "x");
    assert_true(closed_with(&r->c, "KEEP_EORDER"));
    assert_true(r->host.keep->has_workload);
}

static bool no_module(void *context)
{
    struct rig *r = context;
    return r->host.keep->workload.module == NULL;
}

static void half_a_deploy_goes_with_its_session(void **state)
{
    struct rig *r = *state;
    client_send(&r->c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = client_deploy_of(TINY)});
    assert_true(client_expect(&r->c, MESSAGE_CONTINUE));
    send_data(&r->c, "abc");
    assert_non_null(r->host.keep->workload.module);
    client_free(&r->c);
    assert_true(host_pump_until(&r->host, no_module, r));
    assert_true(client_own(&r->c, &r->host, &r->keys));
    assert_false(r->c.m.has_workload);
    deploy_tiny(r);
}

/* ---- validation while the module arrives ---- */

enum { TYPES = 16000, MODULE_SIZE = 8 + 4 + 2 + 3 * TYPES };

/* A type section of TYPES times () -> (), one of which may be wrong. */
static struct span module_of_types(uint8_t bytes[MODULE_SIZE], size_t wrong)
{
    static const uint8_t head[] = {0, 'a', 's', 'm', 1, 0, 0, 0, 1, 0x82, 0xF7, 0x02, 0x80, 0x7D};
    memcpy(bytes, head, sizeof head);
    for (size_t i = 0; i < TYPES; i++)
        memcpy(bytes + sizeof head + 3 * i, i == wrong ? "\x60\0\5" : "\x60\0\0", 3);
    return span_of(bytes, MODULE_SIZE);
}

static void send_part(struct rig *r, struct span module, size_t from, size_t to)
{
    client_send(&r->c,
                &(struct message){.type = MESSAGE_DATA, .bytes = span_of(module.data + from, to - from)});
}

static bool all_told(void *context)
{
    const struct rig *r = context;
    const struct workload *w = &r->host.keep->workload;
    return w->validation.told == (w->in_files ? w->deploy.module_size : w->offset);
}

static void a_slow_sender_leaves_nothing_to_validate_at_the_end(void **state)
{
    struct rig *r = *state;
    static uint8_t bytes[MODULE_SIZE];
    struct span module = module_of_types(bytes, TYPES);
    client_send(&r->c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = client_deploy_of(module)});
    assert_true(client_expect(&r->c, MESSAGE_CONTINUE));
    for (size_t at = 0; at < module.size; at += 7001) {
        send_part(r, module, at, at + 7001 < module.size ? at + 7001 : module.size);
        assert_true(host_pump_until(&r->host, all_told, r));
        assert_true(r->host.keep->workload.validation.told > at);
    }
    assert_true(client_expect(&r->c, MESSAGE_WORKLOAD));
    assert_int_equal(r->host.keep->workload.validation.result, 0);
    assert_non_null(r->host.keep->workload.validation.decoder);
}

static void a_bad_module_is_refused_while_it_still_arrives(void **state)
{
    struct rig *r = *state;
    static uint8_t bytes[MODULE_SIZE];
    struct span module = module_of_types(bytes, TYPES);
    bytes[8] = 14; /* no section has this number */
    client_send(&r->c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = client_deploy_of(module)});
    assert_true(client_expect(&r->c, MESSAGE_CONTINUE));
    send_part(r, module, 0, 12);
    assert_true(client_expect(&r->c, MESSAGE_ERROR));
    assert_true(r->c.m.closes);
    assert_memory_equal(r->c.m.code.data, "KEEP_EMODULE", 12);
    assert_non_null(memmem(r->c.m.text.data, r->c.m.text.size, "malformed section id", 20));
    assert_non_null(memmem(r->c.m.text.data, r->c.m.text.size, "at byte 8", 9));
    assert_null(r->host.keep->workload.module);
    assert_null(r->host.keep->workload.validation.decoder);
    assert_false(r->host.keep->has_workload);
    client_free(&r->c);
    assert_true(client_own(&r->c, &r->host, &r->keys));
    deploy_tiny(r);
}

static void what_is_wrong_in_the_last_bytes_is_known_at_start(void **state)
{
    struct rig *r = *state;
    static uint8_t bytes[MODULE_SIZE];
    struct span module = module_of_types(bytes, TYPES - 1);
    struct deploy d = client_deploy_of(module);
    assert_true(client_deploy(&r->c, &d, module, r->workload));
    assert_true(client_start(&r->c, r->workload, 7, true, false));
    assert_true(client_expect(&r->c, MESSAGE_ATTACHED));
    assert_true(client_expect(&r->c, MESSAGE_EXIT));
    assert_int_equal(r->c.m.exit.kind, EXIT_INVALID);
    assert_non_null(memmem(r->c.m.exit.text.data, r->c.m.exit.text.size, "in section type", 15));
}

static void half_a_module_goes_with_its_decoder(void **state)
{
    struct rig *r = *state;
    static uint8_t bytes[MODULE_SIZE];
    struct span module = module_of_types(bytes, TYPES);
    client_send(&r->c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = client_deploy_of(module)});
    assert_true(client_expect(&r->c, MESSAGE_CONTINUE));
    send_part(r, module, 0, 5000);
    assert_true(host_pump_until(&r->host, all_told, r));
    assert_non_null(r->host.keep->workload.validation.decoder);
    client_free(&r->c);
    assert_true(host_pump_until(&r->host, no_module, r));
    assert_null(r->host.keep->workload.validation.decoder);
    assert_true(client_own(&r->c, &r->host, &r->keys));
    deploy_tiny(r);
}

static void leave(void *context)
{
    struct rig *r = context;
    if (r->left || !r->host.keep->workload.validation.running)
        return;
    r->left = true;
    client_free(&r->c);
}

/* The last part makes the section whole, so that the decoder has much to do; meanwhile sessions are served.
 */
static void a_session_that_goes_while_the_decoder_works_takes_both_along(void **state)
{
    struct rig *r = *state;
    static uint8_t bytes[MODULE_SIZE + 100];
    struct span module = module_of_types(bytes, TYPES);
    struct deploy d = client_deploy_of(span_of(bytes, sizeof bytes));
    client_send(&r->c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = d});
    assert_true(client_expect(&r->c, MESSAGE_CONTINUE));
    for (size_t at = 0; at < 42000; at += 14000) {
        send_part(r, module, at, at + 14000);
        assert_true(host_pump_until(&r->host, all_told, r));
    }
    shim_test.on_receive = leave;
    shim_test.receive_context = r;
    send_part(r, module, 42000, module.size);
    assert_true(host_pump_until(&r->host, no_module, r));
    shim_test.on_receive = NULL;
    assert_true(r->left);
    assert_null(r->host.keep->workload.validation.decoder);
    assert_false(r->host.keep->has_workload);
    assert_true(client_own(&r->c, &r->host, &r->keys));
    deploy_tiny(r);
}

/* ---- what is heard meanwhile ---- */

static void only_data_and_attest_are_heard_while_a_deploy_arrives(void **state)
{
    struct rig *r = *state;
    struct deploy d = client_deploy_of(TINY);
    client_send(&r->c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = d});
    assert_true(client_expect(&r->c, MESSAGE_CONTINUE));
    assert_true(still_served(&r->c));
    client_send(&r->c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = d});
    assert_true(closed_with(&r->c, "KEEP_EORDER"));
    assert_null(r->host.keep->workload.module);
}

static void a_deploy_that_cannot_fit_is_refused_before_a_byte_of_it(void **state)
{
    struct rig *r = *state;
    struct deploy d = client_deploy_of(TINY);
    d.module_size = (uint64_t)1 << 40;
    client_send(&r->c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = d});
    assert_true(closed_with(&r->c, "KEEP_ESIZE"));
    client_free(&r->c);
    assert_true(client_own(&r->c, &r->host, &r->keys));
    static const struct named files[] = {{"/a", "x"}, {"/a", "y"}};
    uint8_t encoded[512];
    d = client_deploy_of(TINY);
    d.files = files_encode(encoded, sizeof encoded, files, 2);
    client_send(&r->c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = d});
    int got = client_receive(&r->c);
    if (got == MESSAGE_CONTINUE) {
        client_send(&r->c, &(struct message){.type = MESSAGE_DATA, .bytes = TINY});
        send_data(&r->c, "xy");
        got = client_receive(&r->c);
    }
    assert_int_equal(got, MESSAGE_ERROR);
    assert_true(r->c.m.closes);
    assert_false(r->host.keep->has_workload);
}

static void secrets_for_another_workload_change_nothing(void **state)
{
    struct rig *r = *state;
    static const struct named files[] = {{"/secret", "hush"}};
    deploy_tiny(r);
    send_secrets(r, files, 1);
    assert_true(client_expect(&r->c, MESSAGE_OK));
    r->workload[0] ^= 1;
    send_secrets(r, files, 0);
    assert_true(refused_with(&r->c, "KEEP_EMATCH", false));
    assert_true(r->host.keep->workload.secret_files.size > 1);
    r->workload[0] ^= 1;
    send_secrets(r, files, 0);
    assert_true(client_expect(&r->c, MESSAGE_OK));
    assert_int_equal(r->host.keep->workload.secret_files.size, 1);
}

static void a_secret_file_may_not_take_the_place_of_a_deployed_one(void **state)
{
    struct rig *r = *state;
    static const struct named files[] = {{"/d/a", "1"}};
    static const struct named same[] = {{"/d/a", "2"}}, below[] = {{"/d/a/b", "3"}},
                              beside[] = {{"/d/b", "4"}};
    uint8_t encoded[512];
    struct deploy d = client_deploy_of(TINY);
    d.files = files_encode(encoded, sizeof encoded, files, 1);
    client_send(&r->c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = d});
    assert_true(client_expect(&r->c, MESSAGE_CONTINUE));
    client_send(&r->c, &(struct message){.type = MESSAGE_DATA, .bytes = TINY});
    send_data(&r->c, "1");
    assert_true(client_expect(&r->c, MESSAGE_WORKLOAD));
    memcpy(r->workload, r->c.m.workload, 32);
    send_secrets(r, same, 1);
    assert_true(refused_with(&r->c, "KEEP_EFORMAT", false));
    send_secrets(r, below, 1);
    assert_true(refused_with(&r->c, "KEEP_EFORMAT", false));
    send_secrets(r, beside, 1);
    assert_true(client_expect(&r->c, MESSAGE_OK));
}

static void start_for_another_workload_changes_nothing(void **state)
{
    struct rig *r = *state;
    deploy_tiny(r);
    struct message m = {.type = MESSAGE_START};
    memcpy(m.workload, r->workload, 32);
    m.workload[31] ^= 1;
    client_send(&r->c, &m);
    assert_true(refused_with(&r->c, "KEEP_EMATCH", false));
    assert_int_equal(r->host.keep->state, KEEP_OWNED);
}

static void attest_workload(struct client *c)
{
    struct message m = {.type = MESSAGE_ATTEST_WORKLOAD};
    memset(m.nonce, 8, sizeof m.nonce);
    client_send(c, &m);
}

/* Row 40. */
static void a_stranger_does_not_learn_the_workload_unless_it_is_public(void **state)
{
    struct rig *r = *state;
    deploy_tiny(r);
    assert_int_equal(client_connect(&r->other, &r->host, NULL), 0);
    assert_true(client_attest(&r->other, 1));
    attest_workload(&r->other);
    assert_true(closed_with(&r->other, "KEEP_EDENIED"));
}

static void a_public_workload_is_shown_to_whoever_attests(void **state)
{
    struct rig *r = *state;
    struct deploy d = client_deploy_of(TINY);
    d.is_public = true;
    assert_true(client_deploy(&r->c, &d, TINY, r->workload));
    assert_int_equal(client_connect(&r->other, &r->host, NULL), 0);
    assert_true(client_attest(&r->other, 1));
    uint8_t session[32];
    assert_int_equal(statement_digest(span_of(r->other.statement, r->other.statement_size), session), 0);
    attest_workload(&r->other);
    assert_true(client_expect(&r->other, MESSAGE_STATEMENT));
    struct statement s;
    assert_int_equal(statement_decode(r->other.m.statement, &s), 0);
    assert_int_equal(s.kind, STATEMENT_WORKLOAD);
    assert_memory_equal(s.workload, r->workload, 32);
    assert_memory_equal(s.session, session, 32);
    assert_int_equal(s.nonce[0], 8);
}

static void the_owner_view_names_the_workload_after_a_reconnection(void **state)
{
    struct rig *r = *state;
    struct deploy d = client_deploy_of(TINY);
    memset(d.salt, 0x77, sizeof d.salt);
    assert_true(client_deploy(&r->c, &d, TINY, r->workload));
    assert_true(client_own(&r->other, &r->host, &r->keys));
    assert_true(r->other.m.has_workload);
    assert_memory_equal(r->other.m.workload, r->workload, 32);
    assert_memory_equal(r->other.m.salt, d.salt, 32);
    assert_false(r->other.m.has_run);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_whole_deploy_is_answered_with_its_digest),
        TEST(files_follow_the_module_without_gaps),
        TEST(the_same_deploy_again_is_answered_alike_and_another_is_refused),
        TEST(a_module_with_another_digest_takes_no_effect),
        TEST(a_file_with_another_digest_takes_no_effect),
        TEST(more_bytes_than_announced_close_the_session),
        TEST(data_after_the_last_byte_closes_the_session),
        TEST(half_a_deploy_goes_with_its_session),
        TEST(a_slow_sender_leaves_nothing_to_validate_at_the_end),
        TEST(a_bad_module_is_refused_while_it_still_arrives),
        TEST(what_is_wrong_in_the_last_bytes_is_known_at_start),
        TEST(half_a_module_goes_with_its_decoder),
        TEST(a_session_that_goes_while_the_decoder_works_takes_both_along),
        TEST(only_data_and_attest_are_heard_while_a_deploy_arrives),
        TEST(a_deploy_that_cannot_fit_is_refused_before_a_byte_of_it),
        TEST(secrets_for_another_workload_change_nothing),
        TEST(a_secret_file_may_not_take_the_place_of_a_deployed_one),
        TEST(start_for_another_workload_changes_nothing),
        TEST(a_stranger_does_not_learn_the_workload_unless_it_is_public),
        TEST(a_public_workload_is_shown_to_whoever_attests),
        TEST(the_owner_view_names_the_workload_after_a_reconnection),
    };
    return psa_crypto_init() == PSA_SUCCESS ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
