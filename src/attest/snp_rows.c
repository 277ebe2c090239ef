/* SPDX-License-Identifier: Apache-2.0 */
/* A report of SEV-SNP against itself and against its key's certificate. */
#include <stdio.h>

#include "../base/hex.h"
#include "snp.h"
#include "snp_tcb.h"

static bool all_bytes(const uint8_t *bytes, size_t size, uint8_t value)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != value)
            return false;
    return true;
}

/* ---- the report ---- */

/* Major and minor of CURRENT_VERSION (build, minor, major) against bits 15:0 of the policy. */
static bool has_abi(const struct snp_claims *snp)
{
    const unsigned installed = snp->build[0][2] * 256u + snp->build[0][1];
    return (snp->policy & 0xffff) <= installed;
}

/* Table 9: bit 17 must be one, those above 25 zero. */
static void judge_policy(const struct snp_claims *snp, struct check_report *report)
{
    const uint64_t unknown = snp->policy & ~(uint64_t)SNP_POLICY_KNOWN;
    (void)check_set(report, CHECK_SNP_POLICY, unknown == 0 && snp->policy & SNP_POLICY_ONE && has_abi(snp),
                    "bit 17, no bit above 25, an ABI version that is installed",
                    "policy %#llx under firmware %u.%u", (unsigned long long)snp->policy, snp->build[0][2],
                    snp->build[0][1]);
}

/* What the policy demands, and the firmware therefore has seen to at launch. */
static void judge_platform(const struct snp_claims *snp, struct check_report *report)
{
    static const struct {
        uint64_t policy, platform;
    } demands[] = {
        {SNP_POLICY_RAPL_DIS, SNP_PLATFORM_RAPL_DIS},
        {SNP_POLICY_CIPHERTEXT_HIDING, SNP_PLATFORM_CIPHERTEXT_HIDING},
    };
    const uint64_t info = snp->platform_info;
    bool good = (info & ~(uint64_t)SNP_PLATFORM_KNOWN) == 0;
    for (size_t i = 0; i < sizeof demands / sizeof *demands; i++)
        good = good && (!(snp->policy & demands[i].policy) || info & demands[i].platform);
    good = good && (snp->policy & SNP_POLICY_SMT || !(info & SNP_PLATFORM_SMT_EN));
    (void)check_set(report, CHECK_SNP_PLATFORM, good, "no bit above 7, and what the guest policy demands",
                    "platform %#llx under policy %#llx", (unsigned long long)info,
                    (unsigned long long)snp->policy);
}

static unsigned long version_of(const uint8_t build[3])
{
    return (unsigned long)build[2] << 16 | (unsigned long)build[1] << 8 | build[0];
}

/* ABI, section 3.3: what is committed is at most what is installed, and REPORTED_TCB at most that. */
static void judge_order(const struct snp_claims *snp, struct check_report *report)
{
    char installed[SNP_TCB_TEXT], text[SNP_TCB_TEXT] = "";
    const struct {
        const char *name;
        const struct snp_tcb *tcb;
    } others[] = {{"reported", &snp->reported}, {"committed", &snp->committed}, {"launch", &snp->launch}};
    snp_tcb_text(&snp->current, installed);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        snp_tcb_text(others[i].tcb, text);
        if (!check_set(report, CHECK_SNP_TCB_ORDER, snp_tcb_covers(&snp->current, others[i].tcb), installed,
                       "%s: %s", others[i].name, text))
            return;
    }
    (void)check_set(report, CHECK_SNP_TCB_ORDER, version_of(snp->build[1]) <= version_of(snp->build[0]),
                    "a committed version that is at most the current one",
                    "%u.%u.%u committed, %u.%u.%u current", snp->build[1][2], snp->build[1][1],
                    snp->build[1][0], snp->build[0][2], snp->build[0][1], snp->build[0][0]);
}

/* AUTHOR_KEY_EN says whether there is an author key, which certifies an identity key. */
static void judge_id_block(const struct snp_claims *snp, struct check_report *report)
{
    const bool author = !all_bytes(snp->author_key, sizeof snp->author_key, 0);
    const bool id = !all_bytes(snp->id_key, sizeof snp->id_key, 0);
    (void)check_set(report, CHECK_SNP_ID_BLOCK, author == snp->has_author_key && (id || !author),
                    "an author key exactly with its flag and an identity key",
                    "flag %s, author key %s, identity key %s", snp->has_author_key ? "set" : "clear",
                    author ? "there" : "none", id ? "there" : "none");
}

