/* SPDX-License-Identifier: Apache-2.0 */
/* How long a busy Keep takes to answer: `attest` of a third party, from the request to the verified evidence,
 * and `stop` of the owner, from the request to the Keep's answer, through the shipped library, host agent,
 * warden and Keep. Sessions are connected before, so that no handshake is in the figures:
 *
 *   latency HOST      HOST is the URL of a running host agent of this user
 *
 * The bound holds for the median of the tries: in a Keep that polls too late every try is late, or half of
 * them, while a busy machine delays some. A machine that is busy all the time delays them all, so that a
 * series that fails is repeated; a Keep without safe points fails every series (the fill and the validation
 * last several times the bound, the loop for ever). Nothing is subtracted, and every figure is printed. */
#include <casemate/casemate.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../support/wasm_situations.h"

enum { BOUND_MS = 50, SERIES = 4, TRIES_MAX = 16, WAIT_MS = 20000, ID_SIZE = 128 };

struct situation {
    const char *name;
    void (*make)(struct wasm_bytes *bytes);
    bool running; /* ask when the program has written its line; else while the module arrives and is validated
                   */
    unsigned keeps; /* one `stop` each */
    unsigned tries; /* `attest`, in each of them */
};

/* A module is validated while it arrives: there is time for one `attest`, and the `stop` comes with its end.
 */
static const struct situation situations[] = {
    {"an endless loop", wasm_situation_loop, true, 3, 5},
    {"memory.fill of 1 GiB", wasm_situation_fill, true, 3, 5},
    {"arrival and validation of 30 MB", wasm_situation_large, false, 5, 1},
};

struct samples {
    double value[TRIES_MAX];
    unsigned count;
};

static casemate_error *error;
static casemate_host *host;
static casemate_roots *roots;
static casemate_policy *policy;

static double now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static void need(bool good, const char *what)
{
    const char *text;
    size_t size;
    if (good)
        return;
    casemate_error_part(error, CASEMATE_ERROR_WHAT, &text, &size);
    printf("Bail out! %s: %.*s\n", what, (int)size, text);
    exit(1);
}

static void create(char id[ID_SIZE])
{
    struct casemate_create_options options = {.size = sizeof options, .tee = "process", .tee_size = 7};
    struct casemate_keep_info info = {.size = sizeof info};
    casemate_request *request;
    need(casemate_request_create(host, &options, &request, error) >= 0 &&
             casemate_request_wait(request, WAIT_MS, error) >= 0 &&
             casemate_request_keep(request, 0, &info) >= 0 && info.id_size < ID_SIZE,
         "create");
    memcpy(id, info.id, info.id_size);
    id[info.id_size] = 0;
    casemate_request_free(request);
}

static void destroy(const char *id)
{
    casemate_request *request;
    need(casemate_request_delete(host, id, strlen(id), &request, error) >= 0 &&
             casemate_request_wait(request, WAIT_MS, error) >= 0,
         "delete");
    casemate_request_free(request);
}

static void trust_own_root(void)
{
    char first[ID_SIZE];
    create(first); /* the host agent makes its root with its first Keep */
    destroy(first);
    need(casemate_roots_open("", 0, &roots, error) >= 0 && casemate_roots_add_own(roots, error) >= 0 &&
             casemate_policy_default(&policy, error) >= 0 &&
             casemate_policy_allow_simulated(policy, roots, error) >= 0,
         "root");
}

static casemate_session *connect_session(const char *id)
{
    struct casemate_session_options options = {
        .size = sizeof options, .policy = policy, .roots = roots, .keep_id = id, .keep_id_size = strlen(id)};
    casemate_session *session;
    need(casemate_session_new(host, &options, &session, error) >= 0, "session");
    return session;
}

/* Until an event of this type. Returns how many events of the type `counted` came before it. */
static unsigned until(casemate_session *session, int32_t type, int32_t counted)
{
    unsigned count = 0;
    for (;;) {
        struct casemate_event event = {.size = sizeof event};
        while (casemate_session_event(session, &event) == 1) {
            if (event.type == type)
                return count;
            count += event.type == counted;
            need(event.type != CASEMATE_EVENT_CLOSED && event.type != CASEMATE_EVENT_REFUSED,
                 "the session ended before its answer");
        }
        need(casemate_session_wait(session, WAIT_MS, error) >= 0, "wait");
    }
}

