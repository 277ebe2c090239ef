/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox (docs/protocol.md, section 6): what an owner who was away finds. Sealed to the key of the owner
 * proof, believed by its receipt, left with the host as one item. */
#ifndef CASEMATE_KEEP_OUTBOX_H
#define CASEMATE_KEEP_OUTBOX_H

#include "../../proto/hpke.h"
#include "../../proto/message.h"

struct keep;
struct channel;

enum outbox_phase {
    OUTBOX_NONE = 0,
    OUTBOX_SEALED,    /* waits for the evidence of its receipt */
    OUTBOX_LEAVING,   /* its bytes go over the portal */
    OUTBOX_DELIVERED, /* all handed over */
    OUTBOX_LOST,      /* no memory, or no evidence: the host will call this run lost */
};

struct outbox_delivery {
    enum outbox_phase phase;
    uint8_t enc[HPKE_ENC_SIZE];
    uint8_t digest[DIGEST_SIZE]; /* SHA-256 of enc and ciphertext */
    uint8_t *ciphertext;
    size_t ciphertext_size;
    uint8_t *file; /* encoded, on its way */
    size_t file_size, file_at;
    struct channel *channel;
};

/* Seals the exit record and the tails of the output. */
void outbox_seal(struct keep *keep);
/* The receipt has its evidence (or has failed: then evidence is empty). */
void outbox_receipt(struct keep *keep, struct span statement, struct span evidence);
/* Moves bytes to the portal. */
void outbox_step(struct keep *keep);
void outbox_free(struct outbox_delivery *o);

#endif
