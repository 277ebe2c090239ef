/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing and judging what Intel signs about TCBs. Whoever brings it may leave the newest out; that it is
 * current bounds how much that gains. */
#include <stdio.h>

#include "../base/hex.h"
#include "../proto/crypto.h"
#include "calendar.h"
#include "intel.h"

/* A signed statement that was chosen, and who signed it. */
struct chosen {
    const struct collateral_item *item;
    const mbedtls_x509_crt *signer; /* NULL: nobody whom we know */
    /* What made it the best so far, most important first. */
    uint64_t merit;
};

/* ---- signers ---- */

static const char signer_name[] = "Intel SGX TCB Signing";

/* The certificate of this name, or of any other, whose P-256 key signed it. */
static const mbedtls_x509_crt *find_signer_named(const struct intel *i, const struct collateral_item *item,
                                                 struct span digest, bool named)
{
    const struct span signature = span_of(item->signature, sizeof item->signature);
    for (size_t s = 0; s < CHAIN_SETS; s++) {
        for (size_t n = 0; i->sets.set[s] && n < i->sets.set[s]->count; n++) {
            const struct collateral_item *one = i->sets.set[s]->item[n];
            if (one->kind == COLLATERAL_CERTIFICATE &&
                certificate_is_named(&one->certificate, signer_name) == named &&
                mbedtls_pk_get_bitlen(&one->certificate.pk) == 256 &&
                chain_signed(&one->certificate, digest, signature))
                return &one->certificate;
        }
    }
    return NULL;
}

/* A certificate that is for this, or else any, so that the refusal can name it. */
static const mbedtls_x509_crt *find_signer(const struct intel *i, const struct collateral_item *item)
{
    const struct span body = span_of(item->bytes, item->size);
    uint8_t digest[DIGEST_SIZE];
    if (crypto_sha256(&body, 1, digest))
        return NULL;
    const struct span signed_part = span_of(digest, sizeof digest);
    const mbedtls_x509_crt *signer = find_signer_named(i, item, signed_part, true);
    return signer ? signer : find_signer_named(i, item, signed_part, false);
}

static void judge_signer(struct intel *i, const struct chosen *chosen, enum check_id row)
{
    char name[96] = "nobody whose certificate is here";
    if (chosen->signer)
        (void)mbedtls_x509_dn_gets(name, sizeof name, &chosen->signer->subject);
    (void)check_set(i->report, row, chosen->signer && certificate_is_named(chosen->signer, signer_name),
                    "signed by CN=Intel SGX TCB Signing", "signed by %s", name);
}

/* A signer's chain, unless it is that of the other statement too. */
static void judge_chain(struct intel *i, const mbedtls_x509_crt *signer)
{
    struct chain chain;
    if (!signer || !i->chain.count)
        return;
    chain_init(&chain);
    chain_find(&chain, signer, &i->sets, &intel_rules);
    chain_judge_beside(&chain, &i->chain, &intel_rules, &i->sets, i->input, i->report, i->claims);
    chain_free(&chain);
}

/* ---- dates ---- */

static bool is_current(const struct intel *i, int64_t issued, int64_t next)
{
    return i->input->time >= issued && i->input->time <= next;
}

static void judge_date(struct intel *i, enum check_id row, int64_t issued, int64_t next)
{
    char now[CALENDAR_TEXT], from[CALENDAR_TEXT], to[CALENDAR_TEXT];
    calendar_text(i->input->time, now);
    calendar_text(issued, from);
    calendar_text(next, to);
    i->claims->expires = next < i->claims->expires ? next : i->claims->expires;
    claims_collateral_date(i->claims, issued);
    (void)check_set(i->report, row, is_current(i, issued, next), now, "issued %s, to be renewed by %s", from,
                    to);
}

/* ---- choosing ---- */

/* It must be the right one before all, then signed, then current; of several, the one with the highest
 * evaluation number. */
static uint64_t merit_of(bool right, bool is_signed, bool current, uint32_t evaluation)
{
    return (uint64_t)right << 34 | (uint64_t)is_signed << 33 | (uint64_t)current << 32 | evaluation;
}

static bool info_is_ours(const struct intel *i, const struct intel_tee *tee, const struct tcb_info *info)
{
    return !info->problem[0] && info->tdx == (tee->quote_tee == QUOTE_TEE_TDX) && i->has_pck &&
           memcmp(info->fmspc, i->pck.fmspc, sizeof info->fmspc) == 0 &&
           memcmp(info->pceid, i->pck.pceid, sizeof info->pceid) == 0;
}

static bool identity_is_ours(const struct intel_tee *tee, const struct qe_identity *identity)
{
    return !identity->problem[0] && strcmp(identity->id, tee->qe) == 0;
}

static uint64_t merit_of_info(const struct intel *i, const struct intel_tee *tee, const struct tcb_info *info,
                              bool is_signed)
{
    return merit_of(info_is_ours(i, tee, info), is_signed, is_current(i, info->issued, info->next),
                    info->evaluation);
}

static uint64_t merit_of_identity(const struct intel *i, const struct intel_tee *tee,
                                  const struct qe_identity *identity, bool is_signed)
{
    return merit_of(identity_is_ours(tee, identity), is_signed,
                    is_current(i, identity->issued, identity->next), identity->evaluation);
}

/* Tries one item; what loses is freed. */
static void try_info(struct intel *i, const struct intel_tee *tee, struct chosen *best,
                     const struct chosen *candidate)
{
    struct tcb_info *scratch = &i->other_info;
    tcb_info_read(span_of(candidate->item->bytes, candidate->item->size), scratch);
    const uint64_t merit = merit_of_info(i, tee, scratch, candidate->signer != NULL);
    if (best->item && merit <= best->merit) {
        tcb_info_free(scratch);
        return;
    }
    tcb_info_free(&i->info);
    i->info = *scratch;
    *best = *candidate;
    best->merit = merit;
}

