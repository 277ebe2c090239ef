/* SPDX-License-Identifier: Apache-2.0 */
/* TCB versions of SEV-SNP (ABI 1.58, section 2.2) and the products that have them. */
#ifndef CASEMATE_ATTEST_SNP_TCB_H
#define CASEMATE_ATTEST_SNP_TCB_H

#include "claims.h"

enum { SNP_TCB_TEXT = 64 };

const char *snp_product_name(enum snp_product product); /* "Milan"; "" if unknown */
/* By a name that begins with the product's and ends there or goes on with a dash: "Milan-B0". */
enum snp_product snp_product_named(const char *name);
/* By CPUID function 1, as a report of version 3 and later has it. */
enum snp_product snp_product_of_cpu(uint8_t family, uint8_t model);

/* The parts of a TCB_VERSION, which Turin lays out in its own way; false if a reserved byte is not zero. */
bool snp_tcb_parts(uint64_t version, enum snp_product product, struct snp_tcb *tcb);
bool snp_tcb_equal(const struct snp_tcb *a, const struct snp_tcb *b);
/* Whether no part of a is above b's. */
bool snp_tcb_covers(const struct snp_tcb *b, const struct snp_tcb *a);
/* What counts against a floor, part by part the lowest: the TCB that the signing key stands for, the one that
 * the host can return to at any time, and the one under which the guest was launched. */
struct snp_tcb snp_tcb_effective(const struct snp_claims *snp);
void snp_tcb_text(const struct snp_tcb *tcb, char text[SNP_TCB_TEXT]);

#endif
