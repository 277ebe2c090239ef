/* SPDX-License-Identifier: Apache-2.0 */
/* The bench of client tests. */
#include "client_bench.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../../src/base/file.h"
#include "../../src/base/hex.h"

enum { PATIENCE_MS = 10000 };

static void need(bool condition, const char *what, const casemate_error *error)
{
    const char *why = "";
    size_t size;
    if (condition)
        return;
    if (error)
        casemate_error_part(error, CASEMATE_ERROR_WHAT, &why, &size);
    (void)fprintf(stderr, "bench: %s: %s\n", what, why);
    abort();
}

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int32_t on_connect(void *context, casemate_error *error)
{
    struct bench *b = context;
    int pair[2];
    (void)error;
    struct fake_session *end = calloc(1, sizeof *end);
    need(end && b->end_count < BENCH_ENDS_MAX && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0,
         "no connection", NULL);
    fake_session_init(end, &b->keep, pair[1]);
    end->answer = b->next.answer;
    end->alpn = b->next.alpn;
    end->group = b->next.group;
    end->tamper = b->next.tamper;
    end->falsify = b->next.falsify;
    end->context = b->next.context;
    end->cut_after = b->next.cut_after;
    b->ends[b->end_count++] = end;
    return pair[0];
}

void bench_policy(struct bench *b, bool allow, bool know_measurement)
{
    char hex[2 * PROCESS_MEASUREMENT_SIZE + 1];
    casemate_policy_free(b->policy);
    need(casemate_policy_default(&b->policy, b->error) == 0, "no policy", b->error);
    hex_encode(b->keep.measurement, sizeof b->keep.measurement, hex);
    if (know_measurement)
        need(casemate_policy_add_measurement(b->policy, "process", 7, hex, strlen(hex), b->error) == 0,
             "no measurement", b->error);
    if (allow)
        need(casemate_policy_allow_simulated(b->policy, b->roots, b->error) == 0, "no roots", b->error);
}

static void make_package(struct bench *b)
{
    static const uint8_t module[] = "\0asm\1\0\0\0 the module";
    casemate_package *p;
    need(casemate_package_new(module, sizeof module - 1, "app.wasm", 8, &p, b->error) == 0, "no package",
         b->error);
    need(casemate_package_add_argument(p, "one", 3, b->error) == 0, "no argument", b->error);
    need(casemate_package_set_variable(p, "OPEN", 4, "value", 5, 0, b->error) == 0, "no variable", b->error);
    need(casemate_package_set_variable(p, "SECRET", 6, "canary", 6, 1, b->error) == 0, "no secret", b->error);
    need(casemate_package_add_file(p, "/data/file", 10, "content", 7, 0644, 0, b->error) == 0, "no file",
         b->error);
    b->package = p;
}

void bench_open(struct bench *b, bool allow)
{
    char path[128];
    const char *fingerprint;
    memset(b, 0, sizeof *b);
    (void)snprintf(b->folder, sizeof b->folder, "/tmp/casemate-test-XXXXXX");
    need(mkdtemp(b->folder) != NULL, "no folder", NULL);
    b->error = casemate_error_new();
    b->timeout_ms = 2000;
    fake_keep_init(&b->keep, b->folder);
    struct casemate_host_options options = {
        .size = sizeof options, .connect = on_connect, .connect_context = b};
    need(casemate_host_new(&options, &b->host, b->error) == 0, "no host", b->error);
    (void)snprintf(path, sizeof path, "%s/roots", b->folder);
    need(casemate_roots_open(path, strlen(path), &b->roots, b->error) == 0, "no roots", b->error);
    struct span root = process_root_certificate(b->keep.root);
    if (allow)
        need(casemate_roots_add(b->roots, root.data, root.size, &fingerprint, b->error) == 0, "no root",
             b->error);
    (void)snprintf(path, sizeof path, "%s/keeps", b->folder);
    need(casemate_store_open(path, strlen(path), &b->store, b->error) == 0, "no store", b->error);
    bench_policy(b, allow, true);
    make_package(b);
}

