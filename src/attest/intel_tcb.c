/* SPDX-License-Identifier: Apache-2.0 */
/* The TCB of a platform with what runs on it (Intel PCS API v4, "How to determine the TCB status"). The
 * result is a claim; which statuses are good enough is the policy's to say. */
#include <stdio.h>

#include "intel.h"

static void name_status(struct tcb_level *to, enum tcb_status status)
{
    (void)snprintf(to->status, sizeof to->status, "%s", tcb_status_name(status));
}

enum tcb_status intel_take_level(struct intel *i, const char *part, const struct intel_level *level,
                                 uint32_t evaluation, struct tcb_level *to)
{
    const enum tcb_status status = level ? level->status : TCB_OUT_OF_DATE;
    struct claims *claims = i->claims;
    (void)check_set(i->report, CHECK_TCB_LEVEL, level != NULL,
                    "a level of Intel's list for platform, TDX module and quoting enclave", "%s %s", part,
                    level ? "on a level" : "below every level");
    name_status(to, status);
    to->evaluation = evaluation;
    if (!level)
        return status;
    to->date = level->date;
    intel_level_advise(level, claims);
    if (claims->tcb.date == 0 || level->date < claims->tcb.date)
        claims->tcb.date = level->date; /* of the oldest part */
    return status;
}

/* TD 1.5 also says what would be measured now: an old module that has since been updated in place is cured by
 * launching the TD again. */
static enum tcb_status relaunch(const struct intel *i, enum tcb_status sgx, enum tcb_status module,
                                enum tcb_status status)
{
    const uint8_t *svn2 = i->quote.td.tee_tcb_svn2;
    const struct tcb_module *identity = tcb_info_module(&i->info, svn2[1]);
    const struct intel_level *latest = &i->info.level[0];
    if (!i->quote.td.has_1_5 || module != TCB_OUT_OF_DATE || sgx == TCB_OUT_OF_DATE ||
        sgx == TCB_OUT_OF_DATE_CONFIGURATION || sgx == TCB_REVOKED ||
        (status != TCB_OUT_OF_DATE && status != TCB_OUT_OF_DATE_CONFIGURATION) || !identity)
        return status;
    const uint32_t wanted = svn2[1] ? identity->level[0].isvsvn : latest->tdx[0];
    if (svn2[0] < wanted || svn2[2] < latest->tdx[2])
        return status;
    return tcb_status_wants_configuration(sgx) || tcb_status_wants_configuration(status)
               ? TCB_RELAUNCH_CONFIGURATION
               : TCB_RELAUNCH;
}

void intel_judge_tcb(struct intel *i, const struct intel_tee *tee, bool has_info, bool has_identity)
{
    struct claims *claims = i->claims;
    if (!has_info || !has_identity || !i->has_pck)
        return; /* the rows of what is missing refuse */
    const uint8_t *td_svn = tee->quote_tee == QUOTE_TEE_TDX ? i->quote.td.tee_tcb_svn : NULL;
    const struct intel_level *sgx = tcb_info_level(&i->info, &i->pck, NULL);
    const struct intel_level *platform = tcb_info_level(&i->info, &i->pck, td_svn);
    const struct intel_level *qe =
        intel_level_of_svn(i->identity.level, i->identity.level_count, i->quote.qe.svn);
    enum tcb_status status =
        intel_take_level(i, "the platform is", platform, i->info.evaluation, &claims->intel.platform);
    const enum tcb_status module = tee->judge_module(i);
    const enum tcb_status of_qe =
        intel_take_level(i, "the quoting enclave is", qe, i->identity.evaluation, &claims->intel.qe);
    status = tcb_converge(status, module);
    if (of_qe == TCB_UP_TO_DATE)
        status = relaunch(i, sgx ? sgx->status : TCB_OUT_OF_DATE, module, status);
    name_status(&claims->tcb, tcb_converge(status, of_qe));
    claims->tcb.evaluation =
        i->info.evaluation < i->identity.evaluation ? i->info.evaluation : i->identity.evaluation;
}
