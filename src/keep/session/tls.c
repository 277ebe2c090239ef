/* SPDX-License-Identifier: Apache-2.0 */
/* TLS 1.3 with Mbed TLS. */
#include "tls.h"

#include "../../proto/guard.h"

/* What a client may choose, best first; everything else fails the handshake (row 47). */
static const int suites[] = {
    MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
    MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
    0,
};
static const uint16_t groups[] = {MBEDTLS_SSL_IANA_TLS_GROUP_X25519, MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, 0};
static const uint16_t signatures[] = {MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256, MBEDTLS_TLS1_3_SIG_NONE};
static const char *protocols[] = {SESSION_ALPN, NULL};

int tls_server_init(struct tls_server *server, struct identity *identity)
{
    mbedtls_ssl_config *config = &server->config;
    mbedtls_ssl_config_init(config);
    int error = mbedtls_ssl_config_defaults(config, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM,
                                            MBEDTLS_SSL_PRESET_DEFAULT);
    mbedtls_ssl_conf_rng(config, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
    mbedtls_ssl_conf_min_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_max_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_tls13_key_exchange_modes(config, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL);
    mbedtls_ssl_conf_ciphersuites(config, suites);
    mbedtls_ssl_conf_groups(config, groups);
    mbedtls_ssl_conf_sig_algs(config, signatures);
    mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_NONE); /* owners prove themselves inside */
    if (error || mbedtls_ssl_conf_alpn_protocols(config, protocols) != 0 ||
        mbedtls_ssl_conf_own_cert(config, &identity->certificate, &identity->pk) != 0) {
        tls_server_free(server);
        return KEEP_ECRYPTO;
    }
    return 0;
}

void tls_server_free(struct tls_server *server)
{
    mbedtls_ssl_config_free(&server->config);
}

int tls_count(struct tls_counter *c, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        if (c->body_left > 0) {
            size_t part = size < c->body_left ? size : c->body_left;
            c->body_left -= part;
            bytes += part;
            size -= part;
            continue;
        }
        c->header[c->header_size++] = *bytes++;
        size--;
        if (c->header_size < TLS_RECORD_HEADER)
            continue;
        if (c->records == TLS_RECORDS_MAX)
            return KEEP_ESIZE;
        c->records++;
        c->header_size = 0;
        c->body_left = (size_t)c->header[3] << 8 | c->header[4];
    }
    return 0;
}

/* ---- the channel as Mbed TLS sees it ---- */

static int channel_send(void *context, const unsigned char *bytes, size_t size)
{
    struct tls *tls = context;
    size_t sent = channel_write(tls->channel, bytes, size);
    if (sent == 0)
        return MBEDTLS_ERR_SSL_WANT_WRITE;
    return tls_count(&tls->out, bytes, sent) == 0 ? (int)sent : MBEDTLS_ERR_SSL_COUNTER_WRAPPING;
}

static int channel_receive(void *context, unsigned char *bytes, size_t size)
{
    struct tls *tls = context;
    size_t got = channel_read(tls->channel, bytes, size);
    if (got == 0)
        return channel_at_end(tls->channel) ? 0 : MBEDTLS_ERR_SSL_WANT_READ;
    return tls_count(&tls->in, bytes, got) == 0 ? (int)got : MBEDTLS_ERR_SSL_COUNTER_WRAPPING;
}

static int translate(int result)
{
    switch (result) {
    case MBEDTLS_ERR_SSL_WANT_READ:
    case MBEDTLS_ERR_SSL_WANT_WRITE:
        return KEEP_EAGAIN;
    case 0:
    case MBEDTLS_ERR_SSL_CONN_EOF:
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
        return KEEP_ECLOSED;
    case MBEDTLS_ERR_SSL_ALLOC_FAILED:
        return KEEP_ENOMEM;
    default:
        return KEEP_ECRYPTO;
    }
}

int tls_open(struct tls *tls, const struct tls_server *server, struct channel *channel)
{
    *tls = (struct tls){.channel = channel};
    mbedtls_ssl_init(&tls->ssl);
    if (mbedtls_ssl_setup(&tls->ssl, &server->config) != 0) {
        mbedtls_ssl_free(&tls->ssl);
        return KEEP_ENOMEM;
    }
    mbedtls_ssl_set_bio(&tls->ssl, tls, channel_send, channel_receive, NULL);
    return 0;
}

int tls_handshake(struct tls *tls)
{
    int result = mbedtls_ssl_handshake(&tls->ssl);
    if (result != 0)
        return translate(result);
    /* Mbed TLS lets a client pass that names no protocol at all. */
    const char *protocol = mbedtls_ssl_get_alpn_protocol(&tls->ssl);
    if (!guard_holds(GUARD_KEEP_PROTOCOL, protocol && strcmp(protocol, SESSION_ALPN) == 0) ||
        mbedtls_ssl_get_version_number(&tls->ssl) != MBEDTLS_SSL_VERSION_TLS1_3)
        return KEEP_EDENIED;
    tls->open = true;
    return 0;
}

int tls_read(struct tls *tls, uint8_t *bytes, size_t capacity, size_t *size)
{
    int result = mbedtls_ssl_read(&tls->ssl, bytes, capacity);
    *size = result > 0 ? (size_t)result : 0;
    return result > 0 ? 0 : translate(result);
}

int tls_write(struct tls *tls, const uint8_t *bytes, size_t size, size_t *written)
{
    int result = mbedtls_ssl_write(&tls->ssl, bytes, size);
    *written = result > 0 ? (size_t)result : 0;
    return result > 0 ? 0 : translate(result);
}

int tls_export(struct tls *tls, const char *label, const uint8_t context[DIGEST_SIZE],
               uint8_t value[DIGEST_SIZE])
{
    if (!tls->open)
        return KEEP_EORDER;
    int result = mbedtls_ssl_export_keying_material(&tls->ssl, value, DIGEST_SIZE, label, strlen(label),
                                                    context, DIGEST_SIZE, 1);
    return result == 0 ? 0 : KEEP_ECRYPTO;
}

void tls_close(struct tls *tls, bool notify)
{
    if (notify && tls->open)
        (void)mbedtls_ssl_close_notify(&tls->ssl);
    mbedtls_ssl_free(&tls->ssl);
    bytes_wipe(tls, sizeof *tls);
}
