/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks and poll_oneoff. The host supplies the time: what a program sees never runs backwards and never
 * falls below the owner's floor, and nothing in the Keep bases trust on it. */
#include "internal.h"

uint64_t clock_monotonic(struct wasi *wasi)
{
    uint64_t now = wasi->host.monotonic(wasi->host.context);
    if (now > wasi->monotonic_last)
        wasi->monotonic_last = now;
    return wasi->monotonic_last;
}

uint64_t clock_realtime(struct wasi *wasi)
{
    uint64_t now = wasi->host.realtime(wasi->host.context);
    if (now < wasi->time_floor)
        now = wasi->time_floor;
    if (now > wasi->realtime_last)
        wasi->realtime_last = now;
    return wasi->realtime_last;
}

static bool clock_read(struct wasi *wasi, uint32_t clock, uint64_t *now)
{
    switch (clock) {
    case CLOCKID_REALTIME:
        *now = clock_realtime(wasi);
        return true;
    case CLOCKID_MONOTONIC:
        *now = clock_monotonic(wasi);
        return true;
    case CLOCKID_PROCESS_CPUTIME: /* one thread, and the Keep has no other clock */
    case CLOCKID_THREAD_CPUTIME:
        *now = clock_monotonic(wasi) - wasi->monotonic_start;
        return true;
    default:
        return false;
    }
}

uint32_t wasi_clock_res_get(struct call *call)
{
    if (arg32(call, 0) > CLOCKID_THREAD_CPUTIME)
        return ERRNO_INVAL;
    return guest_put64(call, arg32(call, 1), 1);
}

uint32_t wasi_clock_time_get(struct call *call)
{
    uint64_t now;
    if (!clock_read(call->wasi, arg32(call, 0), &now))
        return ERRNO_INVAL;
    return guest_put64(call, arg32(call, 2), now);
}

/* ---- poll_oneoff ---- */

/* One subscription, read once: it may lie where events are written. */
struct subscription {
    uint64_t userdata;
    uint8_t type;
    uint32_t clock_or_fd;
    uint64_t timeout;
    uint16_t flags;
};

struct event {
    uint32_t error;
    uint64_t count;
    uint16_t flags;
};

static void subscription_read(const uint8_t *at, struct subscription *s)
{
    s->userdata = load_le64(at);
    s->type = at[8];
    s->clock_or_fd = load_le32(at + 16);
    s->timeout = load_le64(at + 24);
    s->flags = load_le16(at + 40);
}

/* When a clock subscription fires, as the monotonic clock counts; `start` is when the call began. */
static uint32_t clock_deadline(struct wasi *wasi, const struct subscription *s, uint64_t start,
                               uint64_t *deadline)
{
    uint64_t now, left = s->timeout;
    if (!clock_read(wasi, s->clock_or_fd, &now) || (s->flags & ~(uint32_t)SUBCLOCKFLAGS_ABSTIME))
        return ERRNO_INVAL;
    if (s->flags & SUBCLOCKFLAGS_ABSTIME)
        left = s->timeout > now ? s->timeout - now : 0;
    uint64_t from = s->flags & SUBCLOCKFLAGS_ABSTIME ? clock_monotonic(wasi) : start;
    if (__builtin_add_overflow(from, left, deadline) || *deadline == UINT64_MAX)
        *deadline = UINT64_MAX - 1;
    return ERRNO_SUCCESS;
}

