/* SPDX-License-Identifier: Apache-2.0 */
/* A root that a user imports is one certificate that signs itself and may sign others; everything else is
 * refused with what was found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/attest/policy.h"
#include "../../src/base/hex.h"
#include "../../src/proto/crypto.h"
#include "../support/pki.h"

static struct pki_key key, other;
static struct pki_wish wish;
static struct attest_root root;
static struct casemate_error err;

static void make_wish(void)
{
    wish = (struct pki_wish){.subject = "Test root",
                             .issuer = "Test root",
                             .key = &key,
                             .signer = &key,
                             .serial = 1,
                             .from = 1795521600,
                             .to = 1795608000,
                             .authority = true,
                             .usage = PKI_AUTHORITY_USAGE};
}

static struct span make(struct der *der)
{
    *der = (struct der){0};
    return pki_certificate(der, &wish);
}

static void refused(struct span bytes, const char *found)
{
    uint8_t *der = NULL;
    size_t size = 0;
    err = (struct casemate_error){0};
    assert_int_equal(attest_root_read(bytes, &root, &der, &size, &err), -1);
    assert_null(der);
    assert_int_equal(err.code, E_ROOT);
    assert_string_equal(err.found, found);
}

static void a_root_is_pinned_by_the_digest_of_its_der(void **state)
{
    static struct der der;
    static char pem[4096], base64[2048];
    uint8_t digest[DIGEST_SIZE], *kept;
    size_t size;
    (void)state;
    make_wish();
    const struct span whole = make(&der);
    assert_int_equal(crypto_sha256(&whole, 1, digest), 0);
    base64_encode(whole.data, whole.size, base64);
    (void)snprintf(pem, sizeof pem, "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n", base64);
    const struct span forms[] = {whole, span_text(pem)};
    for (size_t i = 0; i < 2; i++) {
        memset(&root, 0, sizeof root);
        assert_int_equal(attest_root_read(forms[i], &root, NULL, NULL, &err), 0);
        assert_memory_equal(root.fingerprint, digest, sizeof digest);
        assert_string_equal(root.subject, "CN=Test root");
        assert_int_equal(attest_root_read(forms[i], &root, &kept, &size, &err), 0);
        assert_int_equal(size, whole.size);
        assert_memory_equal(kept, whole.data, size);
        free(kept);
    }
}

static void what_is_no_certificate_is_refused(void **state)
{
    static uint8_t huge[16385];
    static struct der der;
    static char pem[8192], base64[2048];
    (void)state;
    make_wish();
    const struct span whole = make(&der);
    refused(span_of(huge, 0), "a file of another size");
    refused(span_of(huge, sizeof huge), "a file of another size");
    refused(span_of(huge, sizeof huge - 1), "bytes that are no certificate");
    refused(span_of(whole.data, whole.size - 1), "bytes that are no certificate");
    base64_encode(whole.data, whole.size, base64);
    (void)snprintf(pem, sizeof pem,
                   "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
                   "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n",
                   base64, base64);
    refused(span_text(pem), "several certificates");
}

static void a_certificate_that_does_not_sign_itself_is_refused(void **state)
{
    static const char *const found = "a certificate that another one signed, or one that may not sign others";
    static struct der der;
    (void)state;
    make_wish();
    wish.issuer = "Test ruse"; /* as long */
    refused(make(&der), found);
    wish.issuer = "Another";
    refused(make(&der), found);
    make_wish();
    wish.signer = &other;
    refused(make(&der), found);
    make_wish();
    wish.bad_signature = true;
    refused(make(&der), found);
    make_wish();
    wish.authority = false;
    refused(make(&der), found);
    make_wish();
    wish.version_1 = true; /* which cannot say that it may */
    refused(make(&der), found);
}

/* Its dates are judged when evidence is. */
static void a_root_may_be_imported_outside_its_dates(void **state)
{
    static struct der der;
    (void)state;
    make_wish();
    wish.from = 0;
    wish.to = 86400;
    assert_int_equal(attest_root_read(make(&der), &root, NULL, NULL, &err), 0);
}

/* Rather no name than half of one. */
static void a_name_that_is_too_long_to_show_is_not_shown(void **state)
{
    static struct der der;
    static char name[129];
    (void)state;
    memset(name, 'n', sizeof name - 1);
    make_wish();
    wish.subject = wish.issuer = name;
    memset(&root, 'x', sizeof root);
    assert_int_equal(attest_root_read(make(&der), &root, NULL, NULL, &err), 0);
    assert_string_equal(root.subject, "");
}

static int start(void **state)
{
    (void)state;
    if (psa_crypto_init() != PSA_SUCCESS)
        return -1;
    pki_key_make(&key, PKI_P256);
    pki_key_make(&other, PKI_P256);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    pki_key_free(&key);
    pki_key_free(&other);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_root_is_pinned_by_the_digest_of_its_der),
        cmocka_unit_test(what_is_no_certificate_is_refused),
        cmocka_unit_test(a_certificate_that_does_not_sign_itself_is_refused),
        cmocka_unit_test(a_root_may_be_imported_outside_its_dates),
        cmocka_unit_test(a_name_that_is_too_long_to_show_is_not_shown),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
