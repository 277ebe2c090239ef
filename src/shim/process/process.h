/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the shim of the process TEE (development only: nothing but the kernel isolates this Keep).
 *
 * What the warden owes this image. It is exec'd with
 *   - descriptor 0: the portal, one end of a stream socket pair (AF_UNIX), with O_NONBLOCK set;
 *   - no other descriptor, and nothing of meaning in argv or the environment: none of it is read;
 *   - room for PROCESS_RESERVATION_SIZE twice in its address space: no RLIMIT_AS below that. What it may
 *     really use is bounded by the boot record, and by RLIMIT_DATA or a cgroup where the host wants to be
 *     sure.
 * Before its own filter closes it calls, once each: mmap, mprotect, sigaltstack, rt_sigaction (five times),
 * prctl (three times). After it: the calls in the table of filter.c. Its exit status is 0, or the positive
 * number of the keep_error that it halted with. */
#ifndef CASEMATE_SHIM_PROCESS_H
#define CASEMATE_SHIM_PROCESS_H

#include "../shim.h"

#define PROCESS_PAGE_SIZE 4096u

/* One reservation at a fixed address, so that the filter can hold the memory calls to it. The guard behind it
 * is as large, so that no range that begins inside reaches memory of anyone else. Both have their size in the
 * upper halves of their addresses, which is what a filter can compare. */
#define PROCESS_RESERVATION_BASE 0x200000000000u
#define PROCESS_RESERVATION_SIZE 0x1000000000u /* 64 GiB */
#define PROCESS_PAGES            (PROCESS_RESERVATION_SIZE / PROCESS_PAGE_SIZE)

enum { PROCESS_PORTAL = 0 };

/* ---- syscall.c: the one file of system calls; each returns what the kernel returns, -errno included ---- */

long sys_read(int fd, void *to, size_t size);
long sys_write(int fd, const void *from, size_t size);
struct sys_pollfd {
    int32_t fd;
    int16_t events, returned;
};
struct sys_timespec {
    int64_t seconds, nanoseconds;
};
long sys_ppoll(struct sys_pollfd *set, unsigned count, const struct sys_timespec *timeout);
long sys_mmap(uintptr_t at, size_t size, int protection, int flags);
long sys_mprotect(uintptr_t at, size_t size, int protection);
long sys_madvise(uintptr_t at, size_t size, int advice);
long sys_getrandom(void *to, size_t size);
long sys_clock_gettime(int clock, struct sys_timespec *time);
struct sys_signal_stack {
    void *base;
    int32_t flags, pad;
    size_t size;
};
long sys_sigaltstack(const struct sys_signal_stack *stack);
struct sys_signal_action {
    void (*handler)(int signal, void *information, void *context);
    uint64_t flags;
    void (*restorer)(void);
    uint64_t mask;
};
long sys_sigaction(int signal, const struct sys_signal_action *action);
/* Where a signal handler returns to. */
void sys_signal_restorer(void);
long sys_prctl(int option, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d);
_Noreturn void sys_exit_group(int status);

/* Linux's names and numbers (include/uapi). */
enum {
    SYS_READ = 0,
    SYS_WRITE = 1,
    SYS_MMAP = 9,
    SYS_MPROTECT = 10,
    SYS_RT_SIGACTION = 13,
    SYS_RT_SIGRETURN = 15,
    SYS_MADVISE = 28,
    SYS_SIGALTSTACK = 131,
    SYS_PRCTL = 157,
    SYS_CLOCK_GETTIME = 228,
    SYS_EXIT_GROUP = 231,
    SYS_PPOLL = 271,
    SYS_GETRANDOM = 318,

    LINUX_EINTR = 4,
    LINUX_EAGAIN = 11,

    LINUX_PROT_NONE = 0,
    LINUX_PROT_READ = 1,
    LINUX_PROT_WRITE = 2,
    LINUX_MAP_PRIVATE = 0x02,
    LINUX_MAP_ANONYMOUS = 0x20,
    LINUX_MAP_NORESERVE = 0x4000,
    LINUX_MAP_FIXED_NOREPLACE = 0x100000,
    LINUX_MADV_DONTNEED = 4,

    LINUX_POLLIN = 1,
    LINUX_POLLOUT = 4,
    LINUX_CLOCK_REALTIME = 0,
    LINUX_CLOCK_MONOTONIC = 1,
};

/* ---- the parts, in the order in which process_start() calls them ---- */

_Noreturn void process_start(void);
int process_memory_init(void);    /* memory.c: the reservation */
int process_signals_init(void);   /* signals.c: faults end the Keep, or go to the one handler */
int process_filter_install(void); /* filter.c: from here on the calls of its table and no others */
/* Gives all of the reservation back at once, so that nothing of it outlives a halt. */
void process_memory_drop(void);

#endif
