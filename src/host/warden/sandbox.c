/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of the sandbox that every kernel has. */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "outbox_store.h"

enum { WARDEN_DESCRIPTORS = 64, WARDEN_ADDRESS_SPACE = 256 << 20 };

static int failed(struct casemate_error *err, const char *step)
{
    return casemate_fail_errno(err, E_SANDBOX, "The warden's sandbox: cannot %s", step);
}

static int set_limits(const struct rlimit *limit, const int *which, size_t count, struct casemate_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (setrlimit((__rlimit_resource_t)which[i], limit) < 0)
            return failed(err, "set a resource limit");
    return 0;
}

int sandbox_limits_none(struct casemate_error *err)
{
    static const int none[] = {RLIMIT_CORE, RLIMIT_MSGQUEUE, RLIMIT_MEMLOCK};
    const struct rlimit zero = {0, 0};
    return set_limits(&zero, none, sizeof none / sizeof none[0], err);
}

int sandbox_limits_begin(struct casemate_error *err)
{
    static const int descriptors[] = {RLIMIT_NOFILE};
    const struct rlimit few = {WARDEN_DESCRIPTORS, WARDEN_DESCRIPTORS};
    return sandbox_limits_none(err) < 0 ? -1 : set_limits(&few, descriptors, 1, err);
}

int sandbox_limits_finish(struct casemate_error *err)
{
    static const int processes[] = {RLIMIT_NPROC};
    static const int file[] = {RLIMIT_FSIZE};
    static const int memory[] = {RLIMIT_AS};
    const struct rlimit zero = {0, 0}, outbox = {OUTBOX_STORE_SIZE_MAX, OUTBOX_STORE_SIZE_MAX},
                        space = {WARDEN_ADDRESS_SPACE, WARDEN_ADDRESS_SPACE};
    if (set_limits(&zero, processes, 1, err) < 0 || set_limits(&outbox, file, 1, err) < 0)
        return -1;
#ifdef SANDBOX_SANITIZED
    (void)memory;
    (void)space;
    return 0;
#else
    return set_limits(&space, memory, 1, err);
#endif
}

int sandbox_descriptors(int first_fd, int last_fd, struct casemate_error *err)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0)
        return failed(err, "open /dev/null");
    for (int fd = 0; fd <= 2; fd++)
        if (dup2(null, fd) < 0)
            return failed(err, "close the standard descriptors");
    if ((first_fd > 3 && close_range(3, (unsigned)first_fd - 1, 0) < 0) ||
        close_range((unsigned)last_fd + 1, ~0u, 0) < 0)
        return failed(err, "close inherited descriptors");
    return 0;
}

static int reset_signals(struct casemate_error *err)
{
    sigset_t none;
    (void)sigemptyset(&none);
    for (int number = 1; number < NSIG; number++)
        (void)sigaction(number, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    (void)sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    (void)sigaction(SIGXFSZ, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    return sigprocmask(SIG_SETMASK, &none, NULL) < 0 ? failed(err, "reset the signal mask") : 0;
}

int sandbox_begin(struct sandbox *s, int first_fd, int last_fd, struct casemate_error *err)
{
    *s = (struct sandbox){0};
    (void)umask(0077);
    if (sandbox_descriptors(first_fd, last_fd, err) < 0 || reset_signals(err) < 0 ||
        sandbox_limits_begin(err) < 0)
        return -1;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return failed(err, "give up new privileges");
    /* Before the process stops being dumpable: its own files in /proc then belong to root. */
    sandbox_namespaces(s);
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return failed(err, "become undumpable");
    /* Last: a change of credentials clears it. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        return failed(err, "ask to be killed with casemated");
    return 0;
}

int sandbox_capabilities(struct casemate_error *err)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    /* Fails with EPERM for who has none to give up, and with EINVAL past the last one. */
    for (int capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; capability++)
        ;
    if (syscall(SYS_capset, &header, none) < 0)
        return failed(err, "drop capabilities");
    return 0;
}

int sandbox_finish(struct sandbox *s, int folder, const char *path, const int *syscalls,
                   struct casemate_error *err)
{
    if (s->mount_namespace)
        sandbox_root(s, path);
    sandbox_landlock(s, folder);
    if (sandbox_capabilities(err) < 0 || sandbox_limits_finish(err) < 0 ||
        sandbox_syscalls(sandbox_rules, sandbox_rule_count, folder, syscalls, err) < 0)
        return -1;
    buffer_append_text(&s->report, "no new privileges, no capabilities, limits, seccomp");
    return 0;
}
