/* SPDX-License-Identifier: Apache-2.0 */
/* The extensions of a VCEK (57230, chapter 3): other people's beside them change nothing, and a list that
 * cannot be read is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/attest/snp_certificate.h"
#include "../support/pki.h"

#define ARC "1.3.6.1.4.1.3704.1."

static struct pki_key key;

/* What a Genoa's must have, and up to two more. */
static struct pki_extension list[9] = {
    {ARC "1", false, SPAN_LITERAL("\x02\x01\x00")},
    {ARC "2", false, SPAN_LITERAL("\x16\x05Genoa")},
    {ARC "3.1", false, SPAN_LITERAL("\x02\x01\x01")},
    {ARC "3.2", false, SPAN_LITERAL("\x02\x01\x02")},
    {ARC "3.3", false, SPAN_LITERAL("\x02\x01\x03")},
    {ARC "3.8", false, SPAN_LITERAL("\x02\x01\x04")},
    {ARC "4", false, SPAN_LITERAL("0123456789012345678901234567890123456789012345678901234567890123")},
};
enum { NEEDED = 7 };

/* With another list of extensions in the place of its own, if there is one. */
static const char *read_with(const char *subject, size_t count, struct span other,
                             struct snp_certificate *certificate)
{
    static struct der der;
    const struct pki_wish wish = {.subject = subject,
                                  .issuer = "SEV-Genoa",
                                  .key = &key,
                                  .signer = &key,
                                  .from = 0,
                                  .to = 1790000000,
                                  .no_constraints = true,
                                  .extension = list,
                                  .extension_count = count};
    mbedtls_x509_crt crt;
    mbedtls_x509_crt_init(&crt);
    const struct span bytes = pki_certificate(&der, &wish);
    assert_int_equal(mbedtls_x509_crt_parse_der(&crt, bytes.data, bytes.size), 0);
    const mbedtls_x509_buf own = crt.v3_ext;
    if (other.size) {
        crt.v3_ext.p = (unsigned char *)(uintptr_t)other.data;
        crt.v3_ext.len = other.size;
    }
    const char *wrong = snp_certificate_read(&crt, certificate);
    crt.v3_ext = own;
    mbedtls_x509_crt_free(&crt);
    return wrong;
}

static const struct span own = {NULL, 0};

static void extensions_of_others_change_nothing(void **state)
{
    static const char *const others[] = {"1.2.3", "1.3.6.1.4.1.3705.1.1", ARC "9", ARC "3.10"};
    struct snp_certificate certificate;
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        list[NEEDED] = (struct pki_extension){others[i], false, SPAN_LITERAL("\x05\x00")};
        assert_null(read_with("SEV-VCEK", NEEDED + 1, own, &certificate));
        assert_int_equal(certificate.product, SNP_GENOA);
        assert_int_equal(certificate.tcb.microcode, 4);
    }
}

static void a_list_that_cannot_be_read_is_named(void **state)
{
    static const struct span lists[] = {
        SPAN_LITERAL("\x31\x00"),                                         /* no SEQUENCE */
        SPAN_LITERAL("\x30\x02\x31\x00"),                                 /* none inside */
        SPAN_LITERAL("\x30\x04\x30\x02\x05\x00"),                         /* no OID */
        SPAN_LITERAL("\x30\x07\x30\x05\x06\x01\x2a\x05\x00"),             /* no OCTET STRING */
        SPAN_LITERAL("\x30\x09\x30\x07\x06\x01\x2a\x04\x00\x05\x00"),     /* something behind it */
        SPAN_LITERAL("\x30\x08\x30\x06\x06\x01\x2a\x01\x01\xff"),         /* a criticality alone */
        SPAN_LITERAL("\x30\x0a\x30\x05\x06\x01\x2a\x04\x00\x30\x01\x00"), /* a second one cut off */
    };
    struct snp_certificate certificate;
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        assert_string_equal(read_with("SEV-VCEK", NEEDED, lists[i], &certificate), "list of extensions");
}

static void a_certificate_of_another_name_is_none_of_such_a_key(void **state)
{
    struct snp_certificate certificate;
    (void)state;
    assert_string_equal(read_with("SEV-Genoa", NEEDED, own, &certificate), "subject");
    assert_null(read_with("SEV-VCEK", NEEDED, own, &certificate));
}

static int start(void **state)
{
    (void)state;
    if (psa_crypto_init() != PSA_SUCCESS)
        return -1;
    pki_key_make(&key, PKI_P384);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    pki_key_free(&key);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extensions_of_others_change_nothing),
        cmocka_unit_test(a_list_that_cannot_be_read_is_named),
        cmocka_unit_test(a_certificate_of_another_name_is_none_of_such_a_key),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
