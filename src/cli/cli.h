/* SPDX-License-Identifier: Apache-2.0 */
/* The command line `casemate`: rules of the interface, and what its verbs share.
 *
 * - Options stand before the module; everything after it is the program's. "--" ends ours.
 * - stdout is the program's, or the verb's result; everything else goes to stderr. With --json a result is
 * one JSON object, and so is an error: prose never mixes with it.
 * - Exit code: the program's; 125 ours, 126 cannot run, 127 not found, 134 trap, 128 + n after signal n.
 * `verify` and `attest`: 0 accepted, 1 refused, 2 unusable input.
 * - An error says what failed, on what, expected, found, the next step, and its code. --quiet drops hints,
 * banners and progress, never errors. Hints come last, on a terminal only.
 * - Only public headers of libcasemate are used, over the non-blocking face. */
#ifndef CASEMATE_CLI_H
#define CASEMATE_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "../../include/casemate/casemate.h"
#include "options.h"

enum {
    EXIT_OURS = 125,
    EXIT_CANNOT_RUN = 126,
    EXIT_NOT_FOUND = 127,
    EXIT_TRAPPED = 134,
    EXIT_REFUSED = 1,
    EXIT_UNUSABLE = 2,
};

/* One run of the program. */
struct cli {
    struct options options;
    const struct verb *verb;
    casemate_error *error;
    int argc; /* what follows the options */
    char **argv;
    char **command; /* the whole command line, for hints */
    bool terminal;  /* stderr is one */
    bool colours;
};

struct verb {
    const char *name;
    unsigned bit;
    /* Exit code; or -1 after a failure that cli->error describes. */
    int (*run)(struct cli *cli);
    const char *arguments; /* in usage: "[OPTIONS] APP.wasm [ARGS...]" */
    const char *summary;
    const char *text; /* more, in help VERB */
    bool hidden;
};
extern const struct verb verbs[];
extern const size_t verb_count;
const struct verb *verb_find(const char *name);

/* Sets cli->error; always -1. */
int cli_fail(struct cli *cli, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int cli_next(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Wrong number of arguments, or unknown ones: E_USAGE with the verb's usage. */
int cli_usage(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
int cli_want_arguments(struct cli *cli, int least, int most);

/* One function a verb, in the file of its name. */
int verb_run(struct cli *cli);
int verb_deploy(struct cli *cli);
int verb_ps(struct cli *cli);
int verb_logs(struct cli *cli);
int verb_attach(struct cli *cli);
int verb_stop(struct cli *cli);
int verb_cp(struct cli *cli);
int verb_inspect(struct cli *cli);
int verb_adopt(struct cli *cli);
int verb_rm(struct cli *cli);
int verb_platform(struct cli *cli);
int verb_attest(struct cli *cli);
int verb_measure(struct cli *cli);
int verb_verify(struct cli *cli);
int verb_policy(struct cli *cli);
int verb_collateral(struct cli *cli);
int verb_key(struct cli *cli);
int verb_root(struct cli *cli);
int verb_explain(struct cli *cli);
int verb_version(struct cli *cli);
int verb_help(struct cli *cli);
int verb_exec(struct cli *cli);
int verb_completions(struct cli *cli);

#endif
