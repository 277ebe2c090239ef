/* SPDX-License-Identifier: Apache-2.0 */
/* Makes evidence of Sanctum and PEF, right and wrong. */
#include "eat_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>

#include "../../src/base/hex.h"
#include "../../src/proto/cose.h"
#include "../../src/proto/crypto.h"

enum { NOW = 1790000000, YEAR = 365 * 24 * 3600 };

void eat_keys_free(struct eat_keys *keys)
{
    pki_key_free(&keys->leaf);
    pki_key_free(&keys->monitor);
    pki_key_free(&keys->root);
    pki_key_free(&keys->stranger);
}

static void fill(uint8_t *to, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)(seed * 29 + i);
}

static struct pki_wish authority(const char *subject, const char *issuer, const struct pki_key *key,
                                 const struct pki_key *signer, uint64_t serial)
{
    return (struct pki_wish){.subject = subject,
                             .issuer = issuer,
                             .key = key,
                             .signer = signer,
                             .serial = serial,
                             .from = NOW - YEAR,
                             .to = NOW + YEAR,
                             .authority = true,
                             .usage = PKI_AUTHORITY_USAGE};
}

void eat_keys_make(struct eat_keys *keys)
{
    pki_key_make(&keys->leaf, PKI_P384);
    pki_key_make(&keys->monitor, PKI_P384);
    pki_key_make(&keys->root, PKI_P384);
    pki_key_make(&keys->stranger, PKI_P384);
    const struct pki_wish device = authority("Device", "Device", &keys->root, &keys->root, 3);
    const struct pki_wish owner = authority("Owner", "Owner", &keys->root, &keys->root, 3);
    const struct pki_wish nobody = authority("Nobody", "Nobody", &keys->stranger, &keys->stranger, 9);
    (void)pki_certificate(&keys->anchor[EAT_SANCTUM], &device);
    (void)pki_certificate(&keys->anchor[EAT_PEF], &owner);
    (void)pki_certificate(&keys->other_anchor, &nobody);
}

static void make_chain(struct eat_case *c)
{
    const bool sanctum = c->tee == EAT_SANCTUM;
    const char *middle = sanctum ? "Monitor" : "Owner's machine", *top = sanctum ? "Device" : "Owner";
    c->count = EAT_CERTIFICATES;
    c->certificate[0] = authority("Keep", middle, &c->keys->leaf, &c->keys->monitor, 1);
    c->certificate[0].authority = false;
    c->certificate[0].usage = PKI_DIGITAL_SIGNATURE;
    c->certificate[1] = authority(middle, top, &c->keys->monitor, &c->keys->root, 2);
    c->tcb[0] = (struct eat_tcb){.has_image = true, .has_blob = !sanctum};
    memcpy(c->tcb[0].image, c->measurement, sizeof c->measurement);
    memcpy(c->tcb[0].blob, c->blob, sizeof c->blob);
    c->tcb[1] = (struct eat_tcb){.has_image = true, .has_svn = true, .svn = (uint32_t)c->monitor_svn};
    memcpy(c->tcb[1].image, c->monitor, sizeof c->monitor);
}

void eat_case_make(struct eat_case *c, const struct eat_keys *keys, enum eat_tee tee)
{
    const char *name = tee == EAT_SANCTUM ? "sanctum" : "pef";
    *c = (struct eat_case){.keys = keys,
                           .tee = tee,
                           .profile = tee == EAT_SANCTUM ? "tag:casemate.example,2026:sanctum-1"
                                                         : "tag:casemate.example,2026:pef-1",
                           .enforced = "emulated CPU",
                           .monitor_svn = 3,
                           .debug = 1,
                           .time = NOW,
                           .policy = ""};
    fill(c->measurement, sizeof c->measurement, 1);
    fill(c->monitor, sizeof c->monitor, 2);
    fill(c->blob, sizeof c->blob, 3);
    const struct span spki = span_of(keys->root.spki, keys->root.spki_size);
    assert_int_equal(crypto_sha256(&spki, 1, c->device), 0);
    make_chain(c);
    struct statement *s = &c->statement;
    s->kind = STATEMENT_SESSION;
    (void)snprintf(s->tee, sizeof s->tee, "%s", name);
    (void)snprintf(s->mode, sizeof s->mode, "%s", name);
    fill(s->instance, sizeof s->instance, 4);
    fill(s->spki, sizeof s->spki, 5);
    fill(s->boot, sizeof s->boot, 6);
    fill(s->nonce, sizeof s->nonce, 7);
    fill(s->binder, sizeof s->binder, 8);
}

/* ---- bytes ---- */

static void put_fwid(struct der *d, const char *algorithm, struct span digest)
{
    size_t one = der_begin(d, 0x30);
    der_oid(d, algorithm);
    der_put(d, 0x04, digest);
    der_end(d, one);
}

