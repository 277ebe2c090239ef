/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the recognition of collateral (src/attest/collateral.c): a single source and a bundle's sequence;
 * what is kept survives the way through a sequence. */
#include <psa/crypto.h>
#include <stdlib.h>

#include "../src/attest/collateral.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    struct collateral set = {0}, again = {0};
    struct casemate_error err = {0};
    uint8_t *sequence = NULL;
    size_t sequence_size;
    if (!ready && psa_crypto_init() != PSA_SUCCESS)
        abort();
    ready = true;
    (void)collateral_add(&set, "source", span_of(data, size), &err);
    (void)collateral_add_sequence(&set, "sequence", span_of(data, size), &err);
    if (collateral_sequence(&set, &sequence, &sequence_size, &err) ||
        collateral_add_sequence(&again, "again", span_of(sequence, sequence_size), &err) ||
        again.count != set.count)
        abort();
    free(sequence);
    collateral_free(&set);
    collateral_free(&again);
    return 0;
}
