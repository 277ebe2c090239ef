/* SPDX-License-Identifier: Apache-2.0 */
/* TLS 1.3 client by Mbed TLS. */
#include "channel.h"

#include <errno.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <psa/crypto.h>
#include <string.h>

#include "../proto/guard.h"

static const int suites[] = {MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256, MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
                             MBEDTLS_TLS1_3_AES_128_GCM_SHA256, 0};
static const uint16_t groups[] = {MBEDTLS_SSL_IANA_TLS_GROUP_X25519, MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
                                  MBEDTLS_SSL_IANA_TLS_GROUP_NONE};
static const uint16_t signatures[] = {MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256, MBEDTLS_TLS1_3_SIG_NONE};
static const char *const protocols[] = {SESSION_ALPN, NULL};

static int on_send(void *context, const unsigned char *bytes, size_t size)
{
    struct channel *c = context;
    ptrdiff_t n = c->transport.send(c->transport.context, bytes, size);
    if (n >= 0)
        return (int)n;
    return errno == EAGAIN || errno == EINTR ? MBEDTLS_ERR_SSL_WANT_WRITE : MBEDTLS_ERR_NET_SEND_FAILED;
}

static int on_receive(void *context, unsigned char *bytes, size_t size)
{
    struct channel *c = context;
    ptrdiff_t n = c->transport.receive(c->transport.context, bytes, size);
    if (n >= 0)
        return (int)n;
    return errno == EAGAIN || errno == EINTR ? MBEDTLS_ERR_SSL_WANT_READ : MBEDTLS_ERR_NET_RECV_FAILED;
}

/* What the code of a failed TLS call means to a person. */
static const char *meaning(int code)
{
    static const struct {
        int code;
        const char *text;
    } table[] = {
        {MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION, "the peer offers another version than TLS 1.3"},
        {MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL, "the peer does not speak " SESSION_ALPN},
        {MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE, "no common group, suite or signature"},
        {MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE, "the peer sent a fatal alert"},
        {MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE, "a message out of order"},
        {MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER, "a message with a value that was not offered"},
        {MBEDTLS_ERR_SSL_DECODE_ERROR, "a malformed message"},
        {MBEDTLS_ERR_SSL_INVALID_RECORD, "a malformed record"},
        {MBEDTLS_ERR_SSL_INVALID_MAC, "a record that was altered on the way"},
        {MBEDTLS_ERR_SSL_BAD_CERTIFICATE, "a malformed certificate"},
        {MBEDTLS_ERR_SSL_CONN_EOF, "the connection ended"},
        {MBEDTLS_ERR_NET_SEND_FAILED, "the connection ended"},
        {MBEDTLS_ERR_NET_RECV_FAILED, "the connection ended"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].code == code)
            return table[i].text;
    return "the peer broke TLS";
}

static int failed(struct channel *c, int code, const char *when, struct casemate_error *err)
{
    c->open = false;
    bool cut = code == MBEDTLS_ERR_SSL_CONN_EOF || code == MBEDTLS_ERR_NET_SEND_FAILED ||
               code == MBEDTLS_ERR_NET_RECV_FAILED;
    return casemate_fail(err, cut ? E_CONNECT : E_PROTOCOL, "The session failed %s: %s (TLS -0x%04x)", when,
                         meaning(code), (unsigned)-code);
}