/* SEQUENCE { svn [3] IMPLICIT INTEGER OPTIONAL, fwids [6] IMPLICIT SEQUENCE OF FWID } */
static struct span put_tcb(struct der *d, const struct eat_tcb *t)
{
    const uint8_t svn[] = {(uint8_t)t->svn};
    size_t whole = der_begin(d, 0x30);
    if (t->has_svn)
        der_put(d, 0x83, span_of(svn, sizeof svn));
    size_t list = der_begin(d, 0xa6);
    for (int i = 0; i < (t->has_image ? 1 : 0) + (t->twice ? 1 : 0); i++)
        put_fwid(d, "2.16.840.1.101.3.4.2.2", span_of(t->image, sizeof t->image));
    if (t->has_blob)
        put_fwid(d, "2.16.840.1.101.3.4.2.1", span_of(t->blob, sizeof t->blob));
    der_end(d, list);
    if (t->more)
        der_put(d, 0x87, SPAN_LITERAL("\0"));
    der_end(d, whole);
    return der_span(d);
}

static struct span certificate(const struct eat_case *c, size_t i, struct der *to)
{
    static struct der extension;
    if (i == EAT_CERTIFICATES - 1)
        return der_span(&c->keys->anchor[c->tee]);
    struct pki_wish wish = c->certificate[i];
    struct pki_extension dice = {.oid = "2.23.133.5.4.1"};
    if (!c->tcb[i].absent) {
        extension.size = 0;
        dice.value = put_tcb(&extension, &c->tcb[i]);
        wish.extension = &dice;
        wish.extension_count = 1;
    }
    return pki_certificate(to, &wish);
}

static struct span finish(const struct cbor_writer *w)
{
    struct span encoded;
    assert_int_equal(cbor_writer_finish(w, &encoded), 0);
    return encoded;
}

static void put_own_claims(struct cbor_writer *w, const struct eat_case *c)
{
    const bool sanctum = c->tee == EAT_SANCTUM;
    if (sanctum) {
        cbor_put_int(w, -70004);
        cbor_put_bytes(w, span_of(c->monitor, sizeof c->monitor));
        cbor_put_int(w, -70005);
        cbor_put_uint(w, c->monitor_svn);
        if (!c->missing_claim) {
            cbor_put_int(w, -70006);
            cbor_put_bytes(w, span_of(c->device, sizeof c->device));
        }
    }
    if ((!sanctum && !c->missing_claim) || (sanctum && c->foreign_claim)) {
        cbor_put_int(w, -70007);
        cbor_put_bytes(w, span_of(c->blob, sizeof c->blob));
    }
}

static struct span put_payload(const struct eat_case *c, struct span report_data, uint8_t *to,
                               size_t capacity)
{
    const bool sanctum = c->tee == EAT_SANCTUM;
    const size_t own = (sanctum ? 3 + c->foreign_claim : 1) - c->missing_claim;
    uint8_t boot[32];
    struct cbor_writer w;
    memcpy(boot, c->statement.boot, sizeof boot);
    boot[0] ^= c->other_boot;
    cbor_writer_init(&w, to, capacity);
    cbor_put_map(&w, 7 + own);
    cbor_put_int(&w, 6);
    cbor_put_uint(&w, NOW);
    cbor_put_int(&w, 10);
    cbor_put_bytes(&w, report_data);
    cbor_put_int(&w, 263);
    cbor_put_uint(&w, c->debug);
    cbor_put_int(&w, 265);
    cbor_put_text(&w, span_text(c->profile));
    cbor_put_int(&w, -70001);
    cbor_put_bytes(&w, span_of(c->measurement, sizeof c->measurement));
    cbor_put_int(&w, -70002);
    cbor_put_bytes(&w, span_of(boot, sizeof boot));
    cbor_put_int(&w, -70003);
    cbor_put_text(&w, span_text(c->enforced));
    put_own_claims(&w, c);
    return finish(&w);
}

static struct span put_header(const struct eat_case *c, uint8_t *to, size_t capacity)
{
    static struct der der[EAT_CERTIFICATES];
    struct cbor_writer w;
    cbor_writer_init(&w, to, capacity);
    cbor_put_map(&w, 2);
    cbor_put_uint(&w, 1);
    cbor_put_int(&w, COSE_ES384);
    cbor_put_uint(&w, 33);
    if (c->count != 1)
        cbor_put_array(&w, c->count);
    for (size_t i = 0; i < c->count; i++) /* what is left out is left out in the middle */
        cbor_put_bytes(&w, certificate(c, c->count < EAT_CERTIFICATES && i ? i + 1 : i, &der[i]));
    return finish(&w);
}

