/* SPDX-License-Identifier: Apache-2.0 */
/* What wardens say: one function a message, in one table. A warden may have been taken over by its Keep, so
 * that a word out of place ends both. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "keeps_internal.h"
#include "log.h"
#include "warden/outbox_store.h"

static const char *const states[] = {"unowned", "owned", "running", "ended"};

static bool on_ready(struct keeps *keeps, struct keep *k, const struct control *m)
{
    if (k->phase != PHASE_STARTING)
        return false;
    k->phase = PHASE_LIVE;
    k->since = clock_ms();
    /* Not recorded: whatever it was, after the end of casemated it is lost, or ended. */
    keeps_set_state(k, states[KEEP_UNOWNED]);
    (void)snprintf(keeps->sandbox, sizeof keeps->sandbox, "%.*s", CONTROL_TEXT_MAX - 1,
                   (const char *)m->payload);
    log_event(LOG_LEVEL_INFO, k->record.id, "live (%s); sandbox: %s", k->record.tee, keeps->sandbox);
    keeps->changed(keeps->context, k);
    return true;
}

static bool on_failed(struct keeps *keeps, struct keep *k, const struct control *m)
{
    (void)keeps;
    if (k->phase != PHASE_STARTING || m->size != sizeof k->error)
        return false;
    memcpy(&k->error, m->payload, sizeof k->error);
    control_clean(k->error.what, sizeof k->error.what);
    control_clean(k->error.expected, sizeof k->error.expected);
    control_clean(k->error.found, sizeof k->error.found);
    control_clean(k->error.next, sizeof k->error.next);
    if ((unsigned)k->error.code >= E_CODE_COUNT || k->error.code == E_NONE)
        k->error.code = E_INTERNAL;
    log_error(k->record.id, &k->error);
    return true;
}

static bool on_state(struct keeps *keeps, struct keep *k, const struct control *m)
{
    (void)keeps;
    if (k->phase != PHASE_LIVE || m->value < 0 || m->value > KEEP_ENDED)
        return false;
    keeps_set_state(k, states[m->value]);
    log_event(LOG_LEVEL_INFO, k->record.id, "%s", k->record.state);
    return true;
}

static bool on_session_over(struct keeps *keeps, struct keep *k, const struct control *m)
{
    for (struct keep_session **at = &k->sessions; *at; at = &(*at)->next) {
        struct keep_session *s = *at;
        if (s->number != m->number)
            continue;
        *at = s->next;
        k->session_count--;
        keeps->session_over(keeps->context, s->handle);
        free(s);
        log_event(LOG_LEVEL_DEBUG, k->record.id, "session %u over, %lld bytes", m->number,
                  (long long)m->value);
        return true;
    }
    return false;
}

static bool on_outbox(struct keeps *keeps, struct keep *k, const struct control *m)
{
    if (k->phase != PHASE_LIVE || m->value <= 0 || m->value > OUTBOX_STORE_SIZE_MAX || k->record.outbox)
        return false;
    k->record.outbox = m->value;
    keeps_save(keeps, k);
    log_event(LOG_LEVEL_INFO, k->record.id, "outbox of %lld bytes stored", (long long)m->value);
    return true;
}

static bool on_log(struct keeps *keeps, struct keep *k, const struct control *m)
{
    (void)keeps;
    log_event(m->value ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, k->record.id, "%.*s", CONTROL_TEXT_MAX,
              (const char *)m->payload);
    return true;
}

