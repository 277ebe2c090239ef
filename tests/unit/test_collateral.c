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
#include "../../src/proto/crypto.h"

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

static void a_sequence_brings_the_same_items_back(void **state)
{
    struct collateral again = {0};
    uint8_t *sequence;
    size_t size;
    (void)state;
    add("{\"tcbInfo\":{\"id\":\"TDX\"},\"signature\":\"" SIGNATURE_HEX "\"}");
    assert_int_equal(collateral_add(&set, "der", vendor_certificates[2].der, &error), 0);
    assert_int_equal(collateral_sequence(&set, &sequence, &size, &error), 0);
    assert_int_equal(collateral_add_sequence(&again, "again", span_of(sequence, size), &error), 0);
    assert_int_equal(again.count, 2);
    for (size_t i = 0; i < 2; i++) {
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
        cmocka_unit_test_teardown(a_sequence_brings_the_same_items_back, clean),
    };
    return psa_crypto_init() == PSA_SUCCESS ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
