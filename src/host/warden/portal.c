/* SPDX-License-Identifier: Apache-2.0 */
/* Frames out, in turn and within credit (docs/protocol.md, section 2). What comes in: portal_input.c. */
#include "portal.h"

enum { CREDIT_STEP = FRAME_WINDOW / 4 };

int portal_init(struct portal *p, struct span boot_record)
{
    if (boot_record.size == 0 || boot_record.size > BOOT_RECORD_SIZE_MAX)
        return KEEP_ESIZE;
    memset(p, 0, offsetof(struct portal, call));
    for (unsigned i = 0; i < FRAME_REQUESTS_MAX; i++)
        p->call[i].used = false;
    memcpy(p->boot, boot_record.data, boot_record.size);
    p->boot_size = boot_record.size;
    p->boot_due = true;
    return 0;
}

/* ---- composing ---- */

/* Header into the output; the payload's place, which has room for the largest. */
static uint8_t *begin_frame(struct portal *p)
{
    return p->output + p->output_size + FRAME_HEADER_SIZE;
}

static void end_frame(struct portal *p, enum frame_kind kind, uint16_t channel, size_t size)
{
    struct frame f = {.kind = (uint8_t)kind, .channel = channel, .size = (uint32_t)size};
    frame_encode(&f, p->output + p->output_size);
    p->output_size += FRAME_HEADER_SIZE + size;
}

static bool has_room(const struct portal *p)
{
    return sizeof p->output - p->output_size >= FRAME_SIZE_MAX;
}

static bool credit_due(const struct portal_channel *c)
{
    return c->number && !c->close_due && !c->close_sent && !c->close_received && c->consumed > 0 &&
           (c->consumed >= CREDIT_STEP || c->size == 0);
}

static bool compose_call(struct portal *p)
{
    for (unsigned i = 0; i < FRAME_REQUESTS_MAX; i++) {
        struct portal_call *call = &p->call[i];
        if (!call->used || !call->answered)
            continue;
        struct frame_call head = {.id = call->id, .code = call->code};
        uint8_t *payload = begin_frame(p);
        frame_call_encode(&head, payload);
        memcpy(payload + FRAME_CALL_HEADER_SIZE, call->body, call->size);
        end_frame(p, FRAME_REPLY, 0, FRAME_CALL_HEADER_SIZE + call->size);
        call->used = false;
        return true;
    }
    return false;
}

static bool compose_channel_zero(struct portal *p)
{
    if (!p->boot_due)
        return compose_call(p);
    memcpy(begin_frame(p), p->boot, p->boot_size);
    end_frame(p, FRAME_BOOT, 0, p->boot_size);
    p->boot_due = false;
    return true;
}

static void release_if_closed(struct portal_channel *c)
{
    if (c->close_sent && c->close_received && c->size == 0)
        c->number = 0;
}

static bool compose_data(struct portal *p, unsigned slot, portal_pull *pull, void *context)
{
    struct portal_channel *c = &p->channel[slot];
    if (!pull || !portal_may_pull(p, slot))
        return false;
    size_t most = c->credit < FRAME_PAYLOAD_MAX ? c->credit : FRAME_PAYLOAD_MAX;
    ssize_t count = pull(context, slot, begin_frame(p), most);
    if (count == 0)
        return false;
    if (count < 0 || (size_t)count > most) {
        portal_close(p, slot);
        return true;
    }
    c->credit -= (uint32_t)count;
    end_frame(p, FRAME_DATA, c->number, (size_t)count);
    return true;
}

/* One frame of one channel, in the order that the protocol wants: OPEN, CREDIT, DATA, CLOSE. */
static bool compose_channel(struct portal *p, unsigned slot, portal_pull *pull, void *context)
{
    struct portal_channel *c = &p->channel[slot];
    if (c->number && c->open_due) {
        *begin_frame(p) = FRAME_PURPOSE_SESSION;
        end_frame(p, FRAME_OPEN, c->number, 1);
        c->open_due = false;
        return true;
    }
    if (credit_due(c)) {
        store_le32(begin_frame(p), c->consumed);
        end_frame(p, FRAME_CREDIT, c->number, 4);
        c->granted += c->consumed;
        c->consumed = 0;
        return true;
    }
    if (c->number && c->close_due) {
        end_frame(p, FRAME_CLOSE, c->number, 0);
        c->close_due = false;
        c->close_sent = true;
        release_if_closed(c);
        return true;
    }
    return compose_data(p, slot, pull, context);
}

