/* SPDX-License-Identifier: Apache-2.0 */
/* Statements: which is next, what it says, who gets its evidence. Only here is a statement built, and only of
 * what this Keep knows itself; a peer has chosen 32 bytes of nonce and nothing else (row 39). */
#include "evidence.h"

#include <stdlib.h>

#include "../../proto/guard.h"
#include "session.h"

enum { MILLISECOND = 1000000 };

/* ---- what a statement says ---- */

static int header_fill(const struct keep *keep, struct span nonce, struct statement *s)
{
    const struct shim_identity *shim = shim_identity();
    memcpy(s->tee, shim->tee, strnlen(shim->tee, STATEMENT_NAME_MAX));
    memcpy(s->mode, shim->mode, strnlen(shim->mode, STATEMENT_NAME_MAX));
    memcpy(s->instance, keep->identity.instance, sizeof s->instance);
    memcpy(s->spki, keep->identity.spki, sizeof s->spki);
    memcpy(s->boot, keep->boot_digest, sizeof s->boot);
    s->state = keep->state;
    if (keep->state == KEEP_UNOWNED)
        return 0;
    return statement_owner_digest(keep->identity.instance, nonce,
                                  span_of(keep->owner.spki, sizeof keep->owner.spki), s->owner);
}

static int session_statement(struct session *who, struct statement *s)
{
    const struct keep *keep = who->keep;
    const struct session_attest *a = &who->attest;
    *s = (struct statement){.kind = a->kind};
    memcpy(s->nonce, a->nonce, sizeof s->nonce);
    int error = header_fill(keep, span_of(a->nonce, sizeof a->nonce), s);
    if (!error)
        error = tls_export(&who->tls, EXPORTER_EVIDENCE, a->nonce, s->binder);
    if (!error && a->kind == STATEMENT_WORKLOAD) {
        memcpy(s->session, who->statement_digest, sizeof s->session);
        memcpy(s->workload, keep->workload.digest, sizeof s->workload);
    }
    return error;
}

static int receipt_statement(const struct keep *keep, struct statement *s)
{
    *s = (struct statement){.kind = STATEMENT_RECEIPT};
    memcpy(s->run, keep->program.run, sizeof s->run);
    memcpy(s->outbox, keep->program.outbox.digest, sizeof s->outbox);
    return header_fill(keep, span_of(NULL, 0), s);
}

/* ---- who is next ---- */

static void tokens_earn(struct evidence *e)
{
    uint64_t now = shim_time(), interval = (uint64_t)EVIDENCE_INTERVAL_MS * MILLISECOND;
    if (e->tokens_at == 0) {
        e->tokens = EVIDENCE_BURST;
        e->tokens_at = now;
    }
    uint64_t earned = (now - e->tokens_at) / interval;
    if (earned == 0)
        return;
    e->tokens = earned > EVIDENCE_BURST - e->tokens ? EVIDENCE_BURST : e->tokens + (unsigned)earned;
    e->tokens_at += earned * interval;
}

static bool asks(const struct session *s, bool owners)
{
    return s && s->phase == SESSION_OPEN && s->attest.wanted && s->owner == owners;
}

static struct session *next_session(struct keep *keep, bool owners)
{
    struct evidence *e = &keep->evidence;
    for (unsigned i = 0; i < KEEP_SESSIONS_MAX; i++) {
        unsigned at = (e->turn + i) % KEEP_SESSIONS_MAX;
        if (asks(keep->session[at], owners)) {
            e->turn = (at + 1) % KEEP_SESSIONS_MAX;
            return keep->session[at];
        }
    }
    return NULL;
}

static struct session *choose(struct keep *keep)
{
    struct evidence *e = &keep->evidence;
    struct session *s = next_session(keep, true);
    tokens_earn(e);
    if (s || !guard_holds(GUARD_KEEP_RATE, e->tokens > 0))
        return s;
    s = next_session(keep, false);
    if (s && e->tokens > 0)
        e->tokens--;
    return s;
}

/* ---- one statement, from the question to the answer ---- */

/* Hands the result to whoever waits for it. */
static void finish(struct keep *keep, int error)
{
    struct evidence *e = &keep->evidence;
    uint8_t encoded[STATEMENT_SIZE_MAX];
    size_t size = 0;
    if (!error)
        error = statement_encode(&e->statement, encoded, sizeof encoded, &size);
    struct span evidence = span_of(e->body, error ? 0 : e->body_size);
    e->phase = EVIDENCE_IDLE;
    e->refusals = 0;
    e->not_before = 0;
    if (e->for_receipt) {
        outbox_receipt(keep, span_of(encoded, size), evidence);
        return;
    }
    struct session *s = e->session;
    e->session = NULL;
    if (!s)
        return;
    struct session_attest *a = &s->attest;
    if (!error) {
        a->evidence = malloc(evidence.size);
        error = a->evidence ? 0 : KEEP_ENOMEM;
    }
    if (!error) {
        memcpy(a->evidence, evidence.data, evidence.size);
        a->evidence_size = evidence.size;
        memcpy(a->statement, encoded, size);
        a->statement_size = size;
    }
    a->error = error;
    a->ready = true;
}

