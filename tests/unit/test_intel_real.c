/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes of real machines, with the claims and statuses that others found in them, and exactly the rows that
 * they must fail. SKIP where the files are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/attest/attest.h"
#include "../../src/base/hex.h"
#include "../../src/base/rfc3339.h"
#include "evidence_files.h"

/* Without collateral nothing is known about TCB, QE and revocation. */
#define NO_COLLATERAL                                                                                        \
    "revocation tcb-info tcb-info-signature tcb-info-date qe-identity qe-identity-signature "                \
    "qe-identity-date tcb-level qe-signer qe-product qe-attributes tcb measurement "
#define NO_TDX_COLLATERAL NO_COLLATERAL "tdx-module seam-signer seam-attributes "

static const struct {
    const char *vector, *time; /* NULL: vector.json has one */
    const char *failed;        /* exactly these rows fail */
    size_t trailing;
} real[] = {
    {"sgx/dcap-v3-fortanix", NULL, NO_COLLATERAL "debug ", 0},
    {"sgx/dcap-v3-occlum", NULL, NO_COLLATERAL "debug ", 0},
    {"sgx/dcap-v3-phala", NULL, "tcb advisories measurement ", 0},
    {"tdx/v4-coco-debug", NULL, NO_TDX_COLLATERAL "debug ", 0},
    {"tdx/v4-google-spr", NULL,
     "tcb-info-signature qe-identity-signature tcb-level tcb measurement "
     "sept-ve-disable ",
     39},
    {"tdx/v4-phala", NULL, "measurement ", 70},
    {"tdx/v5-coco", NULL, NO_TDX_COLLATERAL, 0},
    {"tdx/v5-phala-outdated", NULL, "tcb-level tcb measurement ", 0},
    {"sgx/dcap-v3-qvl-sample", "2021-01-01T00:00:00Z",
     "tcb-info tcb-info-signature tcb-info-date tcb-level attributes tcb measurement ", 0},
    {"tdx/v4-qvl-sample", "2022-01-01T00:00:00Z",
     "qe-signer attributes tcb-level tdx-module tcb advisories measurement sept-ve-disable ", 0},
};

static struct verdict verdict;
static struct casemate_error err;

/* Samples of Intel's library stand under a root of their own. */
static struct policy *make_policy(const char *vector, struct attest_roots *roots)
{
    struct policy *policy;
    struct attest_root root;
    size_t size;
    uint8_t *own = evidence_file(vector, "trustedRootCaCert.pem", &size);
    assert_int_equal(policy_default(&policy, &err), 0);
    if (own) {
        assert_int_equal(attest_root_read(span_of(own, size), &root, NULL, NULL, &err), 0);
        assert_int_equal(attest_roots_add(roots, &root, &err), 0);
        assert_int_equal(policy_allow_simulated(policy, roots, &err), 0);
    }
    free(own);
    return policy;
}

static void judge(const char *vector, const char *file, int64_t time)
{
    struct collateral collateral = {0};
    struct attest_roots roots = {0};
    struct policy *policy = make_policy(vector, &roots);
    size_t size;
    uint8_t *quote = evidence_file(vector, file, &size);
    assert_non_null(quote);
    evidence_collateral(vector, file, &collateral);
    const struct attest_input input = {.evidence = span_of(quote, size),
                                       .collateral = &collateral,
                                       .recorded = true,
                                       .policy = policy,
                                       .roots = &roots,
                                       .time = time};
    assert_int_equal(attest_judge_raw(&input, &verdict, &err), 0);
    policy_free(policy);
    collateral_free(&collateral);
    free(quote);
}

static void expect_failed(const char *vector, const char *failed)
{
    for (unsigned id = 0; id < CHECK_COUNT; id++) {
        char word[64];
        (void)snprintf(word, sizeof word, "%s ", check_id_name((enum check_id)id));
        const char *at = strstr(failed, word);
        const bool expected = at && (at == failed || at[-1] == ' ');
        if (check_failed(&verdict.report, (enum check_id)id) != expected)
            fail_msg("%s: row %s is %s: expected \"%s\", found \"%s\"", vector, word,
                     expected ? "fulfilled" : "not fulfilled", verdict.report.row[id].expected,
                     verdict.report.row[id].found);
    }
}

