/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence inside X.509: an extension of a certificate (RFC 5280) or of a certification request (RFC 2986,
 * RFC 2985, section 5.4.2), and the arrays that stand in such extensions. Signature and dates of the wrapping
 * are not judged: the evidence vouches for itself. */
#include <jansson.h>
#include <mbedtls/asn1.h>
#include <stdlib.h>
#include <string.h>

#include "../proto/cbor.h"
#include "unwrap_parts.h"

enum {
    EXTENSIONS_MAX = 64,
    ITEMS_MAX = 16,
    CONTEXT_0 = MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED,
    CONTEXT_3 = CONTEXT_0 | 3,
    SEQUENCE = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE,
    SET = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SET,
};

/* Names for the extensions in which evidence is known to travel; it is found in others too. */
static const struct {
    const char *name;
    struct span oid;
} names[] = {
    {"a TCG DICE evidence extension", SPAN_LITERAL("\x67\x81\x05\x05\x04\x09")}, /* 2.23.133.5.4.9 */
    {"a conceptual message wrapper extension",
     SPAN_LITERAL("\x2b\x06\x01\x05\x05\x07\x01\x23")}, /* 1.3.6.1.5.5.7.1.35 */
    {"an Intel RA-TLS extension",
     SPAN_LITERAL("\x2a\x86\x48\x86\xf8\x4d\x8a\x39\x06")}, /* 1.2.840.113741.1337.6 */
    {"an Open Enclave extension",
     SPAN_LITERAL("\x2a\x86\x48\x86\xf7\x14\x0a\x01\x01")}, /* 1.2.840.113556.10.1.1 */
};

static const char *name_of(struct span oid)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_equal(names[i].oid, oid))
            return names[i].name;
    return "an X.509 extension";
}

/* The content of the element of this tag at *at, which moves behind it. */
static bool enter(struct span *at, int tag, struct span *content)
{
    unsigned char *p = (unsigned char *)(uintptr_t)at->data;
    const unsigned char *end = at->data + at->size;
    size_t size;
    if (at->size == 0 || mbedtls_asn1_get_tag(&p, end, &size, tag) != 0)
        return false;
    *content = span_of(p, size);
    *at = span_of(p + size, (size_t)(end - (p + size)));
    return true;
}

/* Any element; there is one. */
static bool skip(struct span *at)
{
    struct span content;
    return enter(at, at->data[0], &content);
}

static bool next_is(struct span at, int tag)
{
    return at.size && at.data[0] == tag;
}

/* Extension ::= SEQUENCE { extnID OID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING } */
static bool unwrap_extensions(struct unwrapping *u, struct span list)
{
    struct span extension, oid, value;
    for (unsigned i = 0; i < EXTENSIONS_MAX && enter(&list, SEQUENCE, &extension); i++) {
        if (!enter(&extension, MBEDTLS_ASN1_OID, &oid))
            return false;
        if (next_is(extension, MBEDTLS_ASN1_BOOLEAN) && !skip(&extension))
            return false;
        if (enter(&extension, MBEDTLS_ASN1_OCTET_STRING, &value) && unwrap_any(u, value))
            return unwrap_from(u, true, name_of(oid));
    }
    return false;
}

/* TBSCertificate: [3] holds the extensions. */
static bool unwrap_certificate(struct unwrapping *u, struct span body)
{
    struct span explicit, list;
    while (body.size && !next_is(body, CONTEXT_3))
        if (!skip(&body))
            return false;
    return unwrap_from(u,
                       enter(&body, CONTEXT_3, &explicit) && enter(&explicit, SEQUENCE, &list) &&
                           unwrap_extensions(u, list),
                       "a certificate");
}

/* CertificationRequestInfo: [0] holds attributes; extensionRequest is 1.2.840.113549.1.9.14. */
static bool unwrap_request(struct unwrapping *u, struct span body)
{
    static const struct span wanted = SPAN_LITERAL("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e");
    struct span attributes, attribute, oid, values, list;
    while (body.size && !next_is(body, CONTEXT_0))
        if (!skip(&body))
            return false;
    if (!enter(&body, CONTEXT_0, &attributes))
        return false;
    while (enter(&attributes, SEQUENCE, &attribute))
        if (enter(&attribute, MBEDTLS_ASN1_OID, &oid) && span_equal(oid, wanted) &&
            enter(&attribute, SET, &values) && enter(&values, SEQUENCE, &list) && unwrap_extensions(u, list))
            return unwrap_from(u, true, "a certification request");
    return false;
}

/* Both begin with SEQUENCE { SEQUENCE { ...: a certificate's with its version in [0], a request's with an
 * INTEGER. Otherwise strings in a sequence, as TCG DICE has them. */
static bool unwrap_sequence(struct unwrapping *u, struct span whole)
{
    struct span inside = whole, body, string;
    if (enter(&inside, SEQUENCE, &body)) {
        u->instead = "an X.509 certificate or request without evidence in an extension";
        return next_is(body, CONTEXT_0) ? unwrap_certificate(u, body) : unwrap_request(u, body);
    }
    for (unsigned i = 0; i < ITEMS_MAX && enter(&whole, MBEDTLS_ASN1_OCTET_STRING, &string); i++)
        if (unwrap_any(u, string))
            return true;
    return false;
}

bool unwrap_der(struct unwrapping *u, struct span der)
{
    struct span content;
    if (enter(&der, MBEDTLS_ASN1_OCTET_STRING, &content) || enter(&der, MBEDTLS_ASN1_UTF8_STRING, &content))
        return unwrap_any(u, content);
    return enter(&der, SEQUENCE, &content) && unwrap_sequence(u, content);
}

/* TCG DICE tagged evidence: a tag around [evidence, ...]; RFC 9999: [type, evidence, ...] or a tag around
 * it. */
bool unwrap_cbor(struct unwrapping *u, struct span cbor)
{
    struct cbor_reader r;
    struct span item[ITEMS_MAX];
    size_t count = 0;
    cbor_reader_init_cose(&r, cbor);
    while (cbor_peek(&r) == CBOR_TAG)
        (void)cbor_get_tag(&r);
    if (cbor_peek(&r) == CBOR_BYTES) {
        item[count++] = cbor_get_bytes(&r);
    } else {
        for (size_t left = cbor_enter_array(&r, ITEMS_MAX); left; left--) {
            if (cbor_peek(&r) == CBOR_BYTES)
                item[count++] = cbor_get_bytes(&r);
            else
                (void)cbor_skip(&r);
        }
        cbor_leave(&r);
    }
    if (cbor_reader_finish(&r))
        return false;
    for (size_t i = 0; i < count; i++)
        if (unwrap_any(u, item[i]))
            return true;
    return false;
}

/* A copy, for the text goes with the array. */
static bool unwrap_item(struct unwrapping *u, struct span item)
{
    uint8_t *copy = malloc(item.size + 1);
    if (!copy) {
        u->starved = true;
        return false;
    }
    memcpy(copy, item.data, item.size);
    return unwrap_owned(u, copy, item.size);
}

bool unwrap_json(struct unwrapping *u, struct span text)
{
    json_t *array = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    bool found = false;
    for (size_t i = 0; i < json_array_size(array) && i < ITEMS_MAX && !found; i++) {
        const json_t *item = json_array_get(array, i);
        if (json_is_string(item))
            found = unwrap_item(u, span_of(json_string_value(item), json_string_length(item)));
    }
    json_decref(array);
    return unwrap_from(u, found, "JSON");
}
