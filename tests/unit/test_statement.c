/* SPDX-License-Identifier: Apache-2.0 */
/* Statements: exactly the fields of their kind, and the digests over them (docs/protocol.md, section 4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <psa/crypto.h>

#include "../../src/base/hex.h"
#include "../../src/proto/crypto.h"
#include "golden.h"

static void fill(uint8_t *to, size_t size, unsigned key)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)(key * 16 + i);
}

static void make(enum statement_kind kind, enum keep_state keep_state, struct statement *s)
{
    *s = (struct statement){.kind = kind, .tee = "process", .mode = "process", .state = keep_state};
    fill(s->instance, sizeof s->instance, 4);
    fill(s->spki, sizeof s->spki, 5);
    fill(s->boot, sizeof s->boot, 6);
    fill(s->owner, sizeof s->owner, 8);
    fill(s->nonce, sizeof s->nonce, 0);
    fill(s->binder, sizeof s->binder, 1);
    fill(s->session, sizeof s->session, 2);
    fill(s->workload, sizeof s->workload, 3);
    fill(s->run, sizeof s->run, 4);
    fill(s->outbox, sizeof s->outbox, 5);
}

static void every_kind_built_by_hand_encodes_to_its_golden_file(void **state)
{
    (void)state;
    static const struct {
        enum statement_kind kind;
        enum keep_state keep_state;
        const char *file;
    } cases[] = {
        {STATEMENT_SESSION, KEEP_UNOWNED, "statement-session"},
        {STATEMENT_SESSION, KEEP_OWNED, "statement-session-owned"},
        {STATEMENT_WORKLOAD, KEEP_RUNNING, "statement-workload"},
        {STATEMENT_RECEIPT, KEEP_ENDED, "statement-receipt"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct statement s;
        struct golden golden;
        uint8_t bytes[STATEMENT_SIZE_MAX];
        size_t size;
        make(cases[i].kind, cases[i].keep_state, &s);
        golden_read(cases[i].file, &golden);
        assert_int_equal(statement_encode(&s, bytes, sizeof bytes, &size), 0);
        assert_int_equal(size, golden.size);
        assert_memory_equal(bytes, golden.bytes, size);
    }
}

static void kinds_that_this_version_does_not_make_are_refused(void **state)
{
    (void)state;
    static const enum statement_kind kinds[] = {STATEMENT_TLS_KEY, STATEMENT_GUEST, (enum statement_kind)0,
                                                (enum statement_kind)6};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct statement s;
        uint8_t bytes[STATEMENT_SIZE_MAX];
        size_t size;
        make(STATEMENT_SESSION, KEEP_OWNED, &s);
        s.kind = kinds[i];
        assert_int_equal(statement_encode(&s, bytes, sizeof bytes, &size), KEEP_ETYPE);
        assert_int_equal(size, 0);
    }
}

static void names_and_states_that_a_reader_refuses_are_not_written(void **state)
{
    (void)state;
    static const char *const names[] = {"", "SGX", "a b", "a\nb", "\xc3\xa9"};
    struct statement s;
    uint8_t bytes[STATEMENT_SIZE_MAX];
    size_t size;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        make(STATEMENT_SESSION, KEEP_OWNED, &s);
        memset(s.mode, 0, sizeof s.mode);
        memcpy(s.mode, names[i], strlen(names[i]));
        assert_int_equal(statement_encode(&s, bytes, sizeof bytes, &size), KEEP_EFORMAT);
    }
    make(STATEMENT_SESSION, KEEP_OWNED, &s);
    memset(s.tee, 'a', sizeof s.tee); /* no NUL: too long */
    assert_int_equal(statement_encode(&s, bytes, sizeof bytes, &size), KEEP_EFORMAT);
    make(STATEMENT_SESSION, (enum keep_state)4, &s);
    assert_int_equal(statement_encode(&s, bytes, sizeof bytes, &size), KEEP_EFORMAT);
}

static void a_statement_that_does_not_fit_is_not_written(void **state)
{
    (void)state;
    struct statement s;
    uint8_t bytes[STATEMENT_SIZE_MAX];
    size_t size, whole;
    make(STATEMENT_WORKLOAD, KEEP_RUNNING, &s);
    assert_int_equal(statement_encode(&s, bytes, sizeof bytes, &whole), 0);
    for (size_t capacity = 0; capacity < whole; capacity++)
        assert_int_equal(statement_encode(&s, bytes, capacity, &size), KEEP_ESIZE);
}

