/* SPDX-License-Identifier: Apache-2.0 */
/* The client's session against hosts and Keeps that lie: each case ends with a precise error, in time, and
 * before a byte of the workload has left, where evidence is the lie (docs/threat-model.md: acceptance 3, 4,
 * 5, 6 and 7; rows 41, 42 and 47). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/base/error.h"
#include "../support/client_bench.h"

static struct bench bench;

static int open_bench(void **state)
{
    bench_open(&bench, true);
    bench.timeout_ms = 400;
    *state = &bench;
    return 0;
}

static int close_bench(void **state)
{
    bench_close(*state);
    return 0;
}

/* Deploys to a Keep that must be refused with one of the codes, unowned, with nothing of the workload sent.
 */
static void refused(struct bench *b, const char *code)
{
    bench_session(b, NULL, NULL);
    bench_ask_run(b, false);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_EXIT), -1);
    if (strcmp(bench_code(b), code) != 0)
        fail_msg("expected %s, found %s: %s", code, bench_code(b), b->error->what);
    bench_session_end(b);
    assert_int_equal(b->keep.messages_in[MESSAGE_OWNER], 0);
    assert_int_equal(b->keep.messages_in[MESSAGE_DEPLOY], 0);
    assert_int_equal(b->keep.got_data.size, 0);
    assert_int_equal(b->keep.got_secrets.size, 0);
}

/* ---- evidence ---- */

/* row 41 */
static void a_simulated_keep_is_refused_by_name_unless_that_is_allowed(void **state)
{
    struct bench *b = *state;
    bench_policy(b, false, true);
    refused(b, "E_SIMULATED");
    assert_non_null(strstr(b->error->what, "simulated"));
}

static void a_root_that_was_not_imported_is_refused(void **state)
{
    struct bench *b = *state;
    casemate_roots *none;
    char path[128];
    (void)snprintf(path, sizeof path, "%s/none", b->folder);
    assert_int_equal(casemate_roots_open(path, strlen(path), &none, b->error), 0);
    casemate_roots_free(b->roots);
    b->roots = none;
    bench_policy(b, true, true);
    bench_session(b, NULL, NULL);
    bench_ask_run(b, false);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_EXIT), -1);
    assert_true(strcmp(bench_code(b), "E_ROOT") == 0 || strcmp(bench_code(b), "E_SIMULATED") == 0);
    assert_int_equal(b->keep.messages_in[MESSAGE_OWNER], 0);
}

static void an_unknown_measurement_is_refused_by_the_policy(void **state)
{
    struct bench *b = *state;
    b->keep.measurement[5] ^= 1;
    refused(b, "E_POLICY");
}

/* One field of the statement is another one; it is signed all the same. */
static size_t falsified_field;

static void falsify(void *context, struct statement *said)
{
    (void)context;
    uint8_t *const fields[] = {said->nonce, said->binder, said->spki};
    if (falsified_field < 3)
        fields[falsified_field][7] ^= 1;
    if (falsified_field == 3)
        said->boot[7] ^= 1;
    if (falsified_field == 4) {
        said->state = KEEP_OWNED;
        memset(said->owner, 1, sizeof said->owner);
    }
    if (falsified_field == 5)
        said->kind = STATEMENT_WORKLOAD;
    if (falsified_field == 6)
        memcpy(said->mode, "plain", 6);
}

/* rows 20, 21, 39 and 42 */
static void each_field_that_binds_a_statement_is_checked(void **state)
{
    static const char *const codes[] = {"E_BINDING", "E_BINDING", "E_BINDING", "E_EVIDENCE",
                                        "E_BINDING", "E_BINDING", "E_EVIDENCE"};
    struct bench *b = *state;
    b->next.falsify = falsify;
    for (falsified_field = 0; falsified_field < sizeof codes / sizeof codes[0]; falsified_field++)
        refused(b, codes[falsified_field]);
}

/* Answers every attest with the first statement that was made. */
static int replay(void *context, struct fake_session *s, enum message_type type, struct buffer *encoded)
{
    struct buffer *kept = context;
    (void)s;
    if (type != MESSAGE_STATEMENT)
        return 1;
    if (kept->size == 0) {
        buffer_append(kept, encoded->data, encoded->size);
    } else {
        encoded->size = 0;
        buffer_append(encoded, kept->data, kept->size);
    }
    return 1;
}

static void the_evidence_of_an_earlier_session_is_refused(void **state)
{
    struct bench *b = *state;
    struct buffer kept = {0};
    b->next.tamper = replay;
    b->next.context = &kept;
    bench_session(b, NULL, NULL);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_VERIFIED), 0);
    refused(b, "E_BINDING");
    buffer_free(&kept);
}