/* True if a read or write on the descriptor is ready, or has an error to tell. */
static bool descriptor_ready(struct call *call, const struct subscription *s, struct event *event,
                             bool *on_input)
{
    struct descriptor *descriptor;
    uint64_t right = RIGHT(s->type == EVENTTYPE_FD_READ ? RIGHT_FD_READ : RIGHT_FD_WRITE);
    event->error = descriptor_get(call, s->clock_or_fd, RIGHT(RIGHT_POLL_FD_READWRITE), &descriptor);
    if (!event->error && descriptor->kind != DESCRIPTOR_DIRECTORY && !(descriptor->rights & right))
        event->error = ERRNO_NOTCAPABLE;
    if (event->error)
        return true;
    if (s->type == EVENTTYPE_FD_WRITE) {
        event->count = 65536;
        return true;
    }
    if (descriptor->kind != DESCRIPTOR_STDIN) {
        struct file_stat stat = {0};
        if (descriptor->node)
            file_get_stat(descriptor->node, &stat);
        event->count = stat.size > descriptor->position ? stat.size - descriptor->position : 0;
        return true;
    }
    bool end;
    event->count = call->wasi->host.input_available(call->wasi->host.context, &end);
    event->flags = end && event->count == 0 ? EVENTRWFLAGS_HANGUP : 0;
    *on_input = true;
    return event->count > 0 || end;
}

static void event_write(uint8_t *at, const struct subscription *s, const struct event *event)
{
    memset(at, 0, EVENT_SIZE);
    store_le64(at, s->userdata);
    store_le16(at + 8, (uint16_t)event->error);
    at[10] = s->type;
    if (s->type != EVENTTYPE_CLOCK) {
        store_le64(at + 16, event->count);
        store_le16(at + 24, event->flags);
    }
}

struct poll {
    const uint8_t *subscriptions; /* the program's: read anew in each pass, before an event of that pass is
                                     written behind it */
    uint8_t *events;
    uint32_t count, fired;
    uint64_t start, next; /* earliest deadline that has not passed */
    bool on_input;
};

/* One pass over all subscriptions: writes the events that are due. Events never overtake the subscription
 * that is read, as an event is smaller: writing over the list while it is walked is the program's own loss.
 */
static void poll_pass(struct call *call, struct poll *poll)
{
    poll->next = UINT64_MAX;
    poll->on_input = false;
    for (uint32_t i = 0; i < poll->count; i++) {
        struct subscription s;
        struct event event = {0};
        subscription_read(poll->subscriptions + (size_t)i * SUBSCRIPTION_SIZE, &s);
        bool due;
        if (s.type == EVENTTYPE_CLOCK) {
            uint64_t deadline = 0;
            event.error = clock_deadline(call->wasi, &s, poll->start, &deadline);
            due = event.error || deadline <= clock_monotonic(call->wasi);
            if (!due && deadline < poll->next)
                poll->next = deadline;
        } else if (s.type == EVENTTYPE_FD_READ || s.type == EVENTTYPE_FD_WRITE) {
            due = descriptor_ready(call, &s, &event, &poll->on_input);
        } else {
            event.error = ERRNO_INVAL;
            due = true;
        }
        if (due)
            event_write(poll->events + (size_t)poll->fired++ * EVENT_SIZE, &s, &event);
    }
}

uint32_t wasi_poll_oneoff(struct call *call)
{
    uint32_t count = arg32(call, 2);
    if (count == 0 || count > WASI_SUBSCRIPTIONS_MAX)
        return ERRNO_INVAL;
    struct poll poll = {
        .subscriptions = guest_bytes(call, arg32(call, 0), (uint64_t)count * SUBSCRIPTION_SIZE),
        .events = guest_bytes(call, arg32(call, 1), (uint64_t)count * EVENT_SIZE),
        .count = count,
        .start = clock_monotonic(call->wasi),
    };
    if (!poll.subscriptions || !poll.events || !guest_bytes(call, arg32(call, 3), 4))
        return ERRNO_FAULT;
    for (;;) {
        poll_pass(call, &poll);
        if (poll.fired)
            return guest_put32(call, arg32(call, 3), poll.fired);
        int error = call->wasi->host.wait(call->wasi->host.context, poll.next, poll.on_input);
        if (error) {
            call->stop = error;
            return ERRNO_SUCCESS;
        }
    }
}
