/* SPDX-License-Identifier: Apache-2.0 */
/* The test suite shows that no check can get lost unnoticed: in its own build of the verifier, and in no
 * other, rows can be made to hold whatever they find. `make mutants` builds the verifier without a row at
 * all. */
#ifndef CASEMATE_ATTEST_MASK_H
#define CASEMATE_ATTEST_MASK_H

#include "check.h"

#ifdef CASEMATE_TEST_MASKED_CHECKS
extern bool check_masked[CHECK_COUNT + 1]; /* defined by the test */
#endif

/* As though nobody had written the row. */
static inline bool check_is_dropped(enum check_id id)
{
#ifdef CASEMATE_DROP_CHECK
    return id == CASEMATE_DROP_CHECK;
#else
    (void)id;
    return false;
#endif
}

/* The row holds whatever it finds. */
static inline bool check_is_masked(enum check_id id)
{
#ifdef CASEMATE_TEST_MASKED_CHECKS
    return check_masked[id];
#else
    return check_is_dropped(id);
#endif
}

#endif