/* One step of the shim: its answer is a question to the host, or the evidence. */
static void shim_step(struct keep *keep, struct span answer)
{
    struct evidence *e = &keep->evidence;
    /* The shim writes where the answer must no longer be: it gets the other half of the buffer. */
    uint8_t *out = e->body + EVIDENCE_SIZE_MAX;
    size_t size = 0;
    int error = shim_evidence(&e->statement, answer, out, EVIDENCE_SIZE_MAX, &size);
    memcpy(e->body, out, size);
    e->body_size = size;
    if (error == KEEP_EAGAIN)
        e->phase = EVIDENCE_ASKING;
    else
        finish(keep, error);
}

/* Takes the next statement in hand; false if nobody asks. */
static bool begin(struct keep *keep)
{
    struct evidence *e = &keep->evidence;
    e->for_receipt = keep->program.outbox.phase == OUTBOX_SEALED;
    e->session = e->for_receipt ? NULL : choose(keep);
    if (!e->for_receipt && !e->session)
        return false;
    if (e->session)
        e->session->attest.wanted = false;
    if (!e->body)
        e->body = calloc(2, EVIDENCE_SIZE_MAX);
    int error = e->body ? 0 : KEEP_ENOMEM;
    if (!error)
        error = e->for_receipt ? receipt_statement(keep, &e->statement)
                               : session_statement(e->session, &e->statement);
    if (error)
        finish(keep, error);
    else
        shim_step(keep, span_of(NULL, 0));
    return true;
}

int evidence_step(struct keep *keep)
{
    struct evidence *e = &keep->evidence;
    for (;;) {
        if (e->phase == EVIDENCE_IDLE && !begin(keep))
            return 0;
        if (e->phase == EVIDENCE_ASKING) {
            if (e->not_before > shim_time())
                return 0;
            int error = portal_request(&keep->portal, FRAME_METHOD_EVIDENCE, span_of(e->body, e->body_size),
                                       &e->request);
            if (error)
                return error == KEEP_EAGAIN ? 0 : error;
            e->phase = EVIDENCE_WAITING;
        }
        if (e->phase == EVIDENCE_WAITING)
            return 0;
        if (e->phase == EVIDENCE_ANSWERED)
            shim_step(keep, span_of(e->body, e->body_size));
    }
}

int evidence_reply(struct keep *keep, uint32_t request, enum frame_status status, struct span body)
{
    struct evidence *e = &keep->evidence;
    if (e->phase != EVIDENCE_WAITING || e->request != request || body.size > EVIDENCE_SIZE_MAX)
        return KEEP_EHOST;
    if (status == FRAME_STATUS_RETRY && e->refusals < EVIDENCE_REFUSALS_MAX) {
        e->refusals++;
        e->not_before = shim_time() + (uint64_t)EVIDENCE_RETRY_MS * MILLISECOND;
        e->phase = EVIDENCE_ASKING;
        return 0;
    }
    /* An answer without bytes would mean "begin anew" to the shim. */
    if (status != FRAME_STATUS_OK || body.size == 0) {
        finish(keep, KEEP_ENOTSUP);
        return 0;
    }
    memcpy(e->body, body.data, body.size);
    e->body_size = body.size;
    e->phase = EVIDENCE_ANSWERED;
    return 0;
}

void evidence_forget(struct keep *keep, const struct session *session)
{
    if (keep->evidence.session == session)
        keep->evidence.session = NULL;
}

uint64_t evidence_deadline(const struct keep *keep)
{
    const struct evidence *e = &keep->evidence;
    if (e->phase == EVIDENCE_ASKING)
        return e->not_before;
    if (e->phase != EVIDENCE_IDLE || e->tokens > 0)
        return UINT64_MAX;
    for (unsigned i = 0; i < KEEP_SESSIONS_MAX; i++)
        if (asks(keep->session[i], false))
            return e->tokens_at + (uint64_t)EVIDENCE_INTERVAL_MS * MILLISECOND;
    return UINT64_MAX;
}

void evidence_free(struct keep *keep)
{
    free(keep->evidence.body);
    keep->evidence = (struct evidence){.phase = EVIDENCE_IDLE};
}
