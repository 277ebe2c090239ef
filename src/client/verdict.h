/* SPDX-License-Identifier: Apache-2.0 */
/* Policies, roots and verdicts of src/attest as the handles of the public API. */
#ifndef CASEMATE_CLIENT_VERDICT_H
#define CASEMATE_CLIENT_VERDICT_H

#include <limits.h>

#include "../../include/casemate/casemate.h"
#include "../attest/attest.h"
#include "../base/buffer.h"
#include "../base/error.h"

struct casemate_policy {
    struct policy *policy;
};

struct casemate_roots {
    char folder[PATH_MAX];
    struct attest_roots roots;
    char text[ATTEST_ROOTS_MAX][ATTEST_FINGERPRINT_TEXT];
};

struct casemate_verdict {
    struct verdict verdict;
    char *json, *text;
    char claim[256]; /* of the last casemate_verdict_claim() */
};

/* attest_judge(), or attest_judge_raw() if there is no statement, with the policy and roots of the handles. 0
 * and a verdict, accepted or refused; -1 if there is nothing to judge. */
int judge(struct attest_input *input, const struct casemate_policy *policy,
          const struct casemate_roots *roots, struct casemate_verdict **verdict, struct casemate_error *err);

#endif
