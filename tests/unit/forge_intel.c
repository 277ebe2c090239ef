/* SPDX-License-Identifier: Apache-2.0 */
/* Forged quotes, platform certificates and collateral. */
#include "forge_intel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/base/hex.h"
#include "../../src/proto/crypto.h"

void intel_keys_make(struct intel_keys *keys)
{
    struct pki_key *const all[] = {&keys->root, &keys->ca,          &keys->pck,
                                   &keys->tcb,  &keys->attestation, &keys->stranger};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        pki_key_make(all[i], PKI_P256);
}

void intel_keys_free(struct intel_keys *keys)
{
    struct pki_key *const all[] = {&keys->root, &keys->ca,          &keys->pck,
                                   &keys->tcb,  &keys->attestation, &keys->stranger};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        pki_key_free(all[i]);
}

/* ---- wishes ---- */

static void fill(uint8_t *to, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)(seed * 31 + i);
}

static void wish_certificates(struct intel_wish *w)
{
    const struct intel_keys *k = w->keys;
    w->root = (struct pki_wish){.subject = "Intel SGX Root CA",
                                .issuer = "Intel SGX Root CA",
                                .key = &k->root,
                                .signer = &k->root,
                                .serial = 1,
                                .from = INTEL_FROM,
                                .to = intel_to,
                                .authority = true,
                                .usage = PKI_AUTHORITY_USAGE};
    w->ca = w->root;
    w->ca.subject = "Intel SGX PCK Platform CA";
    w->ca.key = &k->ca;
    w->ca.serial = 2;
    w->leaf = (struct pki_wish){.subject = "Intel SGX PCK Certificate",
                                .issuer = w->ca.subject,
                                .key = &k->pck,
                                .signer = &k->ca,
                                .serial = 3,
                                .from = INTEL_FROM,
                                .to = intel_to,
                                .usage = PKI_DIGITAL_SIGNATURE};
    w->tcb = w->leaf;
    w->tcb.subject = "Intel SGX TCB Signing";
    w->tcb.issuer = w->root.subject;
    w->tcb.key = &k->tcb;
    w->tcb.signer = &k->root;
    w->tcb.serial = 4;
    w->root_list = (struct pki_list_wish){
        .issuer = w->root.subject, .signer = &k->root, .from = INTEL_FROM, .to = intel_to};
    w->ca_list = w->root_list;
    w->ca_list.issuer = w->ca.subject;
    w->ca_list.signer = &k->ca;
}

static void wish_quote(struct intel_wish *w, uint32_t tee, uint16_t version, enum quote_body body)
{
    static const uint8_t vendor[16] = {0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9,
                                       0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07};
    struct quote *q = &w->quote;
    *q = (struct quote){.version = version, .key_type = QUOTE_KEY_ECDSA_P256, .tee = tee, .body = body};
    memcpy(q->qe_vendor, vendor, sizeof vendor);
    q->enclave.sgx.flags = 0x5;
    q->enclave.sgx.xfrm = 0xe7;
    fill(q->enclave.mrenclave, sizeof q->enclave.mrenclave, 1);
    fill(q->enclave.mrsigner, sizeof q->enclave.mrsigner, 2);
    q->td.tee_tcb_svn[0] = 5;
    q->td.tee_tcb_svn[1] = 1;
    q->td.tee_tcb_svn[2] = 3;
    q->td.has_1_5 = body == QUOTE_BODY_TD_1_5;
    memcpy(q->td.tee_tcb_svn2, q->td.tee_tcb_svn, sizeof q->td.tee_tcb_svn2);
    q->td.td_attributes = 1 << 28;
    q->td.xfam = 0xe7;
    fill(q->mrtd, sizeof q->mrtd, 3);
    q->qe.sgx.flags = 0x15;
    q->qe.sgx.xfrm = 0xe7;
    fill(q->qe.mrsigner, sizeof q->qe.mrsigner, 4);
    q->qe.product = tee == QUOTE_TEE_TDX ? 2 : 1;
    q->qe.svn = 8;
}

static void wish_pck(struct intel_wish *w)
{
    struct pck *p = &w->pck;
    *p = (struct pck){.pcesvn = 11, .has_instance = true, .has_configuration = true, .smt = true};
    fill(p->ppid, sizeof p->ppid, 5);
    fill(p->cpusvn, sizeof p->cpusvn, 6);
    fill(p->fmspc, sizeof p->fmspc, 7);
    for (size_t i = 0; i < PCK_COMPONENTS; i++)
        p->component[i] = 5;
}

