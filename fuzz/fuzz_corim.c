/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the reading of CoRIMs (src/attest/corim.c): what is read has a TEE and the size of a digest, and is
 * not more than the limit. */
#include <stdlib.h>

#include "../src/attest/corim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct corim corim;
    struct casemate_error err = {0};
    if (corim_read(span_of(data, size), "corim", 1795521600, &corim, &err)) {
        if (err.code != E_CONFIG && err.code != E_LIMIT)
            abort();
        return 0;
    }
    if (corim.count == 0 || corim.count > CORIM_VALUES_MAX)
        abort();
    for (size_t i = 0; i < corim.count; i++)
        if (!corim.value[i].tee[0] || (corim.value[i].value.size != 32 && corim.value[i].value.size != 48))
            abort();
    return 0;
}
