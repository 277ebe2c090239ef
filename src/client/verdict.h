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
    char *json; /* the last casemate_policy_json(); or NULL */
};

struct casemate_roots {
    char folder[PATH_MAX];
    struct attest_roots roots;
    char text[ATTEST_ROOTS_MAX][ATTEST_FINGERPRINT_TEXT];
};

struct casemate_verdict {
    struct verdict verdict;
    char *json, *text;
    uint8_t nonce[REPORT_DATA_SIZE]; /* of the caller's, for a result */
    size_t nonce_size;
    char *policy;    /* the last casemate_verdict_policy(); or NULL */
    char *ear;       /* the last result; or NULL */
    char claim[256]; /* of the last casemate_verdict_claim() */
};

/* attest_judge(), or attest_judge_raw() if there is no statement, with the policy and roots of the handles. 0
 * and a verdict, accepted or refused; -1 if there is nothing to judge. */
int judge(struct attest_input *input, const struct casemate_policy *policy,
          const struct casemate_roots *roots, struct casemate_verdict **verdict, struct casemate_error *err);

#endif
