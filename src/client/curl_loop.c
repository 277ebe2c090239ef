/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl's sockets and timer, as a caller with an event loop of his own sees them. */
#include "curl_loop.h"

#include <poll.h>
#include <string.h>
#include <time.h>

int64_t clock_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- what curl calls ---- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *unused)
{
    struct curl_loop *l = context;
    (void)easy, (void)unused;
    for (size_t i = 0; i < CURL_LOOP_SOCKETS_MAX; i++)
        if (l->sockets[i].what && l->sockets[i].fd == fd) {
            l->sockets[i].what = what == CURL_POLL_REMOVE ? 0 : what;
            return 0;
        }
    for (size_t i = 0; i < CURL_LOOP_SOCKETS_MAX && what != CURL_POLL_REMOVE; i++)
        if (!l->sockets[i].what) {
            l->sockets[i].fd = fd;
            l->sockets[i].what = what;
            return 0;
        }
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *context)
{
    struct curl_loop *l = context;
    (void)multi;
    l->timer = timeout_ms < 0 ? -1 : clock_ms() + timeout_ms;
    return 0;
}

/* ---- the loop ---- */

int curl_loop_init(struct curl_loop *l)
{
    memset(l, 0, sizeof *l);
    l->timer = -1;
    l->multi = curl.multi_init();
    return !l->multi || curl.multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, on_socket) ||
                   curl.multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l) ||
                   curl.multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, on_timer) ||
                   curl.multi_setopt(l->multi, CURLMOPT_TIMERDATA, l)
               ? -1
               : 0;
}

void curl_loop_free(struct curl_loop *l)
{
    if (l->multi)
        (void)curl.multi_cleanup(l->multi);
    memset(l, 0, sizeof *l);
}

int curl_loop_fd(const struct curl_loop *l)
{
    for (size_t i = 0; i < CURL_LOOP_SOCKETS_MAX; i++)
        if (l->sockets[i].what)
            return (int)l->sockets[i].fd;
    return -1;
}

static int events_of(int what)
{
    return ((what & CURL_POLL_IN) ? POLLIN : 0) | ((what & CURL_POLL_OUT) ? POLLOUT : 0);
}

int curl_loop_events(const struct curl_loop *l)
{
    for (size_t i = 0; i < CURL_LOOP_SOCKETS_MAX; i++)
        if (l->sockets[i].what)
            return events_of(l->sockets[i].what);
    return 0;
}

static size_t socket_count(const struct curl_loop *l)
{
    size_t count = 0;
    for (size_t i = 0; i < CURL_LOOP_SOCKETS_MAX; i++)
        count += l->sockets[i].what ? 1 : 0;
    return count;
}

int64_t curl_loop_timeout(const struct curl_loop *l, int64_t deadline)
{
    int64_t now = clock_ms(), until = deadline;
    if (l->multi && l->timer >= 0 && l->timer < until)
        until = l->timer;
    int64_t wait = until > now ? until - now : 0;
    /* Two addresses are tried at once, but only one descriptor can be named: look at the other by the clock.
     */
    return socket_count(l) > 1 && wait > 10 ? 10 : wait;
}

static void act(struct curl_loop *l)
{
    struct pollfd polled[CURL_LOOP_SOCKETS_MAX];
    nfds_t count = 0;
    int running;
    for (size_t i = 0; i < CURL_LOOP_SOCKETS_MAX; i++)
        if (l->sockets[i].what)
            polled[count++] =
                (struct pollfd){.fd = (int)l->sockets[i].fd, .events = (short)events_of(l->sockets[i].what)};
    if (count && poll(polled, count, 0) > 0)
        for (nfds_t i = 0; i < count; i++) {
            int mask = ((polled[i].revents & (POLLIN | POLLHUP)) ? CURL_CSELECT_IN : 0) |
                       ((polled[i].revents & POLLOUT) ? CURL_CSELECT_OUT : 0) |
                       ((polled[i].revents & (POLLERR | POLLNVAL)) ? CURL_CSELECT_ERR : 0);
            if (mask)
                (void)curl.multi_socket_action(l->multi, polled[i].fd, mask, &running);
        }
    if (l->timer >= 0 && l->timer <= clock_ms()) {
        l->timer = -1;
        (void)curl.multi_socket_action(l->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
}

bool curl_loop_step(struct curl_loop *l, CURLcode *result)
{
    int left;
    act(l);
    for (CURLMsg *message; (message = curl.multi_info_read(l->multi, &left));)
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return true;
        }
    return false;
}
