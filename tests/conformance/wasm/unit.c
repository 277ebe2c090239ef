/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the tests of a program one after the other (cmocka.h beside this). */
#include "cmocka.h"

#include <stdarg.h>
#include <stdlib.h>

static struct {
    const char *name;
    size_t number;
    bool skipped;
} running;

/* Whether the name is one of those asked for, as a whole word. */
static bool is_wanted(const char *name)
{
    const char *wanted = getenv("CASEMATE_WASM_TESTS");
    const size_t size = strlen(name);
    if (!wanted)
        return true;
    for (const char *at = wanted; (at = strstr(at, name)); at += size)
        if ((at == wanted || at[-1] == ' ') && (at[size] == ' ' || at[size] == 0))
            return true;
    return false;
}

_Noreturn void unit_fail(const char *file, int line, const char *format, ...)
{
    va_list arguments;
    (void)printf("not ok %zu - %s\n# %s:%d: ", running.number, running.name, file, line);
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    (void)puts("");
    exit(1);
}

void unit_skip(void)
{
    running.skipped = true;
}

/* By the bits, as cmocka compares: callers mix signed and unsigned. */
void unit_integers(long long a, long long b, const char *file, int line)
{
    if (a != b)
        unit_fail(file, line, "%lld (0x%llx) != %lld (0x%llx)", a, (unsigned long long)a, b,
                  (unsigned long long)b);
}

void unit_strings(const char *a, const char *b, const char *file, int line)
{
    if (!a || !b || strcmp(a, b) != 0)
        unit_fail(file, line, "\"%s\" != \"%s\"", a ? a : "(null)", b ? b : "(null)");
}

static void run_one(const struct CMUnitTest *test, void **state)
{
    running.name = test->name;
    running.number++;
    running.skipped = false;
    if (test->setup && test->setup(state) != 0)
        unit_fail(__FILE__, __LINE__, "its set-up failed");
    test->test(state);
    if (test->teardown && test->teardown(state) != 0)
        unit_fail(__FILE__, __LINE__, "its teardown failed");
    (void)printf("ok %zu - %s%s\n", running.number, test->name, running.skipped ? " # SKIP" : "");
    (void)fflush(stdout);
}

int _cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
                            int (*setup)(void **state), int (*teardown)(void **state))
{
    void *state = NULL;
    running.name = name;
    if (setup && setup(&state) != 0)
        unit_fail(__FILE__, __LINE__, "the set-up of the group failed");
    for (size_t i = 0; i < count; i++)
        if (is_wanted(tests[i].name))
            run_one(&tests[i], &state);
    running.name = name;
    if (teardown && teardown(&state) != 0)
        unit_fail(__FILE__, __LINE__, "the teardown of the group failed");
    (void)printf("1..%zu\n", running.number);
    return running.number == 0;
}
