/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the whole call that verifies a file, through the public API: two bytes of size, so much collateral,
 * the rest evidence. No bytes are accepted by a policy that knows no measurement of theirs, and every verdict
 * can be told. */
#include <stdlib.h>
#include <string.h>

#include "../include/casemate/casemate.h"

static void tell(casemate_verdict *verdict, casemate_error *error)
{
    const char *text;
    size_t size;
    if (casemate_verdict_accepted(verdict))
        abort();
    casemate_verdict_json(verdict, &text, &size);
    if (size < 2 || text[0] != '{')
        abort();
    casemate_verdict_text(verdict, &text, &size);
    if (size < 8 || memcmp(text, "refused\n", 8) != 0)
        abort();
    if (casemate_verdict_policy(verdict, &text, &size, error) < 0 &&
        !casemate_error_is(error, "E_EVIDENCE", 10))
        abort();
    casemate_verdict_error(verdict, error);
    if (casemate_error_is(error, "E_INTERNAL", 10))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static casemate_policy *policy;
    static casemate_error *error;
    casemate_collateral *collateral;
    casemate_verdict *verdict;
    if (!policy && !((error = casemate_error_new()) && casemate_policy_default(&policy, error) == 0))
        abort();
    if (size < 2)
        return 0;
    size_t beside = (size_t)data[0] << 8 | data[1];
    if (beside > size - 2)
        return 0;
    if (casemate_collateral_new(&collateral, error) < 0 ||
        casemate_collateral_add(collateral, "fuzz", 4, data + 2, beside, error) < 0)
        abort();
    const struct casemate_verify_options options = {
        .size = sizeof options, .time = 1760000000, .collateral = collateral, .recorded = 1};
    if (casemate_verify(data + 2 + beside, size - 2 - beside, policy, NULL, &options, &verdict, error) == 0) {
        tell(verdict, error);
        casemate_verdict_free(verdict);
    } else if (!casemate_error_is(error, "E_EVIDENCE", 10) && !casemate_error_is(error, "E_LIMIT", 7)) {
        abort();
    }
    casemate_collateral_free(collateral);
    return 0;
}
