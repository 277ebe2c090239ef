/* SPDX-License-Identifier: Apache-2.0 */
/* The server's end of TLS 1.3 on casemated's TCP port (RFC 8446): our Mbed TLS, nothing older, no tickets, no
 * early data. */
#ifndef CASEMATE_HOST_TLS_H
#define CASEMATE_HOST_TLS_H

#include <mbedtls/ssl.h>

#include "../../base/error.h"

struct tls_server {
    mbedtls_ssl_config config;
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;
};

/* PEM files; the key belongs to the first certificate. E_CONFIG. */
int tls_server_open(struct tls_server *s, const char *certificate, const char *key,
                    struct casemate_error *err);
/* One connection over a non-blocking socket, whose descriptor *fd stays the caller's. -1 without memory. */
int tls_connection_open(mbedtls_ssl_context *ssl, const struct tls_server *s, int *fd);

#endif
