/* SPDX-License-Identifier: Apache-2.0 */
/* Portal, what comes in: one function a kind of frame, in one table. Each checks all, then changes something.
 */
#include "portal.h"

#include "../../shim/shim.h"

/* So much is taken in at one go, so that a host that sends without end does not shut out the program. */
enum { RECEIVE_MAX = 8 * PORTAL_STAGE_SIZE };

static struct channel *find(struct portal *p, uint16_t number)
{
    for (unsigned i = 0; i < PORTAL_CHANNELS; i++)
        if (p->channel[i].number == number)
            return &p->channel[i];
    return NULL;
}

void portal_init(struct portal *p, const struct portal_events *events, void *context)
{
    p->events = events;
    p->context = context;
    p->error = 0;
    p->booted = false;
    p->turn = 0;
    p->next_id = 1;
    p->in_size = p->control_size = p->out_size = p->out_at = 0;
    for (unsigned i = 0; i < FRAME_REQUESTS_MAX; i++)
        p->request[i].id = 0;
    for (unsigned i = 0; i < PORTAL_CHANNELS; i++)
        p->channel[i].number = 0;
}

static void slot_take(struct portal *p, struct channel *c, uint16_t number, uint8_t purpose)
{
    c->portal = p;
    c->number = number;
    c->purpose = purpose;
    c->opening = c->closing = c->closed = c->peer_closed = false;
    c->credit = c->window = FRAME_WINDOW;
    c->grant = 0;
    ring_init(&c->in, c->in_data, sizeof c->in_data);
    ring_init(&c->out, c->out_data, sizeof c->out_data);
}

int portal_open(struct portal *p, enum frame_purpose purpose, struct channel **channel)
{
    uint16_t number = 2;
    while (find(p, number))
        number = (uint16_t)(number + 2);
    struct channel *slot = find(p, 0);
    if (!slot)
        return KEEP_EAGAIN;
    slot_take(p, slot, number, (uint8_t)purpose);
    slot->opening = true;
    *channel = slot;
    return 0;
}

/* ---- one function a kind ---- */

static int on_boot(struct portal *p, const struct frame *f, const uint8_t *payload)
{
    if (p->booted)
        return KEEP_EHOST;
    /* Inputs are valid from here. */
    p->booted = true;
    return p->events->boot(p->context, span_of(payload, f->size));
}

static unsigned host_channels(const struct portal *p)
{
    unsigned count = 0;
    for (unsigned i = 0; i < PORTAL_CHANNELS; i++)
        count += p->channel[i].number % 2;
    return count;
}

static int on_open(struct portal *p, const struct frame *f, const uint8_t *payload)
{
    enum frame_purpose purpose;
    if (frame_purpose_decode(span_of(payload, f->size), &purpose) != 0 || purpose != FRAME_PURPOSE_SESSION)
        return KEEP_EHOST;
    if (f->channel % 2 == 0 || find(p, f->channel))
        return KEEP_EHOST;
    if (host_channels(p) == FRAME_CHANNELS_MAX)
        return KEEP_EHOST;
    struct channel *slot = find(p, 0);
    if (!slot)
        return KEEP_EHOST;
    /* Inputs are valid from here. */
    slot_take(p, slot, f->channel, (uint8_t)purpose);
    return p->events->opened(p->context, slot);
}

static int on_data(struct portal *p, const struct frame *f, const uint8_t *payload)
{
    struct channel *c = find(p, f->channel);
    if (!c || c->opening || c->peer_closed || f->size > c->window)
        return KEEP_EHOST;
    /* Inputs are valid from here: the window is never larger than the room in the ring. */
    c->window -= f->size;
    if (!c->closing)
        (void)ring_write(&c->in, payload, f->size);
    return 0;
}

static int on_credit(struct portal *p, const struct frame *f, const uint8_t *payload)
{
    struct channel *c = find(p, f->channel);
    uint32_t count;
    if (frame_credit_decode(span_of(payload, f->size), &count) != 0)
        return KEEP_EHOST;
    if (!c || c->opening || c->peer_closed || count > FRAME_WINDOW - c->credit)
        return KEEP_EHOST;
    /* Inputs are valid from here. */
    c->credit += count;
    return 0;
}

