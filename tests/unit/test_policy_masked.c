/* SPDX-License-Identifier: Apache-2.0 */
/* Each clause of a policy refuses claims that no other clause refuses: alone with it, and with its row masked
 * they are accepted (row 22; acceptance test 32). The mask exists in this build of the verifier alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/attest/attest.h"
#include "../../src/attest/corim.h"
#include "../../src/attest/mask.h"

bool check_masked[CHECK_COUNT + 1];

#define M32    "2222222222222222222222222222222222222222222222222222222222222222"
#define S32    "3333333333333333333333333333333333333333333333333333333333333333"
#define BASE   "version = 1\n"
#define KNOWN  "[[measurement]]\ntee = \"sgx\"\nvalue = \"" M32 "\"\n"
#define SIGNED "[[signer]]\ntee = \"sgx\"\nvalue = \"" S32 "\"\n"

enum { NOW = 1795521600, DAY = 24 * 3600 };

static struct claims claims;
static struct check_report report;
static struct casemate_error err;

/* An enclave of a known signer on a platform that is up to date. */
static void make_claims(void)
{
    claims = (struct claims){.tee = "sgx",
                             .class = ATTEST_HARDWARE,
                             .measurement = {.size = 32},
                             .signer = {.size = 32},
                             .has_svn = true,
                             .product = 5,
                             .svn = 7,
                             .has_tcb = true,
                             .has_intel = true,
                             .tcb = {.status = "UpToDate", .evaluation = 17},
                             .platform = "00ff",
                             .time = NOW,
                             .collateral_date = NOW - 10 * DAY};
    memset(claims.measurement.bytes, 0x22, 32);
    memset(claims.signer.bytes, 0x33, 32);
}

static void nothing(void)
{
}
static void simulated(void)
{
    claims.class = ATTEST_SIMULATED;
}
static void other_tee(void)
{
    memcpy(claims.tee, "tdx", sizeof "tdx");
    claims.tdx.td_attributes = 1 << 28; /* SEPT_VE_DISABLE */
}
static void other_measurement(void)
{
    claims.measurement.bytes[31] ^= 1;
}
static void other_signer(void)
{
    claims.signer.bytes[31] ^= 1;
}
static void no_signer(void)
{
    claims.signer.size = 0;
}
static void debugging(void)
{
    claims.debug = true;
}
static void hardening(void)
{
    (void)snprintf(claims.tcb.status, sizeof claims.tcb.status, "SWHardeningNeeded");
}
static void advisory(void)
{
    claims.advisory_count = 1;
    (void)snprintf(claims.advisory[0], sizeof claims.advisory[0], "INTEL-SA-00615");
}
static void hardening_with_advisory(void)
{
    hardening();
    advisory();
}
static void no_svn(void)
{
    claims.has_svn = false;
}
static void no_collateral(void)
{
    claims.collateral_date = 0;
}
static void no_levels(void)
{
    claims.has_tcb = false;
    claims.collateral_date = 0;
}

#define GOOD CHECK_COUNT
static const struct {
    const char *name, *policy;
    void (*bend)(void);
    unsigned row; /* the one that fails; GOOD: none */
} cases[] = {
    {"a known measurement", BASE KNOWN, nothing, GOOD},
    {"a known signer", BASE SIGNED, nothing, GOOD},
    {"a known signer of another measurement", BASE SIGNED, other_measurement, GOOD},
    {"a measurement beside a signer that is not known", BASE SIGNED KNOWN, other_signer, GOOD},
    {"a product of a signer", BASE SIGNED "product = 5\n", nothing, GOOD},
    {"a version of a signer", BASE SIGNED "min_svn = 7\n", nothing, GOOD},
    {"a version of a signer that does not matter", BASE SIGNED "min_svn = 8\n" KNOWN, nothing, GOOD},
    {"a version of all enclaves", BASE KNOWN "[sgx]\nmin_svn = 7\n", nothing, GOOD},
    {"hardening, and why it is needed", BASE "advisories = [\"INTEL-SA-00615\"]\n" KNOWN,
     hardening_with_advisory, GOOD},
    {"hardening that the policy accepts", BASE "tcb_status = [\"SWHardeningNeeded\"]\n" KNOWN, hardening,
     GOOD},
    {"an evaluation", BASE "min_tcb_evaluation = 17\n" KNOWN, nothing, GOOD},
    {"collateral of its day", BASE "max_collateral_age = 10\n" KNOWN, nothing, GOOD},
    {"a TEE without collateral", BASE "max_collateral_age = 1\n" KNOWN, no_levels, GOOD},
    {"another class", BASE KNOWN, simulated, CHECK_CLASS},
    {"another TEE", BASE "tees = [\"sgx\"]\n[[measurement]]\ntee = \"tdx\"\nvalue = \"" M32 "\"\n", other_tee,
     CHECK_TEE},
    {"another measurement", BASE KNOWN, other_measurement, CHECK_MEASUREMENT},
    {"another signer", BASE SIGNED, other_signer, CHECK_MEASUREMENT},
    {"no signer", BASE SIGNED, no_signer, CHECK_MEASUREMENT},
    {"another product of a signer", BASE SIGNED "product = 4\n", nothing, CHECK_MEASUREMENT},
    {"a product that is not claimed", BASE SIGNED "product = 5\n", no_svn, CHECK_MEASUREMENT},
    {"an old version of a signer", BASE SIGNED "min_svn = 8\n", nothing, CHECK_SVN},
    {"an old version of any enclave", BASE KNOWN "[sgx]\nmin_svn = 8\n", nothing, CHECK_SVN},
    {"an old version of any enclave of a signer", BASE SIGNED "min_svn = 6\n[sgx]\nmin_svn = 8\n", nothing,
     CHECK_SVN},
    {"a version that is not claimed", BASE SIGNED "min_svn = 0\n", no_svn, CHECK_SVN},
    {"debugging", BASE KNOWN, debugging, CHECK_DEBUG},
    {"hardening that is needed, and nothing says why", BASE KNOWN, hardening, CHECK_TCB},
    {"a status that the policy leaves out",
     BASE "tcb_status = [\"UpToDate\"]\nadvisories = [\"INTEL-SA-00615\"]\n" KNOWN, hardening_with_advisory,
     CHECK_TCB},
    {"an advisory", BASE KNOWN, advisory, CHECK_ADVISORIES},
    {"an old evaluation", BASE "min_tcb_evaluation = 18\n" KNOWN, nothing, CHECK_TCB_EVALUATION},
    {"old collateral", BASE "max_collateral_age = 9\n" KNOWN, nothing, CHECK_COLLATERAL_AGE},
    {"no collateral", BASE "max_collateral_age = 9\n" KNOWN, no_collateral, CHECK_COLLATERAL_AGE},
    {"another platform", BASE "platforms = [\"00fe\"]\n" KNOWN, nothing, CHECK_PLATFORM},
};
enum { CASES = sizeof cases / sizeof *cases };

