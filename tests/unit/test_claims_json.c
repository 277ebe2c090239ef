/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON of claims is stable: for each family the whole object is compared with
 * tests/golden/claims/TEE.json (docs/verify.md). With CASEMATE_REFRESH set the files are written instead, for
 * a review of each change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/attest/claims_json.h"

static struct verdict verdict;

static void fill(void *to, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)to)[i] = (uint8_t)(seed * 16 + i);
}

#define FILL(field, seed) fill(field, sizeof(field), seed)

static void common(const char *tee, size_t measurement)
{
    struct claims *c = &verdict.claims;
    verdict = (struct verdict){.accepted = true, .binding = ATTEST_RECORDED};
    (void)snprintf(c->tee, sizeof c->tee, "%s", tee);
    c->class = ATTEST_HARDWARE;
    c->measurement.size = measurement;
    fill(c->measurement.bytes, measurement, 1);
    c->has_tcb = true;
    c->tcb = (struct tcb_level){.status = "SWHardeningNeeded", .date = 1700000000, .evaluation = 17};
    c->advisory_count = 2;
    (void)snprintf(c->advisory[0], sizeof c->advisory[0], "INTEL-SA-00615");
    (void)snprintf(c->advisory[1], sizeof c->advisory[1], "INTEL-SA-00657");
    (void)snprintf(c->platform, sizeof c->platform, "00112233445566778899aabbccddeeff");
    (void)snprintf(c->enforced_by, sizeof c->enforced_by, "silicon");
    FILL(c->report_data, 2);
    c->chain_count = 2;
    (void)snprintf(c->subject[0], sizeof c->subject[0], "CN=leaf");
    (void)snprintf(c->subject[1], sizeof c->subject[1], "CN=root");
    FILL(c->root, 3);
    c->expires = 1800000000;
    c->collateral_date = 1790000000;
    c->trailing = 4;
}

static void intel(void)
{
    struct intel_claims *i = &verdict.claims.intel;
    verdict.claims.has_intel = true;
    FILL(i->fmspc, 4);
    FILL(i->pceid, 5);
    FILL(i->pck_cpusvn, 6);
    i->pck_pcesvn = 13;
    i->has_configuration = i->smt = true;
    i->platform = (struct tcb_level){.status = "SWHardeningNeeded", .date = 1700000000, .evaluation = 17};
    i->module = (struct tcb_level){.status = "UpToDate"};
    i->qe = (struct tcb_level){.status = "UpToDate", .date = 1710000000};
}

static void make_sgx(void)
{
    struct claims *c = &verdict.claims;
    common("sgx", 32);
    intel();
    c->has_sgx = c->has_svn = true;
    c->signer.size = 32;
    fill(c->signer.bytes, 32, 7);
    c->product = 5;
    c->svn = 7;
    FILL(c->sgx.cpusvn, 8);
    c->sgx.miscselect = 1;
    c->sgx.flags = 5;
    c->sgx.xfrm = 0xe7;
    FILL(c->sgx.config_id, 9);
    c->sgx.config_svn = 3;
    FILL(c->sgx.extended_product, 10);
    FILL(c->sgx.family, 11);
}

static void make_tdx(void)
{
    struct tdx_claims *t = &verdict.claims.tdx;
    common("tdx", 48);
    intel();
    verdict.claims.has_tdx = t->has_1_5 = true;
    FILL(t->tee_tcb_svn, 4);
    FILL(t->tee_tcb_svn2, 5);
    FILL(t->mrservicetd, 6);
    FILL(t->mrseam, 7);
    FILL(t->mrsignerseam, 8);
    FILL(t->mrconfigid, 9);
    FILL(t->mrowner, 10);
    FILL(t->mrownerconfig, 11);
    for (unsigned i = 0; i < 4; i++)
        FILL(t->rtmr[i], 12 + i);
    t->td_attributes = UINT64_C(0x8000000010000000);
    t->xfam = 0xe7;
}

static void make_snp(void)
{
    struct snp_claims *s = &verdict.claims.snp;
    common("snp", 48);
    verdict.claims.advisory_count = 0;
    verdict.claims.has_snp = verdict.claims.has_svn = true;
    verdict.claims.svn = s->guest_svn = 2;
    *s = (struct snp_claims){.version = 5,
                             .product = SNP_TURIN,
                             .has_cpuid = true,
                             .cpu_family = 0x1a,
                             .cpu_model = 2,
                             .cpu_stepping = 1,
                             .policy = 0x30000,
                             .platform_info = 0x25,
                             .current = {4, 0, 27, 100, 1},
                             .reported = {3, 0, 26, 99, 1},
                             .committed = {3, 0, 26, 99, 1},
                             .launch = {4, 0, 27, 100, 1},
                             .build = {{11, 58, 1}, {10, 58, 1}},
                             .has_mitigations = true,
                             .launch_mitigations = 3,
                             .current_mitigations = 7,
                             .has_author_key = true};
    FILL(s->family_id, 4);
    FILL(s->image_id, 5);
    FILL(s->host_data, 6);
    FILL(s->id_key, 7);
    FILL(s->author_key, 8);
    FILL(s->report_id, 9);
    FILL(s->report_id_ma, 10);
}

