/* SPDX-License-Identifier: Apache-2.0 */
/* The verifier on reports that real chips signed: of Debian's go-sev-guest ($CASEMATE_GO_SEV_GUEST) and of
 * the shared test data ($CASEMATE_SHARED). What is not there is named as skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/attest/attest.h"
#include "../../src/base/hex.h"

enum { FILE_MAX = 8192 };
static const int64_t june_2023 = 1685577600, september_2023 = 1693526400;

static struct verdict verdict;
static struct casemate_error err;

#define GOOGLE "google/"

/* "google/..." is of the package, everything else of the shared data. */
static FILE *open_file(const char *name)
{
    char path[4096];
    const char *package = getenv("CASEMATE_GO_SEV_GUEST"), *shared = getenv("CASEMATE_SHARED");
    if (strncmp(name, GOOGLE, strlen(GOOGLE)) == 0)
        (void)snprintf(path, sizeof path,
                       "%s/usr/share/gocode/src/github.com/google/go-sev-guest/verify/testdata/%s",
                       package ? package : "", name + strlen(GOOGLE));
    else
        (void)snprintf(path, sizeof path, "%s/data/evidence/snp/%s", shared ? shared : "", name);
    return fopen(path, "rb");
}

static bool is_there(const char *name)
{
    FILE *file = open_file(name);
    if (file)
        (void)fclose(file);
    return file;
}

static void the_package_of_another_verifier_is_judged(void **state)
{
    (void)state;
    print_message("SKIP: $CASEMATE_GO_SEV_GUEST is not the folder of Debian's go-sev-guest\n");
    skip();
}

static void the_shared_reports_are_judged(void **state)
{
    (void)state;
    print_message("SKIP: $CASEMATE_SHARED has no reports of real chips\n");
    skip();
}

static size_t read_file(const char *name, uint8_t to[FILE_MAX])
{
    FILE *file = open_file(name);
    assert_non_null(file);
    size_t size = fread(to, 1, FILE_MAX, file);
    (void)fclose(file);
    return size;
}

/* Judges a report with these certificates, under a policy that names its measurement and tolerates every
 * floor that such an old Milan is below. */
static void judge(const char *report, const char *const *certificates, int64_t time, const char *more)
{
    static uint8_t evidence[FILE_MAX], certificate[FILE_MAX];
    char text[2048], measurement[97];
    struct collateral set = {0};
    struct policy *policy;
    size_t size = read_file(report, evidence);
    for (size_t i = 0; certificates[i]; i++)
        assert_int_equal(collateral_add(&set, certificates[i],
                                        span_of(certificate, read_file(certificates[i], certificate)), &err),
                         0);
    hex_encode(evidence + 0x90, 48, measurement);
    (void)snprintf(text, sizeof text, "version = 1\n%s\n[[measurement]]\ntee = \"sev-snp\"\nvalue = \"%s\"\n",
                   more, measurement);
    assert_int_equal(policy_parse(text, strlen(text), "policy.toml", &policy, &err), 0);
    const struct attest_input input = {.evidence = span_of(evidence, size),
                                       .collateral = &set,
                                       .recorded = true,
                                       .policy = policy,
                                       .time = time};
    assert_int_equal(attest_judge_raw(&input, &verdict, &err), 0);
    policy_free(policy);
    collateral_free(&set);
}

#define OLD                                                                                                  \
    "tcb_status = [\"OutOfDate\"]\ntolerate = [\"badram\", \"cachewarp\", \"entrysign\", "                   \
    "\"rmpocalypse\", \"stackwarp\", \"breakfast\", \"fabricked\", \"staleus\", \"milan-root-seed\", "       \
    "\"ciphertext-hiding\", \"heracles\"]\n"

static void expect_only(const enum check_id *failed, size_t count)
{
    for (unsigned id = 0; id < CHECK_COUNT; id++) {
        bool expected = false;
        for (size_t i = 0; i < count; i++)
            expected = expected || failed[i] == id;
        if (check_failed(&verdict.report, (enum check_id)id) != expected)
            fail_msg("row %s is %s: expected \"%s\", found \"%s\"", check_id_name((enum check_id)id),
                     expected ? "fulfilled" : "not fulfilled", verdict.report.row[id].expected,
                     verdict.report.row[id].found);
    }
}

