/* SPDX-License-Identifier: Apache-2.0 */
/* Attestation in the session, after the handshake and bound to it (docs/protocol.md, section 4). Threat
 * rules: relay and diversion, replay, another Keep at reconnection. */
#include "session.h"

#include <psa/crypto.h>
#include <time.h>

#include "../proto/guard.h"

static int fresh_nonce(struct casemate_session *s, struct casemate_error *err)
{
    s->nonce[0] = 0;
    if (psa_generate_random(s->nonce, sizeof s->nonce) != PSA_SUCCESS)
        return casemate_fail(err, E_INTERNAL, "The random generator failed");
    return channel_export(&s->channel, EXPORTER_EVIDENCE, s->nonce, s->binder, err);
}

static int ask(struct casemate_session *s, enum message_type type, enum awaiting awaiting,
               struct casemate_error *err)
{
    struct message m = {.type = type};
    if (fresh_nonce(s, err) < 0)
        return -1;
    memcpy(m.nonce, s->nonce, NONCE_SIZE);
    session_await(s, awaiting);
    return session_send(s, &m, err);
}

int session_begin_attest(struct casemate_session *s, struct casemate_error *err)
{
    return ask(s, MESSAGE_ATTEST, AWAIT_STATEMENT, err);
}

int session_begin_attest_workload(struct casemate_session *s, struct casemate_error *err)
{
    return ask(s, MESSAGE_ATTEST_WORKLOAD, AWAIT_WORKLOAD_STATEMENT, err);
}

/* What the statement must say of itself, by what this session is for (docs/protocol.md, section 4). */
static int expect(struct casemate_session *s, enum statement_kind kind, struct attest_expected *expected,
                  struct casemate_error *err)
{
    *expected = (struct attest_expected){
        .kind = kind, .binding = ATTEST_SESSION, .nonce = s->nonce, .binder = s->binder, .spki = s->spki};
    if (kind == STATEMENT_WORKLOAD) {
        expected->session = s->statement_digest;
        expected->workload = s->record->workload;
    }
    if (s->record)
        expected->instance = s->record->instance;
    if (s->record || s->adopting) {
        if (session_find_key(s, err) < 0)
            return -1;
        expected->purpose = ATTEST_RECONNECT;
        expected->owner_spki = span_of(s->key->spki, P256_SPKI_SIZE);
    } else if (s->own_queued) {
        expected->purpose = ATTEST_DEPLOY;
    }
    return 0;
}

/* The evidence under the policy, bound to this session; the error is the verdict's if it is refused. */
static int judge_message(struct casemate_session *s, const struct message *m, enum statement_kind kind,
                         struct casemate_error *err)
{
    struct attest_input input = {
        .statement = m->statement, .evidence = m->evidence, .time = (int64_t)time(NULL)};
    struct casemate_verdict *verdict;
    if (expect(s, kind, &input.expected, err) < 0 || judge(&input, s->policy, s->roots, &verdict, err) < 0)
        return -1;
    casemate_verdict_free(s->verdict);
    s->verdict = verdict;
    s->valid_until = verdict->verdict.expires;
    if (verdict->verdict.accepted)
        return 0;
    casemate_verdict_error(verdict, err);
    return -1;
}

static int other_keep(struct casemate_error *err, const char *what)
{
    return casemate_fail(err, E_OTHER_KEEP,
                         "This is not the Keep of the record: its %s is another. Nothing was sent", what);
}

/* The pins of the record that are no rows of the verdict: key, TEE and image of the Keep that was deployed
 * to. */
static int check_record(const struct casemate_session *s, const struct statement *said,
                        struct casemate_error *err)
{
    const struct casemate_record *r = s->record;
    const char *text;
    size_t size;
    if (memcmp(r->spki, s->spki, DIGEST_SIZE) != 0)
        return other_keep(err, "key");
    if (strcmp(r->tee, said->tee) != 0)
        return other_keep(err, "TEE");
    casemate_verdict_claim(s->verdict, "measurement", strlen("measurement"), &text, &size);
    if (strlen(r->measurement) != size || memcmp(r->measurement, text, size) != 0)
        return other_keep(err, "measurement");
    return 0;
}

