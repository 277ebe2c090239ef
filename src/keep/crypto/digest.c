/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 over PSA, in pieces. */
#include "digest.h"

int digest_begin(struct digest *d)
{
    digest_drop(d);
    d->operation = psa_hash_operation_init();
    return psa_hash_setup(&d->operation, PSA_ALG_SHA_256) == PSA_SUCCESS ? 0 : KEEP_ECRYPTO;
}

int digest_add(struct digest *d, struct span bytes)
{
    if (bytes.size == 0)
        return 0;
    return psa_hash_update(&d->operation, bytes.data, bytes.size) == PSA_SUCCESS ? 0 : KEEP_ECRYPTO;
}

int digest_end(struct digest *d, uint8_t value[DIGEST_SIZE])
{
    size_t size;
    psa_status_t status = psa_hash_finish(&d->operation, value, DIGEST_SIZE, &size);
    digest_drop(d);
    return status == PSA_SUCCESS && size == DIGEST_SIZE ? 0 : KEEP_ECRYPTO;
}

void digest_drop(struct digest *d)
{
    (void)psa_hash_abort(&d->operation);
}
