/* SPDX-License-Identifier: Apache-2.0 */
/* AMD's part of the verifier: SEV-SNP, and its predecessors, which are refused. */
#ifndef CASEMATE_ATTEST_SNP_H
#define CASEMATE_ATTEST_SNP_H

#include "attest.h"
#include "chain.h"
#include "snp_certificate.h"
#include "snp_report.h"

bool attest_snp_recognise(struct span evidence);
void attest_snp_need(struct check_report *report);
void attest_snp(const struct attest_input *input, const struct statement *statement,
                struct check_report *report, struct claims *claims);

/* The report's own rows: reserved bytes, policy, platform, order of TCBs, flags. */
void snp_judge_report(const struct snp_report *snp, bool tcb_reserved_zero, const struct claims *claims,
                      struct check_report *report);
/* Report against certificate: kind of key, product, chip, TCB. */
void snp_judge_certificate(const struct snp_report *snp, const struct snp_certificate *certificate,
                           const struct claims *claims, struct check_report *report);

/* Evidence of SEV and SEV-ES. */
bool attest_sev_recognise(struct span evidence);
void attest_sev_need(struct check_report *report);
void attest_sev(const struct attest_input *input, const struct statement *statement,
                struct check_report *report, struct claims *claims);

#endif
