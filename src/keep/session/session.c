/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions: who gets in, when one ends, and moving bytes between TLS and whole messages. */
#include "session.h"

#include <stdlib.h>

#include "../../proto/guard.h"

/* So many messages of one session are handled before the next session's turn, and before the program goes on.
 */
enum { MESSAGES_PER_TURN = 32, MILLISECOND = 1000000 };

static uint64_t after_ms(uint64_t ms)
{
    return shim_time() + ms * MILLISECOND;
}

/* ---- begin and end ---- */

static void wipe_free(uint8_t **bytes, size_t size)
{
    if (*bytes)
        bytes_wipe(*bytes, size);
    free(*bytes);
    *bytes = NULL;
}

static void session_free(struct session *s)
{
    evidence_forget(s->keep, s);
    if (s->tls.channel) {
        struct channel *channel = s->tls.channel;
        tls_close(&s->tls, s->tx_at == s->tx_size);
        channel_close(channel);
    }
    wipe_free(&s->rx, s->rx_capacity);
    wipe_free(&s->tx, s->tx_capacity);
    wipe_free(&s->attest.evidence, s->attest.evidence_size);
    if (s->copy)
        file_release(s->copy);
    bytes_wipe(s, sizeof *s);
    free(s);
}

/* What half a deploy has brought goes with its session. */
static void delivery_drop(struct session *s)
{
    if (!s->delivering)
        return;
    s->delivering = false;
    workload_drop(&s->keep->workload);
}

void session_end(struct session *s)
{
    delivery_drop(s);
    s->phase = SESSION_DEAD;
    s->follow = FOLLOW_NONE;
    s->input = false;
}

static void sessions_reap(struct keep *keep)
{
    for (unsigned i = 0; i < KEEP_SESSIONS_MAX; i++) {
        struct session *s = keep->session[i];
        if (s && s->phase == SESSION_DEAD) {
            keep->session[i] = NULL;
            session_free(s);
        }
    }
}

void sessions_free(struct keep *keep)
{
    for (unsigned i = 0; i < KEEP_SESSIONS_MAX; i++)
        if (keep->session[i])
            session_end(keep->session[i]);
    sessions_reap(keep);
}

void sessions_fence(struct keep *keep, const struct session *except)
{
    for (unsigned i = 0; i < KEEP_SESSIONS_MAX; i++) {
        struct session *s = keep->session[i];
        if (s && s->phase != SESSION_DEAD && !guard_holds(GUARD_KEEP_FENCE, s == except || !s->owner))
            session_end(s);
    }
}

static bool is_stranger(const struct session *s)
{
    return s && !s->owner && s->phase != SESSION_DEAD;
}

/* Room for one more stranger: below the limit, or by the end of the oldest that has had its answer. */
static bool stranger_room(struct keep *keep)
{
    unsigned strangers = 0;
    struct session *oldest = NULL;
    for (unsigned i = 0; i < KEEP_SESSIONS_MAX; i++) {
        struct session *s = keep->session[i];
        if (!is_stranger(s))
            continue;
        strangers++;
        bool answered = s->attested && !s->attest.wanted && !s->attest.ready && s->tx_at == s->tx_size;
        if (answered && (!oldest || s->age < oldest->age))
            oldest = s;
    }
    if (strangers < KEEP_STRANGERS_MAX)
        return true;
    if (oldest)
        session_end(oldest);
    return oldest != NULL;
}

int session_accept(struct keep *keep, struct channel *channel)
{
    struct session *s = NULL;
    unsigned slot = 0;
    bool room = keep->booted && stranger_room(keep);
    sessions_reap(keep);
    while (slot < KEEP_SESSIONS_MAX && keep->session[slot])
        slot++;
    if (room && slot < KEEP_SESSIONS_MAX)
        s = calloc(1, sizeof *s);
    if (!s || tls_open(&s->tls, &keep->tls, channel) != 0) {
        free(s);
        channel_close(channel);
        return 0;
    }
    s->keep = keep;
    s->age = keep->session_count++;
    s->deadline = after_ms(SESSION_HANDSHAKE_MS);
    keep->session[slot] = s;
    return 0;
}

/* ---- messages out ---- */

int session_send(struct session *s, const struct message *m)
{
    if (s->tx_at < s->tx_size)
        return KEEP_EORDER;
    s->tx_at = s->tx_size = 0;
    size_t wanted = s->owner ? SESSION_TX_OWNER : SESSION_TX_SIZE;
    if (s->tx_capacity < wanted) {
        wipe_free(&s->tx, s->tx_capacity);
        s->tx = malloc(wanted);
        s->tx_capacity = s->tx ? wanted : 0;
    }
    return s->tx ? message_encode(m, s->tx, s->tx_capacity, &s->tx_size) : KEEP_ENOMEM;
}

