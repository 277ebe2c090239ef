/* SPDX-License-Identifier: Apache-2.0 */
/* A digest over many pieces. */
#include "hash.h"

void measure_hash_start(struct measure_hash *h, psa_algorithm_t algorithm)
{
    h->operation = psa_hash_operation_init();
    h->status = psa_hash_setup(&h->operation, algorithm);
}

void measure_hash_add(struct measure_hash *h, const void *bytes, size_t size)
{
    if (h->status == PSA_SUCCESS)
        h->status = psa_hash_update(&h->operation, bytes, size);
}

int measure_hash_end(struct measure_hash *h, struct measurement *m, struct casemate_error *err)
{
    if (h->status == PSA_SUCCESS)
        h->status = psa_hash_finish(&h->operation, m->bytes, sizeof m->bytes, &m->size);
    measure_hash_drop(h);
    return h->status == PSA_SUCCESS ? 0 : casemate_fail(err, E_INTERNAL, "A digest over the image failed");
}

void measure_hash_drop(struct measure_hash *h)
{
    (void)psa_hash_abort(&h->operation);
}
