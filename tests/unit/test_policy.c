/* SPDX-License-Identifier: Apache-2.0 */
/* policy.toml: every key is understood or refused with its place, and every clause decides (docs/policy.md).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "../../src/attest/attest.h"
#include "../../src/attest/corim.h"

static struct casemate_error err;

static struct policy *parse(const char *text)
{
    struct policy *policy = NULL;
    if (policy_parse(text, strlen(text), "policy.toml", &policy, &err))
        fail_msg("%s", err.what);
    return policy;
}

#define ROOT "sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define M48  "111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111"

#define ROOT_DIGITS "0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define Z48         "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
#define K48         "\"" M48 "\""

static void every_key_is_understood(void **state)
{
    (void)state;
    struct policy *policy = parse("version = 1\n"
                                  "class = \"simulated\"\n"
                                  "roots = [\"" ROOT "\"]\n"
                                  "tees = [\"process\", \"sev-snp\"]\n"
                                  "tcb_status = [\"UpToDate\", \"SWHardeningNeeded\"]\n"
                                  "advisories = [\"INTEL-SA-00615\"]\n"
                                  "tolerate = [\"badram\"]\n"
                                  "allow_debug = true\n"
                                  "platforms = [\"00ff\"]\n"
                                  "[[measurement]]\ntee = \"process\"\nvalue = \"" M48 "\"\nname = \"mine\"\n"
                                  "[[image]]\nname = \"keep-process\"\nmin_svn = 3\n");
    uint8_t root[DIGEST_SIZE];
    assert_int_equal(policy_class(policy), ATTEST_SIMULATED);
    assert_true(attest_fingerprint_parse(SPAN_LITERAL(ROOT), root));
    assert_true(policy_pins_root(policy, root));
    root[0] ^= 1;
    assert_false(policy_pins_root(policy, root));
    policy_free(policy);
}

static void with_nothing_said_a_policy_is_for_hardware(void **state)
{
    (void)state;
    struct policy *policy = parse("version = 1\n");
    assert_int_equal(policy_class(policy), ATTEST_HARDWARE);
    policy_free(policy);
    assert_int_equal(policy_default(&policy, &err), 0);
    assert_int_equal(policy_class(policy), ATTEST_HARDWARE);
    policy_free(policy);
}

static void what_is_not_understood_is_an_error_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place, *words;
    } wrong[] = {
        {"", "policy.toml:", "version = 1"},
        {"class = \"hardware\"\n", "policy.toml:", "version = 1"},
        {"version = 2\n", "policy.toml:1:11:", "between 1 and 1"},
        {"version = \"1\"\n", "policy.toml:1:11:", "an integer"},
        {"version = 1\nclas = \"hardware\"\n", "policy.toml:2:1:", "did you mean `class`?"},
        {"version = 1\n\n  zzzzzz = 1\n", "policy.toml:3:3:", "unknown key `zzzzzz`"},
        {"version = 1\nclass = \"hard\"\n", "policy.toml:2:9:", "\"hardware\" or \"simulated\""},
        {"version = 1\nclass = 1\n", "policy.toml:2:9:", "a string"},
        {"version = 1\nclass = [\"hardware\", \"simulated\"]\n", "policy.toml:2:9:", "a string"},
        {"version = 1\nroots = [\"" ROOT "\"]\n", "policy.toml:2:9:", "for class \"simulated\" only"},
        {"version = 1\nclass = \"simulated\"\nroots = [\"sha256:00\"]\n", "policy.toml:3:10:", "64 digits"},
        {"version = 1\nclass = \"simulated\"\nroots = \"" ROOT "\"\n", "policy.toml:3:9:", "an array"},
        {"version = 1\ntees = [\"tdxx\"]\n", "policy.toml:2:9:", "did you mean \"tdx\"?"},
        {"version = 1\ntees = [\"quantum\"]\n", "policy.toml:2:9:", "known are"},
        {"version = 1\ntees = [1]\n", "policy.toml:2:9:", "a string"},
        {"version = 1\ntcb_status = [\"\"]\n", "policy.toml:2:15:", "1 to 39"},
        {"version = 1\nadvisories = [\"an identifier that is far too long for one\"]\n",
         "policy.toml:2:15:", "1 to 39"},
        {"version = 1\nallow_debug = \"yes\"\n", "policy.toml:2:15:", "true or false"},
        {"version = 1\nallow_debug = 1\n", "policy.toml:2:15:", "true or false"},
        {"version = 1\n[measurement]\ntee = \"sgx\"\n", "policy.toml:2:1:", "an array"},
        {"version = 1\n[[measurement]]\ntee = \"process\"\n", "policy.toml:2:1:", "needs `value`"},
        {"version = 1\n[[measurement]]\nvalue = \"" M48 "\"\n", "policy.toml:2:1:", "needs `tee`"},
        {"version = 1\n[[measurement]]\ntee = \"process\"\nvalue = \"11\"\n", "policy.toml:4:9:", "64 or 96"},
        {"version = 1\n[[measurement]]\ntee = \"process\"\nvalue = \"" M48 "\"\nsvn = 1\n",
         "policy.toml:5:1:", "unknown key `svn`"},
        {"version = 1\n[[signer]]\ntee = \"sgx\"\n", "policy.toml:2:1:", "needs `value`"},
        {"version = 1\n[[signer]]\ntee = \"sgx\"\nvalue = \"22\"\n", "policy.toml:4:9:", "64 or 96"},
        {"version = 1\n[[signer]]\ntee = \"sgx\"\nvalue = \"" M48 "\"\nproduct = -1\n",
         "policy.toml:5:11:", "between 0"},
        {"version = 1\n[[signer]]\ntee = \"sgx\"\nvalue = \"" M48 "\"\nsvn = 1\n",
         "policy.toml:5:1:", "unknown key `svn`"},
        {"version = 1\nmax_collateral_age = 0\n", "policy.toml:2:22:", "between 1"},
        {"version = 1\nmax_collateral_age = \"30d\"\n", "policy.toml:2:22:", "an integer"},
        {"version = 1\n[sgx]\nmin_svm = 1\n", "policy.toml:3:1:", "did you mean `min_svn`?"},
        {"version = 1\nsgx = 1\n", "policy.toml:2:7:", "a table"},
        {"version = 1\n[[signer]]\ntee = \"sgxx\"\nvalue = \"" M48 "\"\n",
         "policy.toml:3:7:", "did you mean"},
        {"version = 1\n[[signer]]\ntee = \"sgx\"\nvalue = 1\n", "policy.toml:4:9:", "a string"},
        {"version = 1\n[[signer]]\ntee = \"sgx\"\nvalue = \"" M48 "\"\nmin_svn = -1\n",
         "policy.toml:5:11:", "between 0"},
        {"version = 1\n[[signer]]\ntee = \"sgx\"\nvalue = \"" M48 "\"\nname = \"\"\n",
         "policy.toml:5:8:", "1 to 63"},
        {"version = 1\n[[image]]\nmin_svn = 1\n", "policy.toml:2:1:", "needs `name`"},
        {"version = 1\n[[image]]\nname = \"a\"\nmin_svn = -1\n", "policy.toml:4:11:", "between 0"},
        {"version = 1\nplatforms = [\"a\\u0000b\"]\n", "policy.toml:2:14:", "NUL"},
        {"version = 1\nclass = \"simulated\"\nroots = [1]\n", "policy.toml:3:10:", "a string"},
        {"version = 1\ntolerate = [1]\n", "policy.toml:2:13:", "a string"},
        {"version = 1\nmin_tcb_evaluation = 0\n", "policy.toml:2:22:", "between 1"},
        {"version = 1\n[[measurement]]\ntee = \"sgxx\"\nvalue = \"" M48 "\"\n",
         "policy.toml:3:7:", "did you mean"},
        {"version = 1\n[[measurement]]\ntee = \"sgx\"\nvalue = \"" M48 "\"\nname = \"\"\n",
         "policy.toml:5:8:", "1 to 63"},
        {"version = 1\n[[measurement]]\ntee = \"sgx\"\nvalue = \"z" ROOT_DIGITS "\"\n",
         "policy.toml:4:9:", "64 or 96"},
        {"version = 1\n[[image]]\nname = \"\"\n", "policy.toml:3:8:", "1 to 63"},
        {"version = 1\nversion = 1\n", "policy.toml:2:", ""},
        {"version = \n", "policy.toml:1:", ""},
        {"version = 1\n\xff\n", "policy.toml:", "utf-8"},
        {"version = 1\n[[\x10", "policy.toml:", "a character stands"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct policy *policy = NULL;
        assert_int_equal(policy_parse(wrong[i].text, strlen(wrong[i].text), "policy.toml", &policy, &err),
                         -1);
        assert_null(policy);
        assert_int_equal(err.code, E_CONFIG);
        if (strncmp(err.what, wrong[i].place, strlen(wrong[i].place)) != 0 ||
            !strstr(err.what, wrong[i].words))
            fail_msg("case %zu: %s", i, err.what);
    }
}

static void lists_past_their_limits_are_refused(void **state)
{
    (void)state;
    static char text[65536];
    struct policy *policy;
    size_t used = (size_t)snprintf(text, sizeof text, "version = 1\nadvisories = [");
    for (unsigned i = 0; i < 129; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "\"A%u\",", i);
    (void)snprintf(text + used, sizeof text - used, "]\n");
    assert_int_equal(policy_parse(text, strlen(text), "policy.toml", &policy, &err), -1);
    assert_non_null(strstr(err.what, "more than 128"));
    used = (size_t)snprintf(text, sizeof text, "version = 1\n[snp]\nid_keys = [");
    for (unsigned i = 0; i < 33; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s,", K48);
    (void)snprintf(text + used, sizeof text - used, "]\n");
    assert_int_equal(policy_parse(text, strlen(text), "policy.toml", &policy, &err), -1);
    assert_int_equal(err.code, E_CONFIG);
    assert_non_null(strstr(err.what, "1 to 32 digests"));
    static char huge[(1 << 20) + 1];
    assert_int_equal(policy_parse(huge, sizeof huge, "policy.toml", &policy, &err), -1);
    assert_int_equal(err.code, E_LIMIT);
}

/* ---- clauses on claims of other TEEs, which have TCB levels ---- */

