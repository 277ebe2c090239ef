/* SPDX-License-Identifier: Apache-2.0 */
/* The event loop. */
#include "loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 64 };

int loop_init(struct loop *l, struct casemate_error *err)
{
    *l = (struct loop){.epoll = epoll_create1(EPOLL_CLOEXEC)};
    return l->epoll < 0 ? casemate_fail_errno(err, E_IO, "Cannot make an event loop") : 0;
}

void loop_free(struct loop *l)
{
    if (l->epoll >= 0)
        (void)close(l->epoll);
    l->epoll = -1;
}

int loop_add(struct loop *l, struct source *s, uint32_t events, struct casemate_error *err)
{
    struct epoll_event event = {.events = events, .data.ptr = s};
    if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, s->fd, &event) < 0)
        return casemate_fail_errno(err, E_IO, "Cannot watch a descriptor");
    s->added = true;
    return 0;
}

void loop_change(struct loop *l, struct source *s, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = s};
    if (s->added)
        (void)epoll_ctl(l->epoll, EPOLL_CTL_MOD, s->fd, &event);
}

void loop_remove(struct loop *l, struct source *s)
{
    if (!s->added)
        return;
    (void)epoll_ctl(l->epoll, EPOLL_CTL_DEL, s->fd, NULL);
    s->added = false;
    if (l->removed_count < EVENTS)
        l->removed[l->removed_count] = s;
    l->removed_count++;
}

/* If more were removed than fit, the rest of the events waits for the next step: they are level-triggered. */
static bool was_removed(const struct loop *l, const struct source *s)
{
    if (l->removed_count > EVENTS)
        return true;
    for (unsigned i = 0; i < l->removed_count; i++)
        if (l->removed[i] == s)
            return true;
    return false;
}

void loop_step(struct loop *l, int timeout_ms)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(l->epoll, events, EVENTS, timeout_ms);
    l->removed_count = 0;
    for (int i = 0; i < count; i++) {
        struct source *s = events[i].data.ptr;
        if (!was_removed(l, s))
            s->ready(s->owner, events[i].events);
    }
}

uint64_t clock_ms(void)
{
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

int64_t clock_wall(void)
{
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec;
}
