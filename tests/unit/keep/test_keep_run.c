/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of a real program in the image keep-process: start to exit, streams, commands, limits, outbox
 * (docs/protocol.md, sections 5 and 6; acceptance 18, 24, 25; rows 27, 29, 33, 52, 53, 56). */
#include "../../support/keep/session_test.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "../../../src/proto/cbor.h"

static const char *image;
static struct span program;
static struct owner_keys keys;

struct rig {
    struct host_end host;
    struct client c, other;
    uint8_t workload[32];
    uint8_t args[512];
    struct deploy d;
    /* What the last run gave. */
    uint8_t out[2][2 << 20];
    size_t size[2];
    struct exit_record exit;
    uint8_t text[EXIT_TEXT_MAX];
};

static int setup(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    host_start(&r->host, image, 192 << 20);
    *state = r;
    return client_own(&r->c, &r->host, &keys) ? 0 : -1;
}

static int teardown(void **state)
{
    struct rig *r = *state;
    client_end_both(&r->host, &r->c, &r->other);
    free(r);
    return 0;
}

/* args = ["program", word, ...]; up to a NULL. */
static void deploy_with(struct rig *r, const char *const *words)
{
    struct cbor_writer w;
    size_t count = 0;
    while (words[count])
        count++;
    r->d.args = span_of(NULL, 0);
    struct deploy d = client_deploy_of(program);
    cbor_writer_init(&w, r->args, sizeof r->args);
    cbor_put_array(&w, count + 1);
    cbor_put_bytes(&w, SPAN_LITERAL("program"));
    for (size_t i = 0; i < count; i++)
        cbor_put_bytes(&w, span_of(words[i], strlen(words[i])));
    assert_int_equal(cbor_writer_finish(&w, &d.args), 0);
    d.env = r->d.env;
    d.time_floor = r->d.time_floor;
    if (r->d.limits.memory)
        d.limits = r->d.limits;
    assert_true(client_deploy(&r->c, &d, program, r->workload));
}

#define DEPLOY(r, ...) deploy_with(r, (const char *const[]){__VA_ARGS__, NULL})

/* Takes what follows `attached` up to `exit`. */
static void follow(struct rig *r, struct client *c)
{
    r->size[0] = r->size[1] = 0;
    for (;;) {
        int type = client_receive(c);
        if (type == MESSAGE_INPUT_ACK)
            continue;
        if (type == MESSAGE_EXIT)
            break;
        assert_int_equal(type, MESSAGE_OUTPUT);
        unsigned i = c->m.stream - 1;
        assert_int_equal(c->m.position, r->size[i]);
        assert_true(c->m.bytes.size <= sizeof r->out[i] - r->size[i]);
        memcpy(r->out[i] + r->size[i], c->m.bytes.data, c->m.bytes.size);
        r->size[i] += c->m.bytes.size;
    }
    r->exit = c->m.exit;
    memcpy(r->text, c->m.exit.text.data, c->m.exit.text.size);
    r->exit.text.data = r->text;
}

static void run(struct rig *r)
{
    assert_true(client_start(&r->c, r->workload, 7, true, false));
    assert_true(client_expect(&r->c, MESSAGE_ATTACHED));
    follow(r, &r->c);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(r->exit.stream_size[i], r->size[i]);
}

#define OUTPUT(r, text)                                                                                      \
    do {                                                                                                     \
        assert_int_equal((r)->size[0], strlen(text));                                                        \
        assert_memory_equal((r)->out[0], text, strlen(text));                                                \
    } while (0)

static struct message command(const struct rig *r, enum message_type type)
{
    struct message m = {.type = type};
    memcpy(m.workload, r->workload, 32);
    memset(m.run, 7, sizeof m.run);
    return m;
}

static void command_send(const struct rig *r, struct client *c, enum message_type type)
{
    struct message m = command(r, type);
    client_send(c, &m);
}

/* ---- runs to the end ---- */

