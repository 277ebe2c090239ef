/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence of the process TEE: an EAT without claims of its own (docs/protocol.md, section 4). It stands for
 * every EAT whose profile nobody else knows, and refuses it by its rows. */
#include "process.h"

#include <stdio.h>

#include "eat.h"

bool attest_process_recognise(struct span evidence)
{
    return evidence.size > 1 && evidence.data[0] == 0xd2 && evidence.data[1] == 0x84; /* 18([_, _, _, _]) */
}

void attest_process_need(struct check_report *report)
{
    eat_need(report);
}

void attest_process(const struct attest_input *input, const struct statement *statement,
                    struct check_report *report, struct claims *claims)
{
    static const char *const enforced[] = {"process", NULL};
    static const struct eat_kind kind = {"process", PROCESS_EAT_PROFILE, enforced};
    struct eat eat;
    chain_init(&eat.chain);
    (void)snprintf(claims->tee, sizeof claims->tee, "%s", kind.tee);
    claims->class = ATTEST_SIMULATED; /* there is no vendor of such a TEE */
    if (eat_read(input->evidence, &eat, report))
        eat_judge(&eat, &kind, input, statement, report, claims);
    chain_free(&eat.chain);
}