int channel_start(struct channel *c, const struct channel_transport *transport, struct casemate_error *err)
{
    memset(c, 0, sizeof *c);
    c->transport = *transport;
    mbedtls_ssl_init(&c->ssl);
    mbedtls_ssl_config_init(&c->config);
    c->set_up = true;
    int bad = mbedtls_ssl_config_defaults(&c->config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                          MBEDTLS_SSL_PRESET_DEFAULT);
    mbedtls_ssl_conf_min_tls_version(&c->config, MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_max_tls_version(&c->config, MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_tls13_key_exchange_modes(&c->config, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL);
    mbedtls_ssl_conf_ciphersuites(&c->config, suites);
    mbedtls_ssl_conf_groups(&c->config, groups);
    mbedtls_ssl_conf_sig_algs(&c->config, signatures);
    mbedtls_ssl_conf_authmode(&c->config, MBEDTLS_SSL_VERIFY_NONE);
    mbedtls_ssl_conf_rng(&c->config, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
#if defined(MBEDTLS_SSL_SESSION_TICKETS)
    mbedtls_ssl_conf_session_tickets(&c->config, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
    mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
        &c->config, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
#endif
    bad = bad ? bad : mbedtls_ssl_conf_alpn_protocols(&c->config, (const char **)(uintptr_t)protocols);
    bad = bad ? bad : mbedtls_ssl_setup(&c->ssl, &c->config);
    /* No name: the certificate is the Keep's own, and nothing in it is believed. */
    bad = bad ? bad : mbedtls_ssl_set_hostname(&c->ssl, NULL);
    if (bad)
        return failed(c, bad, "before it began", err);
    mbedtls_ssl_set_bio(&c->ssl, c, on_send, on_receive, NULL);
    return 0;
}

static int refuse(struct channel *c, const char *expected, const char *found, struct casemate_error *err)
{
    c->open = false;
    return casemate_fail_expected(err, E_PROTOCOL, expected, found ? found : "nothing",
                                  "The peer agreed on something else than was offered");
}

/* What the handshake agreed on, although nothing else was offered. */
static int check_agreed(struct channel *c, struct casemate_error *err)
{
    const char *alpn = mbedtls_ssl_get_alpn_protocol(&c->ssl);
    if (mbedtls_ssl_get_version_number(&c->ssl) != MBEDTLS_SSL_VERSION_TLS1_3)
        return refuse(c, "TLS 1.3", mbedtls_ssl_get_version(&c->ssl), err);
    if (!guard_holds(GUARD_CLIENT_PROTOCOL, alpn && strcmp(alpn, SESSION_ALPN) == 0))
        return refuse(c, "ALPN " SESSION_ALPN, alpn, err);
    const mbedtls_x509_crt *certificate = mbedtls_ssl_get_peer_cert(&c->ssl);
    uint8_t point[P256_POINT_SIZE];
    if (!certificate || crypto_p256_point(span_of(certificate->pk_raw.p, certificate->pk_raw.len), point) < 0)
        return refuse(c, "a P-256 key", "another kind of key", err);
    return 0;
}

int channel_handshake(struct channel *c, struct casemate_error *err)
{
    int code = mbedtls_ssl_handshake(&c->ssl);
    c->wants_write = code == MBEDTLS_ERR_SSL_WANT_WRITE;
    if (code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE)
        return 0;
    if (code != 0)
        return failed(c, code, "in the TLS handshake", err);
    if (check_agreed(c, err) < 0)
        return -1;
    c->open = true;
    return 1;
}

int channel_spki(const struct channel *c, uint8_t digest[DIGEST_SIZE], struct casemate_error *err)
{
    const mbedtls_x509_crt *certificate = mbedtls_ssl_get_peer_cert(&c->ssl);
    struct span spki =
        certificate ? span_of(certificate->pk_raw.p, certificate->pk_raw.len) : span_of(NULL, 0);
    if (!certificate || crypto_sha256(&spki, 1, digest) < 0)
        return casemate_fail(err, E_INTERNAL, "The digest of the Keep's key cannot be computed");
    return 0;
}

int channel_export(struct channel *c, const char *label, const uint8_t context[32], uint8_t value[32],
                   struct casemate_error *err)
{
    int code = mbedtls_ssl_export_keying_material(&c->ssl, value, 32, label, strlen(label), context, 32, 1);
    return code ? failed(c, code, "in the TLS exporter", err) : 0;
}

ptrdiff_t channel_write(struct channel *c, const uint8_t *bytes, size_t size, struct casemate_error *err)
{
    if (size == 0)
        return 0;
    /* TLS sends what it took before, whatever is passed, but reports the size passed: pass the same again. */
    if (c->pending)
        size = c->pending;
    else if (size > MBEDTLS_SSL_OUT_CONTENT_LEN)
        size = MBEDTLS_SSL_OUT_CONTENT_LEN;
    if (!c->pending && ++c->records_out > CHANNEL_RECORDS_MAX)
        return casemate_fail(err, E_LIMIT, "The session has sent 2^23 records; open another");
    int n = mbedtls_ssl_write(&c->ssl, bytes, size);
    c->wants_write = n == MBEDTLS_ERR_SSL_WANT_WRITE;
    if (n == MBEDTLS_ERR_SSL_WANT_WRITE || n == MBEDTLS_ERR_SSL_WANT_READ) {
        c->pending = size;
        return 0;
    }
    c->pending = 0;
    return n < 0 ? failed(c, n, "while sending", err) : n;
}

ptrdiff_t channel_read(struct channel *c, uint8_t *bytes, size_t capacity, struct casemate_error *err)
{
    bool fresh = mbedtls_ssl_get_bytes_avail(&c->ssl) == 0;
    int n = mbedtls_ssl_read(&c->ssl, bytes, capacity);
    if (n == MBEDTLS_ERR_SSL_WANT_READ || n == MBEDTLS_ERR_SSL_WANT_WRITE)
        return 0;
    if (n == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
        c->open = false;
        return CHANNEL_CLOSED;
    }
#if defined(MBEDTLS_SSL_SESSION_TICKETS)
    if (n == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
        return refuse(c, "no session ticket", "a session ticket", err);
#endif
    if (n <= 0)
        return failed(c, n == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : n, "while receiving", err);
    if (fresh && ++c->records_in > CHANNEL_RECORDS_MAX)
        return casemate_fail(err, E_LIMIT, "The session has received 2^23 records; open another");
    return n;
}

void channel_close(struct channel *c)
{
    if (!c->set_up)
        return;
    if (c->open)
        (void)mbedtls_ssl_close_notify(&c->ssl);
    mbedtls_ssl_free(&c->ssl);
    mbedtls_ssl_config_free(&c->config);
    memset(c, 0, sizeof *c);
}
