/* SPDX-License-Identifier: Apache-2.0 */
/* The host's end of the portal (docs/protocol.md, section 2): channels, credit, calls of the Keep. Memory
 * only: whoever owns it moves the bytes. Everything that comes in is from a Keep that may be hostile; the
 * first broken rule ends the portal, with a sentence that says which. */
#ifndef CASEMATE_HOST_PORTAL_H
#define CASEMATE_HOST_PORTAL_H

#include <sys/types.h>

#include "../../proto/frame.h"

enum {
    PORTAL_SESSIONS = FRAME_CHANNELS_MAX,
    PORTAL_OUTBOX = PORTAL_SESSIONS, /* the slot of the one channel that the Keep may open */
    PORTAL_SLOTS = PORTAL_SESSIONS + 1,
    PORTAL_OUTPUT_SIZE = 4 * FRAME_SIZE_MAX,
};

struct portal_channel {
    uint16_t number; /* 0: the slot is free */
    bool open_due, close_due, close_sent, close_received;
    uint32_t credit;   /* what we may still send */
    uint32_t granted;  /* what the Keep may still send */
    uint32_t consumed; /* taken from the window, not granted again yet */
    size_t at, size;   /* the bytes that wait in its window, a ring */
};

/* A request of the Keep, from its arrival until its reply is on its way. */
struct portal_call {
    bool used, answered;
    uint32_t id;
    uint16_t code; /* method; after the answer the status */
    size_t size;   /* of the body; after the answer of the reply's body */
    uint8_t body[FRAME_CALL_BODY_MAX];
};

struct portal {
    const char *broken; /* the rule that the Keep broke; NULL while it keeps them */
    bool boot_due;
    size_t boot_size;
    uint8_t boot[BOOT_RECORD_SIZE_MAX];
    uint32_t last_id;
    unsigned turn; /* slot that is served next */
    struct portal_channel channel[PORTAL_SLOTS];
    size_t input_size, output_at, output_size;
    /* Memory that is touched only as it is needed, by many wardens. */
    struct portal_call call[FRAME_REQUESTS_MAX];
    uint8_t window[PORTAL_SLOTS][FRAME_WINDOW];
    uint8_t input[2 * FRAME_SIZE_MAX];
    uint8_t output[PORTAL_OUTPUT_SIZE];
};

/* The boot record goes out first. KEEP_ESIZE if it is empty or too long. */
int portal_init(struct portal *p, struct span boot_record);

/* Where received bytes go; then portal_input() says how many came and acts on every whole frame.
 * KEEP_EFORMAT, KEEP_EORDER, KEEP_ESIZE or KEEP_ETYPE for a broken rule; from then on always. */
uint8_t *portal_input_room(struct portal *p, size_t *capacity);
int portal_input(struct portal *p, size_t received);

/* Bytes for a channel, up to capacity: their count, 0 for none now, -1 for never again (CLOSE follows). */
typedef ssize_t portal_pull(void *context, unsigned slot, uint8_t *to, size_t capacity);
/* Composes frames: channel 0 first, then the channels in turn. What portal_output() gives is to be
 * transmitted; portal_output_sent() says how much was. */
void portal_fill(struct portal *p, portal_pull *pull, void *context);
struct span portal_output(const struct portal *p);
void portal_output_sent(struct portal *p, size_t size);
/* Something waits to be composed or transmitted that does not depend on a pull. */
bool portal_output_due(const struct portal *p);
/* True if a pull on this slot could be of use: it is open, with credit. */
bool portal_may_pull(const struct portal *p, unsigned slot);

/* A new session channel: its slot, or -1 if all are taken. */
int portal_open(struct portal *p);
/* We send no more on this channel; what still comes is discarded. */
void portal_close(struct portal *p, unsigned slot);
bool portal_is_open(const struct portal *p, unsigned slot);
/* The Keep has closed, and nothing waits in the window any more. */
bool portal_is_drained(const struct portal *p, unsigned slot);
/* First contiguous part of what waits, and that so much of it was taken. */
struct span portal_peek(const struct portal *p, unsigned slot);
void portal_consume(struct portal *p, unsigned slot, size_t size);

/* The unanswered request with the smallest id; NULL if there is none. Its body is at call->body. */
struct portal_call *portal_next_call(struct portal *p);
/* KEEP_ESIZE if the body does not fit; a failed status has none. */
int portal_answer(struct portal_call *call, enum frame_status status, struct span body);

#endif
