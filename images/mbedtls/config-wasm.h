/* SPDX-License-Identifier: Apache-2.0 */
/* Mbed TLS in a program of wasm32-wasi that judges evidence: certificates of hardware vendors as on the host,
 * but no TLS, threads or files. Random bytes come from mbedtls_psa_external_get_random() of
 * src/base/wasi_random.c. */
#ifndef CASEMATE_MBEDTLS_CONFIG_WASM_H
#define CASEMATE_MBEDTLS_CONFIG_WASM_H

#include "config-common.h"

/* WASI has no sockets that a session could run over. */
#undef MBEDTLS_SSL_TLS_C
#undef MBEDTLS_SSL_SRV_C
#undef MBEDTLS_SSL_PROTO_TLS1_3
#undef MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED
#undef MBEDTLS_SSL_TLS1_3_COMPATIBILITY_MODE
#undef MBEDTLS_SSL_KEYING_MATERIAL_EXPORT
#undef MBEDTLS_SSL_KEEP_PEER_CERTIFICATE
#undef MBEDTLS_SSL_ALPN

#define MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG

#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_PKCS1_V21
#define MBEDTLS_X509_RSASSA_PSS_SUPPORT
#define MBEDTLS_X509_CRL_PARSE_C
#define MBEDTLS_PEM_PARSE_C
#define MBEDTLS_PEM_WRITE_C

/* No clock: the verifier compares dates with the time that it is told (src/attest/calendar.h). */
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_ERROR_C
#define MBEDTLS_VERSION_C

/* Everest's generated code would print and exit where it cannot get. */
#define KRML_HOST_PRINTF(...)  ((void)0)
#define KRML_HOST_EPRINTF(...) ((void)0)
#define KRML_HOST_EXIT(code)   __builtin_trap()
#define KRML_HOST_TIME()       0

#endif
