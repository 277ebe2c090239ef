/* SPDX-License-Identifier: Apache-2.0 */
/* Events of a session that wait for the caller. */
#ifndef CASEMATE_CLIENT_EVENTS_H
#define CASEMATE_CLIENT_EVENTS_H

#include "../../include/casemate/session.h"
#include "../proto/bytes.h"

struct event_node;

struct event_queue {
    struct event_node *first, *last;
    struct event_node *given; /* the one whose pointers the caller may still use */
    size_t bytes;             /* payload that waits */
    bool failed;              /* memory ran out: an event is missing, so the session must fail */
};

void event_push(struct event_queue *q, int32_t type, int64_t value, uint64_t total, struct span text,
                struct span bytes);
/* Says when the bytes of the event that was pushed last were written. */
void event_stamp(struct event_queue *q, uint64_t time);
int event_take(struct event_queue *q, struct casemate_event *event);
void event_queue_free(struct event_queue *q);

#endif
