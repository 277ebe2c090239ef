/* SPDX-License-Identifier: Apache-2.0 */
/* casemated's log: one line an event on the standard error, as text or as JSON. Facts about Keeps and
 * requests, never a byte of what passes between a client and a Keep, never a token. */
#ifndef CASEMATE_HOST_LOG_H
#define CASEMATE_HOST_LOG_H

#include <stdbool.h>

#include "../base/error.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* How lines look, for the whole program. */
void log_configure(bool json, enum log_level most);
/* keep: the id that it is about, or NULL. Control characters and what is not UTF-8 are replaced. */
void log_event(enum log_level level, const char *keep, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void log_error(const char *keep, const struct casemate_error *err);
/* "error", "warning", "info", "debug"; false for other text. */
bool log_level_find(const char *name, enum log_level *level);

#endif