static void hardware_claims(struct claims *c)
{
    *c = (struct claims){.tee = "tdx",
                         .class = ATTEST_HARDWARE,
                         .measurement = {.size = 48},
                         .has_tcb = true,
                         .tcb.status = "UpToDate",
                         .platform = "00ff",
                         .enforced_by = "silicon",
                         .tdx.td_attributes = 1 << 28 /* SEPT_VE_DISABLE */};
    memset(c->measurement.bytes, 0x11, 48);
}

static void expect(const char *policy_text, const struct claims *c, enum check_id failed)
{
    static struct check_report report;
    struct policy *policy = parse(policy_text);
    memset(&report, 0, sizeof report);
    policy_evaluate(policy, c, &report);
    policy_free(policy);
    for (unsigned id = 0; id < CHECK_COUNT; id++)
        if (check_failed(&report, (enum check_id)id) != (id == (unsigned)failed))
            fail_msg("row %s: expected \"%s\", found \"%s\"", check_id_name((enum check_id)id),
                     report.row[id].expected, report.row[id].found);
    assert_int_equal(check_all(&report), failed == CHECK_COUNT);
}

#define BASE  "version = 1\n"
#define KNOWN "[[measurement]]\ntee = \"tdx\"\nvalue = \"" M48 "\"\n"

