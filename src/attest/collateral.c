/* SPDX-License-Identifier: Apache-2.0 */
/* The set of collateral, and its items in DER, PEM, hexadecimal and base64. */
#include "collateral.h"

#include <mbedtls/pem.h>
#include <stdio.h>
#include <stdlib.h>

#include "../base/hex.h"
#include "../proto/cbor.h"
#include "collateral_parts.h"
#include "snp_report.h"

static const char pem_begin[] = "-----BEGIN ";

static void item_free(struct collateral_item *item)
{
    mbedtls_x509_crt_free(&item->certificate);
    mbedtls_x509_crl_free(&item->crl);
    free(item->bytes);
    free(item);
}

void collateral_free(struct collateral *collateral)
{
    for (size_t i = 0; i < collateral->count; i++)
        item_free(collateral->item[i]);
    *collateral = (struct collateral){0};
}

void collateral_stranger_add(struct collateral *c, const char *name, const char *why)
{
    if (c->stranger_count == COLLATERAL_STRANGERS_MAX) {
        c->strangers_beyond++;
        return;
    }
    struct collateral_stranger *s = &c->stranger[c->stranger_count++];
    (void)snprintf(s->name, sizeof s->name, "%s", name);
    (void)snprintf(s->why, sizeof s->why, "%s", why);
}

static bool known_already(const struct collateral *c, enum collateral_kind kind, struct span bytes,
                          const uint8_t *signature)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->item[i]->kind == kind && span_equal(span_of(c->item[i]->bytes, c->item[i]->size), bytes) &&
            (!signature || memcmp(c->item[i]->signature, signature, sizeof c->item[i]->signature) == 0))
            return true;
    return false;
}

static struct collateral_item *item_new(enum collateral_kind kind, const char *name, struct span bytes,
                                        const uint8_t *signature)
{
    struct collateral_item *item = calloc(1, sizeof *item);
    uint8_t *copy = malloc(bytes.size + 1);
    if (!item || !copy) {
        free(item);
        free(copy);
        return NULL;
    }
    memcpy(copy, bytes.data, bytes.size);
    copy[bytes.size] = 0; /* texts are read as such */
    item->kind = kind;
    item->bytes = copy;
    item->size = bytes.size;
    (void)snprintf(item->name, sizeof item->name, "%s", name);
    if (signature)
        memcpy(item->signature, signature, sizeof item->signature);
    mbedtls_x509_crt_init(&item->certificate);
    mbedtls_x509_crl_init(&item->crl);
    return item;
}

/* Whether its DER is what its kind says, whole. */
static bool item_parse(struct collateral_item *item)
{
    if (item->kind == COLLATERAL_CERTIFICATE)
        return mbedtls_x509_crt_parse_der_nocopy(&item->certificate, item->bytes, item->size) == 0 &&
               item->certificate.raw.len == item->size;
    if (item->kind == COLLATERAL_CRL)
        return mbedtls_x509_crl_parse_der(&item->crl, item->bytes, item->size) == 0; /* takes only a whole */
    return true;
}

int collateral_put(struct collateral *c, enum collateral_kind kind, const char *name, struct span bytes,
                   const uint8_t *signature, struct casemate_error *err)
{
    if (known_already(c, kind, bytes, signature))
        return 0;
    if (c->count == COLLATERAL_ITEMS_MAX)
        return casemate_fail(err, E_LIMIT, "More than %d items of collateral", COLLATERAL_ITEMS_MAX);
    struct collateral_item *item = item_new(kind, name, bytes, signature);
    if (!item)
        return casemate_fail(err, E_NOMEM, "No memory for collateral");
    if (!item_parse(item)) {
        collateral_stranger_add(c, name,
                                kind == COLLATERAL_CRL ? "no revocation list that can be read"
                                                       : "no readable certificate");
        item_free(item);
        return 0;
    }
    c->item[c->count++] = item;
    return 0;
}

/* ---- DER ---- */

/* Certificate and CertificateList begin alike (RFC 5280): whichever parses. */
static int add_der(struct collateral *c, const char *name, struct span der, struct casemate_error *err)
{
    mbedtls_x509_crt probe;
    mbedtls_x509_crt_init(&probe);
    bool certificate = mbedtls_x509_crt_parse_der_nocopy(&probe, der.data, der.size) == 0;
    mbedtls_x509_crt_free(&probe);
    return collateral_put(c, certificate ? COLLATERAL_CERTIFICATE : COLLATERAL_CRL, name, der, NULL, err);
}

/* ---- PEM ---- */

