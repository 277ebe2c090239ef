/* SPDX-License-Identifier: Apache-2.0 */
/* Floors: rows of the policy against published breaks of the hardware. Evidence below one keeps its signature
 * and its claims; `tolerate` lifts exactly the row that it names. */
#ifndef CASEMATE_ATTEST_POLICY_FLOORS_H
#define CASEMATE_ATTEST_POLICY_FLOORS_H

#include "check.h"
#include "claims.h"
#include "policy_rules.h"

/* The ids that `tolerate` may have, in the order of the table; NULL behind the last. */
const char *policy_floor_id(size_t index);
/* The rows of the claims' TEE. */
void policy_floors_evaluate(const struct policy_words *tolerate, const struct claims *claims,
                            struct check_report *report);
/* Whether some part of the TCB is below a number that AMD has published for it. */
bool policy_floors_outdated(const struct snp_claims *snp);

#endif
