/* SPDX-License-Identifier: Apache-2.0 */
/* Judging a quote: its form, its signatures, and the platform's certificate. */
#include "intel.h"

#include <mbedtls/asn1.h>
#include <stdio.h>
#include <stdlib.h>

#include "../base/hex.h"
#include "../proto/crypto.h"

void intel_need(struct check_report *report)
{
    static const enum check_id rows[] = {
        CHECK_FORMAT,
        CHECK_RESERVED,
        CHECK_SIGNATURE,
        CHECK_QE_SIGNATURE,
        CHECK_QE_BINDING,
        CHECK_PCK,
        CHECK_CHAIN,
        CHECK_VALIDITY,
        CHECK_REVOCATION,
        CHECK_ROOT,
        CHECK_BINDING,
        CHECK_TEE_MATCH,
        CHECK_BOOT,
        CHECK_TCB_INFO,
        CHECK_TCB_INFO_DATE,
        CHECK_TCB_INFO_SIGNATURE,
        CHECK_QE_IDENTITY,
        CHECK_QE_IDENTITY_DATE,
        CHECK_QE_IDENTITY_SIGNATURE,
        CHECK_QE_SIGNER,
        CHECK_QE_PRODUCT,
        CHECK_QE_ATTRIBUTES,
        CHECK_ATTRIBUTES,
        CHECK_TCB_LEVEL,
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_need(report, rows[i]);
}

/* Only what Intel signs with (PCK profile, 1.2). */
static const mbedtls_x509_crt_profile profile = {
    .allowed_mds = MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA256),
    .allowed_pks = MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECKEY) | MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECDSA),
    .allowed_curves = MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP256R1),
};
const struct chain_rules intel_rules = {VENDOR_INTEL, &profile, true};

/* ---- the quote ---- */

static void judge_form(struct intel *i)
{
    const struct quote *q = &i->quote;
    const bool intel = quote_vendor_is_intel(q->qe_vendor);
    (void)check_set(i->report, CHECK_FORMAT, intel && q->key_type == QUOTE_KEY_ECDSA_P256,
                    "a quote of Intel's quoting enclave with an attestation key of type 2 (P-256)",
                    "version %u, key type %u, %s quoting enclave", q->version, q->key_type,
                    intel ? "Intel's" : "another vendor's");
    (void)check_set(i->report, CHECK_RESERVED, q->reserved_zero, "zero in all reserved bytes", "%s",
                    q->reserved_zero ? "zero" : "something else");
}

/* Header and body by the attestation key. */
static void judge_signature(struct intel *i)
{
    uint8_t point[P256_POINT_SIZE] = {0x04};
    memcpy(point + 1, i->quote.attestation_key.data, sizeof point - 1);
    const bool good = crypto_p256_verify(point, &i->quote.signed_part, 1, i->quote.signature.data) == 0;
    (void)check_set(i->report, CHECK_SIGNATURE, good, "ECDSA by the attestation key in the quote", "%s",
                    good ? "such a signature" : "another signature or key");
}

/* The QE puts SHA-256(key || authentication data) into its report, zeros behind it. */
static void judge_binding(struct intel *i)
{
    uint8_t expected[REPORT_DATA_SIZE] = {0};
    const struct span parts[] = {i->quote.attestation_key, i->quote.qe_authentication};
    if (crypto_sha256(parts, 2, expected) == 0)
        (void)check_digest(i->report, CHECK_QE_BINDING, expected, i->quote.qe.report_data, sizeof expected);
}

/* ---- the platform's certificate ---- */

/* Certificates in DER, one behind the other, as Intel's own samples have them; PEM otherwise. */
int intel_carry(const struct quote *quote, struct collateral *carried, struct casemate_error *err)
{
    struct span rest = quote->certification;
    while (rest.size && rest.data[0] == 0x30) {
        unsigned char *at = (unsigned char *)(uintptr_t)rest.data;
        size_t size = 0;
        if (mbedtls_asn1_get_tag(&at, rest.data + rest.size, &size,
                                 MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) != 0)
            return -1;
        size += (size_t)(at - rest.data);
        if (collateral_add(carried, "evidence", span_of(rest.data, size), err))
            return -1;
        rest = span_of(rest.data + size, rest.size - size);
    }
    return rest.size ? collateral_add(carried, "evidence", rest, err) : 0;
}

static bool signed_qe(const struct intel *i, const mbedtls_x509_crt *certificate)
{
    uint8_t digest[DIGEST_SIZE];
    return mbedtls_pk_get_bitlen(&certificate->pk) == 256 &&
           crypto_sha256(&i->quote.qe_report_bytes, 1, digest) == 0 &&
           chain_signed(certificate, span_of(digest, sizeof digest), i->quote.qe_signature);
}

/* A quote that only names its platform: the certificate beside it whose key signed the QE's report, or the
 * first of a platform, so that the refusal can say what is wrong. */
static const mbedtls_x509_crt *find_beside(const struct intel *i)
{
    const struct collateral *beside = i->input->collateral;
    const mbedtls_x509_crt *first = NULL;
    struct pck pck;
    for (size_t n = 0; beside && n < beside->count; n++) {
        const mbedtls_x509_crt *one = &beside->item[n]->certificate;
        if (beside->item[n]->kind != COLLATERAL_CERTIFICATE || !pck_read(one, &pck))
            continue;
        if (signed_qe(i, one))
            return one;
        first = first ? first : one;
    }
    return first;
}

/* The specification wants the leaf first, but Intel's own samples have it last; the path up is found by names
 * and keys either way. */
