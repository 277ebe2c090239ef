/* SPDX-License-Identifier: Apache-2.0 */
/* What SGX and TDX have in common: a quote, a platform certificate, and Intel's collateral. For the files of
 * Intel's TEEs alone. */
#ifndef CASEMATE_ATTEST_INTEL_H
#define CASEMATE_ATTEST_INTEL_H

#include "attest.h"
#include "chain.h"
#include "pck.h"
#include "qe_identity.h"
#include "quote.h"
#include "tcb_info.h"

/* One judgement. */
struct intel {
    const struct attest_input *input;
    const struct statement *statement; /* NULL: raw evidence */
    struct check_report *report;
    struct claims *claims;
    struct quote quote;
    struct collateral carried; /* certificates that the quote brings */
    struct chain_sets sets;
    const mbedtls_x509_crt *leaf; /* the platform's; NULL if there is none */
    struct chain chain;
    bool has_pck; /* its extensions could be read */
    struct pck pck;
    struct tcb_info info, other_info; /* the chosen one, and one that is being looked at */
    struct qe_identity identity, other_identity;
};

/* What differs. */
struct intel_tee {
    const char *name;   /* also of its mode */
    uint32_t quote_tee; /* QUOTE_TEE_* */
    const char *qe;     /* id of its quoting enclave's identity */
    /* Rows and claims of the body, which could be read. */
    void (*judge_body)(struct intel *intel);
    /* Rows of the body against info, which could be read, but not more is known; the status of what this TEE
     * adds to the platform (TCB_UP_TO_DATE if nothing). */
    enum tcb_status (*judge_module)(struct intel *intel);
};

/* The certificates that a quote brings (QUOTE_PCK_LEAF, QUOTE_PCK_CHAIN) into a set. -1 if they cannot be
 * told apart. */
int intel_carry(const struct quote *quote, struct collateral *carried, struct casemate_error *err);

void intel_need(struct check_report *report);
void intel_judge(const struct intel_tee *tee, const struct attest_input *input,
                 const struct statement *statement, struct check_report *report, struct claims *claims);
/* Row TEE_MATCH, BOOT if it does not apply. */
void intel_judge_statement(struct intel *intel, const struct intel_tee *tee);

extern const struct chain_rules intel_rules;

/* Collateral: TCB Info and QE identity, their signatures, dates and signers; then the TCB of platform, TDX
 * module and QE, converged. */
void intel_judge_collateral(struct intel *intel, const struct intel_tee *tee);
/* Takes the level that a part has reached into a claim, its advisories and its date too, and judges row
 * TCB_LEVEL: NULL, none was reached, is out of date whatever a policy says about that word. Returns the
 * status. */
enum tcb_status intel_take_level(struct intel *intel, const char *part, const struct intel_level *level,
                                 uint32_t evaluation, struct tcb_level *to);
/* The TCB of a platform and what runs on it, by collateral that could be read. */
void intel_judge_tcb(struct intel *intel, const struct intel_tee *tee, bool has_info, bool has_identity);

/* The forms, for the table in attest.c. */
bool attest_sgx_recognise(struct span evidence);
void attest_sgx_need(struct check_report *report);
void attest_sgx(const struct attest_input *input, const struct statement *statement,
                struct check_report *report, struct claims *claims);
bool attest_tdx_recognise(struct span evidence);
void attest_tdx_need(struct check_report *report);
void attest_tdx(const struct attest_input *input, const struct statement *statement,
                struct check_report *report, struct claims *claims);

#endif
