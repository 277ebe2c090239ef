/* SPDX-License-Identifier: Apache-2.0 */
/* A warden's life with its Keep: the loop that moves bytes, answers the Keep's requests and tells casemated.
 */
#ifndef CASEMATE_HOST_WARDEN_H
#define CASEMATE_HOST_WARDEN_H

#include "control.h"
#include "relay.h"

struct warden {
    int control;
    const struct tee *tee;
    struct tee_keep *keep;
    bool gone; /* the Keep is */
    bool log;  /* pass on what a development image logs */
    uint8_t state;
    uint64_t drain_until; /* milliseconds; clients get so long to take what a gone Keep said */
    bool retry;           /* evidence is not ready yet */
    char why[CONTROL_TEXT_MAX];
    struct portal portal;
    struct relay relay;
    struct outbox_store outbox;
    struct control message;
};

/* Until the Keep is gone, broke a rule, or casemated let go of the descriptor. The Keep is destroyed then. */
void warden_run(struct warden *w);

/* The Keep's requests (docs/protocol.md, section 2): one function a method, in one table. */
void warden_serve_calls(struct warden *w);
/* A rule that the Keep broke, beyond those of the portal: it ends. */
void warden_break(struct warden *w, const char *rule);

#endif
