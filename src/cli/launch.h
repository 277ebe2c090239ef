/* SPDX-License-Identifier: Apache-2.0 */
/* What run and deploy share: make a Keep, verify it, deploy into it, follow it, clean up. */
#ifndef CASEMATE_CLI_LAUNCH_H
#define CASEMATE_CLI_LAUNCH_H

#include "drive.h"
#include "place.h"

struct launch {
    struct cli *cli;
    struct place place;
    struct drive drive;
    casemate_package *package;
    char keep[72]; /* id at the host; empty until made */
    char name[72];
    bool is_private; /* run: agent, Keep and record end with the command */
    bool verified;
    char verdict_line[256];
};

int launch(struct launch *l);

#endif
