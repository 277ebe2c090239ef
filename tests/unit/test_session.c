/* SPDX-License-Identifier: Apache-2.0 */
/* The client's session against a Keep that keeps the protocol: deployment, streams, reconnection, adoption,
 * records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "../../src/client/session.h"
#include "../support/client_bench.h"

static struct bench bench;

static int open_bench(void **state)
{
    bench_open(&bench, true);
    *state = &bench;
    return 0;
}

static int close_bench(void **state)
{
    bench_close(*state);
    return 0;
}

/* Deploys and runs; the session stays open. */
static void run(struct bench *b)
{
    bench_session(b, NULL, NULL);
    bench_ask_run(b, false);
    if (bench_until(b, CASEMATE_EVENT_EXIT) != 0)
        fail_msg("%s: %s", bench_code(b), ((struct casemate_error *)b->error)->what);
}

static void a_program_is_verified_deployed_and_run_and_its_output_and_exit_arrive(void **state)
{
    struct bench *b = *state;
    b->keep.output = "hello\n";
    b->keep.exit.code = 7;
    run(b);
    assert_string_equal(buffer_text(&b->output[0]), "hello\n");
    assert_string_equal(b->exit_kind, "exit");
    assert_int_equal(b->exit_code, 7);
    assert_int_equal(b->events[CASEMATE_EVENT_VERIFIED], 1);
    assert_int_equal(b->events[CASEMATE_EVENT_OWNED], 1);
    assert_int_equal(b->events[CASEMATE_EVENT_DEPLOYED], 1);
    assert_int_equal(b->events[CASEMATE_EVENT_RUNNING], 1);
}

static void the_package_arrives_whole_and_secrets_only_in_their_own_message(void **state)
{
    struct bench *b = *state;
    run(b);
    const struct buffer *data = &b->keep.got_data;
    assert_int_equal(data->size, 19 + 7);
    assert_memory_equal(data->data, "\0asm\1\0\0\0 the modulecontent", data->size);
    assert_null(memmem(data->data, data->size, "canary", 6));
    assert_non_null(memmem(b->keep.got_secrets.data, b->keep.got_secrets.size, "canary", 6));
}

/* Checks, when the Keep has just accepted the owner proof, that the record was there before. */
static int record_is_there(void *context, struct fake_session *s, enum message_type type,
                           struct buffer *encoded)
{
    struct bench *b = context;
    char path[128];
    struct stat st;
    (void)s, (void)encoded;
    if (type != MESSAGE_OWNER_VIEW)
        return 1;
    (void)snprintf(path, sizeof path, "%s/keeps/keep1/record.json", b->folder);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    (void)snprintf(path, sizeof path, "%s/keeps/keep1/key", b->folder);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    (void)snprintf(path, sizeof path, "%s/keeps/keep1", b->folder);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    return 1;
}

static void record_and_key_are_on_disk_before_the_owner_proof_is_sent(void **state)
{
    struct bench *b = *state;
    b->next.tamper = record_is_there;
    b->next.context = b;
    run(b);
    casemate_record *r = bench_record(b);
    assert_true(r->has_workload && r->has_run);
    assert_string_equal(r->exit, "exit 0");
    assert_string_equal(r->class_name, "simulated");
    assert_memory_equal(r->instance, b->keep.instance, INSTANCE_ID_SIZE);
    assert_memory_equal(r->run, b->keep.run, RUN_ID_SIZE);
    casemate_record_free(r);
}

static void without_a_place_for_the_record_the_keep_is_not_taken(void **state)
{
    struct bench *b = *state;
    char path[128];
    casemate_store_free(b->store);
    (void)snprintf(path, sizeof path, "%s/process-root.pem/keeps", b->folder);
    assert_int_equal(casemate_store_open(path, strlen(path), &b->store, b->error), 0);
    bench_session(b, NULL, NULL);
    bench_ask_run(b, false);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_EXIT), -1);
    assert_string_equal(bench_code(b), "E_IO");
    bench_session_end(b);
    assert_int_equal(b->keep.messages_in[MESSAGE_OWNER], 0);
    assert_int_equal(b->keep.state, KEEP_UNOWNED);
}

