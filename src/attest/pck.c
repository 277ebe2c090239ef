/* SPDX-License-Identifier: Apache-2.0 */
/* Reading SGX extensions, through Mbed TLS's reader of ASN.1. */
#include "pck.h"

#include <mbedtls/asn1.h>

/* A part of DER that is read on; after an error it is empty. */
struct part {
    unsigned char *at;
    const unsigned char *end;
    bool bad;
};

/* Nothing is a part that has ended badly. */
static struct part part_of(struct span bytes)
{
    if (bytes.size == 0)
        return (struct part){NULL, NULL, true};
    return (struct part){(unsigned char *)(uintptr_t)bytes.data, bytes.data + bytes.size, false};
}

/* The content of the next element with this tag. */
static struct part enter(struct part *in, int tag)
{
    size_t size = 0;
    struct part content = {in->at, in->at, true};
    if (in->bad || mbedtls_asn1_get_tag(&in->at, in->end, &size, tag) != 0) {
        in->bad = true;
        return content;
    }
    content = (struct part){in->at, in->at + size, false};
    in->at += size;
    return content;
}

static bool more(const struct part *p)
{
    return !p->bad && p->at < p->end;
}

static struct span rest(const struct part *p)
{
    return span_of(p->at, (size_t)(p->end - p->at));
}

static const int sequence = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;

struct span certificate_extension(const mbedtls_x509_crt *certificate, struct span oid)
{
    struct part whole = part_of(span_of(certificate->v3_ext.p, certificate->v3_ext.len));
    struct part list = enter(&whole, sequence);
    while (more(&list)) {
        struct part one = enter(&list, sequence);
        if (one.bad || (size_t)(one.end - one.at) < oid.size || !span_equal(span_of(one.at, oid.size), oid))
            continue;
        one.at += oid.size;
        int critical;
        (void)mbedtls_asn1_get_bool(&one.at, one.end, &critical); /* it may be left out */
        struct part value = enter(&one, MBEDTLS_ASN1_OCTET_STRING);
        return value.bad ? span_of(NULL, 0) : rest(&value);
    }
    return span_of(NULL, 0);
}

bool certificate_is_named(const mbedtls_x509_crt *certificate, const char *common_name)
{
    static const char oid[] = {0x55, 0x04, 0x03}; /* 2.5.4.3, id-at-commonName */
    const mbedtls_asn1_named_data *name =
        mbedtls_asn1_find_named_data(&certificate->subject, oid, sizeof oid);
    return name && span_equal(span_of(name->val.p, name->val.len), span_text(common_name));
}

/* 1.2.840.113741.1.13.1, and the arcs below it. */
static const uint8_t sgx_extensions[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01};

/* The arcs of this element's OID below the extension's own: one, or two in *second. 0 if it is no such OID.
 */
static uint8_t read_arc(struct part *element, size_t depth)
{
    struct part oid = enter(element, MBEDTLS_ASN1_OID);
    const size_t prefix = sizeof sgx_extensions - 2;
    if (oid.bad || (size_t)(oid.end - oid.at) != prefix + depth ||
        memcmp(oid.at, sgx_extensions + 2, prefix) != 0)
        return 0;
    return oid.at[prefix + depth - 1];
}

static bool get_octets(struct part *element, uint8_t *to, size_t size)
{
    struct part octets = enter(element, MBEDTLS_ASN1_OCTET_STRING);
    if (octets.bad || (size_t)(octets.end - octets.at) != size)
        return false;
    memcpy(to, octets.at, size);
    return true;
}

static bool get_number(struct part *element, int tag, uint16_t *to)
{
    struct part number = enter(element, tag);
    uint32_t value = 0;
    size_t size = (size_t)(number.end - number.at);
    if (number.bad || size == 0 || size > 3 || number.at[0] & 0x80)
        return false;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | number.at[i];
    *to = (uint16_t)value;
    return value <= UINT16_MAX;
}

/* Section 1.3.5: TCB. Every component once. */
static bool read_tcb(struct part *element, struct pck *pck)
{
    enum { PCESVN = 17, CPUSVN = 18 };
    uint32_t seen = 0;
    struct part list = enter(element, sequence);
    while (more(&list)) {
        struct part one = enter(&list, sequence);
        uint8_t arc = read_arc(&one, 2);
        if (arc == 0 || arc > CPUSVN || seen & 1u << arc)
            return false;
        seen |= 1u << arc;
        if (!(arc == CPUSVN   ? get_octets(&one, pck->cpusvn, sizeof pck->cpusvn)
              : arc == PCESVN ? get_number(&one, MBEDTLS_ASN1_INTEGER, &pck->pcesvn)
                              : get_number(&one, MBEDTLS_ASN1_INTEGER, &pck->component[arc - 1])))
            return false;
    }
    return !list.bad && seen == (1u << (CPUSVN + 1)) - 2;
}

/* Section 1.3.5: Configuration. */
static bool read_configuration(struct part *element, struct pck *pck)
{
    bool *const flags[] = {&pck->dynamic, &pck->cached_keys, &pck->smt};
    struct part list = enter(element, sequence);
    pck->has_configuration = true;
    while (more(&list)) {
        struct part one = enter(&list, sequence);
        uint8_t arc = read_arc(&one, 2);
        int value = 0;
        if (arc == 0 || arc > 3 || mbedtls_asn1_get_bool(&one.at, one.end, &value) != 0)
            return false;
        *flags[arc - 1] = value != 0;
    }
    return !list.bad;
}

static bool read_one(struct part *one, uint8_t arc, struct pck *pck)
{
    uint16_t type = 0;
    switch (arc) {
    case 1:
        return get_octets(one, pck->ppid, sizeof pck->ppid);
    case 2:
        return read_tcb(one, pck);
    case 3:
        return get_octets(one, pck->pceid, sizeof pck->pceid);
    case 4:
        return get_octets(one, pck->fmspc, sizeof pck->fmspc);
    case 5:
        if (!get_number(one, MBEDTLS_ASN1_ENUMERATED, &type) || type > 2)
            return false;
        pck->sgx_type = (uint8_t)type;
        return true;
    case 6:
        pck->has_instance = true;
        return get_octets(one, pck->instance, sizeof pck->instance);
    default: /* 7, the last that there is */
        return read_configuration(one, pck);
    }
}

bool pck_read(const mbedtls_x509_crt *certificate, struct pck *pck)
{
    enum { REQUIRED = 1u << 1 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5 };
    const struct span value =
        certificate_extension(certificate, span_of(sgx_extensions, sizeof sgx_extensions));
    struct part whole = part_of(value);
    uint32_t seen = 0;
    *pck = (struct pck){0};
    struct part list = enter(&whole, sequence);
    while (more(&list)) {
        struct part one = enter(&list, sequence);
        uint8_t arc = read_arc(&one, 1);
        if (arc == 0 || arc > 7 || seen & 1u << arc || !read_one(&one, arc, pck))
            return false;
        seen |= 1u << arc;
    }
    return !list.bad && !more(&whole) && (seen & REQUIRED) == REQUIRED;
}
