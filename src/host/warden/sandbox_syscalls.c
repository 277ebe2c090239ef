/* SPDX-License-Identifier: Apache-2.0 */
/* The system calls that a warden may make once its Keep runs, each with its reason; any other kills it.
 * A test fails on a row that nothing needs, and another makes every call that is not here. */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <sys/syscall.h>

#include "sandbox.h"

enum { OUTBOX_FLAGS = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC };

#define RULE(call, why) {.number = SYS_##call, .name = #call, .reason = (why), .flags = -1}
#define FOLDER_RULE(call, why)                                                                               \
    {.number = SYS_##call, .name = #call, .reason = (why), .flags = -1, .in_folder = true}
const struct sandbox_rule sandbox_rules[] = {
    RULE(ppoll, "waits for casemated, the portal and the sessions"),
    RULE(clock_gettime, "idle times and deadlines"),
    RULE(recvmsg, "sessions' sockets arrive from casemated as ancillary data"),
    RULE(sendmsg, "reports to casemated"),
    RULE(recvfrom, "bytes of sessions and of the portal"),
    RULE(sendto, "bytes to sessions and to the portal"),
    RULE(shutdown, "ends a session's stream that casemated's HTTP server still holds"),
    RULE(close, "sessions that are over; the outbox"),
    {.number = SYS_openat,
     .name = "openat",
     .reason = "the new outbox, in the Keep's folder, exactly so",
     .flags = OUTBOX_FLAGS,
     .in_folder = true},
    RULE(write, "the outbox"),
    RULE(fsync, "the outbox and its folder, before its channel is closed"),
    FOLDER_RULE(renameat, "the outbox gets its name when it is whole"),
    FOLDER_RULE(unlinkat, "an outbox that did not become whole"),
    RULE(brk, "memory of the C library's allocator"),
    RULE(exit_group, "the end"),
};
const unsigned sandbox_rule_count = sizeof sandbox_rules / sizeof sandbox_rules[0];

/* The lower half of an argument, which is all that the kernel reads of a descriptor or of flags. */
static struct scmp_arg_cmp equals(unsigned argument, int value)
{
    return (struct scmp_arg_cmp){argument, SCMP_CMP_MASKED_EQ, 0xffffffffu, (unsigned)value};
}

static int allow(scmp_filter_ctx filter, const struct sandbox_rule *rule, int folder)
{
    struct scmp_arg_cmp compare[3];
    unsigned count = 0;
    if (rule->in_folder)
        compare[count++] = equals(0, folder);
    if (rule->number == SYS_renameat)
        compare[count++] = equals(2, folder);
    if (rule->flags != -1)
        compare[count++] = equals(2, rule->flags);
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rule->number, count, compare);
}

#ifdef SANDBOX_SANITIZED
/* What the runtime of the sanitizers calls. A product has none of it. */
static const int sanitizer_calls[] = {
    SYS_mmap,
    SYS_munmap,
    SYS_mprotect,
    SYS_madvise,
    SYS_mremap,
    SYS_sigaltstack,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_futex,
    SYS_gettid,
    SYS_getpid,
    SYS_write,
    SYS_readlink,
    SYS_sched_yield,
    SYS_getrusage,
    SYS_prlimit64,
    SYS_tgkill,
    SYS_clock_gettime,
    -1,
};
const int *const sandbox_sanitizer_calls = sanitizer_calls;
#else
const int *const sandbox_sanitizer_calls = NULL;
#endif

static int allow_all(scmp_filter_ctx filter, const int *calls)
{
    int error = 0;
    for (; error == 0 && calls && *calls != -1; calls++) {
        error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, *calls, 0);
        if (error == -EEXIST)
            error = 0;
    }
    return error;
}

static int build(scmp_filter_ctx filter, const struct sandbox_rule *rules, unsigned count, int folder,
                 const int *more)
{
    int error = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    for (unsigned i = 0; error == 0 && i < count; i++)
        error = allow(filter, &rules[i], folder);
    if (error == 0)
        error = allow_all(filter, more);
    if (error == 0)
        error = allow_all(filter, sandbox_sanitizer_calls);
    return error ? error : seccomp_load(filter);
}

int sandbox_syscalls(const struct sandbox_rule *rules, unsigned count, int folder, const int *more,
                     struct casemate_error *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int error = filter ? build(filter, rules, count, folder, more) : -ENOMEM;
    /* What the filter allows is enough to give its memory back. */
    if (filter)
        seccomp_release(filter);
    if (error == 0)
        return 0;
    errno = -error;
    return casemate_fail_errno(err, E_SANDBOX, "The sandbox: cannot install the list of system calls");
}
