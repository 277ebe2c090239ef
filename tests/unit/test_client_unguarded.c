/* SPDX-License-Identifier: Apache-2.0 */
/* Each protection of the client counts: an attack is stopped by each of its locks alone, and succeeds against
 * a client without them. The client is a build for this test and tests/attack alone (src/attest/checks.def,
 * src/proto/guards.def; acceptance tests 1, 3, 4, 7 and 33; rows 20, 21, 40 to 43, 47, 53, 54, 56 and 58). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../src/attest/mask.h"
#include "../../src/base/error.h"
#include "../../src/client/package.h"
#include "../../src/client/record.h"
#include "../../src/proto/guard.h"
#include "../../src/proto/hpke.h"
#include "../support/client_bench.h"

bool check_masked[CHECK_COUNT + 1];
bool guard_off[GUARD_COUNT];

/* ---- what an attacker gets ---- */

static bool secrets_come(struct bench *b)
{
    bench_session(b, NULL, NULL);
    bench_ask_run(b, false);
    (void)bench_until(b, CASEMATE_EVENT_EXIT);
    bench_session_end(b);
    const struct buffer *got = &b->keep.got_secrets;
    return got->size > 0 && memmem(got->data, got->size, "canary", 6) != NULL;
}

/* Of a Keep that ran, so that there is a record. */
static casemate_record *ran(struct bench *b)
{
    bench_session(b, NULL, NULL);
    bench_ask_run(b, false);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_EXIT), 0);
    bench_session_end(b);
    memset(b->keep.messages_in, 0, sizeof b->keep.messages_in);
    return bench_record(b);
}

static bool command_comes(struct bench *b, casemate_record *r)
{
    const uint64_t begin[2] = {0, 0};
    bench_session(b, r, NULL);
    assert_int_equal(casemate_session_logs(b->session, begin, b->error), 0);
    (void)bench_until(b, CASEMATE_EVENT_LOGS_END);
    bench_session_end(b);
    casemate_record_free(r);
    return b->keep.messages_in[MESSAGE_LOGS] > 0;
}

/* ---- lies in statements ---- */

static void lie_nonce(void *context, struct statement *said)
{
    (void)context;
    said->nonce[3] ^= said->kind == STATEMENT_SESSION; /* the other one's owner digest covers its nonce */
}
static void lie_binder(void *context, struct statement *said)
{
    (void)context;
    said->binder[3] ^= 1;
}
static void lie_key(void *context, struct statement *said)
{
    (void)context;
    said->spki[3] ^= 1;
}
static void lie_owned(void *context, struct statement *said)
{
    (void)context;
    if (said->kind == STATEMENT_SESSION && said->state == KEEP_UNOWNED)
        said->state = KEEP_OWNED;
}
static void lie_workload(void *context, struct statement *said)
{
    (void)context;
    said->workload[3] ^= 1;
}

static bool evidence_of_another_nonce(struct bench *b)
{
    b->next.falsify = lie_nonce;
    return secrets_come(b);
}

static bool evidence_of_another_session(struct bench *b)
{
    b->next.falsify = lie_binder;
    return secrets_come(b);
}

static bool evidence_of_another_key(struct bench *b)
{
    b->next.falsify = lie_key;
    return secrets_come(b);
}

static bool a_keep_that_has_an_owner(struct bench *b)
{
    b->next.falsify = lie_owned;
    return secrets_come(b);
}

static bool a_keep_of_a_simulated_root(struct bench *b)
{
    bench_policy(b, false, true);
    return secrets_come(b);
}

/* ---- lies in messages ---- */

/* Changes the message of a Keep, whole, before it goes out. */
static void rewrite(struct buffer *encoded, void (*change)(struct message *m))
{
    struct message m;
    uint8_t bytes[1024];
    size_t size;
    assert_int_equal(
        message_decode(MESSAGE_FROM_KEEP,
                       span_of(encoded->data + MESSAGE_HEADER_SIZE, encoded->size - MESSAGE_HEADER_SIZE), &m),
        0);
    change(&m);
    assert_int_equal(message_encode(&m, bytes, sizeof bytes, &size), 0);
    encoded->size = 0;
    buffer_append(encoded, bytes, size);
}

static void change_owner(struct message *m)
{
    m->owner[3] ^= 1;
}
static void change_workload(struct message *m)
{
    m->workload[3] ^= 1;
}