static const mbedtls_x509_crt *first_leaf(const struct collateral *carried)
{
    const mbedtls_x509_crt *first = NULL;
    struct pck pck;
    for (size_t n = 0; n < carried->count; n++) {
        const mbedtls_x509_crt *one = &carried->item[n]->certificate;
        if (carried->item[n]->kind != COLLATERAL_CERTIFICATE)
            continue;
        if (pck_read(one, &pck))
            return one;
        first = first ? first : one;
    }
    return first;
}

static bool find_leaf(struct intel *i)
{
    struct casemate_error err = {0};
    i->sets.set[1] = i->input->collateral;
    if (i->quote.certification_type != QUOTE_PCK_LEAF && i->quote.certification_type != QUOTE_PCK_CHAIN) {
        i->leaf = find_beside(i);
        return true;
    }
    i->sets.set[0] = &i->carried;
    if (intel_carry(&i->quote, &i->carried, &err) == 0)
        i->leaf = first_leaf(&i->carried);
    if (!i->leaf)
        (void)check_set(i->report, CHECK_FORMAT, false, "certificates in the certification data", "%s",
                        err.what[0] ? err.what : "none that can be read");
    return i->leaf != NULL;
}

static void take_pck(struct intel *i)
{
    struct intel_claims *to = &i->claims->intel;
    const struct pck *pck = &i->pck;
    i->claims->has_intel = true;
    memcpy(to->fmspc, pck->fmspc, sizeof to->fmspc);
    memcpy(to->pceid, pck->pceid, sizeof to->pceid);
    memcpy(to->pck_cpusvn, pck->cpusvn, sizeof to->pck_cpusvn);
    to->pck_pcesvn = pck->pcesvn;
    to->has_configuration = pck->has_configuration;
    to->smt = pck->smt;
    to->dynamic = pck->dynamic;
    to->cached_keys = pck->cached_keys;
    hex_encode(pck->ppid, sizeof pck->ppid, i->claims->platform);
}

/* PCK profile, 1.3.5: the leaf's name and its SGX extensions. */
static void judge_pck(struct intel *i)
{
    char name[96] = "";
    const bool named = certificate_is_named(i->leaf, "Intel SGX PCK Certificate");
    i->has_pck = pck_read(i->leaf, &i->pck);
    (void)mbedtls_x509_dn_gets(name, sizeof name, &i->leaf->subject);
    (void)check_set(i->report, CHECK_PCK, named && i->has_pck,
                    "CN=Intel SGX PCK Certificate, with SGX extensions", "%s, %s extensions", name,
                    i->has_pck ? "with these" : "without such");
    if (i->has_pck)
        take_pck(i);
}

static void judge_platform(struct intel *i)
{
    if (!i->leaf) {
        (void)check_set(i->report, CHECK_CHAIN, false, "a certificate of the platform in quote or collateral",
                        "none");
        return;
    }
    const bool good = signed_qe(i, i->leaf);
    (void)check_set(i->report, CHECK_QE_SIGNATURE, good, "ECDSA by the platform's P-256 key", "%s",
                    good ? "such a signature" : "another signature or key");
    judge_pck(i);
    chain_find(&i->chain, i->leaf, &i->sets, &intel_rules);
    chain_judge(&i->chain, &intel_rules, &i->sets, i->input, i->report, i->claims);
}

/* ---- the whole ---- */

void intel_judge_statement(struct intel *i, const struct intel_tee *tee)
{
    char expected[CHECK_TEXT_MAX];
    if (!i->statement) {
        check_not_applicable(i->report, CHECK_TEE_MATCH, "there is no statement");
        check_not_applicable(i->report, CHECK_BOOT, "there is no statement");
        return;
    }
    i->claims->has_boot = true; /* the body's judge has set it */
    (void)snprintf(expected, sizeof expected, "%s, mode %s", tee->name, tee->name);
    (void)check_set(i->report, CHECK_TEE_MATCH,
                    strcmp(i->statement->tee, tee->name) == 0 && strcmp(i->statement->mode, tee->name) == 0,
                    expected, "%s, mode %s", i->statement->tee, i->statement->mode);
}

static void judge(struct intel *i, const struct intel_tee *tee)
{
    if (!quote_read(i->input->evidence, &i->quote)) {
        (void)check_set(i->report, CHECK_FORMAT, false,
                        "a whole quote of version 3, 4 or 5, as Intel specifies it", "%s", i->quote.problem);
        return;
    }
    judge_form(i);
    i->claims->has_tcb = true;
    i->claims->expires = INT64_MAX;
    i->claims->trailing = i->quote.trailing;
    tee->judge_body(i);
    intel_judge_statement(i, tee);
    judge_signature(i);
    judge_binding(i);
    if (!find_leaf(i))
        return;
    judge_platform(i);
    if (i->claims->class == ATTEST_HARDWARE)
        memcpy(i->claims->enforced_by, "silicon", sizeof "silicon");
    intel_judge_collateral(i, tee);
}

void intel_judge(const struct intel_tee *tee, const struct attest_input *input,
                 const struct statement *statement, struct check_report *report, struct claims *claims)
{
    struct intel *i = calloc(1, sizeof *i); /* too much for a stack; without it no row is reached */
    (void)snprintf(claims->tee, sizeof claims->tee, "%s", tee->name);
    claims->class = ATTEST_SIMULATED; /* until the vendor's root is seen */
    if (!i)
        return;
    i->input = input;
    i->statement = statement;
    i->report = report;
    i->claims = claims;
    chain_init(&i->chain);
    judge(i, tee);
    chain_free(&i->chain);
    tcb_info_free(&i->info);
    qe_identity_free(&i->identity);
    collateral_free(&i->carried);
    free(i);
}