static void tcb_status_and_advisories_decide(void **state)
{
    (void)state;
    struct claims c;
    hardware_claims(&c);
    expect(BASE KNOWN, &c, CHECK_COUNT);
    (void)snprintf(c.tcb.status, sizeof c.tcb.status, "SWHardeningNeeded");
    expect(BASE KNOWN, &c, CHECK_TCB);
    expect(BASE "tcb_status = [\"SWHardeningNeeded\"]\n" KNOWN, &c, CHECK_COUNT);
    expect(BASE "tcb_status = []\n" KNOWN, &c, CHECK_TCB);
    c.tcb.status[0] = '\0'; /* no collateral: unknown is not up to date */
    expect(BASE KNOWN, &c, CHECK_TCB);
    hardware_claims(&c);
    c.advisory_count = 2;
    (void)snprintf(c.advisory[0], sizeof c.advisory[0], "INTEL-SA-00615");
    (void)snprintf(c.advisory[1], sizeof c.advisory[1], "INTEL-SA-00657");
    expect(BASE KNOWN, &c, CHECK_ADVISORIES);
    expect(BASE "advisories = [\"INTEL-SA-00615\"]\n" KNOWN, &c, CHECK_ADVISORIES);
    expect(BASE "advisories = [\"INTEL-SA-00657\", \"INTEL-SA-00615\"]\n" KNOWN, &c, CHECK_COUNT);
}