#define FIVES   "{\"svn\":5},{\"svn\":5},{\"svn\":5},{\"svn\":5},"
#define SIXTEEN "[" FIVES FIVES FIVES "{\"svn\":5},{\"svn\":5},{\"svn\":5},{\"svn\":5}]"
#define ZEROS   "{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0},"
#define TDX_COMPONENTS                                                                                       \
    "[{\"svn\":5},{\"svn\":0},{\"svn\":3},{\"svn\":0}," ZEROS ZEROS                                          \
    "{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0}]"
#define ZERO_48                                                                                              \
    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
#define MODULE                                                                                               \
    "\"mrsigner\":\"" ZERO_48 "\",\"attributes\":\"0000000000000000\",\"attributesMask\":"                   \
    "\"FFFFFFFFFFFFFFFF\""

static void write_info(struct intel_wish *w)
{
    const bool tdx = w->quote.tee == QUOTE_TEE_TDX;
    char fmspc[13];
    hex_encode(w->pck.fmspc, sizeof w->pck.fmspc, fmspc);
    int size = snprintf(
        w->info, sizeof w->info,
        "{\"id\":\"%s\",\"version\":3,\"issueDate\":\"2025-10-01T00:00:00Z\",\"nextUpdate\":"
        "\"2025-11-01T00:00:00Z\",\"fmspc\":\"%s\",\"pceId\":\"0000\",\"tcbType\":0,"
        "\"tcbEvaluationDataNumber\":17,%s\"tcbLevels\":["
        "{\"tcb\":{\"sgxtcbcomponents\":" SIXTEEN ",\"pcesvn\":11%s},\"tcbDate\":\"2024-03-13T00:00:00Z\","
        "\"tcbStatus\":\"UpToDate\"},"
        "{\"tcb\":{\"sgxtcbcomponents\":" SIXTEEN ",\"pcesvn\":9%s},\"tcbDate\":\"2023-03-13T00:00:00Z\","
        "\"tcbStatus\":\"OutOfDate\",\"advisoryIDs\":[\"INTEL-SA-00001\",\"INTEL-SA-00002\"]}]}",
        tdx ? "TDX" : "SGX", fmspc,
        tdx ? "\"tdxModule\":{" MODULE "},\"tdxModuleIdentities\":[{\"id\":\"TDX_01\"," MODULE
              ",\"tcbLevels\":[{\"tcb\":{\"isvsvn\":4},\"tcbDate\":\"2024-03-13T00:00:00Z\",\"tcbStatus\":"
              "\"UpToDate\"},{\"tcb\":{\"isvsvn\":2},\"tcbDate\":\"2022-01-01T00:00:00Z\",\"tcbStatus\":"
              "\"OutOfDate\",\"advisoryIDs\":[\"INTEL-SA-00003\"]}]}],"
            : "",
        tdx ? ",\"tdxtcbcomponents\":" TDX_COMPONENTS : "",
        tdx ? ",\"tdxtcbcomponents\":" TDX_COMPONENTS : "");
    assert_in_range(size, 1, sizeof w->info - 1);
}

static void write_identity(struct intel_wish *w)
{
    char mrsigner[65];
    hex_encode(w->quote.qe.mrsigner, sizeof w->quote.qe.mrsigner, mrsigner);
    int size = snprintf(
        w->identity, sizeof w->identity,
        "{\"id\":\"%s\",\"version\":2,\"issueDate\":\"2025-10-01T00:00:00Z\",\"nextUpdate\":"
        "\"2025-11-01T00:00:00Z\",\"tcbEvaluationDataNumber\":17,\"miscselect\":\"00000000\","
        "\"miscselectMask\":\"FFFFFFFF\",\"attributes\":\"11000000000000000000000000000000\","
        "\"attributesMask\":\"FBFFFFFFFFFFFFFF0000000000000000\",\"mrsigner\":\"%s\",\"isvprodid\":%u,"
        "\"tcbLevels\":[{\"tcb\":{\"isvsvn\":8},\"tcbDate\":\"2024-03-13T00:00:00Z\",\"tcbStatus\":"
        "\"UpToDate\"},{\"tcb\":{\"isvsvn\":6},\"tcbDate\":\"2021-11-10T00:00:00Z\",\"tcbStatus\":"
        "\"OutOfDate\",\"advisoryIDs\":[\"INTEL-SA-00615\"]}]}",
        w->quote.tee == QUOTE_TEE_TDX ? "TD_QE" : "QE", mrsigner, w->quote.qe.product);
    assert_in_range(size, 1, sizeof w->identity - 1);
}