static void a_host_that_reuses_an_id_cannot_cost_the_record_of_another_keep(void **state)
{
    struct bench *b = *state;
    run(b);
    casemate_record *before = bench_record(b);
    b->keep.state = KEEP_UNOWNED;
    b->keep.has_workload = false;
    memset(b->keep.instance, 9, INSTANCE_ID_SIZE);
    bench_session(b, NULL, NULL);
    bench_ask_run(b, false);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_EXIT), -1);
    assert_string_equal(bench_code(b), "E_OTHER_KEEP");
    casemate_record *after = bench_record(b);
    assert_memory_equal(before->instance, after->instance, INSTANCE_ID_SIZE);
    casemate_record_free(before);
    casemate_record_free(after);
}

static void stdin_reaches_the_program_and_its_end_too(void **state)
{
    struct bench *b = *state;
    size_t taken, sent = 0;
    char *input = calloc(1, 200001);
    memset(input, 'x', 200000);
    b->keep.echo = true;
    bench_session(b, NULL, NULL);
    bench_ask_run(b, true);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_RUNNING), 0);
    while (sent < 200000) {
        assert_int_equal(casemate_session_input(b->session, input + sent, 200000 - sent, 1, &taken, b->error),
                         0);
        sent += taken;
        assert_true(sent - taken <= 200000);
        if (sent < 200000)
            assert_int_equal(bench_until(b, CASEMATE_EVENT_INPUT), 0);
    }
    assert_int_equal(bench_until(b, CASEMATE_EVENT_EXIT), 0);
    assert_int_equal(b->output[0].size, 200000);
    assert_int_equal(casemate_session_input(b->session, "x", 1, 0, &taken, b->error), -1);
    free(input);
}

static void a_program_without_input_is_not_offered_any(void **state)
{
    struct bench *b = *state;
    size_t taken;
    run(b);
    assert_int_equal(casemate_session_input(b->session, "x", 1, 0, &taken, b->error), -1);
    assert_string_equal(bench_code(b), "E_USAGE");
}

/* ---- reconnection ---- */

static void the_owner_reads_logs_again_and_fetches_files_in_later_sessions(void **state)
{
    struct bench *b = *state;
    const uint64_t begin[2] = {0, 0}, later[2] = {3, 0};
    b->keep.output = "abcdef";
    run(b);
    casemate_record *r = bench_record(b);
    bench_session(b, r, NULL);
    assert_int_equal(casemate_session_logs(b->session, begin, b->error), 0);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_LOGS_END), 0);
    assert_string_equal(buffer_text(&b->output[0]), "abcdef");
    bench_session(b, r, NULL);
    assert_int_equal(casemate_session_logs(b->session, later, b->error), 0);
    assert_int_equal(casemate_session_cp(b->session, "/file", 5, b->error), 0);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_LOGS_END), 0);
    assert_string_equal(buffer_text(&b->output[0]), "def");
    while (b->events[CASEMATE_EVENT_FILE_DATA] == 0)
        assert_int_equal(bench_until(b, CASEMATE_EVENT_FILE_DATA), 0);
    assert_string_equal(buffer_text(&b->file), "the file's content");
    casemate_record_free(r);
}

static void a_refused_command_leaves_the_session_usable(void **state)
{
    struct bench *b = *state;
    run(b);
    assert_int_equal(casemate_session_cp(b->session, "/none", 5, b->error), 0);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_REFUSED), 0);
    assert_int_equal(casemate_session_cp(b->session, "/file", 5, b->error), 0);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_FILE_DATA), 0);
}

static void a_running_program_is_stopped_by_its_owner(void **state)
{
    struct bench *b = *state;
    b->keep.echo = true;
    bench_session(b, NULL, NULL);
    bench_ask_run(b, true);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_RUNNING), 0);
    assert_int_equal(casemate_session_stop(b->session, b->error), 0);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_EXIT), 0);
    assert_string_equal(b->exit_kind, "stopped");
    assert_int_equal(b->events[CASEMATE_EVENT_STOPPED], 1);
}

static void reconnect_refused(struct bench *b, casemate_record *r, const char *code)
{
    const uint64_t begin[2] = {0, 0};
    memset(b->keep.messages_in, 0, sizeof b->keep.messages_in);
    bench_session(b, r, NULL);
    assert_int_equal(casemate_session_logs(b->session, begin, b->error), 0);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_LOGS_END), -1);
    assert_string_equal(bench_code(b), code);
    bench_session_end(b);
    assert_int_equal(b->keep.messages_in[MESSAGE_LOGS], 0);
}

