/* SPDX-License-Identifier: Apache-2.0 */
/* The calls attest, attest-workload and owner: who this Keep is, and who commands it. */
#include "handlers.h"

#include "../../proto/guard.h"

int handle_attest(struct session *s, const struct message *m)
{
    /* Inputs are valid from here: any nonce is. */
    s->attest.kind = STATEMENT_SESSION;
    memcpy(s->attest.nonce, m->nonce, sizeof s->attest.nonce);
    s->attest.wanted = true;
    return 0;
}

int handle_attest_workload(struct session *s, const struct message *m)
{
    /* A digest of a known program would name it: it is the owner's, unless he said public (row 40). */
    if (!guard_holds(GUARD_KEEP_PRIVATE, s->owner || s->keep->workload.deploy.is_public))
        return KEEP_EDENIED;
    /* Inputs are valid from here. */
    s->attest.kind = STATEMENT_WORKLOAD;
    memcpy(s->attest.nonce, m->nonce, sizeof s->attest.nonce);
    s->attest.wanted = true;
    return 0;
}

/* The proof covers both keys, this TLS session and its last statement. */
static int proof_check(struct session *s, const struct message *m)
{
    uint8_t exporter[DIGEST_SIZE], message[OWNER_MESSAGE_SIZE], point[P256_POINT_SIZE],
        outbox_spki[P256_SPKI_SIZE];
    if (m->spki.size != P256_SPKI_SIZE || m->outbox_key.size != P256_POINT_SIZE)
        return KEEP_EFORMAT;
    int error = tls_export(&s->tls, EXPORTER_OWNER, s->statement_digest, exporter);
    if (error)
        return error;
    error = crypto_p256_point(m->spki, point);
    if (!error)
        error = owner_message(m->spki, m->outbox_key.data, exporter, message);
    struct span part = span_of(message, sizeof message);
    int invalid = error ? error : crypto_p256_verify(point, &part, 1, m->signature);
    if (!error && !guard_holds(GUARD_KEEP_PROOF, !invalid))
        error = invalid;
    if (!error) {
        uint8_t outbox_point[P256_POINT_SIZE];
        crypto_p256_spki(m->outbox_key.data, outbox_spki);
        error = crypto_p256_point(span_of(outbox_spki, sizeof outbox_spki), outbox_point);
    }
    /* A Keep that is out of memory does not say that the proof is wrong. */
    return !error || error == KEEP_ENOMEM ? error : KEEP_EDENIED;
}

/* Whether these keys may own the Keep: the first do, if their statement said that it had no owner; then the
 * same. */
static bool may_own(const struct session *s, const struct message *m)
{
    const struct owner *owner = &s->keep->owner;
    if (!owner->known)
        return s->statement_state == KEEP_UNOWNED;
    bool same = bytes_equal_constant_time(m->spki.data, owner->spki, P256_SPKI_SIZE) &&
                bytes_equal_constant_time(m->outbox_key.data, owner->outbox, P256_POINT_SIZE);
    return guard_holds(GUARD_KEEP_OWNER, same);
}

static int owner_view(struct session *s)
{
    const struct keep *keep = s->keep;
    struct message view = {.type = MESSAGE_OWNER_VIEW, .state = keep->state};
    int error = statement_owner_digest(keep->identity.instance, span_of(s->nonce, sizeof s->nonce),
                                       span_of(keep->owner.spki, sizeof keep->owner.spki), view.owner);
    if (error)
        return error;
    view.has_workload = keep->has_workload;
    if (keep->has_workload) {
        memcpy(view.workload, keep->workload.digest, sizeof view.workload);
        memcpy(view.salt, keep->workload.deploy.salt, sizeof view.salt);
    }
    view.has_run = keep->state >= KEEP_RUNNING;
    if (view.has_run)
        memcpy(view.run, keep->program.run, sizeof view.run);
    return session_send(s, &view);
}

int handle_owner(struct session *s, const struct message *m)
{
    struct keep *keep = s->keep;
    int error = proof_check(s, m);
    if (error)
        return error;
    if (!may_own(s, m))
        return KEEP_EDENIED;
    /* Inputs are valid from here. */
    if (!keep->owner.known) {
        memcpy(keep->owner.spki, m->spki.data, P256_SPKI_SIZE);
        memcpy(keep->owner.outbox, m->outbox_key.data, P256_POINT_SIZE);
        keep->owner.known = true;
        keep_set_state(keep, KEEP_OWNED);
    }
    s->owner = true;
    s->deadline = UINT64_MAX;
    /* Bytes of an abandoned session may still be on their way: none of them is read any more (row 52). */
    if (keep->state == KEEP_OWNED)
        sessions_fence(keep, s);
    return owner_view(s);
}
