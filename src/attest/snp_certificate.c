/* SPDX-License-Identifier: Apache-2.0 */
/* Extensions of VCEK and VLEK. */
#include "snp_certificate.h"

#include <mbedtls/asn1.h>
#include <stdio.h>

#include "snp_tcb.h"

/* 1.3.6.1.4.1.3704.1, and what follows it. */
static const uint8_t arc[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0x9c, 0x78, 0x01};

enum part {
    STRUCT_VERSION,
    PRODUCT_NAME,
    BOOTLOADER,
    TEE,
    SNP,
    SPL4,
    SPL5,
    SPL6,
    SPL7,
    MICROCODE,
    FMC,
    HWID,
    CSP_ID,
    PARTS
};

/* Table 8 (VCEK) and 9 (VLEK) of 57230. */
static const struct {
    uint8_t suffix[2];
    size_t suffix_size;
    const char *name;
} parts[PARTS] = {
    [STRUCT_VERSION] = {{1}, 1, "structVersion"},
    [PRODUCT_NAME] = {{2}, 1, "productName"},
    [BOOTLOADER] = {{3, 1}, 2, "blSPL"},
    [TEE] = {{3, 2}, 2, "teeSPL"},
    [SNP] = {{3, 3}, 2, "snpSPL"},
    [SPL4] = {{3, 4}, 2, "spl4"},
    [SPL5] = {{3, 5}, 2, "spl5"},
    [SPL6] = {{3, 6}, 2, "spl6"},
    [SPL7] = {{3, 7}, 2, "spl7"},
    [MICROCODE] = {{3, 8}, 2, "ucodeSPL"},
    [FMC] = {{3, 9}, 2, "fmcSPL"},
    [HWID] = {{4}, 1, "hwID"},
    [CSP_ID] = {{5}, 1, "cspID"},
};

/* What stands inside the extensions' OCTET STRINGs (no data: it is not there), and the first that is wrong.
 */
struct values {
    struct span value[PARTS];
    const char *wrong;
};

static bool wrong(struct values *values, const char *name)
{
    values->wrong = values->wrong ? values->wrong : name;
    return false;
}

static enum part part_of(const uint8_t *oid, size_t size)
{
    if (size <= sizeof arc || memcmp(oid, arc, sizeof arc) != 0)
        return PARTS;
    for (unsigned p = 0; p < PARTS; p++)
        if (span_equal(span_of(oid + sizeof arc, size - sizeof arc),
                       span_of(parts[p].suffix, parts[p].suffix_size)))
            return (enum part)p;
    return PARTS;
}

/* Extension ::= SEQUENCE { OID, BOOLEAN DEFAULT FALSE, OCTET STRING } (RFC 5280, section 4.1). */
static bool read_extension(unsigned char **p, const unsigned char *end, struct values *values)
{
    size_t size;
    int critical = 0;
    if (mbedtls_asn1_get_tag(p, end, &size, MBEDTLS_ASN1_SEQUENCE | MBEDTLS_ASN1_CONSTRUCTED) != 0)
        return false;
    const unsigned char *last = *p + size;
    if (mbedtls_asn1_get_tag(p, last, &size, MBEDTLS_ASN1_OID) != 0)
        return false;
    enum part part = part_of(*p, size);
    *p += size;
    (void)mbedtls_asn1_get_bool(p, last, &critical);
    if (mbedtls_asn1_get_tag(p, last, &size, MBEDTLS_ASN1_OCTET_STRING) != 0 || *p + size != last)
        return false;
    struct span value = span_of(*p, size);
    *p += size;
    if (part == PARTS)
        return true;
    if (values->value[part].data)
        (void)wrong(values, parts[part].name); /* twice: the first counts for nothing either */
    values->value[part] = value;
    return true;
}

static bool read_all(const mbedtls_x509_crt *crt, struct values *values)
{
    unsigned char *p = crt->v3_ext.p;
    size_t size;
    if (!p) /* a certificate without any */
        return wrong(values, "list of extensions");
    const unsigned char *end = p + crt->v3_ext.len;
    if (mbedtls_asn1_get_tag(&p, end, &size, MBEDTLS_ASN1_SEQUENCE | MBEDTLS_ASN1_CONSTRUCTED) != 0)
        return wrong(values, "list of extensions");
    while (p < end)
        if (!read_extension(&p, end, values))
            return wrong(values, "list of extensions");
    return true;
}

/* INTEGER of 0 to 255, DER, and nothing behind it. Mbed TLS reads none below 0. */
static bool get_level(struct values *values, enum part part, uint8_t *level)
{
    const struct span value = values->value[part];
    unsigned char *p = (unsigned char *)(uintptr_t)value.data;
    int number;
    if (!p || mbedtls_asn1_get_int(&p, value.data + value.size, &number) != 0 || number > 255 ||
        p != value.data + value.size)
        return wrong(values, parts[part].name);
    *level = (uint8_t)number;
    return true;
}

