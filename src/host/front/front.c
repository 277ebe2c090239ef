/* SPDX-License-Identifier: Apache-2.0 */
/* The front's connections: handshake, then bytes both ways, each direction with one buffer that must be empty
 * before more is read. */
#include "front.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TICK_MS = 500, ACCEPT_BATCH = 16 };

/* ---- the list ---- */

static void append(struct front *f, struct front_connection *c)
{
    c->previous = f->last;
    *(f->last ? &f->last->next : &f->first) = c;
    f->last = c;
    f->connections++;
}

static void end(struct front_connection *c)
{
    struct front *f = c->front;
    *(c->previous ? &c->previous->next : &f->first) = c->next;
    *(c->next ? &c->next->previous : &f->last) = c->previous;
    f->connections--;
    loop_remove(&f->loop, &c->outer);
    loop_remove(&f->loop, &c->inner);
    mbedtls_ssl_free(&c->ssl);
    (void)close(c->outer.fd);
    if (c->inner.fd >= 0)
        (void)close(c->inner.fd);
    bytes_wipe(c->in, sizeof c->in);
    bytes_wipe(c->out, sizeof c->out);
    free(c);
}

/* ---- bytes ---- */

/* What Mbed TLS says: true = go on; false = not now (*over stays false) or never. */
static bool tls_result(struct front_connection *c, int status, bool *over)
{
    if (status > 0)
        return true;
    if (status == MBEDTLS_ERR_SSL_WANT_WRITE)
        c->tls_wants_write = true;
    else if (status != MBEDTLS_ERR_SSL_WANT_READ)
        *over = true;
    return false;
}

/* Client to casemated. False if the connection is at its end. */
static bool pump_in(struct front_connection *c)
{
    for (;;) {
        if (c->in_at == c->in_size && !c->outer_end) {
            int status = mbedtls_ssl_read(&c->ssl, c->in, sizeof c->in);
            bool over = false;
            if (status > 0) {
                c->in_at = 0;
                c->in_size = (size_t)status;
            } else if (status == 0 || status == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
                c->outer_end = true;
                (void)shutdown(c->inner.fd, SHUT_WR);
            } else if (!tls_result(c, status, &over)) {
                return !over;
            }
        }
        if (c->in_at == c->in_size)
            return true;
        ssize_t n = send(c->inner.fd, c->in + c->in_at, c->in_size - c->in_at, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        c->in_at += (size_t)n;
    }
}

/* casemated to client. */
static bool pump_out(struct front_connection *c)
{
    for (;;) {
        if (c->out_at == c->out_size) {
            if (c->inner_end)
                return true;
            ssize_t n = recv(c->inner.fd, c->out, sizeof c->out, MSG_DONTWAIT);
            if (n < 0)
                return errno == EAGAIN || errno == EINTR;
            c->out_at = 0;
            c->out_size = (size_t)n;
            c->inner_end = n == 0;
            if (n == 0)
                return true;
        }
        bool over = false;
        int status = mbedtls_ssl_write(&c->ssl, c->out + c->out_at, c->out_size - c->out_at);
        if (!tls_result(c, status, &over))
            return !over;
        c->out_at += (size_t)status;
    }
}

static void watch(struct front_connection *c)
{
    struct loop *l = &c->front->loop;
    uint32_t outer = 0, inner = 0;
    if (!c->outer_end && c->in_at == c->in_size)
        outer |= EPOLLIN;
    if (c->tls_wants_write)
        outer |= EPOLLOUT;
    if (!c->inner_end && c->out_at == c->out_size)
        inner |= EPOLLIN;
    if (c->in_at < c->in_size)
        inner |= EPOLLOUT;
    loop_change(l, &c->outer, outer);
    if (c->inner.fd >= 0)
        loop_change(l, &c->inner, inner);
}

static void serve(struct front_connection *c)
{
    c->tls_wants_write = false;
    if (!pump_in(c) || !pump_out(c)) {
        end(c);
        return;
    }
    if (c->inner_end && c->out_at == c->out_size) {
        /* casemated has said all: so do we. What the client still sends nobody reads. */
        (void)mbedtls_ssl_close_notify(&c->ssl);
        end(c);
        return;
    }
    watch(c);
}

/* ---- handshake ---- */

static void inner_ready(void *owner, uint32_t events)
{
    (void)events;
    serve(owner);
}

/* The handshake is over: casemated gets a connection. */
static bool hand_over(struct front_connection *c)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
        return false;
    c->inner.fd = pair[0];
    bool given =
        control_send(c->front->control.fd, CONTROL_CONNECTION, 0, 0, span_of(NULL, 0), pair[1], false) == 0;
    (void)close(pair[1]);
    c->shaken = true;
    c->deadline = 0;
    return given && loop_add(&c->front->loop, &c->inner, EPOLLIN, NULL) == 0;
}

