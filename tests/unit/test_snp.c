/* SPDX-License-Identifier: Apache-2.0 */
/* The verifier on evidence of SEV-SNP, SEV and SEV-ES: every vector is refused by its row alone; flips,
 * truncations, tables; statuses and floors. Acceptance tests 26 to 28, 30 and 31 of the threat model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/attest/policy_floors.h"
#include "../../src/attest/snp.h"
#include "../../src/base/hex.h"
#include "snp_vectors.h"

static struct snp_case wish;
static struct snp_bytes bytes;
static struct verdict verdict;
static struct casemate_error err;

static void make(enum snp_product product)
{
    snp_case_make(&wish, &snp_test_hierarchy, product);
}

static void run(void)
{
    assert_int_equal(snp_case_run(&wish, &verdict, &err), 0);
}

static void every_vector_is_refused_by_its_row_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < snp_vector_count; i++) {
        const struct snp_vector *v = &snp_vectors[i];
        make(v->product);
        v->bend(&wish);
        run();
        for (unsigned id = 0; id < CHECK_COUNT; id++)
            if (check_failed(&verdict.report, (enum check_id)id) != (id == (unsigned)v->row))
                fail_msg("%s: row %s is %s: expected \"%s\", found \"%s\"", v->name,
                         check_id_name((enum check_id)id),
                         id == (unsigned)v->row ? "fulfilled" : "not fulfilled",
                         verdict.report.row[id].expected, verdict.report.row[id].found);
        assert_int_equal(verdict.accepted, v->row == CHECK_COUNT);
    }
}

static void every_row_of_amds_evidence_has_a_vector(void **state)
{
    static const enum check_id rows[] = {
#define CHECK(name, code, id, title, why, fix) CHECK_##name,
#include "../../src/attest/checks_amd.def"
#include "../../src/attest/checks_amd_policy.def"
#undef CHECK
        CHECK_FORMAT, CHECK_SIGNATURE,   CHECK_CHAIN, CHECK_VALIDITY,  CHECK_REVOCATION,
        CHECK_ROOT,   CHECK_BINDING,     CHECK_BOOT,  CHECK_TEE_MATCH, CHECK_CLASS,
        CHECK_TEE,    CHECK_MEASUREMENT, CHECK_DEBUG, CHECK_TCB,       CHECK_PLATFORM};
    bool covered[CHECK_COUNT] = {[CHECK_SEV_GENERATION] = true}; /* has tests of its own, below */
    (void)state;
    for (size_t i = 0; i < snp_vector_count; i++)
        if (snp_vectors[i].row != CHECK_COUNT)
            covered[snp_vectors[i].row] = true;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!covered[rows[i]])
            fail_msg("row %s has no vector", check_id_name(rows[i]));
    make(SNP_GENOA);
    run();
    for (unsigned id = 0; id < CHECK_COUNT; id++) /* whatever else a judgement of SNP has is covered too */
        if (verdict.report.used[id] && verdict.report.row[id].state == CHECK_OK && !covered[id] &&
            id != CHECK_BINDING_KIND && id != CHECK_ADVISORIES)
            fail_msg("row %s has no vector", check_id_name((enum check_id)id));
}

/* ---- test 26: flips, cuts, what stands behind ---- */

static void build(enum snp_product product)
{
    make(product);
    snp_case_build(&wish, &bytes);
}

static bool accepts(void)
{
    return snp_case_judge(&wish, &bytes, &verdict, &err) == 0 && verdict.accepted;
}

static size_t flip_step(void)
{
    return getenv("CASEMATE_SOAK") ? 1 : 37;
}

/* No range of a report is unsigned and not reserved: every flip is refused, by the signature or as reserved.
 */
