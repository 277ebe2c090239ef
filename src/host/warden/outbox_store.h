/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox of a Keep (docs/protocol.md, section 6), written to its folder as it comes: ciphertext, which
 * the host keeps and does not read. It is there whole and on disk, or not at all. */
#ifndef CASEMATE_HOST_OUTBOX_STORE_H
#define CASEMATE_HOST_OUTBOX_STORE_H

#include "../../proto/bytes.h"

/* Two streams' tails of 1 MiB, exit record, evidence, and what wraps them. */
enum { OUTBOX_STORE_SIZE_MAX = (2 << 20) + (256 << 10) };
#define OUTBOX_STORE_NAME     "outbox"
#define OUTBOX_STORE_NAME_NEW "outbox.new"

struct outbox_store {
    int folder; /* descriptor of the Keep's folder */
    int fd;     /* of the new file; -1 while none is written */
    size_t size;
    bool stored, failed;
    int error; /* errno of the failure */
};

void outbox_store_init(struct outbox_store *o, int folder);
/* KEEP_ESIZE beyond OUTBOX_STORE_SIZE_MAX, KEEP_EORDER after it was stored: the Keep broke a rule. 0
 * otherwise, also when the disk failed (o->failed). */
int outbox_store_append(struct outbox_store *o, struct span bytes);
/* The Keep has sent it all: to the disk, then under its name. True if it is there for good. */
bool outbox_store_finish(struct outbox_store *o);
/* Nothing is left of one that was not finished. */
void outbox_store_abandon(struct outbox_store *o);

#endif