static int tamper_owner(void *context, struct fake_session *s, enum message_type type, struct buffer *encoded)
{
    (void)context, (void)s;
    if (type == MESSAGE_OWNER_VIEW)
        rewrite(encoded, change_owner);
    return 1;
}

static int tamper_workload(void *context, struct fake_session *s, enum message_type type,
                           struct buffer *encoded)
{
    (void)context, (void)s;
    if (type == MESSAGE_WORKLOAD)
        rewrite(encoded, change_workload);
    return 1;
}

static bool a_keep_that_names_another_owner(struct bench *b)
{
    b->next.tamper = tamper_owner;
    return secrets_come(b);
}

static bool a_keep_that_holds_a_program_already(struct bench *b)
{
    b->keep.has_workload = true;
    return secrets_come(b);
}

static bool a_keep_that_took_another_workload(struct bench *b)
{
    b->next.tamper = tamper_workload;
    b->next.falsify = lie_workload;
    return secrets_come(b);
}

static bool a_peer_without_our_protocol(struct bench *b)
{
    b->next.alpn = "";
    return secrets_come(b);
}

/* ---- reconnection ---- */

static bool a_genuine_twin(struct bench *b)
{
    casemate_record *r = ran(b);
    r->instance[0] ^= 1;
    r->spki[0] ^= 1;
    return command_comes(b, r);
}

static bool another_run_of_the_same_owner(struct bench *b)
{
    casemate_record *r = ran(b);
    b->keep.workload[0] ^= 1;
    b->keep.run[0] ^= 1;
    return command_comes(b, r);
}

/* ---- outbox and bundle ---- */

/* An outbox of this run and content, whose receipt is genuine but speaks of `receipt`. */
static size_t outbox_make(struct bench *b, const casemate_record *r, const uint8_t run[RUN_ID_SIZE],
                          bool own_receipt, uint8_t *file, size_t capacity)
{
    struct outbox content = {.exit = {.kind = EXIT_EXIT, .code = 42}};
    uint8_t plain[512], sealed[600], enc[HPKE_ENC_SIZE], info[17 + INSTANCE_ID_SIZE], said_bytes[512],
        evidence[PROCESS_EVIDENCE_SIZE_MAX];
    size_t plain_size, sealed_size, said_size, evidence_size, size;
    struct statement said = {
        .kind = STATEMENT_RECEIPT, .tee = "process", .mode = "process", .state = KEEP_ENDED};
    struct process_evidence e = {.issued_at = (uint64_t)time(NULL)};
    memcpy(content.instance, r->instance, INSTANCE_ID_SIZE);
    memcpy(content.run, run, RUN_ID_SIZE);
    memcpy(content.workload, r->workload, DIGEST_SIZE);
    assert_int_equal(outbox_encode(&content, plain, sizeof plain, &plain_size), 0);
    memcpy(info, "casemate-outbox-1", 17);
    memcpy(info + 17, r->instance, INSTANCE_ID_SIZE);
    assert_int_equal(hpke_seal(b->keep.outbox_key, span_of(info, sizeof info), span_of(NULL, 0),
                               span_of(plain, plain_size), enc, sealed, sizeof sealed, &sealed_size),
                     0);
    const struct span parts[] = {span_of(enc, sizeof enc), span_of(sealed, sealed_size)};
    assert_int_equal(crypto_sha256(parts, 2, said.outbox), 0);
    said.outbox[0] ^= own_receipt ? 0 : 1;
    memcpy(said.instance, b->keep.instance, INSTANCE_ID_SIZE);
    memcpy(said.spki, b->keep.spki, DIGEST_SIZE);
    memcpy(said.boot, b->keep.boot, DIGEST_SIZE);
    memcpy(said.run, run, RUN_ID_SIZE);
    assert_int_equal(statement_owner_digest(b->keep.instance, span_of(NULL, 0),
                                            span_of(b->keep.owner_spki, P256_SPKI_SIZE), said.owner),
                     0);
    assert_int_equal(statement_encode(&said, said_bytes, sizeof said_bytes, &said_size), 0);
    assert_int_equal(statement_report_data(span_of(said_bytes, said_size), e.report_data), 0);
    memcpy(e.measurement, b->keep.measurement, sizeof e.measurement);
    memcpy(e.boot, b->keep.boot, DIGEST_SIZE);
    assert_int_equal(process_evidence_sign(b->keep.leaf, &e, evidence, sizeof evidence, &evidence_size, NULL),
                     0);
    const struct outbox_file f = {span_of(said_bytes, said_size), span_of(evidence, evidence_size), parts[0],
                                  parts[1]};
    assert_int_equal(outbox_file_encode(&f, file, capacity, &size), 0);
    return size;
}

