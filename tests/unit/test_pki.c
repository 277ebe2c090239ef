/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates that tests make up are what they say: Mbed TLS accepts the right ones and names what is
 * wrong with each other one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <mbedtls/x509_crl.h>
#include <mbedtls/x509_crt.h>

#include "../support/pki.h"

enum { FROM = 1700000000 };
static const int64_t to = 4102444800; /* 2100-01-01 */
static const mbedtls_x509_crt_profile any = {0xfffffff, 0xfffffff, 0xfffffff, 2048};

static struct pki_key root_key, leaf_key;
static struct pki_wish root_wish, leaf_wish;
static struct pki_list_wish list_wish;

static int forget_keys(void **state)
{
    (void)state;
    pki_key_free(&root_key);
    pki_key_free(&leaf_key);
    return 0;
}

static void wish_well(enum pki_kind kind)
{
    pki_key_make(&root_key, kind);
    pki_key_make(&leaf_key, PKI_P384);
    root_wish = (struct pki_wish){.subject = "Root",
                                  .issuer = "Root",
                                  .key = &root_key,
                                  .signer = &root_key,
                                  .serial = 1,
                                  .from = FROM,
                                  .to = to,
                                  .authority = true,
                                  .usage = PKI_AUTHORITY_USAGE};
    leaf_wish = (struct pki_wish){.subject = "Leaf",
                                  .issuer = "Root",
                                  .key = &leaf_key,
                                  .signer = &root_key,
                                  .serial = 0x8000000000000001,
                                  .from = FROM,
                                  .to = to,
                                  .usage = PKI_DIGITAL_SIGNATURE};
    list_wish = (struct pki_list_wish){.issuer = "Root", .signer = &root_key, .from = FROM, .to = to};
}

/* The flags that Mbed TLS raises for the leaf under the root, with the list. */
static uint32_t verified(void)
{
    static struct der der;
    mbedtls_x509_crt root, leaf;
    mbedtls_x509_crl list;
    uint32_t flags = 0;
    mbedtls_x509_crt_init(&root);
    mbedtls_x509_crt_init(&leaf);
    mbedtls_x509_crl_init(&list);
    struct span bytes = pki_certificate(&der, &root_wish);
    assert_int_equal(mbedtls_x509_crt_parse_der(&root, bytes.data, bytes.size), 0);
    bytes = pki_certificate(&der, &leaf_wish);
    assert_int_equal(mbedtls_x509_crt_parse_der(&leaf, bytes.data, bytes.size), 0);
    bytes = pki_list(&der, &list_wish);
    assert_int_equal(mbedtls_x509_crl_parse_der(&list, bytes.data, bytes.size), 0);
    (void)mbedtls_x509_crt_verify_with_profile(&leaf, &root, &list, &any, NULL, &flags, NULL, NULL);
    mbedtls_x509_crl_free(&list);
    mbedtls_x509_crt_free(&leaf);
    mbedtls_x509_crt_free(&root);
    return flags;
}

static void certificates_of_every_kind_of_key_verify(void **state)
{
    static const enum pki_kind kinds[] = {PKI_P256, PKI_P384, PKI_RSA_1, PKI_RSA_2, PKI_RSA_3};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        wish_well(kinds[i]);
        assert_int_equal(verified(), 0);
        leaf_wish.bad_signature = true;
        assert_int_equal(verified(), MBEDTLS_X509_BADCERT_NOT_TRUSTED);
        leaf_wish.bad_signature = false;
        leaf_wish.signer = &leaf_key;
        assert_int_equal(verified(), MBEDTLS_X509_BADCERT_NOT_TRUSTED);
        (void)forget_keys(NULL);
    }
}

static void an_authority_without_its_bit_or_usage_is_none(void **state)
{
    (void)state;
    wish_well(PKI_P256);
    root_wish.authority = false;
    assert_true(verified() & MBEDTLS_X509_BADCERT_NOT_TRUSTED);
    root_wish.authority = true;
    root_wish.no_constraints = true;
    assert_true(verified() & MBEDTLS_X509_BADCERT_NOT_TRUSTED);
    root_wish.no_constraints = false;
    root_wish.usage = PKI_LIST_SIGN;
    assert_true(verified() & MBEDTLS_X509_BADCERT_NOT_TRUSTED);
}

static void a_list_revokes_what_it_lists(void **state)
{
    static const uint64_t others[] = {5, 0x80}, both[] = {5, 0x8000000000000001};
    (void)state;
    wish_well(PKI_P256);
    list_wish.revoked = others;
    list_wish.revoked_count = 2;
    assert_int_equal(verified(), 0);
    list_wish.revoked = both;
    assert_int_equal(verified(), MBEDTLS_X509_BADCERT_REVOKED);
    list_wish.bad_signature = true;
    assert_int_equal(verified(), MBEDTLS_X509_BADCRL_NOT_TRUSTED);
    list_wish.revoked_count = 0;
    list_wish.bad_signature = false;
    list_wish.to = FROM + 1;
    assert_int_equal(verified(), MBEDTLS_X509_BADCRL_EXPIRED);
}

static void dates_and_extensions_are_those_that_were_wished(void **state)
{
    static struct der der;
    const struct pki_extension more[] = {{"1.2.840.113741.1.13.1", false, SPAN_LITERAL("\x30\x00")}};
    mbedtls_x509_crt leaf;
    (void)state;
    wish_well(PKI_P256);
    leaf_wish.extension = more;
    leaf_wish.extension_count = 1;
    mbedtls_x509_crt_init(&leaf);
    struct span bytes = pki_certificate(&der, &leaf_wish);
    assert_int_equal(mbedtls_x509_crt_parse_der(&leaf, bytes.data, bytes.size), 0);
    assert_int_equal(leaf.valid_from.year, 2023);
    assert_int_equal(leaf.valid_to.year, 2100);
    static const uint8_t oid[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01};
    assert_non_null(memmem(leaf.v3_ext.p, leaf.v3_ext.len, oid, sizeof oid));
    mbedtls_x509_crt_free(&leaf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(certificates_of_every_kind_of_key_verify, forget_keys),
        cmocka_unit_test_teardown(an_authority_without_its_bit_or_usage_is_none, forget_keys),
        cmocka_unit_test_teardown(a_list_revokes_what_it_lists, forget_keys),
        cmocka_unit_test_teardown(dates_and_extensions_are_those_that_were_wished, forget_keys),
    };
    return psa_crypto_init() == PSA_SUCCESS ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
