/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence of PEF Keeps. The machine signs nothing: the owner's ESM blob opens only there and for one image,
 * and gives the seed of the evidence key, which the owner certified for image and blob. */
#include <stdio.h>

#include "keep_eat.h"

static const struct eat_kind kind = {"pef", PEF_EAT_PROFILE, keep_eat_enforced};

bool attest_pef_recognise(struct span evidence)
{
    return eat_has_profile(evidence, PEF_EAT_PROFILE);
}

void attest_pef_need(struct check_report *report)
{
    eat_need(report);
    check_need(report, CHECK_EAT_IMAGE);
    check_need(report, CHECK_PEF_BLOB);
}

static void judge_blob(const struct dice_tcb *leaf, const struct eat_extra *extra,
                       struct check_report *report)
{
    if (leaf->has_sha256)
        (void)check_digest(report, CHECK_PEF_BLOB, leaf->sha256, extra->blob, sizeof leaf->sha256);
    else
        (void)check_set(report, CHECK_PEF_BLOB, false, "a certificate of the leaf that names its blob",
                        "none of SHA-256 in DiceTcbInfo");
}

void attest_pef(const struct attest_input *input, const struct statement *statement,
                struct check_report *report, struct claims *claims)
{
    struct eat eat;
    struct eat_extra extra;
    struct dice_tcb leaf;
    chain_init(&eat.chain);
    (void)snprintf(claims->tee, sizeof claims->tee, "%s", kind.tee);
    claims->class = ATTEST_SIMULATED; /* the root is the owner's, whoever he is */
    if (keep_eat_read(input->evidence, EAT_BLOB, &eat, &extra, report)) {
        claims->has_pef = true;
        memcpy(claims->pef.blob, extra.blob, sizeof claims->pef.blob);
        eat_judge(&eat, &kind, input, statement, report, claims);
        keep_eat_judge_image(&eat, report, &leaf);
        judge_blob(&leaf, &extra, report);
    }
    chain_free(&eat.chain);
}
