/* SPDX-License-Identifier: Apache-2.0 */
/* The private host agent of `casemate run`: a casemated of our own, reached over a socketpair, that ends when
 * we do. */
#ifndef CASEMATE_CLI_AGENT_H
#define CASEMATE_CLI_AGENT_H

#include <sys/types.h>

#include "cli.h"

struct agent {
    pid_t pid;
    int fd;  /* SOCK_SEQPACKET: each message carries one connected stream socket (SCM_RIGHTS) */
    int log; /* what it said, for a failure */
};

int agent_start(struct cli *cli, struct agent *agent);
/* For casemate_host_options.connect: context is the struct agent. */
int32_t agent_connect(void *context, casemate_error *error);
/* Closes the socketpair and waits until it has ended. */
void agent_end(struct agent *agent);
/* Adds the agent's last words to an error, where they explain it. */
void agent_explain(struct cli *cli, const struct agent *agent);

#endif
