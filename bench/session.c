/* SPDX-License-Identifier: Apache-2.0 */
/* Times sessions through the public API, against a host agent that runs already:
 *   session HOST launch COUNT          one sample a line: create_ms, attested_ms (both from the same POST)
 *   session HOST output POUR.wasm MIB  MB/s of a program's output
 *   session HOST upload POUR.wasm MIB  MB/s of a package of that size, from ownership to the Keep's digest
 *   session HOST idle COUNT            Keeps a second; keeps them until a line arrives on standard input */
#include <casemate/casemate.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WAIT_MS = 60000, ID_SIZE = 128 };

static casemate_error *error;
static casemate_host *host;
static casemate_roots *roots;
static casemate_policy *policy;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void need(int32_t status, const char *what)
{
    const char *text;
    size_t size;
    if (status >= 0)
        return;
    casemate_error_part(error, CASEMATE_ERROR_WHAT, &text, &size);
    fprintf(stderr, "bench session: %s: %s\n", what, text);
    exit(1);
}

static void open_host(const char *url)
{
    struct casemate_host_options options = {.size = sizeof(options), .url = url, .url_size = strlen(url)};
    error = casemate_error_new();
    need(casemate_prepare(error), "prepare");
    need(casemate_host_new(&options, &host, error), "host");
}

/* The host agent makes its simulated root with its first Keep; before that there is none to add. */
static void trust_own_root(void)
{
    need(casemate_roots_open("", 0, &roots, error), "roots");
    need(casemate_roots_add_own(roots, error), "own root");
    need(casemate_policy_default(&policy, error), "policy");
    need(casemate_policy_allow_simulated(policy, roots, error), "simulated");
}

static void create(char id[ID_SIZE])
{
    struct casemate_create_options options = {.size = sizeof(options), .tee = "process", .tee_size = 7};
    struct casemate_keep_info info = {.size = sizeof(info)};
    casemate_request *request;
    need(casemate_request_create(host, &options, &request, error), "create");
    need(casemate_request_wait(request, WAIT_MS, error), "create");
    need(casemate_request_keep(request, 0, &info), "create");
    if (info.id_size >= ID_SIZE)
        exit(1);
    memcpy(id, info.id, info.id_size);
    id[info.id_size] = 0;
    casemate_request_free(request);
}

static void destroy(const char *id)
{
    casemate_request *request;
    need(casemate_request_delete(host, id, strlen(id), &request, error), "delete");
    need(casemate_request_wait(request, WAIT_MS, error), "delete");
    casemate_request_free(request);
}

static casemate_session *open_session(const char *id)
{
    struct casemate_session_options options = {.size = sizeof(options), .policy = policy, .roots = roots};
    casemate_session *session;
    options.keep_id = id;
    options.keep_id_size = strlen(id);
    need(casemate_session_new(host, &options, &session, error), "session");
    return session;
}

/* Until an event of this type; bytes of output on the way are counted. */
static size_t until(casemate_session *session, int32_t type)
{
    size_t output = 0;
    for (;;) {
        struct casemate_event event = {.size = sizeof(event)};
        while (casemate_session_event(session, &event) == 1) {
            if (event.type == CASEMATE_EVENT_OUTPUT)
                output += event.bytes_size;
            if (event.type == type)
                return output;
            if (event.type == CASEMATE_EVENT_CLOSED || event.type == CASEMATE_EVENT_REFUSED) {
                fprintf(stderr, "bench session: ended before event %d\n", type);
                exit(1);
            }
        }
        need(casemate_session_wait(session, WAIT_MS, error), "wait");
    }
}

static void launch(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char id[ID_SIZE];
        double start = now(), created;
        create(id);
        created = now();
        casemate_session *session = open_session(id);
        until(session, CASEMATE_EVENT_VERIFIED);
        printf("create_ms %.3f\nattested_ms %.3f\n", (created - start) * 1e3, (now() - start) * 1e3);
        casemate_session_free(session);
        destroy(id);
    }
}

static casemate_package *read_package(const char *path)
{
    casemate_package *package;
    FILE *f = fopen(path, "rb");
    static char module[1 << 20];
    size_t size = f == NULL ? 0 : fread(module, 1, sizeof(module), f);
    if (size == 0)
        exit(1);
    fclose(f);
    need(casemate_package_new(module, size, "pour.wasm", 9, &package, error), "package");
    return package;
}

static void forget(casemate_session *session, const char *id)
{
    need(casemate_record_delete(casemate_session_record(session), error), "record");
    casemate_session_free(session);
    destroy(id);
}

static void output(const char *path, const char *mib)
{
    char id[ID_SIZE];
    casemate_package *package = read_package(path);
    need(casemate_package_add_argument(package, mib, strlen(mib), error), "argument");
    create(id);
    casemate_session *session = open_session(id);
    need(casemate_session_deploy(session, package, error), "deploy");
    need(casemate_session_start(session, 1, 0, error), "start");
    until(session, CASEMATE_EVENT_RUNNING);
    double start = now();
    size_t bytes = until(session, CASEMATE_EVENT_EXIT);
    printf("output_mb_per_second %.1f\n", (double)bytes / 1e6 / (now() - start));
    forget(session, id);
    casemate_package_free(package);
}

static void upload(const char *path, const char *mib)
{
    char id[ID_SIZE];
    size_t size = strtoul(mib, NULL, 10) << 20;
    char *bytes = calloc(1, size);
    casemate_package *package = read_package(path);
    if (bytes == NULL)
        exit(1);
    need(casemate_package_add_file(package, "/data", 5, bytes, size, 0644, 0, error), "file");
    free(bytes);
    need(casemate_package_seal(package, NULL, error), "seal");
    create(id);
    casemate_session *session = open_session(id);
    need(casemate_session_deploy(session, package, error), "deploy");
    until(session, CASEMATE_EVENT_OWNED);
    double start = now();
    until(session, CASEMATE_EVENT_DEPLOYED);
    printf("upload_mb_per_second %.1f\n", (double)size / 1e6 / (now() - start));
    forget(session, id);
    casemate_package_free(package);
}

static void idle(unsigned count)
{
    char(*ids)[ID_SIZE] = calloc(count, sizeof(*ids));
    if (ids == NULL)
        exit(1);
    double start = now();
    for (unsigned i = 0; i < count; i++)
        create(ids[i]);
    printf("keeps_per_second %.1f\n", count / (now() - start));
    fflush(stdout);
    (void)getchar();
    for (unsigned i = 0; i < count; i++)
        destroy(ids[i]);
    free(ids);
}

int main(int argc, char **argv)
{
    char first[ID_SIZE];
    if (argc < 4)
        return 2;
    open_host(argv[1]);
    create(first);
    destroy(first);
    trust_own_root();
    if (strcmp(argv[2], "launch") == 0)
        launch((unsigned)strtoul(argv[3], NULL, 10));
    else if (strcmp(argv[2], "idle") == 0)
        idle((unsigned)strtoul(argv[3], NULL, 10));
    else if (strcmp(argv[2], "output") == 0 && argc == 5)
        output(argv[3], argv[4]);
    else if (strcmp(argv[2], "upload") == 0 && argc == 5)
        upload(argv[3], argv[4]);
    else
        return 2;
    return 0;
}
