/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of the verifier, whichever TEE it is of, has a vector that this row alone refuses (threat 22): so
 * a row that is added to checks.def or to one of its parts without a vector fails here. That each vector
 * depends on its row show test_attest_masked.c, test_eat_masked.c, test_intel_masked.c and test_snp_masked.c.
 * Acceptance test 32. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "eat_vectors.h"
#include "snp_vectors.h"
#include "vectors.h"
#include "vectors_intel.h"

/* Evidence of SEV and SEV-ES is refused by being what it is: nothing could make it acceptable, so its row has
 * a test of its own (test_snp.c) instead of a vector. */
static const enum check_id without_vector[] = {CHECK_SEV_GENERATION};

/* row 22 */
static void every_row_has_a_vector_that_it_alone_refuses(void **state)
{
    (void)state;
    bool covered[CHECK_COUNT + 1] = {false};
    for (size_t i = 0; i < vector_count; i++)
        covered[vectors[i].row] = true;
    for (size_t i = 0; i < intel_vector_count; i++)
        covered[intel_vectors[i].row] = true;
    for (size_t i = 0; i < snp_vector_count; i++)
        covered[snp_vectors[i].row] = true;
    for (size_t i = 0; i < eat_vector_count; i++)
        covered[eat_vectors[i].row] = true;
    for (size_t i = 0; i < sizeof without_vector / sizeof *without_vector; i++)
        covered[without_vector[i]] = true;
    size_t missing = 0;
    for (unsigned id = 0; id < CHECK_COUNT; id++) {
        if (!covered[id])
            print_error("row %s has no vector\n", check_id_name((enum check_id)id));
        missing += !covered[id];
    }
    assert_int_equal(missing, 0);
}

static void every_row_has_an_id_of_its_own(void **state)
{
    (void)state;
    for (unsigned id = 0; id < CHECK_COUNT; id++)
        assert_int_equal(check_find(check_id_name((enum check_id)id)), id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_a_vector_that_it_alone_refuses),
        cmocka_unit_test(every_row_has_an_id_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
