/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the whole judgement of SEV-SNP, SEV and SEV-ES evidence, with a table of certificates behind it: no
 * fuzzer's evidence is signed under AMD's roots. */
#include <psa/crypto.h>
#include <stdlib.h>

#include "../src/attest/attest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct policy *policy;
    static struct verdict verdict;
    struct casemate_error err = {0};
    char *text = NULL;
    if (!policy && (psa_crypto_init() != PSA_SUCCESS || policy_default(&policy, &err)))
        abort();
    const struct attest_input input = {
        .evidence = span_of(data, size), .recorded = true, .policy = policy, .time = 1795521600};
    if (attest_judge_raw(&input, &verdict, &err))
        return 0;
    if (verdict.accepted || verdict.claims.trailing > size || verdict_json(&verdict, NULL, &text, &err) ||
        verdict_error(&verdict, &err) != -1)
        abort();
    free(text);
    return 0;
}