static int refuse_with(struct session *s, int code, struct span text, bool closes)
{
    const char *name = keep_error_name(code);
    const struct message m = {
        .type = MESSAGE_ERROR, .code = span_of(name, strlen(name)), .text = text, .closes = closes};
    int error = session_send(s, &m);
    if (!error && closes) {
        delivery_drop(s);
        s->phase = SESSION_CLOSING;
        s->follow = FOLLOW_NONE;
        s->deadline = after_ms(SESSION_CLOSING_MS);
    }
    return error;
}

int session_refuse(struct session *s, int code, bool closes)
{
    static const char *const texts[] = {
        [-KEEP_EFORMAT] = "the message is not well-formed",
        [-KEEP_ESIZE] = "a size or a count is beyond its limit",
        [-KEEP_ETYPE] = "no message of this type is known",
        [-KEEP_EORDER] = "this message is not allowed now",
        [-KEEP_EMATCH] = "a value does not match",
        [-KEEP_EDENIED] = "the session has no right to this",
        [-KEEP_ECRYPTO] = "a cryptographic operation failed",
        [-KEEP_ENOMEM] = "the Keep has no memory left for this",
        [-KEEP_EAGAIN] = "somebody else is doing this; try again",
        [-KEEP_ENOTSUP] = "the platform gave no evidence",
        [-KEEP_ENOENT] = "there is no such file",
    };
    size_t index = code < 0 ? (size_t)-code : 0;
    const char *text = index < sizeof texts / sizeof texts[0] && texts[index] ? texts[index] : "failed";
    return refuse_with(s, code, span_of(text, strlen(text)), closes);
}

void sessions_refuse_delivery(struct keep *keep, int code, struct span text)
{
    for (unsigned i = 0; i < KEEP_SESSIONS_MAX; i++) {
        struct session *s = keep->session[i];
        if (s && s->delivering && (s->phase != SESSION_OPEN || refuse_with(s, code, text, true) != 0))
            session_end(s);
    }
}

/* Writes what is queued. KEEP_EAGAIN while something is left. */
static int flush(struct session *s)
{
    while (s->tx_at < s->tx_size) {
        size_t written;
        int error = tls_write(&s->tls, s->tx + s->tx_at, s->tx_size - s->tx_at, &written);
        if (error)
            return error;
        s->tx_at += written;
    }
    return 0;
}

/* Evidence that is ready becomes a `statement`, or an error that leaves the session as it was. */
static int attest_answer(struct session *s)
{
    struct session_attest *a = &s->attest;
    a->ready = false;
    if (a->error == KEEP_ECRYPTO)
        return a->error; /* the exporter failed: this session cannot go on */
    if (a->error)
        return session_refuse(s, a->error, false);
    const struct message m = {.type = MESSAGE_STATEMENT,
                              .statement = span_of(a->statement, a->statement_size),
                              .evidence = span_of(a->evidence, a->evidence_size)};
    int error = session_send(s, &m);
    struct statement statement;
    if (!error && a->kind == STATEMENT_SESSION) {
        error = statement_digest(m.statement, s->statement_digest);
        if (!error)
            error = statement_decode(m.statement, &statement);
        if (!error) {
            memcpy(s->nonce, statement.nonce, sizeof s->nonce);
            s->statement_state = statement.state;
            s->attested = true;
        }
    }
    wipe_free(&a->evidence, a->evidence_size);
    return error;
}

/* ---- messages in ---- */

/* The size of the message that comes, once its header is here; 0 before. */
static size_t message_size(const struct session *s)
{
    return s->rx_size < MESSAGE_HEADER_SIZE ? 0 : load_be32(s->rx);
}

static int rx_room(struct session *s, size_t wanted)
{
    if (s->rx_capacity >= wanted && (s->rx_capacity == SESSION_RX_SIZE || wanted > SESSION_RX_SIZE))
        return 0;
    if (wanted < SESSION_RX_SIZE)
        wanted = SESSION_RX_SIZE;
    uint8_t *fresh = malloc(wanted);
    if (!fresh)
        return KEEP_ENOMEM;
    if (s->rx_size > 0)
        memcpy(fresh, s->rx, s->rx_size);
    wipe_free(&s->rx, s->rx_capacity);
    s->rx = fresh;
    s->rx_capacity = wanted;
    return 0;
}

