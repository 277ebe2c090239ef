/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation of a Keep fails, for every n: in boot, handshake, attestation, deploy, secrets, run, cp
 * and outbox (rows 29 and 61; acceptance 34). What comes of it is a precise error, no hang and no leak, and
 * the Keep serves on. An allocation is a call of malloc(), calloc(), realloc(), heap_allocate() or
 * shim_commit() by the Keep; the linker leads them here. Each n has a process of its own. */
#include "../../support/keep/session_test.h"

#include <sys/wait.h>
#include <unistd.h>

#include "../../../src/proto/cbor.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *old);
void *__real_heap_allocate(size_t size);
void __real_heap_free(void *old);
int __real_shim_commit(uint8_t *at, size_t size);
int __real_shim_send(const uint8_t *bytes, size_t size, size_t *sent);
int __real_keep_step(struct keep *keep);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *old);
void *__wrap_heap_allocate(size_t size);
void __wrap_heap_free(void *old);
int __wrap_shim_commit(uint8_t *at, size_t size);
int __wrap_shim_send(const uint8_t *bytes, size_t size, size_t *sent);
int __wrap_keep_step(struct keep *keep);

static bool in_keep;               /* what is allocated now is the Keep's, */
static bool armed;                 /* and counts */
static unsigned long calls, fails; /* of the Keep; the one that fails, 0: none */
static long live;                  /* blocks of anybody */

static bool starved(void)
{
    return in_keep && armed && ++calls == fails;
}

void *__wrap_malloc(size_t size)
{
    void *block = starved() ? NULL : __real_malloc(size);
    live += block != NULL;
    return block;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *block = starved() ? NULL : __real_calloc(count, size);
    live += block != NULL;
    return block;
}

void *__wrap_realloc(void *old, size_t size)
{
    void *block = starved() ? NULL : __real_realloc(old, size);
    live += block != NULL && !old;
    return block;
}

void __wrap_free(void *old)
{
    live -= old != NULL;
    __real_free(old);
}

/* The engine's, on the Keep's own heap. */
void *__wrap_heap_allocate(size_t size)
{
    void *block = starved() ? NULL : __real_heap_allocate(size);
    live += block != NULL;
    return block;
}

void __wrap_heap_free(void *old)
{
    live -= old != NULL;
    __real_heap_free(old);
}

int __wrap_shim_commit(uint8_t *at, size_t size)
{
    return starved() ? KEEP_ENOMEM : __real_shim_commit(at, size);
}

/* What the shim of tests allocates is not the Keep's. */
int __wrap_shim_send(const uint8_t *bytes, size_t size, size_t *sent)
{
    bool before = in_keep;
    in_keep = false;
    int result = __real_shim_send(bytes, size, sent);
    in_keep = before;
    return result;
}

int __wrap_keep_step(struct keep *keep)
{
    in_keep = true;
    int result = __real_keep_step(keep);
    in_keep = false;
    return result;
}

/* ---- one life of a Keep, as far as it gets ---- */

static struct span program;
static struct owner_keys keys;

enum end { WHOLE, REFUSED, CLOSED, GONE, FAILED_RUN, HUNG, WRONG };
static const char *const end_name[] = {"whole", "refused", "closed", "gone", "failed run", "hung", "wrong"};

static enum end not_as_asked(struct client *c, int got)
{
    static const char *const known[] = {"KEEP_ENOMEM", "KEEP_ECRYPTO", "KEEP_ENOTSUP"};
    if (c->host->gone)
        return GONE;
    if (got <= 0)
        return got == 0 ? CLOSED : HUNG;
    for (size_t i = 0; got == MESSAGE_ERROR && i < sizeof known / sizeof known[0]; i++)
        if (span_equal(c->m.code, span_of(known[i], strlen(known[i]))))
            return REFUSED;
    fprintf(stderr, "# %s %.*s\n", message_type_name(c->m.type), (int)c->m.code.size,
            got == MESSAGE_ERROR ? (const char *)c->m.code.data : "");
    return WRONG;
}

