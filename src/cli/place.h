/* SPDX-License-Identifier: Apache-2.0 */
/* Where a verb works: the host agent, and which Keep; and what it accepts: roots, policy, key. */
#ifndef CASEMATE_CLI_PLACE_H
#define CASEMATE_CLI_PLACE_H

#include "../base/buffer.h"
#include "agent.h"
#include "cli.h"

struct place {
    casemate_host *host;
    struct agent agent;
    casemate_roots *roots;
    casemate_policy *policy;
    struct buffer policy_text;
    casemate_key *key;
    casemate_store *store;
    casemate_record *record;
};

void place_init(struct place *place);
void place_free(struct place *place);

/* The host of --host, $CASEMATE_HOST or the default socket; or text, if not NULL ("HOST/ID"). */
int place_host(struct cli *cli, struct place *place, const char *text);
/* A private host agent. */
int place_private(struct cli *cli, struct place *place);
/* Policy and roots of the options, and an image to trust beside the installed ones; own_root adds the root of
 * this user's own host agent (for `run`). */
int place_policy(struct cli *cli, struct place *place, bool own_root);
int place_key(struct cli *cli, struct place *place);
/* The record of KEEP, its host, policy and key. With a host in the options, that one. */
int place_record(struct cli *cli, struct place *place, const char *keep);

/* Waits for a request, with the deadline of its host; 130 and so on are left to the loop of signals. Frees it
 * on failure. */
int place_wait(struct cli *cli, casemate_request *request);

#endif
