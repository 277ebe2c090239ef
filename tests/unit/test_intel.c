/* SPDX-License-Identifier: Apache-2.0 */
/* The verifier on SGX and TDX evidence of a hierarchy of our own: every vector is refused by its row alone;
 * flips, truncations, floods. Acceptance tests 26 to 33 of the threat model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "../../src/attest/intel.h"
#include "../../src/base/hex.h"
#include "vectors_intel.h"

static struct intel_judgement judgement;
static struct intel_case one;
static struct verdict verdict;
static struct casemate_error err;

static void expect_row(const char *name, enum check_id row)
{
    for (unsigned id = 0; id < CHECK_COUNT; id++)
        if (check_failed(&verdict.report, (enum check_id)id) != (id == (unsigned)row))
            fail_msg("%s: row %s is %s: expected \"%s\", found \"%s\"", name,
                     check_id_name((enum check_id)id), id == (unsigned)row ? "fulfilled" : "not fulfilled",
                     verdict.report.row[id].expected, verdict.report.row[id].found);
    assert_int_equal(verdict.accepted, row == CHECK_COUNT);
}

/* rows 19, 21 and 22 */
static void every_vector_is_refused_by_its_row_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < intel_vector_count; i++) {
        const struct intel_vector *v = &intel_vectors[i];
        intel_judgement_make(&intel_test_keys, v->base, &judgement);
        v->bend(&judgement);
        intel_judgement_run(&judgement, &verdict);
        expect_row(v->name, v->row);
        if (v->status && strcmp(v->status, verdict.claims.tcb.status) != 0)
            fail_msg("%s: the status is %s, not %s", v->name, verdict.claims.tcb.status, v->status);
    }
}

static void every_row_of_these_tees_has_a_vector(void **state)
{
    /* What the policy and the statement want of every TEE alike has its vectors with the process's evidence.
     */
    static const enum check_id elsewhere[] = {CHECK_CLASS, CHECK_TEE, CHECK_SVN, CHECK_BINDING_KIND,
                                              CHECK_BINDING_STATE};
    bool covered[CHECK_COUNT + 1] = {false};
    (void)state;
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        covered[elsewhere[i]] = true;
    for (size_t i = 0; i < intel_vector_count; i++)
        covered[intel_vectors[i].row] = true;
    for (enum intel_base base = SGX_3; base < INTEL_BASES; base++) {
        intel_judgement_make(&intel_test_keys, base, &judgement);
        intel_judgement_run(&judgement, &verdict);
        for (unsigned id = 0; id < CHECK_COUNT; id++)
            if (verdict.report.used[id] && !covered[id])
                fail_msg("row %s has no vector", check_id_name((enum check_id)id));
    }
}

static void claims_are_those_of_quote_certificate_and_collateral(void **state)
{
    const struct claims *c = &verdict.claims;
    (void)state;
    intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
    judgement.wish.quote.enclave.product = 7;
    judgement.wish.quote.enclave.svn = 9;
    judgement.wish.pck.pcesvn = 10;
    intel_judgement_run(&judgement, &verdict);
    assert_string_equal(c->tee, "sgx");
    assert_int_equal(c->class, ATTEST_SIMULATED);
    assert_string_equal(c->enforced_by, "");
    assert_int_equal(c->measurement.size, 32);
    assert_int_equal(c->signer.size, 32);
    assert_int_equal(c->product, 7);
    assert_int_equal(c->svn, 9);
    assert_true(c->has_intel && c->intel.smt && !c->intel.dynamic && c->intel.has_configuration);
    assert_memory_equal(c->intel.fmspc, judgement.wish.pck.fmspc, 6);
    assert_int_equal(c->intel.pck_pcesvn, 10);
    assert_string_equal(c->tcb.status, "OutOfDate");
    assert_string_equal(c->intel.qe.status, "UpToDate");
    assert_int_equal(c->tcb.date, 1678665600); /* 2023-03-13, of the platform; the QE's is newer */
    assert_int_equal(c->tcb.evaluation, 17);
    assert_int_equal(c->advisory_count, 2);
    assert_string_equal(c->advisory[1], "INTEL-SA-00002");
    assert_int_equal(c->expires, 1761955200); /* 2025-11-01: collateral ends before the certificates */
    assert_int_equal(c->chain_count, 3);
}

