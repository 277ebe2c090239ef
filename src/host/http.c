/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server's connections. libmicrohttpd times inactivity only and stops accepting at its limit, so
 * that slow clients could keep everybody out: here each request has a deadline, and at the limit the oldest
 * connection that has not sent its request makes room. */
#include "http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"

enum { LIMIT_SLACK = 64, SEND_FACTOR = 6 };

static uint64_t request_ms(const struct http *http)
{
    return (uint64_t)http->settings->request_seconds * 1000;
}

struct connection *http_connection(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void append(struct http *http, struct connection *c)
{
    c->previous = http->last;
    c->next = NULL;
    *(http->last ? &http->last->next : &http->first) = c;
    http->last = c;
    http->connections++;
}

static void unlink_connection(struct http *http, struct connection *c)
{
    *(c->previous ? &c->previous->next : &http->first) = c->next;
    *(c->next ? &c->next->previous : &http->last) = c->previous;
    http->connections--;
}

static void connection_notice(void *context, struct MHD_Connection *mhd, void **socket_context,
                              enum MHD_ConnectionNotificationCode code)
{
    struct http *http = context;
    struct connection *c = *socket_context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (c)
            unlink_connection(http, c);
        free(c);
        *socket_context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    c = calloc(1, sizeof *c);
    /* Without memory for it the connection has no context, and api_handle() refuses it. */
    if (!c || !info) {
        free(c);
        return;
    }
    *c = (struct connection){.mhd = mhd,
                             .fd = info->connect_fd,
                             .origin = http->adding,
                             .deadline = clock_ms() + request_ms(http)};
    append(http, c);
    *socket_context = c;
}

/* The daemon sees the end of the stream, and closes. */
static void cut(struct connection *c)
{
    (void)shutdown(c->fd, SHUT_RDWR);
    c->deadline = 0;
}

static bool make_room(struct http *http)
{
    for (struct connection *c = http->first; c; c = c->next) {
        if (c->busy || c->deadline == 0)
            continue;
        cut(c);
        return true;
    }
    return false;
}

void http_add_connection(struct http *http, int fd, enum origin origin)
{
    static const struct sockaddr nobody = {.sa_family = AF_UNIX};
    if (http->connections >= http->settings->connections) {
        if (!make_room(http) || http->connections >= http->settings->connections + LIMIT_SLACK) {
            (void)close(fd);
            return;
        }
    }
    http->adding = origin;
    if (MHD_add_connection(http->daemon, fd, &nobody, sizeof nobody) != MHD_YES)
        log_event(LOG_LEVEL_WARNING, NULL, "a connection could not be served");
}

static void daemon_ready(void *owner, uint32_t events)
{
    struct http *http = owner;
    (void)events;
    (void)MHD_run(http->daemon);
}

int http_run(struct http *http)
{
    uint64_t wait;
    (void)MHD_run(http->daemon);
    if (MHD_get_timeout64(http->daemon, &wait) != MHD_YES)
        return -1;
    return wait > 60000 ? 60000 : (int)wait;
}

void http_tick(struct http *http)
{
    uint64_t now = clock_ms();
    for (struct connection *c = http->first; c; c = c->next)
        if (c->deadline && now >= c->deadline)
            cut(c);
    listen_tick(http);
    platform_tick(http);
}

/* The request is whole: answering may wait for a warden, and sending gets longer. */
void http_request_begins(struct http *http, struct connection *c)
{
    c->busy = true;
    c->deadline = clock_ms() + SEND_FACTOR * request_ms(http);
}

void http_request_ends(struct http *http, struct connection *c)
{
    c->busy = false;
    c->deadline = clock_ms() + request_ms(http);
}

static void say(void *context, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
static void say(void *context, const char *format, va_list args)
{
    char text[256];
    (void)context;
    (void)vsnprintf(text, sizeof text, format, args);
    /* It takes every socket for TCP. */
    if (strstr(text, "TCP_") || strstr(text, "push the data"))
        return;
    text[strcspn(text, "\n")] = 0;
    log_event(LOG_LEVEL_DEBUG, NULL, "http: %s", text);
}

int http_start(struct http *http, struct casemate_error *err)
{
    const struct settings *s = http->settings;
    unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_UPGRADE | MHD_ALLOW_SUSPEND_RESUME |
                     MHD_USE_NO_THREAD_SAFETY | MHD_USE_ERROR_LOG;
    http->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, api_handle, http, MHD_OPTION_EXTERNAL_LOGGER, say, NULL,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)s->header_bytes, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)s->connections + 2 * LIMIT_SLACK, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)s->request_seconds, MHD_OPTION_NOTIFY_COMPLETED, api_completed, http,
        MHD_OPTION_NOTIFY_CONNECTION, connection_notice, http, MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
    const union MHD_DaemonInfo *info =
        http->daemon ? MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
    if (!info)
        return casemate_fail(err, E_INTERNAL, "The HTTP server cannot be started");
    http->source = (struct source){.fd = info->epoll_fd, .ready = daemon_ready, .owner = http};
    return loop_add(http->loop, &http->source, EPOLLIN, err);
}

void http_stop(struct http *http)
{
    listen_close(http);
    platform_close(http);
    if (!http->daemon)
        return;
    api_release_all(http);
    (void)MHD_run(http->daemon);
    loop_remove(http->loop, &http->source);
    MHD_stop_daemon(http->daemon);
    http->daemon = NULL;
}
