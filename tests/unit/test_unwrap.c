/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence is found in every form in which people keep it, and what is none is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/attest/unwrap.h"
#include "../../src/base/hex.h"
#include "../../src/base/rfc3339.h"
#include "../../src/proto/cbor.h"
#include "../support/pki.h"

#define DICE   "2.23.133.5.4.9"
#define CMW    "1.3.6.1.5.5.7.1.35"
#define RA_TLS "1.2.840.113741.1337.6"

/* Begins as an EAT in COSE_Sign1 does, which is all that finding it asks. */
static const uint8_t evidence[] = {0xd2, 0x84, 0x43, 0xa1, 0x01, 0x26, 0xa0, 0x41, 0x00,
                                   0x41, 0xff, 0x00, 0xfb, 0xef, 0xbe, 0xff, 0xff, 0xff};
static struct casemate_error err;
static struct unwrapped found;
static struct pki_key key;

static struct span whole(void)
{
    return span_of(evidence, sizeof evidence);
}

static void finds(struct span file, const char *from)
{
    assert_int_equal(attest_unwrap(file, &found, &err), 0);
    assert_false(found.bundle);
    assert_true(span_equal(found.bytes, whole()));
    assert_string_equal(found.from, from);
    unwrapped_free(&found);
}

static void finds_none(struct span file, const char *instead)
{
    assert_int_equal(attest_unwrap(file, &found, &err), -1);
    assert_int_equal(err.code, E_EVIDENCE);
    assert_string_equal(err.found, instead);
    assert_null(found.bytes.data);
    assert_int_equal(found.owned_count, 0);
}

static void text_of(struct span bytes, char *text, bool base64)
{
    if (base64)
        base64_encode(bytes.data, bytes.size, text);
    else
        hex_encode(bytes.data, bytes.size, text);
}

/* ---- files ---- */

static void binary_evidence_is_itself(void **state)
{
    (void)state;
    finds(whole(), "");
}

static void a_bundle_is_known_by_its_label(void **state)
{
    (void)state;
    static const uint8_t head[] = "\xa3\x00\x6f"
                                  "casemate-bundle\x01\x01\x02\x80";
    char text[2 * sizeof head];
    assert_int_equal(attest_unwrap(span_of(head, sizeof head - 1), &found, &err), 0);
    assert_true(found.bundle);
    unwrapped_free(&found);
    hex_encode(head, sizeof head - 1, text);
    assert_int_equal(attest_unwrap(span_text(text), &found, &err), 0);
    assert_true(found.bundle);
    assert_int_equal(found.bytes.size, sizeof head - 1);
    unwrapped_free(&found);
}

static void hexadecimal_is_read_as_people_write_it(void **state)
{
    (void)state;
    char text[256], spaced[512] = "0x", lines[512] = "";
    text_of(whole(), text, false);
    finds(span_text(text), "hexadecimal");
    for (size_t i = 0; text[i]; i++)
        (void)snprintf(spaced + strlen(spaced), 4, i % 2 ? "%c " : "%c", text[i]);
    finds(span_text(spaced), "hexadecimal");
    for (size_t i = 0; text[i]; i += 2)
        (void)snprintf(lines + strlen(lines), 8, "%s%c%c",
                       i == 0   ? ""
                       : i % 16 ? ":"
                                : ":\n",
                       text[i], text[i + 1]);
    finds(span_text(lines), "hexadecimal");
}