void portal_fill(struct portal *p, portal_pull *pull, void *context)
{
    unsigned idle = 0;
    while (has_room(p) && idle < PORTAL_SLOTS) {
        if (compose_channel_zero(p))
            continue;
        idle = compose_channel(p, p->turn, pull, context) ? 0 : idle + 1;
        p->turn = (p->turn + 1) % PORTAL_SLOTS;
    }
}

struct span portal_output(const struct portal *p)
{
    return span_of(p->output + p->output_at, p->output_size - p->output_at);
}

void portal_output_sent(struct portal *p, size_t size)
{
    p->output_at += size;
    if (p->output_at == p->output_size)
        p->output_at = p->output_size = 0;
}

bool portal_output_due(const struct portal *p)
{
    bool due = p->output_at < p->output_size || p->boot_due;
    for (unsigned i = 0; i < FRAME_REQUESTS_MAX; i++)
        due |= p->call[i].used && p->call[i].answered;
    for (unsigned i = 0; i < PORTAL_SLOTS; i++) {
        const struct portal_channel *c = &p->channel[i];
        due |= c->number && (c->open_due || c->close_due || credit_due(c));
    }
    return due;
}

bool portal_may_pull(const struct portal *p, unsigned slot)
{
    const struct portal_channel *c = &p->channel[slot];
    return slot < PORTAL_SESSIONS && portal_is_open(p, slot) && !c->close_received && c->credit > 0;
}

/* ---- channels ---- */

int portal_open(struct portal *p)
{
    for (unsigned slot = 0; slot < PORTAL_SESSIONS; slot++) {
        struct portal_channel *c = &p->channel[slot];
        if (c->number)
            continue;
        *c = (struct portal_channel){.credit = FRAME_WINDOW, .granted = FRAME_WINDOW, .open_due = true};
        c->number = (uint16_t)(2 * slot + 1);
        return (int)slot;
    }
    return -1;
}

void portal_close(struct portal *p, unsigned slot)
{
    struct portal_channel *c = &p->channel[slot];
    if (!portal_is_open(p, slot))
        return;
    c->close_due = true;
    c->size = 0;
    c->consumed = 0;
}

bool portal_is_open(const struct portal *p, unsigned slot)
{
    const struct portal_channel *c = &p->channel[slot];
    return c->number && !c->close_due && !c->close_sent;
}

bool portal_is_drained(const struct portal *p, unsigned slot)
{
    const struct portal_channel *c = &p->channel[slot];
    return c->number && c->close_received && c->size == 0;
}

struct span portal_peek(const struct portal *p, unsigned slot)
{
    const struct portal_channel *c = &p->channel[slot];
    size_t straight = FRAME_WINDOW - c->at;
    return span_of(p->window[slot] + c->at, c->size < straight ? c->size : straight);
}

void portal_consume(struct portal *p, unsigned slot, size_t size)
{
    struct portal_channel *c = &p->channel[slot];
    c->at = (c->at + size) % FRAME_WINDOW;
    c->size -= size;
    c->consumed += (uint32_t)size;
    release_if_closed(c);
}

/* ---- calls ---- */

struct portal_call *portal_next_call(struct portal *p)
{
    struct portal_call *next = NULL;
    for (unsigned i = 0; i < FRAME_REQUESTS_MAX; i++) {
        struct portal_call *call = &p->call[i];
        if (call->used && !call->answered && (!next || call->id < next->id))
            next = call;
    }
    return next;
}

int portal_answer(struct portal_call *call, enum frame_status status, struct span body)
{
    if (body.size > FRAME_CALL_BODY_MAX || (status != FRAME_STATUS_OK && body.size > 0))
        return KEEP_ESIZE;
    if (body.size)
        memmove(call->body, body.data, body.size);
    call->size = body.size;
    call->code = (uint16_t)status;
    call->answered = true;
    return 0;
}