/* Reads until one whole message is there: 0. KEEP_EAGAIN before; KEEP_ESIZE for one that is too large. */
static int message_read(struct session *s)
{
    for (;;) {
        size_t size = message_size(s), wanted = MESSAGE_HEADER_SIZE + size;
        if (s->rx_size >= MESSAGE_HEADER_SIZE) {
            if (size == 0 || size > (s->owner ? MESSAGE_SIZE_OWNER : MESSAGE_SIZE_STRANGER))
                return KEEP_ESIZE;
            if (s->rx_size == wanted)
                return 0;
        }
        int error = rx_room(s, wanted);
        if (error)
            return error;
        size_t got;
        error = tls_read(&s->tls, s->rx + s->rx_size, wanted - s->rx_size, &got);
        if (error)
            return error;
        s->rx_size += got;
    }
}

/* Reads and handles one message. What it brought may be a secret: it is wiped. */
static int message_take(struct session *s)
{
    int error = message_read(s);
    if (error)
        return error;
    error = session_dispatch(s, span_of(s->rx + MESSAGE_HEADER_SIZE, s->rx_size - MESSAGE_HEADER_SIZE));
    bytes_wipe(s->rx, s->rx_size);
    s->rx_size = 0;
    if (!s->owner && s->phase == SESSION_OPEN)
        s->deadline = after_ms(SESSION_STRANGER_MS);
    return error;
}

/* ---- one session's turn ---- */

/* No message is read while an answer is owed: a peer that does not read its answers gets no service. */
static bool may_read(const struct session *s)
{
    return s->phase == SESSION_OPEN && !s->attest.wanted && !s->attest.ready &&
           s->keep->evidence.session != s && !s->copy;
}

/* Returns 0 if something moved and more may, KEEP_EAGAIN if nothing can now, else what ends the session. */
static int session_turn(struct session *s)
{
    if (s->phase == SESSION_HANDSHAKE) {
        int error = tls_handshake(&s->tls);
        if (error)
            return error;
        s->phase = SESSION_OPEN;
        s->deadline = after_ms(SESSION_STRANGER_MS);
    }
    int error = flush(s);
    if (error)
        return error;
    if (s->phase == SESSION_CLOSING)
        return KEEP_ECLOSED;
    if (s->attest.ready)
        return attest_answer(s);
    if (session_stream(s))
        return 0;
    return may_read(s) ? message_take(s) : KEEP_EAGAIN;
}

/* An answer that could not be made is said, if the session can still say anything. */
static void session_fail(struct session *s, int error)
{
    bool sayable =
        s->phase == SESSION_OPEN && error != KEEP_ECLOSED && error != KEEP_ECRYPTO && s->tx_at == s->tx_size;
    if (!sayable || session_refuse(s, error, true) != 0)
        session_end(s);
}

static bool session_step(struct session *s)
{
    bool moved = false;
    for (unsigned i = 0; i < MESSAGES_PER_TURN && s->phase != SESSION_DEAD; i++) {
        int error = session_turn(s);
        /* Who has closed will neither ask nor take anything any more. */
        if (error == KEEP_EAGAIN && s->tls.channel->peer_closed)
            error = KEEP_ECLOSED;
        if (error == KEEP_EAGAIN)
            break;
        moved = true;
        if (error)
            session_fail(s, error);
    }
    if (s->phase != SESSION_DEAD && s->deadline <= shim_time()) {
        session_end(s);
        moved = true;
    }
    return moved;
}

bool sessions_step(struct keep *keep)
{
    bool moved = false;
    for (unsigned i = 0; i < KEEP_SESSIONS_MAX; i++)
        if (keep->session[i] && keep->session[i]->phase != SESSION_DEAD)
            moved = session_step(keep->session[i]) || moved;
    sessions_reap(keep);
    return moved;
}

uint64_t sessions_deadline(const struct keep *keep)
{
    uint64_t deadline = UINT64_MAX;
    for (unsigned i = 0; i < KEEP_SESSIONS_MAX; i++)
        if (keep->session[i] && keep->session[i]->deadline < deadline)
            deadline = keep->session[i]->deadline;
    return deadline;
}

uint64_t sessions_held(const struct keep *keep, unsigned stream)
{
    uint64_t held = UINT64_MAX;
    for (unsigned i = 0; i < KEEP_SESSIONS_MAX; i++) {
        const struct session *s = keep->session[i];
        if (s && s->follow == FOLLOW_ATTACH && s->position[stream] < held)
            held = s->position[stream];
    }
    return held;
}
