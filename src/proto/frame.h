/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of the portal between warden and Keep (docs/protocol.md, section 2): the codec of their headers, of
 * calls and of the boot record. Both ends use this code; a shim or a tee only moves the bytes. */
#ifndef CASEMATE_PROTO_FRAME_H
#define CASEMATE_PROTO_FRAME_H

#include "bytes.h"

enum {
    FRAME_HEADER_SIZE = 8,
    FRAME_SIZE_MAX = 16384,
    FRAME_PAYLOAD_MAX = FRAME_SIZE_MAX - FRAME_HEADER_SIZE,
    FRAME_WINDOW = 65536,
    FRAME_REQUESTS_MAX = 8,
    FRAME_CHANNELS_MAX = 16,
    FRAME_CALL_HEADER_SIZE = 8, /* id, method or status, zero: at the start of REQUEST and REPLY payloads */
    FRAME_CALL_BODY_MAX = FRAME_PAYLOAD_MAX - FRAME_CALL_HEADER_SIZE,
    BOOT_RECORD_SIZE_MAX = 256,
    FRAME_TEE_MAX = 15, /* STATEMENT_NAME_MAX */
};

enum frame_kind {
    FRAME_BOOT = 1,
    FRAME_OPEN = 2,
    FRAME_DATA = 3,
    FRAME_CREDIT = 4,
    FRAME_CLOSE = 5,
    FRAME_REQUEST = 6,
    FRAME_REPLY = 7,
};

enum frame_purpose { FRAME_PURPOSE_SESSION = 1, FRAME_PURPOSE_OUTBOX = 2 };

enum frame_method { FRAME_METHOD_EVIDENCE = 1, FRAME_METHOD_STATE = 2, FRAME_METHOD_LOG = 3 };

enum frame_status {
    FRAME_STATUS_OK = 0,
    FRAME_STATUS_REFUSED = 1,
    FRAME_STATUS_UNAVAILABLE = 2,
    FRAME_STATUS_RETRY = 3
};

struct frame {
    uint8_t kind;
    uint16_t channel;
    uint32_t size; /* of the payload */
};

void frame_encode(const struct frame *f, uint8_t header[FRAME_HEADER_SIZE]);
/* KEEP_EFORMAT for an unknown kind, a nonzero reserved byte, a size that the kind does not allow, a wrong
 * channel. */
int frame_decode(const uint8_t header[FRAME_HEADER_SIZE], struct frame *f);

/* Start of a REQUEST's or REPLY's payload; the body follows. */
struct frame_call {
    uint32_t id;   /* not 0 */
    uint16_t code; /* a request's method, a reply's status */
};

void frame_call_encode(const struct frame_call *call, uint8_t payload[FRAME_CALL_HEADER_SIZE]);
/* KEEP_EFORMAT for a short payload, id 0, a nonzero reserved byte, an unknown method or status, a body with a
 * failed status. */
int frame_call_decode(enum frame_kind kind, struct span payload, struct frame_call *call, struct span *body);
/* Payload of OPEN and of CREDIT. KEEP_EFORMAT for an unknown purpose and for no credit. */
int frame_purpose_decode(struct span payload, enum frame_purpose *purpose);
int frame_credit_decode(struct span payload, uint32_t *count);

/* The first frame's payload. */
struct boot_record {
    char tee[FRAME_TEE_MAX + 1];
    uint64_t memory; /* bytes that the Keep may commit in all */
};
int boot_record_encode(const struct boot_record *b, uint8_t *to, size_t capacity, size_t *size);
int boot_record_decode(struct span encoded, struct boot_record *b);

#endif