/* One block at *text, which is NUL-terminated; moves behind it. False when there is none left. */
static bool next_block(const uint8_t **text, mbedtls_pem_context *pem, bool *crl)
{
    static const struct {
        const char *header, *footer;
        bool crl;
    } kinds[] = {
        {"-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", false},
        {"-----BEGIN X509 CRL-----", "-----END X509 CRL-----", true},
    };
    const char *begin = strstr((const char *)*text, pem_begin);
    for (size_t i = 0; begin && i < sizeof kinds / sizeof *kinds; i++) {
        size_t used = 0;
        if (strncmp(begin, kinds[i].header, strlen(kinds[i].header)) != 0)
            continue;
        if (mbedtls_pem_read_buffer(pem, kinds[i].header, kinds[i].footer, (const uint8_t *)begin, NULL, 0,
                                    &used) != 0)
            return false;
        *crl = kinds[i].crl;
        *text = (const uint8_t *)begin + used;
        return true;
    }
    return false;
}

static int add_pem(struct collateral *c, const char *name, const uint8_t *text, struct casemate_error *err)
{
    for (;;) {
        mbedtls_pem_context pem;
        bool crl = false;
        int error = 0;
        mbedtls_pem_init(&pem);
        bool more = next_block(&text, &pem, &crl);
        if (more) {
            size_t size;
            const unsigned char *der = mbedtls_pem_get_buffer(&pem, &size);
            error = collateral_put(c, crl ? COLLATERAL_CRL : COLLATERAL_CERTIFICATE, name, span_of(der, size),
                                   NULL, err);
        } else if (strstr((const char *)text, pem_begin)) {
            collateral_stranger_add(c, name, "PEM of another kind, or damaged");
        }
        mbedtls_pem_free(&pem);
        if (error || !more)
            return error;
    }
}

/* ---- texts ---- */

