/* SPDX-License-Identifier: Apache-2.0 */
/* A policy that is made from evidence accepts that evidence and says what it accepts; and every clause of a
 * policy stands in its JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/attest/attest.h"

static struct verdict verdict;
static struct casemate_error err;

/* An enclave on hardware, whose evidence holds. */
static void make_verdict(void)
{
    static const enum check_id rows[] = {CHECK_FORMAT, CHECK_SIGNATURE, CHECK_CHAIN, CHECK_REVOCATION,
                                         CHECK_TCB_INFO};
    verdict = (struct verdict){.claims = {.tee = "sgx",
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
                                          .time = 1795521600,
                                          .collateral_date = 1795000000}};
    memset(verdict.claims.measurement.bytes, 0x22, 32);
    memset(verdict.claims.signer.bytes, 0x33, 32);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        (void)check_set(&verdict.report, rows[i], true, "good", "good");
}

static void fail_row(enum check_id id)
{
    (void)check_set(&verdict.report, id, false, "good", "bad");
}

static char *made(void)
{
    char *text;
    if (policy_from_verdict(&verdict, &text, &err))
        fail_msg("%s", err.what);
    return text;
}

/* Whether the policy that comes of the claims accepts them; *text is freed. */
static bool accepts(char *text)
{
    struct check_report report = {0};
    struct policy *policy;
    if (policy_parse(text, strlen(text), "made", &policy, &err))
        fail_msg("%s\n%s", err.what, text);
    policy_evaluate(policy, &verdict.claims, &report);
    policy_free(policy);
    free(text);
    return check_all(&report);
}

static void a_policy_from_evidence_accepts_it_and_nothing_else(void **state)
{
    (void)state;
    make_verdict();
    char *text = made();
    assert_non_null(strstr(text, "# [[signer]]")); /* the alternative */
    assert_non_null(strstr(text, "# platforms = [\"00ff\"]"));
    assert_null(strstr(text, "tolerate"));
    assert_null(strstr(text, "Not shown"));
    assert_true(accepts(text));
    text = made();
    verdict.claims.measurement.bytes[0] ^= 1;
    assert_false(accepts(text));
}

static void what_is_weak_in_the_evidence_is_said_beside_what_allows_it(void **state)
{
    (void)state;
    make_verdict();
    verdict.claims.debug = true;
    verdict.claims.advisory_count = 2;
    (void)snprintf(verdict.claims.advisory[0], sizeof verdict.claims.advisory[0], "INTEL-SA-00615");
    (void)snprintf(verdict.claims.advisory[1], sizeof verdict.claims.advisory[1], "INTEL-SA-00657");
    (void)snprintf(verdict.claims.tcb.status, sizeof verdict.claims.tcb.status, "OutOfDate");
    char *text = made();
    assert_non_null(strstr(text, "allow_debug = true  #"));
    assert_non_null(strstr(text, "tcb_status = [\"OutOfDate\"]  #"));
    assert_non_null(strstr(text, "\"INTEL-SA-00615\", \"INTEL-SA-00657\"]  #"));
    assert_true(accepts(text));
}

static void floors_are_lifted_by_name_and_other_clauses_of_snp_are_named(void **state)
{
    (void)state;
    make_verdict();
    fail_row(CHECK_FLOOR_BADRAM);
    fail_row(CHECK_FLOOR_HERACLES);
    fail_row(CHECK_SNP_VMPL);
    char *text = made();
    assert_non_null(strstr(text, "tolerate = [\"badram\", \"heracles\"]  #"));
    assert_non_null(strstr(text, "# Still refused by snp-vmpl (bad):"));
    assert_true(accepts(text));
}

static void what_is_not_claimed_makes_no_clause(void **state)
{
    (void)state;
    make_verdict();
    verdict.claims.has_svn = false;
    char *text = made();
    assert_non_null(strstr(text, "# [[signer]]"));
    assert_null(strstr(text, "product ="));
    free(text);
    verdict.claims.signer.size = 0;
    verdict.claims.platform[0] = '\0';
    verdict.claims.tcb.status[0] = '\0'; /* no collateral */
    text = made();
    assert_null(strstr(text, "signer"));
    assert_null(strstr(text, "platforms"));
    assert_null(strstr(text, "tcb_status"));
    free(text);
    verdict.claims.has_tcb = false;
    text = made();
    assert_null(strstr(text, "tcb_status"));
    assert_true(accepts(text));
}

static void signing_keys_stand_in_the_json_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *policy, *json;
    } cases[] = {
        {"version = 1\n[snp]\nsigning_keys = [\"vcek\"]\n", "\"snp.signing_keys\":[\"vcek\"]"},
        {"version = 1\n[snp]\nsigning_keys = [\"vlek\"]\n", "\"snp.signing_keys\":[\"vlek\"]"},
    };
    for (size_t i = 0; i < 2; i++) {
        struct policy *policy;
        char *text;
        assert_int_equal(policy_parse(cases[i].policy, strlen(cases[i].policy), "p", &policy, &err), 0);
        assert_int_equal(policy_json(policy, &text, &err), 0);
        json_t *parsed = json_loads(text, 0, NULL);
        char *compact = json_dumps(parsed, JSON_COMPACT);
        assert_non_null(strstr(compact, cases[i].json));
        json_decref(parsed);
        free(compact);
        free(text);
        policy_free(policy);
    }
}

static void simulated_evidence_names_its_root(void **state)
{
    (void)state;
    make_verdict();
    verdict.claims.class = ATTEST_SIMULATED;
    memset(verdict.claims.root, 0xab, sizeof verdict.claims.root);
    fail_row(CHECK_CLASS);
    fail_row(CHECK_ROOT);
    char *text = made();
    assert_non_null(strstr(text, "roots = [\"sha256:abab"));
    assert_true(accepts(text));
}

