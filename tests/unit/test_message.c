/* SPDX-License-Identifier: Apache-2.0 */
/* Messages built field by field give exactly the golden bytes (docs/protocol.md, section 5), and the lists
 * inside them are walked within their bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <psa/crypto.h>
#include <stdio.h>

#include "../../src/base/hex.h"
#include "../../src/proto/message.h"
#include "golden.h"

/* The golden files fill a field of key k with 16k, 16k + 1, ... */
static void fill(uint8_t *to, size_t size, unsigned key)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)(key * 16 + i);
}

static uint8_t spki[P256_SPKI_SIZE], outbox_key[P256_POINT_SIZE], lists[4][256];

/* Encoded lists, made with the writer. */
static struct span make_args(void)
{
    struct cbor_writer w;
    struct span encoded;
    cbor_writer_init(&w, lists[0], sizeof lists[0]);
    cbor_put_array(&w, 3);
    cbor_put_bytes(&w, SPAN_LITERAL("wordcount"));
    cbor_put_bytes(&w, SPAN_LITERAL("-l"));
    cbor_put_bytes(&w, SPAN_LITERAL("/data/a.txt"));
    assert_int_equal(cbor_writer_finish(&w, &encoded), 0);
    return encoded;
}

static void put_pair(struct cbor_writer *w, struct span name, struct span value)
{
    cbor_put_array(w, 2);
    cbor_put_bytes(w, name);
    cbor_put_bytes(w, value);
}

static struct span make_env(bool secret)
{
    struct cbor_writer w;
    struct span encoded;
    cbor_writer_init(&w, lists[1], sizeof lists[1]);
    cbor_put_array(&w, secret ? 1 : 2);
    if (secret) {
        put_pair(&w, SPAN_LITERAL("TOKEN"), SPAN_LITERAL("secret value"));
    } else {
        put_pair(&w, SPAN_LITERAL("LANG"), SPAN_LITERAL("C"));
        put_pair(&w, SPAN_LITERAL("EMPTY"), span_of(NULL, 0));
    }
    assert_int_equal(cbor_writer_finish(&w, &encoded), 0);
    return encoded;
}

static struct span make_files(void)
{
    struct cbor_writer w;
    struct span encoded;
    uint8_t digest[DIGEST_SIZE];
    const struct span content = SPAN_LITERAL("hello");
    assert_int_equal(crypto_sha256(&content, 1, digest), 0);
    cbor_writer_init(&w, lists[2], sizeof lists[2]);
    cbor_put_array(&w, 1);
    cbor_put_array(&w, 4);
    cbor_put_text(&w, SPAN_LITERAL("/data/a.txt"));
    cbor_put_uint(&w, 5);
    cbor_put_bytes(&w, span_of(digest, sizeof digest));
    cbor_put_uint(&w, 0644);
    assert_int_equal(cbor_writer_finish(&w, &encoded), 0);
    return encoded;
}

static struct span make_secret_files(void)
{
    struct cbor_writer w;
    struct span encoded;
    cbor_writer_init(&w, lists[2], sizeof lists[2]);
    cbor_put_array(&w, 1);
    cbor_put_array(&w, 3);
    cbor_put_text(&w, SPAN_LITERAL("/run/key.pem"));
    cbor_put_bytes(&w, SPAN_LITERAL("-----BEGIN"));
    cbor_put_uint(&w, 0400);
    assert_int_equal(cbor_writer_finish(&w, &encoded), 0);
    return encoded;
}

static struct span make_entries(void)
{
    static const struct {
        const char *name;
        unsigned kind, size;
    } entries[] = {{"a.txt", 0, 5}, {"sub", 1, 0}, {"link", 2, 3}};
    struct cbor_writer w;
    struct span encoded;
    cbor_writer_init(&w, lists[3], sizeof lists[3]);
    cbor_put_array(&w, 3);
    for (size_t i = 0; i < 3; i++) {
        cbor_put_array(&w, 3);
        cbor_put_text(&w, span_text(entries[i].name));
        cbor_put_uint(&w, entries[i].kind);
        cbor_put_uint(&w, entries[i].size);
    }
    assert_int_equal(cbor_writer_finish(&w, &encoded), 0);
    return encoded;
}

static void make_owner(struct message *m)
{
    uint8_t point[P256_POINT_SIZE];
    fill(point, sizeof point, 4);
    crypto_p256_spki(point, spki);
    fill(outbox_key, sizeof outbox_key, 2);
    m->spki = span_of(spki, sizeof spki);
    m->outbox_key = span_of(outbox_key, sizeof outbox_key);
    fill(m->signature, sizeof m->signature, 3);
}