/* As waitpid() tells it, in words; what the Keep said to end with is the number of a keep_error. */
static bool on_ended(struct keeps *keeps, struct keep *k, const struct control *m)
{
    int status = (int)m->value;
    char how[64] = "it ended";
    if (k->phase != PHASE_LIVE || k->gone)
        return false;
    k->gone = true;
    if (m->value >= 0 && WIFSIGNALED(status))
        (void)snprintf(how, sizeof how, "it was killed by signal %d", WTERMSIG(status));
    else if (m->value >= 0 && WIFEXITED(status))
        (void)snprintf(how, sizeof how, "it ended with %s", keep_error_name(-WEXITSTATUS(status)));
    (void)snprintf(k->record.reason, sizeof k->record.reason, "%.60s; %.120s", how, (const char *)m->payload);
    k->record.ended = clock_wall();
    keeps_set_state(k, k->record.outbox ? "ended" : "lost");
    keeps_save(keeps, k);
    return true;
}

typedef bool control_handler(struct keeps *keeps, struct keep *k, const struct control *m);
static control_handler *const handlers[] = {
    [CONTROL_READY] = on_ready,   [CONTROL_STATE] = on_state, [CONTROL_SESSION_OVER] = on_session_over,
    [CONTROL_OUTBOX] = on_outbox, [CONTROL_LOG] = on_log,     [CONTROL_FAILED] = on_failed,
    [CONTROL_ENDED] = on_ended,
};

/* False: the warden said what it may not. */
static bool handle(struct keeps *keeps, struct keep *k, int passed)
{
    struct control *m = &keeps->message;
    if (passed >= 0) {
        (void)close(passed);
        return false;
    }
    if (m->kind >= sizeof handlers / sizeof handlers[0] || !handlers[m->kind])
        return false;
    /* Where the payload is text; the one that is a structure is cleaned by its handler. */
    if (m->kind != CONTROL_FAILED)
        control_clean((char *)m->payload, CONTROL_TEXT_MAX);
    return handlers[m->kind](keeps, k, m);
}

/* 1: one message was read, 0: none is there, -1: the end, or what is as bad. */
static int read_one(struct keeps *keeps, struct keep *k)
{
    int passed;
    int result = control_receive(k->control.fd, &keeps->message, &passed, false);
    if (result < 0 && errno == EAGAIN)
        return 0;
    if (result <= 0)
        return -1;
    if (handle(keeps, k, passed))
        return 1;
    log_event(LOG_LEVEL_ERROR, k->record.id, "its warden said what it may not (message %u); killing it",
              keeps->message.kind);
    (void)snprintf(k->record.reason, sizeof k->record.reason, "its warden said what it may not");
    if (k->warden)
        (void)kill(k->warden, SIGKILL);
    return -1;
}

void keeps_control_ready(void *owner, uint32_t events)
{
    struct keep *k = owner;
    (void)events;
    /* One message at a time: the Keep may be gone after it, and others wait too. At the end of the descriptor
     * the warden is about to be reaped, and the rest happens then. */
    if (read_one(k->owner, k) < 0)
        keeps_close_control(k->owner, k);
}

void keeps_control_drain(struct keeps *keeps, struct keep *k)
{
    while (k->control.fd >= 0 && read_one(keeps, k) > 0)
        ;
}

int keeps_add_session(struct keeps *keeps, struct keep *k, int fd, struct span early, void *handle_over,
                      struct casemate_error *err)
{
    struct keep_session *s;
    (void)keeps;
    if (k->phase != PHASE_LIVE)
        return casemate_fail(err, E_NOT_FOUND, "Keep %s is gone", k->record.id);
    if (k->session_count >= KEEP_SESSIONS_MAX)
        return casemate_fail(err, E_LIMIT, "Keep %s has %u sessions, which is the limit", k->record.id,
                             k->session_count);
    s = calloc(1, sizeof *s);
    if (!s)
        return casemate_fail(err, E_NOMEM, "No memory for a session");
    s->number = ++k->last_session;
    s->handle = handle_over;
    if (control_send(k->control.fd, CONTROL_SESSION, s->number, 0, early, fd, false) < 0) {
        free(s);
        return casemate_fail_errno(err, E_LIMIT, "The warden of Keep %s takes no session", k->record.id);
    }
    s->next = k->sessions;
    k->sessions = s;
    k->session_count++;
    k->opened = true;
    return 0;
}
