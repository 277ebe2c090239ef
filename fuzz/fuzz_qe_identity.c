/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes identities of quoting enclaves (src/attest/qe_identity.c). */
#include <stdlib.h>

#include "../src/attest/qe_identity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct qe_identity identity;
    static const struct enclave_report qe = {.sgx = {.flags = 0x15, .xfrm = 0xe7}};
    qe_identity_read(span_of(data, size), &identity);
    if (!identity.problem[0]) {
        if (!identity.tree || identity.level_count == 0 || identity.level_count > INTEL_LEVELS_MAX)
            abort();
        (void)qe_identity_attributes_fit(&identity, &qe);
        (void)intel_level_of_svn(identity.level, identity.level_count, 6);
    }
    qe_identity_free(&identity);
    return 0;
}
