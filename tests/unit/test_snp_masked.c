/* SPDX-License-Identifier: Apache-2.0 */
/* No check of SEV-SNP evidence can get lost unnoticed: with any one row masked, its vectors are accepted, so
 * that the suite would fail. The mask exists in this build of the verifier alone. Acceptance test 32. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/attest/mask.h"
#include "snp_vectors.h"

bool check_masked[CHECK_COUNT + 1];

static bool accepted(const struct snp_vector *v, enum check_id masked)
{
    static struct snp_case wish;
    static struct verdict verdict;
    struct casemate_error err = {0};
    memset(check_masked, 0, sizeof check_masked);
    check_masked[masked] = true;
    snp_case_make(&wish, &snp_test_hierarchy, v->product);
    v->bend(&wish);
    assert_int_equal(snp_case_run(&wish, &verdict, &err), 0);
    check_masked[masked] = false;
    return verdict.accepted;
}

/* row 22 */
static void with_its_row_masked_each_vector_is_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < snp_vector_count; i++)
        if (!accepted(&snp_vectors[i], snp_vectors[i].row))
            fail_msg("%s: masking %s does not decide", snp_vectors[i].name,
                     check_id_name(snp_vectors[i].row));
}

static void with_another_row_masked_no_vector_is_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < snp_vector_count; i++) {
        const enum check_id row = snp_vectors[i].row;
        if (row != CHECK_COUNT)
            assert_false(accepted(&snp_vectors[i], row == CHECK_DEBUG ? CHECK_FORMAT : CHECK_DEBUG));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_its_row_masked_each_vector_is_accepted),
        cmocka_unit_test(with_another_row_masked_no_vector_is_accepted),
    };
    return cmocka_run_group_tests(tests, snp_start, snp_stop);
}
