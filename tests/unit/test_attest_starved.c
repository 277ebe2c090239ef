/* SPDX-License-Identifier: Apache-2.0 */
/* The verifier when something fails underneath it: with any one call of the cryptography failing, and with
 * any one allocation failing, genuine evidence of no TEE is accepted by mistake, and nothing ends the
 * program. The linker leads these calls through here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <psa/crypto.h>
#include <stdlib.h>

#include "snp_vectors.h"
#include "vectors.h"
#include "vectors_intel.h"

/* The call that fails, counted from 1; 0: none. */
static unsigned crypto_calls, crypto_fails, memory_calls, memory_fails;

static bool crypto_fails_now(void)
{
    return ++crypto_calls == crypto_fails;
}

static bool memory_fails_now(void)
{
    return ++memory_calls == memory_fails;
}

psa_status_t __real_psa_verify_hash(mbedtls_svc_key_id_t, psa_algorithm_t, const uint8_t *, size_t,
                                    const uint8_t *, size_t);
psa_status_t __wrap_psa_verify_hash(mbedtls_svc_key_id_t, psa_algorithm_t, const uint8_t *, size_t,
                                    const uint8_t *, size_t);
psa_status_t __wrap_psa_verify_hash(mbedtls_svc_key_id_t key, psa_algorithm_t algorithm,
                                    const uint8_t *digest, size_t digest_size, const uint8_t *signature,
                                    size_t signature_size)
{
    return crypto_fails_now()
               ? PSA_ERROR_INSUFFICIENT_MEMORY
               : __real_psa_verify_hash(key, algorithm, digest, digest_size, signature, signature_size);
}

psa_status_t __real_psa_hash_setup(psa_hash_operation_t *, psa_algorithm_t);
psa_status_t __wrap_psa_hash_setup(psa_hash_operation_t *, psa_algorithm_t);
psa_status_t __wrap_psa_hash_setup(psa_hash_operation_t *operation, psa_algorithm_t algorithm)
{
    return crypto_fails_now() ? PSA_ERROR_INSUFFICIENT_MEMORY : __real_psa_hash_setup(operation, algorithm);
}

psa_status_t __real_psa_hash_compute(psa_algorithm_t, const uint8_t *, size_t, uint8_t *, size_t, size_t *);
psa_status_t __wrap_psa_hash_compute(psa_algorithm_t, const uint8_t *, size_t, uint8_t *, size_t, size_t *);
psa_status_t __wrap_psa_hash_compute(psa_algorithm_t algorithm, const uint8_t *input, size_t input_size,
                                     uint8_t *hash, size_t capacity, size_t *size)
{
    return crypto_fails_now() ? PSA_ERROR_INSUFFICIENT_MEMORY
                              : __real_psa_hash_compute(algorithm, input, input_size, hash, capacity, size);
}

void *__real_malloc(size_t);
void *__wrap_malloc(size_t);
void *__wrap_malloc(size_t size)
{
    return memory_fails_now() ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t, size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_calloc(size_t count, size_t size)
{
    return memory_fails_now() ? NULL : __real_calloc(count, size);
}

/* ---- genuine evidence of each TEE ---- */

static struct attest_input inputs[4];
static struct verdict verdict;

static void make_inputs(void)
{
    static struct judgement process;
    static struct judged_bytes process_bytes;
    static struct intel_keys keys;
    static struct intel_judgement intel[2];
    static struct intel_case intel_cases[2];
    static struct snp_hierarchy snp;
    static struct snp_case snp_wish;
    static struct snp_bytes snp_made;
    struct casemate_error err = {0};
    judgement_make(&hierarchy, &process);
    assert_int_equal(judgement_run(&process, &process_bytes, &verdict, &err), 0);
    inputs[0] =
        (struct attest_input){.statement = span_of(process_bytes.statement, process_bytes.statement_size),
                              .evidence = span_of(process_bytes.evidence, process_bytes.evidence_size),
                              .roots = &process.roots,
                              .time = process.time,
                              .expected = process.expected};
    assert_int_equal(policy_parse(process.policy_text, strlen(process.policy_text), "policy.toml",
                                  (struct policy **)&inputs[0].policy, &err),
                     0);
    intel_keys_make(&keys);
    for (size_t i = 0; i < 2; i++) {
        intel_judgement_make(&keys, i ? TDX_4 : SGX_3, &intel[i]);
        intel_case_make(&intel[i], &intel_cases[i]);
        inputs[1 + i] = intel_cases[i].input;
    }
    snp_hierarchy_make(&snp);
    snp_case_make(&snp_wish, &snp, SNP_GENOA);
    snp_case_build(&snp_wish, &snp_made);
    inputs[3] = (struct attest_input){.statement = span_of(snp_made.statement, snp_made.statement_size),
                                      .evidence = span_of(snp_made.evidence, snp_made.evidence_size),
                                      .collateral = &snp_made.collateral,
                                      .recorded = true,
                                      .policy = snp_made.policy,
                                      .roots = &snp_made.roots,
                                      .time = snp_wish.time,
                                      .expected = {.kind = STATEMENT_SESSION}};
}

static bool accepted(const struct attest_input *input)
{
    struct casemate_error err = {0};
    crypto_calls = memory_calls = 0;
    const bool judged = attest_judge(input, &verdict, &err) == 0;
    assert_true(judged || err.code != E_NONE);
    return judged && verdict.accepted;
}

/* Row 22. One call alone may fail: the digest that would make a root the vendor's. Without it the root is
 * like any other, simulated, which this one is anyway; process evidence has no vendor. */
static void nothing_is_accepted_when_a_call_of_the_cryptography_fails(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        crypto_fails = 0;
        assert_true(accepted(&inputs[i]));
        const unsigned calls = crypto_calls, may = i != 0;
        unsigned passed = 0;
        assert_true(calls > 2);
        for (crypto_fails = 1; crypto_fails <= calls; crypto_fails++) {
            if (!accepted(&inputs[i]))
                continue;
            assert_int_equal(verdict.claims.class, ATTEST_SIMULATED);
            passed++;
        }
        if (passed > may)
            fail_msg("TEE %zu: %u of %u calls may fail", i, passed, calls);
    }
    crypto_fails = 0;
}

/* Of thousands of numbers inside Mbed TLS every 97th; all in the long runs. What is accepted has every row.
 */
static void a_failed_allocation_never_ends_the_program(void **state)
{
    (void)state;
    const unsigned step = getenv("CASEMATE_SOAK") ? 1 : 97;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        memory_fails = 0;
        assert_true(accepted(&inputs[i]));
        const unsigned calls = memory_calls;
        assert_true(calls > 2);
        for (memory_fails = 1; memory_fails <= calls; memory_fails += memory_fails < 40 ? 1 : step)
            if (accepted(&inputs[i]))
                assert_true(check_all(&verdict.report) && verdict.claims.chain_count > 1);
    }
    memory_fails = 0;
}

static int start(void **state)
{
    if (vectors_start(state) != 0)
        return -1;
    make_inputs();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_accepted_when_a_call_of_the_cryptography_fails),
        cmocka_unit_test(a_failed_allocation_never_ends_the_program),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