static void make_deploy(struct message *m)
{
    struct deploy *d = &m->deploy;
    d->module_size = 123456;
    fill(d->module_digest, DIGEST_SIZE, 2);
    d->args = make_args();
    d->env = make_env(false);
    d->files = make_files();
    d->limits = (struct deploy_limits){1 << 30, 10000, 1000};
    d->time_floor = 1790000000;
    fill(d->salt, SALT_SIZE, 9);
    d->is_public = true;
}

static void make_command(struct message *m)
{
    fill(m->workload, DIGEST_SIZE, 1);
    fill(m->run, RUN_ID_SIZE, 2);
    m->offset[0] = m->type == MESSAGE_LOGS_END ? 70005 : 70000;
    m->offset[1] = 12;
    m->path = SPAN_LITERAL("/out/result.csv");
    m->attach = m->type == MESSAGE_START;
    m->input = m->type == MESSAGE_START;
    m->end = true;
    if (m->type == MESSAGE_RUNNING)
        fill(m->run, RUN_ID_SIZE, 1);
}

static void make_answer(struct message *m)
{
    m->state = KEEP_OWNED;
    fill(m->owner, DIGEST_SIZE, 2);
    m->stream = STREAM_STDERR;
    m->position = m->type == MESSAGE_OUTPUT ? 4294967296 : m->type == MESSAGE_INPUT_ACK ? 65536 : 5;
    m->mode = 0644;
    m->exit = (struct exit_record){.kind = EXIT_EXIT, .code = 3, .stream_size = {1000, 20}};
    m->code = SPAN_LITERAL("E_ORDER");
    m->text = SPAN_LITERAL("secrets come before start");
    m->closes = true;
    m->evidence = SPAN_LITERAL("evidence");
}

/* A message whose every field has the value that the golden files give it. */
static void make(enum message_type type, struct message *m)
{
    static struct golden statement;
    *m = (struct message){.type = type};
    fill(m->nonce, NONCE_SIZE, 1);
    make_owner(m);
    make_command(m);
    make_answer(m);
    m->bytes = SPAN_LITERAL("hello");
    if (type == MESSAGE_DEPLOY)
        make_deploy(m);
    if (type == MESSAGE_SECRETS) {
        m->env = make_env(true);
        m->files = make_secret_files();
    }
    m->entries = make_entries();
    golden_read("statement-session", &statement);
    m->statement = span_of(statement.bytes, statement.size);
}

static void check_encoding(const struct message *m, const char *file)
{
    static uint8_t bytes[MESSAGE_SIZE_STRANGER];
    struct golden golden;
    size_t size;
    golden_read(file, &golden);
    assert_int_equal(message_encode(m, bytes, sizeof bytes, &size), 0);
    assert_int_equal(load_be32(bytes), golden.size);
    assert_int_equal(size, MESSAGE_HEADER_SIZE + golden.size);
    assert_memory_equal(bytes + MESSAGE_HEADER_SIZE, golden.bytes, golden.size);
}

static void every_message_built_by_hand_encodes_to_its_golden_file(void **state)
{
    (void)state;
    for (unsigned t = MESSAGE_ATTEST; t <= MESSAGE_ERROR; t++) {
        struct message m;
        char file[64];
        make((enum message_type)t, &m);
        (void)snprintf(file, sizeof file, "message-%s",
                       t == MESSAGE_DATA ? "data-from-client" : message_type_name((enum message_type)t));
        check_encoding(&m, file);
    }
}

static void optional_fields_are_written_when_they_are_there(void **state)
{
    (void)state;
    struct message m;
    make(MESSAGE_OWNER_VIEW, &m);
    m.state = KEEP_RUNNING;
    m.has_workload = m.has_run = true;
    fill(m.workload, DIGEST_SIZE, 3);
    fill(m.salt, SALT_SIZE, 4);
    fill(m.run, RUN_ID_SIZE, 5);
    check_encoding(&m, "message-owner-view-running");
    make(MESSAGE_OUTPUT, &m);
    m.has_time = true;
    m.time = 1790000000000;
    check_encoding(&m, "message-output-with-time");
}

static void an_exit_record_of_a_trap_carries_its_text(void **state)
{
    (void)state;
    struct message m = {.type = MESSAGE_EXIT};
    m.exit.kind = EXIT_TRAP;
    m.exit.text = SPAN_LITERAL("integer divide by zero in main");
    check_encoding(&m, "message-exit-trap");
}

