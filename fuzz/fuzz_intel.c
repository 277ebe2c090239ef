/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the whole judgement of SGX and TDX evidence: a quote, and a bundle's sequence of collateral behind
 * it where the input is long enough. Nobody's quote is accepted under a root that nobody holds. */
#include <psa/crypto.h>
#include <stdlib.h>

#include "../src/attest/attest.h"

static struct policy *policy;
static struct attest_roots roots;

static void prepare(void)
{
    struct attest_root root = {.fingerprint = {1}};
    struct casemate_error err = {0};
    if (psa_crypto_init() != PSA_SUCCESS || policy_default(&policy, &err) ||
        attest_roots_add(&roots, &root, &err) || policy_allow_simulated(policy, &roots, &err))
        abort();
}

/* Two bytes: where the collateral begins. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct verdict verdict;
    struct collateral collateral = {0};
    struct casemate_error err = {0};
    char *text = NULL;
    if (!policy)
        prepare();
    if (size < 2)
        return 0;
    size_t quote_size = load_le16(data);
    quote_size = quote_size > size - 2 ? size - 2 : quote_size;
    (void)collateral_add_sequence(&collateral, "fuzz", span_of(data + 2 + quote_size, size - 2 - quote_size),
                                  &err);
    const struct attest_input input = {.evidence = span_of(data + 2, quote_size),
                                       .collateral = &collateral,
                                       .recorded = true,
                                       .policy = policy,
                                       .roots = &roots,
                                       .time = 1760000000};
    if (attest_judge_raw(&input, &verdict, &err) == 0) {
        if (verdict.accepted || verdict_json(&verdict, &collateral, &text, &err) ||
            verdict_error(&verdict, &err) != -1)
            abort();
        free(text);
    }
    collateral_free(&collateral);
    return 0;
}
