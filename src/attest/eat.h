/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence of TEEs that sign no format of their own: EAT (RFC 9711) in COSE_Sign1 with x5chain
 * (docs/protocol.md, section 4). What process, Sanctum and PEF have in common; the profile tells them apart.
 */
#ifndef CASEMATE_ATTEST_EAT_H
#define CASEMATE_ATTEST_EAT_H

#include "../proto/cose.h"
#include "../proto/eat.h"
#include "chain.h"

struct eat {
    struct cose_sign1 cose;
    struct process_eat claims; /* those that all three have */
    struct chain chain;
};

/* Whether these bytes can be read so far that they say this profile. */
bool eat_has_profile(struct span evidence, const char *profile);
/* The rows that all of them must have. */
void eat_need(struct check_report *report);
/* Row FORMAT; false if it cannot be judged on. The chain must have been initialised, and is freed by the
 * caller in both cases. */
bool eat_read(struct span evidence, struct eat *eat, struct check_report *report);
/* Fills the common claims, and rows PROFILE, SIGNATURE, those of the chain, REVOCATION, and TEE_MATCH, BOOT
 * as far as there is no statement. `enforced` are what may enforce the isolation, NULL behind them. */
struct eat_kind {
    const char *tee, *profile;
    const char *const *enforced;
};
void eat_judge(struct eat *eat, const struct eat_kind *kind, const struct attest_input *input,
               const struct statement *statement, struct check_report *report, struct claims *claims);

#endif
