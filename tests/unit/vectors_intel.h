/* SPDX-License-Identifier: Apache-2.0 */
/* Judgements of SGX and TDX evidence that one row alone refuses, one at least for each row that they can fail
 * (threat 22). Used twice: with the verifier as it ships, and with each row masked in turn. */
#ifndef CASEMATE_TESTS_VECTORS_INTEL_H
#define CASEMATE_TESTS_VECTORS_INTEL_H

#include "forge_intel.h"

struct intel_judgement {
    struct intel_wish wish;
    struct statement statement;
    char policy[512]; /* what it says besides class, root and measurement */
    int64_t time;
    bool other_root, other_report_data, other_boot, other_measurement;
    bool no_collateral;
};

/* Forms of evidence. */
enum intel_base { SGX_3, SGX_4, SGX_5, TDX_4, TDX_5_TD_1_0, TDX_5_TD_1_5, INTEL_BASES };

struct intel_vector {
    const char *name;
    enum intel_base base;
    enum check_id row;  /* the only one that fails; CHECK_COUNT: none */
    const char *status; /* of the TCB; NULL: nobody asks */
    void (*bend)(struct intel_judgement *j);
};
extern const struct intel_vector intel_vectors[];
extern const size_t intel_vector_count;

/* What a group of tests starts and stops with: the keys that all its evidence is signed by. */
extern struct intel_keys intel_test_keys;
int intel_start(void **state);
int intel_stop(void **state);

/* Everything that a judgement takes; a vector bends some of it before it is put together. */
void intel_judgement_make(const struct intel_keys *keys, enum intel_base base, struct intel_judgement *j);

/* Put together, with what stands beside it: to be judged, as it is or with other bytes of evidence. */
struct intel_case {
    uint8_t quote[INTEL_QUOTE_MAX], statement[STATEMENT_SIZE_MAX];
    size_t quote_size, statement_size;
    struct collateral collateral;
    struct policy *policy;
    struct attest_roots roots;
    struct attest_input input;
};
void intel_case_make(struct intel_judgement *j, struct intel_case *c);
void intel_case_free(struct intel_case *c);
/* Makes, judges and frees. */
void intel_judgement_run(struct intel_judgement *j, struct verdict *verdict);

#endif
