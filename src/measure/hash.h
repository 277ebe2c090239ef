/* SPDX-License-Identifier: Apache-2.0 */
/* A digest over many pieces, over PSA; keeps the first failure, so that a caller checks once. */
#ifndef CASEMATE_MEASURE_HASH_H
#define CASEMATE_MEASURE_HASH_H

#include <psa/crypto.h>

#include "../base/error.h"
#include "../proto/statement.h"

struct measure_hash {
    psa_hash_operation_t operation;
    psa_status_t status;
};

/* PSA_ALG_SHA_256 or PSA_ALG_SHA_384. */
void measure_hash_start(struct measure_hash *h, psa_algorithm_t algorithm);
void measure_hash_add(struct measure_hash *h, const void *bytes, size_t size);
/* Releases in any case. E_INTERNAL if anything failed. */
int measure_hash_end(struct measure_hash *h, struct measurement *m, struct casemate_error *err);
/* Releases without a result. */
void measure_hash_drop(struct measure_hash *h);

#endif
