/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line prints beside a program's own output: errors, banners, hints, JSON. */
#ifndef CASEMATE_CLI_OUTPUT_H
#define CASEMATE_CLI_OUTPUT_H

#include <jansson.h>

#include "cli.h"

/* Prints cli->error, as text or JSON, and gives the exit code that belongs to it. */
int output_error(struct cli *cli);
/* Progress and banners: stderr, not with --quiet or --json. */
void output_note(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same, with --verbose only. */
void output_detail(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The next step, last on stderr, on a terminal only. */
void output_hint(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One JSON object and a newline; takes the reference. */
void output_json(FILE *to, json_t *object);
/* Text of a peer or a file: printable, for a terminal. */
void output_safe(FILE *to, const char *text, size_t size);

/* Claims and verdict as text. */
void output_verdict(FILE *to, const casemate_verdict *verdict);
/* The banner of what is insecure in this run, if anything is. */
void output_banner(const struct cli *cli, const casemate_verdict *verdict);
/* A claim as text, into a buffer. */
void output_claim(const casemate_verdict *verdict, const char *name, char *text, size_t capacity);

#endif
