/* SPDX-License-Identifier: Apache-2.0 */
/* A session with a Keep of ours, for the verbs that command it: only the very Keep of the record is accepted.
 */
#ifndef CASEMATE_CLI_COMMAND_H
#define CASEMATE_CLI_COMMAND_H

#include "drive.h"
#include "place.h"

struct command {
    struct place place;
    struct drive drive;
};

/* Record, host, policy, key and a session for KEEP; catches signals. */
int command_open(struct cli *cli, struct command *command, const char *keep);
void command_close(struct command *command);
/* The outbox of an ended Keep, from its host, believed by its receipt. */
int command_outbox(struct cli *cli, struct command *command, casemate_outbox **outbox);
/* 1 if the host says that the Keep has ended or is gone from its warden, 0 if not; -1 failed. */
int command_ended(struct cli *cli, struct command *command);
/* What to return after drive(): 0, or -1, or the code of a signal. */
int command_result(struct cli *cli, int driven);

#endif
