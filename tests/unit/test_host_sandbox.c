/* SPDX-License-Identifier: Apache-2.0 */
/* The warden's sandbox, and the front's, with this program in their place: every system call that is not on
 * the list kills, and those on it are let through only as the list says (row 9 of the warden's promises in
 * docs/threat-model.md). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <psa/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/host/front/front_sandbox.h"
#include "../../src/host/warden/sandbox.h"
#include "../../src/tee/process/process.h"

/* The last two go past any filter (kernel/seccomp.c): they belong to the kernel's own probes, and without one
 * they do nothing. */
enum {
    SYSTEM_CALLS = 470,
    URETPROBE = 335,
    UPROBE = 336,
    X32 = 0x40000000,
    NOT_KILLED = 42,
    NO_SANDBOX = 43
};

static bool is_listed(const struct sandbox_rule *rules, unsigned count, const int *more, int number)
{
    for (unsigned i = 0; i < count; i++)
        if (rules[i].number == number)
            return true;
    for (; more && *more != -1; more++)
        if (*more == number)
            return true;
    for (more = sandbox_sanitizer_calls; more && *more != -1; more++)
        if (*more == number)
            return true;
    return false;
}

/* In a child, in the sandbox: how it ends. */
static int run_inside(const struct sandbox_rule *rules, unsigned count, const int *more, void (*act)(long),
                      long argument)
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit none = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &none);
        if (sandbox_syscalls(rules, count, 7, more, NULL) < 0)
            _exit(NO_SANDBOX);
        act(argument);
        _exit(NOT_KILLED);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static bool was_killed(int status)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

static void plain_call(long number)
{
    (void)syscall(number, -1, 0, 0, 0, 0, 0);
}

static void every_other_call_kills(const struct sandbox_rule *rules, unsigned count, const int *more)
{
    for (int number = 0; number < SYSTEM_CALLS; number++) {
        if (is_listed(rules, count, more, number) || number == URETPROBE || number == UPROBE)
            continue;
        int status = run_inside(rules, count, more, plain_call, number);
        if (!was_killed(status))
            fail_msg("system call %d did not kill: status %#x", number, (unsigned)status);
    }
}

/* row 59 */
static void every_call_outside_the_wardens_list_kills(void **state)
{
    (void)state;
    every_other_call_kills(sandbox_rules, sandbox_rule_count, process_tee.syscalls);
}

static void every_call_outside_the_fronts_list_kills(void **state)
{
    (void)state;
    every_other_call_kills(front_rules, front_rule_count, NULL);
}

static void calls_of_another_convention_kill(void **state)
{
    (void)state;
    assert_true(was_killed(run_inside(sandbox_rules, sandbox_rule_count, NULL, plain_call, X32 | SYS_close)));
    assert_true(was_killed(run_inside(sandbox_rules, sandbox_rule_count, NULL, plain_call, X32 | SYS_write)));
}

/* ---- conditions ---- */

static void open_elsewhere(long folder)
{
    (void)syscall(SYS_openat, folder, "outbox.new", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                  0600);
}

static void open_otherwise(long flags)
{
    (void)syscall(SYS_openat, 7, "outbox.new", flags, 0600);
}

static void rename_from(long folder)
{
    (void)syscall(SYS_renameat, folder, "a", 7, "b");
}

static void rename_to(long folder)
{
    (void)syscall(SYS_renameat, 7, "a", folder, "b");
}

static void unlink_in(long folder)
{
    (void)syscall(SYS_unlinkat, folder, "a", 0);
}

static bool inside_kills(void (*act)(long), long argument)
{
    return was_killed(run_inside(sandbox_rules, sandbox_rule_count, NULL, act, argument));
}

static void files_outside_the_keeps_folder_kill(void **state)
{
    (void)state;
    assert_true(inside_kills(open_elsewhere, AT_FDCWD));
    assert_true(inside_kills(open_elsewhere, 8));
    assert_true(inside_kills(rename_from, AT_FDCWD));
    assert_true(inside_kills(rename_to, AT_FDCWD));
    assert_true(inside_kills(unlink_in, AT_FDCWD));
    assert_false(inside_kills(open_elsewhere, 7));
    assert_false(inside_kills(rename_from, 7));
    assert_false(inside_kills(unlink_in, 7));
}

static void opening_in_any_other_way_kills(void **state)
{
    static const int others[] = {O_RDONLY, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                 O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
                                 O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_TRUNC};
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_true(inside_kills(open_otherwise, others[i]));
}

