/* SPDX-License-Identifier: Apache-2.0 */
/* What a Keep keeps of its program's output, and what it knows of the time when that was written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "../../../src/keep/run/output.h"

static int setup(void **state)
{
    static struct output output;
    *state = &output;
    return output_open(&output);
}

static int teardown(void **state)
{
    output_free(*state);
    return 0;
}

static void put(struct output *o, uint64_t now, size_t size)
{
    static uint8_t bytes[STREAM_TAIL_MAX];
    assert_int_equal(output_write(o, 0, UINT64_MAX, now, span_of(bytes, size)), size);
}

static void expect(const struct output *o, uint64_t position, uint64_t end, uint64_t time)
{
    struct stream_time t;
    assert_true(output_time(o, 0, position, &t));
    assert_int_equal(t.end, end);
    assert_int_equal(t.time, time);
}

static void what_is_written_within_a_second_is_one_stretch(void **state)
{
    struct output *o = *state;
    struct stream_time t;
    assert_false(output_time(o, 0, 0, &t));
    put(o, 5000, 10);
    put(o, 5999, 10);
    put(o, 6000, 10);
    expect(o, 0, 20, 5999);
    expect(o, 19, 20, 5999);
    expect(o, 20, 30, 6000);
    assert_false(output_time(o, 0, 30, &t));
    assert_false(output_time(o, 1, 0, &t));
}

static void bytes_that_a_follower_holds_back_have_no_time_yet(void **state)
{
    struct output *o = *state;
    struct stream_time t;
    put(o, 1000, STREAM_TAIL_MAX);
    assert_int_equal(output_write(o, 0, 0, 9000, SPAN_LITERAL("more")), 0);
    expect(o, 0, STREAM_TAIL_MAX, 1000);
    assert_false(output_time(o, 0, STREAM_TAIL_MAX, &t));
}

/* The time of a byte is never said to be earlier than it was: --since shows too much rather than too little.
 */
static void many_stretches_are_merged_and_the_recent_ones_stay_exact(void **state)
{
    struct output *o = *state;
    enum { LINES = 20000 };
    for (uint64_t i = 0; i < LINES; i++)
        put(o, i * 2000, 8);
    assert_true(o->times[0].count <= STREAM_TIMES_MAX);
    for (uint64_t i = 0; i < LINES; i++) {
        struct stream_time t;
        assert_true(output_time(o, 0, i * 8, &t));
        assert_true(t.end > i * 8 && t.time >= i * 2000);
        if (i >= LINES - 100)
            assert_int_equal(t.time, i * 2000);
    }
}

static void stretches_whose_bytes_are_gone_are_forgotten(void **state)
{
    struct output *o = *state;
    for (uint64_t i = 0; i < 1000; i++)
        put(o, i * 1000, STREAM_TAIL_MAX / 2);
    assert_true(o->times[0].count <= 3);
    expect(o, output_oldest(o, 0), output_oldest(o, 0) + STREAM_TAIL_MAX / 2, 998000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_within_a_second_is_one_stretch, setup, teardown),
        cmocka_unit_test_setup_teardown(bytes_that_a_follower_holds_back_have_no_time_yet, setup, teardown),
        cmocka_unit_test_setup_teardown(many_stretches_are_merged_and_the_recent_ones_stay_exact, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(stretches_whose_bytes_are_gone_are_forgotten, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
