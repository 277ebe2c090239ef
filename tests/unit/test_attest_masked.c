/* SPDX-License-Identifier: Apache-2.0 */
/* No check of the verifier can get lost unnoticed: with any one row masked, its vectors are accepted, so that
 * the suite would fail. The mask exists in this build of the verifier alone. Acceptance test 32. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/attest/mask.h"
#include "vectors.h"

bool check_masked[CHECK_COUNT + 1];

/* CHECK_COUNT: none. */
static void mask_only(enum check_id id)
{
    memset(check_masked, 0, sizeof check_masked);
    check_masked[id] = true;
}

static bool accepted(const struct vector *v)
{
    static struct judgement judgement;
    static struct judged_bytes bytes;
    static struct verdict verdict;
    struct casemate_error err = {0};
    vector_run(v, &judgement, &bytes, &verdict, &err);
    return verdict.accepted;
}

/* row 22 */
static void with_its_row_masked_each_vector_is_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < vector_count; i++) {
        mask_only(vectors[i].row);
        bool forgotten = strncmp(vectors[i].name, "nobody asked", 12) == 0; /* the row never runs */
        if (accepted(&vectors[i]) == forgotten)
            fail_msg("%s: masking %s does not decide", vectors[i].name, check_id_name(vectors[i].row));
    }
    mask_only(CHECK_COUNT);
}

static void with_another_row_masked_no_vector_is_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < vector_count; i++) {
        if (vectors[i].row == CHECK_COUNT)
            continue;
        mask_only(vectors[i].row == CHECK_DEBUG ? CHECK_FORMAT : CHECK_DEBUG);
        assert_false(accepted(&vectors[i]));
    }
    mask_only(CHECK_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_its_row_masked_each_vector_is_accepted),
        cmocka_unit_test(with_another_row_masked_no_vector_is_accepted),
    };
    return cmocka_run_group_tests(tests, vectors_start, vectors_stop);
}
