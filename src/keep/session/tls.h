/* SPDX-License-Identifier: Apache-2.0 */
/* TLS 1.3 over a channel of the portal (docs/protocol.md, section 3): the server's settings, and one
 * connection. Mbed TLS does the protocol; here stand what is allowed and the limit of records. */
#ifndef CASEMATE_KEEP_TLS_H
#define CASEMATE_KEEP_TLS_H

#include <mbedtls/ssl.h>

#include "../crypto/identity.h"
#include "../portal/portal.h"

enum {
    TLS_RECORDS_MAX = 1 << 23, /* in one direction: there is no key update */
    TLS_RECORD_HEADER = 5,
};

struct tls_server {
    mbedtls_ssl_config config;
};

/* Follows the record layer of one direction (RFC 8446, 5.1), to count records. */
struct tls_counter {
    uint32_t records;
    size_t header_size; /* bytes of the header seen */
    size_t body_left;
    uint8_t header[TLS_RECORD_HEADER];
};

struct tls {
    mbedtls_ssl_context ssl;
    struct channel *channel;
    struct tls_counter in, out;
    bool open; /* the handshake is over */
};

int tls_server_init(struct tls_server *server, struct identity *identity);
void tls_server_free(struct tls_server *server);

/* Counts the records of these bytes; KEEP_ESIZE beyond TLS_RECORDS_MAX. */
int tls_count(struct tls_counter *counter, const uint8_t *bytes, size_t size);

/* A connection as the server. KEEP_ENOMEM. */
int tls_open(struct tls *tls, const struct tls_server *server, struct channel *channel);
/* Until it answers 0 the handshake is not over: KEEP_EAGAIN; or an error that ends it. */
int tls_handshake(struct tls *tls);
/* At least one byte, or KEEP_EAGAIN, KEEP_ECLOSED, or another error that ends the session. */
int tls_read(struct tls *tls, uint8_t *bytes, size_t capacity, size_t *size);
/* After KEEP_EAGAIN the same bytes must come again. *size may be less than asked. */
int tls_write(struct tls *tls, const uint8_t *bytes, size_t size, size_t *written);
/* RFC 8446, section 7.5; KEEP_EORDER before the end of the handshake. */
int tls_export(struct tls *tls, const char *label, const uint8_t context[DIGEST_SIZE],
               uint8_t value[DIGEST_SIZE]);
/* Says goodbye if there is room, and frees it. The channel stays the caller's. */
void tls_close(struct tls *tls, bool notify);

#endif
