/* SPDX-License-Identifier: Apache-2.0 */
/* The one run of a Keep: engine and WASI over the workload, stdio, the exit record, and the outbox
 * afterwards. Requests of sessions only leave marks here; the main loop starts the program, and its safe
 * points and waits call keep_poll(). So no message can start a second run, or free what the engine uses. */
#ifndef CASEMATE_KEEP_PROGRAM_H
#define CASEMATE_KEEP_PROGRAM_H

#include "../../proto/message.h"
#include "input.h"
#include "output.h"
#include "outbox.h"

struct keep;
struct wasi;

enum {
    /* About this much work between two polls: one to three milliseconds, so that polling costs well below 1
       %. */
    PROGRAM_FUEL_PER_POLL = 1000000,
    PROGRAM_BYTES_PER_POLL = 65536,
    PROGRAM_STACK_SIZE = 8 << 20,
    /* Codes of ends that are not the program's own. */
    EXIT_CODE_TRAP = 134,
    EXIT_CODE_STOPPED = 143,
    EXIT_CODE_INVALID = 126,
    EXIT_CODE_FAILED = 125,
};

struct program {
    bool started; /* `start` was accepted; the main loop has to run it */
    bool ended;
    bool stopping;
    uint8_t run[RUN_ID_SIZE];
    struct output output;
    struct input input;
    struct exit_record exit; /* its text points into exit_text */
    uint8_t exit_text[EXIT_TEXT_MAX];
    struct outbox_delivery outbox;
    uint64_t latest; /* wall-clock time that was given out last */
};

/* Makes room for stdio; from here on sessions may follow it. KEEP_ENOMEM. */
int program_prepare(struct program *p, const uint8_t run[RUN_ID_SIZE], bool stdin_open);
/* Runs it to its end; returns with p->ended and the exit record. 0, or an error that ends the Keep. */
int program_run(struct keep *keep);
void program_free(struct program *p);

#endif
