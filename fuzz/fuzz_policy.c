/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the reader of policy.toml (src/attest/policy_parse.c over src/base/toml.cpp): an error names its
 * place, and a policy evaluates. */
#include <stdlib.h>
#include <string.h>

#include "../src/attest/attest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct claims claims = {.tee = "process", .class = ATTEST_SIMULATED};
    static struct check_report report;
    struct policy *policy;
    struct casemate_error err = {0};
    if (policy_parse((const char *)data, size, "policy.toml", &policy, &err)) {
        if (policy || (err.code == E_CONFIG && strncmp(err.what, "policy.toml:", 12) != 0))
            abort();
        return 0;
    }
    memset(&report, 0, sizeof report);
    policy_evaluate(policy, &claims, &report);
    if (check_all(&report)) /* these claims have no measurement */
        abort();
    policy_free(policy);
    return 0;
}