static void every_rule_has_its_reason_and_stands_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sandbox_rule_count; i++) {
        assert_true(strlen(sandbox_rules[i].reason) > 6);
        for (unsigned k = 0; k < i; k++)
            assert_int_not_equal(sandbox_rules[i].number, sandbox_rules[k].number);
    }
    for (unsigned i = 0; i < front_rule_count; i++)
        for (unsigned k = 0; k < i; k++)
            assert_int_not_equal(front_rules[i].number, front_rules[k].number);
}

/* ---- rules that are rarely needed ---- */

static void draw_numbers(long count)
{
    uint8_t byte;
    for (long i = 0; i < count; i++)
        if (psa_generate_random(&byte, 1) != PSA_SUCCESS)
            _exit(1);
}

/* After 10,000 requests the generator behind signatures asks the kernel for a new seed: without the rule a
 * Keep that is attested often would lose its warden. */
static void the_generator_seeds_itself_anew_within_the_list(void **state)
{
    static const int without[] = {SYS_getpid, -1};
    (void)state;
    assert_int_equal(psa_crypto_init(), PSA_SUCCESS);
    int status = run_inside(sandbox_rules, sandbox_rule_count, process_tee.syscalls, draw_numbers, 10010);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == NOT_KILLED);
    assert_true(was_killed(run_inside(sandbox_rules, sandbox_rule_count, without, draw_numbers, 10010)));
}

/* ---- the whole of it ---- */

static bool is_refused(const char *path)
{
    return open(path, O_RDONLY) < 0 && open(path, O_WRONLY | O_CREAT, 0600) < 0;
}

/* The steps but the last, which would end the test's own looks around. */
static int look_around(const char *path, int folder)
{
    struct casemate_error err;
    struct sandbox s;
    char own[4200];
    struct rlimit limit;
    int inside = dup2(folder, 7);
    if (sandbox_begin(&s, 7, 7, &err) < 0 || inside != 7)
        return 1;
    if (s.mount_namespace)
        sandbox_root(&s, path);
    sandbox_landlock(&s, 7);
    if (sandbox_capabilities(&err) < 0 || sandbox_limits_finish(&err) < 0)
        return 2;
    (void)snprintf(own, sizeof own, "%s/inside", path);
    if (!is_refused("/etc/passwd") || !is_refused("/tmp/casemate-sandbox-test") ||
        !is_refused("/proc/self/status"))
        return 3;
    if (openat(7, "outbox.new", O_WRONLY | O_CREAT | O_EXCL, 0600) < 0)
        return 4;
    if (fork() >= 0 && getuid() != 0)
        return 5;
    if (getrlimit(RLIMIT_CORE, &limit) < 0 || limit.rlim_max != 0)
        return 6;
    if (getrlimit(RLIMIT_NPROC, &limit) < 0 || limit.rlim_max != 0)
        return 7;
    return strstr(buffer_text(&s.report), "Landlock") || s.mount_namespace ? 0 : NO_SANDBOX;
}

static void inside_there_is_the_keeps_folder_and_nothing_else(void **state)
{
    char path[] = "/tmp/casemate-sandbox-XXXXXX", file[64];
    int status;
    (void)state;
    assert_non_null(mkdtemp(path));
    int folder = open(path, O_RDONLY | O_DIRECTORY);
    assert_true(folder >= 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(look_around(path, folder));
    assert_int_equal(waitpid(child, &status, 0), child);
    (void)close(folder);
    (void)snprintf(file, sizeof file, "%s/outbox.new", path);
    struct stat st;
    bool made = stat(file, &st) == 0;
    (void)unlink(file);
    (void)rmdir(path);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NO_SANDBOX) {
        print_message("SKIP: this kernel has neither Landlock nor mount namespaces for us\n");
        skip();
    }
    assert_int_equal(status, 0);
    assert_true(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_outside_the_wardens_list_kills),
        cmocka_unit_test(every_call_outside_the_fronts_list_kills),
        cmocka_unit_test(calls_of_another_convention_kill),
        cmocka_unit_test(files_outside_the_keeps_folder_kill),
        cmocka_unit_test(opening_in_any_other_way_kills),
        cmocka_unit_test(the_generator_seeds_itself_anew_within_the_list),
        cmocka_unit_test(every_rule_has_its_reason_and_stands_once),
        cmocka_unit_test(inside_there_is_the_keeps_folder_and_nothing_else),
    };
    return cmocka_run_group_tests_name("host sandbox", tests, NULL, NULL);
}