static void outer_ready(void *owner, uint32_t events)
{
    struct front_connection *c = owner;
    bool over = false;
    (void)events;
    if (!c->shaken) {
        c->tls_wants_write = false;
        int status = mbedtls_ssl_handshake(&c->ssl);
        if (status != 0 && !tls_result(c, status, &over) && !over) {
            loop_change(&c->front->loop, &c->outer, c->tls_wants_write ? EPOLLOUT : EPOLLIN);
            return;
        }
        if (over || !hand_over(c)) {
            end(c);
            return;
        }
    }
    serve(c);
}

/* ---- new connections ---- */

/* The oldest that has not finished its handshake makes room. */
static bool make_room(struct front *f)
{
    for (struct front_connection *c = f->first; c; c = c->next) {
        if (c->shaken)
            continue;
        end(c);
        return true;
    }
    return false;
}

static void add(struct front *f, int fd)
{
    struct front_connection *c;
    if ((f->connections >= f->limit && !make_room(f)) || !(c = calloc(1, sizeof *c))) {
        (void)close(fd);
        return;
    }
    c->front = f;
    c->outer = (struct source){.fd = fd, .owner = c, .ready = outer_ready};
    c->inner = (struct source){.fd = -1, .owner = c, .ready = inner_ready};
    c->deadline = clock_ms() + f->handshake_ms;
    append(f, c);
    if (tls_connection_open(&c->ssl, &f->tls, &c->outer.fd) < 0 ||
        loop_add(&f->loop, &c->outer, EPOLLIN, NULL) < 0)
        end(c);
}

static void accept_some(void *owner, uint32_t events)
{
    struct source *listener = owner;
    struct front *f = listener->context;
    (void)events;
    for (int i = 0; i < ACCEPT_BATCH; i++) {
        int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            add(f, fd);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
            f->paused = true;
            loop_change(&f->loop, listener, 0);
        }
        if (errno != ECONNABORTED && errno != EINTR)
            return;
    }
}

static void tick(struct front *f)
{
    uint64_t now = clock_ms();
    struct front_connection *next;
    for (struct front_connection *c = f->first; c; c = next) {
        next = c->next;
        if (c->deadline && now >= c->deadline)
            end(c);
    }
    for (unsigned i = 0; f->paused && i < f->listeners; i++)
        loop_change(&f->loop, &f->listener[i], EPOLLIN);
    f->paused = false;
}

static void control_ready(void *owner, uint32_t events)
{
    struct front *f = owner;
    (void)events;
    /* casemated says nothing more: this is its end. */
    f->loop.stop = true;
}

void front_run(struct front *f)
{
    uint64_t ticked = 0;
    f->control.owner = f;
    f->control.ready = control_ready;
    if (loop_add(&f->loop, &f->control, EPOLLIN, NULL) < 0)
        return;
    for (unsigned i = 0; i < f->listeners; i++) {
        struct source *l = &f->listener[i];
        *l = (struct source){.fd = l->fd, .owner = l, .context = f, .ready = accept_some};
        if (loop_add(&f->loop, l, EPOLLIN, NULL) < 0)
            return;
    }
    while (!f->loop.stop) {
        loop_step(&f->loop, TICK_MS);
        uint64_t now = clock_ms();
        if (now - ticked < TICK_MS)
            continue;
        ticked = now;
        tick(f);
    }
}
