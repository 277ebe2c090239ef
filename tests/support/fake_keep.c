/* SPDX-License-Identifier: Apache-2.0 */
/* The Keep of client tests. */
#include "fake_keep.h"

#include <errno.h>
#include <fcntl.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Conditions of the test itself, which NDEBUG must not remove. */
static void need(bool condition, const char *what)
{
    if (condition)
        return;
    (void)fprintf(stderr, "fake Keep: %s\n", what);
    abort();
}

/* ---- the Keep ---- */

static void make_certificate(struct fake_keep *k)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    mbedtls_x509write_cert writer;
    uint8_t der[1024], serial[4] = {0x40, 1, 2, 3};
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attributes, 256);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
    psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_ANY_HASH));
    need(psa_generate_key(&attributes, &k->key_id) == PSA_SUCCESS, "no key");
    mbedtls_pk_init(&k->key);
    need(mbedtls_pk_setup_opaque(&k->key, k->key_id) == 0, "no opaque key");
    mbedtls_x509write_crt_init(&writer);
    mbedtls_x509write_crt_set_version(&writer, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(&writer, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(&writer, &k->key);
    mbedtls_x509write_crt_set_issuer_key(&writer, &k->key);
    need(mbedtls_x509write_crt_set_serial_raw(&writer, serial, sizeof serial) == 0 &&
             mbedtls_x509write_crt_set_subject_name(&writer, "CN=fake") == 0 &&
             mbedtls_x509write_crt_set_issuer_name(&writer, "CN=fake") == 0 &&
             mbedtls_x509write_crt_set_validity(&writer, "20200101000000", "99991231235959") == 0,
         "no certificate");
    int size =
        mbedtls_x509write_crt_der(&writer, der, sizeof der, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
    mbedtls_x509write_crt_free(&writer);
    need(size > 0, "no certificate");
    mbedtls_x509_crt_init(&k->certificate);
    need(mbedtls_x509_crt_parse_der(&k->certificate, der + sizeof der - size, (size_t)size) == 0,
         "no certificate");
    struct span spki = span_of(k->certificate.pk_raw.p, k->certificate.pk_raw.len);
    need(crypto_sha256(&spki, 1, k->spki) == 0, "no digest");
}

void fake_keep_init(struct fake_keep *k, const char *state)
{
    struct casemate_error err = {0};
    memset(k, 0, sizeof *k);
    need(psa_crypto_init() == PSA_SUCCESS, "no crypto");
    if (process_root_open(state, &k->root, &err) < 0 || process_leaf_new(k->root, &k->leaf, &err) < 0)
        need(false, err.what);
    make_certificate(k);
    need(psa_generate_random(k->instance, sizeof k->instance) == PSA_SUCCESS, "no random bytes");
    memset(k->measurement, 0x5a, sizeof k->measurement);
    memset(k->boot, 0xb0, sizeof k->boot);
    k->exit.kind = EXIT_EXIT;
    k->output = "";
}

void fake_keep_free(struct fake_keep *k)
{
    mbedtls_x509_crt_free(&k->certificate);
    mbedtls_pk_free(&k->key);
    (void)psa_destroy_key(k->key_id);
    process_leaf_free(k->leaf);
    process_root_free(k->root);
    buffer_free(&k->got_data);
    buffer_free(&k->got_secrets);
}

/* ---- messages out ---- */

void fake_session_send(struct fake_session *s, const struct message *m)
{
    size_t capacity =
               4096 + m->bytes.size + m->statement.size + m->evidence.size + m->entries.size + m->text.size,
           size = 0;
    struct buffer encoded = {0};
    uint8_t *to = buffer_reserve(&encoded, capacity);
    need(to && message_encode(m, to, capacity, &size) == 0, "a message cannot be written");
    encoded.size = size;
    int times = s->tamper ? s->tamper(s->context, s, m->type, &encoded) : 1;
    for (int i = 0; i < times; i++)
        buffer_append(&s->out, encoded.data, encoded.size);
    buffer_free(&encoded);
}

static void owner_digest(const struct fake_session *s, uint8_t digest[DIGEST_SIZE])
{
    need(statement_owner_digest(s->keep->instance, span_of(s->nonce, NONCE_SIZE),
                                span_of(s->keep->owner_spki, P256_SPKI_SIZE), digest) == 0,
         "no owner digest");
}

static void answer_attest(struct fake_session *s, const struct message *m, enum statement_kind kind)
{
    struct fake_keep *k = s->keep;
    struct statement said = {.kind = kind, .tee = "process", .mode = "process", .state = k->state};
    uint8_t encoded[STATEMENT_SIZE_MAX], evidence[PROCESS_EVIDENCE_SIZE_MAX];
    size_t size, evidence_size;
    struct process_evidence e = {.issued_at = (uint64_t)time(NULL)};
    struct message answer = {.type = MESSAGE_STATEMENT};
    memcpy(s->nonce, m->nonce, NONCE_SIZE);
    memcpy(said.nonce, m->nonce, NONCE_SIZE);
    memcpy(said.instance, k->instance, INSTANCE_ID_SIZE);
    memcpy(said.spki, k->spki, DIGEST_SIZE);
    memcpy(said.boot, k->boot, DIGEST_SIZE);
    memcpy(said.workload, k->workload, DIGEST_SIZE);
    memcpy(said.session, s->statement_digest, DIGEST_SIZE);
    if (k->state != KEEP_UNOWNED)
        owner_digest(s, said.owner);
    need(mbedtls_ssl_export_keying_material(&s->ssl, said.binder, 32, EXPORTER_EVIDENCE,
                                            strlen(EXPORTER_EVIDENCE), m->nonce, 32, 1) == 0,
         "no exporter");
    if (s->falsify)
        s->falsify(s->context, &said);
    need(statement_encode(&said, encoded, sizeof encoded, &size) == 0, "no statement");
    need(statement_report_data(span_of(encoded, size), e.report_data) == 0, "no report data");
    memcpy(e.measurement, k->measurement, sizeof e.measurement);
    memcpy(e.boot, k->boot, DIGEST_SIZE);
    need(process_evidence_sign(k->leaf, &e, evidence, sizeof evidence, &evidence_size, NULL) == 0,
         "no evidence");
    if (kind == STATEMENT_SESSION) {
        need(statement_digest(span_of(encoded, size), s->statement_digest) == 0, "no digest");
        s->has_statement = true;
    }
    answer.statement = span_of(encoded, size);
    answer.evidence = span_of(evidence, evidence_size);
    fake_session_send(s, &answer);
}

static void refuse(struct fake_session *s, const char *code, bool closes)
{
    struct message m = {.type = MESSAGE_ERROR,
                        .code = span_of(code, strlen(code)),
                        .text = SPAN_LITERAL("refused"),
                        .closes = closes};
    fake_session_send(s, &m);
}

static void take_owner(struct fake_session *s, const struct message *m)
{
    struct fake_keep *k = s->keep;
    uint8_t exporter[DIGEST_SIZE], text[OWNER_MESSAGE_SIZE], point[P256_POINT_SIZE];
    struct message answer = {.type = MESSAGE_OWNER_VIEW};
    struct span part = span_of(text, sizeof text);
    need(mbedtls_ssl_export_keying_material(&s->ssl, exporter, 32, EXPORTER_OWNER, strlen(EXPORTER_OWNER),
                                            s->statement_digest, 32, 1) == 0,
         "no exporter");
    bool good = m->spki.size == P256_SPKI_SIZE && m->outbox_key.size == P256_POINT_SIZE &&
                crypto_p256_point(m->spki, point) == 0 &&
                owner_message(m->spki, m->outbox_key.data, exporter, text) == 0 &&
                crypto_p256_verify(point, &part, 1, m->signature) == 0;
    if (good && k->state != KEEP_UNOWNED)
        good = memcmp(k->owner_spki, m->spki.data, P256_SPKI_SIZE) == 0;
    if (!good || !s->has_statement) {
        refuse(s, "denied", true);
        return;
    }
    memcpy(k->owner_spki, m->spki.data, P256_SPKI_SIZE);
    memcpy(k->outbox_key, m->outbox_key.data, P256_POINT_SIZE);
    if (k->state == KEEP_UNOWNED)
        k->state = KEEP_OWNED;
    s->owned = true;
    answer.state = k->state;
    answer.has_workload = k->has_workload;
    answer.has_run = k->state >= KEEP_RUNNING;
    memcpy(answer.workload, k->workload, DIGEST_SIZE);
    memcpy(answer.salt, k->salt, SALT_SIZE);
    memcpy(answer.run, k->run, RUN_ID_SIZE);
    owner_digest(s, answer.owner);
    fake_session_send(s, &answer);
}

static void send_workload(struct fake_session *s)
{
    struct message m = {.type = MESSAGE_WORKLOAD};
    s->keep->has_workload = true;
    memcpy(m.workload, s->keep->workload, DIGEST_SIZE);
    fake_session_send(s, &m);
}

static void take_deploy(struct fake_session *s, const struct message *m)
{
    struct message answer = {.type = MESSAGE_CONTINUE};
    struct list_cursor cursor;
    struct deploy_file file;
    need(deploy_workload_digest(&m->deploy, s->keep->workload) == 0, "no workload digest");
    memcpy(s->keep->salt, m->deploy.salt, SALT_SIZE);
    s->data_left = m->deploy.module_size;
    need(list_open(m->deploy.files, &cursor) == 0, "no list of files");
    while (list_next_file(&cursor, &file))
        s->data_left += file.size;
    fake_session_send(s, &answer);
}

static void take_data(struct fake_session *s, const struct message *m)
{
    need(m->bytes.size <= s->data_left, "more data than announced");
    buffer_append(&s->keep->got_data, m->bytes.data, m->bytes.size);
    s->data_left -= m->bytes.size;
    if (s->data_left == 0)
        send_workload(s);
}

static void send_output(struct fake_session *s, struct span bytes)
{
    while (bytes.size) {
        size_t take = bytes.size < MESSAGE_DATA_MAX ? bytes.size : MESSAGE_DATA_MAX;
        struct message m = {.type = MESSAGE_OUTPUT,
                            .stream = STREAM_STDOUT,
                            .position = s->output_sent,
                            .bytes = span_of(bytes.data, take)};
        fake_session_send(s, &m);
        s->output_sent += take;
        bytes = span_of(bytes.data + take, bytes.size - take);
    }
}

static void send_exit(struct fake_session *s)
{
    struct message m = {.type = MESSAGE_EXIT, .exit = s->keep->exit};
    m.exit.stream_size[0] = s->output_sent;
    s->keep->state = KEEP_ENDED;
    s->attached = false;
    fake_session_send(s, &m);
}

static void attach(struct fake_session *s, const struct message *asked)
{
    struct message m = {.type = MESSAGE_ATTACHED, .offset = {asked->offset[0], asked->offset[1]}};
    s->attached = true;
    s->output_sent = asked->offset[0];
    fake_session_send(s, &m);
    const char *output = s->keep->output;
    size_t size = strlen(output), skip = asked->offset[0] < size ? (size_t)asked->offset[0] : size;
    send_output(s, span_of(output + skip, size - skip));
    if (!s->keep->echo && asked->type != MESSAGE_LOGS)
        send_exit(s);
}

static void take_start(struct fake_session *s, const struct message *m)
{
    struct message answer = {.type = MESSAGE_RUNNING};
    memcpy(s->keep->run, m->run, RUN_ID_SIZE);
    s->keep->state = KEEP_RUNNING;
    memcpy(answer.run, m->run, RUN_ID_SIZE);
    fake_session_send(s, &answer);
    if (m->attach)
        attach(s, m);
}

static void take_input(struct fake_session *s, const struct message *m)
{
    s->input_seen += m->bytes.size;
    struct message ack = {.type = MESSAGE_INPUT_ACK, .position = s->input_seen};
    send_output(s, m->bytes);
    if (m->bytes.size)
        fake_session_send(s, &ack);
    if (m->end)
        send_exit(s);
}

static void take_logs(struct fake_session *s, const struct message *m)
{
    attach(s, m);
    struct message end = {.type = MESSAGE_LOGS_END, .offset = {s->output_sent, 0}};
    s->attached = false;
    fake_session_send(s, &end);
}

static void take_cp(struct fake_session *s, const struct message *m)
{
    static const char content[] = "the file's content";
    static const uint8_t listing[] = {0x81, 0x83, 0x64, 'f', 'i', 'l', 'e', 0, 18}; /* [["file", 0, 18]] */
    if (span_equal(m->path, SPAN_LITERAL("/"))) {
        struct message directory = {.type = MESSAGE_DIRECTORY, .entries = span_of(listing, sizeof listing)};
        fake_session_send(s, &directory);
        return;
    }
    if (!span_equal(m->path, SPAN_LITERAL("/file"))) {
        refuse(s, "no-entry", false);
        return;
    }
    struct message file = {.type = MESSAGE_FILE, .position = sizeof content - 1, .mode = 0644};
    struct message data = {.type = MESSAGE_DATA, .bytes = span_of(content, sizeof content - 1)};
    fake_session_send(s, &file);
    fake_session_send(s, &data);
}

static void take_stop(struct fake_session *s)
{
    struct message ok = {.type = MESSAGE_OK};
    s->keep->exit.kind = EXIT_STOPPED;
    fake_session_send(s, &ok);
    if (s->attached)
        send_exit(s);
}

static void take_message(struct fake_session *s, const struct message *m)
{
    struct message ok = {.type = MESSAGE_OK};
    s->keep->messages_in[m->type]++;
    switch (m->type) {
    case MESSAGE_ATTEST:
        answer_attest(s, m, STATEMENT_SESSION);
        return;
    case MESSAGE_ATTEST_WORKLOAD:
        answer_attest(s, m, STATEMENT_WORKLOAD);
        return;
    case MESSAGE_OWNER:
        take_owner(s, m);
        return;
    case MESSAGE_DEPLOY:
        take_deploy(s, m);
        return;
    case MESSAGE_DATA:
        take_data(s, m);
        return;
    case MESSAGE_SECRETS:
        buffer_append(&s->keep->got_secrets, m->env.data, m->env.size);
        fake_session_send(s, &ok);
        return;
    case MESSAGE_START:
        take_start(s, m);
        return;
    case MESSAGE_ATTACH:
        attach(s, m);
        return;
    case MESSAGE_LOGS:
        take_logs(s, m);
        return;
    case MESSAGE_INPUT:
        take_input(s, m);
        return;
    case MESSAGE_CP:
        take_cp(s, m);
        return;
    case MESSAGE_STOP:
        take_stop(s);
        return;
    default:
        need(false, "a message that no client sends");
    }
}

/* ---- bytes ---- */

static int on_send(void *context, const unsigned char *bytes, size_t size)
{
    struct fake_session *s = context;
    if (s->cut_after && s->sent >= s->cut_after) {
        (void)shutdown(s->fd, SHUT_RDWR);
        return MBEDTLS_ERR_NET_SEND_FAILED;
    }
    if (s->cut_after && size > s->cut_after - s->sent)
        size = s->cut_after - s->sent;
    ssize_t n = send(s->fd, bytes, size, MSG_NOSIGNAL);
    if (n < 0)
        return errno == EAGAIN ? MBEDTLS_ERR_SSL_WANT_WRITE : MBEDTLS_ERR_NET_SEND_FAILED;
    s->sent += (size_t)n;
    return (int)n;
}

static int on_receive(void *context, unsigned char *bytes, size_t size)
{
    struct fake_session *s = context;
    ssize_t n = recv(s->fd, bytes, size, 0);
    if (n < 0)
        return errno == EAGAIN ? MBEDTLS_ERR_SSL_WANT_READ : MBEDTLS_ERR_NET_RECV_FAILED;
    return (int)n;
}

static void start_tls(struct fake_session *s)
{
    static const char *right[] = {SESSION_ALPN, NULL};
    static const char *wrong[] = {"casemate/0", NULL};
    static const uint16_t p384_only[] = {MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1, 0};
    mbedtls_ssl_config_init(&s->config);
    mbedtls_ssl_init(&s->ssl);
    s->tls = true;
    need(mbedtls_ssl_config_defaults(&s->config, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM,
                                     MBEDTLS_SSL_PRESET_DEFAULT) == 0,
         "no TLS");
    mbedtls_ssl_conf_min_tls_version(&s->config, MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_max_tls_version(&s->config, MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_rng(&s->config, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
    if (!s->alpn)
        need(mbedtls_ssl_conf_alpn_protocols(&s->config, right) == 0, "no ALPN");
    else if (s->alpn[0])
        need(mbedtls_ssl_conf_alpn_protocols(&s->config, wrong) == 0, "no ALPN");
    if (s->group)
        mbedtls_ssl_conf_groups(&s->config, p384_only);
    need(mbedtls_ssl_conf_own_cert(&s->config, &s->keep->certificate, &s->keep->key) == 0, "no certificate");
    need(mbedtls_ssl_setup(&s->ssl, &s->config) == 0, "no TLS");
    mbedtls_ssl_set_bio(&s->ssl, s, on_send, on_receive, NULL);
}

static bool upgrade(struct fake_session *s)
{
    static const char right[] =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: casemate/1\r\n\r\n";
    const char *answer = s->answer ? s->answer : right;
    char byte;
    bool moved = false;
    while (!strstr(buffer_text(&s->request), "\r\n\r\n")) {
        ssize_t n = recv(s->fd, &byte, 1, 0);
        if (n <= 0)
            return moved;
        buffer_append(&s->request, &byte, 1);
        moved = true;
    }
    need(send(s->fd, answer, strlen(answer), MSG_NOSIGNAL) == (ssize_t)strlen(answer),
         "the answer does not fit");
    s->upgraded = true;
    if (s->answer) {
        (void)shutdown(s->fd, SHUT_WR);
        s->closed = true;
    } else {
        start_tls(s);
    }
    return true;
}

static bool read_messages(struct fake_session *s)
{
    uint8_t *to = buffer_reserve(&s->in, 16384);
    int n = mbedtls_ssl_read(&s->ssl, to, 16384);
    if (n == MBEDTLS_ERR_SSL_WANT_READ || n == MBEDTLS_ERR_SSL_WANT_WRITE)
        return false;
    if (n <= 0) {
        s->client_closed = n == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY;
        s->closed = true;
        return true;
    }
    s->in.size += (size_t)n;
    while (s->in.size >= MESSAGE_HEADER_SIZE && s->in.size - MESSAGE_HEADER_SIZE >= load_be32(s->in.data)) {
        struct message m;
        uint32_t size = load_be32(s->in.data);
        need(message_decode(MESSAGE_FROM_CLIENT, span_of(s->in.data + MESSAGE_HEADER_SIZE, size), &m) == 0,
             "the client sent what cannot be read");
        take_message(s, &m);
        buffer_consume(&s->in, MESSAGE_HEADER_SIZE + size);
    }
    return true;
}

static bool write_messages(struct fake_session *s)
{
    bool moved = false;
    while (s->out.size) {
        size_t size = s->out.size < 16000 ? s->out.size : 16000;
        int n = mbedtls_ssl_write(&s->ssl, s->out.data, size);
        if (n <= 0) {
            if (n != MBEDTLS_ERR_SSL_WANT_WRITE)
                s->closed = true;
            break;
        }
        buffer_consume(&s->out, (size_t)n);
        moved = true;
    }
    return moved;
}

bool fake_session_step(struct fake_session *s)
{
    if (s->closed)
        return false;
    if (!s->upgraded)
        return upgrade(s);
    if (!s->shaken) {
        int n = mbedtls_ssl_handshake(&s->ssl);
        s->shaken = n == 0;
        if (n != 0 && n != MBEDTLS_ERR_SSL_WANT_READ && n != MBEDTLS_ERR_SSL_WANT_WRITE) {
            s->closed = true;
            (void)shutdown(s->fd, SHUT_WR);
        }
        return s->shaken || s->closed;
    }
    bool moved = read_messages(s);
    return (!s->closed && write_messages(s)) || moved;
}

void fake_session_init(struct fake_session *s, struct fake_keep *keep, int fd)
{
    memset(s, 0, sizeof *s);
    s->keep = keep;
    s->fd = fd;
    need(fcntl(fd, F_SETFL, O_NONBLOCK) == 0, "the socket cannot be non-blocking");
}

void fake_session_free(struct fake_session *s)
{
    if (s->tls) {
        mbedtls_ssl_free(&s->ssl);
        mbedtls_ssl_config_free(&s->config);
    }
    buffer_free(&s->request);
    buffer_free(&s->out);
    buffer_free(&s->in);
    if (s->fd >= 0)
        (void)close(s->fd);
    memset(s, 0, sizeof *s);
    s->fd = -1;
}
