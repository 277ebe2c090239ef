/* SPDX-License-Identifier: Apache-2.0 */
/* Where connections come from: UNIX sockets that we make, a socket that systemd hands over, TCP, and
 * descriptors that arrive as messages (from `casemate run`, and from our own TLS front). */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../base/file.h"
#include "listen.h"
#include "log.h"

enum { BACKLOG = 1024, ACCEPT_BATCH = 64, LISTEN_FDS_START = 3 };

static void pause_listener(struct listener *l)
{
    loop_remove(l->http->loop, &l->source);
    l->paused = true;
}

static void accept_some(void *owner, uint32_t events)
{
    struct listener *l = owner;
    (void)events;
    for (int i = 0; i < ACCEPT_BATCH; i++) {
        int fd = accept4(l->source.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            http_add_connection(l->http, fd, l->origin);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
            log_event(LOG_LEVEL_WARNING, NULL, "out of descriptors; connections wait");
            pause_listener(l);
        }
        if (errno != ECONNABORTED && errno != EINTR)
            return;
    }
}

/* One descriptor a message. Its end: who gave us connections is gone, and so is our reason to run. */
static void receive_descriptor(void *owner, uint32_t events)
{
    struct listener *l = owner;
    struct control *m = &l->http->keeps->message;
    int fd;
    (void)events;
    int result = descriptor_receive(l->source.fd, m->payload, CONTROL_PAYLOAD_MAX, &m->size, &fd, false);
    if (result < 0 && (errno == EAGAIN || errno == EPROTO))
        return;
    if (result <= 0) {
        loop_remove(l->http->loop, &l->source);
        l->http->ended = l->private || l->http->ended;
        return;
    }
    if (fd < 0)
        return;
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    http_add_connection(l->http, fd, l->origin);
}

int listen_add(struct http *http, int fd, enum origin origin, bool descriptors, bool private,
               struct casemate_error *err)
{
    if (http->listeners == LISTENERS_MAX) {
        (void)close(fd);
        return casemate_fail(err, E_LIMIT, "More than %d addresses to listen on", (int)LISTENERS_MAX);
    }
    struct listener *l = &http->listener[http->listeners++];
    *l = (struct listener){.http = http, .origin = origin, .private = private};
    l->source =
        (struct source){.fd = fd, .owner = l, .ready = descriptors ? receive_descriptor : accept_some};
    return loop_add(http->loop, &l->source, EPOLLIN, err);
}

/* ---- UNIX sockets ---- */

/* A socket that nobody listens on any more is what a killed casemated left. */
static bool is_dead(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool dead = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 &&
                errno == ECONNREFUSED;
    if (fd >= 0)
        (void)close(fd);
    return dead;
}

static int bind_unix(const struct sockaddr_un *address, struct casemate_error *err)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t before = umask(0177);
    int result = fd < 0 ? -1 : bind(fd, (const struct sockaddr *)address, sizeof *address);
    if (result < 0 && fd >= 0 && errno == EADDRINUSE && is_dead(address)) {
        (void)unlink(address->sun_path);
        result = bind(fd, (const struct sockaddr *)address, sizeof *address);
    }
    (void)umask(before);
    if (result == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    (void)casemate_fail_errno(err, E_IO, "Cannot listen on %s", address->sun_path);
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

static int listen_unix(struct http *http, const char *path, struct casemate_error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char folder[PATHS_MAX];
    if (strlen(path) >= sizeof address.sun_path)
        return casemate_fail(err, E_CONFIG, "The path %s is too long for a socket", path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    (void)snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash && slash != folder) {
        *slash = 0;
        if (folder_make(folder, err) < 0)
            return -1;
    }
    int fd = bind_unix(&address, err);
    if (fd < 0 || listen_add(http, fd, ORIGIN_LOCAL, false, false, err) < 0)
        return -1;
    http->listener[http->listeners - 1].path = strdup(path);
    log_event(LOG_LEVEL_INFO, NULL, "listening on unix:%s", path);
    return 0;
}

/* ---- TCP ---- */

/* ADDRESS:PORT, [ADDRESS6]:PORT: numbers, for names would hide what is listened on. */
static int parse_tcp(const char *text, struct sockaddr_storage *address, socklen_t *size,
                     struct casemate_error *err)
{
    struct sockaddr_in *four = (struct sockaddr_in *)address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
    const char *colon = strrchr(text, ':');
    char host[64] = "", *end;
    unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;
    memset(address, 0, sizeof *address);
    if (colon && colon[1] && !*end && port <= 65535 && (size_t)(colon - text) < sizeof host) {
        (void)snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
        *size = sizeof *four;
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        if (inet_pton(AF_INET, host, &four->sin_addr) == 1)
            return 0;
        size_t length = strlen(host);
        if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
            host[length - 1] = 0;
            memset(address, 0, sizeof *address);
            *size = sizeof *six;
            six->sin6_family = AF_INET6;
            six->sin6_port = htons((uint16_t)port);
            if (inet_pton(AF_INET6, host + 1, &six->sin6_addr) == 1)
                return 0;
        }
    }
    return casemate_fail_expected(err, E_CONFIG, "tcp:127.0.0.1:7443 or tcp:[::1]:7443", text,
                                  "A TCP address is not understood");
}