static bool get_text(struct values *values, enum part part, char *to, size_t capacity)
{
    const struct span value = values->value[part];
    unsigned char *p = (unsigned char *)(uintptr_t)value.data;
    size_t size;
    if (!p || mbedtls_asn1_get_tag(&p, value.data + value.size, &size, MBEDTLS_ASN1_IA5_STRING) != 0 ||
        p + size != value.data + value.size || size == 0 || size >= capacity)
        return wrong(values, parts[part].name);
    for (size_t i = 0; i < size; i++) {
        if (p[i] < 0x20 || p[i] >= 0x7f)
            return wrong(values, parts[part].name);
        to[i] = (char)p[i];
    }
    to[size] = '\0';
    return true;
}

/* Early certificates have the bytes themselves, later ones an OCTET STRING around them. */
static bool get_hwid(struct values *values, struct snp_certificate *c)
{
    struct span value = values->value[HWID];
    const size_t expected = c->product == SNP_TURIN ? SNP_SHORT_HWID : SNP_HWID_MAX;
    if (value.size == expected + 2 && value.data[0] == MBEDTLS_ASN1_OCTET_STRING && value.data[1] == expected)
        value = span_of(value.data + 2, expected);
    if (value.size != expected)
        return wrong(values, parts[HWID].name);
    memcpy(c->hwid, value.data, expected);
    c->hwid_size = expected;
    return true;
}

static void get_tcb(struct values *values, struct snp_certificate *c)
{
    for (unsigned part = SPL4; part <= SPL7; part++) { /* reserved, and must be 0 where they are */
        uint8_t level = 0;
        if (values->value[part].data && get_level(values, (enum part)part, &level) && level != 0)
            (void)wrong(values, parts[part].name);
    }
    (void)get_level(values, BOOTLOADER, &c->tcb.bootloader);
    (void)get_level(values, TEE, &c->tcb.tee);
    (void)get_level(values, SNP, &c->tcb.snp);
    (void)get_level(values, MICROCODE, &c->tcb.microcode);
    if (c->product == SNP_TURIN)
        (void)get_level(values, FMC, &c->tcb.fmc);
    else if (values->value[FMC].data)
        (void)wrong(values, parts[FMC].name);
}

static void common_name(const mbedtls_x509_name *name, char *to, size_t capacity)
{
    static const uint8_t id_at_common_name[] = {0x55, 0x04, 0x03}; /* RFC 5280, appendix A */
    to[0] = '\0';
    for (; name; name = name->next)
        if (span_equal(span_of(name->oid.p, name->oid.len),
                       span_of(id_at_common_name, sizeof id_at_common_name)))
            (void)snprintf(to, capacity, "%.*s", (int)name->val.len, (const char *)name->val.p);
}

bool snp_certificate_is(const mbedtls_x509_crt *crt, bool *vlek)
{
    char subject[32];
    common_name(&crt->subject, subject, sizeof subject);
    *vlek = strcmp(subject, "SEV-VLEK") == 0;
    return *vlek || strcmp(subject, "SEV-VCEK") == 0;
}

/* A VCEK names the chip, a VLEK the provider whose key was loaded; neither both. */
static void get_owner(struct values *values, struct snp_certificate *c)
{
    const enum part other = c->vlek ? HWID : CSP_ID;
    if (values->value[other].data)
        (void)wrong(values, parts[other].name);
    if (c->vlek)
        (void)get_text(values, CSP_ID, c->provider, sizeof c->provider);
    else
        (void)get_hwid(values, c);
}

const char *snp_certificate_read(const mbedtls_x509_crt *crt, struct snp_certificate *certificate)
{
    struct values values = {0};
    uint8_t version = 0;
    *certificate = (struct snp_certificate){0};
    if (!snp_certificate_is(crt, &certificate->vlek))
        (void)wrong(&values, "subject");
    common_name(&crt->issuer, certificate->issuer, sizeof certificate->issuer);
    (void)read_all(crt, &values);
    (void)get_level(&values, STRUCT_VERSION, &version);
    (void)get_text(&values, PRODUCT_NAME, certificate->product_name, sizeof certificate->product_name);
    certificate->product = snp_product_named(certificate->product_name);
    /* Version 1 is the form of Turin, 0 that of the products before it. */
    if (version != (certificate->product == SNP_TURIN))
        (void)wrong(&values, parts[STRUCT_VERSION].name);
    get_owner(&values, certificate);
    get_tcb(&values, certificate);
    return values.wrong;
}
