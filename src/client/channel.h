/* SPDX-License-Identifier: Apache-2.0 */
/* The TLS 1.3 client end of a session (docs/protocol.md, section 3), over a transport of the caller. Who the
 * peer is, attestation decides, not his certificate: this file gives only the digest of the key that it
 * carries. */
#ifndef CASEMATE_CLIENT_CHANNEL_H
#define CASEMATE_CLIENT_CHANNEL_H

#include <mbedtls/ssl.h>

#include "../base/error.h"
#include "../proto/crypto.h"

/* Non-blocking; -1 with errno (EAGAIN: later), 0 from receive at the end. */
struct channel_transport {
    ptrdiff_t (*send)(void *context, const uint8_t *bytes, size_t size);
    ptrdiff_t (*receive)(void *context, uint8_t *bytes, size_t capacity);
    void *context;
};

enum { CHANNEL_RECORDS_MAX = 1 << 23, CHANNEL_CLOSED = -2 };

struct channel {
    mbedtls_ssl_context ssl;
    mbedtls_ssl_config config;
    struct channel_transport transport;
    size_t pending; /* size of a write that TLS has taken but not yet sent */
    uint32_t records_in, records_out;
    bool wants_write, open, set_up;
};

int channel_start(struct channel *c, const struct channel_transport *transport, struct casemate_error *err);
/* 1 done, 0 not yet, -1 failed. Done means TLS 1.3, ALPN casemate/1 and a P-256 key: all else is refused. */
int channel_handshake(struct channel *c, struct casemate_error *err);
/* SHA-256 of the SubjectPublicKeyInfo of this handshake's certificate. */
int channel_spki(const struct channel *c, uint8_t digest[DIGEST_SIZE], struct casemate_error *err);
/* TLS-Exporter(label, context, 32), RFC 8446, section 7.5. An error must end the session. */
int channel_export(struct channel *c, const char *label, const uint8_t context[32], uint8_t value[32],
                   struct casemate_error *err);
/* Bytes taken, 0 for later, or -1. After 0 the same bytes must come first again. */
ptrdiff_t channel_write(struct channel *c, const uint8_t *bytes, size_t size, struct casemate_error *err);
/* Bytes given, 0 for later, CHANNEL_CLOSED after close_notify, or -1: also for an end without close_notify.
 */
ptrdiff_t channel_read(struct channel *c, uint8_t *bytes, size_t capacity, struct casemate_error *err);
/* Sends close_notify as far as that works without waiting, and wipes everything. */
void channel_close(struct channel *c);

#endif
