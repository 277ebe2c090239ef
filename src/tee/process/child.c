/* SPDX-License-Identifier: Apache-2.0 */
/* Between fork and exec: the Keep gets one descriptor, hard limits, and only the system calls that its image
 * declares. The image closes its own, narrower filter as well; this one holds for an image that does not. */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "process.h"

/* Where the descriptors stand while there is more than the portal. */
enum { FD_PORTAL = 0, FD_IMAGE = 1, FD_REPORT = 2, FD_FIRST_FREE = 3, FD_PARKED = 10 };

/* Memory of the image itself: code, data, stack, what the Keep needs before and beside what it may commit. */
enum { IMAGE_MEMORY = 64 << 20 };

/* What src/shim/process declares that it calls, and the exec that starts it. */
static const int keep_calls[] = {
    SYS_read,      SYS_write,         SYS_ppoll,        SYS_mmap,         SYS_munmap,
    SYS_mprotect,  SYS_madvise,       SYS_rt_sigaction, SYS_rt_sigreturn, SYS_sigaltstack,
    SYS_getrandom, SYS_clock_gettime, SYS_exit_group,   SYS_prctl,        SYS_execveat,
};

static bool limit(int which, uint64_t most)
{
    const struct rlimit both = {most, most};
    return setrlimit((__rlimit_resource_t)which, &both) == 0;
}

/* A warden with a sanitizer, for tests, could not get this far: the sanitizer's shadow counts as data. */
static bool limit_memory(uint64_t memory)
{
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
    return memory > 0;
#endif
#endif
    return limit(RLIMIT_DATA, memory + IMAGE_MEMORY);
}

static bool set_limits(uint64_t memory)
{
    return limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_MEMLOCK, 0) &&
           limit(RLIMIT_NPROC, 0) && limit_memory(memory) && limit(RLIMIT_NOFILE, 1);
}

/* The three descriptors to their places, whatever numbers they have now. */
static bool place_descriptors(int image, int portal, int report)
{
    int parked[3] = {fcntl(portal, F_DUPFD, FD_PARKED), fcntl(image, F_DUPFD, FD_PARKED),
                     fcntl(report, F_DUPFD, FD_PARKED)};
    return parked[0] >= 0 && parked[1] >= 0 && parked[2] >= 0 && dup3(parked[0], FD_PORTAL, 0) >= 0 &&
           dup3(parked[1], FD_IMAGE, O_CLOEXEC) >= 0 && dup3(parked[2], FD_REPORT, O_CLOEXEC) >= 0 &&
           close_range(FD_FIRST_FREE, ~0u, 0) == 0;
}

static bool close_filter(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int error = filter ? seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) : -ENOMEM;
    for (size_t i = 0; error == 0 && i < sizeof keep_calls / sizeof keep_calls[0]; i++)
        error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, keep_calls[i], 0);
    if (error == 0)
        error = seccomp_load(filter);
    errno = -error;
    return error == 0;
}

static void reset_signals(void)
{
    sigset_t none;
    (void)sigemptyset(&none);
    for (int number = 1; number < NSIG; number++)
        (void)sigaction(number, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn void process_child(int image, int portal, int report, uint64_t memory)
{
    char *const nothing[] = {NULL};
    reset_signals();
    if (place_descriptors(image, portal, report)) {
        report = FD_REPORT;
        if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
            set_limits(memory) && close_filter())
            (void)syscall(SYS_execveat, FD_IMAGE, "", nothing, nothing, AT_EMPTY_PATH);
    }
    int error = errno;
    (void)!write(report, &error, sizeof error);
    _exit(127);
}
