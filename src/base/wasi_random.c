/* SPDX-License-Identifier: Apache-2.0 */
/* PSA's random numbers where the library is a program of WASI; whatever runs it gives them. Mbed TLS of
 * wasm32-wasi calls it; no other build has this file. */
#include <psa/crypto.h>
#include <unistd.h>

/* WASI's random_get() has no such limit, POSIX's getentropy() has. */
enum { AT_ONCE = 256 };

psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context, uint8_t *output,
                                             size_t output_size, size_t *output_length)
{
    (void)context;
    *output_length = 0;
    while (*output_length < output_size) {
        size_t size = output_size - *output_length;
        if (size > AT_ONCE)
            size = AT_ONCE;
        if (getentropy(output + *output_length, size) != 0)
            return PSA_ERROR_INSUFFICIENT_ENTROPY;
        *output_length += size;
    }
    return PSA_SUCCESS;
}