static void every_flipped_bit_of_a_report_is_refused(void **state)
{
    (void)state;
    for (unsigned product = SNP_GENOA; product <= SNP_TURIN; product++) {
        build((enum snp_product)product);
        assert_true(accepts());
        for (size_t bit = product; bit < 8 * (size_t)SNP_REPORT_SIZE; bit += flip_step()) {
            const uint8_t mask = (uint8_t)(1u << bit % 8);
            bytes.evidence[bit / 8] ^= mask;
            if (accepts())
                fail_msg("bit %zu of byte %zu may flip", bit % 8, bit / 8);
            if (bit >= 32 && !check_failed(&verdict.report, CHECK_SIGNATURE) &&
                !check_failed(&verdict.report, CHECK_SNP_RESERVED))
                fail_msg("bit %zu of byte %zu is neither signed nor reserved", bit % 8, bit / 8);
            bytes.evidence[bit / 8] ^= mask;
        }
        snp_bytes_free(&bytes);
    }
}

static void a_report_that_is_cut_is_of_no_known_form(void **state)
{
    (void)state;
    build(SNP_GENOA);
    for (size_t size = 0; size < SNP_REPORT_SIZE; size++) {
        bytes.evidence_size = size;
        assert_int_equal(snp_case_judge(&wish, &bytes, &verdict, &err), -1);
        assert_int_equal(err.code, E_EVIDENCE);
    }
    snp_bytes_free(&bytes);
}

/* Not even if nobody asked for its form before. */
static void of_a_report_that_is_cut_nothing_is_read(void **state)
{
    struct check_report report = {0};
    struct claims claims = {0};
    (void)state;
    build(SNP_GENOA);
    const struct attest_input input = {.evidence = span_of(bytes.evidence, SNP_REPORT_SIZE - 1)};
    attest_snp_need(&report);
    attest_snp(&input, NULL, &report, &claims);
    assert_int_equal(claims.measurement.size, 0);
    for (unsigned id = 0; id < CHECK_COUNT; id++)
        assert_int_equal(report.row[id].state, CHECK_NOT_RUN);
    snp_bytes_free(&bytes);
}

static void bytes_behind_a_report_are_counted_and_never_read(void **state)
{
    (void)state;
    build(SNP_GENOA);
    memset(bytes.evidence + SNP_REPORT_SIZE, 0xa5, 100);
    bytes.evidence_size += 100;
    assert_true(accepts());
    assert_int_equal(verdict.claims.trailing, 100);
    snp_bytes_free(&bytes);
}

/* ---- the table of certificates ---- */

static void bytes_behind_a_table_are_counted_and_never_read(void **state)
{
    (void)state;
    make(SNP_GENOA);
    wish.table = true;
    snp_case_build(&wish, &bytes);
    assert_true(accepts());
    assert_int_equal(verdict.claims.trailing, 0);
    memset(bytes.evidence + bytes.evidence_size, 0xa5, 77);
    bytes.evidence_size += 77;
    assert_true(accepts());
    assert_int_equal(verdict.claims.trailing, 77);
    snp_bytes_free(&bytes);
}

static void a_table_that_is_cut_or_wild_gives_no_certificates(void **state)
{
    uint8_t *const table = bytes.evidence + SNP_REPORT_SIZE;
    (void)state;
    make(SNP_GENOA);
    wish.table = true;
    snp_case_build(&wish, &bytes);
    const size_t whole = bytes.evidence_size;
    for (size_t cut = SNP_REPORT_SIZE; cut < whole; cut += cut < SNP_REPORT_SIZE + 130 ? 1 : 397) {
        bytes.evidence_size = cut;
        assert_false(accepts());
    }
    bytes.evidence_size = whole;
    for (size_t entry = 0; entry < 4; entry++) { /* an offset, a size and a GUID that lead nowhere */
        uint8_t saved[24];
        memcpy(saved, table + 24 * entry, sizeof saved);
        store_le32(table + 24 * entry + 16, UINT32_MAX);
        assert_false(accepts());
        memcpy(table + 24 * entry, saved, sizeof saved);
        store_le32(table + 24 * entry + 20, 0);
        assert_false(accepts());
        memcpy(table + 24 * entry, saved, sizeof saved);
        table[24 * entry] ^= 0xff;
        assert_false(accepts());
        memcpy(table + 24 * entry, saved, sizeof saved);
    }
    assert_true(accepts());
    snp_bytes_free(&bytes);
}

