/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of what Intel signs: platform certificates, TCB Info, QE identities. What is not exactly of their
 * form is named, and never used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "../../src/attest/qe_identity.h"
#include "../../src/attest/reader.h"
#include "../../src/attest/tcb_info.h"
#include "vectors_intel.h"

static struct intel_wish wish;

/* ---- the cursor ---- */

static void the_cursor_stops_at_the_end_and_gives_zeros_from_there(void **state)
{
    static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 0, 1};
    uint8_t to[2] = {9, 9};
    struct reader r;
    (void)state;
    reader_init(&r, span_of(bytes, sizeof bytes));
    assert_int_equal(reader_u8(&r), 1);
    assert_int_equal(reader_u16(&r), 0x0302);
    assert_int_equal(reader_u32(&r), 0x07060504);
    assert_int_equal(reader_u64(&r), 0x0f0e0d0c0b0a0908);
    reader_reserved(&r, 2);
    assert_false(r.not_reserved);
    assert_int_equal(reader_left(&r), 1);
    reader_bytes(&r, to, 2);
    assert_false(reader_good(&r));
    assert_int_equal(to[0] | to[1], 0);
    assert_int_equal(reader_u8(&r) | reader_u16(&r), 0); /* the byte that is left is not given */
    assert_int_equal(reader_u32(&r), 0);
    assert_int_equal(reader_u64(&r), 0);
    assert_int_equal(reader_left(&r), 0);
    reader_init(&r, span_of(bytes, sizeof bytes));
    (void)reader_take(&r, 16);
    reader_reserved(&r, 2);
    assert_true(r.not_reserved);
}

/* ---- platform certificates ---- */

static void put_arc(struct der *d, const char *arcs)
{
    char oid[64];
    (void)snprintf(oid, sizeof oid, "1.2.840.113741.1.13.1.%s", arcs);
    der_oid(d, oid);
}

/* One {OID, value}. */
static void put_one(struct der *d, const char *arcs, uint8_t tag, const void *value, size_t size)
{
    size_t mark = der_begin(d, DER_SEQUENCE);
    put_arc(d, arcs);
    der_put(d, tag, span_of(value, size));
    der_end(d, mark);
}

static const uint8_t zeros[32], big[] = {0x01, 0x00, 0x00}, negative[] = {0x80}, five[] = {5};

/* An element, put in the place of the one with this number (1 to 7), or behind all (8). */
struct odd {
    unsigned place;
    const char *arcs;
    uint8_t tag;
    const void *value;
    size_t size;
};

/* A component of TCB, in the place of the one with this number (1 to 18), or behind all (19). */
static void put_tcb(struct der *d, const struct odd *odd)
{
    size_t outer = der_begin(d, DER_SEQUENCE);
    put_arc(d, "2");
    size_t list = der_begin(d, DER_SEQUENCE);
    for (unsigned i = 1; i <= 19; i++) {
        char arcs[8];
        (void)snprintf(arcs, sizeof arcs, "2.%u", i);
        if (odd && odd->place == i && odd->arcs)
            put_one(d, odd->arcs, odd->tag, odd->value, odd->size);
        else if (odd && odd->place == i)
            continue;
        else if (i == 18)
            put_one(d, arcs, DER_OCTET_STRING, zeros, 16);
        else if (i < 18)
            put_one(d, arcs, DER_INTEGER, five, 1);
    }
    der_end(d, list);
    der_end(d, outer);
}

static void put_configuration(struct der *d, const struct odd *odd)
{
    static const uint8_t yes[] = {0xff};
    size_t outer = der_begin(d, DER_SEQUENCE);
    put_arc(d, "7");
    size_t list = der_begin(d, DER_SEQUENCE);
    put_one(d, "7.1", DER_BOOLEAN, yes, 1);
    if (odd)
        put_one(d, odd->arcs, odd->tag, odd->value, odd->size);
    der_end(d, list);
    der_end(d, outer);
}

static bool followed; /* something stands behind the list of them */

