/* SPDX-License-Identifier: Apache-2.0 */
/* Judgements of SEV-SNP evidence that one row alone refuses, one for each row that it can have (threats 11,
 * 12, 15, 17, 18, 22). Used twice: with the verifier as it ships, and with each row masked in turn. */
#ifndef CASEMATE_TESTS_SNP_VECTORS_H
#define CASEMATE_TESTS_SNP_VECTORS_H

#include "snp_forge.h"

struct snp_vector {
    const char *name;
    enum check_id row; /* the only one that fails; CHECK_COUNT: none */
    enum snp_product product;
    void (*bend)(struct snp_case *c);
};
extern const struct snp_vector snp_vectors[];
extern const size_t snp_vector_count;

#endif
