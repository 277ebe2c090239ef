/* SPDX-License-Identifier: Apache-2.0 */
/* Collateral is recognised by content, in every form in which people keep it; the rest is named, never
 * trusted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/attest/collateral.h"
#include "../../src/attest/vendor.h"
#include "../../src/base/hex.h"
#include "../../src/proto/cbor.h"
#include "../../src/proto/crypto.h"
#include "../support/pki.h"

static struct collateral set;
static struct casemate_error error;

static void add(const char *text)
{
    assert_int_equal(collateral_add(&set, "test", span_text(text), &error), 0);
}

static int clean(void **state)
{
    (void)state;
    collateral_free(&set);
    return 0;
}

/* Rows 17, 22: a vendor's root that is not the vendor's would be hardware. */
static void every_certificate_that_is_compiled_in_has_its_pin(void **state)
{
    (void)state;
    for (size_t i = 0; i < VENDOR_CERTIFICATES; i++) {
        uint8_t digest[48];
        assert_int_equal(crypto_sha384(&vendor_certificates[i].der, 1, digest), 0);
        assert_memory_equal(digest, vendor_certificates[i].pin, sizeof digest);
        assert_int_equal(vendor_of_root(vendor_certificates[i].der),
                         vendor_certificates[i].root ? vendor_certificates[i].vendor : VENDOR_NONE);
    }
}

static void a_root_with_one_bit_changed_is_nobodys(void **state)
{
    (void)state;
    uint8_t der[4096];
    const struct span root = vendor_certificates[0].der;
    memcpy(der, root.data, root.size);
    der[root.size - 1] ^= 1;
    assert_int_equal(vendor_of_root(span_of(der, root.size)), VENDOR_NONE);
}

static void one_certificate_is_known_in_each_encoding_and_kept_once(void **state)
{
    const struct span der = vendor_certificates[1].der;
    char *text = malloc(4 * der.size + 128), *base64 = malloc(base64_size(der.size) + 1);
    (void)state;
    assert_int_equal(collateral_add(&set, "der", der, &error), 0);
    hex_encode(der.data, der.size, text);
    add(text);
    base64_encode(der.data, der.size, base64);
    add(base64);
    (void)sprintf(text, "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n", base64);
    add(text);
    (void)sprintf(text, "-----BEGIN%%20CERTIFICATE-----%%0A%s%%0A-----END%%20CERTIFICATE-----%%0A", base64);
    add(text);
    (void)sprintf(text, "{\"chain\": \"-----BEGIN CERTIFICATE-----\\n%s\\n-----END CERTIFICATE-----\\n\"}",
                  base64);
    add(text);
    assert_int_equal(set.count, 1);
    assert_int_equal(set.item[0]->kind, COLLATERAL_CERTIFICATE);
    assert_int_equal(set.stranger_count, 0);
    free(text);
    free(base64);
}

#define SIGNATURE_HEX                                                                                        \
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"                                       \
    "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"

static void a_signed_statement_keeps_exactly_the_bytes_that_are_signed(void **state)
{
    (void)state;
    add("{\"tcbInfo\":{\"id\": \"SGX\",\"signature\":\"x\"},\"signature\":\"" SIGNATURE_HEX "\"}\n");
    add("{\"qe_identity\": \"{\\\"id\\\":\\\"QE\\\"}\", \"qe_identity_signature\": \"" SIGNATURE_HEX "\"}");
    assert_int_equal(set.count, 2);
    assert_int_equal(set.item[0]->kind, COLLATERAL_TCB_INFO);
    assert_string_equal((const char *)set.item[0]->bytes, "{\"id\": \"SGX\",\"signature\":\"x\"}");
    assert_int_equal(set.item[0]->signature[63], 0x3f);
    assert_int_equal(set.item[1]->kind, COLLATERAL_QE_IDENTITY);
    assert_string_equal((const char *)set.item[1]->bytes, "{\"id\":\"QE\"}");
}