/* What one session's statements must not change. */
static int check_same(const struct casemate_session *s, const struct statement *said,
                      struct casemate_error *err)
{
    if (!s->attested)
        return 0;
    if (strcmp(s->said.tee, said->tee) != 0 || strcmp(s->said.mode, said->mode) != 0 ||
        memcmp(s->said.instance, said->instance, INSTANCE_ID_SIZE) != 0 ||
        memcmp(s->said.boot, said->boot, DIGEST_SIZE) != 0)
        return casemate_fail(err, E_BINDING, "Two statements of one session speak of different Keeps");
    if (said->state < s->said.state)
        return casemate_fail(err, E_BINDING, "The Keep's state went back from %s to %s",
                             keep_state_name(s->said.state), keep_state_name(said->state));
    return 0;
}

static int keep_bytes(struct buffer *b, struct span bytes, struct casemate_error *err)
{
    b->size = 0;
    buffer_append(b, bytes.data, bytes.size);
    return b->failed ? casemate_fail(err, E_NOMEM, "No memory for evidence") : 0;
}

int session_take_statement(struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    if (judge_message(s, m, STATEMENT_SESSION, err) < 0)
        return -1;
    const struct statement said = s->verdict->verdict.statement;
    if (check_same(s, &said, err) < 0 ||
        !guard_holds(GUARD_CLIENT_PINS, !s->record || check_record(s, &said, err) == 0))
        return -1;
    if (statement_digest(m->statement, s->statement_digest) < 0)
        return casemate_fail(err, E_INTERNAL, "The digest of a statement cannot be computed");
    if (keep_bytes(&s->statement, m->statement, err) < 0 || keep_bytes(&s->evidence, m->evidence, err) < 0)
        return -1;
    bool first = !s->attested;
    s->said = said;
    s->attested = true;
    if (s->state < CASEMATE_STATE_VERIFIED)
        s->state = CASEMATE_STATE_VERIFIED;
    session_await(s, AWAIT_NOTHING);
    if (first || s->step_count == 0)
        event_push(&s->events, CASEMATE_EVENT_VERIFIED, 0, 0, span_of(NULL, 0), span_of(NULL, 0));
    return 0;
}

int session_take_workload_statement(struct casemate_session *s, const struct message *m,
                                    struct casemate_error *err)
{
    if (judge_message(s, m, STATEMENT_WORKLOAD, err) < 0)
        return -1;
    const struct statement said = s->verdict->verdict.statement;
    if (check_same(s, &said, err) < 0)
        return -1;
    if (keep_bytes(&s->workload_statement, m->statement, err) < 0 ||
        keep_bytes(&s->workload_evidence, m->evidence, err) < 0)
        return -1;
    session_await(s, AWAIT_NOTHING);
    if (s->state < CASEMATE_STATE_DEPLOYED)
        s->state = CASEMATE_STATE_DEPLOYED;
    event_push(&s->events, CASEMATE_EVENT_DEPLOYED, 0, 0, span_of(NULL, 0),
               span_of(said.workload, DIGEST_SIZE));
    return 0;
}

int32_t casemate_session_evidence(casemate_session *s, const void **bytes, size_t *size, casemate_error *err)
{
    struct bundle b = {.count = 1};
    size_t capacity =
        1024 + s->statement.size + s->evidence.size + s->workload_statement.size + s->workload_evidence.size;
    if (!s->attested)
        return casemate_fail(err, E_USAGE, "The session has no evidence yet");
    b.part[0].statement = span_of(s->statement.data, s->statement.size);
    b.part[0].evidence = span_of(s->evidence.data, s->evidence.size);
    if (s->workload_statement.size) {
        b.count = 2;
        b.part[1].statement = span_of(s->workload_statement.data, s->workload_statement.size);
        b.part[1].evidence = span_of(s->workload_evidence.data, s->workload_evidence.size);
    }
    s->bundle.size = 0;
    uint8_t *to = buffer_reserve(&s->bundle, capacity);
    if (!to)
        return casemate_fail(err, E_NOMEM, "No memory for evidence");
    if (bundle_encode(&b, to, capacity, &s->bundle.size) < 0)
        return casemate_fail(err, E_INTERNAL, "The bundle cannot be written");
    *bytes = s->bundle.data;
    *size = s->bundle.size;
    return 0;
}