static void a_program_runs_and_its_output_and_code_come_back(void **state)
{
    struct rig *r = *state;
    static const uint8_t env[] = {0x81, 0x82, 0x44, 'N', 'A', 'M', 'E', 0x45, 'A', 'l', 'i', 'c', 'e'};
    r->d.env = span_of(env, sizeof env);
    DEPLOY(r, "hello");
    run(r);
    OUTPUT(r, "hello Alice\n");
    assert_int_equal(r->size[1], 10);
    assert_int_equal(r->exit.kind, EXIT_EXIT);
    assert_int_equal(r->exit.code, 0);
    assert_int_equal(r->host.state, KEEP_ENDED);
}

static void the_exit_code_is_the_programs(void **state)
{
    struct rig *r = *state;
    DEPLOY(r, "exit", "3");
    run(r);
    assert_int_equal(r->exit.kind, EXIT_EXIT);
    assert_int_equal(r->exit.code, 3);
}

static void a_trap_is_told_with_the_function_that_trapped(void **state)
{
    struct rig *r = *state;
    DEPLOY(r, "trap");
    run(r);
    OUTPUT(r, "before\n");
    assert_int_equal(r->exit.kind, EXIT_TRAP);
    assert_int_equal(r->exit.code, 134);
    assert_memory_equal(r->text, "unreachable", 11);
    assert_true(r->exit.text.size > 30);
}

static void endless_recursion_is_a_trap(void **state)
{
    struct rig *r = *state;
    DEPLOY(r, "recursion");
    run(r);
    assert_int_equal(r->exit.kind, EXIT_TRAP);
    assert_memory_equal(r->text, "call stack exhausted", 20);
}

static void bytes_that_are_no_module_are_invalid(void **state)
{
    struct rig *r = *state;
    static const uint8_t junk[] = "this is no module";
    struct deploy d = client_deploy_of(span_of(junk, sizeof junk));
    assert_true(client_deploy(&r->c, &d, span_of(junk, sizeof junk), r->workload));
    run(r);
    assert_int_equal(r->exit.kind, EXIT_INVALID);
    assert_int_equal(r->exit.code, 126);
    assert_true(r->exit.text.size > 0);
}

static void a_module_without_start_is_invalid(void **state)
{
    struct rig *r = *state;
    struct deploy d = client_deploy_of(TINY);
    assert_true(client_deploy(&r->c, &d, TINY, r->workload));
    run(r);
    assert_int_equal(r->exit.kind, EXIT_INVALID);
    assert_non_null(memmem(r->text, r->exit.text.size, "_start", 6));
}

static void more_output_than_the_keep_holds_passes_through_whole(void **state)
{
    struct rig *r = *state;
    DEPLOY(r, "pour", "1900000");
    run(r);
    assert_int_equal(r->size[0], 1900000);
    for (size_t i = 0; i < r->size[0]; i++)
        if (r->out[0][i] != 'a' + i % 26)
            fail_msg("byte %zu is wrong", i);
}

/* Acceptance 24: at its limits the program is told so, and the Keep serves on. */
static void memory_ends_at_the_owners_limit(void **state)
{
    struct rig *r = *state;
    r->d.limits = (struct deploy_limits){.memory = 4 << 20, .table_elements = 1000, .call_depth = 100};
    DEPLOY(r, "grow");
    run(r);
    OUTPUT(r, "grew some\n");
    assert_true(still_served(&r->c));
}

static void a_program_that_eats_all_memory_can_still_be_served(void **state)
{
    struct rig *r = *state;
    r->d.limits =
        (struct deploy_limits){.memory = (uint64_t)4 << 30, .table_elements = 1000, .call_depth = 100};
    DEPLOY(r, "eat");
    run(r);
    OUTPUT(r, "full\n");
    assert_int_equal(r->exit.kind, EXIT_EXIT);
    assert_true(still_served(&r->c));
}

static void a_program_that_fills_the_file_system_can_still_be_served(void **state)
{
    struct rig *r = *state;
    DEPLOY(r, "fill");
    run(r);
    OUTPUT(r, "full\n");
    assert_true(still_served(&r->c));
}

/* Row 27, acceptance 18: the program's time is not below the owner's floor and never runs backwards. */
static void time_does_not_go_below_the_owners_floor(void **state)
{
    struct rig *r = *state;
    r->d.time_floor = 4000000000;
    DEPLOY(r, "clock");
    run(r);
    OUTPUT(r, "after the floor\n");
    assert_int_equal(r->exit.code, 0);
}