void snp_judge_report(const struct snp_report *snp, bool tcb_reserved_zero, const struct claims *claims,
                      struct check_report *report)
{
    (void)check_set(report, CHECK_SNP_RESERVED, snp->reserved_zero && tcb_reserved_zero, "zero", "%s",
                    !snp->reserved_zero  ? "a reserved byte that is not"
                    : !tcb_reserved_zero ? "a reserved byte of a TCB version that is not"
                                         : "zero");
    judge_policy(&claims->snp, report);
    judge_platform(&claims->snp, report);
    judge_order(&claims->snp, report);
    judge_id_block(&claims->snp, report);
}

/* ---- the certificate ---- */

static const char *key_name(unsigned key)
{
    return key == SNP_KEY_VCEK   ? "VCEK"
           : key == SNP_KEY_VLEK ? "VLEK"
           : key == SNP_KEY_NONE ? "none"
                                 : "unknown";
}

/* SIGNING_KEY, MASK_CHIP_KEY: with a masked chip key the firmware signs by a VLEK or not at all. */
static void judge_key(const struct snp_report *snp, const struct snp_certificate *c,
                      struct check_report *report)
{
    const unsigned key = snp_signing_key(snp);
    const bool masked = snp_chip_key_masked(snp);
    (void)check_set(report, CHECK_SNP_SIGNING_KEY,
                    c->vlek ? key == SNP_KEY_VLEK : key == SNP_KEY_VCEK && !masked,
                    c->vlek ? "VLEK" : "VCEK, which is not masked", "%s%s", key_name(key),
                    masked ? ", the chip's key is masked" : "");
}

/* The certificate's name, the name of the ASK or ASVK that issued it, and the processor as the report has it.
 * Reports of version 2 do not say; their firmware was for Milan and Genoa alone. */
static void judge_product(const struct snp_certificate *c, const struct snp_claims *snp,
                          struct check_report *report)
{
    char issuer[sizeof c->issuer];
    const bool by_cpu = snp->has_cpuid ? c->product == snp_product_of_cpu(snp->cpu_family, snp->cpu_model)
                                       : c->product == SNP_MILAN || c->product == SNP_GENOA;
    (void)snprintf(issuer, sizeof issuer, "SEV-%s%s", c->vlek ? "VLEK-" : "", snp_product_name(c->product));
    (void)check_set(report, CHECK_SNP_PRODUCT,
                    c->product != SNP_PRODUCT_UNKNOWN && by_cpu && strcmp(issuer, c->issuer) == 0, issuer,
                    "%s for %s, processor %02x-%02x-%02x", c->issuer, c->product_name, snp->cpu_family,
                    snp->cpu_model, snp->cpu_stepping);
}

/* A VLEK names no chip. Of a masked chip id (MASK_CHIP_ID) nothing is left to compare: the certificate of the
 * chip's own key still names it. */
static void judge_chip(const struct snp_report *snp, const struct snp_certificate *c,
                       struct check_report *report)
{
    char found[2 * sizeof snp->chip_id + 1], expected[2 * SNP_HWID_MAX + 1];
    if (c->vlek || all_bytes(snp->chip_id, sizeof snp->chip_id, 0)) {
        check_not_applicable(report, CHECK_SNP_CHIP,
                             c->vlek ? "a VLEK is of no chip" : "the host masks the chip's id in reports");
        return;
    }
    hex_encode(snp->chip_id, sizeof snp->chip_id, found);
    hex_encode(c->hwid, sizeof c->hwid,
               expected); /* a short one with zeros behind it, as the report has it */
    (void)check_set(report, CHECK_SNP_CHIP, memcmp(c->hwid, snp->chip_id, sizeof snp->chip_id) == 0, expected,
                    "%s", found);
}

void snp_judge_certificate(const struct snp_report *snp, const struct snp_certificate *certificate,
                           const struct claims *claims, struct check_report *report)
{
    char expected[SNP_TCB_TEXT], found[SNP_TCB_TEXT];
    judge_key(snp, certificate, report);
    judge_product(certificate, &claims->snp, report);
    judge_chip(snp, certificate, report);
    snp_tcb_text(&certificate->tcb, expected);
    snp_tcb_text(&claims->snp.reported, found);
    (void)check_set(report, CHECK_SNP_TCB, snp_tcb_equal(&certificate->tcb, &claims->snp.reported), expected,
                    "%s", found);
}