/* row 43 */
static void a_genuine_twin_is_refused_at_reconnection(void **state)
{
    struct bench *b = *state;
    run(b);
    casemate_record *r = bench_record(b);
    b->keep.instance[0] ^= 1;
    reconnect_refused(b, r, "E_OTHER_KEEP");
    b->keep.instance[0] ^= 1;
    r->spki[0] ^= 1;
    reconnect_refused(b, r, "E_OTHER_KEEP");
    r->spki[0] ^= 1;
    r->measurement[0] = r->measurement[0] == '0' ? '1' : '0';
    reconnect_refused(b, r, "E_OTHER_KEEP");
    casemate_record_free(r);
}

/* rows 42 and 56 */
static void a_keep_with_another_owner_workload_or_run_is_refused_at_reconnection(void **state)
{
    struct bench *b = *state;
    run(b);
    casemate_record *r = bench_record(b);
    b->keep.workload[0] ^= 1;
    reconnect_refused(b, r, "E_OTHER_KEEP");
    b->keep.workload[0] ^= 1;
    b->keep.run[0] ^= 1;
    reconnect_refused(b, r, "E_OTHER_KEEP");
    b->keep.run[0] ^= 1;
    b->keep.salt[0] ^= 1;
    reconnect_refused(b, r, "E_OTHER_KEEP");
    b->keep.salt[0] ^= 1;
    b->keep.owner_spki[90] ^= 1;
    reconnect_refused(b, r, "E_NOT_OWNER");
    b->keep.state = KEEP_UNOWNED;
    reconnect_refused(b, r, "E_BINDING");
    casemate_record_free(r);
}

static void a_lost_record_is_rebuilt_by_the_owners_key(void **state)
{
    struct bench *b = *state;
    casemate_key *key, *other;
    assert_int_equal(casemate_key_new(&key, b->error), 0);
    assert_int_equal(casemate_key_new(&other, b->error), 0);
    bench_session(b, NULL, key);
    bench_ask_run(b, false);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_EXIT), 0);
    casemate_record *before = bench_record(b);
    assert_string_equal(before->key_reference, "key.txt");
    assert_int_equal(casemate_record_delete(before, b->error), 0);

    bench_session(b, NULL, other);
    assert_int_equal(casemate_session_adopt(b->session, b->error), 0);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_OWNED), -1);
    assert_string_equal(bench_code(b), "E_NOT_OWNER");

    bench_session(b, NULL, key);
    assert_int_equal(casemate_session_adopt(b->session, b->error), 0);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_OWNED), 0);
    casemate_record *after = bench_record(b);
    assert_memory_equal(before->workload, after->workload, DIGEST_SIZE);
    assert_memory_equal(before->salt, after->salt, SALT_SIZE);
    assert_memory_equal(before->run, after->run, RUN_ID_SIZE);
    assert_memory_equal(before->spki, after->spki, DIGEST_SIZE);
    casemate_record_free(before);
    casemate_record_free(after);
    bench_session_end(b);
    casemate_key_free(key);
    casemate_key_free(other);
}

static void an_expired_verdict_is_renewed_before_the_next_command(void **state)
{
    struct bench *b = *state;
    run(b);
    assert_int_equal(b->keep.messages_in[MESSAGE_ATTEST], 1);
    b->session->valid_until = (int64_t)time(NULL) - 1;
    assert_int_equal(casemate_session_cp(b->session, "/file", 5, b->error), 0);
    assert_int_equal(bench_until(b, CASEMATE_EVENT_FILE_DATA), 0);
    assert_int_equal(b->keep.messages_in[MESSAGE_ATTEST], 2);
}

