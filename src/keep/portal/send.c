/* SPDX-License-Identifier: Apache-2.0 */
/* Portal, what goes out: channel 0 first, then the channels in turn, one frame each. */
#include "portal.h"

#include "../../shim/shim.h"

int portal_send(struct portal *p);

/* Less than this is not worth a CREDIT frame while the host can still send. */
enum { GRANT_MIN = FRAME_WINDOW / 4 };

/* A frame at the end of a buffer that has room for it. */
static void put(uint8_t *buffer, size_t *size, uint8_t kind, uint16_t channel, const uint8_t *payload,
                uint32_t payload_size)
{
    struct frame f = {.kind = kind, .channel = channel, .size = payload_size};
    frame_encode(&f, buffer + *size);
    if (payload)
        memcpy(buffer + *size + FRAME_HEADER_SIZE, payload, payload_size);
    *size += FRAME_HEADER_SIZE + payload_size;
}

int portal_request(struct portal *p, enum frame_method method, struct span body, uint32_t *id)
{
    if (body.size > FRAME_CALL_BODY_MAX)
        return KEEP_ESIZE;
    struct portal_request *request = NULL;
    for (unsigned i = 0; i < FRAME_REQUESTS_MAX; i++)
        if (p->request[i].id == 0)
            request = &p->request[i];
    size_t size = FRAME_CALL_HEADER_SIZE + body.size;
    if (!request || sizeof p->control - p->control_size < FRAME_HEADER_SIZE + size)
        return KEEP_EAGAIN;
    *request = (struct portal_request){.id = p->next_id, .method = method};
    *id = p->next_id;
    /* Ids count up and 0 is none; after 2^32 - 1 requests the host may see a small one again. */
    p->next_id = p->next_id == UINT32_MAX ? 1 : p->next_id + 1;
    uint8_t *payload = p->control + p->control_size + FRAME_HEADER_SIZE;
    put(p->control, &p->control_size, FRAME_REQUEST, 0, NULL, (uint32_t)size);
    frame_call_encode(&(struct frame_call){.id = request->id, .code = (uint16_t)method}, payload);
    if (body.size > 0)
        memcpy(payload + FRAME_CALL_HEADER_SIZE, body.data, body.size);
    return 0;
}

static bool grant_due(const struct channel *c)
{
    return c->grant > 0 && !c->closing && !c->peer_closed && (c->grant >= GRANT_MIN || c->window < GRANT_MIN);
}

/* How much of `out` may go now. */
static uint32_t data_due(const struct channel *c)
{
    size_t size = ring_used(&c->out);
    if (size > c->credit)
        size = c->credit;
    return (uint32_t)(size < FRAME_PAYLOAD_MAX ? size : FRAME_PAYLOAD_MAX);
}

/* CLOSE goes when all is out, or when it can never go: a host that has closed grants no more credit. */
static bool close_due(const struct channel *c)
{
    return c->closing && !c->closed && (ring_used(&c->out) == 0 || (c->peer_closed && c->credit == 0));
}

static bool due(const struct channel *c)
{
    return c->number != 0 && (c->opening || grant_due(c) || (!c->closed && data_due(c) > 0) || close_due(c));
}

/* One turn of a channel: at most one frame of each kind, into a buffer with room for all of them. */
static void turn(struct portal *p, struct channel *c)
{
    if (c->opening) {
        put(p->out, &p->out_size, FRAME_OPEN, c->number, &c->purpose, 1);
        c->opening = false;
    }
    if (grant_due(c)) {
        uint8_t count[4];
        store_le32(count, c->grant);
        put(p->out, &p->out_size, FRAME_CREDIT, c->number, count, sizeof count);
        c->window += c->grant;
        c->grant = 0;
    }
    uint32_t size = c->closed ? 0 : data_due(c);
    if (size > 0) {
        put(p->out, &p->out_size, FRAME_DATA, c->number, NULL, size);
        (void)ring_read(&c->out, p->out + p->out_size - size, size);
        c->credit -= size;
    }
    if (close_due(c)) {
        put(p->out, &p->out_size, FRAME_CLOSE, c->number, NULL, 0);
        c->closed = true;
        if (c->peer_closed)
            c->number = 0;
    }
}

enum { TURN_MAX = 4 * FRAME_HEADER_SIZE + 1 + 4 + FRAME_PAYLOAD_MAX };

/* Fills `out`: everything of channel 0 that fits, then one turn after the other. */
static void fill(struct portal *p)
{
    if (p->control_size > 0) {
        size_t size = p->control_size; /* both buffers have one size, and `out` is empty here */
        memcpy(p->out, p->control, size);
        p->out_size = size;
        p->control_size = 0;
    }
    for (unsigned idle = 0; idle < PORTAL_CHANNELS && sizeof p->out - p->out_size >= TURN_MAX;) {
        struct channel *c = &p->channel[p->turn];
        p->turn = (p->turn + 1) % PORTAL_CHANNELS;
        if (due(c)) {
            turn(p, c);
            idle = 0;
        } else {
            idle++;
        }
    }
}

int portal_send(struct portal *p)
{
    for (;;) {
        if (p->out_at == p->out_size) {
            p->out_at = p->out_size = 0;
            fill(p);
            if (p->out_size == 0)
                return 0;
        }
        size_t sent;
        int error = shim_send(p->out + p->out_at, p->out_size - p->out_at, &sent);
        if (error)
            return error == KEEP_EAGAIN ? 0 : error;
        p->out_at += sent;
    }
}

unsigned portal_wanted(const struct portal *p)
{
    bool more = p->out_at < p->out_size || p->control_size > 0;
    for (unsigned i = 0; i < PORTAL_CHANNELS; i++)
        more = more || due(&p->channel[i]);
    return SHIM_WAKE_RECEIVE | (more ? SHIM_WAKE_SEND : 0u);
}