static void empty_spans_are_empty_lists(void **state)
{
    (void)state;
    struct message m = {.type = MESSAGE_DEPLOY};
    m.deploy.module_size = 8;
    fill(m.deploy.module_digest, DIGEST_SIZE, 2);
    fill(m.deploy.salt, SALT_SIZE, 9);
    m.deploy.limits = (struct deploy_limits){1 << 30, 10000, 1000};
    check_encoding(&m, "message-deploy-least");
}

static void the_workload_digest_is_that_of_the_protocol(void **state)
{
    (void)state;
    /* Worked out from docs/protocol.md with another implementation of SHA-256 and CBOR. */
    static const char expected[] = "2542ad3ad0ed2ebe0d00102e5c448f8e960e980bd54904568cdff43e607db197";
    struct message m;
    uint8_t digest[DIGEST_SIZE];
    char text[2 * DIGEST_SIZE + 1];
    make(MESSAGE_DEPLOY, &m);
    assert_int_equal(deploy_workload_digest(&m.deploy, digest), 0);
    hex_encode(digest, sizeof digest, text);
    assert_string_equal(text, expected);
}

static void a_launch_configuration_is_written_and_enters_the_digest(void **state)
{
    (void)state;
    /* Worked out from docs/protocol.md with another implementation of SHA-256 and CBOR. */
    static const char expected[] = "ff497cedb8516c81eebe33f239e417fa0b579c3067fc1fee35f81669ff2cd85d";
    static const uint8_t off[] = {0x82, 0x64, 's', 'i', 'm', 'd', 0x67, 't', 'h', 'r', 'e', 'a', 'd', 's'};
    struct message m = {.type = MESSAGE_DEPLOY};
    uint8_t digest[DIGEST_SIZE], other[DIGEST_SIZE];
    char text[2 * DIGEST_SIZE + 1];
    m.deploy.module_size = 8;
    fill(m.deploy.module_digest, DIGEST_SIZE, 2);
    fill(m.deploy.salt, SALT_SIZE, 9);
    m.deploy.limits = (struct deploy_limits){1 << 30, 10000, 1000};
    m.deploy.has_entry = m.deploy.has_features = true;
    m.deploy.entry = SPAN_LITERAL("add");
    m.deploy.features_off = span_of(off, sizeof off);
    check_encoding(&m, "message-deploy-entry");
    assert_int_equal(deploy_workload_digest(&m.deploy, digest), 0);
    hex_encode(digest, sizeof digest, text);
    assert_string_equal(text, expected);
    m.deploy.has_features = false;
    assert_int_equal(deploy_workload_digest(&m.deploy, other), 0);
    assert_memory_not_equal(digest, other, DIGEST_SIZE);
    m.deploy.has_features = true;
    m.deploy.entry = SPAN_LITERAL("sub");
    assert_int_equal(deploy_workload_digest(&m.deploy, other), 0);
    assert_memory_not_equal(digest, other, DIGEST_SIZE);
}

/* row 58 */
static void every_field_of_the_record_changes_the_workload_digest(void **state)
{
    (void)state;
    uint8_t first[DIGEST_SIZE], other[DIGEST_SIZE];
    for (unsigned field = 0; field < 9; field++) {
        struct message m;
        make(MESSAGE_DEPLOY, &m);
        struct deploy *d = &m.deploy;
        assert_int_equal(deploy_workload_digest(d, first), 0);
        d->salt[0] ^= field == 0;
        d->module_digest[31] ^= field == 1;
        d->args = field == 2 ? span_of(NULL, 0) : d->args;
        d->env = field == 3 ? span_of(NULL, 0) : d->env;
        d->files = field == 4 ? span_of(NULL, 0) : d->files;
        d->limits.call_depth += field == 5;
        d->limits.memory += field == 6;
        d->time_floor += field == 7;
        d->is_public ^= field == 8;
        assert_int_equal(deploy_workload_digest(d, other), 0);
        assert_memory_not_equal(first, other, DIGEST_SIZE);
    }
}

/* ---- refusals ---- */

