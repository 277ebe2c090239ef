/* SPDX-License-Identifier: Apache-2.0 */
/* The front's sandbox: it reads what strangers send, and holds a key. */
#ifndef CASEMATE_HOST_FRONT_SANDBOX_H
#define CASEMATE_HOST_FRONT_SANDBOX_H

#include "../warden/sandbox.h"

/* First of all; then certificate and key are read and listening sockets taken. */
int front_sandbox_begin(int keep_fd, struct casemate_error *err);
/* Before the first byte of a stranger: no file system, no capabilities, a list of system calls. */
int front_sandbox_finish(struct casemate_error *err);

extern const struct sandbox_rule front_rules[];
extern const unsigned front_rule_count;

#endif