void intel_wish_make(const struct intel_keys *keys, uint32_t tee, uint16_t version, enum quote_body body,
                     struct intel_wish *wish)
{
    *wish = (struct intel_wish){.keys = keys,
                                .attestation_signer = &keys->attestation,
                                .qe_signer = &keys->pck,
                                .info_signer = &keys->tcb,
                                .identity_signer = &keys->tcb};
    wish_certificates(wish);
    wish_quote(wish, tee, version, body);
    wish_pck(wish);
    write_info(wish);
    write_identity(wish);
}

void intel_swap(char text[INTEL_TEXT_MAX], const char *from, const char *to)
{
    static char rest[INTEL_TEXT_MAX];
    char *at = strstr(text, from);
    if (!at)
        fail_msg("there is no %s in %s", from, text);
    (void)snprintf(rest, sizeof rest, "%s", at + strlen(from));
    assert_in_range((size_t)(at - text) + strlen(to) + strlen(rest), 0, INTEL_TEXT_MAX - 1);
    (void)snprintf(at, INTEL_TEXT_MAX - (size_t)(at - text), "%s%s", to, rest);
}

/* ---- the platform's certificate ---- */

static void put_arc(struct der *d, const char *arcs)
{
    char oid[64];
    (void)snprintf(oid, sizeof oid, "1.2.840.113741.1.13.1.%s", arcs);
    der_oid(d, oid);
}

static void put_octets(struct der *d, const char *arcs, const uint8_t *bytes, size_t size)
{
    size_t mark = der_begin(d, DER_SEQUENCE);
    put_arc(d, arcs);
    der_put(d, DER_OCTET_STRING, span_of(bytes, size));
    der_end(d, mark);
}

static void put_tcb(struct der *d, const struct pck *pck)
{
    size_t outer = der_begin(d, DER_SEQUENCE);
    put_arc(d, "2");
    size_t list = der_begin(d, DER_SEQUENCE);
    for (unsigned i = 1; i <= 17; i++) {
        char arcs[8];
        (void)snprintf(arcs, sizeof arcs, "2.%u", i);
        size_t mark = der_begin(d, DER_SEQUENCE);
        put_arc(d, arcs);
        der_uint(d, i == 17 ? pck->pcesvn : pck->component[i - 1]);
        der_end(d, mark);
    }
    put_octets(d, "2.18", pck->cpusvn, sizeof pck->cpusvn);
    der_end(d, list);
    der_end(d, outer);
}

static void put_configuration(struct der *d, const struct pck *pck)
{
    const bool flags[] = {pck->dynamic, pck->cached_keys, pck->smt};
    size_t outer = der_begin(d, DER_SEQUENCE);
    put_arc(d, "7");
    size_t list = der_begin(d, DER_SEQUENCE);
    for (unsigned i = 0; i < 3; i++) {
        char arcs[8];
        (void)snprintf(arcs, sizeof arcs, "7.%u", i + 1);
        size_t mark = der_begin(d, DER_SEQUENCE);
        put_arc(d, arcs);
        der_boolean(d, flags[i]);
        der_end(d, mark);
    }
    der_end(d, list);
    der_end(d, outer);
}

static struct span put_extensions(struct der *d, const struct pck *pck)
{
    const uint8_t type = pck->sgx_type;
    d->size = 0;
    size_t whole = der_begin(d, DER_SEQUENCE);
    put_octets(d, "1", pck->ppid, sizeof pck->ppid);
    put_tcb(d, pck);
    put_octets(d, "3", pck->pceid, sizeof pck->pceid);
    put_octets(d, "4", pck->fmspc, sizeof pck->fmspc);
    size_t mark = der_begin(d, DER_SEQUENCE);
    put_arc(d, "5");
    der_put(d, DER_ENUMERATED, span_of(&type, 1));
    der_end(d, mark);
    if (pck->has_instance)
        put_octets(d, "6", pck->instance, sizeof pck->instance);
    if (pck->has_configuration)
        put_configuration(d, pck);
    der_end(d, whole);
    return der_span(d);
}

static struct span make_leaf(const struct intel_wish *w, struct der *to)
{
    static struct der value;
    const struct pki_extension sgx = {"1.2.840.113741.1.13.1", false, put_extensions(&value, &w->pck)};
    struct pki_wish wish = w->leaf;
    if (!w->no_extensions) {
        wish.extension = &sgx;
        wish.extension_count = 1;
    }
    return pki_certificate(to, &wish);
}

struct span intel_root(struct intel_wish *wish)
{
    static struct der der;
    if (!wish->made_root_size) {
        struct span made = pki_certificate(&der, &wish->root);
        assert_in_range(made.size, 1, sizeof wish->made_root);
        memcpy(wish->made_root, made.data, made.size);
        wish->made_root_size = made.size;
    }
    return span_of(wish->made_root, wish->made_root_size);
}

