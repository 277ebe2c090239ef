/* SPDX-License-Identifier: Apache-2.0 */
/* What casemated can be told, by its command line and by its configuration file: one table for both. */
#ifndef CASEMATE_HOST_SETTINGS_H
#define CASEMATE_HOST_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/error.h"
#include "../base/paths.h"

enum { SETTINGS_LISTEN_MAX = 8 };

struct settings {
    /* where */
    char *listen[SETTINGS_LISTEN_MAX]; /* "unix:PATH", "tcp:ADDRESS:PORT" */
    size_t listen_count;
    int private_fd; /* -1: none */
    char *tls_cert, *tls_key, *token_file;
    bool insecure;
    char *state; /* folder; NULL: the user's */
    char *config;
    char *cgroup; /* delegated folder; NULL: limits of processes only */
    /* how much */
    int64_t keeps, keep_memory, keep_memory_max, memory, connections, header_bytes, body_bytes;
    int64_t request_seconds, first_session_seconds, session_idle_seconds, drain_seconds;
    /* log */
    char *log_format, *log_level;
    bool keep_log;
    /* not settings */
    bool help, version;
};

enum setting_type { SETTING_TEXT, SETTING_LIST, SETTING_SIZE, SETTING_COUNT, SETTING_FLAG, SETTING_FD };

struct setting { /* NOLINT(clang-analyzer-optin.performance.Padding): the order of the table reads well */
    const char *name; /* option: --two-words; key of the file: two_words */
    enum setting_type type;
    size_t offset; /* in struct settings */
    int64_t least, most;
    bool in_file;
    const char *argument, *help;
};
extern const struct setting settings_table[];
extern const size_t settings_count;

void settings_default(struct settings *s);
void settings_free(struct settings *s);
/* The options; and the file that --config names, which they override. E_USAGE, E_CONFIG. */
int settings_read(struct settings *s, int argc, char **argv, struct casemate_error *err);
/* The file alone; its keys are all checked, but do not override what `given` says the options set
 * (settings_count flags, or NULL). */
int settings_read_file(struct settings *s, const char *path, const bool *given, struct casemate_error *err);
/* A size like 64MiB, 1GiB, 4096. E_CONFIG. */
int settings_parse_size(const char *text, int64_t *size, struct casemate_error *err);
/* One setting from text. */
int settings_set_text(struct settings *s, const struct setting *which, const char *text,
                      struct casemate_error *err);
void settings_print_help(void);

/* Refuses what would be open to strangers: TCP without TLS and tokens, unless insecure. E_INSECURE. */
int settings_check(const struct settings *s, struct casemate_error *err);

#endif