/* row 58 */
static void a_keep_that_holds_another_workload_gets_no_secret(void **state)
{
    struct bench *b = *state;
    /* The statement of kind workload comes second; its digest is another. */
    bench_session(b, NULL, NULL);
    bench_ask_run(b, false);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_OWNED), 0);
    while (b->keep.workload[0] == 0 && b->keep.workload[1] == 0)
        assert_int_equal(bench_until(b, CASEMATE_EVENT_SENT), 0);
    b->keep.workload[3] ^= 1;
    assert_int_equal(bench_until(b, CASEMATE_EVENT_EXIT), -1);
    assert_string_equal(bench_code(b), "E_OTHER_KEEP");
    bench_session_end(b);
    assert_int_equal(b->keep.messages_in[MESSAGE_SECRETS], 0);
    assert_int_equal(b->keep.messages_in[MESSAGE_START], 0);
}

/* ---- every message of the Keep, mistreated in every way ---- */

/* OVERTAKEN: it comes after the one that should follow it. REPLAYED: in its place comes the first message of
 * this session. */
enum manner {
    CUT_SHORT,
    TWICE,
    WITHHELD,
    TOO_LARGE,
    EMPTY,
    CORRUPT,
    OTHER_TYPE,
    OVERTAKEN,
    REPLAYED,
    MANNERS
};

struct mistreat {
    enum message_type type;
    enum manner manner;
    size_t at; /* byte of CORRUPT */
    bool hit;
    struct buffer first, late; /* of REPLAYED, OVERTAKEN */
};

static int mistreat(void *context, struct fake_session *s, enum message_type type, struct buffer *encoded)
{
    struct mistreat *how = context;
    static const uint8_t ok[] = {0, 0, 0, 5, 0xa1, 0, 0x62, 'o', 'k'};
    (void)s;
    if (how->first.size == 0)
        buffer_append(&how->first, encoded->data, encoded->size);
    if (how->late.size > 0) {
        buffer_append(encoded, how->late.data, how->late.size);
        buffer_free(&how->late);
        return 1;
    }
    if (type != how->type || how->hit)
        return 1;
    how->hit = true;
    switch (how->manner) {
    case CUT_SHORT:
        encoded->size -= 1;
        store_be32(encoded->data, (uint32_t)encoded->size - 4);
        return 1;
    case TWICE:
        return 2;
    case WITHHELD:
        return 0;
    case TOO_LARGE:
        store_be32(encoded->data, MESSAGE_SIZE_CLIENT + 1);
        return 1;
    case EMPTY:
        store_be32(encoded->data, 0);
        encoded->size = 4;
        return 1;
    case CORRUPT:
        encoded->data[4 + how->at % (encoded->size - 4)] ^= 0x10;
        return 1;
    case OTHER_TYPE:
        encoded->size = 0;
        buffer_append(encoded, ok, sizeof ok);
        return 1;
    case OVERTAKEN:
        buffer_append(&how->late, encoded->data, encoded->size);
        return 0;
    case REPLAYED:
        encoded->size = 0;
        buffer_append(encoded, how->first.data, how->first.size);
        return 1;
    case MANNERS:
        break;
    }
    return 1;
}

/* Every message of a Keep, and what a client does to get it. */
enum task { RUN, FEED, READ_LOGS, COPY_FILE, COPY_FOLDER, COPY_NOTHING };

static const struct {
    enum message_type type;
    enum task task;
} answers[] = {
    {MESSAGE_STATEMENT, RUN},
    {MESSAGE_OWNER_VIEW, RUN},
    {MESSAGE_CONTINUE, RUN},
    {MESSAGE_WORKLOAD, RUN},
    {MESSAGE_OK, RUN},
    {MESSAGE_RUNNING, RUN},
    {MESSAGE_ATTACHED, RUN},
    {MESSAGE_OUTPUT, RUN},
    {MESSAGE_EXIT, RUN},
    {MESSAGE_INPUT_ACK, FEED},
    {MESSAGE_LOGS_END, READ_LOGS},
    {MESSAGE_FILE, COPY_FILE},
    {MESSAGE_DATA, COPY_FILE},
    {MESSAGE_DIRECTORY, COPY_FOLDER},
    {MESSAGE_ERROR, COPY_NOTHING},
};
_Static_assert(sizeof answers / sizeof answers[0] == (size_t)(MESSAGE_ERROR - MESSAGE_CP + 1),
               "every message of a Keep has its row");

static int run_until(struct bench *b, int32_t event)
{
    bench_ask_run(b, event == CASEMATE_EVENT_RUNNING);
    return bench_until(b, event);
}