static void base64_has_both_alphabets_and_padding_or_none(void **state)
{
    (void)state;
    char text[256], url[256], wrapped[256];
    text_of(whole(), text, true);
    assert_true(strchr(text, '+') && strchr(text, '/')); /* else the next step shows nothing */
    finds(span_text(text), "base64");
    (void)snprintf(url, sizeof url, "%s", text);
    for (char *c = url; *c; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
    finds(span_text(url), "base64");
    const struct span shorter = span_of(evidence, sizeof evidence - 1);
    text_of(shorter, url, true);
    url[strcspn(url, "=")] = '\0';
    assert_int_equal(attest_unwrap(span_text(url), &found, &err), 0);
    assert_true(span_equal(found.bytes, shorter));
    unwrapped_free(&found);
    (void)snprintf(wrapped, sizeof wrapped, "\xef\xbb\xbf%.8s\r\n%s\r\n", text, text + 8);
    finds(span_text(wrapped), "base64");
}

static void pem_is_read_under_any_label(void **state)
{
    (void)state;
    char text[256], pem[1024];
    text_of(whole(), text, true);
    (void)snprintf(pem, sizeof pem, "A quote:\n-----BEGIN QUOTE-----\n%s\n-----END QUOTE-----\n", text);
    finds(span_text(pem), "PEM");
    (void)snprintf(pem, sizeof pem,
                   "-----BEGIN OTHER-----\nAAAA\n-----END OTHER-----\n"
                   "-----BEGIN QUOTE-----\n%s\n-----END QUOTE-----\n",
                   text);
    finds(span_text(pem), "PEM");
}

/* ---- X.509 ---- */

static struct span certificate(struct der *to, const char *oid, struct span value)
{
    const struct pki_extension extensions[] = {
        {"1.2.3.4", false, SPAN_LITERAL("\x05\x00")},
        {oid, true, value}, /* critical: nothing of the certificate is judged */
    };
    const struct pki_wish wish = {.subject = "any",
                                  .issuer = "any",
                                  .key = &key,
                                  .signer = &key,
                                  .serial = 1,
                                  .from = 1700000000,
                                  .to = 1800000000,
                                  .usage = PKI_DIGITAL_SIGNATURE,
                                  .extension = extensions,
                                  .extension_count = 2};
    return pki_certificate(to, &wish);
}

/* CertificationRequest (RFC 2986), as far as reading goes; its signature is nobody's business. */
static struct span request(struct der *to, const char *attribute, const char *oid, struct span value)
{
    to->size = 0;
    size_t all = der_begin(to, DER_SEQUENCE), info = der_begin(to, DER_SEQUENCE);
    der_uint(to, 0);
    der_end(to, der_begin(to, DER_SEQUENCE)); /* an empty name */
    der_raw(to, span_of(key.spki, key.spki_size));
    size_t attributes = der_begin(to, DER_CONTEXT), one = der_begin(to, DER_SEQUENCE);
    der_oid(to, attribute);
    size_t set = der_begin(to, DER_SET), list = der_begin(to, DER_SEQUENCE);
    size_t extension = der_begin(to, DER_SEQUENCE);
    der_oid(to, oid);
    der_put(to, DER_OCTET_STRING, value);
    der_end(to, extension);
    der_end(to, list);
    der_end(to, set);
    der_end(to, one);
    der_end(to, attributes);
    der_end(to, info);
    der_end(to, der_begin(to, DER_SEQUENCE)); /* algorithm */
    der_bits(to, SPAN_LITERAL("none"), 0);
    der_end(to, all);
    return der_span(to);
}

static void evidence_is_found_in_certificates(void **state)
{
    (void)state;
    static struct der to;
    static char pem[8192], text[4096];
    finds(certificate(&to, RA_TLS, whole()), "an Intel RA-TLS extension in a certificate");
    finds(certificate(&to, "1.3.9999", whole()), "an X.509 extension in a certificate");
    text_of(certificate(&to, DICE, whole()), text, true);
    (void)snprintf(pem, sizeof pem, "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n", text);
    finds(span_text(pem), "a TCG DICE evidence extension in a certificate in PEM");
    finds(span_text(text), "a TCG DICE evidence extension in a certificate in base64");
}

static void evidence_is_found_in_certification_requests(void **state)
{
    (void)state;
    static struct der to;
    finds(request(&to, "1.2.840.113549.1.9.14", CMW, whole()),
          "a conceptual message wrapper extension in a certification request");
    finds_none(request(&to, "1.2.840.113549.1.9.7", CMW, whole()),
               "an X.509 certificate or request without evidence in an extension");
}

static void the_arrays_of_such_extensions_are_opened(void **state)
{
    (void)state;
    static struct der to, string;
    uint8_t encoded[256];
    struct cbor_writer w;
    struct span cbor;
    /* tagged evidence: [evidence, claims] */
    cbor_writer_init(&w, encoded, sizeof encoded);
    cbor_put_tag(&w, 60000);
    cbor_put_array(&w, 2);
    cbor_put_bytes(&w, whole());
    cbor_put_bytes(&w, SPAN_LITERAL("claims"));
    assert_int_equal(cbor_writer_finish(&w, &cbor), 0);
    finds(certificate(&to, DICE, cbor), "a TCG DICE evidence extension in a certificate");
    finds(cbor, "");
    /* RFC 9999: [type, evidence, what it is], in an OCTET STRING */
    cbor_writer_init(&w, encoded, sizeof encoded);
    cbor_put_array(&w, 3);
    cbor_put_text(&w, SPAN_LITERAL("application/eat+cwt"));
    cbor_put_bytes(&w, whole());
    cbor_put_uint(&w, 4);
    assert_int_equal(cbor_writer_finish(&w, &cbor), 0);
    der_put(&string, DER_OCTET_STRING, cbor);
    finds(certificate(&to, CMW, der_span(&string)),
          "a conceptual message wrapper extension in a certificate");
    /* the same as JSON */
    char base64[128], json[256];
    text_of(whole(), base64, true);
    (void)snprintf(json, sizeof json, "[\"application/eat+cwt\", \"%s\", 4]", base64);
    string.size = 0;
    der_put(&string, DER_UTF8_STRING, span_text(json));
    finds(certificate(&to, CMW, der_span(&string)),
          "base64 in JSON in a conceptual message wrapper extension in a certificate");
    /* strings in a sequence */
    string.size = 0;
    size_t sequence = der_begin(&string, DER_SEQUENCE);
    der_put(&string, DER_OCTET_STRING, SPAN_LITERAL("other"));
    der_put(&string, DER_OCTET_STRING, whole());
    der_end(&string, sequence);
    finds(certificate(&to, DICE, der_span(&string)), "a TCG DICE evidence extension in a certificate");
}

static void the_header_of_open_enclave_is_passed(void **state)
{
    (void)state;
    uint8_t report[16 + sizeof evidence] = {1, 0, 0, 0, 2, 0, 0, 0, sizeof evidence};
    memcpy(report + 16, evidence, sizeof evidence);
    finds(span_of(report, sizeof report), "an Open Enclave report");
    report[8]++; /* more than there is */
    finds_none(span_of(report, sizeof report), "bytes of no known form");
}

static void open_enclaves_header_must_be_of_remote_evidence(void **state)
{
    (void)state;
    uint8_t report[16 + sizeof evidence] = {1, 0, 0, 0, 1, 0, 0, 0, sizeof evidence};
    memcpy(report + 16, evidence, sizeof evidence);
    finds_none(span_of(report, sizeof report), "bytes of no known form");
    report[4] = 2;
    report[16] ^= 1; /* nothing that is known behind it */
    finds_none(span_of(report, sizeof report), "bytes of no known form");
}

/* Nobody is made to look through a file of ten thousand parts. */
static void only_the_first_parts_are_looked_at(void **state)
{
    (void)state;
    static struct der string, to;
    static char text[65536];
    char base64[128];
    text_of(whole(), base64, true);
    for (unsigned before = 31; before <= 32; before++) {
        size_t used = 0;
        for (unsigned i = 0; i < before; i++)
            used +=
                (size_t)snprintf(text + used, sizeof text - used, "-----BEGIN A-----\n\n-----END A-----\n");
        (void)snprintf(text + used, sizeof text - used, "-----BEGIN A-----\n%s\n-----END A-----\n", base64);
        if (before < 32)
            finds(span_text(text), "PEM");
        else
            finds_none(span_text(text), "PEM without evidence in it");
    }
    for (unsigned before = 15; before <= 16; before++) {
        size_t used = (size_t)snprintf(text, sizeof text, "[");
        for (unsigned i = 0; i < before; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, "1,");
        (void)snprintf(text + used, sizeof text - used, "\"%s\"]", base64);
        if (before < 16)
            finds(span_text(text), "base64 in JSON");
        else
            finds_none(span_text(text), "text that is neither PEM, hexadecimal nor base64");
    }
    for (unsigned before = 15; before <= 16; before++) {
        string.size = 0;
        size_t sequence = der_begin(&string, DER_SEQUENCE);
        for (unsigned i = 0; i < before; i++)
            der_put(&string, DER_OCTET_STRING, SPAN_LITERAL("x"));
        der_put(&string, DER_OCTET_STRING, whole());
        der_end(&string, sequence);
        if (before < 16)
            finds(der_span(&string), "");
        else
            finds_none(der_span(&string), "bytes of no known form");
    }
    for (unsigned before = 63; before <= 64; before++) {
        to.size = 0;
        size_t all = der_begin(&to, DER_SEQUENCE), body = der_begin(&to, DER_SEQUENCE);
        der_end(&to, der_begin(&to, DER_CONTEXT));
        size_t explicit = der_begin(&to, DER_CONTEXT + 3), list = der_begin(&to, DER_SEQUENCE);
        for (unsigned i = 0; i <= before; i++) {
            size_t one = der_begin(&to, DER_SEQUENCE);
            der_oid(&to, "1.2.3.4");
            der_put(&to, DER_OCTET_STRING, i < before ? SPAN_LITERAL("x") : whole());
            der_end(&to, one);
        }
        der_end(&to, list);
        der_end(&to, explicit);
        der_end(&to, body);
        der_end(&to, all);
        if (before < 64)
            finds(der_span(&to), "an X.509 extension in a certificate");
        else
            finds_none(der_span(&to), "an X.509 certificate or request without evidence in an extension");
    }
}

static void texts_of_nothing_are_no_evidence(void **state)
{
    (void)state;
    finds_none(SPAN_LITERAL("0x::"), "text that is neither PEM, hexadecimal nor base64");
    finds_none(SPAN_LITERAL("::"), "text that is neither PEM, hexadecimal nor base64");
    finds_none(SPAN_LITERAL("[\"\"]"), "text that is neither PEM, hexadecimal nor base64");
    finds_none(SPAN_LITERAL("-----BEGIN A----- \n -----END A-----"), "PEM without evidence in it");
}

/* ---- what is none ---- */

static void what_is_no_evidence_is_named(void **state)
{
    (void)state;
    static struct der to;
    static char text[8192];
    finds_none(span_of(NULL, 0), "an empty file");
    finds_none(SPAN_LITERAL("\x00\x61\x73\x6d\x01\x00\x00\x00"), "bytes of no known form");
    finds_none(SPAN_LITERAL("version = 1\n"), "text that is neither PEM, hexadecimal nor base64");
    finds_none(SPAN_LITERAL("00ff00ff"), "hexadecimal of something else");
    finds_none(SPAN_LITERAL("/wD/AP8="), "base64 of something else");
    finds_none(SPAN_LITERAL("  \n"), "bytes of no known form");
    finds_none(SPAN_LITERAL("[1, 2, \"x\"]"), "text that is neither PEM, hexadecimal nor base64");
    finds_none(SPAN_LITERAL("[1, 2"), "text that is neither PEM, hexadecimal nor base64");
    finds_none(SPAN_LITERAL("-----BEGIN QUOTE-----\nAAAA\n"), "PEM without evidence in it");
    finds_none(SPAN_LITERAL("-----BEGIN QUOTE"), "PEM without evidence in it");
    finds_none(SPAN_LITERAL("-----BEGIN QUOTE-----\nAAAA\n-----END QUOTE-----\n"),
               "PEM without evidence in it");
    finds_none(certificate(&to, DICE, SPAN_LITERAL("\x04\x02\x00\x00")),
               "an X.509 certificate or request without evidence in an extension");
    text_of(certificate(&to, DICE, SPAN_LITERAL("\x01\x02\x03")), text, true);
    finds_none(span_text(text), "an X.509 certificate or request without evidence in an extension");
}

/* Cut at each length, then with each byte changed; a sanitizer sees one byte too far. */
static void mistreat(struct span all)
{
    static const uint8_t change[] = {0x01, 0x80, 0xff, 0x31};
    for (size_t i = 0; i < all.size * (1 + sizeof change); i++) {
        size_t size = i < all.size ? i : all.size;
        uint8_t *copy = malloc(size + 1);
        assert_non_null(copy);
        memcpy(copy, all.data, size);
        if (i >= all.size)
            copy[i % all.size] ^= change[i / all.size - 1];
        if (attest_unwrap(span_of(copy, size), &found, &err) == 0)
            unwrapped_free(&found);
        free(copy);
    }
}

static void damaged_wrappings_are_read_within_their_bytes(void **state)
{
    (void)state;
    static struct der to;
    mistreat(certificate(&to, DICE, whole()));
    mistreat(request(&to, "1.2.840.113549.1.9.14", CMW, whole()));
}

static void elements_that_are_missing_are_no_evidence(void **state)
{
    (void)state;
    static const char none[] = "an X.509 certificate or request without evidence in an extension";
    static const struct {
        const char *bytes;
        size_t size;
        const char *instead;
    } cases[] = {
#define CASE(text, instead) {text, sizeof text - 1, instead}
        CASE("\x30\x00", "bytes of no known form"),
        CASE("\x30\x02\x30\x00", none),
        CASE("\x30\x04\x30\x02\xa0\x00", none),                         /* a certificate of nothing */
        CASE("\x30\x06\x30\x04\xa0\x00\xa3\x00", none),                 /* no list in [3] */
        CASE("\x30\x06\x30\x04\xa0\x00\x02\x7f", none),                 /* an element that is too long */
        CASE("\x30\x0a\x30\x08\xa0\x00\xa3\x04\x30\x02\x30\x00", none), /* an extension of nothing */
        CASE("\x30\x0d\x30\x0b\xa0\x00\xa3\x07\x30\x05\x30\x03\x06\x01\x55", none), /* without value */
        CASE("\x30\x0f\x30\x0d\xa0\x00\xa3\x09\x30\x07\x30\x05\x06\x01\x55\x01\x7f", none),
        CASE("\x30\x05\x30\x03\x02\x01\x00", none),                 /* a request without attributes */
        CASE("\x30\x07\x30\x05\x02\x01\x00\xa0\x00", none),         /* with none */
        CASE("\x30\x09\x30\x07\x02\x01\x00\xa0\x02\x30\x00", none), /* with an empty one */
        CASE("\x30\x05\x30\x03\x02\x7f\x00", none),
        CASE("\x0c\x02\x00\x00", "bytes of no known form"),
        CASE("\x42\x00\x00", "bytes of no known form"),
        CASE("\x81\x42\x00\x00", "bytes of no known form"),
        CASE("\xef\xbb\xbf", "bytes of no known form"),
        CASE("0X00ff", "hexadecimal of something else"),
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        finds_none(span_of(cases[i].bytes, cases[i].size), cases[i].instead);
    uint8_t string[32] = {0x40 + sizeof evidence}; /* a CBOR string, as CMW's tagged form has it */
    memcpy(string + 1, evidence, sizeof evidence);
    finds(span_of(string, 1 + sizeof evidence), "");
}

static void wrappings_inside_one_another_have_an_end(void **state)
{
    (void)state;
    static char text[2][16384];
    hex_encode(evidence, sizeof evidence, text[0]);
    for (unsigned i = 1; i < UNWRAP_DEPTH_MAX - 1; i++)
        hex_encode((const uint8_t *)text[(i + 1) % 2], strlen(text[(i + 1) % 2]), text[i % 2]);
    const char *deepest = text[(UNWRAP_DEPTH_MAX - 2) % 2];
    assert_int_equal(attest_unwrap(span_text(deepest), &found, &err), 0);
    assert_int_equal(found.owned_count, UNWRAP_DEPTH_MAX - 1);
    unwrapped_free(&found);
    hex_encode((const uint8_t *)deepest, strlen(deepest), text[(UNWRAP_DEPTH_MAX - 1) % 2]);
    finds_none(span_text(text[(UNWRAP_DEPTH_MAX - 1) % 2]), "hexadecimal of something else");
}

static void more_than_the_limit_is_refused(void **state)
{
    (void)state;
    uint8_t *huge = calloc(1, UNWRAP_SIZE_MAX + 1);
    assert_int_equal(attest_unwrap(span_of(huge, UNWRAP_SIZE_MAX + 1), &found, &err), -1);
    assert_int_equal(err.code, E_LIMIT);
    free(huge);
}

/* ---- dates ---- */

static void dates_are_read_as_rfc_3339_has_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } good[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-24T12:00:00Z", 1795521600},
        {"2026-11-24t13:30:00.75+01:30", 1795521600},
        {"2026-11-24 07:00:00-05:00", 1795521600},
        {"2024-02-29T00:00:00Z", 1709164800},
        {"1969-12-31T23:59:59Z", -1},
        {"2016-12-31T23:59:60Z", 1483228800},
        {"0000-03-01T00:00:00Z", -62162035200},
    };
    static const char *const bad[] = {
        "",
        "1795521600",
        "2026-11-24",
        "2026-11-24T12:00:00",
        "2026-11-24T12:00Z",
        "2026-13-24T12:00:00Z",
        "2026-02-29T12:00:00Z",
        "1900-02-29T12:00:00Z",
        "2026-11-31T12:00:00Z",
        "2026-00-10T12:00:00Z",
        "2026-11-24T24:00:00Z",
        "2026-11-24T12:60:00Z",
        "2026-11-24T12:00:61Z",
        "2026-11-24T12:00:00.Z",
        "2026-11-24T12:00:00+0100",
        "2026-11-24T12:00:00+24:00",
        "2026-11-24T12:00:00Zz",
        "2026-11-24X12:00:00Z",
        "26-11-24T12:00:00Z",
    };
    int64_t seconds = 0;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(rfc3339_parse(good[i].text, strlen(good[i].text), &seconds));
        if (seconds != good[i].seconds)
            fail_msg("%s: %lld", good[i].text, (long long)seconds);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (rfc3339_parse(bad[i], strlen(bad[i]), &seconds))
            fail_msg("%s is accepted", bad[i]);
}