/* ---- secrets ---- */

static void secrets_reach_the_program_and_are_gone_afterwards(void **state)
{
    struct rig *r = *state;
    DEPLOY(r, "files", "/secret", "/none");
    struct message m = command(r, MESSAGE_SECRETS);
    static const uint8_t env[] = {0x80};
    static const uint8_t files[] = {0x81, 0x83, 0x67, '/', 's', 'e', 'c',  'r', 'e',
                                    't',  0x44, 'h',  'u', 's', 'h', 0x18, 0x80};
    m.env = span_of(env, sizeof env);
    m.files = span_of(files, sizeof files);
    client_send(&r->c, &m);
    assert_true(client_expect(&r->c, MESSAGE_OK));
    run(r);
    OUTPUT(r, "/secret: hush\n/none: not there\n");
    m = command(r, MESSAGE_CP);
    m.path = SPAN_LITERAL("/secret");
    client_send(&r->c, &m);
    int type = client_receive(&r->c);
    assert_true(type == MESSAGE_ERROR || (type == MESSAGE_FILE && r->c.m.position == 0));
}

/* ---- stdin, stop, attach, logs, cp ---- */

static void send_input(struct client *c, const char *text, bool end)
{
    client_send(c,
                &(struct message){.type = MESSAGE_INPUT, .bytes = span_of(text, strlen(text)), .end = end});
}

static void input_reaches_the_program_and_is_acknowledged(void **state)
{
    struct rig *r = *state;
    DEPLOY(r, "cat");
    assert_true(client_start(&r->c, r->workload, 7, true, true));
    assert_true(client_expect(&r->c, MESSAGE_ATTACHED));
    send_input(&r->c, "one ", false);
    uint64_t acked = 0;
    size_t got = 0;
    while (acked < 4 || got < 4) {
        int type = client_receive(&r->c);
        if (type == MESSAGE_INPUT_ACK)
            acked = r->c.m.position;
        else
            got += type == MESSAGE_OUTPUT ? r->c.m.bytes.size : 0;
        assert_true(type == MESSAGE_INPUT_ACK || type == MESSAGE_OUTPUT);
    }
    assert_int_equal(acked, 4);
    send_input(&r->c, "two", true);
    r->size[0] = 4;
    int type;
    while ((type = client_receive(&r->c)) != MESSAGE_EXIT) {
        assert_true(type == MESSAGE_INPUT_ACK || type == MESSAGE_OUTPUT);
        if (type == MESSAGE_INPUT_ACK) {
            assert_true(r->c.m.position > acked);
            acked = r->c.m.position;
        }
    }
    assert_int_equal(r->c.m.exit.stream_size[0], 7);
}

/* The client has not seen the exit yet: its input crosses it on the way. */
static void input_after_the_end_is_let_fall_and_the_session_goes_on(void **state)
{
    struct rig *r = *state;
    DEPLOY(r, "exit", "3");
    assert_true(client_start(&r->c, r->workload, 7, true, true));
    while (client_receive(&r->c) != MESSAGE_EXIT)
        ;
    send_input(&r->c, "late", true);
    assert_true(client_attest(&r->c, 5));
    assert_int_equal(r->c.said.state, KEEP_ENDED);
}

static void without_stdin_the_program_reads_its_end(void **state)
{
    struct rig *r = *state;
    DEPLOY(r, "cat");
    run(r);
    assert_int_equal(r->exit.code, 0);
    assert_int_equal(r->size[0], 0);
}

static void more_input_than_the_window_closes_the_session(void **state)
{
    struct rig *r = *state;
    static char block[16000];
    DEPLOY(r, "sleep");
    assert_true(client_start(&r->c, r->workload, 7, false, true));
    memset(block, 'x', sizeof block - 1);
    for (int i = 0; i < 5; i++)
        send_input(&r->c, block, false);
    assert_true(closed_with(&r->c, "KEEP_ESIZE"));
}

