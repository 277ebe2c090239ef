/* SPDX-License-Identifier: Apache-2.0 */
/* No check of SGX and TDX evidence can get lost unnoticed: with its row masked each vector is accepted, so
 * that the suite would fail; with another one masked, none is. Acceptance test 32. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/attest/mask.h"
#include "vectors_intel.h"

bool check_masked[CHECK_COUNT + 1];

static bool accepted_without(const struct intel_vector *v, enum check_id row)
{
    static struct intel_judgement judgement;
    static struct verdict verdict;
    memset(check_masked, 0, sizeof check_masked);
    check_masked[row] = true;
    intel_judgement_make(&intel_test_keys, v->base, &judgement);
    v->bend(&judgement);
    intel_judgement_run(&judgement, &verdict);
    return verdict.accepted;
}

/* row 22 */
static void with_its_row_masked_each_vector_is_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < intel_vector_count; i++)
        if (!accepted_without(&intel_vectors[i], intel_vectors[i].row))
            fail_msg("%s: masking %s does not decide", intel_vectors[i].name,
                     intel_vectors[i].row == CHECK_COUNT ? "nothing" : check_id_name(intel_vectors[i].row));
}

static void with_another_row_masked_no_vector_is_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < intel_vector_count; i++)
        if (intel_vectors[i].row != CHECK_COUNT)
            assert_false(accepted_without(&intel_vectors[i],
                                          intel_vectors[i].row == CHECK_DEBUG ? CHECK_FORMAT : CHECK_DEBUG));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_its_row_masked_each_vector_is_accepted),
        cmocka_unit_test(with_another_row_masked_no_vector_is_accepted),
    };
    return cmocka_run_group_tests(tests, intel_start, intel_stop);
}
