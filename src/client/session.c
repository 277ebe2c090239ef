/* SPDX-License-Identifier: Apache-2.0 */
/* The session as the caller sees it, and the movement of its bytes. */
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEFAULT_TIMEOUT = 30000, READ_SIZE = 16384 };

/* ---- making and freeing ---- */

static int copy_field(char *to, size_t capacity, const char *text, size_t size, const char *what,
                      struct casemate_error *err)
{
    if (size >= capacity || (size && memchr(text, 0, size)))
        return casemate_fail(err, E_USAGE, "The %s is too long, or not text", what);
    if (size)
        memcpy(to, text, size);
    to[size] = 0;
    return 0;
}

static int fill(struct casemate_session *s, const struct casemate_session_options *o,
                struct casemate_error *err)
{
    s->policy = o->policy;
    s->roots = o->roots;
    s->key = o->key;
    s->store = o->store;
    s->record = o->record;
    s->timeout_ms = o->timeout_ms > 0 ? o->timeout_ms : DEFAULT_TIMEOUT;
    if (!o->policy)
        return casemate_fail(err, E_USAGE, "A session needs a policy");
    struct span id =
        o->record ? span_of(o->record->id, strlen(o->record->id)) : span_of(o->keep_id, o->keep_id_size);
    if (!keep_id_allowed(id))
        return casemate_fail(err, E_USAGE, "\"%.*s\" is no id of a Keep", (int)(id.size < 64 ? id.size : 64),
                             id.data ? (const char *)id.data : "");
    memcpy(s->keep_id, id.data, id.size);
    buffer_append(&s->policy_text, o->policy_text, o->policy_text_size);
    if (copy_field(s->name, sizeof s->name, o->name, o->name_size, "name", err) < 0 ||
        copy_field(s->key_reference, sizeof s->key_reference, o->key_reference, o->key_reference_size,
                   "name of the key", err) < 0)
        return -1;
    if (!s->store && casemate_store_open(NULL, 0, &s->own_store, err) < 0)
        return -1;
    s->store = s->store ? s->store : s->own_store;
    return s->policy_text.failed ? casemate_fail(err, E_NOMEM, "No memory for a session") : 0;
}

int32_t casemate_session_new(casemate_host *host, const struct casemate_session_options *options,
                             casemate_session **session, casemate_error *err)
{
    struct casemate_session_options o;
    if (options_copy(&o, sizeof o, options, err) < 0 || casemate_prepare(err) < 0)
        return -1;
    struct casemate_session *s = calloc(1, sizeof *s);
    if (!s)
        return casemate_fail(err, E_NOMEM, "No memory for a session");
    s->host = host;
    if (fill(s, &o, err) < 0 || http_connect(&s->http, host, s->timeout_ms, err) < 0) {
        casemate_session_free(s);
        return -1;
    }
    s->deadline = clock_ms() + s->timeout_ms;
    *session = s;
    return 0;
}

void casemate_session_free(casemate_session *s)
{
    if (!s)
        return;
    channel_close(&s->channel);
    http_close(&s->http);
    answer_free(&s->upgrade);
    struct buffer *const secret[] = {&s->out, &s->in, &s->raw, &s->sent};
    for (size_t i = 0; i < sizeof secret / sizeof secret[0]; i++)
        buffer_wipe(secret[i]);
    struct buffer *const open[] = {&s->policy_text,        &s->statement,         &s->evidence,
                                   &s->workload_statement, &s->workload_evidence, &s->bundle};
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
        buffer_free(open[i]);
    for (size_t i = 0; i < s->step_count; i++)
        free(s->steps[i].path);
    event_queue_free(&s->events);
    casemate_verdict_free(s->verdict);
    casemate_record_free(s->own_record);
    casemate_key_free(s->own_key);
    casemate_store_free(s->own_store);
    free(s);
}

/* ---- connecting ---- */

static ptrdiff_t transport_send(void *context, const uint8_t *bytes, size_t size)
{
    struct casemate_session *s = context;
    return http_send(&s->http, bytes, size);
}

/* Bytes that came behind the 101 are the Keep's and come first. */
static ptrdiff_t transport_receive(void *context, uint8_t *bytes, size_t capacity)
{
    struct casemate_session *s = context;
    if (s->raw.size == 0)
        return http_receive(&s->http, bytes, capacity);
    size_t take = s->raw.size < capacity ? s->raw.size : capacity;
    memcpy(bytes, s->raw.data, take);
    buffer_consume(&s->raw, take);
    return (ptrdiff_t)take;
}

