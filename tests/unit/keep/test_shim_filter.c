/* SPDX-License-Identifier: Apache-2.0 */
/* The seccomp filter of the process shim: what it allows, with which arguments, and that everything else ends
 * the process. Each case is a child with the real filter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../src/shim/process/process.h"

enum { DONE = 42 };

_Noreturn void shim_exit(int reason)
{
    sys_exit_group(-reason);
}

struct call {
    long number;
    unsigned long a, b, c;
};

/* Not through a function that never returns: before those the address sanitizer makes system calls of its
 * own. */
static void done(void)
{
    (void)syscall(SYS_exit_group, DONE);
}

/* In a child: the reservation, the filter, the call. True if the child lived to say so. */
static bool survives(const struct call *call)
{
    pid_t pid = fork();
    if (pid == 0) {
        if (process_memory_init() != 0 || process_filter_install() != 0)
            _exit(1);
        if (call)
            (void)syscall(call->number, call->a, call->b, call->c, 0, 0, 0);
        done();
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == DONE)
        return true;
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSYS);
    return false;
}

#define BASE PROCESS_RESERVATION_BASE
#define SIZE PROCESS_RESERVATION_SIZE

static void what_the_keep_needs_is_allowed(void **state)
{
    (void)state;
    static const struct call needed[] = {
        {SYS_read, 0, 0, 0},
        {SYS_write, 0, 0, 0},
        {SYS_ppoll, 0, 1, 0},
        {SYS_mprotect, BASE, 4096, PROT_READ | PROT_WRITE},
        {SYS_mprotect, BASE, 4096, PROT_NONE},
        {SYS_mprotect, BASE + SIZE - 4096, 4096, PROT_READ},
        {SYS_madvise, BASE, SIZE / 2, MADV_DONTNEED},
        {SYS_madvise, BASE + SIZE / 2, SIZE / 2, MADV_DONTNEED},
        {SYS_getrandom, 0, 0, 0},
        {SYS_clock_gettime, 1, 0, 0},
    };
    assert_true(survives(NULL));
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!survives(&needed[i]))
            fail_msg("call %ld (case %zu) was refused", needed[i].number, i);
}

static void other_arguments_end_the_process(void **state)
{
    (void)state;
    static const struct call wrong[] = {
        {SYS_read, 1, 0, 0},
        {SYS_read, 1ul << 32, 0, 0},
        {SYS_write, 2, 0, 0},
        {SYS_write, ~0ul, 0, 0},
        {SYS_ppoll, 0, 2, 0},
        {SYS_ppoll, 0, 0, 0},
        {SYS_ppoll, 0, (1ul << 32) + 1, 0},
        {SYS_mprotect, BASE - 4096, 4096, PROT_READ},
        {SYS_mprotect, BASE + SIZE, 4096, PROT_READ},
        {SYS_mprotect, 0x400000, 4096, PROT_READ | PROT_WRITE},
        {SYS_mprotect, BASE, SIZE, PROT_READ},
        {SYS_mprotect, BASE, ~0ul, PROT_READ},
        {SYS_mprotect, BASE, 4096, PROT_EXEC},
        {SYS_mprotect, BASE, 4096, PROT_READ | PROT_EXEC},
        {SYS_mprotect, BASE, 4096, PROT_READ | PROT_WRITE | PROT_EXEC},
        {SYS_mprotect, BASE, 4096, PROT_WRITE},
        {SYS_mprotect, BASE, 4096, PROT_READ | PROT_GROWSDOWN},
        {SYS_mprotect, BASE, 4096, 1ul << 32},
        {SYS_madvise, BASE, 4096, MADV_FREE},
        {SYS_madvise, BASE, 4096, MADV_DODUMP},
        {SYS_madvise, BASE - 4096, 4096, MADV_DONTNEED},
        {SYS_madvise, BASE, SIZE, MADV_DONTNEED},
        {SYS_madvise, 0x400000, 4096, MADV_DONTNEED},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (survives(&wrong[i]))
            fail_msg("call %ld (case %zu) was allowed", wrong[i].number, i);
}

static bool has_a_rule(long number)
{
    static const long rules[] = {SYS_read,      SYS_write,         SYS_ppoll,
                                 SYS_mprotect,  SYS_madvise,       SYS_rt_sigreturn,
                                 SYS_getrandom, SYS_clock_gettime, SYS_exit_group};
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i] == number)
            return true;
    return false;
}

/* uretprobe and uprobe: newer kernels pass them by every filter, for they do nothing outside of a trampoline
 * that the kernel itself made (Linux, kernel/seccomp.c). */
static bool kernel_exempts(long number)
{
    return number == 335 || number == 336;
}

static void every_other_system_call_ends_the_process(void **state)
{
    (void)state;
    for (long number = 0; number < 512; number++)
        if (!kernel_exempts(number) && !has_a_rule(number) && survives(&(struct call){.number = number}))
            fail_msg("call %ld was allowed", number);
    /* The x32 numbers of what is allowed. */
    for (long number = 0; number < 512; number++)
        if (has_a_rule(number) && survives(&(struct call){.number = number | 0x40000000}))
            fail_msg("call %ld of x32 was allowed", number);
}

static void the_filter_cannot_be_changed(void **state)
{
    (void)state;
    assert_false(survives(&(struct call){SYS_prctl, 22, 2, 0}));
    assert_false(survives(&(struct call){SYS_seccomp, 1, 0, 0}));
}

/* int $0x80 enters the kernel with i386's numbers: 1 is exit there and write here. */
static void the_entry_for_32_bit_programs_ends_the_process(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        if (process_memory_init() != 0 || process_filter_install() != 0)
            _exit(1);
        __asm__ volatile("int $0x80" : : "a"(20) : "memory", "r8", "r9", "r10", "r11");
        done();
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_keep_needs_is_allowed),
        cmocka_unit_test(other_arguments_end_the_process),
        cmocka_unit_test(every_other_system_call_ends_the_process),
        cmocka_unit_test(the_filter_cannot_be_changed),
        cmocka_unit_test(the_entry_for_32_bit_programs_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
