/* SPDX-License-Identifier: Apache-2.0 */
/* Intel TDX: a trust domain's report in a quote, and the TDX module that made it. */
#include "intel.h"

#include <stdio.h>

#include "../base/hex.h"

/* TDX module ABI, "ATTRIBUTES". DEBUG is the policy's to judge, and so is SEPT_VE_DISABLE when it is not set;
 * a TD that may migrate, or whose performance is profiled by the host, is none of ours. */
static const uint64_t td_debug = 1ull << 0;
static const uint64_t known_attributes = 1ull << 0    /* DEBUG */
                                         | 1ull << 27 /* LASS */
                                         | 1ull << 28 /* SEPT_VE_DISABLE */
                                         | 1ull << 30 /* PKS */
                                         | 1ull << 31 /* KL */
                                         | 1ull << 63 /* PERFMON: the TD's own */;
/* x87, SSE, AVX, AVX-512, PT, PKRU, CET, UINTR, LBR, AMX; the first two are always there. */
static const uint64_t known_xfam = 0x6dbe7, required_xfam = 0x3;

static void judge_attributes(struct intel *i)
{
    const struct tdx_claims *td = &i->quote.td;
    char expected[CHECK_TEXT_MAX];
    const bool known = (td->td_attributes & ~known_attributes) == 0 && (td->xfam & ~known_xfam) == 0 &&
                       (td->xfam & required_xfam) == required_xfam;
    (void)snprintf(expected, sizeof expected, "bits of ATTRIBUTES %llx, and of XFAM %llx with %llx",
                   (unsigned long long)known_attributes, (unsigned long long)known_xfam,
                   (unsigned long long)required_xfam);
    (void)check_set(i->report, CHECK_ATTRIBUTES, known, expected, "ATTRIBUTES %llx, XFAM %llx",
                    (unsigned long long)td->td_attributes, (unsigned long long)td->xfam);
}

static void judge_body(struct intel *i)
{
    const struct quote *q = &i->quote;
    struct claims *claims = i->claims;
    claims->measurement.size = sizeof q->mrtd;
    memcpy(claims->measurement.bytes, q->mrtd, sizeof q->mrtd);
    claims->debug = (q->td.td_attributes & td_debug) != 0;
    claims->has_tdx = true;
    claims->tdx = q->td;
    memcpy(claims->report_data, q->td_report_data, sizeof claims->report_data);
    memcpy(claims->boot, q->td.mrconfigid, sizeof claims->boot); /* of a Keep's launch */
    judge_attributes(i);
}

/* Zero means Intel in MRSIGNERSEAM (TDX module ABI, TEE_TCB_INFO), and in SEAMATTRIBUTES a module in
 * production. What the identity lists comes on top. */
static void judge_identity(struct intel *i, const struct tcb_module *module)
{
    static const uint8_t zero[48];
    const struct tdx_claims *td = &i->quote.td;
    char found[2 * 48 + 1];
    hex_encode(td->mrsignerseam, sizeof td->mrsignerseam, found);
    (void)check_set(i->report, CHECK_SEAM_SIGNER,
                    memcmp(td->mrsignerseam, zero, sizeof zero) == 0 &&
                        memcmp(td->mrsignerseam, module->mrsigner, sizeof zero) == 0,
                    "zero, which is Intel, in quote and TCB Info", "%s", found);
    (void)check_set(i->report, CHECK_SEAM_ATTRIBUTES,
                    td->seam_attributes == 0 &&
                        (td->seam_attributes & module->attributes_mask) == module->attributes,
                    "zero in the quote, and the attributes in TCB Info", "%llx, listed %llx of %llx",
                    (unsigned long long)td->seam_attributes, (unsigned long long)module->attributes,
                    (unsigned long long)module->attributes_mask);
}

/* TEE_TCB_SVN[1] is the module's version, and [0] its SVN in the list of that version. */
static enum tcb_status judge_module(struct intel *i)
{
    const uint8_t *svn = i->quote.td.tee_tcb_svn;
    const struct tcb_module *module = tcb_info_module(&i->info, svn[1]);
    (void)check_set(i->report, CHECK_TDX_MODULE, module != NULL, "an identity of the module's version",
                    "version %u, which is %slisted", svn[1], module ? "" : "not ");
    judge_identity(i, module ? module : &i->info.module);
    if (!module || svn[1] == 0) /* without a version its SVN is one of the platform's */
        return TCB_UP_TO_DATE;
    const struct intel_level *level = intel_level_of_svn(module->level, module->level_count, svn[0]);
    return intel_take_level(i, "the TDX module is", level, i->info.evaluation, &i->claims->intel.module);
}

static const struct intel_tee tdx = {"tdx", QUOTE_TEE_TDX, "TD_QE", judge_body, judge_module};

bool attest_tdx_recognise(struct span evidence)
{
    return quote_recognise(evidence, QUOTE_TEE_TDX);
}

void attest_tdx_need(struct check_report *report)
{
    intel_need(report);
    check_need(report, CHECK_TDX_MODULE);
    check_need(report, CHECK_SEAM_SIGNER);
    check_need(report, CHECK_SEAM_ATTRIBUTES);
}

void attest_tdx(const struct attest_input *input, const struct statement *statement,
                struct check_report *report, struct claims *claims)
{
    intel_judge(&tdx, input, statement, report, claims);
}