static void expect_claim(const char *name, const char *value)
{
    char text[256] = "";
    (void)verdict_claim(&verdict, name, text, sizeof text);
    assert_string_equal(text, value);
}

/* No revocation list of that time is there, and so nothing says that the ASK was not revoked. */
static void a_report_of_a_milan_chains_to_amds_root(void **state)
{
    static const char *const certificates[3] = {"milan-coco/vcek.der"};
    static const enum check_id failed[] = {CHECK_REVOCATION};
    (void)state;
    judge("milan-coco/report.bin", certificates, june_2023, OLD);
    expect_only(failed, 1);
    expect_claim("tee", "snp");
    expect_claim("class", "hardware");
    expect_claim("tcb_status", "OutOfDate");
    expect_claim("debug", "false");
    expect_claim("measurement",
                 "a1f3930413247bb38cfc171579ea3c12d5fe4901f0c792f63fd75d98f1ef827c23500644e0e692e6be917f"
                 "9050d3d38c");
    expect_claim("platform",
                 "c38427a30d4c7af9d96f7a15b97269825a64cb76a2352ffd5d18115d89ad473f8e8c0bcd9a5d9286612bad4aad"
                 "fb4426205a3b9e4fea82301135a170e477524e");
    assert_int_equal(verdict.claims.chain_count, 3);
    assert_int_equal(verdict.claims.snp.product, SNP_MILAN);
    assert_int_equal(verdict.claims.snp.reported.snp, 8);
    assert_int_equal(verdict.claims.snp.reported.microcode, 0x73);
    assert_int_equal(verdict.claims.svn, 4);
    assert_int_equal(verdict.claims.trailing, 0);
}

static void the_default_policy_names_every_floor_that_it_is_below(void **state)
{
    static const char *const certificates[3] = {"milan-coco/vcek.der"};
    static const enum check_id failed[] = {CHECK_REVOCATION,
                                           CHECK_TCB,
                                           CHECK_FLOOR_BADRAM,
                                           CHECK_FLOOR_CACHEWARP,
                                           CHECK_FLOOR_ENTRYSIGN,
                                           CHECK_FLOOR_RMPOCALYPSE,
                                           CHECK_FLOOR_STACKWARP,
                                           CHECK_FLOOR_BREAKFAST,
                                           CHECK_FLOOR_FABRICKED,
                                           CHECK_FLOOR_STALEUS,
                                           CHECK_FLOOR_MILAN_ROOT_SEED,
                                           CHECK_FLOOR_CIPHERTEXT_HIDING,
                                           CHECK_FLOOR_HERACLES};
    (void)state;
    judge("milan-coco/report.bin", certificates, june_2023, "");
    expect_only(failed, sizeof failed / sizeof *failed);
}

static void a_debuggable_guest_of_a_provider_says_so(void **state)
{
    static const char *const certificates[3] = {"milan-google/vcek.der"};
    static const enum check_id failed[] = {CHECK_REVOCATION, CHECK_DEBUG};
    (void)state;
    judge("milan-google/report.bin", certificates, june_2023, OLD);
    expect_only(failed, 2);
    expect_claim("debug", "true");
    expect_claim("class", "hardware");
}

/* The same from Debian's package, with the chain that AMD serves: its root is AMD's because it is pinned, not
 * because it was given. */
static void the_package_of_another_verifier_has_a_report_that_we_judge_alike(void **state)
{
    static const char *const certificates[] = {"google/milan.testcer", "google/vcek.testcer", NULL};
    static const enum check_id failed[] = {CHECK_REVOCATION, CHECK_DEBUG};
    (void)state;
    judge("google/attestation.bin", certificates, june_2023, OLD);
    expect_only(failed, 2);
    expect_claim("class", "hardware");
    expect_claim("debug", "true");
    expect_claim(
        "platform",
        "3ac3fe21e13fb0990eb28a802e3fb6a29483a6b0753590c951bdd3b8e53786184ca39e359669a2b76a1936776b564ea4"
        "64cdce40c05f63c9b610c5068b006b5d");
}

/* A provider's chain does not lead from a chip's own key. */
static void the_chain_of_a_vlek_is_not_that_of_a_vcek(void **state)
{
    static const char *const certificates[] = {"google/milanvlek.testcer", "google/vcek.testcer", NULL};
    (void)state;
    judge("google/attestation.bin", certificates, june_2023, OLD);
    expect_claim("class", "hardware"); /* by the ASK that is compiled in */
    assert_int_equal(verdict.claims.chain_count, 3);
    assert_false(verdict.claims.snp.vlek);
}