static void what_is_not_understood_is_named_and_not_kept(void **state)
{
    static const char *const strangers[] = {"",
                                            "hello",
                                            "{",
                                            "{\"tcbInfo\":{},\"signature\":\"00\"",
                                            "-----BEGIN PRIVATE KEY-----\nAAAA\n",
                                            "30820000",
                                            "{\"tcb_info\": \"{}\"}",
                                            "{\"a\": \" {\\\"b\\\": 1}\"}",
                                            "-----BEGIN CERTIFICATE-----\n!!\n"};
    (void)state;
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        add(strangers[i]);
        assert_int_equal(set.count, 0);
        assert_int_equal(set.stranger_count, i + 1);
        assert_true(set.stranger[i].why[0] != 0);
    }
}

/* The last stranger's reason. */
static void expect_stranger(const char *why)
{
    assert_true(set.stranger_count > 0);
    assert_string_equal(set.stranger[set.stranger_count - 1].why, why);
    assert_int_equal(set.count, 0);
    collateral_free(&set);
}

static void a_statement_is_cut_only_where_its_signature_stands_as_served(void **state)
{
    static const char *const cut_wrongly[] = {
        "{\"tcbInfo\":\"",
        "{\"tcbInfo\":\"}",
        "{\"tcbInfo\":{},\"signature\":\"00\"}",
        "{\"tcbInfo\":{},\"signature\":\"zz0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
        "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f\"}",
        "{\"tcbInfo\":{},\"signed\":\"" SIGNATURE_HEX "\"}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cut_wrongly / sizeof *cut_wrongly; i++) {
        add(cut_wrongly[i]);
        assert_int_equal(set.count, 0);
    }
}

static void texts_of_an_object_are_judged_one_by_one(void **state)
{
    (void)state;
    add("{\"tcb_info\": \"{}\", \"tcb_info_signature\": \"zz\"}");
    expect_stranger("a signed statement without its signature");
    add("{\"number\": 1, \"list\": [], \"text\": \"hello\"}");
    assert_int_equal(set.stranger_count, 1); /* what is no text says nothing */
    expect_stranger("neither certificate, revocation list nor a signed statement");
}

static void a_text_that_decodes_to_something_else_is_a_stranger(void **state)
{
    static const char *const texts[] = {"abc", "deadbeef", "3q2+7w==", " \n\r\t", "zzzzz", "0"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        add(texts[i]);
        expect_stranger("neither certificate, revocation list nor a signed statement");
    }
}

static void bytes_behind_der_make_it_a_stranger(void **state)
{
    uint8_t bytes[4096] = {0};
    static struct pki_key key;
    struct der der = {0};
    (void)state;
    memcpy(bytes, vendor_certificates[0].der.data, vendor_certificates[0].der.size);
    assert_int_equal(
        collateral_add(&set, "long", span_of(bytes, vendor_certificates[0].der.size + 1), &error), 0);
    expect_stranger("no readable certificate");
    pki_key_make(&key, PKI_P256);
    const struct span list = pki_list(
        &der,
        &(struct pki_list_wish){.issuer = "Test", .signer = &key, .from = 1795521600, .to = 1795608000});
    memcpy(bytes, list.data, list.size);
    bytes[list.size] = 0;
    assert_int_equal(collateral_add(&set, "long", span_of(bytes, list.size + 1), &error), 0);
    expect_stranger("no revocation list that can be read");
    pki_key_free(&key);
}

/* In PEM and, for the fetcher keeps what it got, once more behind white space and in base64 of many lines. */
static void a_revocation_list_is_known_in_each_encoding_and_kept_once(void **state)
{
    static struct pki_key key;
    static char base64[2048], text[4096];
    struct der der = {0};
    (void)state;
    pki_key_make(&key, PKI_P256);
    const struct span list = pki_list(
        &der,
        &(struct pki_list_wish){.issuer = "Test", .signer = &key, .from = 1795521600, .to = 1795608000});
    base64_encode(list.data, list.size, base64);
    (void)snprintf(text, sizeof text, "-----BEGIN X509 CRL-----\n%s\n-----END X509 CRL-----\n", base64);
    add(text);
    (void)snprintf(text, sizeof text, " \n\r\t%.20s \r\n\t%s", base64, base64 + 20);
    add(text);
    assert_int_equal(set.count, 1);
    assert_int_equal(set.item[0]->kind, COLLATERAL_CRL);
    assert_int_equal(set.stranger_count, 0);
    pki_key_free(&key);
}