static void what_a_reader_would_refuse_is_not_written(void **state)
{
    (void)state;
    static uint8_t big[MESSAGE_DATA_MAX + 1], to[2 * MESSAGE_DATA_MAX];
    size_t size;
    struct message m = {.type = MESSAGE_DATA, .bytes = span_of(big, sizeof big)};
    assert_int_equal(message_encode(&m, to, sizeof to, &size), KEEP_ESIZE);
    m.bytes = span_of(NULL, 0);
    assert_int_equal(message_encode(&m, to, sizeof to, &size), KEEP_ESIZE);
    m = (struct message){.type = MESSAGE_CP, .path = SPAN_LITERAL("relative")};
    assert_int_equal(message_encode(&m, to, sizeof to, &size), KEEP_EFORMAT);
    m = (struct message){.type = MESSAGE_ERROR, .text = SPAN_LITERAL("\xff")};
    assert_int_equal(message_encode(&m, to, sizeof to, &size), KEEP_EFORMAT);
    m = (struct message){.type = MESSAGE_SECRETS, .env = SPAN_LITERAL("\x81\x00")};
    assert_int_equal(message_encode(&m, to, sizeof to, &size), KEEP_EFORMAT);
    m = (struct message){.type = MESSAGE_ERROR + 1};
    assert_int_equal(message_encode(&m, to, sizeof to, &size), KEEP_ETYPE);
    m = (struct message){0};
    assert_int_equal(message_encode(&m, to, sizeof to, &size), KEEP_ETYPE);
    assert_int_equal(size, 0);
}

static void a_message_that_does_not_fit_is_not_written(void **state)
{
    (void)state;
    struct message m;
    uint8_t to[256];
    size_t size, whole;
    make(MESSAGE_START, &m);
    assert_int_equal(message_encode(&m, to, sizeof to, &whole), 0);
    for (size_t capacity = 0; capacity < whole; capacity++)
        assert_int_equal(message_encode(&m, to, capacity, &size), KEEP_ESIZE);
}

static void a_refused_message_leaves_nothing_behind(void **state)
{
    (void)state;
    static const struct message nothing;
    struct golden golden;
    struct message m;
    golden_read("message-start", &golden);
    assert_int_equal(message_decode(MESSAGE_FROM_CLIENT, span_of(golden.bytes, golden.size - 1), &m),
                     KEEP_EFORMAT);
    assert_memory_equal(&m, &nothing, sizeof m);
}

static void a_message_of_more_than_a_mebibyte_is_refused(void **state)
{
    (void)state;
    struct message m;
    uint8_t byte = 0xa0;
    assert_int_equal(message_decode(MESSAGE_FROM_CLIENT, span_of(&byte, MESSAGE_SIZE_OWNER + 1), &m),
                     KEEP_ESIZE);
}

