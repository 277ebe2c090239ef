/* SPDX-License-Identifier: Apache-2.0 */
/* The Keep's end of the portal (docs/protocol.md, section 2): frames to and from the warden over the byte
 * stream of the shim. Everything that arrives is the host's word: it is copied once into here, held to the
 * rules of the table, and the first frame that breaks one makes every later call fail with KEEP_EHOST; the
 * Keep then halts. Nothing blocks. */
#ifndef CASEMATE_KEEP_PORTAL_H
#define CASEMATE_KEEP_PORTAL_H

#include "../../proto/frame.h"
#include "ring.h"

enum {
    PORTAL_CHANNELS = FRAME_CHANNELS_MAX + 1, /* the host's, and one outbox */
    PORTAL_STAGE_SIZE = 4 * FRAME_SIZE_MAX,
};

struct portal;

struct channel {
    struct portal *portal;
    uint16_t number; /* 0: this slot is free */
    uint8_t purpose;
    bool opening; /* our OPEN is still to be sent */
    bool closing; /* our CLOSE follows what is in `out` */
    bool closed;  /* our CLOSE is sent */
    bool peer_closed;
    uint32_t credit; /* what we may still send */
    uint32_t window; /* what the host may still send */
    uint32_t grant;  /* consumed, and not yet given back as CREDIT */
    struct ring in, out;
    uint8_t in_data[FRAME_WINDOW], out_data[FRAME_WINDOW];
};

/* What the portal tells its owner, from inside portal_pump(). A negative answer ends the portal with it. */
struct portal_events {
    int (*boot)(void *context, struct span record);
    int (*opened)(void *context, struct channel *channel);
    /* body is empty unless status is FRAME_STATUS_OK; it lives until the function returns. */
    int (*reply)(void *context, uint32_t id, enum frame_method method, enum frame_status status,
                 struct span body);
};

struct portal_request {
    uint32_t id; /* 0: free */
    enum frame_method method;
};

struct portal {
    const struct portal_events *events;
    void *context;
    int error;
    bool booted;
    unsigned turn; /* slot that sends next */
    uint32_t next_id;
    struct portal_request request[FRAME_REQUESTS_MAX];
    size_t in_size, control_size, out_size, out_at;
    uint8_t in[PORTAL_STAGE_SIZE];      /* received, not yet a whole frame */
    uint8_t control[PORTAL_STAGE_SIZE]; /* frames of channel 0, encoded */
    uint8_t out[PORTAL_STAGE_SIZE];     /* frames, encoded, on their way */
    struct channel channel[PORTAL_CHANNELS];
};

void portal_init(struct portal *p, const struct portal_events *events, void *context);
/* Takes in what is there, tells the owner, sends what may be sent. 0; KEEP_ECLOSED: the host is gone;
 * KEEP_EHOST: it broke a rule; or what an event answered. */
int portal_pump(struct portal *p);
/* Sends what may be sent, and takes in nothing. */
int portal_flush(struct portal *p);
/* Which directions to wait for (enum shim_wake). */
unsigned portal_wanted(const struct portal *p);

/* Sends a request; its reply comes by event. KEEP_EAGAIN while eight are unanswered, or the queue is full. */
int portal_request(struct portal *p, enum frame_method method, struct span body, uint32_t *id);

/* A channel of our own; KEEP_EAGAIN if there is no slot. */
int portal_open(struct portal *p, enum frame_purpose purpose, struct channel **channel);
/* Bytes that arrived; 0 if there are none now. */
size_t channel_read(struct channel *c, uint8_t *bytes, size_t size);
/* Takes as much as there is room for. */
size_t channel_write(struct channel *c, const uint8_t *bytes, size_t size);
/* True once the host sends no more and all of it was read. */
bool channel_at_end(const struct channel *c);
/* What was written still goes out, then CLOSE. The channel is not the caller's any more, unless he only waits
 * for channel_is_free(). */
void channel_close(struct channel *c);

#endif