static int start(void **state)
{
    (void)state;
    if (psa_crypto_init() != PSA_SUCCESS)
        return -1;
    pki_key_make(&key, PKI_P256);
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
        cmocka_unit_test(binary_evidence_is_itself),
        cmocka_unit_test(a_bundle_is_known_by_its_label),
        cmocka_unit_test(hexadecimal_is_read_as_people_write_it),
        cmocka_unit_test(base64_has_both_alphabets_and_padding_or_none),
        cmocka_unit_test(pem_is_read_under_any_label),
        cmocka_unit_test(evidence_is_found_in_certificates),
        cmocka_unit_test(evidence_is_found_in_certification_requests),
        cmocka_unit_test(the_arrays_of_such_extensions_are_opened),
        cmocka_unit_test(the_header_of_open_enclave_is_passed),
        cmocka_unit_test(open_enclaves_header_must_be_of_remote_evidence),
        cmocka_unit_test(only_the_first_parts_are_looked_at),
        cmocka_unit_test(texts_of_nothing_are_no_evidence),
        cmocka_unit_test(what_is_no_evidence_is_named),
        cmocka_unit_test(damaged_wrappings_are_read_within_their_bytes),
        cmocka_unit_test(elements_that_are_missing_are_no_evidence),
        cmocka_unit_test(wrappings_inside_one_another_have_an_end),
        cmocka_unit_test(more_than_the_limit_is_refused),
        cmocka_unit_test(dates_are_read_as_rfc_3339_has_them),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