/* The next message is of this type: WHOLE. */
static enum end answer(struct client *c, enum message_type type)
{
    int got = client_receive(c);
    return got == (int)type ? WHOLE : not_as_asked(c, got);
}

static enum end ask(struct client *c, const struct message *m, enum message_type type)
{
    client_send(c, m);
    return answer(c, type);
}

static enum end own(struct client *c, struct host_end *host)
{
    struct message proof;
    int result = client_connect(c, host, NULL);
    if (result != 0)
        return host->gone ? GONE : result == -1 ? HUNG : CLOSED;
    enum end end = ask(c, &(struct message){.type = MESSAGE_ATTEST}, MESSAGE_STATEMENT);
    if (end != WHOLE)
        return end;
    memcpy(c->statement, c->m.statement.data, c->m.statement.size);
    c->statement_size = c->m.statement.size;
    client_proof(c, &keys, &proof);
    return ask(c, &proof, MESSAGE_OWNER_VIEW);
}

static enum end deploy(struct client *c, uint8_t workload[32])
{
    static const uint8_t args[] = {0x82, 0x41, 'p', 0x45, 'h', 'e', 'l', 'l', 'o'};
    static const uint8_t env[] = {0x81, 0x82, 0x44, 'N', 'A', 'M', 'E', 0x45, 'A', 'l', 'i', 'c', 'e'};
    struct deploy d = client_deploy_of(program);
    d.args = span_of(args, sizeof args);
    d.env = span_of(env, sizeof env);
    enum end end = ask(c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = d}, MESSAGE_CONTINUE);
    for (size_t at = 0; end == WHOLE && at < program.size; at += MESSAGE_DATA_MAX) {
        size_t part = program.size - at < MESSAGE_DATA_MAX ? program.size - at : MESSAGE_DATA_MAX;
        client_send(c, &(struct message){.type = MESSAGE_DATA, .bytes = span_of(program.data + at, part)});
    }
    if (end == WHOLE)
        end = answer(c, MESSAGE_WORKLOAD);
    if (end == WHOLE)
        memcpy(workload, c->m.workload, 32);
    return end;
}

static struct message named(const uint8_t workload[32], enum message_type type)
{
    /* secret-files = [["/secret", "hush", 0600]] */
    static const uint8_t env[] = {0x80};
    static const uint8_t files[] = {0x81, 0x83, 0x67, '/', 's', 'e', 'c',  'r', 'e',
                                    't',  0x44, 'h',  'u', 's', 'h', 0x19, 1,   0x80};
    struct message m = {.type = type, .attach = true, .path = SPAN_LITERAL("/")};
    m.env = span_of(env, sizeof env);
    m.files = span_of(files, sizeof files);
    memcpy(m.workload, workload, 32);
    return m;
}

static enum end run(struct client *c, const uint8_t workload[32])
{
    struct message secrets = named(workload, MESSAGE_SECRETS), start = named(workload, MESSAGE_START),
                   cp = named(workload, MESSAGE_CP);
    enum end end = ask(c, &secrets, MESSAGE_OK);
    if (end == WHOLE)
        end = ask(c, &start, MESSAGE_RUNNING);
    if (end == WHOLE)
        end = answer(c, MESSAGE_ATTACHED);
    if (end != WHOLE)
        return end;
    int got;
    while ((got = client_receive(c)) == MESSAGE_OUTPUT)
        ;
    if (got != MESSAGE_EXIT)
        return not_as_asked(c, got);
    bool whole = c->m.exit.kind == EXIT_EXIT && c->m.exit.code == 0;
    if (!whole && c->m.exit.text.size == 0 && c->m.exit.kind != EXIT_EXIT)
        return WRONG;
    end = ask(c, &cp, MESSAGE_DIRECTORY);
    return end == WHOLE && !whole ? FAILED_RUN : end;
}

static bool delivered(void *context)
{
    const struct host_end *host = context;
    const enum outbox_phase phase = host->keep->program.outbox.phase;
    return host->outbox || phase == OUTBOX_LOST;
}