static void a_table_inside_a_table_is_passed_over(void **state)
{
    (void)state;
    make(SNP_GENOA);
    wish.table = true;
    snp_case_build(&wish, &bytes);
    uint8_t *const table = bytes.evidence + SNP_REPORT_SIZE;
    store_le32(table + 16, 0); /* the first entry is the table itself */
    store_le32(table + 20, (uint32_t)(bytes.evidence_size - SNP_REPORT_SIZE));
    assert_false(accepts());
    assert_true(check_failed(&verdict.report, CHECK_SNP_CERTIFICATE));
    snp_bytes_free(&bytes);
}

/* Zeros are the end only where they are all. */
static void a_table_ends_at_an_entry_of_zeros_or_after_so_many_entries(void **state)
{
    enum { ENTRIES_MAX = 32, ENTRY = 24 };
    static uint8_t table[(ENTRIES_MAX + 2) * ENTRY];
    struct collateral set = {0};
    size_t used;
    (void)state;
    table[16] = 1;         /* an offset */
    table[ENTRY + 20] = 1; /* a size */
    assert_int_equal(snp_table_add(&set, "test", span_of(table, sizeof table), &used, &err), 0);
    assert_int_equal(used, 3 * ENTRY);
    for (size_t i = 0; i < ENTRIES_MAX + 2; i++)
        table[i * ENTRY] = 1;
    assert_int_equal(snp_table_add(&set, "test", span_of(table, sizeof table), &used, &err), 0);
    assert_int_equal(used, ENTRIES_MAX * ENTRY);
    assert_int_equal(set.count + set.stranger_count, 0);
    collateral_free(&set);
}

static size_t put_pem(const struct pki_key *key, int number, char *to)
{
    static struct der d;
    char subject[32];
    (void)snprintf(subject, sizeof subject, "Number %d", number);
    const struct pki_wish certificate = {
        .subject = subject, .issuer = subject, .key = key, .signer = key, .from = 0, .to = SNP_TIME};
    struct span der = pki_certificate(&d, &certificate);
    size_t size = (size_t)sprintf(to, "-----BEGIN CERTIFICATE-----\n");
    base64_encode(der.data, der.size, to + size);
    size += base64_size(der.size);
    return size + (size_t)sprintf(to + size, "\n-----END CERTIFICATE-----\n");
}

/* Test 30: ten thousand would be cut off at the same place. */
static void a_table_of_more_certificates_than_the_limit_is_refused(void **state)
{
    static const uint8_t vcek[16] = {0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64,
                                     0xad, 0xc5, 0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd};
    struct pki_key key;
    size_t size = 0;
    (void)state;
    pki_key_make(&key, PKI_P256);
    build(SNP_GENOA);
    uint8_t *const table = bytes.evidence + SNP_REPORT_SIZE;
    for (int i = 0; i <= COLLATERAL_ITEMS_MAX; i++)
        size += put_pem(&key, i, (char *)table + 48 + size);
    memcpy(table, vcek, sizeof vcek);
    store_le32(table + 16, 48);
    store_le32(table + 20, (uint32_t)size);
    bytes.evidence_size = SNP_REPORT_SIZE + 48 + size;
    assert_false(accepts());
    assert_true(check_failed(&verdict.report, CHECK_FORMAT));
    snp_bytes_free(&bytes);
    pki_key_free(&key);
}

/* ---- test 30: certificates ---- */