static bool reads(const struct odd *top, const struct odd *tcb, const struct odd *configuration,
                  struct pck *pck)
{
    static struct der value, der;
    static const size_t sizes[] = {0, 16, 0, 2, 6, 1, 16};
    mbedtls_x509_crt certificate;
    value.size = 0;
    size_t whole = der_begin(&value, DER_SEQUENCE);
    for (unsigned i = 1; i <= 8; i++) {
        char arcs[2] = {(char)('0' + i), 0};
        if (top && top->place == i && top->arcs)
            put_one(&value, top->arcs, top->tag, top->value, top->size);
        else if (i == 8 || (top && top->place == i))
            continue;
        else if (i == 2)
            put_tcb(&value, tcb);
        else if (i == 7)
            put_configuration(&value, configuration);
        else
            put_one(&value, arcs, i == 5 ? DER_ENUMERATED : DER_OCTET_STRING, zeros, sizes[i]);
    }
    der_end(&value, whole);
    if (followed)
        der_put(&value, DER_NULL, span_of(NULL, 0));
    const struct pki_extension sgx = {"1.2.840.113741.1.13.1", false, der_span(&value)};
    intel_wish_make(&intel_test_keys, QUOTE_TEE_SGX, 3, QUOTE_BODY_SGX, &wish);
    wish.leaf.extension = &sgx;
    wish.leaf.extension_count = 1;
    mbedtls_x509_crt_init(&certificate);
    const struct span bytes = pki_certificate(&der, &wish.leaf);
    assert_int_equal(mbedtls_x509_crt_parse_der(&certificate, bytes.data, bytes.size), 0);
    const bool good = pck_read(&certificate, pck);
    mbedtls_x509_crt_free(&certificate);
    return good;
}

static void a_platforms_certificate_is_read_as_its_profile_says(void **state)
{
    const struct odd none = {6, NULL, 0, NULL, 0}, plain = {7, NULL, 0, NULL, 0};
    struct pck pck;
    (void)state;
    assert_true(reads(NULL, NULL, NULL, &pck));
    assert_true(pck.has_instance && pck.has_configuration && pck.dynamic && !pck.smt);
    assert_int_equal(pck.component[15], 5);
    assert_int_equal(pck.pcesvn, 5);
    assert_true(reads(&none, NULL, NULL, &pck));
    assert_false(pck.has_instance);
    assert_true(reads(&plain, NULL, NULL, &pck));
    assert_false(pck.has_configuration);
}

static void extensions_of_another_form_are_not_read(void **state)
{
    static const struct odd tops[] = {
        {1, NULL, 0, NULL, 0}, /* each that must be there */
        {2, NULL, 0, NULL, 0},
        {3, NULL, 0, NULL, 0},
        {4, NULL, 0, NULL, 0},
        {5, NULL, 0, NULL, 0},
        {8, "1", DER_OCTET_STRING, zeros, 16}, /* twice */
        {8, "8", DER_OCTET_STRING, zeros, 16}, /* an unknown one */
        {8, "0", DER_OCTET_STRING, zeros, 16},
        {8, "2.1", DER_INTEGER, five, 1},      /* out of its place */
        {1, "1", DER_OCTET_STRING, zeros, 15}, /* another size */
        {1, "1", DER_INTEGER, zeros, 16},      /* another type */
        {3, "3", DER_OCTET_STRING, zeros, 3},
        {4, "4", DER_OCTET_STRING, zeros, 5},
        {5, "5", DER_ENUMERATED, five, 1},
        {5, "5", DER_INTEGER, zeros, 1},
        {6, "6", DER_OCTET_STRING, zeros, 17},
        {7, "7", DER_OCTET_STRING, zeros, 1},
        {2, "2", DER_OCTET_STRING, zeros, 1},
    };
    static const struct odd tcbs[] = {
        {3, NULL, 0, NULL, 0},
        {18, NULL, 0, NULL, 0},
        {19, "2.1", DER_INTEGER, five, 1},
        {19, "2.19", DER_INTEGER, five, 1},
        {3, "2.3", DER_INTEGER, big, 3},
        {3, "2.3", DER_INTEGER, negative, 1},
        {3, "2.3", DER_INTEGER, zeros, 0},
        {3, "2.3", DER_INTEGER, zeros, 4},
        {3, "2.3", DER_OCTET_STRING, five, 1},
        {18, "2.18", DER_OCTET_STRING, zeros, 15},
    };
    static const struct odd configurations[] = {
        {0, "7.4", DER_BOOLEAN, five, 1},
        {0, "7.2", DER_INTEGER, five, 1},
        {0, "6.1", DER_INTEGER, five, 1},
    };
    struct pck pck;
    (void)state;
    for (size_t i = 0; i < sizeof tops / sizeof *tops; i++)
        if (reads(&tops[i], NULL, NULL, &pck))
            fail_msg("extension %zu is read", i);
    for (size_t i = 0; i < sizeof tcbs / sizeof *tcbs; i++)
        if (reads(NULL, &tcbs[i], NULL, &pck))
            fail_msg("component %zu is read", i);
    for (size_t i = 0; i < sizeof configurations / sizeof *configurations; i++)
        if (reads(NULL, NULL, &configurations[i], &pck))
            fail_msg("configuration %zu is read", i);
}

