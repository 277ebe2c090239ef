/* SPDX-License-Identifier: Apache-2.0 */
/* A client of one Keep, for tests: TLS 1.3 over a channel of the host's end, and messages. Small and without
 * policy, so that it can also say what a real client never would. */
#ifndef CASEMATE_TESTS_CLIENT_H
#define CASEMATE_TESTS_CLIENT_H

#include <mbedtls/ssl.h>

#include "host_end.h"

struct client {
    struct host_end *host;
    struct host_channel *channel;
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;
    bool closed;                           /* the Keep closed the session */
    uint8_t statement[STATEMENT_SIZE_MAX]; /* the last one */
    size_t statement_size;
    struct statement said;
    uint8_t spki[DIGEST_SIZE]; /* of this handshake's certificate */
    uint8_t *rx;
    size_t rx_size, rx_capacity;
    uint8_t *tx;      /* for messages of up to 1 MiB and beyond */
    struct message m; /* the last one that came */
};

struct owner_keys {
    uint8_t private_key[P256_PRIVATE_SIZE], spki[P256_SPKI_SIZE];
    uint8_t outbox_private[P256_PRIVATE_SIZE], outbox[P256_POINT_SIZE];
};
void owner_keys_make(struct owner_keys *keys);

struct client_options {
    const char *alpn; /* NULL: casemate/1; "": none */
    int version;      /* 0: 1.3 */
    uint16_t group;   /* 0: both */
    int suite;        /* 0: all */
};

/* Opens a channel and does the handshake: 0, or what Mbed TLS says; -1 if the Keep closed or nothing came. */
int client_connect(struct client *c, struct host_end *host, const struct client_options *options);
void client_free(struct client *c);
/* Frees those of the two that were ever connected, and stops their Keep. */
void client_end_both(struct host_end *host, struct client *first, struct client *second);

/* One message, or bytes instead. */
void client_send(struct client *c, const struct message *m);
void client_send_bytes(struct client *c, const void *bytes, size_t size);
/* The next message into c->m: its type; 0 if the session was closed; -1 if nothing came in time. */
int client_receive(struct client *c);
/* The same, and it must be of this type: otherwise what came is printed, and false. */
bool client_expect(struct client *c, enum message_type type);

/* The steps of the flow; false if the answer was another than expected (c->m is then what came). */
bool client_attest(struct client *c, uint8_t nonce_byte);
void client_proof(struct client *c, const struct owner_keys *keys, struct message *proof);
bool client_prove(struct client *c, const struct owner_keys *keys);
/* Connects, attests, proves. */
bool client_own(struct client *c, struct host_end *host, const struct owner_keys *keys);

/* A deploy of this module, without files; salt all zero. */
struct deploy client_deploy_of(struct span module);
bool client_deploy(struct client *c, const struct deploy *d, struct span module,
                   uint8_t workload[DIGEST_SIZE]);
bool client_start(struct client *c, const uint8_t workload[DIGEST_SIZE], uint8_t run_byte, bool attach,
                  bool input);
int client_export(struct client *c, const char *label, const uint8_t context[32], uint8_t value[32]);

#endif
