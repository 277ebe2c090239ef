/* SPDX-License-Identifier: Apache-2.0 */
/* System calls of the process TEE: the one file with the instruction. Linux x86-64: number in rax, arguments
 * in rdi, rsi, rdx, r10, r8, r9; rcx and r11 are lost (System V ABI, AMD64 supplement, A.2.1). */
#include "process.h"

static long call(long number, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d, uintptr_t e)
{
    register uintptr_t r10 __asm__("r10") = d;
    register uintptr_t r8 __asm__("r8") = e;
    register uintptr_t r9 __asm__("r9") = 0;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

long sys_read(int fd, void *to, size_t size)
{
    return call(SYS_READ, (uintptr_t)fd, (uintptr_t)to, size, 0, 0);
}

long sys_write(int fd, const void *from, size_t size)
{
    return call(SYS_WRITE, (uintptr_t)fd, (uintptr_t)from, size, 0, 0);
}

long sys_ppoll(struct sys_pollfd *set, unsigned count, const struct sys_timespec *timeout)
{
    return call(SYS_PPOLL, (uintptr_t)set, count, (uintptr_t)timeout, 0, 8);
}

/* The sixth argument (offset) is 0 as call() leaves it, the fifth is the descriptor of an anonymous mapping.
 */
long sys_mmap(uintptr_t at, size_t size, int protection, int flags)
{
    return call(SYS_MMAP, at, size, (uintptr_t)protection, (uintptr_t)flags, (uintptr_t)-1);
}

long sys_mprotect(uintptr_t at, size_t size, int protection)
{
    return call(SYS_MPROTECT, at, size, (uintptr_t)protection, 0, 0);
}

long sys_madvise(uintptr_t at, size_t size, int advice)
{
    return call(SYS_MADVISE, at, size, (uintptr_t)advice, 0, 0);
}

long sys_getrandom(void *to, size_t size)
{
    return call(SYS_GETRANDOM, (uintptr_t)to, size, 0, 0, 0);
}

long sys_clock_gettime(int clock, struct sys_timespec *time)
{
    return call(SYS_CLOCK_GETTIME, (uintptr_t)clock, (uintptr_t)time, 0, 0, 0);
}

long sys_sigaltstack(const struct sys_signal_stack *stack)
{
    return call(SYS_SIGALTSTACK, (uintptr_t)stack, 0, 0, 0, 0);
}

long sys_sigaction(int signal, const struct sys_signal_action *action)
{
    return call(SYS_RT_SIGACTION, (uintptr_t)signal, (uintptr_t)action, 0, sizeof action->mask, 0);
}

/* Runs with rsp at the kernel's signal frame, so it may not have a prologue. */
__attribute__((naked)) void sys_signal_restorer(void)
{
    __asm__ volatile("movl $15, %eax\n\t" /* SYS_RT_SIGRETURN */
                     "syscall\n\t"
                     "ud2");
}

long sys_prctl(int option, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d)
{
    return call(SYS_PRCTL, (uintptr_t)option, a, b, c, d);
}

_Noreturn void sys_exit_group(int status)
{
    for (;;)
        call(SYS_EXIT_GROUP, (uintptr_t)status, 0, 0, 0, 0);
}