/* Within 50 ms, whatever the program does. */
static uint64_t milliseconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void stopped_within(struct rig *r, const char *what, uint64_t most)
{
    DEPLOY(r, what);
    assert_true(client_start(&r->c, r->workload, 7, true, false));
    assert_true(client_expect(&r->c, MESSAGE_ATTACHED));
    assert_true(client_expect(&r->c, MESSAGE_OUTPUT));
    uint64_t slowest = 0;
    for (int i = 0; i < 3; i++) {
        uint64_t before = milliseconds();
        assert_true(still_served(&r->c));
        assert_int_equal(r->c.said.state, KEEP_RUNNING);
        slowest = milliseconds() - before > slowest ? milliseconds() - before : slowest;
    }
    uint64_t before = milliseconds();
    command_send(r, &r->c, MESSAGE_STOP);
    assert_true(client_expect(&r->c, MESSAGE_OK));
    assert_true(client_expect(&r->c, MESSAGE_EXIT));
    assert_int_equal(r->c.m.exit.kind, EXIT_STOPPED);
    uint64_t stop = milliseconds() - before;
    print_message("# slowest attest %u ms, stop %u ms\n", (unsigned)slowest, (unsigned)stop);
    assert_true(slowest <= most && stop <= most);
}

static void an_endless_loop_is_served_around_and_can_be_stopped(void **state)
{
    stopped_within(*state, "endless", 250);
}

static void a_sleeping_program_is_served_around_and_can_be_stopped(void **state)
{
    stopped_within(*state, "sleep", 250);
}

static void a_stop_for_another_run_or_workload_changes_nothing(void **state)
{
    struct rig *r = *state;
    DEPLOY(r, "sleep");
    assert_true(client_start(&r->c, r->workload, 7, false, false));
    static const enum message_type types[] = {MESSAGE_STOP, MESSAGE_ATTACH, MESSAGE_LOGS, MESSAGE_CP};
    for (int i = 0; i < 4; i++)
        for (int flip = 0; flip < 2; flip++) {
            struct message m = command(r, types[i]);
            m.path = SPAN_LITERAL("/");
            if (flip)
                m.run[15] ^= 1;
            else
                m.workload[0] ^= 1;
            client_send(&r->c, &m);
            assert_true(refused_with(&r->c, "KEEP_EMATCH", false));
        }
    assert_true(still_served(&r->c));
    assert_int_equal(r->c.said.state, KEEP_RUNNING);
}

static void start_again_answers_running_and_another_run_is_refused(void **state)
{
    struct rig *r = *state;
    DEPLOY(r, "sleep");
    assert_true(client_start(&r->c, r->workload, 7, false, false));
    assert_true(client_start(&r->c, r->workload, 7, false, false));
    struct message m = command(r, MESSAGE_START);
    m.run[0] ^= 1;
    client_send(&r->c, &m);
    assert_true(refused_with(&r->c, "KEEP_EMATCH", false));
    assert_true(still_served(&r->c));
}

static void secrets_after_start_close_the_session(void **state)
{
    struct rig *r = *state;
    DEPLOY(r, "sleep");
    assert_true(client_start(&r->c, r->workload, 7, false, false));
    command_send(r, &r->c, MESSAGE_SECRETS);
    assert_true(closed_with(&r->c, "KEEP_EORDER"));
}

static void two_sessions_of_the_owner_live_side_by_side_once_it_runs(void **state)
{
    struct rig *r = *state;
    DEPLOY(r, "endless");
    assert_true(client_start(&r->c, r->workload, 7, true, false));
    assert_true(client_expect(&r->c, MESSAGE_ATTACHED));
    assert_true(client_expect(&r->c, MESSAGE_OUTPUT));
    assert_true(client_own(&r->other, &r->host, &keys));
    assert_int_equal(r->other.m.state, KEEP_RUNNING);
    assert_true(r->other.m.has_run);
    assert_int_equal(r->other.m.run[0], 7);
    command_send(r, &r->other, MESSAGE_ATTACH);
    assert_true(client_expect(&r->other, MESSAGE_ATTACHED));
    assert_true(client_expect(&r->other, MESSAGE_OUTPUT));
    command_send(r, &r->other, MESSAGE_STOP);
    assert_true(client_expect(&r->other, MESSAGE_OK));
    assert_true(client_expect(&r->other, MESSAGE_EXIT));
    assert_true(client_expect(&r->c, MESSAGE_EXIT));
}

