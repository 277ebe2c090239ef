/* SPDX-License-Identifier: Apache-2.0 */
/* One Keep: what the portal brings, what is served, when it waits. */
#include "keep.h"

#include "../proto/crypto.h"
#include "../proto/guard.h"
#include "libc/budget.h"
#include "session/session.h"

/* ---- what the portal brings ---- */

/* The boot record is the host's word; what the hardware vouches for is its digest, where it has one. */
static int on_boot(void *context, struct span record)
{
    struct keep *keep = context;
    const struct shim_identity *shim = shim_identity();
    uint8_t digest[DIGEST_SIZE];
    struct boot_record boot;
    if (boot_record_decode(record, &boot) != 0 || strcmp(boot.tee, shim->tee) != 0)
        return KEEP_EHOST;
    /* There is no memory before, not even for a digest. */
    int error = budget_init(boot.memory);
    if (!error && psa_crypto_init() != PSA_SUCCESS)
        error = KEEP_ECRYPTO;
    if (!error)
        error = crypto_sha256(&record, 1, digest);
    if (!error && shim->has_boot_digest && !bytes_equal_constant_time(digest, shim->boot_digest, DIGEST_SIZE))
        error = KEEP_EHOST;
    if (error)
        return error;
    /* Inputs are valid from here. */
    keep->boot = boot;
    memcpy(keep->boot_digest, digest, sizeof keep->boot_digest);
    error = identity_make(&keep->identity);
    if (error)
        return error;
    error = tls_server_init(&keep->tls, &keep->identity);
    if (error)
        identity_free(&keep->identity);
    keep->booted = !error;
    return error;
}

static int on_opened(void *context, struct channel *channel)
{
    return session_accept(context, channel);
}

static int on_reply(void *context, uint32_t id, enum frame_method method, enum frame_status status,
                    struct span body)
{
    if (method == FRAME_METHOD_EVIDENCE)
        return evidence_reply(context, id, status, body);
    return body.size == 0 ? 0 : KEEP_EHOST;
}

static const struct portal_events events = {.boot = on_boot, .opened = on_opened, .reply = on_reply};

/* ---- states ---- */

void keep_set_state(struct keep *keep, enum keep_state state)
{
    keep->state = state;
}

/* Tells the host, so that lists and time limits can be right; a full queue means later. */
static void state_tell(struct keep *keep)
{
    uint8_t state = (uint8_t)keep->state;
    uint32_t id;
    if (keep->told_state == state)
        return;
    if (portal_request(&keep->portal, FRAME_METHOD_STATE, span_of(&state, 1), &id) == 0)
        keep->told_state = state;
}

uint64_t keep_realtime(void *context)
{
    struct keep *keep = context;
    uint64_t now = shim_wall_time(), floor;
    if (__builtin_mul_overflow(keep->workload.deploy.time_floor, (uint64_t)1000000000, &floor))
        floor = UINT64_MAX;
    if (!guard_holds(GUARD_KEEP_FLOOR, now >= floor))
        now = floor;
    if (guard_holds(GUARD_KEEP_FORWARD, now > keep->program.latest))
        keep->program.latest = now;
    return keep->program.latest;
}

/* ---- service ---- */

void keep_init(struct keep *keep)
{
    portal_init(&keep->portal, &events, keep);
    keep->told_state = -1;
}

static int poll_all(struct keep *keep)
{
    int error = portal_pump(&keep->portal);
    if (error || !keep->booted)
        return error;
    /* Before, for what has been answered; after, for what has been asked. */
    error = evidence_step(keep);
    keep->more = sessions_step(keep);
    if (!error)
        error = evidence_step(keep);
    if (error)
        return error;
    outbox_step(keep);
    state_tell(keep);
    /* Sends only: what was received here would be seen by nobody before the next frame wakes the Keep. */
    return portal_flush(&keep->portal);
}

int keep_poll(struct keep *keep)
{
    if (keep->polling)
        return 0;
    keep->polling = true;
    int error = poll_all(keep);
    keep->polling = false;
    return error;
}

int keep_wait(struct keep *keep, uint64_t deadline)
{
    uint64_t own = sessions_deadline(keep), evidence = evidence_deadline(keep);
    if (own < deadline)
        deadline = own;
    if (evidence < deadline)
        deadline = evidence;
    if (!keep->more)
        (void)shim_wait(portal_wanted(&keep->portal), deadline);
    return keep_poll(keep);
}

int keep_step(struct keep *keep)
{
    int error = keep_poll(keep);
    if (error)
        return error;
    if (!keep->program.started)
        return validate_step(keep);
    error = program_run(keep);
    keep->more = true; /* the end of the program is news for its sessions */
    return error;
}

void keep_free(struct keep *keep)
{
    sessions_free(keep);
    evidence_free(keep);
    program_free(&keep->program);
    workload_drop(&keep->workload);
    if (keep->booted) {
        tls_server_free(&keep->tls);
        identity_free(&keep->identity);
    }
    keep->booted = keep->has_workload = false;
}