static void what_is_no_escape_in_a_url_stays_as_it_is(void **state)
{
    const struct span der = vendor_certificates[1].der;
    static char base64[4096], text[8192];
    (void)state;
    base64_encode(der.data, der.size, base64);
    (void)snprintf(
        text, sizeof text,
        "%%0g%%zz%%A:%%Gg%%~~%%!a-----BEGIN%%20CERTIFICATE-----%%0a%s%%0A-----END%%20CERTIFICATE-----%%0",
        base64);
    add(text);
    assert_int_equal(set.count, 1);
    assert_int_equal(set.item[0]->kind, COLLATERAL_CERTIFICATE);
}

static void statements_of_the_same_bytes_with_other_signatures_are_kept_both(void **state)
{
    static const char *const other =
        "{\"tcbInfo\":{},\"signature\":\"ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
        "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f\"}";
    (void)state;
    for (int twice = 0; twice < 2; twice++) {
        add("{\"tcbInfo\":{},\"signature\":\"" SIGNATURE_HEX "\"}");
        add(other);
    }
    assert_int_equal(set.count, 2);
}

static void a_source_past_the_limit_is_an_error_alone_and_in_a_sequence(void **state)
{
    static uint8_t huge[COLLATERAL_SIZE_MAX + 1], sequence[COLLATERAL_SIZE_MAX + 64];
    struct cbor_writer w;
    struct span encoded;
    (void)state;
    assert_int_equal(collateral_add(&set, "huge", span_of(huge, sizeof huge), &error), -1);
    assert_int_equal(error.code, E_LIMIT);
    error = (struct casemate_error){0};
    cbor_writer_init(&w, sequence, sizeof sequence);
    cbor_put_array(&w, 1);
    cbor_put_bytes(&w, span_of(huge, sizeof huge));
    assert_int_equal(cbor_writer_finish(&w, &encoded), 0);
    assert_int_equal(collateral_add_sequence(&set, "huge", encoded, &error), -1);
    assert_int_equal(error.code, E_LIMIT);
    assert_int_equal(set.count, 0);
}

static void truncated_der_is_a_stranger(void **state)
{
    (void)state;
    for (size_t size = 5; size < vendor_certificates[0].der.size; size++)
        assert_int_equal(collateral_add(&set, "cut", span_of(vendor_certificates[0].der.data, size), &error),
                         0);
    assert_int_equal(set.count, 0);
    assert_true(set.strangers_beyond > 0);
}

static void more_items_than_the_limit_are_an_error(void **state)
{
    char text[512];
    int result = 0;
    (void)state;
    for (int i = 0; i <= COLLATERAL_ITEMS_MAX && !result; i++) {
        (void)sprintf(text, "{\"tcbInfo\":{\"n\":%d},\"signature\":\"" SIGNATURE_HEX "\"}", i);
        result = collateral_add(&set, "many", span_text(text), &error);
    }
    assert_int_equal(result, -1);
    assert_int_equal(error.code, E_LIMIT);
    assert_int_equal(set.count, COLLATERAL_ITEMS_MAX);
}

/* A full set takes no more from within an object of texts, and none from another set. */
static void a_full_set_takes_no_more_from_anywhere(void **state)
{
    static struct collateral other;
    char text[512];
    (void)state;
    for (int i = 0; i < COLLATERAL_ITEMS_MAX; i++) {
        (void)sprintf(text, "{\"tcbInfo\":{\"n\":%d},\"signature\":\"" SIGNATURE_HEX "\"}", i);
        add(text);
    }
    error = (struct casemate_error){0};
    assert_int_equal(
        collateral_add(
            &set, "kept",
            SPAN_LITERAL("{\"qe_identity\": \"{}\", \"qe_identity_signature\": \"" SIGNATURE_HEX "\"}"),
            &error),
        -1);
    assert_int_equal(error.code, E_LIMIT);
    const struct span der = vendor_certificates[1].der;
    static char base64[4096], object[8192];
    base64_encode(der.data, der.size, base64);
    (void)snprintf(object, sizeof object, "{\"chain\": \"%s\"}", base64);
    error = (struct casemate_error){0};
    assert_int_equal(collateral_add(&set, "texts", span_text(object), &error), -1);
    assert_int_equal(error.code, E_LIMIT);
    assert_int_equal(collateral_add(&other, "der", der, &error), 0);
    error = (struct casemate_error){0};
    assert_int_equal(collateral_merge(&set, &other, &error), -1);
    assert_int_equal(error.code, E_LIMIT);
    assert_int_equal(set.count, COLLATERAL_ITEMS_MAX);
    collateral_free(&other);
}