static void what_only_collateral_shows_is_said_and_what_is_false_makes_no_policy(void **state)
{
    (void)state;
    static const enum check_id missing[] = {CHECK_REVOCATION, CHECK_TCB_INFO,    CHECK_TCB_INFO_DATE,
                                            CHECK_TCB_LEVEL,  CHECK_QE_IDENTITY, CHECK_QE_IDENTITY_DATE};
    static const enum check_id wrong[] = {CHECK_FORMAT,   CHECK_SIGNATURE,          CHECK_CHAIN,
                                          CHECK_VALIDITY, CHECK_TCB_INFO_SIGNATURE, CHECK_QE_BINDING,
                                          CHECK_BINDING};
    char *text;
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        make_verdict();
        fail_row(missing[i]);
        check_need(&verdict.report, CHECK_QE_SIGNER); /* never reached */
        text = made();
        assert_non_null(strstr(text, "# Not shown, for want of collateral"));
        assert_non_null(strstr(text, "qe-signer"));
        free(text);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        make_verdict();
        fail_row(wrong[i]);
        assert_int_equal(policy_from_verdict(&verdict, &text, &err), -1);
        assert_int_equal(err.code, E_EVIDENCE);
    }
    make_verdict();
    verdict.claims.revoked = true;
    fail_row(CHECK_REVOCATION);
    assert_int_equal(policy_from_verdict(&verdict, &text, &err), -1);
    make_verdict();
    check_need(&verdict.report, CHECK_SIGNATURE);
    verdict.report.row[CHECK_SIGNATURE].state = CHECK_NOT_RUN;
    assert_int_equal(policy_from_verdict(&verdict, &text, &err), -1);
    make_verdict();
    verdict.claims.measurement.size = 0;
    assert_int_equal(policy_from_verdict(&verdict, &text, &err), -1);
}

#define H32 "2222222222222222222222222222222222222222222222222222222222222222"
#define H48 H32 "22222222222222222222222222222222"

static void every_clause_stands_in_the_json(void **state)
{
    (void)state;
    static const char text[] =
        "version = 1\nclass = \"simulated\"\nroots = [\"sha256:" H32 "\"]\ntees = [\"snp\", \"tdx\"]\n"
        "tcb_status = [\"OutOfDate\"]\nadvisories = [\"A\"]\ntolerate = [\"badram\"]\nallow_debug = true\n"
        "platforms = [\"00\"]\nmax_collateral_age = 30\nmin_tcb_evaluation = 17\n"
        "[[measurement]]\ntee = \"tdx\"\nvalue = \"" H48 "\"\nname = \"x\"\n"
        "[[signer]]\ntee = \"sgx\"\nvalue = \"" H32 "\"\nname = \"y\"\nproduct = 1\nmin_svn = 2\n"
        "[[image]]\nname = \"keep\"\nmin_svn = 3\n[sgx]\nmin_svn = 4\n"
        "[snp]\nvmpl = 1\nsigning_keys = [\"vlek\"]\nallow_migration = true\nallow_smt = false\nallow_cxl = "
        "true\n"
        "single_socket = true\nmin_abi = \"1.55\"\nmin_guest_svn = 5\nhost_data = \"" H32 "\"\n"
        "id_keys = [\"" H48 "\"]\nauthor_keys = [\"" H48 "\"]\n";
    static const char *const keys[] = {
        "class",
        "roots",
        "tees",
        "tcb_status",
        "advisories",
        "tolerate",
        "platforms",
        "allow_debug",
        "max_collateral_age",
        "measurement",
        "signer",
        "image",
        "sgx.min_svn",
        "min_tcb_evaluation",
        "snp.vmpl",
        "snp.min_abi",
        "snp.min_guest_svn",
        "snp.host_data",
        "snp.id_keys",
        "snp.author_keys",
        "snp.signing_keys",
        "snp.allow_smt",
        "snp.allow_cxl",
        "snp.allow_migration",
        "snp.single_socket",
    };
    struct policy *policy, *plain;
    char *json, *other;
    assert_int_equal(policy_default(&plain, &err), 0);
    if (policy_parse(text, sizeof text - 1, "policy", &policy, &err))
        fail_msg("%s", err.what);
    assert_int_equal(policy_json(policy, &json, &err), 0);
    assert_int_equal(policy_json(plain, &other, &err), 0);
    json_t *said = json_loads(json, 0, NULL), *nothing = json_loads(other, 0, NULL);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *value = json_object_get(said, keys[i]);
        if (!value || json_equal(value, json_object_get(nothing, keys[i])))
            fail_msg("%s does not stand in %s", keys[i], json);
    }
    assert_int_equal(json_object_size(said), sizeof keys / sizeof *keys);
    json_decref(said);
    json_decref(nothing);
    free(json);
    free(other);
    policy_free(policy);
    policy_free(plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_policy_from_evidence_accepts_it_and_nothing_else),
        cmocka_unit_test(what_is_weak_in_the_evidence_is_said_beside_what_allows_it),
        cmocka_unit_test(floors_are_lifted_by_name_and_other_clauses_of_snp_are_named),
        cmocka_unit_test(what_is_not_claimed_makes_no_clause),
        cmocka_unit_test(signing_keys_stand_in_the_json_by_name),
        cmocka_unit_test(simulated_evidence_names_its_root),
        cmocka_unit_test(what_only_collateral_shows_is_said_and_what_is_false_makes_no_policy),
        cmocka_unit_test(every_clause_stands_in_the_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