static void platform_tee_class_and_debug_decide(void **state)
{
    (void)state;
    struct claims c;
    hardware_claims(&c);
    expect(BASE "platforms = [\"00ff\"]\n" KNOWN, &c, CHECK_COUNT);
    expect(BASE "platforms = [\"00fe\"]\n" KNOWN, &c, CHECK_PLATFORM);
    expect(BASE "tees = [\"tdx\"]\n" KNOWN, &c, CHECK_COUNT);
    expect(BASE "tees = [\"snp\"]\n" KNOWN, &c, CHECK_TEE);
    expect(BASE "class = \"simulated\"\nroots = [\"" ROOT "\"]\n" KNOWN, &c, CHECK_CLASS);
    c.class = ATTEST_SIMULATED;
    expect(BASE KNOWN, &c, CHECK_CLASS);
    hardware_claims(&c);
    c.debug = true;
    expect(BASE KNOWN, &c, CHECK_DEBUG);
    expect(BASE "allow_debug = true\n" KNOWN, &c, CHECK_COUNT);
}

static void a_measurement_counts_for_its_tee_alone(void **state)
{
    (void)state;
    struct claims c;
    hardware_claims(&c);
    expect(BASE "[[measurement]]\ntee = \"sgx\"\nvalue = \"" M48 "\"\n", &c, CHECK_MEASUREMENT);
    c.measurement.size = 32; /* a prefix is another measurement */
    expect(BASE KNOWN, &c, CHECK_MEASUREMENT);
    c.measurement.size = 0;
    expect(BASE KNOWN, &c, CHECK_MEASUREMENT);
}

static void a_named_measurement_excludes_the_callers_images(void **state)
{
    (void)state;
    static struct check_report report;
    struct claims c;
    struct policy *policy = parse(BASE "[[measurement]]\ntee = \"tdx\"\nvalue = \"" M48 "\"\n");
    hardware_claims(&c);
    c.measurement.bytes[0] = 0x22;
    assert_int_equal(policy_add_reference(policy, "tdx", &c.measurement, "keep.fd", 1, &err), 0);
    policy_evaluate(policy, &c, &report);
    assert_true(check_failed(&report, CHECK_MEASUREMENT));
    policy_free(policy);
}

static void evaluate(struct policy *policy, const struct claims *c, struct check_report *report)
{
    memset(report, 0, sizeof *report);
    policy_evaluate(policy, c, report);
    policy_free(policy);
}

