/* SPDX-License-Identifier: Apache-2.0 */
/* The test suite shows that no check can get lost unnoticed: in its own build of the verifier, and in no
 * other, one row at a time can be made to hold whatever it finds. */
#ifndef CASEMATE_ATTEST_MASK_H
#define CASEMATE_ATTEST_MASK_H

#include "check.h"

#ifdef CASEMATE_TEST_MASKED_CHECKS
extern enum check_id check_masked; /* defined by the test; CHECK_COUNT: none */
static inline bool check_is_masked(enum check_id id)
{
    return id == check_masked;
}
#else
static inline bool check_is_masked(enum check_id id)
{
    (void)id;
    return false;
}
#endif

#endif