static void expect_hex(const json_t *claims, const char *key, const uint8_t *bytes, size_t size)
{
    char text[2 * 64 + 1];
    hex_encode(bytes, size, text);
    if (json_object_get(claims, key))
        assert_string_equal(json_string_value(json_object_get(claims, key)), text);
}

static void expect_claims(const json_t *claims)
{
    const struct claims *c = &verdict.claims;
    expect_hex(claims, "mrenclave", c->measurement.bytes, 32);
    expect_hex(claims, "mrtd", c->measurement.bytes, 48);
    expect_hex(claims, "mrsigner", c->signer.bytes, 32);
    expect_hex(claims, "report_data", c->report_data, 64);
    expect_hex(claims, "tee_tcb_svn", c->tdx.tee_tcb_svn, 16);
    expect_hex(claims, "mrseam", c->tdx.mrseam, 48);
    expect_hex(claims, "rtmr0", c->tdx.rtmr[0], 48);
    expect_hex(claims, "rtmr1", c->tdx.rtmr[1], 48);
    expect_hex(claims, "rtmr2", c->tdx.rtmr[2], 48);
    expect_hex(claims, "rtmr3", c->tdx.rtmr[3], 48);
    assert_int_equal(c->debug, json_is_true(json_object_get(claims, "debug")));
    if (c->has_sgx) {
        assert_int_equal(c->product, json_integer_value(json_object_get(claims, "isvprodid")));
        assert_int_equal(c->svn, json_integer_value(json_object_get(claims, "isvsvn")));
    }
}

static void expect_status(const json_t *expect)
{
    const char *status = json_string_value(json_object_get(expect, "tcb_status"));
    const json_t *advisories = json_object_get(expect, "advisories");
    if (status)
        assert_string_equal(verdict.claims.tcb.status, status);
    if (!advisories)
        return;
    assert_int_equal(verdict.claims.advisory_count, json_array_size(advisories));
    for (size_t i = 0; i < json_array_size(advisories); i++)
        assert_string_equal(verdict.claims.advisory[i], json_string_value(json_array_get(advisories, i)));
}

static void every_real_quote_fails_its_rows_alone_and_claims_what_others_read(void **state)
{
    (void)state;
    if (!evidence_there()) {
        print_message("SKIP: there is no folder of real evidence\n");
        skip();
    }
    for (size_t i = 0; i < sizeof real / sizeof *real; i++) {
        size_t size;
        int64_t time;
        uint8_t *text = evidence_file(real[i].vector, "vector.json", &size);
        assert_non_null(text);
        json_t *vector = json_loadb((const char *)text, size, 0, NULL);
        const char *when =
            real[i].time ? real[i].time : json_string_value(json_object_get(vector, "verification_time"));
        assert_true(rfc3339_parse(when, strlen(when), &time));
        judge(real[i].vector, "quote.bin", time);
        expect_failed(real[i].vector, real[i].failed);
        expect_claims(json_object_get(vector, "claims"));
        expect_status(json_object_get(vector, "expect"));
        assert_int_equal(verdict.claims.trailing, real[i].trailing);
        json_decref(vector);
        free(text);
    }
}

/* Debian's go-tdx-guest: a quote of a Sapphire Rapids, with recorded answers of Intel's but without their
 * issuer. Its microcode is below every level of that list. */
static void the_package_of_another_verifier_has_a_quote_that_we_judge_alike(void **state)
{
    const char *package = getenv("CASEMATE_GO_TDX_GUEST");
    char folder[1024];
    (void)state;
    if (!package) {
        print_message("SKIP: $CASEMATE_GO_TDX_GUEST names no folder of Debian's go-tdx-guest\n");
        skip();
    }
    (void)snprintf(folder, sizeof folder,
                   "%s/usr/share/gocode/src/github.com/google/go-tdx-guest/testing/testdata", package);
    judge(folder, "tdx_prod_quote_SPR_E4.dat", 1688169600); /* 2023-07-01 */
    expect_failed(folder,
                  "tcb-info-signature qe-identity-signature tcb-level tcb measurement sept-ve-disable ");
    assert_int_equal(verdict.claims.class, ATTEST_HARDWARE);
    assert_string_equal(verdict.claims.enforced_by, "silicon");
    assert_int_equal(verdict.claims.trailing, 39);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_package_of_another_verifier_has_a_quote_that_we_judge_alike),
        cmocka_unit_test(every_real_quote_fails_its_rows_alone_and_claims_what_others_read),
    };
    return psa_crypto_init() == PSA_SUCCESS ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