static int hex_value(uint8_t c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* "%20" and the like, in place; the text stays NUL-terminated (RFC 3986, section 2.1). */
static void url_decode(uint8_t *text)
{
    uint8_t *to = text;
    for (; *text; text++) {
        if (text[0] == '%' && hex_value(text[1]) >= 0 && hex_value(text[2]) >= 0) {
            *to++ = (uint8_t)(hex_value(text[1]) << 4 | hex_value(text[2]));
            text += 2;
        } else {
            *to++ = *text;
        }
    }
    *to = 0;
}

/* Removes white space, in place; returns what is left. */
static size_t squeeze(uint8_t *text, size_t size)
{
    size_t kept = 0;
    for (size_t i = 0; i < size; i++)
        if (text[i] != ' ' && text[i] != '\n' && text[i] != '\r' && text[i] != '\t')
            text[kept++] = text[i];
    text[kept] = 0;
    return kept;
}

/* DER as hexadecimal or base64: both begin with the text of a SEQUENCE's first octet. */
static int add_encoded(struct collateral *c, const char *name, uint8_t *text, size_t size,
                       struct casemate_error *err)
{
    size_t kept = squeeze(text, size), der_size = 0;
    uint8_t *der = malloc(kept + 1);
    int error = 0;
    if (!der)
        return casemate_fail(err, E_NOMEM, "No memory for collateral");
    if (kept >= 4 && kept % 2 == 0 && hex_decode((const char *)text, kept, der, kept / 2))
        der_size = kept / 2;
    else if (!base64_decode((const char *)text, kept, der, kept, &der_size))
        der_size = 0;
    if (der_size && der[0] == 0x30)
        error = add_der(c, name, span_of(der, der_size), err);
    else
        collateral_stranger_add(c, name, "neither certificate, revocation list nor a signed statement");
    free(der);
    return error;
}

static int add_text(struct collateral *c, const char *name, uint8_t *text, size_t size,
                    struct casemate_error *err)
{
    size_t start = 0;
    while (start < size &&
           (text[start] == ' ' || text[start] == '\n' || text[start] == '\r' || text[start] == '\t'))
        start++;
    if (text[start] == '{')
        return collateral_add_json(c, name, span_of(text + start, size - start), err);
    if (strstr((const char *)text, "-----BEGIN%20"))
        url_decode(text);
    if (strstr((const char *)text, pem_begin))
        return add_pem(c, name, text, err);
    return add_encoded(c, name, text, size, err);
}

int collateral_add(struct collateral *collateral, const char *name, struct span source,
                   struct casemate_error *err)
{
    if (source.size > COLLATERAL_SIZE_MAX)
        return casemate_fail(err, E_LIMIT, "%s: collateral of more than %d bytes", name, COLLATERAL_SIZE_MAX);
    if (source.size == 0) {
        collateral_stranger_add(collateral, name, "empty");
        return 0;
    }
    if (source.size > 4 && source.data[0] == 0x30 &&
        (source.data[1] & 0x80)) /* no text begins with "0\x8." */
        return add_der(collateral, name, source, err);
    if (snp_table_is(source)) {
        size_t used; /* what follows is padding: hosts hand out whole pages */
        return snp_table_add(collateral, name, source, &used, err);
    }
    uint8_t *text = malloc(source.size + 1);
    if (!text)
        return casemate_fail(err, E_NOMEM, "No memory for collateral");
    memcpy(text, source.data, source.size);
    text[source.size] = 0;
    int error = add_text(collateral, name, text, source.size, err);
    free(text);
    return error;
}

int collateral_merge(struct collateral *to, const struct collateral *from, struct casemate_error *err)
{
    for (size_t i = 0; i < from->count; i++)
        if (collateral_put(to, from->item[i]->kind, from->item[i]->name,
                           span_of(from->item[i]->bytes, from->item[i]->size), from->item[i]->signature, err))
            return -1;
    for (size_t i = 0; i < from->stranger_count; i++)
        collateral_stranger_add(to, from->stranger[i].name, from->stranger[i].why);
    to->strangers_beyond += from->strangers_beyond;
    return 0;
}

/* ---- the form in a bundle ---- */

int collateral_add_sequence(struct collateral *collateral, const char *name, struct span sequence,
                            struct casemate_error *err)
{
    struct cbor_reader r;
    struct span source[COLLATERAL_ITEMS_MAX];
    cbor_reader_init(&r, sequence);
    size_t count = cbor_enter_array(&r, COLLATERAL_ITEMS_MAX);
    for (size_t i = 0; i < count; i++)
        source[i] = cbor_get_bytes(&r);
    cbor_leave(&r);
    if (cbor_reader_finish(&r)) {
        collateral_stranger_add(collateral, name, "no sequence of collateral");
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        if (collateral_add(collateral, name, source[i], err))
            return -1;
    return 0;
}

/* A signed statement in the form in which its vendor serves it. */
static uint8_t *statement_source(const struct collateral_item *item, size_t *size)
{
    const char *key = item->kind == COLLATERAL_TCB_INFO ? "tcbInfo" : "enclaveIdentity";
    char signature[2 * sizeof item->signature + 1];
    size_t capacity = item->size + sizeof signature + 64;
    char *text = malloc(capacity);
    hex_encode(item->signature, sizeof item->signature, signature);
    if (text)
        *size = (size_t)snprintf(text, capacity, "{\"%s\":%s,\"signature\":\"%s\"}", key,
                                 (const char *)item->bytes, signature);
    return (uint8_t *)text;
}

int collateral_source(const struct collateral_item *item, uint8_t **source, size_t *size,
                      struct casemate_error *err)
{
    if (item->kind == COLLATERAL_TCB_INFO || item->kind == COLLATERAL_QE_IDENTITY) {
        *source = statement_source(item, size);
    } else {
        *size = item->size;
        *source = malloc(item->size);
        if (*source)
            memcpy(*source, item->bytes, item->size);
    }
    return *source ? 0 : casemate_fail(err, E_NOMEM, "No memory for collateral");
}

static void put_item(struct cbor_writer *w, const struct collateral_item *item)
{
    uint8_t *source;
    size_t size;
    if (collateral_source(item, &source, &size, NULL)) {
        cbor_writer_fail(w, KEEP_ENOMEM);
        return;
    }
    cbor_put_bytes(w, span_of(source, size));
    free(source);
}

int collateral_sequence(const struct collateral *collateral, uint8_t **sequence, size_t *size,
                        struct casemate_error *err)
{
    struct cbor_writer w;
    struct span encoded;
    size_t capacity = 16;
    for (size_t i = 0; i < collateral->count; i++)
        capacity += collateral->item[i]->size + 256;
    *sequence = malloc(capacity);
    if (!*sequence)
        return casemate_fail(err, E_NOMEM, "No memory for collateral");
    cbor_writer_init(&w, *sequence, capacity);
    cbor_put_array(&w, collateral->count);
    for (size_t i = 0; i < collateral->count; i++)
        put_item(&w, collateral->item[i]);
    if (cbor_writer_finish(&w, &encoded)) {
        free(*sequence);
        return casemate_fail(err, E_NOMEM, "No memory for collateral");
    }
    *size = encoded.size;
    return 0;
}