static bool outbox_believed(struct bench *b, const casemate_record *r, const void *file, size_t size)
{
    casemate_outbox *o;
    const char *kind, *text;
    uint32_t code = 0;
    if (casemate_outbox_open(r, file, size, b->policy, b->roots, NULL, &o, b->error) != 0)
        return false;
    casemate_outbox_exit(o, &kind, &code, &text);
    casemate_outbox_free(o);
    return code == 42;
}

static bool an_outbox_that_its_receipt_does_not_name(struct bench *b)
{
    uint8_t file[8192];
    casemate_record *r = ran(b);
    size_t size = outbox_make(b, r, r->run, false, file, sizeof file);
    bool believed = outbox_believed(b, r, file, size);
    casemate_record_free(r);
    return believed;
}

static bool the_outbox_of_another_run(struct bench *b)
{
    uint8_t file[8192], run[RUN_ID_SIZE] = {1};
    casemate_record *r = ran(b);
    size_t size = outbox_make(b, r, run, true, file, sizeof file);
    bool believed = outbox_believed(b, r, file, size);
    casemate_record_free(r);
    return believed;
}

/* The evidence of a session with this bench's Keep; true if its bytes were kept. */
static void evidence_take(struct bench *b, struct buffer *kept)
{
    const void *bytes;
    size_t size;
    bench_session(b, NULL, NULL);
    assert_int_equal(casemate_session_attest(b->session, b->error), 0);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_VERIFIED), 0);
    assert_int_equal(casemate_session_evidence(b->session, &bytes, &size, b->error), 0);
    buffer_append(kept, bytes, size);
    bench_session_end(b);
}

static bool a_bundle_of_two_keeps(struct bench *b)
{
    struct buffer one = {0}, two = {0};
    struct bundle first, mixed;
    uint8_t bytes[16384];
    size_t size;
    casemate_verdict *verdict;
    evidence_take(b, &one);
    b->keep.instance[0] ^= 1;
    evidence_take(b, &two);
    assert_int_equal(bundle_decode(span_of(one.data, one.size), &mixed), 0);
    assert_int_equal(bundle_decode(span_of(two.data, two.size), &first), 0);
    mixed.part[mixed.count++] = first.part[0];
    bool was = guard_off[GUARD_CLIENT_BUNDLE];
    guard_off[GUARD_CLIENT_BUNDLE] = true; /* the attacker's own encoder */
    assert_int_equal(bundle_encode(&mixed, bytes, sizeof bytes, &size), 0);
    guard_off[GUARD_CLIENT_BUNDLE] = was;
    const struct casemate_verify_options recorded = {.size = sizeof recorded, .recorded = 1};
    bool accepted = casemate_verify(bytes, size, b->policy, b->roots, &recorded, &verdict, b->error) == 0;
    if (accepted) {
        accepted = casemate_verdict_accepted(verdict);
        casemate_verdict_free(verdict);
    }
    buffer_free(&one);
    buffer_free(&two);
    return accepted;
}

/* ---- attacks and their locks ---- */

