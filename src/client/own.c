/* SPDX-License-Identifier: Apache-2.0 */
/* Ownership: the record on disk, then the owner proof, then the Keep's own view compared with it
 * (docs/protocol.md, section 5). */
#include "session.h"

#include <psa/crypto.h>
#include <stdio.h>

#include "../proto/guard.h"

int session_find_key(struct casemate_session *s, struct casemate_error *err)
{
    if (s->key || !s->record)
        return 0;
    if (record_key(s->record, &s->own_key, err) < 0)
        return -1;
    s->key = s->own_key;
    return 0;
}

int session_owner_digest(const struct casemate_session *s, uint8_t digest[DIGEST_SIZE],
                         struct casemate_error *err)
{
    if (!s->key)
        return casemate_fail(err, E_INTERNAL, "There is no owner key");
    if (statement_owner_digest(s->said.instance, span_of(s->nonce, NONCE_SIZE),
                               span_of(s->key->spki, P256_SPKI_SIZE), digest) < 0)
        return casemate_fail(err, E_INTERNAL, "The owner digest cannot be computed");
    return 0;
}

static void copy_claim(const struct casemate_session *s, const char *name, char *to, size_t capacity)
{
    const char *text;
    size_t size;
    casemate_verdict_claim(s->verdict, name, strlen(name), &text, &size);
    (void)snprintf(to, capacity, "%.*s", (int)size, text);
}

/* What is known of the Keep once it is verified. */
static int describe(struct casemate_session *s, struct casemate_record *r, struct casemate_error *err)
{
    bool given = s->key_reference[0] != 0;
    (void)snprintf(r->name, sizeof r->name, "%s", s->name);
    (void)snprintf(r->url, sizeof r->url, "%s", s->host->url.url);
    (void)snprintf(r->tee, sizeof r->tee, "%s", s->said.tee);
    (void)snprintf(r->key_reference, sizeof r->key_reference, "%s",
                   given        ? s->key_reference
                   : s->own_key ? "own"
                                : "given");
    copy_claim(s, "class", r->class_name, sizeof r->class_name);
    copy_claim(s, "root", r->root, sizeof r->root);
    copy_claim(s, "measurement", r->measurement, sizeof r->measurement);
    memcpy(r->instance, s->said.instance, INSTANCE_ID_SIZE);
    memcpy(r->spki, s->said.spki, DIGEST_SIZE);
    buffer_append(&r->policy, buffer_text(&s->policy_text), s->policy_text.size);
    return r->policy.failed ? casemate_fail(err, E_NOMEM, "No memory for a record") : 0;
}

/* The record of a new Keep, on disk before the Keep is taken. */
static int make_record(struct casemate_session *s, struct casemate_package *package,
                       struct casemate_error *err)
{
    if (!s->key && casemate_key_new(&s->own_key, err) < 0)
        return -1;
    s->key = s->key ? s->key : s->own_key;
    if (store_new_record(s->store, s->keep_id, &s->own_record, err) < 0 ||
        describe(s, s->own_record, err) < 0)
        return -1;
    memcpy(s->own_record->workload, package->digest, DIGEST_SIZE);
    memcpy(s->own_record->salt, package->salt, SALT_SIZE);
    s->own_record->has_workload = true;
    if (record_save(s->own_record, s->own_key, err) < 0)
        return -1;
    s->record = s->own_record;
    return 0;
}

static int prove(struct casemate_session *s, struct casemate_error *err)
{
    uint8_t exporter[DIGEST_SIZE], message[OWNER_MESSAGE_SIZE];
    struct message m = {.type = MESSAGE_OWNER,
                        .spki = span_of(s->key->spki, P256_SPKI_SIZE),
                        .outbox_key = span_of(s->key->outbox_point, P256_POINT_SIZE)};
    struct span part = span_of(message, sizeof message);
    if (channel_export(&s->channel, EXPORTER_OWNER, s->statement_digest, exporter, err) < 0)
        return -1;
    if (owner_message(m.spki, s->key->outbox_point, exporter, message) < 0 ||
        crypto_p256_sign(s->key->signing_private, &part, 1, m.signature) < 0)
        return casemate_fail(err, E_INTERNAL, "The owner proof cannot be signed");
    session_await(s, AWAIT_OWNER_VIEW);
    return session_send(s, &m, err);
}