int listen_tcp_socket(const char *text, struct casemate_error *err)
{
    struct sockaddr_storage address = {0};
    socklen_t size = 0;
    int one = 1;
    if (parse_tcp(text, &address, &size, err) < 0)
        return -1;
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
        bind(fd, (const struct sockaddr *)&address, size) == 0 && listen(fd, BACKLOG) == 0) {
        /* Port 0 was a wish for any; whoever reads the log can know which. The port stands at the same place
         * for both families. */
        struct sockaddr_in bound = {0};
        socklen_t bound_size = sizeof bound;
        if (getsockname(fd, (struct sockaddr *)&bound, &bound_size) == 0)
            log_event(LOG_LEVEL_INFO, NULL, "listening on tcp port %u", ntohs(bound.sin_port));
        return fd;
    }
    (void)casemate_fail_errno(err, E_IO, "Cannot listen on tcp:%s", text);
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

/* ---- sockets of systemd (sd_listen_fds(3)) ---- */

static int listen_inherited(struct http *http, struct casemate_error *err)
{
    const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    if (!pid || !count || strtol(pid, NULL, 10) != (long)getpid())
        return 0;
    long fds = strtol(count, NULL, 10);
    for (int fd = LISTEN_FDS_START; fd < LISTEN_FDS_START + fds; fd++) {
        int domain = 0;
        socklen_t size = sizeof domain;
        if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) < 0 || domain != AF_UNIX)
            return casemate_fail(err, E_CONFIG, "The inherited descriptor %d is no UNIX socket", fd);
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
        (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        if (listen_add(http, fd, ORIGIN_LOCAL, false, false, err) < 0)
            return -1;
    }
    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDS");
    return 0;
}

/* ---- all of them ---- */

static int listen_default(struct http *http, struct casemate_error *err)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char path[PATHS_MAX];
    if (runtime && runtime[0] == '/') {
        (void)snprintf(path, sizeof path, "%s/casemate.sock", runtime);
        return listen_unix(http, path, err);
    }
    return listen_unix(http, "/run/casemate/casemated.sock", err);
}

int listen_open(struct http *http, struct casemate_error *err)
{
    const struct settings *s = http->settings;
    bool tls = false;
    if (s->private_fd >= 0)
        return listen_add(http, s->private_fd, ORIGIN_LOCAL, true, true, err);
    if (listen_inherited(http, err) < 0)
        return -1;
    for (size_t i = 0; i < s->listen_count; i++) {
        if (strncmp(s->listen[i], "unix:", 5) == 0 && listen_unix(http, s->listen[i] + 5, err) < 0)
            return -1;
        if (strncmp(s->listen[i], "tcp:", 4) != 0)
            continue;
        if (s->tls_cert) {
            tls = true;
            continue;
        }
        int fd = listen_tcp_socket(s->listen[i] + 4, err);
        if (fd < 0 || listen_add(http, fd, ORIGIN_REMOTE, false, false, err) < 0)
            return -1;
    }
    if (tls)
        return front_start(http, err);
    return http->listeners > 0 || s->listen_count > 0 ? 0 : listen_default(http, err);
}

void listen_tick(struct http *http)
{
    for (unsigned i = 0; i < http->listeners; i++) {
        struct listener *l = &http->listener[i];
        if (l->paused && loop_add(http->loop, &l->source, EPOLLIN, NULL) == 0)
            l->paused = false;
    }
}

void listen_close(struct http *http)
{
    front_stop(http);
    for (unsigned i = 0; i < http->listeners; i++) {
        struct listener *l = &http->listener[i];
        loop_remove(http->loop, &l->source);
        (void)close(l->source.fd);
        if (l->path)
            (void)unlink(l->path);
        free(l->path);
    }
    http->listeners = 0;
}
