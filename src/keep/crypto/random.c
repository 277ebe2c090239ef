/* SPDX-License-Identifier: Apache-2.0 */
/* The random source of PSA, TLS and everything above (PSA Crypto 1.1, external random generator of Mbed TLS):
 * the shim's, which is health-tested. Only in images; a host build keeps the library's own. */
#include <psa/crypto.h>

#include "../../shim/shim.h"

psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context, uint8_t *output,
                                             size_t output_size, size_t *output_length)
{
    (void)context;
    *output_length = 0;
    if (shim_random(output, output_size) != 0)
        return PSA_ERROR_INSUFFICIENT_ENTROPY;
    *output_length = output_size;
    return PSA_SUCCESS;
}