/* ---- the quote ---- */

struct writer {
    uint8_t *bytes;
    size_t size;
};

static void put(struct writer *w, const void *bytes, size_t size)
{
    assert_in_range(w->size + size, 0, INTEL_QUOTE_MAX);
    if (size)
        memcpy(w->bytes + w->size, bytes, size);
    w->size += size;
}

static void put_number(struct writer *w, uint64_t number, size_t size)
{
    uint8_t bytes[8];
    store_le64(bytes, number);
    put(w, bytes, size);
}

static void put_zeros(struct writer *w, size_t size, bool not_zero)
{
    static const uint8_t zeros[64];
    const uint8_t one = 1;
    put(w, zeros, size - 1);
    put(w, not_zero ? &one : zeros, 1);
}

static void put_enclave(struct writer *w, const struct enclave_report *e, bool not_zero)
{
    put(w, e->sgx.cpusvn, 16);
    put_number(w, e->sgx.miscselect, 4);
    put_zeros(w, 12, false);
    put(w, e->sgx.extended_product, 16);
    put_number(w, e->sgx.flags, 8);
    put_number(w, e->sgx.xfrm, 8);
    put(w, e->mrenclave, 32);
    put_zeros(w, 32, false);
    put(w, e->mrsigner, 32);
    put_zeros(w, 32, false);
    put(w, e->sgx.config_id, 64);
    put_number(w, e->product, 2);
    put_number(w, e->svn, 2);
    put_number(w, e->sgx.config_svn, 2);
    put_zeros(w, 42, not_zero);
    put(w, e->sgx.family, 16);
    put(w, e->report_data, 64);
}

static void put_td(struct writer *w, const struct quote *q)
{
    put(w, q->td.tee_tcb_svn, 16);
    put(w, q->td.mrseam, 48);
    put(w, q->td.mrsignerseam, 48);
    put_number(w, q->td.seam_attributes, 8);
    put_number(w, q->td.td_attributes, 8);
    put_number(w, q->td.xfam, 8);
    put(w, q->mrtd, 48);
    put(w, q->td.mrconfigid, 48);
    put(w, q->td.mrowner, 48);
    put(w, q->td.mrownerconfig, 48);
    for (size_t i = 0; i < 4; i++)
        put(w, q->td.rtmr[i], 48);
    put(w, q->td_report_data, 64);
    if (q->body == QUOTE_BODY_TD_1_5) {
        put(w, q->td.tee_tcb_svn2, 16);
        put(w, q->td.mrservicetd, 48);
    }
}

static void put_signed_part(struct writer *w, const struct intel_wish *wish)
{
    const struct quote *q = &wish->quote;
    put_number(w, q->version, 2);
    put_number(w, q->key_type, 2);
    put_number(w, q->tee, 4);
    put_zeros(w, 4, wish->reserved == INTEL_RESERVED_HEADER);
    put(w, q->qe_vendor, 16);
    put_zeros(w, 20, true); /* user data */
    if (q->version >= 5) {
        put_number(w, q->body, 2);
        put_number(w, q->body == QUOTE_BODY_SGX ? 384 : q->body == QUOTE_BODY_TD_1_0 ? 584 : 648, 4);
    }
    if (q->tee == QUOTE_TEE_SGX)
        put_enclave(w, &q->enclave, wish->reserved == INTEL_RESERVED_BODY);
    else
        put_td(w, q);
}

static size_t put_pem(char *to, size_t capacity, struct span der)
{
    static char base64[8192];
    assert_in_range(base64_size(der.size), 1, sizeof base64 - 1);
    base64_encode(der.data, der.size, base64);
    int size = snprintf(to, capacity, "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n", base64);
    assert_in_range(size, 1, capacity - 1);
    return (size_t)size;
}

