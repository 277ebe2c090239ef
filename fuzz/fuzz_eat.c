/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the whole judgement of evidence (src/attest): whatever a host sends, no fuzzer's evidence covers
 * this statement under a root that this policy names. */
#include <psa/crypto.h>
#include <stdlib.h>

#include "../src/attest/attest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct statement statement = {
        .kind = STATEMENT_SESSION, .tee = "process", .mode = "process", .nonce = {1, 2, 3}};
    static struct policy *policy;
    static struct verdict verdict;
    struct attest_root root = {.fingerprint = {1}};
    struct attest_roots roots = {0};
    struct casemate_error err = {0};
    uint8_t encoded[STATEMENT_SIZE_MAX];
    size_t encoded_size;
    char *text = NULL;
    if (!policy && (psa_crypto_init() != PSA_SUCCESS || policy_default(&policy, &err) ||
                    attest_roots_add(&roots, &root, &err) || policy_allow_simulated(policy, &roots, &err)))
        abort();
    if (statement_encode(&statement, encoded, sizeof encoded, &encoded_size))
        abort();
    const struct attest_input input = {
        .statement = span_of(encoded, encoded_size),
        .evidence = span_of(data, size),
        .policy = policy,
        .time = 1795521600,
        .expected = {.kind = STATEMENT_SESSION},
    };
    if (attest_judge(&input, &verdict, &err))
        return 0;
    if (verdict.accepted || verdict_json(&verdict, NULL, &text, &err) || verdict_error(&verdict, &err) != -1)
        abort();
    free(text);
    return 0;
}
