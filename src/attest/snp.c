/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence of SEV-SNP: the report, the certificate of its key, and the chain above it (SEV-SNP Firmware ABI
 * 56860, VCEK Certificate and KDS Interface 57230). */
#include "snp.h"

#include <stdio.h>

#include "../base/hex.h"
#include "../proto/crypto.h"
#include "policy_floors.h"
#include "snp_tcb.h"

/* What one judgement works on. */
struct work {
    struct snp_report raw;
    struct collateral own; /* what stood behind the report */
    struct chain_sets sets;
    const mbedtls_x509_crt *leaf; /* of the signing key; NULL: there is none */
    struct snp_certificate certificate;
    bool signed_by_leaf, tcb_reserved_zero;
};

/* Versions are small, and those of quotes are not 32 bits wide: no quote begins like this. */
bool attest_snp_recognise(struct span evidence)
{
    return evidence.size >= SNP_REPORT_SIZE && evidence.data[0] != 0 &&
           (evidence.data[1] | evidence.data[2] | evidence.data[3]) == 0;
}

void attest_snp_need(struct check_report *report)
{
    static const enum check_id rows[] = {
        CHECK_FORMAT,        CHECK_SNP_RESERVED, CHECK_SNP_CERTIFICATE,
        CHECK_SIGNATURE,     CHECK_CHAIN,        CHECK_VALIDITY,
        CHECK_ROOT,          CHECK_REVOCATION,   CHECK_BINDING,
        CHECK_TEE_MATCH,     CHECK_BOOT,         CHECK_SNP_SIGNING_KEY,
        CHECK_SNP_PRODUCT,   CHECK_SNP_CHIP,     CHECK_SNP_TCB,
        CHECK_SNP_TCB_ORDER, CHECK_SNP_POLICY,   CHECK_SNP_PLATFORM,
        CHECK_SNP_ID_BLOCK,
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_need(report, rows[i]);
}

/* ---- whose key it was ---- */

/* The certificate whose key signed it; else the first of its kind, so that the refusal can say what is wrong.
 */
static void find_leaf(struct work *w)
{
    uint8_t digest[48];
    if (crypto_sha384(&w->raw.signed_part, 1, digest))
        return;
    for (size_t s = 0; s < CHAIN_SETS; s++) {
        const struct collateral *set = w->sets.set[s];
        for (size_t i = 0; set && i < set->count; i++) {
            bool vlek;
            const mbedtls_x509_crt *crt = &set->item[i]->certificate;
            if (set->item[i]->kind != COLLATERAL_CERTIFICATE || !snp_certificate_is(crt, &vlek))
                continue;
            w->leaf = w->leaf ? w->leaf : crt;
            if (!chain_signed(crt, span_of(digest, sizeof digest),
                              span_of(w->raw.signature, sizeof w->raw.signature)))
                continue;
            w->leaf = crt;
            w->signed_by_leaf = true;
            return;
        }
    }
}

static void find_certificate(struct work *w, struct check_report *report)
{
    find_leaf(w);
    const char *wrong = w->leaf ? snp_certificate_read(w->leaf, &w->certificate) : NULL;
    (void)check_set(report, CHECK_SNP_CERTIFICATE, w->leaf && !wrong,
                    "a certificate of a VCEK or VLEK with every extension of its product", "%s%s",
                    !w->leaf ? "no such certificate"
                    : wrong  ? "one with a bad "
                             : w->certificate.product_name,
                    wrong ? wrong : "");
}

/* ---- claims ---- */

/* The processor says, from version 3 on; before that only the certificate does, and the layout of Milan and
 * Genoa is the only one. */
static void take_product(struct work *w, struct snp_claims *snp)
{
    snp->product =
        snp->has_cpuid ? snp_product_of_cpu(snp->cpu_family, snp->cpu_model) : w->certificate.product;
    struct snp_tcb *const parts[] = {&snp->current, &snp->reported, &snp->committed, &snp->launch};
    const enum snp_product layout = snp->has_cpuid ? snp->product : SNP_PRODUCT_UNKNOWN;
    w->tcb_reserved_zero = true;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        w->tcb_reserved_zero = snp_tcb_parts(w->raw.tcb[i], layout, parts[i]) && w->tcb_reserved_zero;
}

/* The chip, as the report names it or, if the host masks that, as the certificate does. */
static void take_platform(const struct work *w, struct claims *claims)
{
    uint8_t any = 0;
    for (size_t i = 0; i < sizeof w->raw.chip_id; i++)
        any |= w->raw.chip_id[i];
    claims->snp.chip_masked = any == 0;
    if (any)
        hex_encode(w->raw.chip_id, sizeof w->raw.chip_id, claims->platform);
    else if (w->certificate.hwid_size)
        hex_encode(w->certificate.hwid, sizeof w->certificate.hwid, claims->platform);
}

static void take_claims(struct work *w, const struct statement *statement, struct claims *claims)
{
    struct snp_claims *snp = &claims->snp;
    take_product(w, snp);
    take_platform(w, claims);
    claims->debug = snp->policy & SNP_POLICY_DEBUG;
    claims->has_svn = true;
    claims->svn = snp->guest_svn;
    claims->has_tcb = true;
    (void)snprintf(claims->enforced_by, sizeof claims->enforced_by, "silicon");
    for (size_t i = 0; i < sizeof snp->id_key; i++)
        claims->signer.size = snp->id_key[i] ? sizeof snp->id_key : claims->signer.size;
    memcpy(claims->signer.bytes, snp->id_key, claims->signer.size);
    if (statement) { /* HOST_DATA is the boot record's digest in our own guests alone */
        claims->has_boot = true;
        memcpy(claims->boot, snp->host_data, DIGEST_SIZE);
    }
    snp->vlek = w->certificate.vlek;
    snp->certified = w->certificate.tcb;
    memcpy(snp->provider, w->certificate.provider, sizeof snp->provider);
}

/* ---- rows ---- */

static void judge_signature(const struct work *w, struct check_report *report)
{
    (void)check_set(report, CHECK_SIGNATURE, w->signed_by_leaf,
                    "ECDSA P-384 with SHA-384 by the key of a certificate that is there", "%s",
                    w->signed_by_leaf ? "such a signature" : "another signature or key");
}

static void judge_tee(const struct statement *statement, struct check_report *report)
{
    if (!statement) {
        check_not_applicable(report, CHECK_BOOT, "there is no statement");
        check_not_applicable(report, CHECK_TEE_MATCH, "there is no statement");
        return;
    }
    (void)check_set(report, CHECK_TEE_MATCH,
                    strcmp(statement->tee, "snp") == 0 && strcmp(statement->mode, "snp") == 0,
                    "snp, mode snp", "%s, mode %s", statement->tee, statement->mode);
}

/* AMD's form (57230, chapter 2): RSA keys of 4096 bits that sign with RSASSA-PSS and SHA-384, a leaf on
 * P-384. */
static const mbedtls_x509_crt_profile amd_profile = {
    .allowed_mds = MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384),
    /* ECKEY is the leaf's key; as an algorithm of signatures it would be ECDSA. */
    .allowed_pks = MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_RSASSA_PSS) | MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECKEY),
    .allowed_curves = MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP384R1),
    .rsa_min_bitlen = 4096,
};
/* The ARK lists revoked ASKs and ASVKs; nobody lists VCEKs. */
static const struct chain_rules amd_rules = {VENDOR_AMD, &amd_profile, false};