static void put_certification(struct writer *w, struct intel_wish *wish)
{
    static struct der der;
    static uint8_t data[INTEL_QUOTE_MAX];
    static const uint16_t types[] = {
        [INTEL_PEM] = QUOTE_PCK_CHAIN,           [INTEL_DER] = QUOTE_PCK_CHAIN,
        [INTEL_LEAF] = QUOTE_PCK_LEAF,           [INTEL_PPID] = QUOTE_PPID_PLAIN,
        [INTEL_ENCRYPTED] = QUOTE_PPID_RSA_3072, [INTEL_MANIFEST] = QUOTE_PLATFORM_MANIFEST,
    };
    size_t size = 0;
    if (wish->carrying <= INTEL_LEAF) {
        for (size_t i = 0; i < (wish->carrying == INTEL_LEAF ? 1u : 3u); i++) {
            struct span one = i == 0   ? make_leaf(wish, &der)
                              : i == 1 ? pki_certificate(&der, &wish->ca)
                                       : intel_root(wish);
            if (wish->carrying == INTEL_PEM) {
                size += put_pem((char *)data + size, sizeof data - size, one);
            } else {
                memcpy(data + size, one.data, one.size);
                size += one.size;
            }
        }
    } else {
        size = wish->carrying == INTEL_PPID ? 34 : wish->carrying == INTEL_ENCRYPTED ? 404 : 100;
        memset(data, 0x55, size);
    }
    put_number(w, types[wish->carrying], 2);
    put_number(w, size, 4);
    put(w, data, size);
}

static void put_qe(struct writer *w, struct intel_wish *wish)
{
    static const uint8_t authentication[32] = {1, 2, 3};
    struct enclave_report qe = wish->quote.qe;
    uint8_t signature[PKI_SIGNATURE_MAX];
    const struct span parts[] = {pki_point(&wish->keys->attestation),
                                 span_of(authentication, sizeof authentication)};
    const size_t start = w->size;
    assert_int_equal(crypto_sha256(parts, 2, qe.report_data), 0);
    qe.report_data[40] ^= wish->bad_binding;
    put_enclave(w, &qe, wish->reserved == INTEL_RESERVED_QE);
    (void)pki_sign(wish->qe_signer, span_of(w->bytes + start, w->size - start), signature);
    signature[40] ^= wish->bad_qe_signature;
    put(w, signature, 64);
    put_number(w, sizeof authentication, 2);
    put(w, authentication, sizeof authentication);
    put_certification(w, wish);
}

size_t intel_quote(struct intel_wish *wish, uint8_t to[INTEL_QUOTE_MAX])
{
    static uint8_t inner_bytes[INTEL_QUOTE_MAX];
    struct writer w = {to, 0}, inner = {inner_bytes, 0};
    uint8_t signature[PKI_SIGNATURE_MAX];
    put_signed_part(&w, wish);
    (void)pki_sign(wish->attestation_signer, span_of(to, w.size), signature);
    signature[40] ^= wish->bad_signature;
    put_qe(&inner, wish);
    put_number(&w, 128 + inner.size + (wish->quote.version >= 4 ? 6 : 0), 4);
    put(&w, signature, 64);
    put(&w, pki_point(&wish->keys->attestation).data, 64);
    if (wish->quote.version >= 4) {
        put_number(&w, QUOTE_QE_REPORT, 2);
        put_number(&w, inner.size, 4);
    }
    put(&w, inner.bytes, inner.size);
    return w.size;
}

/* ---- what stands beside it ---- */

static void add(struct collateral *c, const char *name, struct span source)
{
    struct casemate_error err = {0};
    assert_int_equal(collateral_add(c, name, source, &err), 0);
}

static void add_statement(struct collateral *c, const char *key, const char *body,
                          const struct pki_key *signer, bool bad)
{
    static char text[INTEL_TEXT_MAX + 256];
    uint8_t signature[PKI_SIGNATURE_MAX];
    char hex[129];
    if (!body[0])
        return;
    (void)pki_sign(signer, span_text(body), signature);
    signature[40] ^= bad;
    hex_encode(signature, 64, hex);
    (void)snprintf(text, sizeof text, "{\"%s\":%s,\"signature\":\"%s\"}", key, body, hex);
    add(c, key, span_text(text));
}

void intel_beside(struct intel_wish *wish, struct collateral *collateral)
{
    static struct der der;
    if (wish->carrying > INTEL_LEAF)
        add(collateral, "leaf", make_leaf(wish, &der));
    if (wish->carrying >= INTEL_LEAF)
        add(collateral, "ca", pki_certificate(&der, &wish->ca));
    if (!wish->no_root_beside)
        add(collateral, "root", intel_root(wish));
    if (!wish->no_tcb_certificate)
        add(collateral, "tcb", pki_certificate(&der, &wish->tcb));
    if (!wish->no_root_list)
        add(collateral, "root-list", pki_list(&der, &wish->root_list));
    if (!wish->no_ca_list)
        add(collateral, "ca-list", pki_list(&der, &wish->ca_list));
    add_statement(collateral, "tcbInfo", wish->info, wish->info_signer, wish->bad_info);
    add_statement(collateral, "enclaveIdentity", wish->identity, wish->identity_signer, wish->bad_identity);
}
