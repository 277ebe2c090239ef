/* SPDX-License-Identifier: Apache-2.0 */
/* No check of Sanctum's and PEF's evidence can get lost unnoticed: with any one row masked, its vectors are
 * accepted, so that the suite would fail. The mask exists in this build of the verifier alone. Acceptance
 * test 32. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/attest/mask.h"
#include "eat_vectors.h"

bool check_masked[CHECK_COUNT + 1];

static struct eat_keys keys;

static bool accepted(const struct eat_vector *v, enum check_id masked)
{
    static struct eat_case wish;
    static struct verdict verdict;
    struct casemate_error err = {0};
    eat_case_make(&wish, &keys, v->tee);
    v->bend(&wish);
    check_masked[masked] = true;
    assert_int_equal(eat_case_run(&wish, &verdict, &err), 0);
    check_masked[masked] = false;
    return verdict.accepted;
}

/* row 22 */
static void with_its_row_masked_each_vector_is_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < eat_vector_count; i++)
        if (!accepted(&eat_vectors[i], eat_vectors[i].row))
            fail_msg("%s: masking %s does not decide", eat_vectors[i].name,
                     check_id_name(eat_vectors[i].row));
}

static void with_another_row_masked_no_vector_is_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < eat_vector_count; i++) {
        const enum check_id row = eat_vectors[i].row;
        if (row != CHECK_COUNT)
            assert_false(accepted(&eat_vectors[i], row == CHECK_DEBUG ? CHECK_FORMAT : CHECK_DEBUG));
    }
}

static int start(void **state)
{
    (void)state;
    if (psa_crypto_init() != PSA_SUCCESS)
        return -1;
    eat_keys_make(&keys);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    eat_keys_free(&keys);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_its_row_masked_each_vector_is_accepted),
        cmocka_unit_test(with_another_row_masked_no_vector_is_accepted),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