static void try_identity(struct intel *i, const struct intel_tee *tee, struct chosen *best,
                         const struct chosen *candidate)
{
    struct qe_identity *scratch = &i->other_identity;
    qe_identity_read(span_of(candidate->item->bytes, candidate->item->size), scratch);
    const uint64_t merit = merit_of_identity(i, tee, scratch, candidate->signer != NULL);
    if (best->item && merit <= best->merit) {
        qe_identity_free(scratch);
        return;
    }
    qe_identity_free(&i->identity);
    i->identity = *scratch;
    *best = *candidate;
    best->merit = merit;
}

static void choose(struct intel *i, const struct intel_tee *tee, struct chosen *info, struct chosen *identity)
{
    const struct collateral *from = i->input->collateral;
    for (size_t n = 0; from && n < from->count; n++) {
        const enum collateral_kind kind = from->item[n]->kind;
        if (kind != COLLATERAL_TCB_INFO && kind != COLLATERAL_QE_IDENTITY)
            continue;
        const struct chosen candidate = {from->item[n], find_signer(i, from->item[n]), 0};
        if (kind == COLLATERAL_TCB_INFO)
            try_info(i, tee, info, &candidate);
        else
            try_identity(i, tee, identity, &candidate);
    }
}

/* ---- rows ---- */

/* Whether anything of it can be judged on. */
static bool judge_info(struct intel *i, const struct intel_tee *tee, const struct chosen *chosen)
{
    char want[13] = "?", got[13];
    char expected[CHECK_TEXT_MAX];
    if (i->has_pck)
        hex_encode(i->pck.fmspc, sizeof i->pck.fmspc, want);
    (void)snprintf(expected, sizeof expected, "version 3, of %s, FMSPC %s and the same PCEID",
                   tee->quote_tee == QUOTE_TEE_TDX ? "TDX" : "SGX", want);
    if (!chosen->item || i->info.problem[0]) {
        (void)check_set(i->report, CHECK_TCB_INFO, false, expected, "%s",
                        chosen->item ? i->info.problem : "none");
        return false;
    }
    hex_encode(i->info.fmspc, sizeof i->info.fmspc, got);
    (void)check_set(i->report, CHECK_TCB_INFO, info_is_ours(i, tee, &i->info), expected,
                    "of %s, FMSPC %s, PCEID %02x%02x", i->info.tdx ? "TDX" : "SGX", got, i->info.pceid[0],
                    i->info.pceid[1]);
    judge_signer(i, chosen, CHECK_TCB_INFO_SIGNATURE);
    judge_date(i, CHECK_TCB_INFO_DATE, i->info.issued, i->info.next);
    return true;
}

static bool judge_identity(struct intel *i, const struct intel_tee *tee, const struct chosen *chosen)
{
    char expected[CHECK_TEXT_MAX];
    (void)snprintf(expected, sizeof expected, "version 2, of %s", tee->qe);
    if (!chosen->item || i->identity.problem[0]) {
        (void)check_set(i->report, CHECK_QE_IDENTITY, false, expected, "%s",
                        chosen->item ? i->identity.problem : "none");
        return false;
    }
    (void)check_set(i->report, CHECK_QE_IDENTITY, identity_is_ours(tee, &i->identity), expected, "of %s",
                    i->identity.id);
    judge_signer(i, chosen, CHECK_QE_IDENTITY_SIGNATURE);
    judge_date(i, CHECK_QE_IDENTITY_DATE, i->identity.issued, i->identity.next);
    return true;
}

/* The QE's report against its identity. */
static void judge_qe(struct intel *i)
{
    const struct enclave_report *qe = &i->quote.qe;
    const struct qe_identity *identity = &i->identity;
    char expected[CHECK_TEXT_MAX];
    (void)check_digest(i->report, CHECK_QE_SIGNER, identity->mrsigner, qe->mrsigner, sizeof qe->mrsigner);
    (void)snprintf(expected, sizeof expected, "ISVPRODID %u", identity->product);
    (void)check_set(i->report, CHECK_QE_PRODUCT, qe->product == identity->product, expected, "ISVPRODID %u",
                    qe->product);
    (void)snprintf(
        expected, sizeof expected,
        "flags %016llx of %016llx, XFRM %016llx of %016llx, MISCSELECT %08x of %08x",
        (unsigned long long)identity->attributes[0], (unsigned long long)identity->attributes_mask[0],
        (unsigned long long)identity->attributes[1], (unsigned long long)identity->attributes_mask[1],
        identity->miscselect, identity->miscselect_mask);
    (void)check_set(i->report, CHECK_QE_ATTRIBUTES, qe_identity_attributes_fit(identity, qe), expected,
                    "flags %016llx, XFRM %016llx, MISCSELECT %08x", (unsigned long long)qe->sgx.flags,
                    (unsigned long long)qe->sgx.xfrm, qe->sgx.miscselect);
}

void intel_judge_collateral(struct intel *i, const struct intel_tee *tee)
{
    struct chosen info = {0}, identity = {0};
    choose(i, tee, &info, &identity);
    const bool has_info = judge_info(i, tee, &info);
    const bool has_identity = judge_identity(i, tee, &identity);
    if (has_identity)
        judge_qe(i);
    if (has_info)
        judge_chain(i, info.signer);
    if (has_identity && !(has_info && info.signer == identity.signer))
        judge_chain(i, identity.signer);
    intel_judge_tcb(i, tee, has_info, has_identity);
}
