/* SPDX-License-Identifier: Apache-2.0 */
/* A statement against what it must say (docs/protocol.md, sections 4 to 6; threats 20, 21, 39, 42, 43, 52 to
 * 56). Whatever a peer might guess is compared in constant time. */
#include "attest.h"

static bool is_bound(const struct statement *s) /* kinds with nonce and binder */
{
    return s->kind == STATEMENT_SESSION || s->kind == STATEMENT_WORKLOAD;
}

/* A value that only some kinds have: asked for of another kind, it does not match. */
static void bind_value(struct check_report *report, enum check_id id, bool has, const uint8_t *expected,
                       const uint8_t *found, size_t size)
{
    if (!expected)
        return;
    if (has)
        (void)check_digest(report, id, expected, found, size);
    else
        (void)check_set(report, id, false, "a statement that says it", "a statement of another kind");
}

static void bind_state(const struct statement *s, const struct attest_expected *e,
                       struct check_report *report)
{
    if (s->kind == STATEMENT_RECEIPT) {
        (void)check_set(report, CHECK_BINDING_STATE, s->state == KEEP_ENDED, "ended", "%s",
                        keep_state_name(s->state));
        return;
    }
    switch (e->purpose) {
    case ATTEST_DEPLOY:
        (void)check_set(report, CHECK_BINDING_STATE, s->state == KEEP_UNOWNED, "unowned", "%s",
                        keep_state_name(s->state));
        break;
    case ATTEST_RECONNECT:
        (void)check_set(report, CHECK_BINDING_STATE, s->state != KEEP_UNOWNED, "owned, running or ended",
                        "%s", keep_state_name(s->state));
        break;
    default:
        check_not_applicable(report, CHECK_BINDING_STATE, "any state is accepted here");
    }
}

/* Owner digest over instance and nonce, or the instance alone where a kind has no nonce. */
static void bind_owner(const struct statement *s, const struct attest_expected *e,
                       struct check_report *report)
{
    static const uint8_t nobody[DIGEST_SIZE];
    uint8_t digest[DIGEST_SIZE];
    if (e->owner_spki.size == 0)
        return;
    struct span nonce = is_bound(s) ? span_of(s->nonce, NONCE_SIZE) : span_of(NULL, 0);
    if (statement_owner_digest(s->instance, nonce, e->owner_spki, digest))
        check_need(report, CHECK_BINDING_OWNER);
    else
        (void)check_digest(report, CHECK_BINDING_OWNER, digest, s->state == KEEP_UNOWNED ? nobody : s->owner,
                           DIGEST_SIZE);
}

/* In a live session these are asked for by whoever calls: forgetting one is a refusal, not a gap. */
static void need_live(const struct attest_expected *e, struct check_report *report)
{
    if (e->binding != ATTEST_SESSION)
        return;
    check_need(report, CHECK_BINDING_NONCE);
    check_need(report, CHECK_BINDING_EXPORTER);
    check_need(report, CHECK_BINDING_KEY);
    if (e->kind == STATEMENT_WORKLOAD)
        check_need(report, CHECK_BINDING_SESSION);
    if (e->purpose == ATTEST_RECONNECT)
        check_need(report, CHECK_BINDING_OWNER);
}

void attest_bind(const struct statement *s, const struct attest_expected *e, struct check_report *report)
{
    const bool workload = s->kind == STATEMENT_WORKLOAD, receipt = s->kind == STATEMENT_RECEIPT;
    need_live(e, report);
    (void)check_set(report, CHECK_BINDING_KIND, s->kind == e->kind, statement_kind_name(e->kind), "%s",
                    statement_kind_name(s->kind));
    bind_value(report, CHECK_BINDING_NONCE, is_bound(s), e->nonce, s->nonce, NONCE_SIZE);
    bind_value(report, CHECK_BINDING_EXPORTER, is_bound(s), e->binder, s->binder, DIGEST_SIZE);
    bind_value(report, CHECK_BINDING_KEY, true, e->spki, s->spki, DIGEST_SIZE);
    bind_value(report, CHECK_BINDING_BOOT, true, e->boot, s->boot, DIGEST_SIZE);
    bind_value(report, CHECK_BINDING_INSTANCE, true, e->instance, s->instance, INSTANCE_ID_SIZE);
    bind_value(report, CHECK_BINDING_SESSION, workload, e->session, s->session, DIGEST_SIZE);
    bind_value(report, CHECK_BINDING_WORKLOAD, workload, e->workload, s->workload, DIGEST_SIZE);
    bind_value(report, CHECK_BINDING_RUN, receipt, e->run, s->run, RUN_ID_SIZE);
    bind_value(report, CHECK_BINDING_OUTBOX, receipt, e->outbox, s->outbox, DIGEST_SIZE);
    bind_state(s, e, report);
    bind_owner(s, e, report);
}
