/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.1 over local stream sockets: one request a connection. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "http.h"

enum { RETRY_FIRST_MS = 5, RETRY_MOST_MS = 200 };

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS has SO_NOSIGPIPE instead, below */
#endif

static int prepare(int fd)
{
    int flags = fcntl(fd, F_GETFL);
#ifdef SO_NOSIGPIPE
    int on = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
    return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -1
                                                                                                         : 0;
}

static int no_connection(struct http *h, struct casemate_error *err)
{
    (void)casemate_fail_errno(err, E_CONNECT, "Cannot reach %s", http_shown(h));
    return casemate_next(err, "Start casemated there, or name another host with --host.");
}

/* EAGAIN: the queue of a UNIX socket is full, and nothing tells when it is not. So without a descriptor, by
 * the clock, ever later, until the deadline of the exchange. */
static void put_off(struct http *h)
{
    (void)close(h->fd);
    h->fd = -1;
    h->retry_ms = h->retry_ms == 0 ? RETRY_FIRST_MS : h->retry_ms * 2;
    if (h->retry_ms > RETRY_MOST_MS)
        h->retry_ms = RETRY_MOST_MS;
    h->retry_at = clock_ms() + h->retry_ms;
}

static int connect_unix(struct http *h, struct casemate_error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, h->host->url.socket, strlen(h->host->url.socket));
    h->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (h->fd < 0 || prepare(h->fd) < 0)
        return no_connection(h, err);
    h->connecting = false;
    if (connect(h->fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return 0;
    h->connecting = errno == EAGAIN || errno == EINPROGRESS || errno == EINTR;
    if (errno == EAGAIN)
        put_off(h);
    return h->connecting ? 0 : no_connection(h, err);
}

int local_open(struct http *h, struct casemate_error *err)
{
    if (!h->host->connect)
        return connect_unix(h, err);
    h->fd = h->host->connect(h->host->connect_context, err);
    if (h->fd < 0)
        return -1;
    return prepare(h->fd) < 0 ? no_connection(h, err) : 0;
}

int local_request(struct http *h, const char *method, const char *path, const char *json,
                  struct casemate_error *err)
{
    struct buffer *out = &h->out;
    h->parsed.body_max = HTTP_ANSWER_MAX;
    buffer_printf(out, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", method, path,
                  h->host->url.authority);
    if (h->host->token[0])
        buffer_printf(out, "Authorization: Bearer %s\r\n", h->host->token);
    if (json)
        buffer_printf(out, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(json));
    buffer_printf(out, "\r\n%s", json ? json : "");
    return out->failed ? casemate_fail(err, E_NOMEM, "No memory for a request") : 0;
}

int local_events(const struct http *h)
{
    if (h->fd < 0)
        return 0;
    /* A raw connection that stands is writable: its owner is woken at once. */
    return (h->connecting || h->out.size || h->raw ? POLLOUT : 0) | POLLIN;
}

/* 1 connected, 0 not yet. */
static int finish_connect(struct http *h, struct casemate_error *err)
{
    int problem = 0;
    socklen_t size = sizeof problem;
    struct pollfd p = {.fd = h->fd, .events = POLLOUT};
    if (!h->connecting)
        return 1;
    if (h->fd < 0) {
        if (clock_ms() < h->retry_at)
            return 0;
        return connect_unix(h, err) < 0 ? -1 : h->connecting ? 0 : 1;
    }
    if (poll(&p, 1, 0) <= 0)
        return 0;
    if (getsockopt(h->fd, SOL_SOCKET, SO_ERROR, &problem, &size) < 0 || problem) {
        errno = problem ? problem : errno;
        return no_connection(h, err);
    }
    h->connecting = false;
    return 1;
}

static int flush(struct http *h, struct casemate_error *err)
{
    while (h->out.size) {
        ptrdiff_t n = local_send(h, h->out.data, h->out.size);
        if (n < 0 && errno == EAGAIN)
            return 0;
        if (n < 0)
            return answer_end(&h->parsed, err) < 0 ? -1 : 0;
        buffer_consume(&h->out, (size_t)n);
    }
    return 1;
}

int local_process(struct http *h, struct casemate_error *err)
{
    uint8_t bytes[16384];
    size_t used;
    int result = finish_connect(h, err);
    if (result != 1 || h->raw)
        return result;
    if (flush(h, err) < 0)
        return -1;
    for (;;) {
        ptrdiff_t n = local_receive(h, bytes, sizeof bytes);
        if (n < 0 && errno == EAGAIN)
            return 0;
        if (n <= 0)
            return answer_end(&h->parsed, err) < 0 ? -1 : 1;
        result = answer_feed(&h->parsed, span_of(bytes, (size_t)n), &used, err);
        if (result < 0)
            return -1;
        if (result == ANSWER_SWITCHED)
            return casemate_fail(err, E_PROTOCOL, "The host agent switches protocols without being asked");
        if (result == ANSWER_WHOLE && h->parsed.body.size == HTTP_ANSWER_MAX)
            return casemate_fail(err, E_LIMIT, "The answer of %s is larger than %d bytes", http_shown(h),
                                 HTTP_ANSWER_MAX);
        if (result == ANSWER_WHOLE)
            return 1;
    }
}

ptrdiff_t local_send(struct http *h, const uint8_t *bytes, size_t size)
{
    ssize_t n = send(h->fd, bytes, size, MSG_NOSIGNAL);
    if (n < 0 && (errno == EWOULDBLOCK || errno == EINTR))
        errno = EAGAIN;
    return n;
}

ptrdiff_t local_receive(struct http *h, uint8_t *bytes, size_t capacity)
{
    ssize_t n = recv(h->fd, bytes, capacity, 0);
    if (n < 0 && (errno == EWOULDBLOCK || errno == EINTR))
        errno = EAGAIN;
    return n;
}