void bench_close(struct bench *b)
{
    char command[160];
    bench_session_end(b);
    casemate_package_free(b->package);
    casemate_store_free(b->store);
    casemate_policy_free(b->policy);
    casemate_roots_free(b->roots);
    casemate_host_free(b->host);
    casemate_error_free(b->error);
    fake_keep_free(&b->keep);
    (void)snprintf(command, sizeof command, "%s/keeps", b->folder);
    struct buffer names = {0};
    size_t count = 0;
    (void)folder_list(command, &names, &count, NULL);
    const char *name = buffer_text(&names);
    for (size_t i = 0; i < count; i++, name += strlen(name) + 1) {
        (void)snprintf(command, sizeof command, "%s/keeps/%.64s", b->folder, name);
        (void)folder_remove(command, NULL);
    }
    buffer_free(&names);
    (void)snprintf(command, sizeof command, "%s/keeps", b->folder);
    (void)folder_remove(command, NULL);
    (void)folder_remove(b->folder, NULL);
}

void bench_session(struct bench *b, casemate_record *record, const casemate_key *key)
{
    struct casemate_session_options options = {
        .size = sizeof options,
        .keep_id = "keep1",
        .keep_id_size = 5,
        .policy = b->policy,
        .roots = b->roots,
        .key = key,
        .key_reference = key ? "key.txt" : NULL,
        .key_reference_size = key ? 7 : 0,
        .store = b->store,
        .name = "calm-cedar",
        .name_size = 10,
        .record = record,
        .timeout_ms = b->timeout_ms,
    };
    bench_session_end(b);
    memset(b->events, 0, sizeof b->events);
    need(casemate_session_new(b->host, &options, &b->session, b->error) == 0, "no session", b->error);
}

void bench_session_end(struct bench *b)
{
    casemate_session_free(b->session);
    b->session = NULL;
    for (size_t i = 0; i < b->end_count; i++) {
        while (fake_session_step(b->ends[i]))
            ;
        fake_session_free(b->ends[i]);
        free(b->ends[i]);
    }
    b->end_count = 0;
    buffer_free(&b->output[0]);
    buffer_free(&b->output[1]);
    buffer_free(&b->file);
}

void bench_ask_run(struct bench *b, bool input)
{
    need(casemate_session_deploy(b->session, b->package, b->error) == 0 &&
             casemate_session_secrets(b->session, b->package, b->error) == 0 &&
             casemate_session_start(b->session, 1, input, b->error) == 0,
         "no steps", b->error);
}

static void take_event(struct bench *b, const struct casemate_event *e)
{
    b->events[e->type]++;
    if (e->type == CASEMATE_EVENT_OUTPUT)
        buffer_append(&b->output[e->value - 1], e->bytes, e->bytes_size);
    if (e->type == CASEMATE_EVENT_FILE_DATA)
        buffer_append(&b->file, e->bytes, e->bytes_size);
    if (e->type == CASEMATE_EVENT_EXIT) {
        (void)snprintf(b->exit_kind, sizeof b->exit_kind, "%.*s", (int)e->text_size, e->text);
        b->exit_code = e->value;
    }
}

int bench_until(struct bench *b, int32_t type)
{
    int64_t until = now_ms() + PATIENCE_MS;
    for (;;) {
        struct casemate_event e = {.size = sizeof e};
        bool moved = false;
        for (size_t i = 0; i < b->end_count; i++)
            moved = fake_session_step(b->ends[i]) || moved;
        int result = casemate_session_process(b->session, b->error);
        while (casemate_session_event(b->session, &e) == 1) {
            take_event(b, &e);
            if (e.type == type)
                return 0;
            moved = true;
        }
        if (result != 0)
            return result;
        need(now_ms() < until, "nothing happens", NULL);
        if (!moved)
            (void)poll(NULL, 0, 1);
    }
}

const char *bench_code(const struct bench *b)
{
    const char *code;
    size_t size;
    casemate_error_part(b->error, CASEMATE_ERROR_CODE, &code, &size);
    return code;
}

casemate_record *bench_record(struct bench *b)
{
    casemate_record *record;
    need(casemate_record_load(b->store, "keep1", 5, &record, b->error) == 0, "no record", b->error);
    return record;
}
