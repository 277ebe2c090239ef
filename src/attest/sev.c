/* SPDX-License-Identifier: Apache-2.0 */
/* Attestation reports of SEV and SEV-ES (SEV API 55766, ATTESTATION, table 62): recognised in order to say
 * why they are refused. Nothing else of them is judged, for there is nothing that could make them acceptable.
 */
#include <stdio.h>

#include "reader.h"
#include "snp.h"

enum {
    SEV_REPORT_SIZE = 208,
    SIG_USAGE = 0x34,
    SIG_USAGE_PEK = 0x1002,
    POLICY_NODBG = 1 << 0,
    POLICY_ES = 1 << 2,
};

/* MNONCE, LAUNCH_DIGEST, POLICY, SIG_USAGE, SIG_ALGO, a reserved word, and the signature. */
bool attest_sev_recognise(struct span evidence)
{
    return evidence.size == SEV_REPORT_SIZE && load_le32(evidence.data + SIG_USAGE) == SIG_USAGE_PEK &&
           load_le32(evidence.data + SIG_USAGE + 8) == 0;
}

void attest_sev_need(struct check_report *report)
{
    check_need(report, CHECK_SEV_GENERATION);
    check_need(report, CHECK_SIGNATURE);
    check_need(report, CHECK_BINDING);
}

void attest_sev(const struct attest_input *input, const struct statement *statement,
                struct check_report *report, struct claims *claims)
{
    struct reader r;
    (void)statement;
    reader_init(&r, input->evidence);
    reader_bytes(&r, claims->report_data, 16); /* MNONCE: all that its requester chooses */
    claims->measurement.size = 32;
    reader_bytes(&r, claims->measurement.bytes, claims->measurement.size);
    const uint32_t policy = reader_u32(&r);
    claims->debug = !(policy & POLICY_NODBG);
    (void)snprintf(claims->tee, sizeof claims->tee, policy & POLICY_ES ? "sev-es" : "sev");
    (void)check_set(report, CHECK_SEV_GENERATION, false, "SEV-SNP", "%s",
                    policy & POLICY_ES ? "SEV-ES" : "SEV");
}
