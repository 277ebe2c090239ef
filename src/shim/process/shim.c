/* SPDX-License-Identifier: Apache-2.0 */
/* The shim of the process TEE: start, portal, clocks, end. */
#include "process.h"

extern uint8_t process_stack_guard[];

static const struct shim_identity identity = {.tee = "process", .mode = "process"};

const struct shim_identity *shim_identity(void)
{
    return &identity;
}

_Noreturn void process_start(void)
{
    int error = process_memory_init();
    if (!error && sys_mprotect((uintptr_t)process_stack_guard, PROCESS_PAGE_SIZE, LINUX_PROT_NONE) != 0)
        error = KEEP_ENOMEM;
    if (!error)
        error = process_signals_init();
    if (!error)
        error = process_filter_install();
    if (error)
        sys_exit_group(-error);
    keep_main();
}

/* What the kernel answers to read and write on the portal. */
static int transferred(long n, size_t asked, size_t *count)
{
    if (n == -LINUX_EAGAIN || n == -LINUX_EINTR)
        return KEEP_EAGAIN;
    if (n <= 0)
        return KEEP_ECLOSED;
    if ((size_t)n > asked)
        shim_exit(KEEP_EHOST);
    *count = (size_t)n;
    return 0;
}

int shim_send(const uint8_t *bytes, size_t size, size_t *sent)
{
    *sent = 0;
    return size == 0 ? 0 : transferred(sys_write(PROCESS_PORTAL, bytes, size), size, sent);
}

int shim_receive(uint8_t *bytes, size_t capacity, size_t *received)
{
    *received = 0;
    return capacity == 0 ? 0 : transferred(sys_read(PROCESS_PORTAL, bytes, capacity), capacity, received);
}

int shim_wait(unsigned wanted, uint64_t deadline)
{
    enum { SECOND = 1000000000 };
    struct sys_pollfd portal = {.fd = PROCESS_PORTAL};
    struct sys_timespec left, *timeout = NULL;
    if (wanted & SHIM_WAKE_RECEIVE)
        portal.events |= LINUX_POLLIN;
    if (wanted & SHIM_WAKE_SEND)
        portal.events |= LINUX_POLLOUT;
    if (deadline != UINT64_MAX) {
        uint64_t now = shim_time(), wait = deadline > now ? deadline - now : 0;
        left = (struct sys_timespec){(int64_t)(wait / SECOND), (int64_t)(wait % SECOND)};
        timeout = &left;
    }
    (void)sys_ppoll(&portal, 1, timeout);
    return 0;
}

static uint64_t clock_read(int clock)
{
    struct sys_timespec t;
    if (sys_clock_gettime(clock, &t) != 0 || t.seconds < 0 || t.nanoseconds < 0 || t.nanoseconds > 999999999)
        return 0;
    uint64_t nanoseconds;
    if (__builtin_mul_overflow((uint64_t)t.seconds, (uint64_t)1000000000, &nanoseconds) ||
        __builtin_add_overflow(nanoseconds, (uint64_t)t.nanoseconds, &nanoseconds))
        return 0;
    return nanoseconds;
}

uint64_t shim_time(void)
{
    static uint64_t latest;
    uint64_t now = clock_read(LINUX_CLOCK_MONOTONIC);
    if (now > latest)
        latest = now;
    return latest;
}

uint64_t shim_wall_time(void)
{
    return clock_read(LINUX_CLOCK_REALTIME);
}

int shim_sealing_key(uint8_t key[32])
{
    (void)key;
    return KEEP_ENOTSUP;
}

_Noreturn void shim_exit(int reason)
{
    process_memory_drop();
    sys_exit_group(reason < 0 && reason >= -255 ? -reason : 0);
}
