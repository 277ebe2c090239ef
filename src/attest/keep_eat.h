/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence of Sanctum and PEF (docs/protocol.md, section 4): an EAT whose certificates say what their keys
 * were made for. */
#ifndef CASEMATE_ATTEST_KEEP_EAT_H
#define CASEMATE_ATTEST_KEEP_EAT_H

#include "dice.h"
#include "eat.h"

#define SANCTUM_EAT_PROFILE "tag:casemate.example,2026:sanctum-1"
#define PEF_EAT_PROFILE     "tag:casemate.example,2026:pef-1"

/* The claims of one of them alone. */
enum {
    EAT_MONITOR = 1,     /* -70004 */
    EAT_MONITOR_SVN = 2, /* -70005 */
    EAT_DEVICE = 4,      /* -70006 */
    EAT_BLOB = 8,        /* -70007 */
};
struct eat_extra {
    unsigned seen; /* EAT_* */
    uint8_t monitor[48], device[DIGEST_SIZE], blob[DIGEST_SIZE];
    uint32_t monitor_svn;
};

/* Row FORMAT over the whole evidence, these claims included; false if it cannot be judged on. */
bool keep_eat_read(struct span evidence, unsigned needed, struct eat *eat, struct eat_extra *extra,
                   struct check_report *report);
/* Row EAT_IMAGE, and what the leaf's certificate says. */
void keep_eat_judge_image(const struct eat *eat, struct check_report *report, struct dice_tcb *leaf);

bool attest_sanctum_recognise(struct span evidence);
void attest_sanctum_need(struct check_report *report);
void attest_sanctum(const struct attest_input *input, const struct statement *statement,
                    struct check_report *report, struct claims *claims);

bool attest_pef_recognise(struct span evidence);
void attest_pef_need(struct check_report *report);
void attest_pef(const struct attest_input *input, const struct statement *statement,
                struct check_report *report, struct claims *claims);

/* What may enforce the isolation of both. */
extern const char *const keep_eat_enforced[];

#endif
