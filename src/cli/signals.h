/* SPDX-License-Identifier: Apache-2.0 */
/* Ctrl-C and SIGTERM as something that the poll loop sees. */
#ifndef CASEMATE_CLI_SIGNALS_H
#define CASEMATE_CLI_SIGNALS_H

#include <stdbool.h>

/* From here on SIGINT, SIGTERM and SIGHUP do not end the process. Without this call signals_fd() is -1. */
void signals_catch(void);
/* Readable when a signal has come. */
int signals_fd(void);
/* The first signal that came, or 0; how many came. */
int signals_pending(void);
int signals_count(void);
/* After this, pending signals no longer end waits: what remains is cleaning up. */
void signals_stop(void);
bool signals_stopping(void);

#endif
