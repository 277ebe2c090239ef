/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of the portal between warden and Keep (docs/protocol.md, section 2): header codec, and the state of
 * one end: channels, credit, requests. Both ends use this code; a shim or a tee only moves the bytes. */
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

#endif