static void a_merged_set_has_items_and_strangers_of_both(void **state)
{
    static struct collateral other;
    (void)state;
    add("{\"tcbInfo\":{},\"signature\":\"" SIGNATURE_HEX "\"}");
    assert_int_equal(collateral_add(&other, "der", vendor_certificates[1].der, &error), 0);
    assert_int_equal(collateral_add(&other, "note", SPAN_LITERAL("hello"), &error), 0);
    other.strangers_beyond = 3;
    assert_int_equal(collateral_merge(&set, &other, &error), 0);
    assert_int_equal(collateral_merge(&set, &other, &error), 0); /* items are kept once */
    assert_int_equal(set.count, 2);
    assert_string_equal(set.item[1]->name, "der");
    assert_string_equal(set.stranger[0].name, "note");
    assert_int_equal(set.strangers_beyond, 6);
    collateral_free(&other);
}

static void a_sequence_brings_the_same_items_back(void **state)
{
    struct collateral again = {0};
    uint8_t *sequence;
    size_t size;
    (void)state;
    add("{\"tcbInfo\":{\"id\":\"TDX\"},\"signature\":\"" SIGNATURE_HEX "\"}");
    add("{\"enclaveIdentity\":{\"id\":\"QE\"},\"signature\":\"" SIGNATURE_HEX "\"}");
    assert_int_equal(collateral_add(&set, "der", vendor_certificates[2].der, &error), 0);
    assert_int_equal(collateral_sequence(&set, &sequence, &size, &error), 0);
    assert_int_equal(collateral_add_sequence(&again, "again", span_of(sequence, size), &error), 0);
    assert_int_equal(again.count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(again.item[i]->kind, set.item[i]->kind);
        assert_int_equal(again.item[i]->size, set.item[i]->size);
        assert_memory_equal(again.item[i]->bytes, set.item[i]->bytes, set.item[i]->size);
        assert_memory_equal(again.item[i]->signature, set.item[i]->signature, 64);
    }
    assert_int_equal(collateral_add_sequence(&again, "cut", span_of(sequence, size - 1), &error), 0);
    assert_int_equal(again.stranger_count, 1);
    free(sequence);
    collateral_free(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(every_certificate_that_is_compiled_in_has_its_pin, clean),
        cmocka_unit_test_teardown(a_root_with_one_bit_changed_is_nobodys, clean),
        cmocka_unit_test_teardown(one_certificate_is_known_in_each_encoding_and_kept_once, clean),
        cmocka_unit_test_teardown(a_signed_statement_keeps_exactly_the_bytes_that_are_signed, clean),
        cmocka_unit_test_teardown(what_is_not_understood_is_named_and_not_kept, clean),
        cmocka_unit_test_teardown(truncated_der_is_a_stranger, clean),
        cmocka_unit_test_teardown(more_items_than_the_limit_are_an_error, clean),
        cmocka_unit_test_teardown(a_statement_is_cut_only_where_its_signature_stands_as_served, clean),
        cmocka_unit_test_teardown(texts_of_an_object_are_judged_one_by_one, clean),
        cmocka_unit_test_teardown(a_text_that_decodes_to_something_else_is_a_stranger, clean),
        cmocka_unit_test_teardown(bytes_behind_der_make_it_a_stranger, clean),
        cmocka_unit_test_teardown(a_revocation_list_is_known_in_each_encoding_and_kept_once, clean),
        cmocka_unit_test_teardown(what_is_no_escape_in_a_url_stays_as_it_is, clean),
        cmocka_unit_test_teardown(statements_of_the_same_bytes_with_other_signatures_are_kept_both, clean),
        cmocka_unit_test_teardown(a_source_past_the_limit_is_an_error_alone_and_in_a_sequence, clean),
        cmocka_unit_test_teardown(a_full_set_takes_no_more_from_anywhere, clean),
        cmocka_unit_test_teardown(a_merged_set_has_items_and_strangers_of_both, clean),
        cmocka_unit_test_teardown(a_sequence_brings_the_same_items_back, clean),
    };
    return psa_crypto_init() == PSA_SUCCESS ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