static int connect_transport(struct casemate_session *s, struct casemate_error *err)
{
    int result = http_process(&s->http, err);
    if (result != 1)
        return result;
    buffer_printf(
        &s->sent,
        "GET /v1/keeps/%s/session HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: casemate/1\r\n",
        s->keep_id, s->host->url.authority);
    if (s->host->token[0])
        buffer_printf(&s->sent, "Authorization: Bearer %s\r\n", s->host->token);
    buffer_append_text(&s->sent, "\r\n");
    s->upgrade.body_max = ANSWER_REFUSAL_MAX;
    if (s->sent.failed)
        return casemate_fail(err, E_NOMEM, "No memory for a session");
    s->connecting = CONNECT_UPGRADE;
    return 1;
}

static int refused(struct casemate_session *s, struct casemate_error *err)
{
    char what[160];
    struct span body = span_of(buffer_text(&s->upgrade.body), s->upgrade.body.size);
    (void)snprintf(what, sizeof what, "session with Keep %s", s->keep_id);
    return http_refusal(s->upgrade.status, body, what, err);
}

static int connect_ended(struct casemate_session *s, struct casemate_error *err)
{
    return answer_end(&s->upgrade, err) < 0 ? -1 : refused(s, err);
}

static int start_tls(struct casemate_session *s, struct casemate_error *err)
{
    struct channel_transport transport = {.send = transport_send, .receive = transport_receive, .context = s};
    if (channel_start(&s->channel, &transport, err) < 0)
        return -1;
    buffer_wipe(&s->sent);
    s->connecting = CONNECT_DONE;
    s->state = CASEMATE_STATE_TLS;
    s->deadline = clock_ms() + s->timeout_ms;
    return 1;
}

static int receive_upgrade(struct casemate_session *s, struct casemate_error *err)
{
    uint8_t bytes[4096];
    size_t used;
    ptrdiff_t got = http_receive(&s->http, bytes, sizeof bytes);
    if (got < 0)
        return errno == EAGAIN ? 0 : connect_ended(s, err);
    if (got == 0)
        return connect_ended(s, err);
    int result = answer_feed(&s->upgrade, span_of(bytes, (size_t)got), &used, err);
    if (result < 0)
        return -1;
    if (result == ANSWER_WHOLE)
        return refused(s, err);
    if (result == ANSWER_MORE)
        return 1;
    buffer_append(&s->raw, bytes + used, (size_t)got - used);
    return start_tls(s, err);
}

static int connect_upgrade(struct casemate_session *s, struct casemate_error *err)
{
    if (s->sent.size) {
        ptrdiff_t n = http_send(&s->http, s->sent.data, s->sent.size);
        if (n < 0)
            return errno == EAGAIN ? 0 : connect_ended(s, err);
        buffer_consume(&s->sent, (size_t)n);
        return 1;
    }
    return receive_upgrade(s, err);
}

static int shake_hands(struct casemate_session *s, struct casemate_error *err)
{
    int result = channel_handshake(&s->channel, err);
    if (result != 1)
        return result;
    if (channel_spki(&s->channel, s->spki, err) < 0)
        return -1;
    s->state = CASEMATE_STATE_ATTEST;
    return session_begin_attest(s, err) < 0 ? -1 : 1;
}

/* ---- moving messages ---- */

int session_send(struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    size_t size, capacity = 1024 + m->bytes.size + m->env.size + m->files.size + m->deploy.args.size +
                            m->deploy.env.size + m->deploy.files.size + m->path.size;
    uint8_t *to = buffer_reserve(&s->out, capacity);
    if (!to)
        return casemate_fail(err, E_NOMEM, "No memory for a message");
    if (message_encode(m, to, capacity, &size) < 0)
        return casemate_fail(err, E_INTERNAL, "The message %s cannot be written", message_type_name(m->type));
    s->out.size += size;
    return 0;
}

void session_await(struct casemate_session *s, enum awaiting awaiting)
{
    s->awaiting = awaiting;
    s->deadline = awaiting == AWAIT_NOTHING ? -1 : clock_ms() + s->timeout_ms;
}