static void sign(const struct eat_case *c, const struct cose_sign1 *cose, uint8_t signature[96])
{
    uint8_t digest[48];
    size_t size;
    assert_int_equal(cose_sign1_digest(cose, digest), 0);
    assert_int_equal(psa_sign_hash(c->keys->leaf.id, PSA_ALG_ECDSA(PSA_ALG_SHA_384), digest, sizeof digest,
                                   signature, 96, &size),
                     PSA_SUCCESS);
    signature[9] ^= c->bad_signature;
}

static void report_data_of(const struct eat_case *c, uint8_t to[REPORT_DATA_SIZE], uint8_t *statement,
                           size_t *statement_size)
{
    assert_int_equal(statement_encode(&c->statement, statement, STATEMENT_SIZE_MAX, statement_size), 0);
    memset(to, 0, REPORT_DATA_SIZE);
    if (c->no_statement)
        fill(to, 32, 9);
    else
        assert_int_equal(statement_report_data(span_of(statement, *statement_size), to), 0);
    to[0] ^= c->other_report_data;
}

struct span eat_case_evidence(const struct eat_case *c)
{
    static uint8_t bytes[EAT_EVIDENCE_MAX], header[EAT_EVIDENCE_MAX];
    uint8_t payload[1024], signature[96], report_data[REPORT_DATA_SIZE], statement[STATEMENT_SIZE_MAX];
    size_t statement_size;
    struct cbor_writer w;
    report_data_of(c, report_data, statement, &statement_size);
    struct cose_sign1 cose = {
        .protected_header = put_header(c, header, sizeof header),
        .payload = put_payload(c, span_of(report_data, sizeof report_data), payload, sizeof payload)};
    sign(c, &cose, signature);
    cbor_writer_init(&w, bytes, sizeof bytes);
    cbor_put_tag(&w, 18);
    cbor_put_array(&w, 4);
    cbor_put_bytes(&w, cose.protected_header);
    cbor_put_map(&w, c->unprotected ? 1 : 0);
    if (c->unprotected) {
        cbor_put_uint(&w, 4);
        cbor_put_bytes(&w, SPAN_LITERAL("unsigned"));
    }
    cbor_put_bytes(&w, cose.payload);
    cbor_put_bytes(&w, span_of(signature, sizeof signature));
    return finish(&w);
}

/* ---- judgement ---- */

static struct policy *make_policy(const struct eat_case *c, const struct attest_root *root)
{
    char fingerprint[ATTEST_FINGERPRINT_TEXT], measurement[97], monitor[97], text[1024];
    struct casemate_error err = {0};
    struct policy *policy;
    uint8_t other[48];
    fill(other, sizeof other, 11);
    attest_fingerprint_text(root->fingerprint, fingerprint);
    hex_encode(c->other_measurement ? other : c->measurement, 48, measurement);
    hex_encode(c->other_monitor ? other : c->monitor, 48, monitor);
    (void)snprintf(text, sizeof text,
                   "version = 1\n%s%s%s%s\n[[measurement]]\ntee = \"%s\"\nvalue = \"%s\"\n"
                   "[sanctum]\nmonitors = [\"%s\"]\n",
                   c->hardware ? "class = \"hardware\"\n" : "class = \"simulated\"\nroots = [\"",
                   c->hardware ? "" : fingerprint, c->hardware ? "" : "\"]\n", c->policy,
                   c->tee == EAT_SANCTUM ? "sanctum" : "pef", measurement, monitor);
    assert_int_equal(policy_parse(text, strlen(text), "test", &policy, &err), 0);
    return policy;
}

int eat_case_run_bytes(const struct eat_case *c, struct span evidence, struct verdict *verdict,
                       struct casemate_error *err)
{
    struct attest_roots roots = {0};
    struct attest_root root;
    uint8_t statement[STATEMENT_SIZE_MAX], report_data[REPORT_DATA_SIZE];
    size_t statement_size;
    const struct der *anchor = c->unknown_root ? &c->keys->other_anchor : &c->keys->anchor[c->tee];
    assert_int_equal(attest_root_read(der_span(anchor), &root, NULL, NULL, err), 0);
    assert_int_equal(attest_roots_add(&roots, &root, err), 0);
    report_data_of(c, report_data, statement, &statement_size);
    struct policy *policy = make_policy(c, &root);
    const struct attest_input input = {
        .statement = c->no_statement ? span_of(NULL, 0) : span_of(statement, statement_size),
        .evidence = evidence,
        .nonce = c->nonce,
        .recorded = !c->not_recorded,
        .tee = c->wanted_tee,
        .policy = policy,
        .roots = &roots,
        .time = c->time,
        .expected = {.kind = STATEMENT_SESSION, .purpose = ATTEST_ANYONE},
    };
    int result = (c->no_statement ? attest_judge_raw : attest_judge)(&input, verdict, err);
    policy_free(policy);
    return result;
}

int eat_case_run(const struct eat_case *c, struct verdict *verdict, struct casemate_error *err)
{
    return eat_case_run_bytes(c, eat_case_evidence(c), verdict, err);
}