/* A second session after the fault: whatever happened, the Keep serves on. */
static bool still_there(struct host_end *host)
{
    struct client c;
    bool served = client_connect(&c, host, NULL) == 0 && client_attest(&c, 3);
    client_free(&c);
    return served;
}

/* One life; the blocks that it left behind go to *left. */
static enum end life(unsigned long failing, long *left)
{
    struct host_end host;
    struct client c;
    uint8_t workload[32];
    long before = live;
    calls = 0;
    fails = failing;
    armed = true;
    host_start(&host, NULL, MEMORY);
    host.deadline_ms = 20000;
    enum end end = own(&c, &host);
    if (end == WHOLE)
        end = deploy(&c, workload);
    if (end == WHOLE)
        end = run(&c, workload);
    if ((end == WHOLE || end == FAILED_RUN) && !host_pump_until(&host, delivered, &host))
        end = host.gone ? GONE : HUNG;
    armed = false;
    if (host.gone ? host.status != KEEP_ENOMEM && host.status != KEEP_ECRYPTO : !still_there(&host)) {
        fprintf(stderr, "# %s, then status %d\n", end_name[end], host.status);
        end = WRONG;
    }
    client_free(&c);
    host_stop(&host);
    *left = live - before;
    return end;
}

/* ---- every n ---- */

/* In a process of its own: how it ended; or 100 and more, if it crashed. */
static int life_apart(unsigned long failing, bool *hit)
{
    int status, ends[2], report[3] = {WRONG, 0, 0};
    if (pipe(ends) != 0)
        abort();
    pid_t pid = fork();
    if (pid == 0) {
        long left;
        report[0] = (int)life(failing, &left);
        report[1] = (int)left;
        report[2] = calls >= failing;
        _exit(write(ends[1], report, sizeof report) != sizeof report);
    }
    close(ends[1]);
    bool told = read(ends[0], report, sizeof report) == sizeof report;
    close(ends[0]);
    if (waitpid(pid, &status, 0) != pid || !told || status != 0)
        return 100;
    /* Mbed TLS 3.6 forgets one key when a handshake has no memory for the second of a pair. */
    if (report[1] != 0 && !(report[1] == 1 && report[0] == CLOSED))
        fail_msg("allocation %lu: %s, and %d blocks are left", failing, end_name[report[0]], report[1]);
    *hit = report[2];
    return report[0];
}

static void every_failing_allocation_is_a_precise_error_without_leak(void **state)
{
    (void)state;
    unsigned long step = getenv("CASEMATE_SOAK") ? 1 : 97, n = 1;
    unsigned seen[WRONG + 1] = {0};
    long left = -1;
    /* What the library of cryptography keeps for the next time is no leak: a whole life comes first. */
    assert_int_equal(life(0, &left), WHOLE);
    assert_int_equal(life(0, &left), WHOLE);
    assert_int_equal(left, 0);
    for (bool hit = true; hit; n += step) {
        int end = life_apart(n, &hit);
        if (end >= HUNG)
            fail_msg("allocation %lu: %s", n, end >= 100 ? "crashed" : end_name[end]);
        seen[end]++;
        if (!hit)
            assert_int_equal(end, WHOLE);
    }
    print_message("# %lu allocations, every %lu: ", n - 1, step);
    for (int i = 0; i <= FAILED_RUN; i++)
        print_message("%u %s%s", seen[i], end_name[i], i < FAILED_RUN ? ", " : "\n");
    assert_true(seen[GONE] && seen[CLOSED] && seen[REFUSED]);
}

int main(void)
{
    static uint8_t bytes[1 << 20];
    const char *path = getenv("CASEMATE_TEST_PROGRAM");
    FILE *f = path ? fopen(path, "rb") : NULL;
    if (!f || psa_crypto_init() != PSA_SUCCESS)
        return 1;
    program = span_of(bytes, fread(bytes, 1, sizeof bytes, f));
    (void)fclose(f);
    owner_keys_make(&keys);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failing_allocation_is_a_precise_error_without_leak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
