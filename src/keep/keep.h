/* SPDX-License-Identifier: Apache-2.0 */
/* One Keep, whole: what its parts share. There is one in an image; tests make their own. All of it runs on
 * one thread; what looks concurrent is keep_poll(), called while a program runs from its safe points. */
#ifndef CASEMATE_KEEP_KEEP_H
#define CASEMATE_KEEP_KEEP_H

#include "../shim/shim.h"
#include "crypto/identity.h"
#include "portal/portal.h"
#include "run/program.h"
#include "run/workload.h"
#include "session/evidence.h"
#include "session/tls.h"

struct session;

enum {
    KEEP_SESSIONS_MAX = FRAME_CHANNELS_MAX,
    KEEP_STRANGERS_MAX = 8, /* sessions without an owner proof (docs/protocol.md, section 4) */
};

struct owner {
    bool known;
    uint8_t spki[P256_SPKI_SIZE];
    uint8_t outbox[P256_POINT_SIZE];
};

struct keep {
    struct portal portal;
    bool booted; /* the boot record is in, the identity made */
    bool polling;
    bool more; /* the last poll moved something, so that another may: do not wait */
    struct boot_record boot;
    uint8_t boot_digest[DIGEST_SIZE];
    struct identity identity;
    struct tls_server tls;
    enum keep_state state;
    int told_state; /* what the host was told last; -1: nothing yet */
    struct owner owner;
    bool has_workload;
    struct workload workload;
    struct program program;
    struct evidence evidence;
    struct session *session[KEEP_SESSIONS_MAX]; /* NULL: free */
    uint64_t session_count;                     /* ever opened: gives their age */
};

/* Prepares an empty Keep; the boot record comes over the portal. */
void keep_init(struct keep *keep);
/* Serves portal and sessions as far as they can go now, without waiting; nothing if it is being served
 * already. 0, or the error that ends the Keep. */
int keep_poll(struct keep *keep);
/* Waits for the portal, or until the deadline or an earlier one of the Keep's own, then polls. */
int keep_wait(struct keep *keep, uint64_t deadline);
/* One round of the main loop without waiting: polls, validates what has arrived of a module, runs the program
 * if one was started. */
int keep_step(struct keep *keep);
/* Gives back everything: for tests. The portal stays as it is. */
void keep_free(struct keep *keep);

/* Enters a state; the host is told. */
void keep_set_state(struct keep *keep, enum keep_state state);
/* Wall-clock time as the program and its files see it: the host's, not below the owner's time floor and never
 * running backwards. */
uint64_t keep_realtime(void *keep);

#endif