static void a_statement_past_its_limit_is_refused_unread(void **state)
{
    (void)state;
    static uint8_t bytes[STATEMENT_SIZE_MAX + 1];
    struct statement s;
    assert_int_equal(statement_decode(span_of(bytes, sizeof bytes), &s), KEEP_ESIZE);
}

static void report_data_and_owner_digest_are_those_of_the_protocol(void **state)
{
    (void)state;
    /* Worked out from docs/protocol.md with another implementation of SHA-2. */
    static const char report[] = "b14eae34eec1472baa2281d91420090853b4b999efe588689158f7f00ccdc86e"
                                 "c1f26c403017a80cda4b29a3f7546496e35c78b7d0e6abf20d49ac86bac08cce";
    static const char owner[] = "1c708eed4fe632c1ae9577c5fdfab02af6813ce391e99de4e36ffd37cf3499eb";
    uint8_t report_data[REPORT_DATA_SIZE], digest[DIGEST_SIZE], point[P256_POINT_SIZE], spki[P256_SPKI_SIZE];
    uint8_t nonce[NONCE_SIZE], instance[INSTANCE_ID_SIZE];
    char text[2 * REPORT_DATA_SIZE + 1];
    struct golden golden;
    golden_read("statement-session", &golden);
    assert_int_equal(statement_report_data(span_of(golden.bytes, golden.size), report_data), 0);
    hex_encode(report_data, sizeof report_data, text);
    assert_string_equal(text, report);
    fill(point, sizeof point, 4);
    fill(nonce, sizeof nonce, 0);
    fill(instance, sizeof instance, 1);
    crypto_p256_spki(point, spki);
    assert_int_equal(
        statement_owner_digest(instance, span_of(nonce, sizeof nonce), span_of(spki, sizeof spki), digest),
        0);
    hex_encode(digest, sizeof digest, text);
    assert_string_equal(text, owner);
}

static void the_digest_is_over_the_bytes_as_sent(void **state)
{
    (void)state;
    struct golden known, unknown;
    uint8_t a[DIGEST_SIZE], b[DIGEST_SIZE];
    golden_read("statement-session", &known);
    golden_read("statement-unknown-fields", &unknown);
    assert_int_equal(statement_digest(span_of(known.bytes, known.size), a), 0);
    assert_int_equal(statement_digest(span_of(unknown.bytes, unknown.size), b), 0);
    assert_memory_not_equal(a, b, DIGEST_SIZE);
}

/* row 54 */
static void statements_of_one_keep_agree_in_every_header_field(void **state)
{
    (void)state;
    struct statement a, b;
    make(STATEMENT_SESSION, KEEP_OWNED, &a);
    make(STATEMENT_WORKLOAD, KEEP_RUNNING, &b); /* kind and state may differ */
    assert_true(statement_same_keep(&a, &b));
    for (unsigned field = 0; field < 5; field++) {
        make(STATEMENT_WORKLOAD, KEEP_RUNNING, &b);
        b.tee[0] ^= field == 0;
        b.mode[0] ^= field == 1;
        b.instance[15] ^= field == 2;
        b.spki[31] ^= field == 3;
        b.boot[31] ^= field == 4;
        assert_false(statement_same_keep(&a, &b));
    }
}

static void names_of_kinds_and_states_are_the_protocols(void **state)
{
    (void)state;
    assert_string_equal(statement_kind_name(STATEMENT_TLS_KEY), "tls-key");
    assert_string_equal(statement_kind_name((enum statement_kind)0), "?");
    assert_string_equal(statement_kind_name((enum statement_kind)6), "?");
    assert_string_equal(keep_state_name(KEEP_UNOWNED), "unowned");
    assert_string_equal(keep_state_name(KEEP_ENDED), "ended");
    assert_string_equal(keep_state_name((enum keep_state)4), "?");
}

static int start(void **state)
{
    (void)state;
    return psa_crypto_init() == PSA_SUCCESS ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_built_by_hand_encodes_to_its_golden_file),
        cmocka_unit_test(kinds_that_this_version_does_not_make_are_refused),
        cmocka_unit_test(names_and_states_that_a_reader_refuses_are_not_written),
        cmocka_unit_test(a_statement_that_does_not_fit_is_not_written),
        cmocka_unit_test(a_statement_past_its_limit_is_refused_unread),
        cmocka_unit_test(report_data_and_owner_digest_are_those_of_the_protocol),
        cmocka_unit_test(the_digest_is_over_the_bytes_as_sent),
        cmocka_unit_test(statements_of_one_keep_agree_in_every_header_field),
        cmocka_unit_test(names_of_kinds_and_states_are_the_protocols),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
