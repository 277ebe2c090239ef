/* SPDX-License-Identifier: Apache-2.0 */
/* Statements: what a Keep says of itself and the hardware signs (docs/protocol.md, section 4; RFC 9334).
 * The Keep builds them, the client judges them, both with this code. */
#ifndef CASEMATE_PROTO_STATEMENT_H
#define CASEMATE_PROTO_STATEMENT_H

#include "bytes.h"

enum {
    DIGEST_SIZE = 32, /* SHA-256: every digest but measurement and report_data */
    NONCE_SIZE = 32,
    INSTANCE_ID_SIZE = 16,
    RUN_ID_SIZE = 16,
    SALT_SIZE = 32,
    REPORT_DATA_SIZE = 64, /* SHA-512 */
    MEASUREMENT_SIZE_MAX = 48,
    STATEMENT_SIZE_MAX = 512,
    STATEMENT_NAME_MAX = 15, /* of tee and mode: a-z, 0-9 and '-' */
    STATEMENT_VERSION = 1,
};

enum statement_kind {
    STATEMENT_SESSION = 1,
    STATEMENT_WORKLOAD,
    STATEMENT_TLS_KEY,
    STATEMENT_GUEST,
    STATEMENT_RECEIPT,
};

enum keep_state { KEEP_UNOWNED = 0, KEEP_OWNED = 1, KEEP_RUNNING = 2, KEEP_ENDED = 3 };

struct statement {
    enum statement_kind kind;
    char tee[STATEMENT_NAME_MAX + 1];
    char mode[STATEMENT_NAME_MAX + 1];
    uint8_t instance[INSTANCE_ID_SIZE];
    uint8_t spki[DIGEST_SIZE];
    uint8_t boot[DIGEST_SIZE];
    enum keep_state state;
    uint8_t owner[DIGEST_SIZE]; /* when state is not KEEP_UNOWNED */
    uint8_t nonce[NONCE_SIZE];  /* session, workload */
    uint8_t binder[DIGEST_SIZE];
    uint8_t session[DIGEST_SIZE]; /* workload */
    uint8_t workload[DIGEST_SIZE];
    uint8_t run[RUN_ID_SIZE]; /* receipt */
    uint8_t outbox[DIGEST_SIZE];
};

/* What a TEE measured, or what an image will measure to: as many bytes as the technology's digest has. */
struct measurement {
    uint8_t bytes[MEASUREMENT_SIZE_MAX];
    size_t size;
};

/* Deterministic CBOR of a statement; *size <= STATEMENT_SIZE_MAX. KEEP_ETYPE for a kind that this version
 * does not make. */
int statement_encode(const struct statement *s, uint8_t *to, size_t capacity, size_t *size);
/* The reverse; unknown fields are ignored, a missing or extra one of the kind is KEEP_EFORMAT, an unknown
 * kind KEEP_ETYPE. */
int statement_decode(struct span encoded, struct statement *s);
/* SHA-256 of the bytes as sent. */
int statement_digest(struct span encoded, uint8_t digest[DIGEST_SIZE]);
/* SHA-512("casemate-statement-1" || encoded): what the hardware signs. */
int statement_report_data(struct span encoded, uint8_t report_data[REPORT_DATA_SIZE]);
/* SHA-256("casemate-owner-digest-1" || instance id || nonce || SPKI). The nonce is empty where a kind has
 * none; the instance id keeps one nonce, sent to two Keeps, from showing that they have one owner. */
int statement_owner_digest(const uint8_t instance[INSTANCE_ID_SIZE], struct span nonce, struct span spki,
                           uint8_t digest[DIGEST_SIZE]);
/* Whether both are of one Keep: fields 1 to 6 agree. */
bool statement_same_keep(const struct statement *a, const struct statement *b);
/* Text of a kind or a state, as in the protocol; never NULL. */
const char *statement_kind_name(enum statement_kind kind);
const char *keep_state_name(enum keep_state state);

#endif
