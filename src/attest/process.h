/* SPDX-License-Identifier: Apache-2.0 */
/* The process TEE's part of the verifier. */
#ifndef CASEMATE_ATTEST_PROCESS_H
#define CASEMATE_ATTEST_PROCESS_H

#include "attest.h"

bool attest_process_recognise(struct span evidence);
/* The rows that it must have. */
void attest_process_need(struct check_report *report);
void attest_process(const struct attest_input *input, const struct statement *statement,
                    struct check_report *report, struct claims *claims);

#endif
