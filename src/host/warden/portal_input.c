/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of the Keep: each is checked against the rules of docs/protocol.md, section 2, before anything
 * changes. One function a kind, in one table. */
#include "portal.h"

static int break_rule(struct portal *p, int error, const char *rule)
{
    if (!p->broken)
        p->broken = rule;
    return error;
}

static struct portal_channel *find_channel(struct portal *p, uint16_t number)
{
    for (unsigned slot = 0; slot < PORTAL_SLOTS; slot++)
        if (p->channel[slot].number == number)
            return &p->channel[slot];
    return NULL;
}

/* The channel of DATA, CREDIT and CLOSE: open, and not closed by the Keep before. */
static struct portal_channel *open_channel(struct portal *p, uint16_t number)
{
    struct portal_channel *c = find_channel(p, number);
    return c && !c->open_due && !c->close_received ? c : NULL;
}

static int on_boot(struct portal *p, const struct frame *f, struct span payload)
{
    (void)f;
    (void)payload;
    return break_rule(p, KEEP_EORDER, "BOOT goes from the host to the Keep only");
}

static int on_open(struct portal *p, const struct frame *f, struct span payload)
{
    enum frame_purpose purpose;
    struct portal_channel *c = &p->channel[PORTAL_OUTBOX];
    if (frame_purpose_decode(payload, &purpose) < 0)
        return break_rule(p, KEEP_ETYPE, "OPEN with an unknown purpose");
    if (f->channel % 2)
        return break_rule(p, KEEP_EFORMAT, "OPEN of an odd channel, which is the host's");
    if (purpose != FRAME_PURPOSE_OUTBOX)
        return break_rule(p, KEEP_ETYPE, "OPEN of a session by the Keep");
    if (c->number)
        return break_rule(p, KEEP_EORDER, "OPEN of a second channel by the Keep");

    /* inputs are valid from here */
    *c = (struct portal_channel){.number = f->channel, .credit = FRAME_WINDOW, .granted = FRAME_WINDOW};
    return 0;
}

static int on_data(struct portal *p, const struct frame *f, struct span payload)
{
    struct portal_channel *c = open_channel(p, f->channel);
    if (!c)
        return break_rule(p, KEEP_EORDER, "DATA on a channel that is not open");
    if (payload.size > c->granted)
        return break_rule(p, KEEP_ESIZE, "DATA beyond the credit");

    /* inputs are valid from here */
    c->granted -= (uint32_t)payload.size;
    if (c->close_due || c->close_sent)
        return 0;
    size_t end = (c->at + c->size) % FRAME_WINDOW, straight = FRAME_WINDOW - end;
    size_t first = payload.size < straight ? payload.size : straight;
    uint8_t *window = p->window[c - p->channel];
    memcpy(window + end, payload.data, first);
    memcpy(window, payload.data + first, payload.size - first);
    c->size += payload.size;
    return 0;
}

static int on_credit(struct portal *p, const struct frame *f, struct span payload)
{
    uint32_t count;
    struct portal_channel *c = open_channel(p, f->channel);
    if (!c)
        return break_rule(p, KEEP_EORDER, "CREDIT on a channel that is not open");
    if (frame_credit_decode(payload, &count) < 0 || count > FRAME_WINDOW - c->credit)
        return break_rule(p, KEEP_ESIZE, "CREDIT of nothing, or beyond the window");

    /* inputs are valid from here */
    c->credit += count;
    return 0;
}

static int on_close(struct portal *p, const struct frame *f, struct span payload)
{
    (void)payload;
    struct portal_channel *c = open_channel(p, f->channel);
    if (!c)
        return break_rule(p, KEEP_EORDER, "CLOSE of a channel that is not open");

    /* inputs are valid from here */
    c->close_received = true;
    if (c->close_sent && c->size == 0)
        c->number = 0;
    return 0;
}

static int on_request(struct portal *p, const struct frame *f, struct span payload)
{
    (void)f;
    struct frame_call head;
    struct span body;
    struct portal_call *call = NULL;
    if (frame_call_decode(FRAME_REQUEST, payload, &head, &body) < 0)
        return break_rule(p, KEEP_EFORMAT, "a malformed REQUEST");
    if (head.id != p->last_id + 1)
        return break_rule(p, KEEP_EORDER, "a REQUEST whose id is not the next");
    for (unsigned i = 0; i < FRAME_REQUESTS_MAX && !call; i++)
        if (!p->call[i].used)
            call = &p->call[i];
    if (!call)
        return break_rule(p, KEEP_ESIZE, "a REQUEST beyond the window of unanswered ones");

    /* inputs are valid from here */
    p->last_id = head.id;
    call->used = true;
    call->answered = false;
    call->id = head.id;
    call->code = head.code;
    call->size = body.size;
    memcpy(call->body, body.data, body.size);
    return 0;
}

static int on_reply(struct portal *p, const struct frame *f, struct span payload)
{
    (void)f;
    (void)payload;
    return break_rule(p, KEEP_EORDER, "a REPLY, though nothing was asked");
}

typedef int frame_handler(struct portal *p, const struct frame *f, struct span payload);
static frame_handler *const handlers[] = {
    [FRAME_BOOT] = on_boot,     [FRAME_OPEN] = on_open,   [FRAME_DATA] = on_data,
    [FRAME_CREDIT] = on_credit, [FRAME_CLOSE] = on_close, [FRAME_REQUEST] = on_request,
    [FRAME_REPLY] = on_reply,
};

uint8_t *portal_input_room(struct portal *p, size_t *capacity)
{
    *capacity = sizeof p->input - p->input_size;
    return p->input + p->input_size;
}

int portal_input(struct portal *p, size_t received)
{
    size_t at = 0;
    if (p->broken)
        return KEEP_EORDER;
    p->input_size += received;
    while (p->input_size - at >= FRAME_HEADER_SIZE) {
        struct frame f;
        int error = frame_decode(p->input + at, &f);
        if (error < 0)
            return break_rule(p, error, "a malformed frame header");
        if (p->input_size - at - FRAME_HEADER_SIZE < f.size)
            break;
        error = handlers[f.kind](p, &f, span_of(p->input + at + FRAME_HEADER_SIZE, f.size));
        if (error < 0)
            return error;
        at += FRAME_HEADER_SIZE + f.size;
    }
    memmove(p->input, p->input + at, p->input_size - at);
    p->input_size -= at;
    return 0;
}