static void advisories_of_platform_module_and_qe_come_together_each_once(void **state)
{
    (void)state;
    intel_judgement_make(&intel_test_keys, TDX_4, &judgement);
    judgement.wish.pck.pcesvn = 10;
    judgement.wish.quote.td.tee_tcb_svn[0] = 3;
    judgement.wish.quote.qe.svn = 7;
    intel_swap(judgement.wish.identity, "INTEL-SA-00615", "INTEL-SA-00001");
    intel_judgement_run(&judgement, &verdict);
    assert_int_equal(verdict.claims.advisory_count, 3);
    assert_string_equal(verdict.claims.advisory[2], "INTEL-SA-00003");
    assert_string_equal(verdict.claims.intel.module.status, "OutOfDate");
    assert_int_equal(verdict.claims.tcb.date, 1636502400); /* 2021-11-10: the QE's */
}

/* ---- test 26: flips ---- */

/* Some of the bits, each place in a byte in turn; all of them in the long runs. */
static size_t flip_step(void)
{
    return getenv("CASEMATE_SOAK") ? 1 : 331;
}

static bool accepts(struct span evidence)
{
    one.input.evidence = evidence;
    return attest_judge(&one.input, &verdict, &err) == 0 && verdict.accepted;
}

/* Without this range: bytes that nobody signs, and that decide nothing. */
static void flip_all(enum intel_base base, enum intel_carrying carrying, size_t unsigned_bytes)
{
    intel_judgement_make(&intel_test_keys, base, &judgement);
    judgement.wish.carrying = carrying;
    judgement.wish.no_root_beside = carrying <= INTEL_DER;
    intel_case_make(&judgement, &one);
    const struct span quote = span_of(one.quote, one.quote_size);
    assert_true(accepts(quote));
    for (size_t bit = 0; bit < 8 * quote.size; bit += flip_step()) {
        const bool listed = bit / 8 >= quote.size - unsigned_bytes;
        one.quote[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (accepts(quote) != listed)
            fail_msg("bit %zu of byte %zu may%s flip", bit % 8, bit / 8, listed ? " not" : "");
        one.quote[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    intel_case_free(&one);
}

/* rows 21 and 22: certificates in DER leave no bit that nobody signs. */
static void every_flipped_bit_of_a_quote_is_refused(void **state)
{
    (void)state;
    flip_all(SGX_3, INTEL_DER, 0);
    flip_all(TDX_4, INTEL_DER, 0);
    flip_all(TDX_5_TD_1_5, INTEL_DER, 0);
}

/* The platform's identifier only says which certificate to look for; the QE's signature decides. */
static void flips_of_a_platforms_identifier_alone_change_nothing(void **state)
{
    (void)state;
    flip_all(SGX_3, INTEL_PPID, 34);
}

static void truncated_quotes_are_refused_and_bytes_behind_are_counted_not_read(void **state)
{
    (void)state;
    intel_judgement_make(&intel_test_keys, TDX_5_TD_1_5, &judgement);
    intel_case_make(&judgement, &one);
    for (size_t cut = 0; cut < one.quote_size; cut += cut < 1500 ? 1 : 97)
        assert_false(accepts(span_of(one.quote, cut)));
    assert_false(accepts(span_of(one.quote, one.quote_size - 1)));
    memset(one.quote + one.quote_size, 0xff, 100);
    assert_true(accepts(span_of(one.quote, one.quote_size + 100)));
    assert_int_equal(verdict.claims.trailing, 100);
    intel_case_free(&one);
}

/* ---- what cannot be read ---- */

/* Judges a quote in which some bytes are others; returns what row FORMAT found. */
static const char *patched(enum intel_base base, size_t offset, const char *bytes, size_t size)
{
    intel_judgement_make(&intel_test_keys, base, &judgement);
    intel_case_make(&judgement, &one);
    memcpy(one.quote + offset, bytes, size);
    assert_int_equal(attest_judge(&one.input, &verdict, &err), 0);
    assert_false(verdict.accepted);
    intel_case_free(&one);
    return verdict.report.row[CHECK_FORMAT].found;
}

static void a_quote_of_another_layout_is_refused_and_told_what_was_expected(void **state)
{
    enum {
        SGX_QE = 48 + 384 + 4 + 128,
        SGX_TYPE = SGX_QE + 384 + 64 + 2 + 32,
        TDX_TYPE = 48 + 584 + 4 + 128
    };
    (void)state;
    assert_string_equal(patched(SGX_3, 0, "\x06", 1), "a version other than 3, 4 and 5");
    assert_non_null(strstr(verdict.report.row[CHECK_FORMAT].expected, "3, 4 or 5"));
    assert_string_equal(patched(SGX_3, 0, "\x02", 1), "a version other than 3, 4 and 5");
    assert_string_equal(patched(TDX_4, 0, "\x03", 1), "version 3 for another TEE than SGX");
    assert_string_equal(patched(TDX_5_TD_1_5, 48, "\x01\x00\x80\x01", 4), "a body that its TEE has not");
    assert_string_equal(patched(TDX_5_TD_1_5, 48, "\x04", 1), "a body that its TEE has not");
    assert_string_equal(patched(TDX_5_TD_1_5, 48, "\x00", 1), "a body that its TEE has not");
    assert_string_equal(patched(SGX_5, 50, "\x81", 1), "a body that its TEE has not");
    assert_string_equal(patched(SGX_3, 48 + 384, "\xff\xff\xff\xff", 4), "a quote that ends too early");
    assert_string_equal(patched(SGX_3, 48 + 384, "\x20\x00", 2), "signature data that ends too early");
    assert_string_equal(patched(TDX_4, TDX_TYPE, "\x05", 1),
                        "certification data without a QE report (type 6)");
    assert_string_equal(patched(TDX_4, TDX_TYPE + 2, "\x01\x00", 2),
                        "certification data of another size than its parts");
    assert_string_equal(patched(SGX_3, SGX_TYPE, "\x06", 1),
                        "a QE report inside a QE report's certification data");
    assert_string_equal(patched(SGX_3, SGX_TYPE, "\x00", 1), "certification data of an unknown type");
    assert_string_equal(patched(SGX_3, SGX_TYPE, "\x08", 1), "certification data of an unknown type");
    assert_string_equal(patched(SGX_3, SGX_TYPE, "\x01", 1), "a platform's identifier of another size");
    assert_string_equal(patched(SGX_3, SGX_TYPE + 2, "\x01\x00", 2),
                        "bytes behind the signature data's parts");
    assert_string_equal(patched(SGX_3, SGX_TYPE + 2, "\xff\xff", 2), "signature data that ends too early");
    assert_int_equal(verdict.claims.measurement.size, 0);
}

static void certification_data_that_does_not_fill_its_place_is_refused(void **state)
{
    enum {
        SGX_TYPE = 48 + 384 + 4 + 128 + 384 + 64 + 2 + 32,
        TDX_SIZE = 48 + 584 + 4 + 128 + 6 + 384 + 64 + 2 + 32 + 2
    };
    (void)state;
    assert_string_equal(patched(SGX_3, SGX_TYPE, "\x02", 1), "a platform's identifier of another size");
    intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
    intel_case_make(&judgement, &one);
    store_le32(one.quote + 48 + 384, SGX_TYPE + 6 - 48 - 384 - 4);
    store_le32(one.quote + SGX_TYPE + 2, 0);
    assert_false(accepts(span_of(one.quote, SGX_TYPE + 6)));
    assert_string_equal(verdict.report.row[CHECK_FORMAT].found, "empty certification data");
    intel_case_free(&one);
    intel_judgement_make(&intel_test_keys, TDX_4, &judgement);
    intel_case_make(&judgement, &one);
    store_le32(one.quote + TDX_SIZE, load_le32(one.quote + TDX_SIZE) - 1);
    assert_false(accepts(span_of(one.quote, one.quote_size)));
    assert_string_equal(verdict.report.row[CHECK_FORMAT].found,
                        "certification data of another size than its parts");
    intel_case_free(&one);
}

static void of_other_softwares_quote_that_cannot_be_read_nothing_is_bound(void **state)
{
    (void)state;
    intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
    intel_case_make(&judgement, &one);
    one.input.evidence.size--;
    assert_int_equal(attest_judge_raw(&one.input, &verdict, &err), 0);
    assert_int_equal(verdict.report.row[CHECK_FORMAT].state, CHECK_FAILED);
    assert_int_equal(verdict.report.row[CHECK_BINDING].state, CHECK_NOT_RUN);
    intel_case_free(&one);
}

static void certification_data_without_certificates_is_refused(void **state)
{
    enum { DATA = 48 + 384 + 4 + 128 + 384 + 64 + 2 + 32 + 6 };
    static const char *const starts[] = {"?", "0", "\x30\x82\xff\xff", "\x30\x03\x02\x01\x01",
                                         "-----BEGIN CERTIFICATE-----"};
    (void)state;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
        intel_case_make(&judgement, &one);
        memset(one.quote + DATA, '?', one.quote_size - DATA);
        memcpy(one.quote + DATA, starts[i], strlen(starts[i]));
        assert_false(accepts(span_of(one.quote, one.quote_size)));
        assert_string_equal(verdict.report.row[CHECK_FORMAT].found, "none that can be read");
        intel_case_free(&one);
    }
}

static void expect_failed(const enum check_id *rows, size_t count)
{
    bool expected[CHECK_COUNT] = {false};
    for (size_t i = 0; i < count; i++)
        expected[rows[i]] = true;
    assert_false(verdict.accepted);
    for (unsigned id = 0; id < CHECK_COUNT; id++)
        if (check_failed(&verdict.report, (enum check_id)id) != expected[id])
            fail_msg("row %s is %s", check_id_name((enum check_id)id), expected[id] ? "fulfilled" : "not");
}
#define EXPECT_FAILED(...)                                                                                   \
    expect_failed((const enum check_id[]){__VA_ARGS__},                                                      \
                  sizeof((const enum check_id[]){__VA_ARGS__}) / sizeof(enum check_id))

/* row 22: what is missing refuses, and says so in its own row. */
static void missing_collateral_fails_its_own_rows(void **state)
{
    (void)state;
    intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
    judgement.wish.info[0] = '\0';
    intel_judgement_run(&judgement, &verdict);
    EXPECT_FAILED(CHECK_TCB_INFO, CHECK_TCB_INFO_SIGNATURE, CHECK_TCB_INFO_DATE, CHECK_TCB_LEVEL, CHECK_TCB);
    intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
    judgement.wish.identity[0] = '\0';
    intel_judgement_run(&judgement, &verdict);
    EXPECT_FAILED(CHECK_QE_IDENTITY, CHECK_QE_IDENTITY_SIGNATURE, CHECK_QE_IDENTITY_DATE, CHECK_QE_SIGNER,
                  CHECK_QE_PRODUCT, CHECK_QE_ATTRIBUTES, CHECK_TCB_LEVEL, CHECK_TCB);
    intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
    judgement.wish.no_tcb_certificate = true;
    intel_judgement_run(&judgement, &verdict);
    EXPECT_FAILED(CHECK_TCB_INFO_SIGNATURE, CHECK_QE_IDENTITY_SIGNATURE);
    intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
    judgement.wish.carrying = INTEL_PPID;
    judgement.no_collateral = true;
    intel_judgement_run(&judgement, &verdict);
    assert_true(check_failed(&verdict.report, CHECK_CHAIN));
    assert_true(check_failed(&verdict.report, CHECK_QE_SIGNATURE));
    assert_true(check_failed(&verdict.report, CHECK_ROOT));
    assert_false(check_failed(&verdict.report, CHECK_SIGNATURE));
}

/* Row 22. */
static void without_any_collateral_a_quote_is_judged_by_what_it_carries(void **state)
{
    (void)state;
    for (enum intel_carrying carrying = INTEL_PEM; carrying <= INTEL_PPID; carrying += INTEL_PPID) {
        intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
        judgement.wish.carrying = carrying;
        intel_case_make(&judgement, &one);
        one.input.collateral = NULL;
        assert_false(accepts(span_of(one.quote, one.quote_size)));
        assert_int_equal(check_failed(&verdict.report, CHECK_QE_SIGNATURE), carrying == INTEL_PPID);
        assert_int_equal(verdict.report.row[CHECK_TCB_INFO].state, CHECK_FAILED);
        assert_string_equal(verdict.report.row[CHECK_TCB_INFO].found, "none");
        assert_string_equal(verdict.report.row[CHECK_QE_IDENTITY].found, "none");
        intel_case_free(&one);
    }
}

/* Whoever signed the TCB Info has a chain, but there is none of the evidence that it could join. */
static void collateral_without_the_platforms_certificate_is_not_enough(void **state)
{
    (void)state;
    intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
    judgement.wish.carrying = INTEL_PPID;
    judgement.no_collateral = true;
    intel_case_make(&judgement, &one);
    judgement.wish.carrying = INTEL_LEAF; /* all but the leaf */
    intel_beside(&judgement.wish, &one.collateral);
    assert_false(accepts(span_of(one.quote, one.quote_size)));
    assert_string_equal(verdict.report.row[CHECK_CHAIN].found, "none");
    assert_int_equal(verdict.report.row[CHECK_ROOT].state, CHECK_NOT_RUN);
    assert_int_equal(verdict.report.row[CHECK_TCB_INFO_SIGNATURE].state, CHECK_OK);
    intel_case_free(&one);
}

static void of_several_platforms_that_did_not_sign_the_first_is_named(void **state)
{
    static struct intel_judgement other;
    (void)state;
    intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
    judgement.wish.carrying = INTEL_PPID;
    judgement.wish.qe_signer = &intel_test_keys.stranger;
    intel_case_make(&judgement, &one);
    intel_judgement_make(&intel_test_keys, SGX_3, &other);
    other.wish.carrying = INTEL_PPID;
    other.wish.pck.ppid[0] ^= 1;
    intel_beside(&other.wish, &one.collateral);
    assert_false(accepts(span_of(one.quote, one.quote_size)));
    EXPECT_FAILED(CHECK_QE_SIGNATURE);
    char first[33];
    hex_encode(judgement.wish.pck.ppid, sizeof judgement.wish.pck.ppid, first);
    assert_string_equal(verdict.claims.platform, first);
    intel_case_free(&one);
}

static void an_identity_that_cannot_be_read_is_told_with_its_reason(void **state)
{
    (void)state;
    intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
    intel_swap(judgement.wish.identity, "\"version\":2", "\"version\":1");
    intel_judgement_run(&judgement, &verdict);
    assert_int_equal(verdict.report.row[CHECK_QE_IDENTITY].state, CHECK_FAILED);
    assert_string_equal(verdict.report.row[CHECK_QE_IDENTITY].found, "not 2: `version`");
    assert_int_equal(verdict.report.row[CHECK_QE_SIGNER].state, CHECK_NOT_RUN);
}

static void a_platforms_certificate_without_extensions_vouches_for_nothing(void **state)
{
    (void)state;
    intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
    judgement.wish.no_extensions = true;
    intel_judgement_run(&judgement, &verdict);
    EXPECT_FAILED(CHECK_PCK, CHECK_TCB_INFO, CHECK_TCB_LEVEL, CHECK_TCB);
}

/* A key of another curve than Intel's is nobody's, wherever it stands. */
static void a_platforms_key_of_another_curve_is_refused(void **state)
{
    static struct pki_key other;
    (void)state;
    pki_key_make(&other, PKI_P384);
    for (enum intel_carrying carrying = INTEL_PEM; carrying <= INTEL_PPID; carrying++) {
        intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
        judgement.wish.carrying = carrying;
        judgement.wish.leaf.key = &other;
        intel_judgement_run(&judgement, &verdict);
        EXPECT_FAILED(CHECK_QE_SIGNATURE, CHECK_CHAIN);
    }
    intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
    judgement.wish.tcb.key = &other;
    intel_judgement_run(&judgement, &verdict);
    EXPECT_FAILED(CHECK_TCB_INFO_SIGNATURE, CHECK_QE_IDENTITY_SIGNATURE);
    pki_key_free(&other);
}

/* A list among the carried certificates is only what it is; a stranger behind them too. */
static void a_list_in_the_quote_is_no_certificate(void **state)
{
    static struct der der;
    enum { TYPE = 48 + 384 + 4 + 128 + 384 + 64 + 2 + 32 };
    (void)state;
    intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
    intel_case_make(&judgement, &one);
    const struct span list = pki_list(&der, &judgement.wish.ca_list);
    store_le32(one.quote + TYPE + 2, (uint32_t)list.size);
    store_le32(one.quote + 48 + 384, (uint32_t)(TYPE + 6 + list.size - 48 - 384 - 4));
    memcpy(one.quote + TYPE + 6, list.data, list.size);
    assert_false(accepts(span_of(one.quote, TYPE + 6 + list.size)));
    assert_string_equal(verdict.report.row[CHECK_FORMAT].found, "none that can be read");
    intel_case_free(&one);
}

static void what_does_not_begin_as_a_quote_is_no_evidence(void **state)
{
    static const uint8_t starts[][4] = {{2, 0, 2, 0}, {6, 0, 2, 0}, {3, 0, 0, 0}, {4, 0, 3, 0}};
    (void)state;
    intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
    intel_case_make(&judgement, &one);
    one.quote[12] ^= 1; /* the vendor */
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        memcpy(one.quote, starts[i], sizeof starts[i]);
        assert_false(attest_sgx_recognise(span_of(one.quote, one.quote_size)));
    }
    memcpy(one.quote, "\x03\x00\x02\x00", 4);
    assert_true(attest_sgx_recognise(span_of(one.quote, QUOTE_HEADER_SIZE)));
    assert_false(attest_sgx_recognise(span_of(one.quote, QUOTE_HEADER_SIZE - 1)));
    assert_false(attest_tdx_recognise(span_of(one.quote, one.quote_size)));
    intel_case_free(&one);
}

/* ---- choosing among several ---- */

static void add_info(const char *from, const char *to, bool bad)
{
    static struct intel_judgement other;
    intel_judgement_make(&intel_test_keys, SGX_3, &other);
    intel_swap(other.wish.info, from, to);
    other.wish.bad_info = bad;
    intel_beside(&other.wish, &one.collateral);
}

/* The right, signed, current one of the highest evaluation counts, wherever it stands. */
static void of_several_tcb_infos_the_best_counts(void **state)
{
    (void)state;
    intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
    intel_case_make(&judgement, &one);
    add_info("Number\":17", "Number\":16", false);
    add_info("Number\":17", "Number\":99", true);
    add_info("2025-11-01", "2025-10-02", false);
    add_info("\"fmspc\":\"", "\"fmspc\":\"00\",\"x\":\"", false);
    assert_true(accepts(span_of(one.quote, one.quote_size)));
    assert_int_equal(verdict.claims.tcb.evaluation, 17);
    add_info("Number\":17", "Number\":18", false);
    assert_true(accepts(span_of(one.quote, one.quote_size)));
    assert_int_equal(verdict.claims.intel.platform.evaluation, 18);
    intel_case_free(&one);
}

static void of_several_identities_the_best_counts(void **state)
{
    static struct intel_judgement other;
    (void)state;
    intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
    intel_case_make(&judgement, &one);
    intel_judgement_make(&intel_test_keys, SGX_3, &other);
    intel_swap(other.wish.identity, "Number\":17", "Number\":18");
    intel_beside(&other.wish, &one.collateral);
    assert_true(accepts(span_of(one.quote, one.quote_size)));
    assert_int_equal(verdict.claims.intel.qe.evaluation, 18);
    intel_case_free(&one);
}

/* Test 30: a host that sends certificates without end. */
static void ten_thousand_certificates_are_refused_in_bounded_memory(void **state)
{
    static struct der der;
    enum { COUNT = 10000, HEAD = 48 + 384 + 4 + 128 + 384 + 64 + 2 + 32 };
    (void)state;
    intel_judgement_make(&intel_test_keys, SGX_3, &judgement);
    intel_case_make(&judgement, &one);
    const struct span certificate = pki_certificate(&der, &judgement.wish.ca);
    const size_t room = HEAD + 6 + (size_t)COUNT * certificate.size;
    uint8_t *quote = malloc(room);
    assert_non_null(quote);
    memcpy(quote, one.quote, HEAD);
    store_le16(quote + HEAD, QUOTE_PCK_CHAIN);
    store_le32(quote + HEAD + 2, (uint32_t)(room - HEAD - 6));
    store_le32(quote + 48 + 384, (uint32_t)(room - 48 - 384 - 4));
    for (size_t i = 0; i < COUNT; i++) {
        uint8_t *at = quote + HEAD + 6 + i * certificate.size;
        memcpy(at, certificate.data, certificate.size);
        store_le16(at + certificate.size - 2, (uint16_t)i); /* none is like another */
    }
    assert_false(accepts(span_of(quote, room)));
    assert_true(check_failed(&verdict.report, CHECK_FORMAT));
    free(quote);
    intel_case_free(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_is_refused_by_its_row_alone),
        cmocka_unit_test(every_row_of_these_tees_has_a_vector),
        cmocka_unit_test(claims_are_those_of_quote_certificate_and_collateral),
        cmocka_unit_test(advisories_of_platform_module_and_qe_come_together_each_once),
        cmocka_unit_test(every_flipped_bit_of_a_quote_is_refused),
        cmocka_unit_test(flips_of_a_platforms_identifier_alone_change_nothing),
        cmocka_unit_test(truncated_quotes_are_refused_and_bytes_behind_are_counted_not_read),
        cmocka_unit_test(a_quote_of_another_layout_is_refused_and_told_what_was_expected),
        cmocka_unit_test(certification_data_that_does_not_fill_its_place_is_refused),
        cmocka_unit_test(of_other_softwares_quote_that_cannot_be_read_nothing_is_bound),
        cmocka_unit_test(certification_data_without_certificates_is_refused),
        cmocka_unit_test(missing_collateral_fails_its_own_rows),
        cmocka_unit_test(without_any_collateral_a_quote_is_judged_by_what_it_carries),
        cmocka_unit_test(collateral_without_the_platforms_certificate_is_not_enough),
        cmocka_unit_test(of_several_platforms_that_did_not_sign_the_first_is_named),
        cmocka_unit_test(an_identity_that_cannot_be_read_is_told_with_its_reason),
        cmocka_unit_test(a_platforms_certificate_without_extensions_vouches_for_nothing),
        cmocka_unit_test(a_platforms_key_of_another_curve_is_refused),
        cmocka_unit_test(a_list_in_the_quote_is_no_certificate),
        cmocka_unit_test(what_does_not_begin_as_a_quote_is_no_evidence),
        cmocka_unit_test(of_several_tcb_infos_the_best_counts),
        cmocka_unit_test(of_several_identities_the_best_counts),
        cmocka_unit_test(ten_thousand_certificates_are_refused_in_bounded_memory),
    };
    return cmocka_run_group_tests(tests, intel_start, intel_stop);
}