static void extensions_with_something_behind_them_are_not_read(void **state)
{
    struct pck pck;
    (void)state;
    followed = true;
    assert_false(reads(NULL, NULL, NULL, &pck));
    followed = false;
    assert_true(reads(NULL, NULL, NULL, &pck));
}

/* Lists that Mbed TLS would not have parsed. */
static void a_certificates_extensions_are_read_within_their_bounds(void **state)
{
    static const struct span lists[] = {
        SPAN_LITERAL("\x31\x00"),             /* no SEQUENCE */
        SPAN_LITERAL("\x30\x02\x31\x00"),     /* none inside */
        SPAN_LITERAL("\x30\x03\x30\x01\x05"), /* too short for an OID */
        SPAN_LITERAL("\x30\x0f\x30\x0d\x06\x09\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01\x05\x00"), /* no value */
        SPAN_LITERAL("\x30\x0f\x30\x0d\x06\x09\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01\x04\x7f"), /* cut */
    };
    struct pck pck;
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        mbedtls_x509_crt certificate;
        mbedtls_x509_crt_init(&certificate);
        certificate.v3_ext.p = (unsigned char *)(uintptr_t)lists[i].data;
        certificate.v3_ext.len = lists[i].size;
        assert_false(pck_read(&certificate, &pck));
    }
}

/* Appendix of the PCS API: an old part makes the platform old, and what it wants beside stays. */
static void an_old_part_leaves_the_wish_for_configuration(void **state)
{
    (void)state;
    assert_int_equal(tcb_converge(TCB_RELAUNCH_CONFIGURATION, TCB_OUT_OF_DATE),
                     TCB_OUT_OF_DATE_CONFIGURATION);
    assert_int_equal(tcb_converge(TCB_RELAUNCH, TCB_OUT_OF_DATE), TCB_OUT_OF_DATE);
}

/* ---- TCB Info and QE identity ---- */

struct swap {
    const char *from, *to, *problem;
};

static void expect_info(const struct swap *s)
{
    static struct tcb_info info;
    intel_wish_make(&intel_test_keys, QUOTE_TEE_TDX, 4, QUOTE_BODY_TD_1_0, &wish);
    if (s)
        intel_swap(wish.info, s->from, s->to);
    tcb_info_read(span_text(wish.info), &info);
    if (strcmp(info.problem, s ? s->problem : "") != 0)
        fail_msg("%s: found \"%s\", expected \"%s\"", s ? s->to : "as it is", info.problem,
                 s ? s->problem : "");
    tcb_info_free(&info);
}

