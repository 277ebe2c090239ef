/* SPDX-License-Identifier: Apache-2.0 */
/* Small texts that people type: volumes, sizes, variables, env files. Pure functions. */
#ifndef CASEMATE_CLI_PARSE_H
#define CASEMATE_CLI_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "HOST:GUEST" (docker) or "HOST::GUEST" (wasmtime); without a separator both are the same, which then must
 * be absolute. Options behind a second colon ("ro") are docker's: accepted are "ro" and "z", which change
 * nothing. False if a part is empty. */
struct volume {
    const char *host, *guest;
    size_t host_size, guest_size;
};
bool parse_volume(const char *text, struct volume *volume);

/* "512m", "1g", "65536", "1GiB": bytes; binary units. False if it is none, or does not fit. */
bool parse_size(const char *text, uint64_t *bytes);
/* docker's --since: "10m", "1h30m", "1.5s" before `now`; seconds since 1970, "1136073600.5"; or a date and
 * time as RFC 3339 has it, in local time if it names no zone, and cut short where one likes after the date.
 * Milliseconds since 1970, as `now` is. */
bool parse_since(const char *text, uint64_t now, uint64_t *since);
/* A plain decimal number. */
bool parse_number(const char *text, uint64_t *number);

/* "KEEP:PATH" of cp: the keep may be "HOST/ID", so the path begins at the last ":/". */
bool parse_keep_path(const char *text, size_t *keep_size, const char **path);

/* The next assignment of an env file (docker's form: K=V or K a line; empty lines and those with # at their
 * begin are skipped; no quotes, no expansion). False at the end. */
struct env_line {
    const char *name, *value; /* value NULL: inherit */
    size_t name_size, value_size;
};
bool parse_env_line(const char **rest, size_t *left, struct env_line *line);

#endif
