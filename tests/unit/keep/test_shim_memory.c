/* SPDX-License-Identifier: Apache-2.0 */
/* Memory and faults of the process shim, with the real system calls. Memory cannot be reserved anew in one
 * process, so that each case goes on where the last one ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../src/shim/process/process.h"

enum { PAGE = 4096 };

static uint8_t *base;

_Noreturn void shim_exit(int reason)
{
    sys_exit_group(-reason);
}

static void nothing_is_committed_before_the_limit_is_known(void **state)
{
    (void)state;
    assert_int_equal(shim_reserve(64 * PAGE, &base), 0);
    assert_int_equal(shim_commit(base, PAGE), KEEP_EORDER);
    assert_int_equal(shim_memory_limit(16 * PAGE), 0);
    assert_int_equal(shim_memory_limit(1 << 30), KEEP_EORDER);
}

static void ranges_that_are_not_pages_of_the_reservation_are_refused(void **state)
{
    (void)state;
    uint8_t local[16], *more;
    assert_int_equal(shim_commit(base, 0), KEEP_ESIZE);
    assert_int_equal(shim_commit(base + 1, PAGE), KEEP_ESIZE);
    assert_int_equal(shim_commit(base, PAGE + 1), KEEP_ESIZE);
    assert_int_equal(shim_commit(base - PAGE, PAGE), KEEP_ESIZE);
    assert_int_equal(shim_commit(base + 63 * PAGE, 2 * PAGE), KEEP_ESIZE);
    assert_int_equal(shim_commit(base, SIZE_MAX & ~(size_t)4095), KEEP_ESIZE);
    assert_int_equal(shim_commit(local, PAGE), KEEP_ESIZE);
    assert_int_equal(shim_decommit(local, PAGE), KEEP_ESIZE);
    assert_int_equal(shim_reserve(0, &more), KEEP_ESIZE);
    assert_int_equal(shim_reserve(PAGE + 1, &more), KEEP_ESIZE);
    assert_int_equal(shim_reserve(PROCESS_RESERVATION_SIZE, &more), KEEP_ENOMEM);
}

static void a_page_is_committed_once(void **state)
{
    (void)state;
    assert_int_equal(shim_commit(base + 2 * PAGE, 3 * PAGE), 0);
    assert_int_equal(shim_commit(base + 2 * PAGE, PAGE), KEEP_EORDER);
    assert_int_equal(shim_commit(base + 4 * PAGE, PAGE), KEEP_EORDER);
    assert_int_equal(shim_commit(base + PAGE, 2 * PAGE), KEEP_EORDER);
    assert_int_equal(shim_commit(base + 4 * PAGE, 2 * PAGE), KEEP_EORDER);
    assert_int_equal(shim_commit(base + PAGE, PAGE), 0);
    assert_int_equal(shim_decommit(base + PAGE, 5 * PAGE), KEEP_EORDER);
    assert_int_equal(shim_decommit(base + PAGE, 4 * PAGE), 0);
    assert_int_equal(shim_decommit(base + PAGE, PAGE), KEEP_EORDER);
}

static void what_is_committed_again_is_zero(void **state)
{
    (void)state;
    assert_int_equal(shim_commit(base, PAGE), 0);
    for (size_t i = 0; i < PAGE; i++)
        assert_int_equal(base[i], 0);
    memset(base, 0xaa, PAGE);
    assert_int_equal(shim_decommit(base, PAGE), 0);
    assert_int_equal(shim_commit(base, PAGE), 0);
    for (size_t i = 0; i < PAGE; i++)
        assert_int_equal(base[i], 0);
    assert_int_equal(shim_decommit(base, PAGE), 0);
}

static void the_sum_is_bounded_by_the_limit(void **state)
{
    (void)state;
    assert_int_equal(shim_commit(base, 17 * PAGE), KEEP_ENOMEM);
    assert_int_equal(shim_commit(base, 16 * PAGE), 0);
    assert_int_equal(shim_commit(base + 16 * PAGE, PAGE), KEEP_ENOMEM);
    assert_int_equal(shim_decommit(base, PAGE), 0);
    assert_int_equal(shim_commit(base + 16 * PAGE, PAGE), 0);
    assert_int_equal(shim_decommit(base + PAGE, 16 * PAGE), 0);
}

static void no_page_becomes_executable(void **state)
{
    (void)state;
    assert_int_equal(shim_commit(base, PAGE), 0);
    assert_int_equal(shim_protect(base, PAGE, SHIM_READ_EXECUTE), KEEP_ENOTSUP);
    assert_int_equal(shim_protect(base, PAGE, SHIM_READ), 0);
    assert_int_equal(shim_protect(base + PAGE, PAGE, SHIM_READ), KEEP_EORDER);
    assert_int_equal(shim_protect(base, PAGE, SHIM_READ_WRITE), 0);
    assert_int_equal(shim_decommit(base, PAGE), 0);
}

/* ---- faults, each in a child ---- */

static int child_status(void (*body)(void))
{
    pid_t pid = fork();
    if (pid == 0) {
        if (process_signals_init() != 0)
            sys_exit_group(99);
        body();
        sys_exit_group(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static void touch(void)
{
    *(volatile uint8_t *)base = 1;
}

static void illegal(void)
{
    __asm__ volatile("ud2");
}

static uintptr_t fault_address;

static void landing(void)
{
    sys_exit_group(fault_address == (uintptr_t)base ? 55 : 56);
}

static bool redirect(struct shim_fault *fault)
{
    fault_address = fault->address;
    *fault->pc = (uintptr_t)landing;
    return true;
}

static bool not_ours(struct shim_fault *fault)
{
    (void)fault;
    return false;
}

static void touch_redirected(void)
{
    shim_on_fault(redirect);
    touch();
}

static void touch_refused(void)
{
    shim_on_fault(not_ours);
    shim_on_fault(redirect); /* set once */
    touch();
}

/* Somebody else sends the signal: it is no fault. */
static void signal_forged(void)
{
    shim_on_fault(redirect);
    (void)kill(getpid(), SIGSEGV);
}

static void a_fault_without_a_handler_halts(void **state)
{
    (void)state;
    assert_int_equal(child_status(touch), -KEEP_EHOST);
    assert_int_equal(child_status(illegal), -KEEP_EHOST);
}

static void a_handler_may_redirect_a_fault_or_refuse_it(void **state)
{
    (void)state;
    assert_int_equal(child_status(touch_redirected), 55);
    assert_int_equal(child_status(touch_refused), -KEEP_EHOST);
}

/* Row 7. */
static void a_forged_fault_never_reaches_the_handler(void **state)
{
    (void)state;
    assert_int_equal(child_status(signal_forged), -KEEP_EHOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_committed_before_the_limit_is_known),
        cmocka_unit_test(ranges_that_are_not_pages_of_the_reservation_are_refused),
        cmocka_unit_test(a_page_is_committed_once),
        cmocka_unit_test(what_is_committed_again_is_zero),
        cmocka_unit_test(the_sum_is_bounded_by_the_limit),
        cmocka_unit_test(no_page_becomes_executable),
        cmocka_unit_test(a_fault_without_a_handler_halts),
        cmocka_unit_test(a_handler_may_redirect_a_fault_or_refuse_it),
        cmocka_unit_test(a_forged_fault_never_reaches_the_handler),
    };
    return process_memory_init() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
