/* SPDX-License-Identifier: Apache-2.0 */
/* A client for tests. */
#include "client.h"

#include <mbedtls/psa_util.h>
#include <mbedtls/x509_crt.h>
#include <stdio.h>
#include <stdlib.h>

enum { TX_SIZE = 3 << 20 };

static int bio_send(void *context, const unsigned char *bytes, size_t size)
{
    struct client *c = context;
    host_write(c->channel, bytes, size);
    return (int)size;
}

static int bio_receive(void *context, unsigned char *bytes, size_t size)
{
    struct client *c = context;
    size_t got = host_read(c->channel, bytes, size);
    if (got > 0)
        return (int)got;
    return c->channel->peer_closed || c->host->gone ? 0 : MBEDTLS_ERR_SSL_WANT_READ;
}

static uint64_t now_ms(void)
{
    return shim_time() / 1000000;
}

static bool waits(int result)
{
    return result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE ||
           result == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
}

static void config_make(struct client *c, const struct client_options *o)
{
    static const char *protocols[2];
    static uint16_t groups[2];
    static int suites[2];
    mbedtls_ssl_config_init(&c->config);
    if (mbedtls_ssl_config_defaults(&c->config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                    MBEDTLS_SSL_PRESET_DEFAULT) != 0)
        abort();
    mbedtls_ssl_conf_rng(&c->config, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
    mbedtls_ssl_conf_authmode(&c->config, MBEDTLS_SSL_VERIFY_NONE);
    mbedtls_ssl_conf_min_tls_version(&c->config, MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_max_tls_version(&c->config, MBEDTLS_SSL_VERSION_TLS1_3);
    protocols[0] = o && o->alpn ? o->alpn : SESSION_ALPN;
    if (protocols[0][0] && mbedtls_ssl_conf_alpn_protocols(&c->config, protocols) != 0)
        abort();
    if (o && o->group) {
        groups[0] = o->group;
        mbedtls_ssl_conf_groups(&c->config, groups);
    }
    if (o && o->suite) {
        suites[0] = o->suite;
        mbedtls_ssl_conf_ciphersuites(&c->config, suites);
    }
}

static void spki_take(struct client *c)
{
    const mbedtls_x509_crt *certificate = mbedtls_ssl_get_peer_cert(&c->ssl);
    struct span spki = span_of(certificate->pk_raw.p, certificate->pk_raw.len);
    if (crypto_sha256(&spki, 1, c->spki) != 0)
        abort();
}

int client_connect(struct client *c, struct host_end *host, const struct client_options *options)
{
    *c = (struct client){.host = host, .channel = host_open(host), .tx = malloc(TX_SIZE)};
    config_make(c, options);
    mbedtls_ssl_init(&c->ssl);
    if (mbedtls_ssl_setup(&c->ssl, &c->config) != 0)
        abort();
    (void)mbedtls_ssl_set_hostname(&c->ssl, NULL);
    mbedtls_ssl_set_bio(&c->ssl, c, bio_send, bio_receive, NULL);
    uint64_t end = now_ms() + host->deadline_ms;
    for (;;) {
        int result = mbedtls_ssl_handshake(&c->ssl);
        if (result == 0) {
            spki_take(c);
            return 0;
        }
        if (!waits(result))
            return result;
        if (now_ms() > end)
            return -1;
        host_pump(host);
    }
}

void client_free(struct client *c)
{
    mbedtls_ssl_free(&c->ssl);
    mbedtls_ssl_config_free(&c->config);
    if (c->channel && c->channel->number && !c->channel->closed && !c->host->gone)
        host_close(c->host, c->channel);
    free(c->rx);
    free(c->tx);
    *c = (struct client){.host = NULL};
}

void client_end_both(struct host_end *host, struct client *first, struct client *second)
{
    if (first->host)
        client_free(first);
    if (second->host)
        client_free(second);
    host_stop(host);
}

void client_send_bytes(struct client *c, const void *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        int result = mbedtls_ssl_write(&c->ssl, (const uint8_t *)bytes + at, size - at);
        if (result > 0)
            at += (size_t)result;
        else if (!waits(result))
            return;
        host_pump(c->host);
    }
}

void client_send(struct client *c, const struct message *m)
{
    size_t size;
    int error = message_encode(m, c->tx, TX_SIZE, &size);
    if (error) {
        fprintf(stderr, "client_send: %s: %s\n", message_type_name(m->type), keep_error_name(error));
        abort();
    }
    client_send_bytes(c, c->tx, size);
}

/* Bytes until rx holds `wanted`: 1, 0 closed, -1 nothing came. */
static int fill(struct client *c, size_t wanted, uint64_t end)
{
    if (c->rx_capacity < wanted) {
        c->rx_capacity = wanted;
        c->rx = realloc(c->rx, wanted);
    }
    while (c->rx_size < wanted) {
        int result = mbedtls_ssl_read(&c->ssl, c->rx + c->rx_size, wanted - c->rx_size);
        if (result > 0) {
            c->rx_size += (size_t)result;
            continue;
        }
        if (!waits(result)) {
            c->closed = true;
            return 0;
        }
        if (now_ms() > end)
            return -1;
        host_pump(c->host);
    }
    return 1;
}

int client_receive(struct client *c)
{
    uint64_t end = now_ms() + c->host->deadline_ms;
    c->rx_size = 0;
    int result = fill(c, MESSAGE_HEADER_SIZE, end);
    if (result <= 0)
        return result;
    result = fill(c, MESSAGE_HEADER_SIZE + load_be32(c->rx), end);
    if (result <= 0)
        return result;
    int error = message_decode(MESSAGE_FROM_KEEP,
                               span_of(c->rx + MESSAGE_HEADER_SIZE, c->rx_size - MESSAGE_HEADER_SIZE), &c->m);
    if (error) {
        fprintf(stderr, "client_receive: %s\n", keep_error_name(error));
        abort();
    }
    return (int)c->m.type;
}

bool client_expect(struct client *c, enum message_type type)
{
    int got = client_receive(c);
    if (got == (int)type)
        return true;
    if (got == MESSAGE_ERROR)
        fprintf(stderr, "# expected %s, got error %.*s: %.*s\n", message_type_name(type), (int)c->m.code.size,
                (const char *)c->m.code.data, (int)c->m.text.size, (const char *)c->m.text.data);
    else
        fprintf(stderr, "# expected %s, got %s\n", message_type_name(type),
                got > 0    ? message_type_name((enum message_type)got)
                : got == 0 ? "the end"
                           : "nothing");
    return false;
}

void owner_keys_make(struct owner_keys *keys)
{
    uint8_t point[P256_POINT_SIZE];
    if (crypto_p256_generate(keys->private_key, point) != 0 ||
        crypto_p256_generate(keys->outbox_private, keys->outbox) != 0)
        abort();
    crypto_p256_spki(point, keys->spki);
}

bool client_attest(struct client *c, uint8_t nonce_byte)
{
    struct message m = {.type = MESSAGE_ATTEST};
    memset(m.nonce, nonce_byte, sizeof m.nonce);
    client_send(c, &m);
    if (!client_expect(c, MESSAGE_STATEMENT) || c->m.statement.size > sizeof c->statement)
        return false;
    memcpy(c->statement, c->m.statement.data, c->m.statement.size);
    c->statement_size = c->m.statement.size;
    return statement_decode(span_of(c->statement, c->statement_size), &c->said) == 0;
}

int client_export(struct client *c, const char *label, const uint8_t context[32], uint8_t value[32])
{
    return mbedtls_ssl_export_keying_material(&c->ssl, value, 32, label, strlen(label), context, 32, 1);
}

void client_proof(struct client *c, const struct owner_keys *keys, struct message *proof)
{
    uint8_t digest[DIGEST_SIZE], exporter[DIGEST_SIZE], message[OWNER_MESSAGE_SIZE];
    *proof = (struct message){.type = MESSAGE_OWNER,
                              .spki = span_of(keys->spki, sizeof keys->spki),
                              .outbox_key = span_of(keys->outbox, sizeof keys->outbox)};
    struct span part = span_of(message, sizeof message);
    if (statement_digest(span_of(c->statement, c->statement_size), digest) != 0 ||
        client_export(c, EXPORTER_OWNER, digest, exporter) != 0 ||
        owner_message(proof->spki, keys->outbox, exporter, message) != 0 ||
        crypto_p256_sign(keys->private_key, &part, 1, proof->signature) != 0)
        abort();
}

bool client_prove(struct client *c, const struct owner_keys *keys)
{
    struct message proof;
    client_proof(c, keys, &proof);
    client_send(c, &proof);
    return client_expect(c, MESSAGE_OWNER_VIEW);
}

bool client_own(struct client *c, struct host_end *host, const struct owner_keys *keys)
{
    return client_connect(c, host, NULL) == 0 && client_attest(c, 1) && client_prove(c, keys);
}

struct deploy client_deploy_of(struct span module)
{
    struct deploy d = {.module_size = module.size,
                       .limits = {.memory = 64 << 20, .table_elements = 1 << 16, .call_depth = 1000}};
    if (crypto_sha256(&module, 1, d.module_digest) != 0)
        abort();
    return d;
}

bool client_deploy(struct client *c, const struct deploy *d, struct span module,
                   uint8_t workload[DIGEST_SIZE])
{
    client_send(c, &(struct message){.type = MESSAGE_DEPLOY, .deploy = *d});
    if (!client_expect(c, MESSAGE_CONTINUE))
        return false;
    for (size_t at = 0; at < module.size; at += MESSAGE_DATA_MAX) {
        size_t part = module.size - at < MESSAGE_DATA_MAX ? module.size - at : MESSAGE_DATA_MAX;
        client_send(c, &(struct message){.type = MESSAGE_DATA, .bytes = span_of(module.data + at, part)});
    }
    if (!client_expect(c, MESSAGE_WORKLOAD))
        return false;
    memcpy(workload, c->m.workload, DIGEST_SIZE);
    return true;
}

bool client_start(struct client *c, const uint8_t workload[DIGEST_SIZE], uint8_t run_byte, bool attach,
                  bool input)
{
    struct message m = {.type = MESSAGE_START, .attach = attach, .input = input};
    memcpy(m.workload, workload, sizeof m.workload);
    memset(m.run, run_byte, sizeof m.run);
    client_send(c, &m);
    return client_expect(c, MESSAGE_RUNNING);
}
