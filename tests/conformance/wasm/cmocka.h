/* SPDX-License-Identifier: Apache-2.0 */
/* As much of cmocka as our unit tests use, for wasm32-wasi: without exceptions there is no longjmp, so the
 * first failure ends the program. Prints TAP. CASEMATE_WASM_TESTS in the environment names the tests to run,
 * separated by spaces; without it all run. */
#ifndef CASEMATE_TESTS_WASM_CMOCKA_H
#define CASEMATE_TESTS_WASM_CMOCKA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct CMUnitTest {
    const char *name;
    void (*test)(void **state);
    int (*setup)(void **state);
    int (*teardown)(void **state);
};

#define cmocka_unit_test(function)                 {#function, function, NULL, NULL}
#define cmocka_unit_test_teardown(function, after) {#function, function, NULL, after}

int _cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
                            int (*setup)(void **state), int (*teardown)(void **state));
#define cmocka_run_group_tests(tests, setup, teardown)                                                       \
    _cmocka_run_group_tests(#tests, tests, sizeof(tests) / sizeof *(tests), setup, teardown)
#define cmocka_run_group_tests_name(name, tests, setup, teardown)                                            \
    _cmocka_run_group_tests(name, tests, sizeof(tests) / sizeof *(tests), setup, teardown)

/* Ends the program: "not ok" of the running test. */
_Noreturn void unit_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void unit_skip(void);
void unit_integers(long long a, long long b, const char *file, int line);
void unit_strings(const char *a, const char *b, const char *file, int line);

#define print_message(...) ((void)printf(__VA_ARGS__))
#define fail_msg(...)      unit_fail(__FILE__, __LINE__, __VA_ARGS__)
#define fail()             unit_fail(__FILE__, __LINE__, "failed")
#define skip()                                                                                               \
    do {                                                                                                     \
        unit_skip();                                                                                         \
        return;                                                                                              \
    } while (0)
#define UNIT_HOLDS(condition, text)                                                                          \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            unit_fail(__FILE__, __LINE__, "%s", text);                                                       \
    } while (0)
#define assert_true(a)         UNIT_HOLDS(a, #a " is false")
#define assert_false(a)        UNIT_HOLDS(!(a), #a " is true")
#define assert_non_null(a)     UNIT_HOLDS((a) != NULL, #a " is NULL")
#define assert_null(a)         UNIT_HOLDS((a) == NULL, #a " is not NULL")
#define assert_int_equal(a, b) unit_integers((long long)(a), (long long)(b), __FILE__, __LINE__)
#define assert_int_not_equal(a, b)                                                                           \
    UNIT_HOLDS((unsigned long long)(a) != (unsigned long long)(b), #a " equals " #b)
#define assert_string_equal(a, b)           unit_strings(a, b, __FILE__, __LINE__)
#define assert_string_not_equal(a, b)       UNIT_HOLDS(strcmp(a, b) != 0, #a " equals " #b)
#define assert_memory_equal(a, b, size)     UNIT_HOLDS(memcmp(a, b, size) == 0, #a " differs from " #b)
#define assert_memory_not_equal(a, b, size) UNIT_HOLDS(memcmp(a, b, size) != 0, #a " equals " #b)
#define assert_in_range(a, least, most)                                                                      \
    UNIT_HOLDS((unsigned long long)(a) >= (unsigned long long)(least) &&                                     \
                   (unsigned long long)(a) <= (unsigned long long)(most),                                    \
               #a " is not within its range")

#endif
