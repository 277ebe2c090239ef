/* SPDX-License-Identifier: Apache-2.0 */
/* The queue for evidence (docs/protocol.md, section 4): one statement at a time goes to the host, in turn
 * over the sessions that asked, sessions that proved ownership first, the receipt of the outbox before all.
 * Strangers are held to a rate, so that they cannot wear out a slow quoting service (row 48). */
#ifndef CASEMATE_KEEP_EVIDENCE_H
#define CASEMATE_KEEP_EVIDENCE_H

#include "../../proto/message.h"

struct keep;
struct session;

enum {
    EVIDENCE_BURST = 32,       /* statements for strangers at once */
    EVIDENCE_INTERVAL_MS = 25, /* and then one in so many milliseconds */
    EVIDENCE_REFUSALS_MAX = 8, /* the host may say "try again" so often for one statement */
    EVIDENCE_RETRY_MS = 100,
};

enum evidence_phase { EVIDENCE_IDLE = 0, EVIDENCE_ASKING, EVIDENCE_WAITING, EVIDENCE_ANSWERED };

struct evidence {
    enum evidence_phase phase;
    struct session *session; /* who asked; NULL: the receipt, or a session that is gone */
    bool for_receipt;
    struct statement statement;
    uint8_t *body; /* EVIDENCE_SIZE_MAX bytes: what is asked, what was answered */
    size_t body_size;
    uint32_t request; /* id on the portal */
    enum frame_status status;
    unsigned refusals;
    uint64_t not_before; /* of the next try */
    unsigned turn;       /* session that is next */
    unsigned tokens;
    uint64_t tokens_at; /* when a token came last */
};

/* As far as it can go now. 0, or an error that ends the Keep. */
int evidence_step(struct keep *keep);
/* From the portal. */
int evidence_reply(struct keep *keep, uint32_t request, enum frame_status status, struct span body);
/* A session ends: its question is not asked, or its answer dropped. */
void evidence_forget(struct keep *keep, const struct session *session);
/* When evidence_step() has something to do by itself; UINT64_MAX: nothing is planned. */
uint64_t evidence_deadline(const struct keep *keep);
void evidence_free(struct keep *keep);

#endif