static void without_a_certificate_nothing_is_signed(void **state)
{
    (void)state;
    char text[64];
    make(SNP_GENOA);
    wish.no_certificate = true;
    run();
    assert_false(verdict.accepted);
    assert_true(check_failed(&verdict.report, CHECK_SNP_CERTIFICATE));
    assert_int_equal(verdict.report.row[CHECK_SIGNATURE].state, CHECK_NOT_RUN);
    assert_int_equal(verdict.report.row[CHECK_CHAIN].state, CHECK_NOT_RUN);
    assert_int_equal(verdict.report.row[CHECK_BINDING].state, CHECK_OK);
    assert_false(verdict_claim(&verdict, "tcb_status", text, sizeof text));
    assert_true(verdict_claim(&verdict, "platform", text, sizeof text));
    assert_int_equal(verdict_error(&verdict, &err), -1);
    assert_non_null(strstr(err.what, "snp-certificate"));
}

static void a_certificate_that_lacks_any_extension_is_refused(void **state)
{
    (void)state;
    for (unsigned level = 1; level <= 9; level++) {
        make(SNP_TURIN);
        wish.certificate.level[level] = LEVEL_NONE;
        run();
        const bool reserved = level >= 4 && level <= 7; /* may be left out */
        assert_int_equal(check_failed(&verdict.report, CHECK_SNP_CERTIFICATE), !reserved);
        assert_int_equal(verdict.accepted, reserved);
    }
    make(SNP_GENOA);
    wish.certificate.level[3] = 256;
    run();
    assert_true(check_failed(&verdict.report, CHECK_SNP_CERTIFICATE));
    make(SNP_GENOA);
    wish.certificate.hwid_size = 0;
    run();
    assert_true(check_failed(&verdict.report, CHECK_SNP_CERTIFICATE));
    make(SNP_GENOA);
    wish.certificate.product_name = NULL;
    run();
    assert_true(check_failed(&verdict.report, CHECK_SNP_CERTIFICATE));
    make(SNP_GENOA);
    wish.certificate.bare = true;
    run();
    assert_string_equal(verdict.report.row[CHECK_SNP_CERTIFICATE].found, "one with a bad list of extensions");
    make(SNP_GENOA);
    wish.certificate.product_name = "Genoa-\x1b[2J";
    run();
    assert_true(check_failed(&verdict.report, CHECK_SNP_CERTIFICATE));
}