/* Until the task is done: 0; or fails: -1. */
static int do_task(struct bench *b, enum task task)
{
    static const char *const path[] = {[COPY_FILE] = "/file", [COPY_FOLDER] = "/", [COPY_NOTHING] = "/none"};
    static const int32_t end[] = {[COPY_FILE] = CASEMATE_EVENT_FILE_DATA,
                                  [COPY_FOLDER] = CASEMATE_EVENT_ENTRIES,
                                  [COPY_NOTHING] = CASEMATE_EVENT_REFUSED};
    const uint64_t begin[2] = {0, 0};
    size_t taken;
    b->keep.echo = task == FEED;
    int result = run_until(b, task == FEED ? CASEMATE_EVENT_RUNNING : CASEMATE_EVENT_EXIT);
    if (task == RUN || result != 0)
        return result;
    if (task == FEED) {
        assert_int_equal(casemate_session_input(b->session, "food", 4, 1, &taken, b->error), 0);
        return bench_until(b, CASEMATE_EVENT_EXIT);
    }
    if (task == READ_LOGS) {
        assert_int_equal(casemate_session_logs(b->session, begin, b->error), 0);
        return bench_until(b, CASEMATE_EVENT_LOGS_END);
    }
    assert_int_equal(casemate_session_cp(b->session, path[task], strlen(path[task]), b->error), 0);
    return bench_until(b, end[task]);
}

static void fresh_keep(struct bench *b)
{
    casemate_record *r;
    if (casemate_record_load(b->store, "keep1", 5, &r, NULL) == 0) {
        assert_int_equal(casemate_record_delete(r, b->error), 0);
        casemate_record_free(r);
    }
    b->keep.state = KEEP_UNOWNED;
    b->keep.has_workload = false;
    buffer_free(&b->keep.got_data);
    buffer_free(&b->keep.got_secrets);
    memset(b->keep.messages_in, 0, sizeof b->keep.messages_in);
}

static void mistreat_end(struct bench *b, struct mistreat *how)
{
    bench_session_end(b);
    buffer_free(&how->first);
    buffer_free(&how->late);
}

/* What is allowed to come of it: a precise error; or, where the flaw does not matter to the client (a
 * repeated exit, a corrupted byte of output), the end of the program. Never a wait without end. */
static void one_mistreated(struct bench *b, struct mistreat *how, enum task task)
{
    fresh_keep(b);
    b->next.context = how;
    bench_session(b, NULL, NULL);
    int result = do_task(b, task);
    assert_true(how->hit);
    if (result == -1) {
        static const char *const known[] = {"E_PROTOCOL",   "E_TIMEOUT",  "E_EVIDENCE",  "E_BINDING",
                                            "E_OTHER_KEEP", "E_POLICY",   "E_NOT_OWNER", "E_ROOT",
                                            "E_REFUSED",    "E_SIMULATED"};
        bool found = false;
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            found = found || strcmp(known[i], bench_code(b)) == 0;
        if (!found)
            fail_msg("%s, manner %d: %s: %s", message_type_name(how->type), (int)how->manner, bench_code(b),
                     b->error->what);
    }
    if (how->type == MESSAGE_STATEMENT && result == -1)
        assert_int_equal(b->keep.messages_in[MESSAGE_SECRETS], 0);
    bool must_fail = how->manner == CUT_SHORT || how->manner == TOO_LARGE || how->manner == EMPTY;
    if (must_fail && result != -1)
        fail_msg("%s, manner %d: was accepted", message_type_name(how->type), (int)how->manner);
    if (how->manner == WITHHELD) {
        /* A client may be told late, or never, what has been consumed. */
        if (result != -1 && how->type != MESSAGE_INPUT_ACK)
            fail_msg("%s withheld: was accepted", message_type_name(how->type));
        assert_true(result == 0 || strcmp(bench_code(b), "E_TIMEOUT") == 0 ||
                    strcmp(bench_code(b), "E_PROTOCOL") == 0);
    }
    if (how->manner == OTHER_TYPE && how->type != MESSAGE_OK)
        assert_string_equal(bench_code(b), "E_PROTOCOL");
}

/* row 57 */
static void every_message_mistreated_ends_with_a_precise_error_in_time(void **state)
{
    struct bench *b = *state;
    b->keep.output = "some output";
    b->next.tamper = mistreat;
    b->timeout_ms = 150;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        for (int manner = 0; manner < MANNERS; manner++) {
            const enum message_type type = answers[i].type;
            /* Without attach the exit is not followed: a program that never ends is no fault of the protocol.
             */
            if (type == MESSAGE_EXIT && (manner == WITHHELD || manner == OVERTAKEN))
                continue;
            struct mistreat how = {.type = type, .manner = (enum manner)manner, .at = 5};
            one_mistreated(b, &how, answers[i].task);
            mistreat_end(b, &how);
        }
}

