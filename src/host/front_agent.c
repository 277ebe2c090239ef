/* SPDX-License-Identifier: Apache-2.0 */
/* casemated's side of its TLS front: starts it, gives it the port, takes connections from it. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "front/front.h"
#include "listen.h"
#include "log.h"

enum { START_MS = 15000 };

/* Waits for the front's word: nothing else happens before casemated is ready. */
static int await_ready(struct http *http, struct casemate_error *err)
{
    struct control *m = &http->keeps->message;
    struct pollfd wait = {.fd = http->front.fd, .events = POLLIN};
    int passed = -1;
    if (poll(&wait, 1, START_MS) != 1 || control_receive(http->front.fd, m, &passed, false) != 1 ||
        passed >= 0)
        return casemate_fail(err, E_INTERNAL, "The TLS front did not start");
    if (m->kind == CONTROL_READY)
        return 0;
    if (m->kind != CONTROL_FAILED || m->size != sizeof *err)
        return casemate_fail(err, E_INTERNAL, "The TLS front said what it may not");
    memcpy(err, m->payload, sizeof *err);
    return -1;
}

static void connection_ready(void *owner, uint32_t events)
{
    struct http *http = owner;
    struct control *m = &http->keeps->message;
    int fd;
    (void)events;
    int result = control_receive(http->front.fd, m, &fd, false);
    if (result == 1 && m->kind == CONTROL_CONNECTION && fd >= 0) {
        http_add_connection(http, fd, ORIGIN_REMOTE);
        return;
    }
    if (fd >= 0)
        (void)close(fd);
    if (result == 1)
        return;
    log_event(LOG_LEVEL_ERROR, NULL, "the TLS front has ended");
    loop_remove(http->loop, &http->front);
    (void)close(http->front.fd);
    http->front.fd = -1;
    http->front_lost = true;
}

static int tell(struct http *http, struct casemate_error *err)
{
    static struct control_front config;
    const struct settings *s = http->settings;
    (void)snprintf(config.certificate, sizeof config.certificate, "%s", s->tls_cert);
    (void)snprintf(config.key, sizeof config.key, "%s", s->tls_key);
    config.connections = (uint32_t)s->connections;
    config.handshake_ms = (uint32_t)s->request_seconds * 1000;
    if (control_send(http->front.fd, CONTROL_FRONT, 0, 0, span_of(&config, sizeof config), -1, true) < 0)
        return casemate_fail_errno(err, E_INTERNAL, "Cannot tell the TLS front what to do");
    for (size_t i = 0; i < s->listen_count; i++) {
        if (strncmp(s->listen[i], "tcp:", 4) != 0)
            continue;
        int fd = listen_tcp_socket(s->listen[i] + 4, err);
        int sent =
            fd < 0 ? -1 : control_send(http->front.fd, CONTROL_LISTEN, 0, 0, span_of(NULL, 0), fd, true);
        if (fd < 0)
            return -1;
        (void)close(fd);
        if (sent < 0)
            return casemate_fail_errno(err, E_INTERNAL, "Cannot give the TLS front its port");
    }
    return control_send_text(http->front.fd, CONTROL_READY, 0, "");
}

int front_start(struct http *http, struct casemate_error *err)
{
    char program[PATHS_MAX];
    if (paths_installed("casemate-front", program, err) < 0 ||
        (http->front_process = helper_spawn(program, "casemate-front", &http->front.fd, err)) < 0 ||
        tell(http, err) < 0 || await_ready(http, err) < 0)
        return -1;
    http->front.owner = http;
    http->front.ready = connection_ready;
    return loop_add(http->loop, &http->front, EPOLLIN, err);
}

void front_stop(struct http *http)
{
    if (http->front.fd < 0)
        return;
    loop_remove(http->loop, &http->front);
    /* It ends with its descriptor. */
    (void)close(http->front.fd);
    http->front.fd = -1;
}
