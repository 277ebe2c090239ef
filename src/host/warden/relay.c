/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes between session sockets and channels. */
#include "relay.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

void relay_init(struct relay *r, struct portal *portal, uint32_t idle_ms)
{
    *r = (struct relay){.portal = portal, .idle_ms = idle_ms};
    for (unsigned i = 0; i < PORTAL_SESSIONS; i++)
        r->session[i].fd = -1;
}

int relay_add(struct relay *r, int fd, uint32_t number, struct span early)
{
    uint8_t *copy = malloc(early.size + 1);
    int slot = copy ? portal_open(r->portal) : -1;
    if (slot < 0) {
        free(copy);
        (void)close(fd);
        return -1;
    }
    if (early.size)
        memcpy(copy, early.data, early.size);
    r->session[slot] = (struct relay_session){.fd = fd,
                                              .number = number,
                                              .readable = true,
                                              .active = r->now,
                                              .early = copy,
                                              .early_size = early.size};
    return 0;
}

/* The number is the session's as long as the portal has not freed it: then the slot may become another's. */
static bool attached(const struct relay *r, unsigned slot)
{
    return r->portal->channel[slot].number != 0;
}

void relay_want(const struct relay *r, unsigned slot, bool may_read, struct pollfd *entry)
{
    const struct relay_session *s = &r->session[slot];
    *entry = (struct pollfd){.fd = -1};
    if (s->fd < 0)
        return;
    if (may_read && !s->ended && !s->readable && portal_may_pull(r->portal, slot))
        entry->events |= POLLIN;
    if (portal_peek(r->portal, slot).size > 0)
        entry->events |= POLLOUT;
    if (entry->events)
        entry->fd = s->fd;
}

void relay_note(struct relay *r, unsigned slot, short returned)
{
    if (returned & (POLLIN | POLLHUP | POLLERR))
        r->session[slot].readable = true;
}

static ssize_t pull_early(struct relay_session *s, uint8_t *to, size_t capacity)
{
    size_t left = s->early_size - s->early_at, count = left < capacity ? left : capacity;
    memcpy(to, s->early + s->early_at, count);
    s->early_at += count;
    s->bytes += count;
    return (ssize_t)count;
}

ssize_t relay_pull(void *context, unsigned slot, uint8_t *to, size_t capacity)
{
    struct relay *r = context;
    struct relay_session *s = &r->session[slot];
    if (s->fd < 0 || s->ended)
        return -1;
    if (s->early_at < s->early_size)
        return pull_early(s, to, capacity);
    if (!s->readable)
        return 0;
    ssize_t n;
    do
        n = recv(s->fd, to, capacity, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN) {
        s->readable = false;
        return 0;
    }
    if (n <= 0) {
        s->ended = true;
        return -1;
    }
    s->readable = (size_t)n == capacity;
    s->bytes += (uint64_t)n;
    s->active = r->now;
    return n;
}

static void flush(struct relay *r, unsigned slot)
{
    struct relay_session *s = &r->session[slot];
    for (;;) {
        struct span waiting = portal_peek(r->portal, slot);
        if (waiting.size == 0)
            return;
        ssize_t n = send(s->fd, waiting.data, waiting.size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0) {
            /* The client is gone: nobody wants what waits. */
            s->ended = true;
            portal_close(r->portal, slot);
            return;
        }
        portal_consume(r->portal, slot, (size_t)n);
        s->bytes += (uint64_t)n;
        s->active = r->now;
    }
}

void relay_flush(struct relay *r)
{
    for (unsigned slot = 0; slot < PORTAL_SESSIONS; slot++)
        if (r->session[slot].fd >= 0 && attached(r, slot))
            flush(r, slot);
}

static void release(struct relay_session *s, struct relay_end *end)
{
    *end = (struct relay_end){.number = s->number, .bytes = s->bytes};
    /* casemated holds the same socket for its HTTP server until it hears of this: end the stream here. */
    (void)shutdown(s->fd, SHUT_RDWR);
    (void)close(s->fd);
    free(s->early);
    *s = (struct relay_session){.fd = -1};
}

bool relay_next_end(struct relay *r, struct relay_end *end)
{
    for (unsigned slot = 0; slot < PORTAL_SESSIONS; slot++) {
        struct relay_session *s = &r->session[slot];
        if (s->fd < 0)
            continue;
        if (r->idle_ms && r->now - s->active >= r->idle_ms)
            portal_close(r->portal, slot);
        if (portal_is_drained(r->portal, slot))
            portal_close(r->portal, slot);
        if (attached(r, slot))
            continue;
        release(s, end);
        return true;
    }
    return false;
}

bool relay_draining(const struct relay *r)
{
    bool waits = false;
    for (unsigned slot = 0; slot < PORTAL_SESSIONS; slot++)
        waits |= r->session[slot].fd >= 0 && attached(r, slot) && portal_peek(r->portal, slot).size > 0;
    return waits;
}

void relay_close_all(struct relay *r)
{
    struct relay_end end;
    for (unsigned slot = 0; slot < PORTAL_SESSIONS; slot++)
        if (r->session[slot].fd >= 0)
            release(&r->session[slot], &end);
}