/* Two made-up certificates of another chip, with its id in the early and in the later encoding, that the ASK
 * never signed. */
static void certificates_of_another_chip_do_not_sign(void **state)
{
    static const char *const certificates[3] = {"milan-coco-wrong-vcek/vcek-1.der",
                                                "milan-coco-wrong-vcek/vcek-2.der"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const char *const one[3] = {certificates[i < 2 ? i : 0], i < 2 ? NULL : certificates[1]};
        judge("milan-coco-wrong-vcek/report.bin", one, september_2023, OLD);
        assert_false(verdict.accepted);
        assert_true(check_failed(&verdict.report, CHECK_SIGNATURE));
        assert_true(check_failed(&verdict.report, CHECK_CHAIN));
        assert_true(check_failed(&verdict.report, CHECK_SNP_CHIP));
        assert_true(check_failed(&verdict.report, CHECK_SNP_TCB));
        assert_false(check_failed(&verdict.report, CHECK_SNP_CERTIFICATE));
    }
}

static void among_several_certificates_the_right_one_is_found(void **state)
{
    static const char *const certificates[4] = {"milan-coco-wrong-vcek/vcek-1.der", "milan-google/vcek.der",
                                                "milan-coco/vcek.der"};
    static const enum check_id failed[] = {CHECK_REVOCATION};
    (void)state;
    judge("milan-coco/report.bin", certificates, june_2023, OLD);
    expect_only(failed, 1);
}

static void the_report_of_one_chip_is_not_the_others(void **state)
{
    static const char *const certificates[3] = {"milan-google/vcek.der"};
    (void)state;
    judge("milan-coco/report.bin", certificates, june_2023, OLD);
    assert_true(check_failed(&verdict.report, CHECK_SIGNATURE));
    assert_true(check_failed(&verdict.report, CHECK_SNP_CHIP));
    assert_false(check_failed(&verdict.report, CHECK_CHAIN));
}

static void before_it_was_made_and_after_its_end_a_certificate_is_not_valid(void **state)
{
    static const char *const certificates[3] = {"milan-coco/vcek.der"};
    static const int64_t times[] = {1640995200 /* 2022 */, 1924992000 /* 2031 */};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        judge("milan-coco/report.bin", certificates, times[i], OLD);
        assert_true(check_failed(&verdict.report, CHECK_VALIDITY));
    }
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

int main(void)
{
    static const struct CMUnitTest package[] = {
        cmocka_unit_test(the_package_of_another_verifier_has_a_report_that_we_judge_alike),
        cmocka_unit_test(the_chain_of_a_vlek_is_not_that_of_a_vcek),
    };
    static const struct CMUnitTest shared[] = {
        cmocka_unit_test(a_report_of_a_milan_chains_to_amds_root),
        cmocka_unit_test(the_default_policy_names_every_floor_that_it_is_below),
        cmocka_unit_test(a_debuggable_guest_of_a_provider_says_so),
        cmocka_unit_test(certificates_of_another_chip_do_not_sign),
        cmocka_unit_test(among_several_certificates_the_right_one_is_found),
        cmocka_unit_test(the_report_of_one_chip_is_not_the_others),
        cmocka_unit_test(before_it_was_made_and_after_its_end_a_certificate_is_not_valid),
    };
    static const struct CMUnitTest no_package = cmocka_unit_test(the_package_of_another_verifier_is_judged);
    static const struct CMUnitTest no_shared = cmocka_unit_test(the_shared_reports_are_judged);
    struct CMUnitTest tests[COUNT(package) + COUNT(shared)];
    const bool has_package = is_there("google/attestation.bin"),
               has_shared = is_there("milan-coco/report.bin");
    size_t count = 0;
    if (!has_package)
        tests[count++] = no_package;
    for (size_t i = 0; has_package && i < COUNT(package); i++)
        tests[count++] = package[i];
    if (!has_shared)
        tests[count++] = no_shared;
    for (size_t i = 0; has_shared && i < COUNT(shared); i++)
        tests[count++] = shared[i];
    return psa_crypto_init() == PSA_SUCCESS ? _cmocka_run_group_tests("real", tests, count, NULL, NULL) : 1;
}
