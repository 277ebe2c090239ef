/* SPDX-License-Identifier: Apache-2.0 */
/* Mbed TLS as the server of casemated's TCP port. */
#include "tls.h"

#include <errno.h>
#include <psa/crypto.h>
#include <mbedtls/error.h>
#include <mbedtls/psa_util.h>
#include <sys/socket.h>
#include <unistd.h>

static int failed(struct casemate_error *err, int status, const char *what, const char *path)
{
    char reason[128];
    mbedtls_strerror(status, reason, sizeof reason);
    return casemate_fail(err, E_CONFIG, "Cannot use the %s %s: %s", what, path, reason);
}

static int load(struct tls_server *s, const char *certificate, const char *key, struct casemate_error *err)
{
    int status = mbedtls_x509_crt_parse_file(&s->certificate, certificate);
    /* A positive number counts certificates in the file that are none. */
    if (status != 0)
        return status < 0 ? failed(err, status, "certificate file", certificate)
                          : casemate_fail(err, E_CONFIG,
                                          "The certificate file %s holds %d certificates that are none",
                                          certificate, status);
    status = mbedtls_pk_parse_keyfile(&s->key, key, NULL, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
    if (status != 0)
        return failed(err, status, "key file", key);
    if (mbedtls_pk_check_pair(&s->certificate.pk, &s->key, mbedtls_psa_get_random,
                              MBEDTLS_PSA_RANDOM_STATE) != 0)
        return casemate_fail(err, E_CONFIG, "The key in %s does not belong to the certificate in %s", key,
                             certificate);
    return 0;
}

int tls_server_open(struct tls_server *s, const char *certificate, const char *key,
                    struct casemate_error *err)
{
    static const char *protocols[] = {"http/1.1", NULL};
    mbedtls_ssl_config_init(&s->config);
    mbedtls_x509_crt_init(&s->certificate);
    mbedtls_pk_init(&s->key);
    if (load(s, certificate, key, err) < 0)
        return -1;
    int status = mbedtls_ssl_config_defaults(&s->config, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM,
                                             MBEDTLS_SSL_PRESET_DEFAULT);
    if (status == 0)
        status = mbedtls_ssl_conf_own_cert(&s->config, &s->certificate, &s->key);
    if (status == 0)
        status = mbedtls_ssl_conf_alpn_protocols(&s->config, protocols);
    if (status != 0)
        return failed(err, status, "certificate file", certificate);
    mbedtls_ssl_conf_rng(&s->config, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
    mbedtls_ssl_conf_min_tls_version(&s->config, MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_max_tls_version(&s->config, MBEDTLS_SSL_VERSION_TLS1_3);
    return 0;
}

static int send_some(void *context, const unsigned char *bytes, size_t size)
{
    ssize_t n = send(*(int *)context, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0)
        return (int)n;
    return errno == EAGAIN || errno == EINTR ? MBEDTLS_ERR_SSL_WANT_WRITE : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
}

static int receive_some(void *context, unsigned char *bytes, size_t size)
{
    ssize_t n = recv(*(int *)context, bytes, size, MSG_DONTWAIT);
    if (n >= 0)
        return (int)n;
    return errno == EAGAIN || errno == EINTR ? MBEDTLS_ERR_SSL_WANT_READ : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
}

int tls_connection_open(mbedtls_ssl_context *ssl, const struct tls_server *s, int *fd)
{
    mbedtls_ssl_init(ssl);
    if (mbedtls_ssl_setup(ssl, &s->config) != 0)
        return -1;
    mbedtls_ssl_set_bio(ssl, fd, send_some, receive_some, NULL);
    return 0;
}