static void tcb_info_of_another_form_says_what_is_wrong(void **state)
{
    static const struct swap swaps[] = {
        {"{\"id\"", "[{\"id\"", "no object that can be read: `JSON`"},
        {"{\"id\"", "{\"id\":\"TDX\",\"id\"", "no object that can be read: `JSON`"},
        {"TDX", "T\\u0044X", "no object that can be read: `JSON`"}, /* no escapes */
        {"TDX", "T\\nX", "no object that can be read: `JSON`"},
        {"\"version\":3", "\"version\":03", "no object that can be read: `JSON`"},
        {"\"version\":3", "\"version\":2", "not 3: `version`"},
        {"\"version\":3", "\"version\":\"3\"", "no such number `version`"},
        {"\"version\":3", "\"version\":-3", "no such number `version`"},
        {"\"version\":3", "\"version\":3.0", "no such number `version`"},
        {"\"tcbType\":0", "\"tcbType\":1", "not 0: `tcbType`"},
        {"\"TDX\"", "\"QVE\"", "neither SGX nor TDX: `id`"},
        {"\"TDX\"", "7", "no text `id`"},
        {"\"fmspc\":\"", "\"fmspc\":\"00", "no bytes in hexadecimal `fmspc`"},
        {"\"pceId\":\"0000\"", "\"pceId\":\"00x0\"", "no bytes in hexadecimal `pceId`"},
        {"2025-10-01T00:00:00Z", "2025-02-30T00:00:00Z", "no date `issueDate`"},
        {"\"nextUpdate\":\"2025-11-01T00:00:00Z\"", "\"nextUpdate\":1", "no text `nextUpdate`"},
        {"\"tcbEvaluationDataNumber\":17", "\"tcbEvaluationDataNumber\":9999999999",
         "no such number `tcbEvaluationDataNumber`"},
        {"\"tcbLevels\":[{\"tcb\":{\"sgx", "\"tcbLevels\":[],\"x\":[{\"tcb\":{\"sgx",
         "no list of a sensible size `tcbLevels`"},
        {"\"tcb\":{\"sgx", "\"tcb\":1,\"x\":{\"sgx", "no object `tcb`"},
        {"\"sgxtcbcomponents\":[", "\"sgxtcbcomponents\":[{\"svn\":1},",
         "no list of a sensible size `sgxtcbcomponents`"},
        {"\"sgxtcbcomponents\":[{\"svn\":5},", "\"sgxtcbcomponents\":[",
         "not 16 components in `sgxtcbcomponents`"},
        {"\"svn\":5", "\"svn\":65536", "no such number `svn`"},
        {"\"tdxtcbcomponents\"", "\"tdx\"", "no list of a sensible size `tdxtcbcomponents`"},
        {"\"pcesvn\":11", "\"pcesvn\":\"11\"", "no such number `pcesvn`"},
        {"\"tcbStatus\":\"UpToDate\"},{\"tcb\":{\"sgx", "\"tcbStatus\":\"Fine\"},{\"tcb\":{\"sgx",
         "an unknown `tcbStatus`"},
        {"\"tcbStatus\":\"UpToDate\"},{\"tcb\":{\"sgx",
         "\"tcbStatus\":\"TDRelaunchAdvised\"},{\"tcb\":{\"sgx", "an unknown `tcbStatus`"},
        {"\"advisoryIDs\":[\"INTEL-SA-00001\"", "\"advisoryIDs\":[7", "no names of advisories `advisoryIDs`"},
        {"\"advisoryIDs\":[\"INTEL-SA-00001\"", "\"advisoryIDs\":[\"INTEL-SA-00001-and-much-more\"",
         "no names of advisories `advisoryIDs`"},
        {"\"advisoryIDs\":[\"INTEL-SA-00001\",\"INTEL-SA-00002\"]", "\"advisoryIDs\":\"INTEL-SA-00001\"",
         "no list `advisoryIDs`"},
        {"\"tdxModule\":", "\"x\":", "no object `tdxModule`"},
        {"\"mrsigner\":\"", "\"mrsigner\":\"00", "no bytes in hexadecimal `mrsigner`"},
        {"\"attributesMask\":\"FF", "\"attributesMask\":\"", "no bytes in hexadecimal `attributesMask`"},
        {"TDX_01", "TDX_1", "no module's version in `id`"},
        {"TDX_01", "QVE_01", "no module's version in `id`"},
        {"TDX_01", "TDX_xx", "no module's version in `id`"},
        {"\"tdxModuleIdentities\":[", "\"tdxModuleIdentities\":[],\"x\":[",
         "no list of a sensible size `tdxModuleIdentities`"},
        {"\"isvsvn\":4", "\"isvsvn\":-4", "no such number `isvsvn`"},
        {"\"isvsvn\":4},\"tcbDate\":\"2024-03-13T00:00:00Z\",\"tcbStatus\":\"UpToDate\"",
         "\"isvsvn\":4},\"tcbDate\":\"2024-03-13T00:00:00Z\",\"tcbStatus\":\"SWHardeningNeeded\"",
         "a platform's `tcbStatus`"},
    };
    (void)state;
    expect_info(NULL);
    for (size_t i = 0; i < sizeof swaps / sizeof *swaps; i++)
        expect_info(&swaps[i]);
}

