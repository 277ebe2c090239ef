/* SPDX-License-Identifier: Apache-2.0 */
/* Reading DiceTcbInfo, through Mbed TLS's reader of ASN.1. */
#include "dice.h"

#include <mbedtls/asn1.h>

#include "pck.h"

/* tcg-dice-TcbInfo, 2.23.133.5.4.1 */
static const uint8_t tcb_info[] = {0x06, 0x06, 0x67, 0x81, 0x05, 0x05, 0x04, 0x01};
static const uint8_t sha256[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
static const uint8_t sha384[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02};

enum {
    TAG_SEQUENCE = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE,
    TAG_SVN = MBEDTLS_ASN1_CONTEXT_SPECIFIC | 3,
    TAG_FWIDS = MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED | 6,
};

/* The content of the element at *p, and *p behind it; NULL data if it is another. */
static struct span take(unsigned char **p, const unsigned char *end, int tag)
{
    size_t size;
    if (mbedtls_asn1_get_tag(p, end, &size, tag) != 0)
        return span_of(NULL, 0);
    struct span content = span_of(*p, size);
    *p += size;
    return content;
}

static bool read_svn(struct span content, struct dice_tcb *tcb)
{
    uint64_t value = 0;
    if (!content.data || content.size == 0 || content.size > 5 || content.data[0] & 0x80)
        return false;
    for (size_t i = 0; i < content.size; i++)
        value = value << 8 | content.data[i];
    tcb->has_svn = true;
    tcb->svn = (uint32_t)value;
    return value <= UINT32_MAX;
}

static bool take_digest(struct span digest, uint8_t *to, size_t size, bool *has)
{
    if (*has || digest.size != size)
        return false;
    memcpy(to, digest.data, size);
    return *has = true;
}

/* FWID ::= SEQUENCE { hashAlg OBJECT IDENTIFIER, digest OCTET STRING } */
static bool read_fwid(struct span content, struct dice_tcb *tcb)
{
    if (!content.data)
        return false;
    unsigned char *p = (unsigned char *)content.data;
    const unsigned char *end = content.data + content.size;
    struct span algorithm = take(&p, end, MBEDTLS_ASN1_OID);
    struct span digest = take(&p, end, MBEDTLS_ASN1_OCTET_STRING);
    if (!algorithm.data || !digest.data || p != end)
        return false;
    if (span_equal(algorithm, span_of(sha384, sizeof sha384)))
        return take_digest(digest, tcb->sha384, sizeof tcb->sha384, &tcb->has_sha384);
    return span_equal(algorithm, span_of(sha256, sizeof sha256)) &&
           take_digest(digest, tcb->sha256, sizeof tcb->sha256, &tcb->has_sha256);
}

bool dice_tcb_read(const mbedtls_x509_crt *certificate, struct dice_tcb *tcb)
{
    *tcb = (struct dice_tcb){0};
    struct span value = certificate_extension(certificate, span_of(tcb_info, sizeof tcb_info));
    if (!value.data)
        return false;
    unsigned char *p = (unsigned char *)value.data;
    struct span whole = take(&p, value.data + value.size, TAG_SEQUENCE);
    if (!whole.data || p != value.data + value.size)
        return false;
    const unsigned char *end = whole.data + whole.size;
    p = (unsigned char *)whole.data;
    if (p < end && *p == TAG_SVN && !read_svn(take(&p, end, TAG_SVN), tcb))
        return false;
    struct span list = take(&p, end, TAG_FWIDS);
    if (!list.data || p != end)
        return false;
    for (p = (unsigned char *)list.data; p < list.data + list.size;)
        if (!read_fwid(take(&p, list.data + list.size, TAG_SEQUENCE), tcb))
            return false;
    return true;
}
