/* SPDX-License-Identifier: Apache-2.0 */
/* The queue of events. */
#include "events.h"

#include <stdlib.h>

struct event_node {
    struct event_node *next;
    struct casemate_event event;
    size_t payload;
    uint8_t bytes[];
};

static void node_free(struct event_node *node)
{
    if (!node)
        return;
    bytes_wipe(node->bytes, node->payload);
    free(node);
}

void event_push(struct event_queue *q, int32_t type, int64_t value, uint64_t total, struct span text,
                struct span bytes)
{
    size_t payload, needed;
    struct event_node *node = NULL;
    if (size_add(text.size, bytes.size, &payload) == 0 && size_add(payload, sizeof *node, &needed) == 0)
        node = malloc(needed);
    if (!node) {
        q->failed = true;
        return;
    }
    memset(node, 0, sizeof *node);
    node->payload = payload;
    if (text.size)
        memcpy(node->bytes, text.data, text.size);
    if (bytes.size)
        memcpy(node->bytes + text.size, bytes.data, bytes.size);
    node->event = (struct casemate_event){
        .type = type,
        .value = value,
        .total = total,
        .text = (const char *)node->bytes,
        .text_size = text.size,
        .bytes = node->bytes + text.size,
        .bytes_size = bytes.size,
    };
    if (q->last)
        q->last->next = node;
    else
        q->first = node;
    q->last = node;
    q->bytes += payload;
}

void event_stamp(struct event_queue *q, uint64_t time)
{
    if (!q->failed)
        q->last->event.time = time;
}

int event_take(struct event_queue *q, struct casemate_event *event)
{
    node_free(q->given);
    q->given = q->first;
    if (!q->first)
        return 0;
    q->first = q->first->next;
    if (!q->first)
        q->last = NULL;
    q->bytes -= q->given->payload;
    size_t size = event->size < sizeof *event ? event->size : sizeof *event;
    q->given->event.size = event->size;
    memcpy(event, &q->given->event, size);
    return 1;
}

void event_queue_free(struct event_queue *q)
{
    while (q->first) {
        struct event_node *next = q->first->next;
        node_free(q->first);
        q->first = next;
    }
    node_free(q->given);
    memset(q, 0, sizeof *q);
}