static void guest_paths_are_absolute_and_plain(void **state)
{
    (void)state;
    static const char *const good[] = {"/a", "/a/b", "/...", "/.a", "/a..", "/a b/\xc3\xa9"};
    static const char *const bad[] = {"",      "a",  "/",   "//",   "/a/",    "//a",
                                      "/a//b", "/.", "/..", "/a/.", "/a/../b"};
    static char longest[MESSAGE_PATH_MAX + 1];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(guest_path_allowed(span_text(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(guest_path_allowed(span_text(bad[i])));
    assert_false(guest_path_allowed(span_of("/a\0b", 4)));
    memset(longest, 'a', sizeof longest);
    longest[0] = '/';
    assert_true(guest_path_allowed(span_of(longest, MESSAGE_PATH_MAX)));
    assert_false(guest_path_allowed(span_of(longest, MESSAGE_PATH_MAX + 1)));
}

static void cursors_give_every_item_and_then_end(void **state)
{
    (void)state;
    struct list_cursor cursor;
    struct span name, value;
    struct directory_entry entry;
    struct deploy_file file;
    assert_int_equal(list_open(make_env(false), &cursor), 0);
    assert_true(list_next_pair(&cursor, &name, &value));
    assert_true(span_equal(name, SPAN_LITERAL("LANG")) && span_equal(value, SPAN_LITERAL("C")));
    assert_true(list_next_pair(&cursor, &name, &value));
    assert_true(span_equal(name, SPAN_LITERAL("EMPTY")) && value.size == 0);
    assert_false(list_next_pair(&cursor, &name, &value));
    assert_true(list_ended(&cursor));
    assert_int_equal(list_open(make_entries(), &cursor), 0);
    assert_true(list_next_entry(&cursor, &entry));
    assert_true(span_equal(entry.name, SPAN_LITERAL("a.txt")) && entry.kind == ENTRY_FILE && entry.size == 5);
    assert_int_equal(list_open(make_files(), &cursor), 0);
    assert_true(list_next_file(&cursor, &file));
    assert_int_equal(file.mode, 0644);
    assert_int_equal(list_open(span_of(NULL, 0), &cursor), 0);
    assert_false(list_next_bytes(&cursor, &name));
    assert_true(list_ended(&cursor));
}

static void a_list_with_a_wrong_item_does_not_end(void **state)
{
    (void)state;
    static const struct {
        int (*check)(struct span encoded);
        struct span encoded;
    } wrong[] = {
        {list_check_args, {(const uint8_t *)"\x81\x61x", 3}},       /* text */
        {list_check_args, {(const uint8_t *)"\x82\x41x", 3}},       /* one item too few */
        {list_check_args, {(const uint8_t *)"\x80\x00", 2}},        /* a byte behind */
        {list_check_args, {(const uint8_t *)"\xa0", 1}},            /* a map */
        {list_check_env, {(const uint8_t *)"\x81\x81\x41x", 4}},    /* a name without a value */
        {list_check_env, {(const uint8_t *)"\x81\x82\x40\x40", 4}}, /* an empty name */
        {list_check_entries, {(const uint8_t *)"\x81\x83\x61.\x00\x00", 6}},
        {list_check_entries,
         {(const uint8_t *)"\x81\x83\x63"
                           "a/b\x00\x00",
          8}},
        {list_check_entries,
         {(const uint8_t *)"\x81\x83\x61"
                           "a\x03\x00",
          6}},                                                                        /* no such kind */
        {list_check_secrets, {(const uint8_t *)"\x81\x83\x62/a\x40\x19\x02\x00", 9}}, /* mode 01000 */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(wrong[i].check(wrong[i].encoded), KEEP_EFORMAT);
}

static void a_list_of_too_many_items_is_refused(void **state)
{
    (void)state;
    static uint8_t encoded[8 + MESSAGE_ARGS_MAX + 1];
    struct cbor_writer w;
    cbor_writer_init(&w, encoded, sizeof encoded);
    cbor_put_array(&w, MESSAGE_ARGS_MAX + 1);
    memset(encoded + w.size, 0x40, MESSAGE_ARGS_MAX + 1);
    assert_int_equal(list_check_args(span_of(encoded, w.size + MESSAGE_ARGS_MAX + 1)), KEEP_ESIZE);
    cbor_writer_init(&w, encoded, sizeof encoded);
    cbor_put_array(&w, MESSAGE_ARGS_MAX);
    memset(encoded + w.size, 0x40, MESSAGE_ARGS_MAX);
    assert_int_equal(list_check_args(span_of(encoded, w.size + MESSAGE_ARGS_MAX)), 0);
}

static void names_of_unknown_types_are_question_marks(void **state)
{
    (void)state;
    assert_string_equal(message_type_name((enum message_type)0), "?");
    assert_string_equal(message_type_name((enum message_type)99), "?");
    assert_string_equal(exit_kind_name((enum exit_kind)0), "?");
    assert_string_equal(keep_error_name(-17), "KEEP_E?");
    assert_string_equal(keep_error_name(1), "KEEP_E?");
    assert_string_equal(keep_error_name(KEEP_EENTROPY), "KEEP_EENTROPY");
}

static int start(void **state)
{
    (void)state;
    return psa_crypto_init() == PSA_SUCCESS ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_built_by_hand_encodes_to_its_golden_file),
        cmocka_unit_test(optional_fields_are_written_when_they_are_there),
        cmocka_unit_test(an_exit_record_of_a_trap_carries_its_text),
        cmocka_unit_test(empty_spans_are_empty_lists),
        cmocka_unit_test(the_workload_digest_is_that_of_the_protocol),
        cmocka_unit_test(a_launch_configuration_is_written_and_enters_the_digest),
        cmocka_unit_test(every_field_of_the_record_changes_the_workload_digest),
        cmocka_unit_test(what_a_reader_would_refuse_is_not_written),
        cmocka_unit_test(a_message_that_does_not_fit_is_not_written),
        cmocka_unit_test(a_refused_message_leaves_nothing_behind),
        cmocka_unit_test(a_message_of_more_than_a_mebibyte_is_refused),
        cmocka_unit_test(guest_paths_are_absolute_and_plain),
        cmocka_unit_test(cursors_give_every_item_and_then_end),
        cmocka_unit_test(a_list_with_a_wrong_item_does_not_end),
        cmocka_unit_test(a_list_of_too_many_items_is_refused),
        cmocka_unit_test(names_of_unknown_types_are_question_marks),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
