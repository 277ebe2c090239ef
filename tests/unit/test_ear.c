/* SPDX-License-Identifier: Apache-2.0 */
/* Attestation results never say more than the verdict: which row turns which claim, keys, and the JWT's form.
 * Its signature is checked by another implementation in tests/e2e/verify.bats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <mbedtls/pk.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/attest/ear.h"
#include "../../src/base/hex.h"

/* Made by OpenSSL for these tests, and used nowhere. */
#define X25519_PEM                                                                                           \
    "-----BEGIN PRIVATE KEY-----\n"                                                                          \
    "MC4CAQAwBQYDK2VuBCIEIPjgIUxoNrnboYesMU3bWIYKWYnQAiO8gMKh2IBb8Rp2\n"                                     \
    "-----END PRIVATE KEY-----\n"
#define RSA_PEM                                                                                              \
    "-----BEGIN RSA PRIVATE KEY-----\n"                                                                      \
    "MIIBOgIBAAJBANBHChVC0XmcP+rAjc0N9v65zVZgW0cF/rUFwr/dbCsrkp0SvBC9\n"                                     \
    "P7Cdwh/0snjLvTRzWbaIC/9ykZXC8obbjmECAwEAAQJAW3G1RZxuqDwn/APKvmsR\n"                                     \
    "NMmTFAd+S/Kf4A7FcMPgyBqwI1x501MuV7OUB3MzrfnitDKD2SZR0FVw6kYXtF3f\n"                                     \
    "IQIhAPeqc7auoOUZ44vUoBhCWIOU2TDZvu6Zs9RNnuhItZIVAiEA10lFj5JuDGCC\n"                                     \
    "oGPJOyE1R1d9ni4jNtrIJCaJe578eh0CIHBV0hKEdtozufBMyyj1vuw/8ZukyGO1\n"                                     \
    "N8oOQwudHy5ZAiEAlQP3rSgrGlAXOtO3L0GOMmKB5eKDp22KiVNPaI0kr5UCIGwi\n"                                     \
    "5zm1m3QXN2SFpFcE2/R1qCaEvedral2KI6QHgevu\n"                                                             \
    "-----END RSA PRIVATE KEY-----\n"

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
    make_good();
    fail_row(CHECK_FLOOR_BADRAM); /* a published break */
    expect(0, 3, 3, 96, 2, "contraindicated");
}

/* What a certificate says is proved, also when its dates are past; and a TEE may have no levels. */
static void dates_and_missing_levels_prove_nothing_false(void **state)
{
    (void)state;
    make_good();
    fail_row(CHECK_VALIDITY);
    expect(0, 3, 3, 2, 2, "contraindicated");
    make_good();
    verdict.claims.has_tcb = false;
    verdict.claims.tcb.status[0] = '\0';
    expect(0, 3, 3, 2, 2, "affirming");
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

static json_t *claims_of(const char *jwt)
{
    const char *first = strchr(jwt, '.') + 1;
    return decode(first, (size_t)(strrchr(jwt, '.') - first));
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
    claims = claims_of(jwt);
    assert_null(json_object_get(claims, "eat_nonce"));
    json_decref(claims);
    free(jwt);
    /* Too short for one (RFC 9711, section 4.1); and one whose text needs no padding. */
    verdict.binding = ATTEST_NONCE;
    assert_int_equal(ear_encode(&verdict, &key, 1, "b", SPAN_LITERAL("1234567"), &jwt, &err), 0);
    claims = claims_of(jwt);
    assert_null(json_object_get(claims, "eat_nonce"));
    json_decref(claims);
    free(jwt);
    verdict.claims.tee[0] = '\0'; /* could not be read */
    assert_int_equal(ear_encode(&verdict, &key, 1, "b", SPAN_LITERAL("123456789"), &jwt, &err), 0);
    claims = claims_of(jwt);
    assert_string_equal(text_of(claims, "eat_nonce"), "MTIzNDU2Nzg5");
    assert_non_null(json_object_get(json_object_get(claims, "submods"), "?"));
    json_decref(claims);
    free(jwt);
    ear_key_free(&key);
}

/* A fresh private key, in PEM. */
static void make_pem(size_t bits, char *text, size_t capacity)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t id;
    mbedtls_pk_context pk;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attributes, bits);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT);
    assert_int_equal(psa_generate_key(&attributes, &id), PSA_SUCCESS);
    mbedtls_pk_init(&pk);
    assert_int_equal(mbedtls_pk_copy_from_psa(id, &pk), 0);
    assert_int_equal(mbedtls_pk_write_key_pem(&pk, (unsigned char *)text, capacity), 0);
    mbedtls_pk_free(&pk);
    assert_int_equal(psa_destroy_key(id), PSA_SUCCESS);
}

static void a_key_on_p384_signs_by_es384(void **state)
{
    (void)state;
    static struct ear_key key;
    static char pem[4096];
    char *jwt;
    make_good();
    make_pem(384, pem, sizeof pem);
    assert_int_equal(ear_key_parse(span_text(pem), &key, &err), 0);
    assert_int_equal(key.bits, 384);
    assert_int_equal(ear_encode(&verdict, &key, 1, "b", SPAN_LITERAL(""), &jwt, &err), 0);
    json_t *header = decode(jwt, (size_t)(strchr(jwt, '.') - jwt));
    assert_string_equal(text_of(header, "alg"), "ES384");
    assert_int_equal(strlen(strrchr(jwt, '.') + 1), 128); /* 96 bytes */
    json_decref(header);
    free(jwt);
    ear_key_free(&key);
}

static void keys_of_another_kind_and_curve_are_refused_for_what_they_are(void **state)
{
    (void)state;
    static struct ear_key key;
    err = (struct casemate_error){0};
    assert_int_equal(ear_key_parse(SPAN_LITERAL(X25519_PEM), &key, &err), -1);
    assert_int_equal(err.code, E_CONFIG);
    assert_string_equal(err.found, "a key on another curve");
    assert_int_equal(ear_key_parse(SPAN_LITERAL(RSA_PEM), &key, &err), -1);
    assert_int_equal(err.code, E_CONFIG);
    assert_string_equal(err.found, "a key of another kind");
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
        cmocka_unit_test(dates_and_missing_levels_prove_nothing_false),
        cmocka_unit_test(code_that_is_not_known_is_not_approved),
        cmocka_unit_test(simulated_evidence_is_contraindicated_whatever_the_policy),
        cmocka_unit_test(debugging_and_other_configuration_count),
        cmocka_unit_test(what_is_not_proved_says_so_in_every_claim),
        cmocka_unit_test(a_result_is_a_jwt_of_three_parts),
        cmocka_unit_test(a_key_on_p384_signs_by_es384),
        cmocka_unit_test(keys_of_another_kind_and_curve_are_refused_for_what_they_are),
        cmocka_unit_test(a_key_is_read_back),
        cmocka_unit_test(what_is_no_private_key_on_such_a_curve_is_refused),
    };
    return psa_crypto_init() == PSA_SUCCESS ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
