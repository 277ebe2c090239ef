/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL as the TLS peer: P-256 certificate made at start, X25519, no tickets. The bench alone links it. */
#include "tls.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

static SSL_CTX *context;
static int server_side;

static void need(int ok, const char *what)
{
    if (ok != 1) {
        fprintf(stderr, "tls_openssl: %s failed\n", what);
        exit(1);
    }
}

static void make_certificate(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    need(key != NULL && certificate != NULL, "key");
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_set_pubkey(certificate, key);
    need(X509_sign(certificate, key, EVP_sha256()) > 0, "sign");
    need(SSL_CTX_use_certificate(context, certificate), "certificate");
    need(SSL_CTX_use_PrivateKey(context, key), "private key");
}

void peer_prepare(int is_server, const char *suite)
{
    server_side = is_server;
    context = SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method());
    need(context != NULL, "context");
    need(SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1, "version");
    need(SSL_CTX_set_ciphersuites(context, suite) == 1, "suite");
    need(SSL_CTX_set1_groups_list(context, "X25519") == 1, "group");
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    if (is_server)
        make_certificate();
}

void *peer_handshake(int socket)
{
    SSL *tls = SSL_new(context);
    if (tls == NULL || SSL_set_fd(tls, socket) != 1)
        return NULL;
    if ((server_side ? SSL_accept(tls) : SSL_connect(tls)) != 1)
        return NULL;
    return tls;
}

long peer_read(void *connection, void *bytes, size_t size)
{
    return SSL_read(connection, bytes, (int)size);
}

long peer_write(void *connection, const void *bytes, size_t size)
{
    return SSL_write(connection, bytes, (int)size);
}

void peer_close(void *connection)
{
    SSL_free(connection);
}
