/* SPDX-License-Identifier: Apache-2.0 */
/* The one poll loop: a session, the program's streams, and signals, until something has happened. */
#ifndef CASEMATE_CLI_DRIVE_H
#define CASEMATE_CLI_DRIVE_H

#include "../base/buffer.h"
#include "cli.h"

struct drive {
    struct cli *cli;
    casemate_session *session;
    bool input;       /* stdin goes to the program once it runs */
    bool input_ready; /* the program takes input now */
    bool input_ended; /* end of our stdin was read */
    bool input_full;  /* the window is full */
    struct buffer pending;
    bool stop_on_signal; /* a signal stops the program, and the loop goes on until it has ended */
    bool stop_sent;
    int64_t stop_deadline;
    uint64_t since;        /* output of before is dropped: milliseconds since 1970 */
    uint64_t output_at[2]; /* where output goes on, in each stream */
    bool broken_pipe;      /* nobody reads our stdout */
    bool skipped;
    const char *asked; /* guest path that a command asks for; NULL: none */
    /* Called for events that the loop does not handle itself; -1 with the error set, 1 if the loop
     * shall return. May be NULL. */
    int (*on_event)(void *context, const struct casemate_event *event);
    void *context;
    /* what came of it */
    bool exited;
    char exit_kind[16];
    uint32_t exit_code;
    char exit_text[512];
};

/* Until an event of this type, or an exit: 0. Interrupted by a signal: 1. Failed: -1, and cli->error says
 * why. */
int drive(struct drive *d, int32_t until);
/* Exit code of the program's end; prints why, if it did not end by itself. */
int drive_exit_code(const struct drive *d);
void drive_free(struct drive *d);

/* Monotonic milliseconds. */
int64_t drive_clock(void);

#endif