/* 1 if bytes went out. */
static int flush_out(struct casemate_session *s, struct casemate_error *err)
{
    int moved = 0;
    while (s->out.size) {
        ptrdiff_t n = channel_write(&s->channel, s->out.data, s->out.size, err);
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        bytes_wipe(s->out.data, (size_t)n);
        buffer_consume(&s->out, (size_t)n);
        moved = 1;
        /* While the package goes out, it is its progress that has a deadline. */
        if (s->awaiting == AWAIT_SENT)
            s->deadline = clock_ms() + s->timeout_ms;
    }
    return moved;
}

static int take_one(struct casemate_session *s, struct span encoded, struct casemate_error *err)
{
    struct message m;
    int code = message_decode(MESSAGE_FROM_KEEP, encoded, &m);
    if (code < 0)
        return casemate_fail(err, E_PROTOCOL, "The Keep sent a message that cannot be read (%s)",
                             keep_error_name(code));
    if (session_take_message(s, &m, err) < 0)
        return -1;
    return s->events.failed ? casemate_fail(err, E_NOMEM, "No memory for an event") : 0;
}

/* All whole messages that have come. */
static int take_messages(struct casemate_session *s, struct casemate_error *err)
{
    size_t at = 0;
    int result = 0;
    while (result == 0 && s->in.size - at >= MESSAGE_HEADER_SIZE && s->events.bytes < SESSION_EVENTS_HIGH) {
        uint32_t size = load_be32(s->in.data + at);
        if (size == 0 || size > MESSAGE_SIZE_CLIENT) {
            result = casemate_fail(err, E_PROTOCOL,
                                   "The Keep announced a message of %u bytes; at most %d are allowed", size,
                                   MESSAGE_SIZE_CLIENT);
            break;
        }
        if (s->in.size - at - MESSAGE_HEADER_SIZE < size)
            break;
        result = take_one(s, span_of(s->in.data + at + MESSAGE_HEADER_SIZE, size), err);
        at += MESSAGE_HEADER_SIZE + size;
    }
    buffer_consume(&s->in, at);
    return result < 0 ? -1 : at > 0;
}

/* Messages first that came before; then more bytes. 1 if something moved. */
static int read_in(struct casemate_session *s, struct casemate_error *err)
{
    int moved = take_messages(s, err);
    s->stalled = s->events.bytes >= SESSION_EVENTS_HIGH;
    if (moved != 0 || s->stalled || s->peer_closed)
        return moved;
    uint8_t *to = buffer_reserve(&s->in, READ_SIZE);
    if (!to)
        return casemate_fail(err, E_NOMEM, "No memory for a message");
    ptrdiff_t got = channel_read(&s->channel, to, READ_SIZE, err);
    if (got == CHANNEL_CLOSED) {
        s->peer_closed = true;
        return 1;
    }
    if (got > 0)
        s->in.size += (size_t)got;
    return got < 0 ? -1 : got > 0;
}

static int peer_closed(struct casemate_session *s, struct casemate_error *err)
{
    if (s->awaiting != AWAIT_NOTHING || s->streaming || s->in.size || s->step_count)
        return casemate_fail(err, E_CONNECT, "The Keep closed the session before it had answered");
    s->ended = true;
    s->state = CASEMATE_STATE_ENDED;
    event_push(&s->events, CASEMATE_EVENT_CLOSED, 0, 0, span_of(NULL, 0), span_of(NULL, 0));
    return 0;
}

static int close_now(struct casemate_session *s)
{
    channel_close(&s->channel);
    http_close(&s->http);
    s->ended = true;
    s->state = CASEMATE_STATE_ENDED;
    event_push(&s->events, CASEMATE_EVENT_CLOSED, 0, 0, span_of(NULL, 0), span_of(NULL, 0));
    return 0;
}

/* One turn: 1 if it should be tried again at once, 0 if it must wait. */
static int turn(struct casemate_session *s, struct casemate_error *err)
{
    if (s->connecting == CONNECT_TRANSPORT)
        return connect_transport(s, err);
    if (s->connecting == CONNECT_UPGRADE)
        return connect_upgrade(s, err);
    if (s->state == CASEMATE_STATE_TLS)
        return shake_hands(s, err);
    int read = read_in(s, err);
    if (read < 0 || session_advance(s, err) < 0)
        return -1;
    int written = flush_out(s, err);
    if (written < 0)
        return -1;
    if (s->peer_closed && !read)
        return peer_closed(s, err);
    if (s->closing && s->out.size == 0 && s->awaiting == AWAIT_NOTHING && s->step_count == 0)
        return close_now(s);
    return read || written;
}

