/* SPDX-License-Identifier: Apache-2.0 */
/* The verifier on process evidence: every vector is refused by its row alone; flips, truncations, chains; and
 * what people and programs read of a verdict. Acceptance tests 3, 4, 26, 30 and 33 of the threat model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>

#include "../../src/attest/calendar.h"
#include "vectors.h"

static struct judgement judgement;
static struct judged_bytes bytes;
static struct verdict verdict;
static struct casemate_error err;

static void expect_row(const struct vector *v)
{
    for (unsigned id = 0; id < CHECK_COUNT; id++)
        if (check_failed(&verdict.report, (enum check_id)id) != (id == (unsigned)v->row))
            fail_msg("%s: row %s is %s: expected \"%s\", found \"%s\"", v->name,
                     check_id_name((enum check_id)id), id == (unsigned)v->row ? "fulfilled" : "not fulfilled",
                     verdict.report.row[id].expected, verdict.report.row[id].found);
    assert_int_equal(verdict.accepted, v->row == CHECK_COUNT);
}

static void every_vector_is_refused_by_its_row_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < vector_count; i++) {
        vector_run(&vectors[i], &judgement, &bytes, &verdict, &err);
        expect_row(&vectors[i]);
    }
}

static void every_refusal_has_its_code_what_was_expected_and_the_next_step(void **state)
{
    (void)state;
    for (size_t i = 0; i < vector_count; i++) {
        if (vectors[i].row == CHECK_COUNT)
            continue;
        vector_run(&vectors[i], &judgement, &bytes, &verdict, &err);
        assert_int_equal(verdict_error(&verdict, &err), -1);
        if (err.code != vectors[i].code)
            fail_msg("%s: the code is %s", vectors[i].name, casemate_code_name(err.code));
        assert_true(err.what[0] && err.found[0] && err.next[0]);
        const char *reason = vectors[i].reason ? vectors[i].reason : check_id_name(vectors[i].row);
        assert_non_null(strstr(err.what, reason));
    }
}

/* Every row that process evidence can fail has a vector; the others say that they do not apply. */
static void every_row_has_a_vector_or_does_not_apply(void **state)
{
    (void)state;
    static const enum check_id other_tees[] = {CHECK_REVOCATION, CHECK_TCB, CHECK_ADVISORIES,
                                               CHECK_TCB_EVALUATION, CHECK_COLLATERAL_AGE};
    bool covered[CHECK_COUNT] = {false};
    for (size_t i = 0; i < vector_count; i++)
        if (vectors[i].row != CHECK_COUNT)
            covered[vectors[i].row] = true;
    judgement_make(&hierarchy, &judgement);
    assert_int_equal(judgement_run(&judgement, &bytes, &verdict, &err), 0);
    for (size_t i = 0; i < sizeof other_tees / sizeof *other_tees; i++) {
        assert_int_equal(verdict.report.row[other_tees[i]].state, CHECK_NOT_APPLICABLE);
        assert_true(verdict.report.row[other_tees[i]].found[0] != '\0');
        covered[other_tees[i]] = true;
    }
    for (unsigned id = 0; id < CHECK_COUNT; id++) /* those of other TEEs have theirs in their own tests */
        if (!covered[id] && verdict.report.used[id])
            fail_msg("row %s has no vector", check_id_name((enum check_id)id));
}

/* ---- test 26: flips ---- */

static void run_genuine(void)
{
    judgement_make(&hierarchy, &judgement);
    assert_int_equal(judgement_run(&judgement, &bytes, &verdict, &err), 0);
    assert_true(verdict.accepted);
}

static bool accepts(struct span statement, struct span evidence)
{
    return judgement_run_bytes(&judgement, statement, evidence, &verdict, &err) == 0 && verdict.accepted;
}

/* A ninth of the bits, each place in a byte in turn; all of them in the long runs. */
static size_t flip_step(void)
{
    return getenv("CASEMATE_SOAK") ? 1 : 9;
}