static void a_named_signer_excludes_the_callers_images_too(void **state)
{
    (void)state;
    static struct check_report report;
    struct claims c;
    struct policy *policy = parse(BASE "[[signer]]\ntee = \"sgx\"\nvalue = \"" M48 "\"\n");
    hardware_claims(&c);
    assert_int_equal(policy_add_reference(policy, "tdx", &c.measurement, "keep.fd", 1, &err), 0);
    evaluate(policy, &c, &report);
    assert_true(check_failed(&report, CHECK_MEASUREMENT));
}

/* Nothing measured equals nothing claimed, but it is no measurement. */
static void an_empty_measurement_is_never_known(void **state)
{
    (void)state;
    static struct check_report report;
    struct claims c;
    struct policy *policy = parse(BASE);
    hardware_claims(&c);
    c.measurement.size = 0;
    assert_int_equal(policy_add_reference(policy, "tdx", &c.measurement, "keep.fd", 1, &err), 0);
    evaluate(policy, &c, &report);
    assert_true(check_failed(&report, CHECK_MEASUREMENT));
}

/* What the caller measured himself needs nobody's signature, and a named measurement no image's version. */
static void what_decides_about_code_is_what_the_rows_show(void **state)
{
    (void)state;
    static struct check_report report;
    struct claims c;
    hardware_claims(&c);
    c.signer.size = 32;
    struct policy *policy = parse(BASE);
    assert_int_equal(policy_add_reference(policy, "tdx", &c.measurement, "keep.fd", 1, &err), 0);
    evaluate(policy, &c, &report);
    assert_false(check_failed(&report, CHECK_MEASUREMENT));
    assert_string_equal(report.row[CHECK_MEASUREMENT].found, M48);
    policy = parse(BASE KNOWN "[[image]]\nname = \"keep.fd\"\nmin_svn = 2\n");
    assert_int_equal(policy_add_reference(policy, "tdx", &c.measurement, "keep.fd", 1, &err), 0);
    evaluate(policy, &c, &report);
    assert_int_equal(report.row[CHECK_SVN].state, CHECK_NOT_APPLICABLE);
    assert_string_equal(report.row[CHECK_MEASUREMENT].found, M48);
    policy = parse(BASE "[[image]]\nname = \"keep.fd\"\nmin_svn = 2\n");
    assert_int_equal(policy_add_reference(policy, "tdx", &c.measurement, "keep.fd", 1, &err), 0);
    evaluate(policy, &c, &report);
    assert_true(check_failed(&report, CHECK_SVN));
}

static void the_largest_of_the_minimums_decides(void **state)
{
    (void)state;
    static struct check_report report;
    static struct corim corim = {.count = 1, .value = {{.tee = "sgx", .has_svn = true, .min_svn = 5}}};
    struct claims c;
    hardware_claims(&c);
    memcpy(c.tee, "sgx", sizeof "sgx");
    c.has_svn = true;
    corim.value[0].value = c.measurement;
    static const struct {
        uint32_t svn;
        bool failed;
    } cases[] = {{6, true}, {7, false}};
    for (size_t i = 0; i < 2; i++) {
        struct policy *policy = parse(BASE "[sgx]\nmin_svn = 7\n");
        assert_int_equal(policy_add_corim(policy, &corim, &err), 0);
        c.svn = cases[i].svn;
        evaluate(policy, &c, &report);
        assert_int_equal(check_failed(&report, CHECK_SVN), cases[i].failed);
        assert_string_equal(report.row[CHECK_SVN].expected, "at least 7");
    }
}

static void one_of_several_names_is_enough(void **state)
{
    (void)state;
    struct claims c;
    hardware_claims(&c);
    expect(BASE "platforms = [\"00ff\", \"00fe\"]\n" KNOWN, &c, CHECK_COUNT);
    expect(BASE "platforms = [\"00fe\", \"00ff\"]\n" KNOWN, &c, CHECK_COUNT);
    expect(BASE "tees = [\"tdx\", \"sgx\"]\n" KNOWN, &c, CHECK_COUNT);
    expect(BASE "tees = [\"sgx\", \"tdx\"]\n" KNOWN, &c, CHECK_COUNT);
    expect(BASE "tees = [\"sgx\", \"snp\"]\n" KNOWN, &c, CHECK_TEE);
}

