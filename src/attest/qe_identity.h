/* SPDX-License-Identifier: Apache-2.0 */
/* Identity of Intel's quoting enclave, version 2 (Intel PCS API v4, "Get Quoting Enclave Identity"): which
 * enclave may vouch for attestation keys. */
#ifndef CASEMATE_ATTEST_QE_IDENTITY_H
#define CASEMATE_ATTEST_QE_IDENTITY_H

#include "intel_json.h"
#include "quote.h"

struct qe_identity {
    char problem[64]; /* not empty: it cannot be read, and nothing else counts */
    json_t *tree;     /* levels point into it */
    char id[8];       /* QE, TD_QE, QVE */
    int64_t issued, next;
    uint32_t evaluation;
    uint32_t miscselect, miscselect_mask;
    uint64_t attributes[2], attributes_mask[2]; /* flags, XFRM */
    uint8_t mrsigner[32];
    uint16_t product;
    size_t level_count;
    struct intel_level level[INTEL_LEVELS_MAX];
};

/* The body, exactly as it is signed. What is read is to be freed in every case. */
void qe_identity_read(struct span body, struct qe_identity *identity);
void qe_identity_free(struct qe_identity *identity);

bool qe_identity_attributes_fit(const struct qe_identity *identity, const struct enclave_report *qe);

#endif
