/* SPDX-License-Identifier: Apache-2.0 */
/* Codec of COSE_Sign1. */
#include "cose.h"

#include "crypto.h"

enum { TAG_SIGN1 = 18, HEADER_ALGORITHM = 1, HEADER_X5CHAIN = 33 };

int cose_protected_encode(const struct span *chain, size_t count, uint8_t *to, size_t capacity, size_t *size)
{
    struct cbor_writer w;
    struct span encoded;
    cbor_writer_init(&w, to, capacity);
    cbor_put_map(&w, 2);
    cbor_put_uint(&w, HEADER_ALGORITHM);
    cbor_put_int(&w, COSE_ES384);
    cbor_put_uint(&w, HEADER_X5CHAIN);
    if (count != 1) /* RFC 9360, section 2: COSE_X509 = bstr / [ 2*certs: bstr ] */
        cbor_put_array(&w, count);
    for (size_t i = 0; i < count; i++)
        cbor_put_bytes(&w, chain[i]);
    cbor_writer_fail(&w, count == 0 || count > COSE_CHAIN_MAX ? KEEP_ESIZE : 0);
    int error = cbor_writer_finish(&w, &encoded);
    *size = encoded.size;
    return error;
}

int cose_sign1_encode(const struct cose_sign1 *c, uint8_t *to, size_t capacity, size_t *size)
{
    struct cbor_writer w;
    struct span encoded;
    cbor_writer_init(&w, to, capacity);
    cbor_put_tag(&w, TAG_SIGN1);
    cbor_put_array(&w, 4);
    cbor_put_bytes(&w, c->protected_header);
    cbor_put_map(&w, 0);
    cbor_put_bytes(&w, c->payload);
    cbor_put_bytes(&w, c->signature);
    int error = cbor_writer_finish(&w, &encoded);
    *size = encoded.size;
    return error;
}

static void get_certificate(struct cbor_reader *r, struct span *certificate)
{
    *certificate = cbor_get_bytes(r);
    if (certificate->size == 0 || certificate->size > COSE_CERTIFICATE_MAX)
        cbor_reader_fail(r, KEEP_ESIZE);
}

static void get_chain(struct cbor_reader *r, struct cose_sign1 *c)
{
    if (cbor_peek(r) == CBOR_BYTES) {
        c->chain_count = 1;
        get_certificate(r, &c->chain[0]);
        return;
    }
    c->chain_count = cbor_enter_array(r, COSE_CHAIN_MAX);
    for (size_t i = 0; i < c->chain_count && !r->error; i++)
        get_certificate(r, &c->chain[i]);
    cbor_leave(r);
    if (c->chain_count < 2) /* one certificate alone has another form */
        cbor_reader_fail(r, KEEP_EFORMAT);
}

/* RFC 9052, section 3.1: a header that a verifier does not know and that is critical (2) must be refused; so
 * any but the two known ones is. */
static int decode_protected(struct span encoded, struct cose_sign1 *c)
{
    struct cbor_reader r;
    int64_t key;
    cbor_reader_init_cose(&r, encoded);
    struct cbor_map map = cbor_enter_map(&r);
    while (cbor_next_int_key(&r, &map, &key)) {
        if (key == HEADER_ALGORITHM)
            c->algorithm = cbor_get_int(&r);
        else if (key == HEADER_X5CHAIN)
            get_chain(&r, c);
        else
            return KEEP_EFORMAT;
    }
    cbor_leave(&r);
    return cbor_reader_finish(&r);
}

int cose_sign1_decode(struct span encoded, struct cose_sign1 *c)
{
    struct cbor_reader r;
    struct cose_sign1 got = {0};
    cbor_reader_init_cose(&r, encoded);
    if (cbor_get_tag(&r) != TAG_SIGN1 || cbor_enter_array(&r, 4) != 4)
        cbor_reader_fail(&r, KEEP_EFORMAT);
    got.protected_header = cbor_get_bytes(&r);
    got.unprotected = cbor_peek(&r) != CBOR_MAP || cbor_skip(&r).size != 1;
    got.payload = cbor_get_bytes(&r);
    got.signature = cbor_get_bytes(&r);
    cbor_leave(&r);
    int error = cbor_reader_finish(&r);
    if (!error)
        error = decode_protected(got.protected_header, &got);
    if (!error)
        *c = got;
    return error;
}

int cose_sign1_digest(const struct cose_sign1 *c, uint8_t digest[48])
{
    uint8_t head[32], middle[16];
    struct cbor_writer w, v;
    struct span before, between;
    cbor_writer_init(&w, head, sizeof head);
    cbor_put_array(&w, 4);
    cbor_put_text(&w, SPAN_LITERAL("Signature1"));
    cbor_put_bytes_head(&w, c->protected_header.size);
    int error = cbor_writer_finish(&w, &before);
    cbor_writer_init(&v, middle, sizeof middle);
    cbor_put_bytes(&v, span_of(NULL, 0)); /* external_aad */
    cbor_put_bytes_head(&v, c->payload.size);
    if (!error)
        error = cbor_writer_finish(&v, &between);
    if (error)
        return error;
    const struct span parts[] = {before, c->protected_header, between, c->payload};
    return crypto_sha384(parts, 4, digest);
}