static void ages_and_evaluations_are_asked_of_those_that_have_them(void **state)
{
    (void)state;
    static struct check_report report;
    struct claims c;
    hardware_claims(&c);
    evaluate(parse(BASE "min_tcb_evaluation = 17\n" KNOWN), &c, &report);
    assert_int_equal(report.row[CHECK_TCB_EVALUATION].state, CHECK_NOT_APPLICABLE);
    assert_string_equal(report.row[CHECK_TCB_EVALUATION].found, "this TEE's TCB levels have no such number");
    c.has_tcb = false; /* lists of what is revoked have dates as well */
    c.collateral_date = 1000 * 86400;
    c.time = 1031 * 86400;
    expect(BASE "max_collateral_age = 30\n" KNOWN, &c, CHECK_COLLATERAL_AGE);
    expect(BASE "max_collateral_age = 31\n" KNOWN, &c, CHECK_COUNT);
}

static void references_and_roots_have_limits(void **state)
{
    (void)state;
    static struct attest_roots roots;
    const struct measurement m = {.size = 48};
    static char name[256];
    struct policy *policy = parse(BASE);
    memset(name, 'n', sizeof name - 1);
    assert_int_equal(policy_add_reference(policy, name, &m, "keep.fd", 1, &err), -1);
    assert_int_equal(err.code, E_LIMIT);
    err = (struct casemate_error){0};
    assert_int_equal(policy_add_reference(policy, "tdx", &m, name, 1, &err), -1);
    assert_int_equal(err.code, E_LIMIT);
    unsigned added = 0;
    err = (struct casemate_error){0};
    while (added < 10000 && policy_add_reference(policy, "tdx", &m, "keep.fd", 1, &err) == 0)
        added++;
    assert_int_equal(err.code, E_LIMIT);
    assert_true(added > 0 && added < 10000);
    roots.count = ATTEST_ROOTS_MAX;
    for (unsigned i = 0; i < ATTEST_ROOTS_MAX; i++)
        roots.root[i].fingerprint[0] = (uint8_t)i;
    assert_int_equal(policy_allow_simulated(policy, &roots, &err), 0);
    for (unsigned i = 0; i < ATTEST_ROOTS_MAX; i++)
        roots.root[i].fingerprint[1] = 1;
    err = (struct casemate_error){0};
    assert_int_equal(policy_allow_simulated(policy, &roots, &err), -1);
    assert_int_equal(err.code, E_LIMIT);
    policy_free(policy);
}

static void one_of_several_id_keys_is_enough(void **state)
{
    (void)state;
    static struct check_report report;
    struct claims c;
    hardware_claims(&c);
    memcpy(c.tee, "snp", sizeof "snp");
    c.has_snp = true;
    static const char *const policies[] = {BASE "[snp]\nid_keys = [" K48 ", \"" Z48 "\"]\n",
                                           BASE "[snp]\nid_keys = [\"" Z48 "\", " K48 "]\n"};
    for (size_t i = 0; i < 2; i++)
        for (unsigned byte = 0x10; byte <= 0x11; byte++) {
            memset(c.snp.id_key, (int)byte, sizeof c.snp.id_key);
            evaluate(parse(policies[i]), &c, &report);
            assert_int_equal(check_failed(&report, CHECK_SNP_ID_KEY), byte != 0x11);
        }
}

static void measurements_can_be_added_up_to_the_limit(void **state)
{
    (void)state;
    struct policy *policy = parse(BASE);
    uint8_t value[49] = {0};
    assert_int_equal(policy_add_measurement(policy, "tdx", span_of(value, 49), &err), -1);
    assert_int_equal(policy_add_measurement(policy, "tdx", span_of(value, 0), &err), -1);
    assert_int_equal(policy_add_measurement(policy, "a name that is too long", span_of(value, 48), &err), -1);
    for (unsigned i = 0; i < 256; i++)
        assert_int_equal(policy_add_measurement(policy, "tdx", span_of(value, 48), &err), 0);
    assert_int_equal(policy_add_measurement(policy, "tdx", span_of(value, 48), &err), -1);
    assert_int_equal(err.code, E_LIMIT);
    policy_free(policy);
}