static struct policy *parse(const char *text)
{
    struct policy *policy = NULL;
    if (policy_parse(text, strlen(text), "policy.toml", &policy, &err))
        fail_msg("%s", err.what);
    return policy;
}

static bool accepts(const struct policy *policy)
{
    memset(&report, 0, sizeof report);
    policy_evaluate(policy, &claims, &report);
    return check_all(&report);
}

static void each_case_is_refused_by_its_clause_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        struct policy *policy = parse(cases[i].policy);
        make_claims();
        cases[i].bend();
        (void)accepts(policy);
        for (unsigned id = 0; id < CHECK_COUNT; id++)
            if (check_failed(&report, (enum check_id)id) != (id == cases[i].row))
                fail_msg("%s: row %s: expected \"%s\", found \"%s\"", cases[i].name,
                         check_id_name((enum check_id)id), report.row[id].expected, report.row[id].found);
        policy_free(policy);
    }
}

static void with_its_clause_masked_each_case_is_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        struct policy *policy = parse(cases[i].policy);
        make_claims();
        cases[i].bend();
        check_masked[cases[i].row] = true;
        if (!accepts(policy))
            fail_msg("%s: masking its row does not decide", cases[i].name);
        check_masked[cases[i].row] = false;
        policy_free(policy);
    }
}

/* The two say the same of one advisory: the status is bad, and so is the reason. */
static void hardening_without_the_advisory_named_fails_twice(void **state)
{
    (void)state;
    struct policy *policy = parse(BASE KNOWN);
    make_claims();
    hardening_with_advisory();
    assert_false(accepts(policy));
    assert_true(check_failed(&report, CHECK_TCB));
    assert_true(check_failed(&report, CHECK_ADVISORIES));
    policy_free(policy);
}

static void a_reference_value_may_ask_for_a_version(void **state)
{
    (void)state;
    static struct corim corim = {.count = 1};
    struct policy *policy = parse(BASE);
    memcpy(corim.value[0].tee, "sgx", sizeof "sgx");
    corim.value[0].value.size = 32;
    memset(corim.value[0].value.bytes, 0x22, 32);
    corim.value[0].has_svn = true;
    corim.value[0].min_svn = 7;
    assert_int_equal(policy_add_corim(policy, &corim, &err), 0);
    make_claims();
    assert_true(accepts(policy));
    claims.svn = 6;
    assert_false(accepts(policy));
    assert_true(check_failed(&report, CHECK_SVN));
    make_claims();
    other_measurement();
    assert_false(accepts(policy));
    assert_true(check_failed(&report, CHECK_MEASUREMENT));
    corim.count = CORIM_VALUES_MAX;
    assert_int_equal(policy_add_corim(policy, &corim, &err), -1);
    assert_int_equal(err.code, E_LIMIT);
    policy_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_case_is_refused_by_its_clause_alone),
        cmocka_unit_test(with_its_clause_masked_each_case_is_accepted),
        cmocka_unit_test(hardening_without_the_advisory_named_fails_twice),
        cmocka_unit_test(a_reference_value_may_ask_for_a_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
