/* SPDX-License-Identifier: Apache-2.0 */
/* Acceptance 15, row 28: a random source that fails, starves, repeats or is constant ends the Keep before a
 * byte of it is used. The source is this test. The shim's part is built for this test, which takes its health
 * test away once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/random.h>

#include "../../../src/proto/guard.h"
#include "../../../src/shim/process/process.h"

bool guard_off[GUARD_COUNT];

static jmp_buf halted;
static int reason;
static long (*source)(uint8_t *to, size_t size);
static unsigned calls;

_Noreturn void shim_exit(int why)
{
    reason = why;
    longjmp(halted, 1);
}

long sys_getrandom(void *to, size_t size)
{
    calls++;
    return source(to, size);
}

static long honest(uint8_t *to, size_t size)
{
    return (long)getrandom(to, size, 0);
}
static long fails(uint8_t *to, size_t size)
{
    (void)to;
    (void)size;
    return -38;
}
static long interrupted(uint8_t *to, size_t size)
{
    (void)to;
    (void)size;
    return -LINUX_EINTR;
}
static long empty(uint8_t *to, size_t size)
{
    (void)to;
    (void)size;
    return 0;
}
static long too_many(uint8_t *to, size_t size)
{
    (void)to;
    return (long)size + 1;
}
static long zeros(uint8_t *to, size_t size)
{
    memset(to, 0, size);
    return (long)size;
}
static long ones(uint8_t *to, size_t size)
{
    memset(to, 0xff, size);
    return (long)size;
}
static long repeats_a_word(uint8_t *to, size_t size)
{
    (void)honest(to, size);
    memcpy(to + 104, to + 96, 8);
    return (long)size;
}
static long has_a_zero_word(uint8_t *to, size_t size)
{
    (void)honest(to, size);
    memset(to + 248, 0, 8);
    return (long)size;
}
static long the_same_each_time(uint8_t *to, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)(i * i * 31 + i + 1);
    return (long)size;
}
static long begins_with_the_last_word(uint8_t *to, size_t size)
{
    static uint8_t last[8];
    (void)honest(to, size);
    memcpy(to, last, 8);
    memcpy(last, to + 248, 8);
    return (long)size;
}
static long in_small_pieces(uint8_t *to, size_t size)
{
    return calls % 2 ? -LINUX_EINTR : honest(to, size < 40 ? size : 40);
}

/* True if so many bytes came, false if the Keep halted with KEEP_EENTROPY. */
static bool gives(long (*from)(uint8_t *, size_t), size_t size)
{
    static uint8_t bytes[2048];
    source = from;
    calls = 0;
    if (setjmp(halted) == 0)
        return shim_random(bytes, size) == 0;
    assert_int_equal(reason, KEEP_EENTROPY);
    return false;
}

/* Uses up what is left in the pool, so that the next byte comes from the source. */
static void drain(void)
{
    source = honest;
    calls = 0;
    uint8_t byte;
    while (calls == 0)
        assert_int_equal(shim_random(&byte, 1), 0);
    uint8_t rest[239];
    assert_int_equal(shim_random(rest, sizeof rest), 0);
}

static void each_sick_source_halts_the_keep(void **state)
{
    (void)state;
    static long (*const sick[])(uint8_t *, size_t) = {
        fails, interrupted, empty, too_many, zeros, ones, repeats_a_word, has_a_zero_word,
    };
    for (size_t i = 0; i < sizeof sick / sizeof sick[0]; i++) {
        drain();
        if (gives(sick[i], 1))
            fail_msg("source %zu was believed", i);
        assert_true(calls <= 17);
    }
}

static void a_source_that_repeats_itself_halts_the_keep(void **state)
{
    (void)state;
    drain();
    assert_false(gives(the_same_each_time, 500));
    drain();
    assert_false(gives(begins_with_the_last_word, 1000));
}

static void without_the_health_test_a_constant_source_is_believed(void **state)
{
    (void)state;
    drain();
    guard_off[GUARD_SHIM_RANDOM] = true;
    bool believed = gives(zeros, 1) && gives(the_same_each_time, 500);
    guard_off[GUARD_SHIM_RANDOM] = false;
    assert_true(believed);
}

static void a_source_that_gives_little_at_a_time_is_asked_again(void **state)
{
    (void)state;
    drain();
    assert_true(gives(in_small_pieces, 240));
}

static void an_honest_source_gives_bytes_that_differ(void **state)
{
    (void)state;
    static uint8_t a[4096], b[4096];
    source = honest;
    assert_int_equal(shim_random(a, sizeof a), 0);
    assert_int_equal(shim_random(b, sizeof b), 0);
    assert_memory_not_equal(a, b, sizeof a);
    unsigned bits = 0;
    for (size_t i = 0; i < sizeof a; i++)
        bits += (unsigned)__builtin_popcount(a[i]);
    assert_in_range(bits, 15500, 17300); /* 16384 expected; ten standard deviations */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sick_source_halts_the_keep),
        cmocka_unit_test(a_source_that_repeats_itself_halts_the_keep),
        cmocka_unit_test(without_the_health_test_a_constant_source_is_believed),
        cmocka_unit_test(a_source_that_gives_little_at_a_time_is_asked_again),
        cmocka_unit_test(an_honest_source_gives_bytes_that_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