static void the_program_outlives_the_session_that_started_it(void **state)
{
    struct rig *r = *state;
    DEPLOY(r, "cat");
    assert_true(client_start(&r->c, r->workload, 7, true, true));
    assert_true(client_expect(&r->c, MESSAGE_ATTACHED));
    client_free(&r->c);
    assert_true(client_own(&r->other, &r->host, &keys));
    assert_int_equal(r->other.m.state, KEEP_RUNNING);
    struct message m = command(r, MESSAGE_ATTACH);
    m.input = true;
    client_send(&r->other, &m);
    assert_true(client_expect(&r->other, MESSAGE_ATTACHED));
    send_input(&r->other, "from another", true);
    follow(r, &r->other);
    OUTPUT(r, "from another");
}

static void logs_give_what_is_there_and_end(void **state)
{
    struct rig *r = *state;
    DEPLOY(r, "pour", "1100000");
    assert_true(client_start(&r->c, r->workload, 7, false, false));
    command_send(r, &r->c, MESSAGE_ATTACH);
    assert_true(client_expect(&r->c, MESSAGE_ATTACHED));
    while (client_receive(&r->c) == MESSAGE_OUTPUT)
        ;
    assert_int_equal(r->c.m.type, MESSAGE_EXIT);
    struct message m = command(r, MESSAGE_LOGS);
    m.offset[0] = 1099990;
    client_send(&r->c, &m);
    assert_true(client_expect(&r->c, MESSAGE_ATTACHED));
    assert_int_equal(r->c.m.offset[0], 1099990);
    assert_true(client_expect(&r->c, MESSAGE_OUTPUT));
    assert_int_equal(r->c.m.bytes.size, 10);
    assert_true(client_expect(&r->c, MESSAGE_LOGS_END));
    assert_int_equal(r->c.m.offset[0], 1100000);
    /* Older than what is held: it says where it begins. */
    command_send(r, &r->c, MESSAGE_LOGS);
    assert_true(client_expect(&r->c, MESSAGE_ATTACHED));
    assert_int_equal(r->c.m.offset[0], 1100000 - STREAM_TAIL_MAX);
}

static void files_of_the_program_can_be_copied_out(void **state)
{
    struct rig *r = *state;
    DEPLOY(r, "write", "/result", "forty-two");
    run(r);
    struct message m = command(r, MESSAGE_CP);
    m.path = SPAN_LITERAL("/result");
    client_send(&r->c, &m);
    assert_true(client_expect(&r->c, MESSAGE_FILE));
    assert_int_equal(r->c.m.position, 9);
    assert_true(client_expect(&r->c, MESSAGE_DATA));
    assert_memory_equal(r->c.m.bytes.data, "forty-two", 9);
    m.path = SPAN_LITERAL("/");
    client_send(&r->c, &m);
    assert_true(client_expect(&r->c, MESSAGE_DIRECTORY));
    struct list_cursor list;
    struct directory_entry entry;
    assert_int_equal(list_open(r->c.m.entries, &list), 0);
    assert_true(list_next_entry(&list, &entry));
    assert_memory_equal(entry.name.data, "result", 6);
    assert_int_equal(entry.size, 9);
    m.path = SPAN_LITERAL("/missing");
    client_send(&r->c, &m);
    assert_true(refused_with(&r->c, "KEEP_ENOENT", false));
}

/* ---- outbox ---- */

static bool has_outbox(void *context)
{
    struct rig *r = context;
    return r->host.outbox != NULL;
}