static int on_close(struct portal *p, const struct frame *f, const uint8_t *payload)
{
    (void)payload;
    struct channel *c = find(p, f->channel);
    if (!c || c->opening || c->peer_closed)
        return KEEP_EHOST;
    /* Inputs are valid from here. */
    c->peer_closed = true;
    if (c->closed)
        c->number = 0;
    return 0;
}

/* This version answers no request of the host's. */
static int on_request(struct portal *p, const struct frame *f, const uint8_t *payload)
{
    (void)p;
    (void)f;
    (void)payload;
    return KEEP_EHOST;
}

static int on_reply(struct portal *p, const struct frame *f, const uint8_t *payload)
{
    struct frame_call call;
    struct span body;
    if (frame_call_decode(FRAME_REPLY, span_of(payload, f->size), &call, &body) != 0)
        return KEEP_EHOST;
    struct portal_request *request = NULL;
    for (unsigned i = 0; i < FRAME_REQUESTS_MAX; i++)
        if (p->request[i].id == call.id)
            request = &p->request[i];
    if (!request)
        return KEEP_EHOST;
    /* Inputs are valid from here. */
    enum frame_method method = request->method;
    request->id = 0;
    return p->events->reply(p->context, call.id, method, (enum frame_status)call.code, body);
}

static int (*const on_frame[])(struct portal *p, const struct frame *f, const uint8_t *payload) = {
    [FRAME_BOOT] = on_boot,       [FRAME_OPEN] = on_open,   [FRAME_DATA] = on_data,
    [FRAME_CREDIT] = on_credit,   [FRAME_CLOSE] = on_close, [FRAME_REPLY] = on_reply,
    [FRAME_REQUEST] = on_request,
};

/* Handles the whole frames in `in`, keeps the rest. */
static int frames_handle(struct portal *p)
{
    size_t at = 0;
    int error = 0;
    while (!error && p->in_size - at >= FRAME_HEADER_SIZE) {
        struct frame f;
        if (frame_decode(p->in + at, &f) != 0 || (!p->booted && f.kind != FRAME_BOOT))
            return KEEP_EHOST;
        if (p->in_size - at - FRAME_HEADER_SIZE < f.size)
            break;
        error = on_frame[f.kind](p, &f, p->in + at + FRAME_HEADER_SIZE);
        at += FRAME_HEADER_SIZE + f.size;
    }
    memmove(p->in, p->in + at, p->in_size - at);
    p->in_size -= at;
    return error;
}

static int receive(struct portal *p)
{
    for (size_t total = 0; total < RECEIVE_MAX;) {
        size_t got;
        int error = shim_receive(p->in + p->in_size, sizeof p->in - p->in_size, &got);
        if (error)
            return error == KEEP_EAGAIN ? 0 : error;
        p->in_size += got;
        total += got;
        error = frames_handle(p);
        if (error)
            return error;
    }
    return 0;
}

int portal_send(struct portal *p);

int portal_pump(struct portal *p)
{
    if (!p->error)
        p->error = receive(p);
    if (!p->error)
        p->error = portal_send(p);
    return p->error;
}

int portal_flush(struct portal *p)
{
    if (!p->error)
        p->error = portal_send(p);
    return p->error;
}

/* ---- a channel, as its owner sees it ---- */

size_t channel_read(struct channel *c, uint8_t *bytes, size_t size)
{
    size_t got = ring_read(&c->in, bytes, size);
    c->grant += (uint32_t)got;
    return got;
}

size_t channel_write(struct channel *c, const uint8_t *bytes, size_t size)
{
    return c->closing ? 0 : ring_write(&c->out, bytes, size);
}

bool channel_at_end(const struct channel *c)
{
    return c->peer_closed && ring_used(&c->in) == 0;
}

void channel_close(struct channel *c)
{
    c->closing = true;
}