static void the_evidence_of_a_session_is_accepted_from_a_file_but_as_recorded(void **state)
{
    struct bench *b = *state;
    const void *bytes;
    const char *text;
    size_t size, text_size;
    casemate_verdict *verdict;
    const struct casemate_verify_options options = {.size = sizeof options, .recorded = 1};
    run(b);
    assert_int_equal(casemate_session_evidence(b->session, &bytes, &size, b->error), 0);
    assert_int_equal(casemate_verify(bytes, size, b->policy, b->roots, &options, &verdict, b->error), 0);
    assert_int_equal(casemate_verdict_accepted(verdict), 1);
    casemate_verdict_claim(verdict, "binding", 7, &text, &text_size);
    assert_string_equal(text, "recorded");
    casemate_verdict_free(verdict);
    bench_policy(b, false, true);
    assert_int_equal(casemate_verify(bytes, size, b->policy, b->roots, &options, &verdict, b->error), 0);
    assert_int_equal(casemate_verdict_accepted(verdict), 0);
    casemate_verdict_free(verdict);
    assert_int_equal(casemate_verify(bytes, size - 1, b->policy, b->roots, &options, &verdict, b->error), -1);
}

/* ---- many ---- */

enum { MANY = 100 };

static void a_hundred_sessions_run_in_one_thread(void **state)
{
    struct bench *b = *state;
    casemate_session *sessions[MANY];
    bool done[MANY] = {false};
    size_t left = MANY, outputs = 0;
    b->keep.output = "x";
    run(b);
    casemate_record *r = bench_record(b);
    bench_session_end(b);
    const uint64_t begin[2] = {0, 0};
    for (size_t i = 0; i < MANY; i++) {
        struct casemate_session_options options = {.size = sizeof options,
                                                   .policy = b->policy,
                                                   .roots = b->roots,
                                                   .store = b->store,
                                                   .record = r,
                                                   .timeout_ms = 60000};
        assert_int_equal(casemate_session_new(b->host, &options, &sessions[i], b->error), 0);
        assert_int_equal(casemate_session_logs(sessions[i], begin, b->error), 0);
    }
    time_t end = time(NULL) + 60;
    while (left && time(NULL) < end) {
        struct pollfd polled[MANY];
        int64_t wait = 5;
        for (size_t i = 0; i < b->end_count; i++)
            (void)fake_session_step(b->ends[i]);
        for (size_t i = 0; i < MANY; i++) {
            polled[i].fd = done[i] ? -1 : casemate_session_fd(sessions[i]);
            polled[i].events = (short)casemate_session_events(sessions[i]);
            int64_t own = casemate_session_timeout(sessions[i]);
            wait = !done[i] && own >= 0 && own < wait ? own : wait;
        }
        (void)poll(polled, MANY, (int)wait);
        for (size_t i = 0; i < MANY; i++) {
            struct casemate_event e = {.size = sizeof e};
            if (done[i] ||
                (!polled[i].revents && casemate_session_timeout(sessions[i]) != 0 && polled[i].fd >= 0))
                continue;
            assert_int_equal(casemate_session_process(sessions[i], b->error), 0);
            while (casemate_session_event(sessions[i], &e) == 1) {
                outputs += e.type == CASEMATE_EVENT_OUTPUT;
                if (e.type == CASEMATE_EVENT_LOGS_END) {
                    done[i] = true;
                    left--;
                }
            }
        }
    }
    assert_int_equal(left, 0);
    assert_int_equal(outputs, MANY);
    for (size_t i = 0; i < MANY; i++)
        casemate_session_free(sessions[i]);
    casemate_record_free(r);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_program_is_verified_deployed_and_run_and_its_output_and_exit_arrive),
        CASE(the_package_arrives_whole_and_secrets_only_in_their_own_message),
        CASE(record_and_key_are_on_disk_before_the_owner_proof_is_sent),
        CASE(without_a_place_for_the_record_the_keep_is_not_taken),
        CASE(a_host_that_reuses_an_id_cannot_cost_the_record_of_another_keep),
        CASE(stdin_reaches_the_program_and_its_end_too),
        CASE(a_program_without_input_is_not_offered_any),
        CASE(the_owner_reads_logs_again_and_fetches_files_in_later_sessions),
        CASE(a_refused_command_leaves_the_session_usable),
        CASE(a_running_program_is_stopped_by_its_owner),
        CASE(a_genuine_twin_is_refused_at_reconnection),
        CASE(a_keep_with_another_owner_workload_or_run_is_refused_at_reconnection),
        CASE(a_lost_record_is_rebuilt_by_the_owners_key),
        CASE(an_expired_verdict_is_renewed_before_the_next_command),
        CASE(the_evidence_of_a_session_is_accepted_from_a_file_but_as_recorded),
        CASE(a_hundred_sessions_run_in_one_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
