/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the search for evidence in a file (src/attest/unwrap.c, unwrap_der.c): what is found is inside the
 * file or inside what is owned, and is found again in itself. */
#include <psa/crypto.h>
#include <stdlib.h>

#include "../src/attest/unwrap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct unwrapped found, again;
    struct casemate_error err = {0};
    if (attest_unwrap(span_of(data, size), &found, &err)) {
        if (err.code == E_NONE || found.owned_count || found.bytes.data)
            abort();
        return 0;
    }
    if (found.owned_count > UNWRAP_DEPTH_MAX || attest_unwrap(found.bytes, &again, &err) ||
        again.bytes.data != found.bytes.data || again.bundle != found.bundle || again.from[0])
        abort();
    unwrapped_free(&again);
    unwrapped_free(&found);
    return 0;
}
