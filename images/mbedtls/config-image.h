/* SPDX-License-Identifier: Apache-2.0 */
/* Mbed TLS inside a Keep: the server end only, no files, clock, threads, texts of errors or entropy
 * collector. Random bytes come from mbedtls_psa_external_get_random(), which the Keep defines over
 * shim_random(); memory from calloc() and free() of src/keep/libc. */
#ifndef CASEMATE_MBEDTLS_CONFIG_IMAGE_H
#define CASEMATE_MBEDTLS_CONFIG_IMAGE_H

#include "config-common.h"

#define MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG
#define MBEDTLS_X509_REMOVE_INFO

/* Everest's generated code would print and exit where it cannot get: halt instead, and ask nobody for the
 * time. */
#define KRML_HOST_PRINTF(...)  ((void)0)
#define KRML_HOST_EPRINTF(...) ((void)0)
#define KRML_HOST_EXIT(code)   __builtin_trap()
#define KRML_HOST_TIME()       0

#endif