static void add(struct samples *to, double from)
{
    if (to->count < TRIES_MAX)
        to->value[to->count++] = now_ms() - from;
}

/* One Keep in the situation: attested by a third party several times, then stopped by its owner. */
static void measure(const struct situation *s, casemate_package *package, struct samples *attest,
                    struct samples *stop)
{
    char id[ID_SIZE];
    create(id);
    casemate_session *owner = connect_session(id), *other = connect_session(id);
    until(other, CASEMATE_EVENT_VERIFIED, 0);
    need(casemate_session_deploy(owner, package, error) >= 0, "deploy");
    if (s->running) {
        until(owner, CASEMATE_EVENT_DEPLOYED, 0);
        need(casemate_session_start(owner, 1, 0, error) >= 0, "start");
        until(owner, CASEMATE_EVENT_OUTPUT, 0);
    }
    for (unsigned i = 0; i < s->tries; i++) {
        /* Not in step with what the program repeats. */
        if (s->running)
            (void)poll(NULL, 0, (int)(7 + 13 * i));
        double asked = now_ms();
        need(casemate_session_attest(other, error) >= 0, "attest");
        until(other, CASEMATE_EVENT_VERIFIED, 0);
        add(attest, asked);
    }
    if (!s->running) {
        until(owner, CASEMATE_EVENT_DEPLOYED, 0);
        need(casemate_session_start(owner, 1, 0, error) >= 0, "start");
    }
    double asked = now_ms();
    need(casemate_session_stop(owner, error) >= 0, "stop");
    until(owner, CASEMATE_EVENT_STOPPED, CASEMATE_EVENT_OUTPUT);
    add(stop, asked);
    until(owner, CASEMATE_EVENT_EXIT, CASEMATE_EVENT_OUTPUT);
    need(casemate_record_delete(casemate_session_record(owner), error) >= 0, "record");
    casemate_session_free(owner);
    casemate_session_free(other);
    destroy(id);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool report(const char *what, const struct situation *s, struct samples *samples)
{
    qsort(samples->value, samples->count, sizeof samples->value[0], by_value);
    double median = samples->value[samples->count / 2];
    printf("# %s in %s: median %.1f ms of", what, s->name, median);
    for (unsigned i = 0; i < samples->count; i++)
        printf(" %.1f", samples->value[i]);
    printf("\n");
    return median <= (double)BOUND_MS;
}

static casemate_package *make_package(const struct situation *s)
{
    struct wasm_bytes module;
    casemate_package *package;
    s->make(&module);
    need(casemate_package_new(module.data, module.size, s->name, strlen(s->name), &package, error) >= 0 &&
             casemate_package_seal(package, NULL, error) >= 0,
         "package");
    wasm_bytes_free(&module);
    return package;
}

static bool holds(const struct situation *s, casemate_package *package)
{
    struct samples attest = {.count = 0}, stop = {.count = 0};
    for (unsigned i = 0; i < s->keeps; i++)
        measure(s, package, &attest, &stop);
    bool fast = report("attest", s, &attest);
    return report("stop", s, &stop) && fast;
}

int main(int argc, char **argv)
{
    const size_t count = sizeof situations / sizeof situations[0];
    bool all = true;
    if (argc != 2)
        return 2;
    error = casemate_error_new();
    struct casemate_host_options options = {
        .size = sizeof options, .url = argv[1], .url_size = strlen(argv[1])};
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    need(casemate_prepare(error) >= 0 && casemate_host_new(&options, &host, error) >= 0, "host");
    trust_own_root();
    printf("1..%zu\n", count);
    for (size_t i = 0; i < count; i++) {
        casemate_package *package = make_package(&situations[i]);
        bool good = false;
        for (unsigned series = 0; series < SERIES && !good; series++)
            good = holds(&situations[i], package);
        printf("%s %zu - in %s, attest and stop answer within %d ms\n", good ? "ok" : "not ok", i + 1,
               situations[i].name, BOUND_MS);
        all = all && good;
        casemate_package_free(package);
    }
    casemate_policy_free(policy);
    casemate_roots_free(roots);
    casemate_host_free(host);
    casemate_error_free(error);
    return all ? 0 : 1;
}
