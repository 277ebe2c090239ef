/* SPDX-License-Identifier: Apache-2.0 */
/* The session's own TLS library as the TLS peer, set up as the session sets it up (docs/protocol.md, section
 * 3): what a session costs beyond its TLS is the ratio to this. */
#include "tls.h"

#include <errno.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static mbedtls_ssl_config settings;
static mbedtls_x509_crt certificate;
static mbedtls_pk_context key;
static int suites[2];
static const uint16_t groups[] = {MBEDTLS_SSL_IANA_TLS_GROUP_X25519, MBEDTLS_SSL_IANA_TLS_GROUP_NONE};

struct connection {
    mbedtls_ssl_context tls;
    int socket;
};

static void need(int status, const char *what)
{
    if (status != 0) {
        fprintf(stderr, "tls_mbedtls: %s failed: -0x%04x\n", what, (unsigned)-status);
        exit(1);
    }
}

static int random_bytes(void *context, unsigned char *bytes, size_t size)
{
    (void)context;
    return psa_generate_random(bytes, size) == PSA_SUCCESS ? 0 : -1;
}

static void make_certificate(void)
{
    static unsigned char der[1024], serial[1] = {1};
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t id;
    mbedtls_x509write_cert writer;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attributes, 256);
    psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_ANY_HASH));
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
    need((int)psa_generate_key(&attributes, &id), "key");
    mbedtls_pk_init(&key);
    need(mbedtls_pk_setup_opaque(&key, id), "pk");
    mbedtls_x509write_crt_init(&writer);
    mbedtls_x509write_crt_set_version(&writer, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(&writer, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(&writer, &key);
    mbedtls_x509write_crt_set_issuer_key(&writer, &key);
    need(mbedtls_x509write_crt_set_subject_name(&writer, "CN=bench"), "subject");
    need(mbedtls_x509write_crt_set_issuer_name(&writer, "CN=bench"), "issuer");
    need(mbedtls_x509write_crt_set_serial_raw(&writer, serial, sizeof(serial)), "serial");
    need(mbedtls_x509write_crt_set_validity(&writer, "20260101000000", "20991231235959"), "validity");
    int size = mbedtls_x509write_crt_der(&writer, der, sizeof(der), random_bytes, NULL);
    need(size > 0 ? 0 : size, "certificate");
    mbedtls_x509write_crt_free(&writer);
    need(mbedtls_x509_crt_parse_der(&certificate, der + sizeof(der) - (size_t)size, (size_t)size), "parse");
    need(mbedtls_ssl_conf_own_cert(&settings, &certificate, &key), "own certificate");
}

static int suite_number(const char *name)
{
    if (strcmp(name, "TLS_CHACHA20_POLY1305_SHA256") == 0)
        return MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256;
    if (strcmp(name, "TLS_AES_256_GCM_SHA384") == 0)
        return MBEDTLS_TLS1_3_AES_256_GCM_SHA384;
    need(-1, "suite");
    return 0;
}

void peer_prepare(int is_server, const char *suite)
{
    need((int)psa_crypto_init(), "psa");
    suites[0] = suite_number(suite);
    mbedtls_ssl_config_init(&settings);
    mbedtls_x509_crt_init(&certificate);
    need(mbedtls_ssl_config_defaults(&settings, is_server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
                                     MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT),
         "defaults");
    mbedtls_ssl_conf_rng(&settings, random_bytes, NULL);
    mbedtls_ssl_conf_min_tls_version(&settings, MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_max_tls_version(&settings, MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_ciphersuites(&settings, suites);
    mbedtls_ssl_conf_groups(&settings, groups);
    mbedtls_ssl_conf_authmode(&settings, MBEDTLS_SSL_VERIFY_NONE);
    if (is_server)
        make_certificate();
}

static int send_bytes(void *context, const unsigned char *bytes, size_t size)
{
    ssize_t n = send(*(int *)context, bytes, size, MSG_NOSIGNAL);
    return n < 0 ? MBEDTLS_ERR_SSL_INTERNAL_ERROR : (int)n;
}

static int receive_bytes(void *context, unsigned char *bytes, size_t size)
{
    ssize_t n = recv(*(int *)context, bytes, size, 0);
    return n < 0 ? MBEDTLS_ERR_SSL_INTERNAL_ERROR : n == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : (int)n;
}

void *peer_handshake(int socket)
{
    struct connection *c = calloc(1, sizeof(*c));
    if (c == NULL)
        return NULL;
    c->socket = socket;
    mbedtls_ssl_init(&c->tls);
    mbedtls_ssl_set_bio(&c->tls, &c->socket, send_bytes, receive_bytes, NULL);
    if (mbedtls_ssl_setup(&c->tls, &settings) != 0 || mbedtls_ssl_set_hostname(&c->tls, NULL) != 0 ||
        mbedtls_ssl_handshake(&c->tls) != 0) {
        peer_close(c);
        return NULL;
    }
    return c;
}

long peer_read(void *connection, void *bytes, size_t size)
{
    struct connection *c = connection;
    return mbedtls_ssl_read(&c->tls, bytes, size);
}

long peer_write(void *connection, const void *bytes, size_t size)
{
    struct connection *c = connection;
    return mbedtls_ssl_write(&c->tls, bytes, size);
}

void peer_close(void *connection)
{
    struct connection *c = connection;
    mbedtls_ssl_free(&c->tls);
    free(c);
}