static int fail_session(struct casemate_session *s, struct casemate_error *err)
{
    s->failed = true;
    s->state = CASEMATE_STATE_ENDED;
    /* What waits to be sent is not sent: the peer gets close_notify only. */
    buffer_wipe(&s->out);
    channel_close(&s->channel);
    http_close(&s->http);
    if (err)
        *err = s->error;
    return -1;
}

static int late(struct casemate_session *s)
{
    static const char *const where[] = {"the connection to the host agent", "the TLS handshake",
                                        "the Keep's evidence"};
    const char *what = s->state <= CASEMATE_STATE_ATTEST ? where[s->state] : "an answer of the Keep";
    return casemate_fail(&s->error, E_TIMEOUT, "Waited %lld ms for %s", (long long)s->timeout_ms, what);
}

int32_t casemate_session_process(casemate_session *s, casemate_error *err)
{
    if (s->failed)
        return fail_session(s, err);
    int result = 1;
    while (!s->ended && result == 1)
        result = turn(s, &s->error);
    if (result < 0)
        return fail_session(s, err);
    if (s->ended)
        return 1;
    if (s->deadline >= 0 && !s->stalled && clock_ms() >= s->deadline && late(s) < 0)
        return fail_session(s, err);
    return 0;
}

/* ---- the rest of the non-blocking face ---- */

int32_t casemate_session_fd(const casemate_session *s)
{
    if (s->failed || s->ended)
        return -1;
    return s->connecting == CONNECT_TRANSPORT ? http_fd(&s->http) : http_raw_fd(&s->http);
}

int32_t casemate_session_events(const casemate_session *s)
{
    if (s->failed || s->ended)
        return 0;
    if (s->connecting == CONNECT_TRANSPORT)
        return http_events(&s->http);
    if (s->connecting == CONNECT_UPGRADE)
        return POLLIN | (s->sent.size ? POLLOUT : 0);
    bool reads = s->events.bytes < SESSION_EVENTS_HIGH;
    bool writes = s->channel.wants_write || s->out.size;
    return (reads ? POLLIN : 0) | (writes ? POLLOUT : 0);
}

int64_t casemate_session_timeout(const casemate_session *s)
{
    if (s->failed || s->ended || (s->stalled && s->events.bytes < SESSION_EVENTS_HIGH))
        return 0;
    int64_t wait = -1;
    if (s->deadline >= 0 && !s->stalled) {
        wait = s->deadline - clock_ms();
        wait = wait < 0 ? 0 : wait;
    }
    if (s->connecting == CONNECT_TRANSPORT) {
        int64_t other = http_timeout(&s->http);
        wait = wait < 0 || other < wait ? other : wait;
    }
    return wait;
}

int32_t casemate_session_wait(casemate_session *s, int64_t timeout_ms, casemate_error *err)
{
    int64_t until = timeout_ms < 0 ? INT64_MAX : clock_ms() + timeout_ms;
    for (;;) {
        int result = casemate_session_process(s, err);
        if (result != 0 || s->events.first)
            return result < 0 ? -1 : 0;
        int64_t left = until - clock_ms(), wait = casemate_session_timeout(s);
        if (left <= 0)
            return casemate_fail(err, E_TIMEOUT, "Nothing happened in the session for %lld ms",
                                 (long long)timeout_ms);
        if (wait < 0 || wait > left)
            wait = left;
        struct pollfd p = {.fd = casemate_session_fd(s), .events = (short)casemate_session_events(s)};
        if (poll(&p, 1, wait > 60000 ? 60000 : (int)wait) < 0 && errno != EINTR)
            return casemate_fail_errno(err, E_IO, "Cannot wait for the Keep");
    }
}

int32_t casemate_session_state(const casemate_session *s)
{
    return s->state;
}

int32_t casemate_session_event(casemate_session *s, struct casemate_event *event)
{
    return event_take(&s->events, event);
}

const casemate_verdict *casemate_session_verdict(const casemate_session *s)
{
    return s->verdict;
}

casemate_record *casemate_session_record(casemate_session *s)
{
    return s->record;
}

void casemate_session_close(casemate_session *s)
{
    s->closing = true;
    if (s->connecting != CONNECT_DONE || s->state == CASEMATE_STATE_TLS || s->streaming) {
        if (!s->ended && !s->failed)
            (void)close_now(s);
    }
}
