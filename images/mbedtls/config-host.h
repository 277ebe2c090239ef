/* SPDX-License-Identifier: Apache-2.0 */
/* Mbed TLS as host and client programs link it: both ends of TLS, certificates of hardware vendors (RSA-PSS,
 * revocation lists), PEM, files, threads, and the operating system's random numbers. */
#ifndef CASEMATE_MBEDTLS_CONFIG_HOST_H
#define CASEMATE_MBEDTLS_CONFIG_HOST_H

#include "config-common.h"

#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_SERVER_NAME_INDICATION

#define MBEDTLS_CTR_DRBG_C
#define MBEDTLS_ENTROPY_C

#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_PKCS1_V21
#define MBEDTLS_X509_RSASSA_PSS_SUPPORT
#define MBEDTLS_X509_CRL_PARSE_C
#define MBEDTLS_PEM_PARSE_C
#define MBEDTLS_PEM_WRITE_C

#define MBEDTLS_HAVE_TIME
#define MBEDTLS_HAVE_TIME_DATE
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_FS_IO
#define MBEDTLS_ERROR_C
#define MBEDTLS_VERSION_C
#define MBEDTLS_THREADING_C
#define MBEDTLS_THREADING_PTHREAD

#endif