/* Nothing in COSE_Sign1 as we have it is unsigned, so there is no list of unsigned bits: every flip is
 * refused. */
/* rows 21 and 65 */
static void every_flipped_bit_of_the_evidence_is_refused(void **state)
{
    (void)state;
    run_genuine();
    const struct span statement = span_of(bytes.statement, bytes.statement_size);
    for (size_t bit = 0; bit < 8 * bytes.evidence_size; bit += flip_step()) {
        bytes.evidence[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (accepts(statement, span_of(bytes.evidence, bytes.evidence_size)))
            fail_msg("bit %zu of byte %zu may flip", bit % 8, bit / 8);
        bytes.evidence[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void every_flipped_bit_of_the_statement_is_refused(void **state)
{
    (void)state;
    run_genuine();
    const struct span evidence = span_of(bytes.evidence, bytes.evidence_size);
    for (size_t bit = 0; bit < 8 * bytes.statement_size; bit += flip_step()) {
        bytes.statement[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (accepts(span_of(bytes.statement, bytes.statement_size), evidence))
            fail_msg("bit %zu of byte %zu may flip", bit % 8, bit / 8);
        bytes.statement[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void truncated_and_extended_evidence_is_refused(void **state)
{
    (void)state;
    run_genuine();
    const struct span statement = span_of(bytes.statement, bytes.statement_size);
    for (size_t cut = 0; cut < bytes.evidence_size; cut++)
        assert_false(accepts(statement, span_of(bytes.evidence, cut)));
    bytes.evidence[bytes.evidence_size] = 0;
    assert_false(accepts(statement, span_of(bytes.evidence, bytes.evidence_size + 1)));
}

/* rows 20 and 21 */
static void evidence_of_an_earlier_session_is_refused_by_its_nonce(void **state)
{
    (void)state;
    run_genuine(); /* test 3: genuine, and recorded by the host; the client now has another nonce and session
                    */
    const struct span statement = span_of(bytes.statement, bytes.statement_size);
    judgement.expected.nonce = judgement.other;
    judgement.expected.binder = judgement.other + 32;
    assert_false(accepts(statement, span_of(bytes.evidence, bytes.evidence_size)));
    assert_true(check_failed(&verdict.report, CHECK_BINDING_NONCE));
    assert_true(check_failed(&verdict.report, CHECK_BINDING_EXPORTER));
}

/* ---- test 30: chains ---- */

static void a_chain_of_too_many_certificates_is_refused_unread(void **state)
{
    (void)state;
    judgement_make(&hierarchy, &judgement);
    for (size_t i = 0; i <= COSE_CHAIN_MAX; i++)
        judgement.wish.chain[i] = judgement.wish.chain[1];
    judgement.wish.chain_count = COSE_CHAIN_MAX + 1;
    assert_int_equal(judgement_run(&judgement, &bytes, &verdict, &err), 0);
    assert_false(verdict.accepted);
    assert_true(check_failed(&verdict.report, CHECK_FORMAT));
    assert_int_equal(verdict.report.row[CHECK_CHAIN].state, CHECK_NOT_RUN);
}

static void ten_thousand_certificates_take_no_memory(void **state)
{
    (void)state;
    enum { COUNT = 10000, SIZE = 300 };
    struct cbor_writer w;
    struct span encoded, protected_header;
    uint8_t *chain = calloc(COUNT, SIZE + 8), *evidence = calloc(COUNT + 1, SIZE + 8);
    static const uint8_t certificate[SIZE];
    assert_true(chain && evidence);
    cbor_writer_init(&w, chain, COUNT * (SIZE + 8));
    cbor_put_map(&w, 2);
    cbor_put_uint(&w, 1);
    cbor_put_int(&w, COSE_ES384);
    cbor_put_uint(&w, 33);
    cbor_put_array(&w, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        cbor_put_bytes(&w, span_of(certificate, SIZE));
    assert_int_equal(cbor_writer_finish(&w, &protected_header), 0);
    const struct cose_sign1 c = {.protected_header = protected_header, .payload = SPAN_LITERAL("x")};
    size_t size;
    assert_int_equal(cose_sign1_encode(&c, evidence, (COUNT + 1) * (SIZE + 8), &size), 0);
    encoded = span_of(evidence, size);
    run_genuine();
    assert_false(accepts(span_of(bytes.statement, bytes.statement_size), encoded));
    assert_int_equal(verdict.claims.chain_count, 0);
    free(chain);
    free(evidence);
}

static void truncated_certificates_are_refused(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < hierarchy.leaf.certificate.size; cut += 7) {
        judgement_make(&hierarchy, &judgement);
        judgement.wish.chain[0].size = cut;
        if (judgement_run(&judgement, &bytes, &verdict, &err) == 0)
            assert_false(verdict.accepted);
    }
}

static void bytes_behind_a_certificate_are_refused(void **state)
{
    (void)state;
    static uint8_t longer[CERTIFICATE_SIZE_MAX + 1];
    judgement_make(&hierarchy, &judgement);
    memcpy(longer, hierarchy.leaf.certificate.der, hierarchy.leaf.certificate.size);
    judgement.wish.chain[0] = span_of(longer, hierarchy.leaf.certificate.size + 1);
    assert_int_equal(judgement_run(&judgement, &bytes, &verdict, &err), 0);
    assert_true(check_failed(&verdict.report, CHECK_FORMAT));
}

static void a_signature_of_another_size_is_of_another_form(void **state)
{
    (void)state;
    judgement_make(&hierarchy, &judgement);
    judgement.wish.short_signature = true;
    assert_int_equal(judgement_run(&judgement, &bytes, &verdict, &err), 0);
    assert_int_equal(verdict.report.row[CHECK_FORMAT].state, CHECK_FAILED);
    assert_non_null(strstr(verdict.report.row[CHECK_FORMAT].found, "signature of 95 bytes"));
    assert_int_equal(verdict.report.row[CHECK_SIGNATURE].state, CHECK_FAILED);
}

/* ---- statements against what is expected of them ---- */

/* A receipt has neither nonce nor session. */
static void what_a_kind_of_statement_does_not_say_does_not_match(void **state)
{
    static const uint8_t value[DIGEST_SIZE];
    static struct check_report report;
    const struct statement receipt = {.kind = STATEMENT_RECEIPT, .state = KEEP_ENDED};
    const struct attest_expected expected = {.kind = STATEMENT_RECEIPT, .nonce = value, .session = value};
    (void)state;
    attest_bind(&receipt, &expected, &report);
    assert_int_equal(report.row[CHECK_BINDING_KIND].state, CHECK_OK);
    assert_int_equal(report.row[CHECK_BINDING_NONCE].state, CHECK_FAILED);
    assert_string_equal(report.row[CHECK_BINDING_NONCE].found, "a statement of another kind");
    assert_int_equal(report.row[CHECK_BINDING_SESSION].state, CHECK_FAILED);
}

/* Whatever stands in the place of its owner. */
static void a_keep_without_an_owner_is_nobodys(void **state)
{
    static struct check_report report;
    static const uint8_t spki[P256_SPKI_SIZE] = {1};
    struct statement statement = {.kind = STATEMENT_SESSION, .state = KEEP_UNOWNED};
    const struct attest_expected expected = {.kind = STATEMENT_SESSION,
                                             .owner_spki = span_of(spki, sizeof spki)};
    (void)state;
    assert_int_equal(statement_owner_digest(statement.instance, span_of(statement.nonce, NONCE_SIZE),
                                            expected.owner_spki, statement.owner),
                     0);
    attest_bind(&statement, &expected, &report);
    assert_int_equal(report.row[CHECK_BINDING_OWNER].state, CHECK_FAILED);
    report = (struct check_report){0};
    statement.state = KEEP_RUNNING;
    attest_bind(&statement, &expected, &report);
    assert_int_equal(report.row[CHECK_BINDING_OWNER].state, CHECK_OK);
}

static void a_value_that_is_too_long_to_show_is_compared_whole(void **state)
{
    static struct check_report report;
    uint8_t expected[CHECK_TEXT_MAX] = {0}, found[CHECK_TEXT_MAX] = {0};
    (void)state;
    assert_true(check_digest(&report, CHECK_BINDING, expected, found, sizeof found));
    found[sizeof found - 1] = 1;
    assert_false(check_digest(&report, CHECK_BINDING, expected, found, sizeof found));
    assert_int_equal(strlen(report.row[CHECK_BINDING].found), CHECK_TEXT_MAX - 2);
}

/* ---- test 33: simulated evidence ---- */

/* row 41 */
static void without_a_policy_simulated_evidence_is_refused_with_that_word(void **state)
{
    (void)state;
    struct policy *policy;
    run_genuine();
    assert_int_equal(policy_default(&policy, &err), 0);
    struct measurement m = {.size = 48};
    memcpy(m.bytes, judgement.wish.claims.measurement, 48);
    assert_int_equal(policy_add_reference(policy, "process", &m, "keep-process", 1, &err), 0);
    const struct attest_roots none = {0};
    struct attest_input input = {.statement = span_of(bytes.statement, bytes.statement_size),
                                 .evidence = span_of(bytes.evidence, bytes.evidence_size),
                                 .policy = policy,
                                 .roots = &none,
                                 .time = judgement.time,
                                 .expected = judgement.expected};
    assert_int_equal(attest_judge(&input, &verdict, &err), 0);
    assert_false(verdict.accepted);
    (void)verdict_error(&verdict, &err);
    assert_int_equal(err.code, E_SIMULATED);
    assert_non_null(strstr(err.what, "simulated"));
    /* With the flag, but the root not imported: its own reason. */
    assert_int_equal(policy_allow_simulated(policy, &none, &err), 0);
    assert_int_equal(attest_judge(&input, &verdict, &err), 0);
    (void)verdict_error(&verdict, &err);
    assert_int_equal(err.code, E_ROOT);
    /* With the flag and the root. */
    assert_int_equal(policy_allow_simulated(policy, &judgement.roots, &err), 0);
    assert_int_equal(attest_judge(&input, &verdict, &err), 0);
    assert_true(verdict.accepted);
    policy_free(policy);
}

static void bytes_of_no_known_form_cannot_be_judged(void **state)
{
    (void)state;
    run_genuine();
    const struct span statement = span_of(bytes.statement, bytes.statement_size);
    const struct span evidence = span_of(bytes.evidence, bytes.evidence_size);
    assert_int_equal(judgement_run_bytes(&judgement, statement, SPAN_LITERAL("quote"), &verdict, &err), -1);
    assert_int_equal(err.code, E_EVIDENCE);
    assert_int_equal(judgement_run_bytes(&judgement, span_of(NULL, 0), evidence, &verdict, &err), -1);
    assert_int_equal(err.code, E_EVIDENCE);
    assert_false(verdict.accepted);
}

static void a_verdict_lives_a_day_and_no_longer_than_its_certificates(void **state)
{
    (void)state;
    run_genuine();
    assert_true(verdict.expires == judgement.time + 24 * 3600);
    judgement.time = verdict.claims.expires - 60;
    assert_true(accepts(span_of(bytes.statement, bytes.statement_size),
                        span_of(bytes.evidence, bytes.evidence_size)));
    assert_true(verdict.expires == verdict.claims.expires);
}

/* ---- what is read of it ---- */

static const char *text_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_string(value));
    return json_string_value(value);
}

static json_t *verdict_object(void)
{
    char *text;
    json_error_t error;
    assert_int_equal(verdict_json(&verdict, NULL, &text, &err), 0);
    json_t *object = json_loads(text, 0, &error);
    free(text);
    assert_non_null(object);
    return object;
}

static void the_json_of_an_accepted_verdict_has_the_stable_fields(void **state)
{
    (void)state;
    run_genuine();
    json_t *object = verdict_object(), *claims = json_object_get(object, "claims"), *check;
    size_t i;
    assert_string_equal(text_of(object, "verdict"), "accepted");
    assert_int_equal(json_array_size(json_object_get(object, "reasons")), 0);
    assert_string_equal(text_of(claims, "tee"), "process");
    assert_string_equal(text_of(claims, "class"), "simulated");
    assert_string_equal(text_of(claims, "binding"), "session");
    assert_int_equal(strlen(text_of(claims, "measurement")), 96);
    assert_int_equal(strlen(text_of(claims, "report_data")), 128);
    assert_string_equal(text_of(json_object_get(claims, "launch"), "digest"), text_of(claims, "measurement"));
    assert_true(json_is_false(json_object_get(claims, "debug")));
    assert_true(json_is_array(json_object_get(claims, "advisories")));
    assert_int_equal(json_array_size(json_object_get(claims, "chain")), 2);
    json_array_foreach(json_object_get(object, "checks"), i, check)
    {
        assert_true(json_is_true(json_object_get(check, "ok")));
        assert_true(check_find(text_of(check, "id")) != CHECK_COUNT);
        (void)text_of(check, "expected");
        (void)text_of(check, "found");
    }
    assert_true(i >= 20);
    json_decref(object);
}

static void the_json_of_a_refusal_lists_every_failed_clause(void **state)
{
    (void)state;
    judgement_make(&hierarchy, &judgement);
    judgement.wish.claims.debug = EAT_DEBUG_ENABLED;
    (void)snprintf(strstr(judgement.policy_text, "[[measurement]]"), 64, "\n");
    assert_int_equal(judgement_run(&judgement, &bytes, &verdict, &err), 0);
    json_t *object = verdict_object(), *reasons = json_object_get(object, "reasons"), *check;
    size_t i, failed = 0;
    assert_string_equal(text_of(object, "verdict"), "refused");
    assert_int_equal(json_array_size(reasons), 2);
    assert_string_equal(json_string_value(json_array_get(reasons, 0)), "measurement-unknown");
    assert_string_equal(json_string_value(json_array_get(reasons, 1)), "debug");
    json_array_foreach(json_object_get(object, "checks"), i, check)
    {
        if (json_is_true(json_object_get(check, "ok")))
            continue;
        failed++;
        assert_true(text_of(check, "why")[0] && text_of(check, "fix")[0] && text_of(check, "reason")[0]);
        if (strcmp(text_of(check, "id"), "debug") == 0)
            assert_string_equal(text_of(check, "found"), "on");
    }
    assert_int_equal(failed, 2);
    json_decref(object);
}

static void what_a_peer_made_up_cannot_drive_a_terminal(void **state)
{
    (void)state;
    judgement_make(&hierarchy, &judgement);
    judgement.wish.claims.profile = SPAN_LITERAL("tag:\x1b[2J\x7f\n");
    judgement.wish.claims.enforced_by = SPAN_LITERAL("\x1b]0;silicon\x07");
    assert_int_equal(judgement_run(&judgement, &bytes, &verdict, &err), 0);
    for (unsigned id = 0; id < CHECK_COUNT; id++)
        for (const char *c = verdict.report.row[id].found; *c; c++)
            assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
    for (const char *c = verdict.claims.enforced_by; *c; c++)
        assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
}

static void the_text_shows_marks_and_what_to_do(void **state)
{
    (void)state;
    char *text;
    judgement_make(&hierarchy, &judgement);
    judgement.wish.claims.debug = EAT_DEBUG_ENABLED;
    assert_int_equal(judgement_run(&judgement, &bytes, &verdict, &err), 0);
    assert_int_equal(verdict_text(&verdict, NULL, &text, &err), 0);
    assert_int_equal(strncmp(text, "refused\n", 8), 0);
    assert_non_null(strstr(text, "\u2714 signature"));
    assert_non_null(strstr(text, "\u2718 debug"));
    assert_non_null(strstr(text, "- revocation"));
    assert_non_null(strstr(text, "allow_debug = true"));
    free(text);
}

static void claims_are_found_by_name(void **state)
{
    (void)state;
    char text[256];
    run_genuine();
    assert_true(verdict_claim(&verdict, "class", text, sizeof text));
    assert_string_equal(text, "simulated");
    assert_true(verdict_claim(&verdict, "debug", text, sizeof text));
    assert_string_equal(text, "false");
    assert_true(verdict_claim(&verdict, "enforced_by", text, sizeof text));
    assert_string_equal(text, "process");
    assert_false(verdict_claim(&verdict, "tcb_status", text, sizeof text));
    assert_false(verdict_claim(&verdict, "nonsense", text, sizeof text));
}

static void recorded_evidence_says_so(void **state)
{
    (void)state;
    char text[32];
    run_genuine();
    judgement.expected.binding = ATTEST_RECORDED;
    judgement.expected.nonce = judgement.expected.binder = judgement.expected.spki = NULL;
    assert_true(accepts(span_of(bytes.statement, bytes.statement_size),
                        span_of(bytes.evidence, bytes.evidence_size)));
    assert_true(verdict_claim(&verdict, "binding", text, sizeof text));
    assert_string_equal(text, "recorded");
}

/* Evidence without a statement, as other software keeps it: report_data is the nonce, zeros behind it. */
static bool accepts_raw(struct span nonce, bool recorded, const char **claim)
{
    static char binding[32];
    struct policy *policy;
    assert_int_equal(
        policy_parse(judgement.policy_text, strlen(judgement.policy_text), "policy.toml", &policy, &err), 0);
    const struct attest_input input = {.evidence = span_of(bytes.evidence, bytes.evidence_size),
                                       .policy = policy,
                                       .roots = &judgement.roots,
                                       .nonce = nonce,
                                       .recorded = recorded,
                                       .time = judgement.time};
    assert_int_equal(attest_judge_raw(&input, &verdict, &err), 0);
    policy_free(policy);
    assert_true(verdict_claim(&verdict, "binding", binding, sizeof binding));
    *claim = binding;
    for (unsigned id = 0; id < CHECK_COUNT; id++)
        if (id != CHECK_BINDING)
            assert_false(check_failed(&verdict.report, (enum check_id)id));
    return verdict.accepted;
}

static void evidence_alone_answers_a_nonce_or_is_a_recording(void **state)
{
    (void)state;
    const char *binding;
    uint8_t nonce[REPORT_DATA_SIZE + 1] = "a nonce of other software";
    const struct span right = span_of(nonce, 25);
    judgement_make(&hierarchy, &judgement);
    memcpy(judgement.wish.claims.report_data, nonce, REPORT_DATA_SIZE);
    bytes.evidence_size = forge_evidence(&judgement.wish, bytes.evidence);
    assert_false(accepts_raw(span_of(NULL, 0), false, &binding));
    assert_string_equal(binding, "recorded");
    assert_true(accepts_raw(span_of(NULL, 0), true, &binding));
    assert_string_equal(binding, "recorded");
    assert_true(accepts_raw(right, false, &binding));
    assert_string_equal(binding, "nonce");
    assert_true(accepts_raw(span_of(nonce, REPORT_DATA_SIZE), false, &binding)); /* with the zeros */
    assert_false(accepts_raw(span_of(nonce, 24), false, &binding));
    assert_string_equal(binding, "recorded");
    assert_false(accepts_raw(span_of(nonce, sizeof nonce), true, &binding));
    nonce[0] ^= 1;
    assert_false(accepts_raw(right, true, &binding)); /* what does not match does not become a recording */
    assert_string_equal(binding, "recorded");
}

static void every_check_has_a_page(void **state)
{
    (void)state;
    for (unsigned id = 0; id < CHECK_COUNT; id++) {
        const enum check_id check = (enum check_id)id;
        assert_true(check_title(check)[0] && check_why(check)[0] && check_fix(check)[0]);
        assert_int_equal(check_find(check_id_name(check)), check);
        assert_true(check_code(check) != E_NONE);
    }
    assert_int_equal(check_find("nonsense"), CHECK_COUNT);
    for (size_t i = 0; i < check_page_count(); i++) {
        const char *name, *title, *page;
        check_page(i, &name, &title, &page);
        assert_true(name[0] && title[0] && strstr(page, "\n\n"));
    }
}

static void dates_are_those_of_the_calendar(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *text;
        mbedtls_x509_time time;
    } dates[] = {
        {0, "1970-01-01T00:00:00Z", {1970, 1, 1, 0, 0, 0}},
        {951782399, "2000-02-28T23:59:59Z", {2000, 2, 28, 23, 59, 59}},
        {951782400, "2000-02-29T00:00:00Z", {2000, 2, 29, 0, 0, 0}},
        {1795521600, "2026-11-24T12:00:00Z", {2026, 11, 24, 12, 0, 0}},
        {4107542400, "2100-03-01T00:00:00Z", {2100, 3, 1, 0, 0, 0}},
        {-1, "1969-12-31T23:59:59Z", {1969, 12, 31, 23, 59, 59}},
        {253402300799, "9999-12-31T23:59:59Z", {9999, 12, 31, 23, 59, 59}},
    };
    char text[CALENDAR_TEXT];
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        calendar_text(dates[i].seconds, text);
        assert_string_equal(text, dates[i].text);
        assert_true(calendar_seconds(&dates[i].time) == dates[i].seconds);
    }
    calendar_text(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59Z");
    calendar_text(INT64_MIN, text);
    assert_string_equal(text, "0000-01-01T00:00:00Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_is_refused_by_its_row_alone),
        cmocka_unit_test(every_refusal_has_its_code_what_was_expected_and_the_next_step),
        cmocka_unit_test(every_row_has_a_vector_or_does_not_apply),
        cmocka_unit_test(every_flipped_bit_of_the_evidence_is_refused),
        cmocka_unit_test(every_flipped_bit_of_the_statement_is_refused),
        cmocka_unit_test(truncated_and_extended_evidence_is_refused),
        cmocka_unit_test(evidence_of_an_earlier_session_is_refused_by_its_nonce),
        cmocka_unit_test(a_chain_of_too_many_certificates_is_refused_unread),
        cmocka_unit_test(ten_thousand_certificates_take_no_memory),
        cmocka_unit_test(truncated_certificates_are_refused),
        cmocka_unit_test(bytes_behind_a_certificate_are_refused),
        cmocka_unit_test(a_signature_of_another_size_is_of_another_form),
        cmocka_unit_test(what_a_kind_of_statement_does_not_say_does_not_match),
        cmocka_unit_test(a_keep_without_an_owner_is_nobodys),
        cmocka_unit_test(a_value_that_is_too_long_to_show_is_compared_whole),
        cmocka_unit_test(without_a_policy_simulated_evidence_is_refused_with_that_word),
        cmocka_unit_test(bytes_of_no_known_form_cannot_be_judged),
        cmocka_unit_test(a_verdict_lives_a_day_and_no_longer_than_its_certificates),
        cmocka_unit_test(the_json_of_an_accepted_verdict_has_the_stable_fields),
        cmocka_unit_test(the_json_of_a_refusal_lists_every_failed_clause),
        cmocka_unit_test(what_a_peer_made_up_cannot_drive_a_terminal),
        cmocka_unit_test(the_text_shows_marks_and_what_to_do),
        cmocka_unit_test(claims_are_found_by_name),
        cmocka_unit_test(recorded_evidence_says_so),
        cmocka_unit_test(evidence_alone_answers_a_nonce_or_is_a_recording),
        cmocka_unit_test(every_check_has_a_page),
        cmocka_unit_test(dates_are_those_of_the_calendar),
    };
    return cmocka_run_group_tests(tests, vectors_start, vectors_stop);
}