static void the_outbox_opens_with_the_owners_key_and_repeats_what_it_must(void **state)
{
    struct rig *r = *state;
    DEPLOY(r, "hello");
    assert_true(client_start(&r->c, r->workload, 7, false, false));
    uint8_t instance[INSTANCE_ID_SIZE];
    memcpy(instance, r->c.said.instance, sizeof instance);
    client_free(&r->c);
    assert_true(host_pump_until(&r->host, has_outbox, r));
    struct outbox_file f;
    struct statement s;
    assert_int_equal(outbox_file_decode(span_of(r->host.outbox, r->host.outbox_size), &f), 0);
    assert_int_equal(statement_decode(f.statement, &s), 0);
    assert_int_equal(s.kind, STATEMENT_RECEIPT);
    assert_int_equal(s.state, KEEP_ENDED);
    assert_memory_equal(s.instance, instance, sizeof instance);
    assert_int_equal(s.run[0], 7);
    uint8_t digest[32];
    const struct span sealed[] = {f.enc, f.ciphertext};
    assert_int_equal(crypto_sha256(sealed, 2, digest), 0);
    assert_memory_equal(s.outbox, digest, 32);
    assert_int_equal(
        statement_owner_digest(instance, span_of(NULL, 0), span_of(keys.spki, P256_SPKI_SIZE), digest), 0);
    assert_memory_equal(s.owner, digest, 32);
    uint8_t info[17 + INSTANCE_ID_SIZE], plaintext[4096];
    memcpy(info, "casemate-outbox-1", 17);
    memcpy(info + 17, instance, sizeof instance);
    size_t size;
    assert_int_equal(hpke_open(keys.outbox_private, f.enc.data, span_of(info, sizeof info), span_of(NULL, 0),
                               f.ciphertext, plaintext, sizeof plaintext, &size),
                     0);
    struct outbox o;
    assert_int_equal(outbox_decode(span_of(plaintext, size), &o), 0);
    assert_memory_equal(o.instance, instance, sizeof instance);
    assert_memory_equal(o.workload, r->workload, 32);
    assert_int_equal(o.exit.kind, EXIT_EXIT);
    assert_int_equal(o.tail_offset[0], 0);
    assert_int_equal(o.tail[0].size, 13);
    assert_memory_equal(o.tail[0].data, "hello nobody\n", 13);
    /* And the Keep serves on. */
    assert_true(client_own(&r->other, &r->host, &keys));
    assert_int_equal(r->other.m.state, KEEP_ENDED);
}

static struct span file_read_whole(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return span_of(NULL, 0);
    uint8_t *bytes = malloc(4 << 20);
    size_t size = fread(bytes, 1, 4 << 20, f);
    fclose(f);
    return span_of(bytes, size);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_program_runs_and_its_output_and_code_come_back),
        TEST(the_exit_code_is_the_programs),
        TEST(a_trap_is_told_with_the_function_that_trapped),
        TEST(endless_recursion_is_a_trap),
        TEST(bytes_that_are_no_module_are_invalid),
        TEST(a_module_without_start_is_invalid),
        TEST(more_output_than_the_keep_holds_passes_through_whole),
        TEST(memory_ends_at_the_owners_limit),
        TEST(a_program_that_eats_all_memory_can_still_be_served),
        TEST(a_program_that_fills_the_file_system_can_still_be_served),
        TEST(time_does_not_go_below_the_owners_floor),
        TEST(secrets_reach_the_program_and_are_gone_afterwards),
        TEST(input_reaches_the_program_and_is_acknowledged),
        TEST(input_after_the_end_is_let_fall_and_the_session_goes_on),
        TEST(without_stdin_the_program_reads_its_end),
        TEST(more_input_than_the_window_closes_the_session),
        TEST(an_endless_loop_is_served_around_and_can_be_stopped),
        TEST(a_sleeping_program_is_served_around_and_can_be_stopped),
        TEST(a_stop_for_another_run_or_workload_changes_nothing),
        TEST(start_again_answers_running_and_another_run_is_refused),
        TEST(secrets_after_start_close_the_session),
        TEST(two_sessions_of_the_owner_live_side_by_side_once_it_runs),
        TEST(the_program_outlives_the_session_that_started_it),
        TEST(logs_give_what_is_there_and_end),
        TEST(files_of_the_program_can_be_copied_out),
        TEST(the_outbox_opens_with_the_owners_key_and_repeats_what_it_must),
    };
    image = getenv("CASEMATE_KEEP_IMAGE");
    const char *path = getenv("CASEMATE_TEST_PROGRAM");
    program = path ? file_read_whole(path) : span_of(NULL, 0);
    if (!image || program.size == 0 || psa_crypto_init() != PSA_SUCCESS)
        return 1;
    owner_keys_make(&keys);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
