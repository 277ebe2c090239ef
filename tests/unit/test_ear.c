/* SPDX-License-Identifier: Apache-2.0 */
/* Attestation results never say more than the verdict: which row turns which claim, keys, and the JWT's form.
 * Its signature is checked by another implementation in tests/e2e/verify.bats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/attest/ear.h"
#include "../../src/base/hex.h"

static struct verdict verdict;
static struct ear_vector vector;
static struct casemate_error err;

/* Hardware, up to date, known code: accepted. */
static void make_good(void)
{
    static const enum check_id rows[] = {CHECK_SIGNATURE,  CHECK_CHAIN, CHECK_ROOT,
                                         CHECK_REVOCATION, CHECK_CLASS, CHECK_MEASUREMENT,
                                         CHECK_DEBUG,      CHECK_TCB,   CHECK_BINDING};
    verdict = (struct verdict){.accepted = true,
                               .binding = ATTEST_NONCE,
                               .expires = 1795608000,
                               .claims = {.tee = "tdx",
                                          .class = ATTEST_HARDWARE,
                                          .measurement = {.size = 48},
                                          .has_tcb = true,
                                          .tcb.status = "UpToDate"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        (void)check_set(&verdict.report, rows[i], true, "good", "good");
    check_not_applicable(&verdict.report, CHECK_PLATFORM, "the policy names no platforms");
}

static void fail_row(enum check_id id)
{
    (void)check_set(&verdict.report, id, false, "good", "bad");
    verdict.accepted = false;
}

static void expect(int identity, int configuration, int executables, int hardware, int opaque,
                   const char *status)
{
    ear_vector_of(&verdict, &vector);
    assert_int_equal(vector.instance_identity, identity);
    assert_int_equal(vector.configuration, configuration);
    assert_int_equal(vector.executables, executables);
    assert_int_equal(vector.hardware, hardware);
    assert_int_equal(vector.runtime_opaque, opaque);
    assert_string_equal(ear_status_of(&verdict, &vector), status);
}

static void what_is_accepted_is_affirmed(void **state)
{
    (void)state;
    make_good();
    expect(0, 3, 3, 2, 2, "affirming");
    verdict.report.row[CHECK_PLATFORM].state = CHECK_OK;
    expect(2, 3, 3, 2, 2, "affirming");
}

static void a_tcb_with_known_holes_is_a_warning_at_best(void **state)
{
    (void)state;
    make_good();
    (void)snprintf(verdict.claims.tcb.status, sizeof verdict.claims.tcb.status, "SWHardeningNeeded");
    expect(0, 3, 3, 32, 2, "warning");
    make_good();
    verdict.claims.advisory_count = 1;
    expect(0, 3, 3, 32, 2, "warning");
    fail_row(CHECK_ADVISORIES);
    expect(0, 3, 3, 96, 2, "contraindicated");
    make_good();
    fail_row(CHECK_TCB);
    expect(0, 3, 3, 96, 2, "contraindicated");
    verdict.claims.tcb.status[0] = '\0'; /* no collateral: nothing is known */
    expect(0, 3, 3, 1, 2, "contraindicated");
    make_good();
    (void)snprintf(verdict.claims.tcb.status, sizeof verdict.claims.tcb.status, "Revoked");
    expect(0, 3, 3, 96, 2, "contraindicated");
    make_good();
    fail_row(CHECK_COLLATERAL_AGE);
    expect(0, 3, 3, 1, 2, "contraindicated");
    make_good();
    fail_row(CHECK_TCB_EVALUATION);
    expect(0, 3, 3, 1, 2, "contraindicated");
    make_good();
    fail_row(CHECK_REVOCATION);
    expect(0, 3, 3, 96, 2, "contraindicated");
}

static void code_that_is_not_known_is_not_approved(void **state)
{
    (void)state;
    make_good();
    fail_row(CHECK_MEASUREMENT);
    expect(0, 3, 33, 2, 2, "contraindicated");
    make_good();
    fail_row(CHECK_SVN);
    expect(0, 3, 32, 2, 2, "contraindicated");
}

static void simulated_evidence_is_contraindicated_whatever_the_policy(void **state)
{
    (void)state;
    make_good();
    verdict.claims.class = ATTEST_SIMULATED;
    assert_true(verdict.accepted);
    expect(0, 3, 3, 97, 96, "contraindicated");
    make_good();
    fail_row(CHECK_ROOT);
    verdict.claims.class = ATTEST_HARDWARE;
    ear_vector_of(&verdict, &vector);
    assert_string_equal(ear_status_of(&verdict, &vector), "contraindicated");
}

static void debugging_and_other_configuration_count(void **state)
{
    (void)state;
    make_good();
    verdict.claims.debug = true; /* the policy allows it */
    expect(0, 32, 3, 2, 96, "contraindicated");
    make_good();
    fail_row(CHECK_DEBUG);
    expect(0, 96, 3, 2, 2, "contraindicated");
    make_good();
    fail_row(CHECK_PLATFORM);
    verdict.report.row[CHECK_PLATFORM].state = CHECK_FAILED;
    expect(97, 3, 3, 2, 2, "contraindicated");
    make_good();
    fail_row(CHECK_BINDING); /* true of something, but not of what was asked */
    expect(0, 3, 3, 2, 2, "contraindicated");
}

static void what_is_not_proved_says_so_in_every_claim(void **state)
{
    (void)state;
    static const enum check_id rows[] = {CHECK_FORMAT, CHECK_SIGNATURE, CHECK_CHAIN};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        make_good();
        fail_row(rows[i]);
        expect(0, 99, 99, 99, 99, "contraindicated");
    }
    make_good();
    verdict.claims.measurement.size = 0; /* could not be read */
    expect(0, 99, 99, 99, 99, "contraindicated");
}

/* ---- the JWT ---- */

static json_t *decode(const char *part, size_t size)
{
    static char plain[65536];
    static uint8_t bytes[65536];
    size_t kept = 0, decoded;
    for (size_t i = 0; i < size; i++)
        plain[kept++] = part[i] == '-' ? '+' : part[i] == '_' ? '/' : part[i];
    while (kept % 4)
        plain[kept++] = '=';
    assert_true(base64_decode(plain, kept, bytes, sizeof bytes, &decoded));
    json_t *object = json_loadb((const char *)bytes, decoded, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(object);
    return object;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void a_result_is_a_jwt_of_three_parts(void **state)
{
    (void)state;
    static struct ear_key key;
    char *jwt;
    make_good();
    assert_int_equal(ear_key_make(&key, &err), 0);
    assert_int_equal(
        ear_encode(&verdict, &key, 1795521600, "casemate 1", SPAN_LITERAL("12345678"), &jwt, &err), 0);
    char *first = strchr(jwt, '.'), *second = strchr(first + 1, '.');
    assert_non_null(second);
    assert_null(strchr(second + 1, '.'));
    assert_int_equal(strlen(second + 1), 86); /* 64 bytes */
    json_t *header = decode(jwt, (size_t)(first - jwt));
    assert_string_equal(text_of(header, "alg"), "ES256");
    assert_int_equal(strlen(text_of(header, "kid")), 43);
    json_t *claims = decode(first + 1, (size_t)(second - first) - 1);
    assert_string_equal(text_of(claims, "eat_profile"), EAR_PROFILE);
    assert_int_equal(json_integer_value(json_object_get(claims, "iat")), 1795521600);
    assert_int_equal(json_integer_value(json_object_get(claims, "exp")), 1795608000);
    assert_string_equal(text_of(claims, "eat_nonce"), "MTIzNDU2Nzg");
    const json_t *tdx = json_object_get(json_object_get(claims, "submods"), "tdx");
    assert_string_equal(text_of(tdx, "ear_status"), "affirming");
    const json_t *trust = json_object_get(tdx, "ear_trustworthiness_vector");
    assert_int_equal(json_integer_value(json_object_get(trust, "hardware")), 2);
    assert_null(json_object_get(trust, "instance-identity"));
    assert_string_equal(text_of(json_object_get(tdx, "tag:casemate.example,2026:verdict"), "verdict"),
                        "accepted");
    json_decref(claims);
    json_decref(header);
    free(jwt);
    verdict.binding = ATTEST_RECORDED; /* then nothing was answered */
    assert_int_equal(ear_encode(&verdict, &key, 1, "b", SPAN_LITERAL("12345678"), &jwt, &err), 0);
    claims = decode(strchr(jwt, '.') + 1, (size_t)(strrchr(jwt, '.') - strchr(jwt, '.')) - 1);
    assert_null(json_object_get(claims, "eat_nonce"));
    json_decref(claims);
    free(jwt);
    ear_key_free(&key);
}

static void a_key_is_read_back(void **state)
{
    (void)state;
    static struct ear_key key, again;
    assert_int_equal(ear_key_make(&key, &err), 0);
    assert_int_equal(ear_key_parse(span_text(key.private_text), &again, &err), 0);
    assert_string_equal(again.public_text, key.public_text);
    assert_int_equal(again.bits, 256);
    ear_key_free(&again);
    assert_int_equal(again.private_text[0], '\0');
    ear_key_free(&key);
}

static void what_is_no_private_key_on_such_a_curve_is_refused(void **state)
{
    (void)state;
    static struct ear_key key, made;
    static char huge[8192];
    assert_int_equal(ear_key_make(&made, &err), 0);
    memset(huge, 'A', sizeof huge);
    const struct span wrong[] = {
        {NULL, 0},
        SPAN_LITERAL("casemate-owner-key-1 AAAA\n"),
        span_text(made.public_text),
        span_of(made.private_text, strlen(made.private_text) / 2),
        span_of(huge, sizeof huge),
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(ear_key_parse(wrong[i], &key, &err), -1);
        assert_int_equal(err.code, E_CONFIG);
    }
    ear_key_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_accepted_is_affirmed),
        cmocka_unit_test(a_tcb_with_known_holes_is_a_warning_at_best),
        cmocka_unit_test(code_that_is_not_known_is_not_approved),
        cmocka_unit_test(simulated_evidence_is_contraindicated_whatever_the_policy),
        cmocka_unit_test(debugging_and_other_configuration_count),
        cmocka_unit_test(what_is_not_proved_says_so_in_every_claim),
        cmocka_unit_test(a_result_is_a_jwt_of_three_parts),
        cmocka_unit_test(a_key_is_read_back),
        cmocka_unit_test(what_is_no_private_key_on_such_a_curve_is_refused),
    };
    return psa_crypto_init() == PSA_SUCCESS ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