static void a_copy_lives_on_its_own(void **state)
{
    (void)state;
    struct policy *policy = parse(BASE KNOWN), *copy;
    struct attest_roots roots = {.count = 1};
    assert_int_equal(policy_copy(policy, &copy, &err), 0);
    assert_int_equal(policy_allow_simulated(copy, &roots, &err), 0);
    assert_int_equal(policy_class(policy), ATTEST_HARDWARE);
    assert_int_equal(policy_class(copy), ATTEST_SIMULATED);
    policy_free(policy);
    assert_true(policy_pins_root(copy, roots.root[0].fingerprint));
    policy_free(copy);
}

static void fingerprints_have_one_form(void **state)
{
    (void)state;
    uint8_t root[DIGEST_SIZE];
    char text[ATTEST_FINGERPRINT_TEXT];
    assert_true(attest_fingerprint_parse(SPAN_LITERAL(ROOT), root));
    attest_fingerprint_text(root, text);
    assert_string_equal(text, ROOT);
    assert_false(attest_fingerprint_parse(SPAN_LITERAL(ROOT "0"), root));
    assert_false(attest_fingerprint_parse(SPAN_LITERAL("SHA256:" M48), root));
    assert_false(attest_fingerprint_parse(SPAN_LITERAL("sha256:"), root));
    assert_false(attest_fingerprint_parse(SPAN_LITERAL("sha512:0" ROOT_DIGITS), root));
    assert_false(attest_fingerprint_parse(SPAN_LITERAL("sha256:z" ROOT_DIGITS), root));
}

static void no_more_roots_than_the_limit(void **state)
{
    (void)state;
    static struct attest_roots roots;
    struct attest_root root = {0};
    for (unsigned i = 0; i < ATTEST_ROOTS_MAX; i++) {
        root.fingerprint[0] = (uint8_t)i;
        assert_int_equal(attest_roots_add(&roots, &root, &err), 0);
        assert_int_equal(attest_roots_add(&roots, &root, &err), 0); /* again changes nothing */
    }
    assert_int_equal(roots.count, ATTEST_ROOTS_MAX);
    root.fingerprint[1] = 1;
    assert_int_equal(attest_roots_add(&roots, &root, &err), -1);
    assert_int_equal(err.code, E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_understood),
        cmocka_unit_test(with_nothing_said_a_policy_is_for_hardware),
        cmocka_unit_test(what_is_not_understood_is_an_error_with_its_place),
        cmocka_unit_test(lists_past_their_limits_are_refused),
        cmocka_unit_test(tcb_status_and_advisories_decide),
        cmocka_unit_test(platform_tee_class_and_debug_decide),
        cmocka_unit_test(a_measurement_counts_for_its_tee_alone),
        cmocka_unit_test(a_named_measurement_excludes_the_callers_images),
        cmocka_unit_test(a_named_signer_excludes_the_callers_images_too),
        cmocka_unit_test(an_empty_measurement_is_never_known),
        cmocka_unit_test(what_decides_about_code_is_what_the_rows_show),
        cmocka_unit_test(the_largest_of_the_minimums_decides),
        cmocka_unit_test(one_of_several_names_is_enough),
        cmocka_unit_test(ages_and_evaluations_are_asked_of_those_that_have_them),
        cmocka_unit_test(references_and_roots_have_limits),
        cmocka_unit_test(one_of_several_id_keys_is_enough),
        cmocka_unit_test(measurements_can_be_added_up_to_the_limit),
        cmocka_unit_test(a_copy_lives_on_its_own),
        cmocka_unit_test(fingerprints_have_one_form),
        cmocka_unit_test(no_more_roots_than_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