static void judge_chain(struct work *w, const struct attest_input *input, struct check_report *report,
                        struct claims *claims)
{
    struct chain chain;
    chain_init(&chain);
    claims->class = ATTEST_SIMULATED; /* until the root turns out to be AMD's */
    chain_find(&chain, w->leaf, &w->sets, &amd_rules);
    chain_judge(&chain, &amd_rules, &w->sets, input, report, claims);
    chain_free(&chain);
}

/* Against certificate and floors. Only current lists can say that nothing is revoked: without them a TCB that
 * is not out of date has no status. */
static void take_status(const struct check_report *report, struct claims *claims)
{
    const struct snp_claims *snp = &claims->snp;
    const bool certified = snp_tcb_equal(&snp->certified, &snp->reported);
    const char *status = "";
    if (claims->revoked)
        status = "Revoked";
    else if (!certified || policy_floors_outdated(snp))
        status = "OutOfDate";
    else if (!check_failed(report, CHECK_REVOCATION))
        status = "UpToDate";
    (void)snprintf(claims->tcb.status, sizeof claims->tcb.status, "%s", status);
}

static void judge_leaf(struct work *w, const struct attest_input *input, struct check_report *report,
                       struct claims *claims)
{
    judge_signature(w, report);
    judge_chain(w, input, report, claims);
    snp_judge_certificate(&w->raw, &w->certificate, claims, report);
    take_status(report, claims);
}

static bool known_version(uint32_t version)
{
    return version == 2 || version == 3 || version == 5;
}

/* A version that is not known is read as the last one before it, so that the other rows say what they can. */
static void judge_format(const struct work *w, bool table, const struct claims *claims,
                         struct check_report *report)
{
    (void)check_set(report, CHECK_FORMAT,
                    table && known_version(claims->snp.version) && w->raw.algorithm == SNP_ALGORITHM_P384,
                    "version 2, 3 or 5, signature algorithm 1, at most 128 certificates behind it",
                    "version %u, signature algorithm %u%s", claims->snp.version, w->raw.algorithm,
                    table ? "" : ", and more certificates");
}

void attest_snp(const struct attest_input *input, const struct statement *statement,
                struct check_report *report, struct claims *claims)
{
    struct work w = {0};
    size_t table_size = 0;
    (void)snprintf(claims->tee, sizeof claims->tee, "snp");
    if (!snp_report_read(input->evidence, &w.raw, claims))
        return;
    const bool table = !snp_table_is(w.raw.behind) ||
                       snp_table_add(&w.own, "evidence", w.raw.behind, &table_size, NULL) == 0;
    claims->trailing = w.raw.behind.size - table_size;
    w.sets = (struct chain_sets){{&w.own, input->collateral}};
    judge_format(&w, table, claims, report);
    find_certificate(&w, report);
    take_claims(&w, statement, claims);
    snp_judge_report(&w.raw, w.tcb_reserved_zero, claims, report);
    judge_tee(statement, report);
    if (w.leaf)
        judge_leaf(&w, input, report, claims);
    collateral_free(&w.own);
}