/* A lock: a row of the verifier, or a guard. */
struct lock {
    bool *off;
};
#define ROW(name)   {&check_masked[CHECK_##name]}
#define GUARD(name) {&guard_off[GUARD_CLIENT_##name]}
#define ATTACK(function, ...)                                                                                \
    {                                                                                                        \
        function, #function,                                                                                 \
        {                                                                                                    \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
    }

static const struct attack {
    bool (*succeeds)(struct bench *b);
    const char *name;
    struct lock lock[3];
} attacks[] = {
    ATTACK(evidence_of_another_nonce, ROW(BINDING_NONCE)),
    ATTACK(evidence_of_another_session, ROW(BINDING_EXPORTER)),
    ATTACK(evidence_of_another_key, ROW(BINDING_KEY)),
    ATTACK(a_keep_of_a_simulated_root, ROW(CLASS)),
    ATTACK(a_keep_that_has_an_owner, ROW(BINDING_STATE), GUARD(STATE)),
    ATTACK(a_keep_that_names_another_owner, GUARD(OWNER)),
    ATTACK(a_keep_that_holds_a_program_already, GUARD(VIEW)),
    ATTACK(a_keep_that_took_another_workload, GUARD(WORKLOAD), ROW(BINDING_WORKLOAD)),
    ATTACK(a_peer_without_our_protocol, GUARD(PROTOCOL)),
    ATTACK(a_genuine_twin, ROW(BINDING_INSTANCE), GUARD(PINS)),
    ATTACK(another_run_of_the_same_owner, GUARD(VIEW)),
    ATTACK(an_outbox_that_its_receipt_does_not_name, ROW(BINDING_OUTBOX)),
    ATTACK(the_outbox_of_another_run, ROW(BINDING_RUN), GUARD(OUTBOX)),
    ATTACK(a_bundle_of_two_keeps, GUARD(BUNDLE)),
};
enum { ATTACKS = sizeof attacks / sizeof attacks[0], LOCKS = 3 };

/* kept: the one lock that holds; LOCKS: none; -1: all. */
static bool succeeds(const struct attack *a, int kept)
{
    static struct bench bench;
    memset(check_masked, 0, sizeof check_masked);
    memset(guard_off, 0, sizeof guard_off);
    bench_open(&bench, true);
    bench.timeout_ms = 5000;
    for (int i = 0; kept >= 0 && i < LOCKS; i++)
        if (a->lock[i].off)
            *a->lock[i].off = i != kept;
    bool result = a->succeeds(&bench);
    memset(check_masked, 0, sizeof check_masked);
    memset(guard_off, 0, sizeof guard_off);
    bench_close(&bench);
    return result;
}

static void with_all_locks_every_attack_fails(void **state)
{
    (void)state;
    for (int i = 0; i < ATTACKS; i++)
        if (succeeds(&attacks[i], -1))
            fail_msg("%s", attacks[i].name);
}

static void each_lock_alone_stops_its_attack(void **state)
{
    (void)state;
    for (int i = 0; i < ATTACKS; i++)
        for (int kept = 0; kept < LOCKS && attacks[i].lock[1].off && attacks[i].lock[kept].off; kept++)
            if (succeeds(&attacks[i], kept))
                fail_msg("%s with lock %d alone", attacks[i].name, kept);
}

static void without_its_locks_each_attack_succeeds(void **state)
{
    (void)state;
    for (int i = 0; i < ATTACKS; i++)
        if (!succeeds(&attacks[i], LOCKS))
            fail_msg("%s", attacks[i].name);
}

static void every_guard_of_the_client_has_its_attack(void **state)
{
    (void)state;
    for (int guard = GUARD_CLIENT_STATE; guard < GUARD_SHIM_RANDOM; guard++) {
        bool found = false;
        for (int i = 0; i < ATTACKS; i++)
            for (int n = 0; n < LOCKS; n++)
                found = found || attacks[i].lock[n].off == &guard_off[guard];
        if (!found)
            fail_msg("guard %d", guard);
    }
}

/* row 40: who knows program, arguments and all cannot tell from the digest that it is this one, for want of
 * the salt. */
static void a_known_program_is_not_guessed_from_its_digest(void **state)
{
    static const uint8_t known[SALT_SIZE] = {9};
    struct bench b;
    struct deploy guess;
    uint8_t digest[DIGEST_SIZE];
    (void)state;
    bench_open(&b, true);
    for (int salted = 0; salted < 2; salted++) {
        assert_int_equal(casemate_package_seal(b.package, salted ? NULL : known, b.error), 0);
        package_deploy(b.package, &guess);
        memcpy(guess.salt, known, SALT_SIZE);
        assert_int_equal(deploy_workload_digest(&guess, digest), 0);
        assert_int_equal(memcmp(digest, b.package->digest, DIGEST_SIZE) == 0, !salted);
    }
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_all_locks_every_attack_fails),
        cmocka_unit_test(each_lock_alone_stops_its_attack),
        cmocka_unit_test(without_its_locks_each_attack_succeeds),
        cmocka_unit_test(every_guard_of_the_client_has_its_attack),
        cmocka_unit_test(a_known_program_is_not_guessed_from_its_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
