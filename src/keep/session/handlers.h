/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of a peer: one message, one function (docs/protocol.md, section 5). dispatch.c has decoded the
 * message and checked what it needs; the function checks everything else, then changes something. It answers
 * 0 if the session goes on (a refusal that changed nothing included), or the error that closes it. */
#ifndef CASEMATE_KEEP_HANDLERS_H
#define CASEMATE_KEEP_HANDLERS_H

#include "session.h"

int handle_attest(struct session *s, const struct message *m);
int handle_attest_workload(struct session *s, const struct message *m);
int handle_owner(struct session *s, const struct message *m);
int handle_deploy(struct session *s, const struct message *m);
int handle_data(struct session *s, const struct message *m);
int handle_secrets(struct session *s, const struct message *m);
int handle_start(struct session *s, const struct message *m);
int handle_stop(struct session *s, const struct message *m);
int handle_attach(struct session *s, const struct message *m);
int handle_logs(struct session *s, const struct message *m);
int handle_input(struct session *s, const struct message *m);
int handle_cp(struct session *s, const struct message *m);

/* Whether a command means this Keep's workload, and its run if it names one. */
bool names_workload(const struct keep *keep, const struct message *m);
bool names_run(const struct keep *keep, const struct message *m);

#endif