int session_begin_own(struct casemate_session *s, struct casemate_package *package,
                      struct casemate_error *err)
{
    bool fresh = !s->record && !s->adopting;
    if (fresh && !package)
        return casemate_fail(err, E_USAGE, "A new Keep is taken by deploying to it");
    if (fresh && !guard_holds(GUARD_CLIENT_STATE, s->said.state == KEEP_UNOWNED)) {
        (void)casemate_fail_expected(err, E_BINDING, "unowned", keep_state_name(s->said.state),
                                     "The Keep has an owner already. Nothing was sent");
        return casemate_next(err, "Make another Keep; if it is yours, casemate adopt takes it up.");
    }
    if (fresh && make_record(s, package, err) < 0)
        return -1;
    if (session_find_key(s, err) < 0)
        return -1;
    return prove(s, err);
}

/* ---- the Keep's answer ---- */

static int other(struct casemate_error *err, const char *what)
{
    return casemate_fail(err, E_OTHER_KEEP, "The Keep's view differs from the record: %s. Nothing was sent",
                         what);
}

static int check_fresh(const struct message *m, struct casemate_error *err)
{
    if (m->state != KEEP_OWNED)
        return casemate_fail_expected(err, E_BINDING, "owned", keep_state_name(m->state),
                                      "The Keep is not in the state of a new one. Nothing was sent");
    return m->has_workload || m->has_run ? other(err, "it has a workload that this client did not send") : 0;
}

static int check_record(const struct casemate_record *r, const struct message *m, struct casemate_error *err)
{
    if (m->has_workload && (!r->has_workload || memcmp(r->workload, m->workload, DIGEST_SIZE) != 0 ||
                            memcmp(r->salt, m->salt, SALT_SIZE) != 0))
        return other(err, "it holds another workload");
    if (m->has_run && (!r->has_run || memcmp(r->run, m->run, RUN_ID_SIZE) != 0))
        return other(err, "it runs under another run id");
    if (m->state >= KEEP_RUNNING && (!m->has_workload || !m->has_run))
        return other(err, "it runs something that it does not name");
    return 0;
}

static int adopt(struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    if (store_new_record(s->store, s->keep_id, &s->own_record, err) < 0 ||
        describe(s, s->own_record, err) < 0)
        return -1;
    struct casemate_record *r = s->own_record;
    r->has_workload = m->has_workload;
    r->has_run = m->has_run;
    memcpy(r->workload, m->workload, DIGEST_SIZE);
    memcpy(r->salt, m->salt, SALT_SIZE);
    memcpy(r->run, m->run, RUN_ID_SIZE);
    s->record = r;
    return record_save(r, NULL, err);
}

/* How far the Keep of a record has come. */
static int32_t state_of(const struct message *m)
{
    if (m->state == KEEP_OWNED)
        return m->has_workload ? CASEMATE_STATE_DEPLOYED : CASEMATE_STATE_OWNED;
    return CASEMATE_STATE_RUNNING;
}

int session_take_owner_view(struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    uint8_t digest[DIGEST_SIZE];
    if (session_owner_digest(s, digest, err) < 0)
        return -1;
    if (!guard_holds(GUARD_CLIENT_OWNER, bytes_equal_constant_time(digest, m->owner, DIGEST_SIZE)))
        return casemate_fail(err, E_NOT_OWNER, "The Keep names another owner. Nothing was sent");
    int result = s->adopting                  ? adopt(s, m, err)
                 : s->record == s->own_record ? check_fresh(m, err)
                                              : check_record(s->record, m, err);
    if (!guard_holds(GUARD_CLIENT_VIEW, result == 0))
        return -1;
    s->owned = true;
    s->state = state_of(m);
    session_await(s, AWAIT_NOTHING);
    event_push(&s->events, CASEMATE_EVENT_OWNED, 0, 0, span_of(s->record->id, strlen(s->record->id)),
               span_of(NULL, 0));
    return 0;
}