static void expect_identity(const struct swap *s)
{
    static struct qe_identity identity;
    intel_wish_make(&intel_test_keys, QUOTE_TEE_SGX, 3, QUOTE_BODY_SGX, &wish);
    if (s)
        intel_swap(wish.identity, s->from, s->to);
    qe_identity_read(span_text(wish.identity), &identity);
    if (strcmp(identity.problem, s ? s->problem : "") != 0)
        fail_msg("%s: found \"%s\"", s ? s->to : "as it is", identity.problem);
    qe_identity_free(&identity);
}

static void an_identity_of_another_form_says_what_is_wrong(void **state)
{
    static const struct swap swaps[] = {
        {"{\"id\"", "{{\"id\"", "no object that can be read: `JSON`"},
        {"\"version\":2", "\"version\":1", "not 2: `version`"},
        {"\"id\":\"QE\"", "\"id\":null", "no text `id`"},
        {"\"miscselect\":\"0", "\"miscselect\":\"", "no bytes in hexadecimal `miscselect`"},
        {"\"attributes\":\"1", "\"attributes\":\"g", "no bytes in hexadecimal `attributes`"},
        {"\"isvprodid\":1", "\"isvprodid\":65536", "no such number `isvprodid`"},
        {"\"tcbLevels\":[", "\"tcbLevels\":{\"a\":[", "no object that can be read: `JSON`"},
        {"\"isvsvn\":8", "\"isvsvn\":null", "no such number `isvsvn`"},
        {"\"nextUpdate\":\"2025-11-01T00:00:00Z\"", "\"nextUpdate\":\"soon\"", "no date `nextUpdate`"},
    };
    (void)state;
    expect_identity(NULL);
    for (size_t i = 0; i < sizeof swaps / sizeof *swaps; i++)
        expect_identity(&swaps[i]);
}

/* As people keep it, though Intel serves it without. */
static void space_between_the_parts_changes_nothing(void **state)
{
    static struct tcb_info info;
    (void)state;
    intel_wish_make(&intel_test_keys, QUOTE_TEE_TDX, 4, QUOTE_BODY_TD_1_0, &wish);
    intel_swap(wish.info, "\"version\":3,", "\r\n\t\"version\" : 3 , ");
    intel_swap(wish.info, "\"INTEL-SA-00001\"", " \"INTEL SA\" ");
    tcb_info_read(span_text(wish.info), &info);
    assert_string_equal(info.problem, "");
    assert_string_equal(json_string_value(json_array_get(info.level[1].advisories, 0)), "INTEL SA");
    tcb_info_free(&info);
}

/* A list of advisories that does not fit is never taken for a whole one: no policy tolerates "more". */
static void more_advisories_than_fit_are_said_to_be_more(void **state)
{
    static struct claims claims;
    json_t *ids = json_array();
    (void)state;
    for (unsigned i = 0; i < 2 * ATTEST_ADVISORIES_MAX; i++) {
        char id[24];
        (void)snprintf(id, sizeof id, "INTEL-SA-%05u", i);
        (void)json_array_append_new(ids, json_string(id));
    }
    const struct intel_level level = {.advisories = ids};
    intel_level_advise(&level, &claims);
    assert_int_equal(claims.advisory_count, ATTEST_ADVISORIES_MAX);
    assert_string_equal(claims.advisory[ATTEST_ADVISORIES_MAX - 1], "more");
    intel_level_advise(&level, &claims);
    assert_int_equal(claims.advisory_count, ATTEST_ADVISORIES_MAX);
    json_decref(ids);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cursor_stops_at_the_end_and_gives_zeros_from_there),
        cmocka_unit_test(a_platforms_certificate_is_read_as_its_profile_says),
        cmocka_unit_test(extensions_of_another_form_are_not_read),
        cmocka_unit_test(extensions_with_something_behind_them_are_not_read),
        cmocka_unit_test(a_certificates_extensions_are_read_within_their_bounds),
        cmocka_unit_test(an_old_part_leaves_the_wish_for_configuration),
        cmocka_unit_test(space_between_the_parts_changes_nothing),
        cmocka_unit_test(tcb_info_of_another_form_says_what_is_wrong),
        cmocka_unit_test(an_identity_of_another_form_says_what_is_wrong),
        cmocka_unit_test(more_advisories_than_fit_are_said_to_be_more),
    };
    return cmocka_run_group_tests(tests, intel_start, intel_stop);
}