static void compare(const char *name)
{
    char path[4096];
    const char *source = getenv("CASEMATE_SOURCE");
    json_error_t where;
    (void)snprintf(path, sizeof path, "%s/tests/golden/claims/%s.json", source ? source : ".", name);
    json_t *made = verdict_claims_json(&verdict);
    if (getenv("CASEMATE_REFRESH"))
        assert_int_equal(json_dump_file(made, path, JSON_INDENT(1) | JSON_PRESERVE_ORDER), 0);
    json_t *golden = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    if (!golden)
        fail_msg("%s: %s", path, where.text);
    char *want = json_dumps(golden, JSON_SORT_KEYS), *got = json_dumps(made, JSON_SORT_KEYS);
    assert_string_equal(got, want);
    free(want);
    free(got);
    json_decref(golden);
    json_decref(made);
}

static void claims_of_an_enclave_are_the_golden_ones(void **state)
{
    (void)state;
    make_sgx();
    compare("sgx");
}

static void claims_of_a_trust_domain_are_the_golden_ones(void **state)
{
    (void)state;
    make_tdx();
    compare("tdx");
}

static void claims_of_an_snp_guest_are_the_golden_ones(void **state)
{
    (void)state;
    make_snp();
    compare("snp");
}

static bool has(const char *name)
{
    json_t *made = verdict_claims_json(&verdict);
    bool there = json_object_get(made, name) != NULL;
    json_decref(made);
    return there;
}

static void what_is_not_claimed_is_not_there(void **state)
{
    (void)state;
    make_snp();
    assert_false(has("product"));
    assert_false(has("sgx") || has("tdx") || has("intel") || has("rtmr0") || has("boot") || has("signer"));
    verdict.claims.tcb = (struct tcb_level){0}; /* no collateral tells */
    verdict.claims.collateral_date = 0;
    assert_false(has("tcb_status") || has("tcb_date") || has("tcb_evaluation") || has("collateral_date"));
    assert_true(has("advisories"));
    verdict.claims.measurement.size = 0; /* could not be read */
    assert_false(has("measurement") || has("launch") || has("debug") || has("report_data"));
}

static bool is(const char *family, const char *name, const char *expected)
{
    json_t *made = verdict_claims_json(&verdict);
    const json_t *value = json_object_get(json_object_get(made, family), name);
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    const bool same = text ? strcmp(text, expected) == 0 : expected[0] == '\0';
    free(text);
    json_decref(made);
    return same;
}

static void what_a_platform_is_configured_to_stands_there_as_it_is(void **state)
{
    (void)state;
    make_tdx();
    assert_true(is("intel", "smt", "true") && is("intel", "dynamic", "false"));
    assert_true(is("tdx", "mrservicetd",
                   "\"606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
                   "808182838485868788898a8b8c8d8e8f\""));
    verdict.claims.intel.smt = false;
    verdict.claims.intel.dynamic = verdict.claims.intel.cached_keys = true;
    assert_true(is("intel", "smt", "false") && is("intel", "dynamic", "true") &&
                is("intel", "cached_keys", "true"));
    verdict.claims.intel.has_configuration = verdict.claims.tdx.has_1_5 = false;
    assert_true(is("intel", "smt", "") && is("intel", "dynamic", "") && is("intel", "cached_keys", ""));
    assert_true(is("tdx", "mrservicetd", "") && is("tdx", "tee_tcb_svn2", ""));
    make_snp();
    assert_true(is("snp", "signing_key", "\"vcek\"") && is("snp", "chip_masked", "false"));
    verdict.claims.snp.vlek = verdict.claims.snp.chip_masked = true;
    assert_true(is("snp", "signing_key", "\"vlek\"") && is("snp", "chip_masked", "true"));
}

static void a_launch_digest_of_its_own_is_shown_with_its_profile(void **state)
{
    (void)state;
    make_snp();
    assert_true(is("launch", "profile", "\"default\""));
    (void)snprintf(verdict.claims.launch_profile, sizeof verdict.claims.launch_profile, "vmsa-4");
    verdict.claims.launch.size = 2;
    verdict.claims.launch.bytes[0] = 0xab;
    verdict.claims.launch.bytes[1] = 0xcd;
    assert_true(is("launch", "profile", "\"vmsa-4\"") && is("launch", "digest", "\"abcd\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_of_an_enclave_are_the_golden_ones),
        cmocka_unit_test(claims_of_a_trust_domain_are_the_golden_ones),
        cmocka_unit_test(claims_of_an_snp_guest_are_the_golden_ones),
        cmocka_unit_test(what_is_not_claimed_is_not_there),
        cmocka_unit_test(what_a_platform_is_configured_to_stands_there_as_it_is),
        cmocka_unit_test(a_launch_digest_of_its_own_is_shown_with_its_profile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
