/* SPDX-License-Identifier: Apache-2.0 */
/* The other end of a client's sessions, for tests: host agent and Keep in one, over a connected socket: HTTP
 * Upgrade, TLS 1.3 by Mbed TLS, genuine process evidence under a development root. It does the protocol
 * right, unless the test asks otherwise: `tamper` sees each message before it goes out. */
#ifndef CASEMATE_TESTS_FAKE_KEEP_H
#define CASEMATE_TESTS_FAKE_KEEP_H

#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "../../src/base/buffer.h"
#include "../../src/proto/message.h"
#include "../../src/tee/process/evidence.h"

/* What all sessions of one Keep share. */
struct fake_keep {
    struct process_root *root;
    struct process_leaf *leaf;
    mbedtls_pk_context key;
    psa_key_id_t key_id;
    mbedtls_x509_crt certificate;
    uint8_t spki[DIGEST_SIZE];
    uint8_t instance[INSTANCE_ID_SIZE];
    uint8_t measurement[PROCESS_MEASUREMENT_SIZE];
    uint8_t boot[DIGEST_SIZE];
    enum keep_state state;
    uint8_t owner_spki[P256_SPKI_SIZE], outbox_key[P256_POINT_SIZE];
    bool has_workload;
    uint8_t workload[DIGEST_SIZE], salt[SALT_SIZE], run[RUN_ID_SIZE];
    struct exit_record exit;
    const char *output;                  /* what the program writes to stdout */
    bool echo;                           /* the program copies stdin to stdout and ends with it */
    struct buffer got_data, got_secrets; /* what came of a package; of secrets */
    unsigned messages_in[32];            /* by type */
};

/* state: folder of the development root. */
void fake_keep_init(struct fake_keep *keep, const char *state);
void fake_keep_free(struct fake_keep *keep);

struct fake_session;
/* Returns the number of times that the encoded message (size prefix included) goes out; may change it. */
typedef int fake_tamper(void *context, struct fake_session *session, enum message_type type,
                        struct buffer *encoded);

struct fake_session {
    struct fake_keep *keep;
    int fd;
    const char *answer; /* instead of the 101; NULL: the right one */
    const char *alpn;
    int version;    /* of TLS, 0: 1.3 */
    uint16_t group; /* 0: both */
    fake_tamper *tamper;
    /* Changes what the Keep states before it is signed: a Keep that lies, or one that somebody else talks to.
     */
    void (*falsify)(void *context, struct statement *said);
    void *context;
    /* bytes of ciphertext after which the connection is cut; 0: never */
    size_t cut_after;
    size_t sent;

    struct buffer request, out, in;
    bool upgraded, shaken, closed, has_statement, owned, attached, reads_input;
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;
    bool tls;
    uint8_t nonce[NONCE_SIZE], statement_digest[DIGEST_SIZE];
    uint64_t data_left, output_sent, input_seen;
    bool client_closed; /* close_notify came */
};

/* Takes the descriptor. */
void fake_session_init(struct fake_session *session, struct fake_keep *keep, int fd);
/* As far as it goes without waiting; true if something moved. */
bool fake_session_step(struct fake_session *session);
void fake_session_free(struct fake_session *session);
/* Encodes and sends, by way of tamper. */
void fake_session_send(struct fake_session *session, const struct message *m);

#endif
