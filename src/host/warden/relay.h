/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions on one side, channels of the portal on the other: bytes both ways, never more than the window that
 * the other side has room for. Reads straight into frames and writes straight out of windows. */
#ifndef CASEMATE_HOST_RELAY_H
#define CASEMATE_HOST_RELAY_H

#include <poll.h>

#include "outbox_store.h"
#include "portal.h"

struct relay_session {
    int fd; /* -1: the slot is free */
    uint32_t number;
    bool readable;               /* recv() may give something */
    bool ended;                  /* the client sends no more */
    uint64_t bytes;              /* both ways */
    uint64_t active;             /* milliseconds, when a byte last moved */
    size_t early_at, early_size; /* bytes that came with the HTTP request */
    uint8_t *early;              /* of the heap */
};

struct relay {
    struct portal *portal;
    uint32_t idle_ms; /* 0: no limit */
    uint64_t now;     /* milliseconds; whoever owns the relay sets it after each wait */
    struct relay_session session[PORTAL_SESSIONS];
};

void relay_init(struct relay *r, struct portal *portal, uint32_t idle_ms);
/* Takes the socket (and closes it, whatever happens). early: read from it before. -1 if there is no free
 * channel or no memory. */
int relay_add(struct relay *r, int fd, uint32_t number, struct span early);

/* What poll() is to wait for on a slot's socket: entry->fd is -1 if nothing. may_read: the portal has room.
 */
void relay_want(const struct relay *r, unsigned slot, bool may_read, struct pollfd *entry);
/* What poll() found. */
void relay_note(struct relay *r, unsigned slot, short returned);
/* For portal_fill(); context is the relay. */
ssize_t relay_pull(void *context, unsigned slot, uint8_t *to, size_t capacity);
/* Writes what waits in the windows, as far as the sockets take it. */
void relay_flush(struct relay *r);
/* Closes what is over: true and what to report, one session a call. */
struct relay_end {
    uint32_t number;
    uint64_t bytes;
};
bool relay_next_end(struct relay *r, struct relay_end *end);
/* True while a client has not got all of what the Keep said. */
bool relay_draining(const struct relay *r);
void relay_close_all(struct relay *r);

#endif
