/* SPDX-License-Identifier: Apache-2.0 */
/* The warden's loop. One thread, one wait, nothing else blocks but the disk when an outbox comes. */
#include "warden.h"

#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DRAIN_MS = 5000, RETRY_MS = 5, SLOT_CONTROL = PORTAL_SESSIONS, SLOT_KEEP, SLOT_COUNT };

/* By system call, not through the kernel's shared page: then the sandbox's list does not depend on which
 * clock the machine has. */
static uint64_t now_ms(void)
{
    struct timespec t = {0};
    (void)syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void warden_break(struct warden *w, const char *rule)
{
    if (!w->portal.broken)
        w->portal.broken = rule;
}

/* ---- the Keep ---- */

static void keep_gone(struct warden *w)
{
    int status = -1;
    const char *why = w->portal.broken ? w->portal.broken : w->why;
    if (w->gone)
        return;
    w->gone = true;
    w->tee->destroy(w->keep, &status);
    outbox_store_abandon(&w->outbox);
    (void)control_send_text(w->control, CONTROL_ENDED, status, why);
    w->drain_until = now_ms() + DRAIN_MS;
}

static void keep_receive(struct warden *w)
{
    /* Bounded, so that one Keep that always talks does not keep sessions and casemated waiting. */
    for (int round = 0; round < 8; round++) {
        size_t capacity;
        uint8_t *room = portal_input_room(&w->portal, &capacity);
        ssize_t n = w->tee->receive(w->keep, room, capacity);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            (void)snprintf(w->why, sizeof w->why, "the Keep closed its portal");
            keep_gone(w);
            return;
        }
        if (portal_input(&w->portal, (size_t)n) < 0)
            return;
        if ((size_t)n < capacity)
            return;
    }
}

static void keep_transmit(struct warden *w)
{
    for (;;) {
        portal_fill(&w->portal, relay_pull, &w->relay);
        struct span out = portal_output(&w->portal);
        if (out.size == 0)
            return;
        ssize_t n = w->tee->transmit(w->keep, out.data, out.size);
        if (n > 0)
            portal_output_sent(&w->portal, (size_t)n);
        /* A Keep that is gone shows itself to receive(). */
        if (n <= 0 || (size_t)n < out.size)
            return;
    }
}

/* ---- outbox ---- */

static void take_outbox(struct warden *w)
{
    struct span waiting;
    if (w->portal.channel[PORTAL_OUTBOX].number == 0)
        return;
    while ((waiting = portal_peek(&w->portal, PORTAL_OUTBOX)).size > 0 && !w->outbox.failed) {
        if (outbox_store_append(&w->outbox, waiting) < 0) {
            warden_break(w, "an outbox that is too long, or a second one");
            return;
        }
        portal_consume(&w->portal, PORTAL_OUTBOX, waiting.size);
    }
    if (!portal_is_drained(&w->portal, PORTAL_OUTBOX) || !portal_is_open(&w->portal, PORTAL_OUTBOX))
        return;
    if (w->outbox.stored || (!w->outbox.failed && w->outbox.fd < 0)) {
        warden_break(w, "an outbox that is empty, or a second one");
        return;
    }
    if (!outbox_store_finish(&w->outbox))
        return;
    portal_close(&w->portal, PORTAL_OUTBOX);
    (void)control_send(w->control, CONTROL_OUTBOX, 0, (int64_t)w->outbox.size, span_of(NULL, 0), -1, true);
}

static void take_outbox_and_tell(struct warden *w)
{
    bool failed_before = w->outbox.failed;
    take_outbox(w);
    if (w->outbox.failed && !failed_before) {
        char text[128];
        (void)snprintf(text, sizeof text, "the outbox cannot be stored: %s", strerror(w->outbox.error));
        (void)control_send_text(w->control, CONTROL_LOG, 1, text);
    }
}

/* ---- casemated ---- */

static void session_over(struct warden *w, const struct relay_end *end)
{
    (void)control_send(w->control, CONTROL_SESSION_OVER, end->number, (int64_t)end->bytes, span_of(NULL, 0),
                       -1, true);
}

/* False when casemated is gone or says what it may not say. */
static bool control_message(struct warden *w)
{
    int fd;
    int result = control_receive(w->control, &w->message, &fd, false);
    if (result < 0 && errno == EAGAIN)
        return true;
    if (result <= 0)
        return false;
    if (w->message.kind != CONTROL_SESSION || fd < 0) {
        if (fd >= 0)
            (void)close(fd);
        return false;
    }
    struct relay_end none = {.number = w->message.number};
    if (w->gone) {
        (void)close(fd);
        session_over(w, &none);
    } else if (relay_add(&w->relay, fd, w->message.number, span_of(w->message.payload, w->message.size)) <
               0) {
        session_over(w, &none);
    }
    return true;
}

/* ---- the loop ---- */

static void wait_for_work(struct warden *w, struct pollfd set[SLOT_COUNT])
{
    bool room = !w->gone && portal_output(&w->portal).size == 0;
    for (unsigned slot = 0; slot < PORTAL_SESSIONS; slot++)
        relay_want(&w->relay, slot, room, &set[slot]);
    set[SLOT_CONTROL] = (struct pollfd){.fd = w->control, .events = POLLIN};
    set[SLOT_KEEP] = (struct pollfd){.fd = -1};
    if (!w->gone) {
        set[SLOT_KEEP] = (struct pollfd){.fd = w->tee->descriptor(w->keep), .events = POLLIN};
        if (portal_output_due(&w->portal))
            set[SLOT_KEEP].events |= POLLOUT;
    }
    long ms = w->retry ? RETRY_MS : w->gone ? 100 : w->relay.idle_ms ? 1000 : -1;
    struct timespec limit = {ms / 1000, ms % 1000 * 1000000};
    if (ppoll(set, SLOT_COUNT, ms < 0 ? NULL : &limit, NULL) < 0)
        for (unsigned i = 0; i < SLOT_COUNT; i++)
            set[i].revents = 0;
}

static void serve_sessions(struct warden *w, const struct pollfd set[SLOT_COUNT])
{
    struct relay_end end;
    for (unsigned slot = 0; slot < PORTAL_SESSIONS; slot++)
        relay_note(&w->relay, slot, set[slot].revents);
    relay_flush(&w->relay);
    while (relay_next_end(&w->relay, &end))
        session_over(w, &end);
}

static void serve_keep(struct warden *w, const struct pollfd *entry)
{
    if (w->gone)
        return;
    if (entry->revents & (POLLIN | POLLHUP | POLLERR))
        keep_receive(w);
    if (!w->gone && !w->portal.broken)
        warden_serve_calls(w);
    if (!w->gone && !w->portal.broken)
        take_outbox_and_tell(w);
    if (w->portal.broken)
        keep_gone(w);
}

void warden_run(struct warden *w)
{
    struct pollfd set[SLOT_COUNT];
    for (;;) {
        if (!w->gone)
            keep_transmit(w);
        wait_for_work(w, set);
        w->relay.now = now_ms();
        if (set[SLOT_CONTROL].revents && !control_message(w))
            break;
        serve_keep(w, &set[SLOT_KEEP]);
        serve_sessions(w, set);
        if (w->gone && (!relay_draining(&w->relay) || w->relay.now >= w->drain_until))
            break;
    }
    keep_gone(w);
    relay_close_all(&w->relay);
}