static void an_extension_of_another_form_is_refused(void **state)
{
    static const struct {
        const char *suffix;
        struct span value;
    } odd[] = {
        {"1", SPAN_LITERAL("\x02\x01\x00\x00")}, /* something behind it */
        {"1", SPAN_LITERAL("\x04\x01\x00")},
        {"2", SPAN_LITERAL("\x0c\x05Genoa")}, /* UTF8String */
        {"2", SPAN_LITERAL("\x16\x00")},
        {"2", SPAN_LITERAL("\x16\x05Genoa\x00")},
        {"2", SPAN_LITERAL("\x16\x2eGenoa-0123456789012345678901234567890123456789")},
        {"2", SPAN_LITERAL("\x16\x06Genoa\x7f")},
        {"3.1", SPAN_LITERAL("\x02\x01\x80")}, /* negative */
        {"3.1", SPAN_LITERAL("\x02\x02\x01\x00")},
        {"3.1", SPAN_LITERAL("")},
        {"3.4", SPAN_LITERAL("\x05\x00")}, /* a reserved level that is none */
        {"4", SPAN_LITERAL("\x05\x40"
                           "0123456789012345678901234567890123456789012345678901234567890123")},
        {"4", SPAN_LITERAL("\x04\x41"
                           "0123456789012345678901234567890123456789012345678901234567890123")},
        {"4", SPAN_LITERAL("0123")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        make(SNP_GENOA);
        wish.certificate.odd_suffix = odd[i].suffix;
        wish.certificate.odd = odd[i].value;
        run();
        assert_false(verdict.accepted);
        if (!check_failed(&verdict.report, CHECK_SNP_CERTIFICATE))
            fail_msg("value %zu of %s passes", i, odd[i].suffix);
    }
}

static void what_begins_otherwise_is_no_report(void **state)
{
    (void)state;
    build(SNP_GENOA);
    for (size_t at = 0; at < 4; at++) {
        uint8_t saved = bytes.evidence[at];
        bytes.evidence[at] = at == 0 ? 0 : 2;
        assert_int_equal(snp_case_judge(&wish, &bytes, &verdict, &err), -1);
        bytes.evidence[at] = saved;
    }
    assert_true(accepts());
    snp_bytes_free(&bytes);
}

static void a_report_alone_is_judged_without_collateral(void **state)
{
    (void)state;
    build(SNP_GENOA);
    const struct attest_input input = {.evidence = span_of(bytes.evidence, bytes.evidence_size),
                                       .recorded = true,
                                       .policy = bytes.policy,
                                       .time = SNP_TIME};
    assert_int_equal(attest_judge_raw(&input, &verdict, &err), 0);
    assert_true(check_failed(&verdict.report, CHECK_SNP_CERTIFICATE));
    snp_bytes_free(&bytes);
}

static void a_nonce_is_found_in_a_report_of_other_software(void **state)
{
    static const uint8_t nonce[] = {9, 8, 7};
    (void)state;
    make(SNP_GENOA);
    wish.raw = true;
    memcpy(wish.report + AT_REPORT_DATA, nonce, sizeof nonce);
    snp_case_build(&wish, &bytes);
    struct attest_input input = {.evidence = span_of(bytes.evidence, bytes.evidence_size),
                                 .collateral = &bytes.collateral,
                                 .nonce = span_of(nonce, sizeof nonce),
                                 .policy = bytes.policy,
                                 .time = SNP_TIME};
    assert_int_equal(attest_judge_raw(&input, &verdict, &err), 0);
    assert_true(verdict.accepted);
    input.nonce.size--;
    assert_int_equal(attest_judge_raw(&input, &verdict, &err), 0);
    assert_true(check_failed(&verdict.report, CHECK_BINDING));
    snp_bytes_free(&bytes);
}

static void a_key_of_another_name_is_no_vcek(void **state)
{
    (void)state;
    make(SNP_GENOA);
    wish.certificate.subject = "SEV-Genoa";
    run();
    assert_false(verdict.accepted);
    assert_string_equal(verdict.report.row[CHECK_SNP_CERTIFICATE].found, "no such certificate");
}

/* Its firmware was for Milan and Genoa alone. */
static void a_report_of_version_2_is_of_no_turin(void **state)
{
    (void)state;
    make(SNP_TURIN);
    snp_put32(&wish, AT_VERSION, 2);
    memset(wish.report + AT_CPUID, 0, 3);
    memset(wish.report + AT_LAUNCH_MITIGATIONS, 0, 16);
    run();
    assert_int_equal(verdict.report.row[CHECK_SNP_PRODUCT].state, CHECK_FAILED);
    assert_string_equal(verdict.report.row[CHECK_SNP_PRODUCT].expected, "SEV-Turin");
}

/* ---- test 28: status ---- */

static void expect_status(const char *status)
{
    char text[64] = "";
    run();
    assert_true(verdict_claim(&verdict, "tcb_status", text, sizeof text) == (status[0] != '\0'));
    assert_string_equal(text, status);
    assert_int_equal(check_failed(&verdict.report, CHECK_TCB), strcmp(status, "UpToDate") != 0);
}

static void the_status_is_worked_out_from_certificate_floors_and_lists(void **state)
{
    (void)state;
    make(SNP_GENOA);
    expect_status("UpToDate");
    snp_put_tcbs(&wish, 0x541700000000000a);
    expect_status("OutOfDate");
    wish.list = 0; /* of an old TCB no list is needed to know it */
    expect_status("OutOfDate");
    make(SNP_GENOA);
    wish.certificate.level[8]--;
    expect_status("OutOfDate");
    make(SNP_GENOA);
    wish.list = FORGE_LIST_REVOKING;
    expect_status("Revoked");
}

/* Test 29. */
static void without_a_current_list_nothing_is_up_to_date(void **state)
{
    (void)state;
    make(SNP_GENOA);
    wish.list = 0;
    expect_status("");
    assert_true(check_failed(&verdict.report, CHECK_REVOCATION));
    make(SNP_GENOA);
    wish.list = FORGE_LIST_FORGED;
    expect_status("");
    assert_true(check_failed(&verdict.report, CHECK_REVOCATION));
    make(SNP_GENOA);
    wish.list = FORGE_LIST_OLD;
    expect_status("");
    assert_true(check_failed(&verdict.report, CHECK_REVOCATION));
}

/* ---- floors ---- */

static bool is_floor(enum check_id id)
{
    const char *floor;
    for (size_t i = 0; (floor = policy_floor_id(i)) != NULL; i++)
        if (check_find(floor) == id)
            return true;
    return false;
}

/* A Milan of 2023: below every floor. */
static void make_old(void)
{
    make(SNP_MILAN);
    snp_put32(&wish, AT_VERSION, 2);
    memset(wish.report + AT_CPUID, 0, 3);
    memset(wish.report + AT_LAUNCH_MITIGATIONS, 0, 16);
    snp_put64(&wish, AT_PLATFORM_INFO, SNP_PLATFORM_SMT_EN);
    snp_put64(&wish, AT_POLICY, 0x3001f);
    snp_put_tcbs(&wish, 0x7308000000000003);
    wish.statuses = "\"OutOfDate\"";
    wish.tolerate = "";
}

static void tolerating_a_floor_lifts_its_row_and_no_other(void **state)
{
    const char *id;
    (void)state;
    make_old();
    run();
    for (size_t i = 0; (id = policy_floor_id(i)) != NULL; i++)
        if (strcmp(id, "sept-ve-disable") != 0)
            assert_true(check_failed(&verdict.report, check_find(id)) ||
                        !verdict.report.used[check_find(id)]);
    for (size_t i = 0; (id = policy_floor_id(i)) != NULL; i++) {
        char quoted[64];
        if (!verdict.report.used[check_find(id)])
            continue; /* of another TEE */
        (void)snprintf(quoted, sizeof quoted, "\"%s\"", id);
        make_old();
        wish.tolerate = quoted;
        run();
        for (unsigned row = 0; row < CHECK_COUNT; row++)
            if (verdict.report.used[row] && is_floor((enum check_id)row))
                assert_int_equal(check_failed(&verdict.report, (enum check_id)row),
                                 strcmp(check_id_name((enum check_id)row), id) != 0);
    }
}

static void evidence_below_a_floor_keeps_signature_and_claims(void **state)
{
    (void)state;
    char text[256];
    make_old();
    run();
    assert_false(verdict.accepted);
    assert_false(check_failed(&verdict.report, CHECK_SIGNATURE));
    assert_false(check_failed(&verdict.report, CHECK_CHAIN));
    assert_true(verdict_claim(&verdict, "measurement", text, sizeof text));
    assert_int_equal(verdict_error(&verdict, &err), -1);
    assert_int_equal(err.code, E_POLICY);
}

/* ---- policies ---- */

static void expect_config(const char *text, const char *part)
{
    struct policy *policy;
    assert_int_equal(policy_parse(text, strlen(text), "policy.toml", &policy, &err), -1);
    assert_int_equal(err.code, E_CONFIG);
    if (!strstr(err.what, part))
        fail_msg("\"%s\" does not say \"%s\"", err.what, part);
}

static void a_key_that_is_not_understood_is_an_error_with_its_place(void **state)
{
    (void)state;
    expect_config("version = 1\ntolerate = [\"badrm\"]\n", "did you mean \"badram\"");
    expect_config("version = 1\ntolerate = [\"nothing-of-the-kind\"]\n", "unknown floor");
    expect_config("version = 1\nsnp = 1\n", "snp");
    expect_config("version = 1\n[snp]\nvmpll = 0\n", "vmpl");
    expect_config("version = 1\n[snp]\nvmpl = 4\n", "vmpl");
    expect_config("version = 1\n[snp]\nallow_smt = 1\n", "allow_smt");
    expect_config("version = 1\n[snp]\nmin_abi = \"1\"\n", "min_abi");
    expect_config("version = 1\n[snp]\nmin_abi = \"1.256\"\n", "min_abi");
    expect_config("version = 1\n[snp]\nmin_abi = \"256.1\"\n", "min_abi");
    expect_config("version = 1\n[snp]\nmin_abi = \"1.05\"\n", "min_abi");
    expect_config("version = 1\n[snp]\nmin_abi = 1.55\n", "min_abi");
    expect_config("version = 1\n[snp]\nhost_data = \"00\"\n", "host_data");
    expect_config("version = 1\n[snp]\nfamily_id = 1\n", "family_id");
    expect_config("version = 1\n[snp]\nid_keys = []\n", "id_keys");
    expect_config("version = 1\n[snp]\nid_keys = \"00\"\n", "id_keys");
    expect_config("version = 1\n[snp]\nauthor_keys = [\"00\"]\n", "digest");
    expect_config("version = 1\n[snp]\nsigning_keys = [\"vcec\"]\n", "vcek");
    expect_config("version = 1\n[snp]\nsigning_keys = [1]\n", "signing key");
    expect_config("version = 1\n[snp]\nsigning_keys = \"vcek\"\n", "signing_keys");
    expect_config("version = 1\n[snp]\nmin_guest_svn = -1\n", "min_guest_svn");
}

/* ---- SEV and SEV-ES ---- */

static void expect_refused_generation(uint32_t policy, const char *generation)
{
    struct policy *accepting;
    uint8_t report[208] = {1, 2, 3};
    char text[32];
    const struct attest_input input = {
        .evidence = span_of(report, sizeof report), .recorded = true, .policy = NULL, .time = SNP_TIME};
    struct attest_input given = input;
    store_le32(report + 0x30, policy);
    store_le32(report + 0x34, 0x1002);
    store_le32(report + 0x38, 2);
    assert_int_equal(policy_default(&accepting, &err), 0);
    assert_int_equal(policy_add_measurement(accepting, "sev", span_of(report + 16, 32), &err), 0);
    assert_int_equal(policy_add_measurement(accepting, "sev-es", span_of(report + 16, 32), &err), 0);
    given.policy = accepting;
    assert_int_equal(attest_judge_raw(&given, &verdict, &err), 0);
    assert_false(verdict.accepted);
    assert_true(check_failed(&verdict.report, CHECK_SEV_GENERATION));
    assert_string_equal(verdict.report.row[CHECK_SEV_GENERATION].found, generation);
    assert_true(verdict_claim(&verdict, "tee", text, sizeof text));
    assert_int_equal(verdict_error(&verdict, &err), -1);
    assert_int_equal(err.code, E_EVIDENCE);
    policy_free(accepting);
}

/* It cannot bear a Keep's statement: there is no boot record to compare. */
static void sev_is_refused_beside_a_statement_too(void **state)
{
    uint8_t report[208] = {1, 2, 3};
    (void)state;
    build(SNP_GENOA);
    store_le32(report + 0x34, 0x1002);
    struct attest_input input = {.statement = span_of(bytes.statement, bytes.statement_size),
                                 .evidence = span_of(report, sizeof report),
                                 .recorded = true,
                                 .policy = bytes.policy,
                                 .time = SNP_TIME,
                                 .expected = {.kind = STATEMENT_SESSION}};
    assert_int_equal(attest_judge(&input, &verdict, &err), 0);
    assert_false(verdict.accepted);
    assert_int_equal(verdict.report.row[CHECK_SEV_GENERATION].state, CHECK_FAILED);
    assert_int_equal(verdict.report.row[CHECK_BINDING].state, CHECK_FAILED);
    assert_int_equal(verdict.report.row[CHECK_BOOT].state, CHECK_NOT_RUN);
    snp_bytes_free(&bytes);
}

static void other_bytes_of_that_size_are_of_no_known_form(void **state)
{
    struct policy *policy;
    uint8_t report[208] = {1, 2, 3};
    struct attest_input input = {.evidence = span_of(report, sizeof report), .recorded = true};
    (void)state;
    assert_int_equal(policy_default(&policy, &err), 0);
    input.policy = policy;
    assert_int_equal(attest_judge_raw(&input, &verdict, &err), -1);
    store_le32(report + 0x34, 0x1002);
    store_le32(report + 0x3c, 1); /* the reserved word */
    assert_int_equal(attest_judge_raw(&input, &verdict, &err), -1);
    policy_free(policy);
}

/* row 15 */
static void sev_and_sev_es_are_refused_with_the_reason(void **state)
{
    (void)state;
    expect_refused_generation(1, "SEV");
    expect_refused_generation(5, "SEV-ES");
    expect_refused_generation(4, "SEV-ES");
    assert_true(verdict.claims.debug);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_is_refused_by_its_row_alone),
        cmocka_unit_test(every_row_of_amds_evidence_has_a_vector),
        cmocka_unit_test(every_flipped_bit_of_a_report_is_refused),
        cmocka_unit_test(a_report_that_is_cut_is_of_no_known_form),
        cmocka_unit_test(of_a_report_that_is_cut_nothing_is_read),
        cmocka_unit_test(bytes_behind_a_report_are_counted_and_never_read),
        cmocka_unit_test(bytes_behind_a_table_are_counted_and_never_read),
        cmocka_unit_test(a_table_that_is_cut_or_wild_gives_no_certificates),
        cmocka_unit_test(a_table_inside_a_table_is_passed_over),
        cmocka_unit_test(a_table_ends_at_an_entry_of_zeros_or_after_so_many_entries),
        cmocka_unit_test(a_table_of_more_certificates_than_the_limit_is_refused),
        cmocka_unit_test(without_a_certificate_nothing_is_signed),
        cmocka_unit_test(a_certificate_that_lacks_any_extension_is_refused),
        cmocka_unit_test(an_extension_of_another_form_is_refused),
        cmocka_unit_test(what_begins_otherwise_is_no_report),
        cmocka_unit_test(a_report_alone_is_judged_without_collateral),
        cmocka_unit_test(a_nonce_is_found_in_a_report_of_other_software),
        cmocka_unit_test(a_key_of_another_name_is_no_vcek),
        cmocka_unit_test(a_report_of_version_2_is_of_no_turin),
        cmocka_unit_test(the_status_is_worked_out_from_certificate_floors_and_lists),
        cmocka_unit_test(without_a_current_list_nothing_is_up_to_date),
        cmocka_unit_test(tolerating_a_floor_lifts_its_row_and_no_other),
        cmocka_unit_test(evidence_below_a_floor_keeps_signature_and_claims),
        cmocka_unit_test(a_key_that_is_not_understood_is_an_error_with_its_place),
        cmocka_unit_test(sev_and_sev_es_are_refused_with_the_reason),
        cmocka_unit_test(sev_is_refused_beside_a_statement_too),
        cmocka_unit_test(other_bytes_of_that_size_are_of_no_known_form),
    };
    return cmocka_run_group_tests(tests, snp_start, snp_stop);
}