static void no_corrupted_byte_of_a_statement_is_believed(void **state)
{
    struct bench *b = *state;
    size_t step = getenv("CASEMATE_SOAK") ? 1 : 29;
    b->next.tamper = mistreat;
    for (size_t at = 0; at < 1400; at += step) {
        struct mistreat how = {.type = MESSAGE_STATEMENT, .manner = CORRUPT, .at = at};
        b->next.context = &how;
        fresh_keep(b);
        bench_session(b, NULL, NULL);
        bench_ask_run(b, false);
        if (bench_until(b, CASEMATE_EVENT_OWNED) == 0)
            fail_msg("byte %zu of the statement's message does not matter", at);
        assert_int_equal(b->keep.messages_in[MESSAGE_OWNER], 0);
        mistreat_end(b, &how);
    }
}

/* ---- transport ---- */

/* row 57 */
static void a_connection_cut_at_any_byte_gives_a_clean_error(void **state)
{
    struct bench *b = *state;
    size_t step = getenv("CASEMATE_SOAK") ? 1 : 61;
    for (size_t cut = 1; cut < 2600; cut += step) {
        fresh_keep(b);
        b->next.cut_after = cut;
        bench_session(b, NULL, NULL);
        bench_ask_run(b, false);
        assert_int_equal(bench_until(b, CASEMATE_EVENT_DEPLOYED), -1);
        if (strcmp(bench_code(b), "E_CONNECT") != 0 && strcmp(bench_code(b), "E_PROTOCOL") != 0)
            fail_msg("cut after %zu bytes: %s: %s", cut, bench_code(b), b->error->what);
        assert_int_equal(b->keep.got_secrets.size, 0);
    }
}

/* row 47 */
static void another_protocol_or_group_than_offered_is_refused(void **state)
{
    struct bench *b = *state;
    /* A peer without ALPN agrees on none: the client's to refuse. */
    b->next.alpn = "";
    refused(b, "E_PROTOCOL");
    /* The two others find nothing in common with the client: one says so, one hangs up. */
    b->next.alpn = "casemate/0";
    refused(b, "E_PROTOCOL");
    b->next.alpn = NULL;
    b->next.group = 1;
    refused(b, "E_CONNECT");
}

static void answers_to_the_upgrade_that_are_not_101_give_their_own_errors(void **state)
{
    static const struct {
        const char *answer, *code;
    } cases[] = {
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "E_NOT_FOUND"},
        {"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "E_TOKEN"},
        {"HTTP/1.1 503 Busy\r\nContent-Length: 16\r\n\r\n{\"what\": \"full\"}", "E_HTTP"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "E_HTTP"},
        {"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
         "E_PROTOCOL"},
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: casemate/1\r\n\r\n", "E_PROTOCOL"},
        {"HTTP/1.0 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: casemate/1\r\n\r\n",
         "E_PROTOCOL"},
        {"garbage\r\n\r\n", "E_PROTOCOL"},
        {"HTTP/1.1 101", "E_CONNECT"},
        {"", "E_CONNECT"},
    };
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        b->next.answer = cases[i].answer;
        refused(b, cases[i].code);
    }
}

/* A host that accepts and says nothing. */
static int silent(void *context, struct fake_session *s, enum message_type type, struct buffer *encoded)
{
    (void)context, (void)s, (void)type, (void)encoded;
    return 0;
}

static void a_peer_that_says_nothing_is_given_up_in_time(void **state)
{
    struct bench *b = *state;
    b->timeout_ms = 150;
    b->next.tamper = silent;
    refused(b, "E_TIMEOUT");
}

static void after_a_refusal_the_peer_gets_close_notify_and_nothing_else(void **state)
{
    struct bench *b = *state;
    unsigned total = 0;
    bench_policy(b, false, true);
    bench_session(b, NULL, NULL);
    bench_ask_run(b, false);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_EXIT), -1);
    while (fake_session_step(b->ends[0]))
        ;
    assert_true(b->ends[0]->client_closed);
    for (size_t i = 0; i < 32; i++)
        total += b->keep.messages_in[i];
    assert_int_equal(total, 1);
    assert_int_equal(b->keep.messages_in[MESSAGE_ATTEST], 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_simulated_keep_is_refused_by_name_unless_that_is_allowed),
        CASE(a_root_that_was_not_imported_is_refused),
        CASE(an_unknown_measurement_is_refused_by_the_policy),
        CASE(each_field_that_binds_a_statement_is_checked),
        CASE(the_evidence_of_an_earlier_session_is_refused),
        CASE(a_keep_that_holds_another_workload_gets_no_secret),
        CASE(every_message_mistreated_ends_with_a_precise_error_in_time),
        CASE(no_corrupted_byte_of_a_statement_is_believed),
        CASE(a_connection_cut_at_any_byte_gives_a_clean_error),
        CASE(another_protocol_or_group_than_offered_is_refused),
        CASE(answers_to_the_upgrade_that_are_not_101_give_their_own_errors),
        CASE(a_peer_that_says_nothing_is_given_up_in_time),
        CASE(after_a_refusal_the_peer_gets_close_notify_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
