/* SPDX-License-Identifier: Apache-2.0 */
/* The one table of options: it parses, and prints help, usage and completions, so that they cannot disagree.
 */
#ifndef CASEMATE_CLI_OPTIONS_H
#define CASEMATE_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct cli;
struct verb;

/* Values in the order in which they were given, each with the option that gave it. */
struct option_list {
    struct {
        const char *option; /* long name */
        const char *value;
    } *items;
    size_t count;
};

struct options {
    bool json, quiet, verbose, help;
    const char *output;
    const char *host, *token_file, *ca_file;
    const char *tee, *policy, *key, *config, *save_evidence, *memory, *name, *output_dir, *image, *time,
        *salt, *nonce, *ear_key, *from_evidence;
    bool allow_simulated, detach, dry_run, rm, interactive, tty, is_public, insecure;
    bool all, follow, force, recorded, ear;
    const char *tail, *since, *timeout;
    const char *vcpus, *vcpu_type, *guest_features, *kernel, *initrd, *append, *profile, *sigstruct;
    const char *cache, *pccs, *kds, *fmspc, *pck_ca, *product, *chip_id, *tcb;
    bool vlek;
    struct option_list variables; /* -e, --env-file, --secret-env */
    const char *invoke;
    struct option_list features; /* --wasm-feature */
    struct option_list files;    /* -v, --file, --dir, --secret-file */
    struct option_list collateral, roots, references;
};

enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_LIST };

struct option_row {
    const char *name;
    char letter; /* 0: none */
    enum option_kind kind;
    const char *argument; /* "FILE"; NULL for a flag */
    const char *help;
    unsigned verbs; /* bits of the verbs that take it */
    size_t offset;  /* in struct options */
};
extern const struct option_row option_rows[];
extern const size_t option_count;

/* Bits of verbs, for the table. */
enum {
    VERB_RUN = 1 << 0,
    VERB_DEPLOY = 1 << 1,
    VERB_PS = 1 << 2,
    VERB_LOGS = 1 << 3,
    VERB_ATTACH = 1 << 4,
    VERB_STOP = 1 << 5,
    VERB_CP = 1 << 6,
    VERB_INSPECT = 1 << 7,
    VERB_ADOPT = 1 << 8,
    VERB_RM = 1 << 9,
    VERB_PLATFORM = 1 << 10,
    VERB_ATTEST = 1 << 11,
    VERB_MEASURE = 1 << 12,
    VERB_VERIFY = 1 << 13,
    VERB_KEY = 1 << 14,
    VERB_ROOT = 1 << 15,
    VERB_EXPLAIN = 1 << 16,
    VERB_VERSION = 1 << 17,
    VERB_HELP = 1 << 18,
    VERB_EXEC = 1 << 19,
    VERB_COMPLETIONS = 1 << 20,
    VERB_POLICY = 1 << 21,
    VERB_COLLATERAL = 1 << 22,
};

/* Parses the options of cli->verb from argv (argv[0] is the verb); sets cli->options, argc and argv. Options
 * may stand after arguments too, except where arguments are the program's. -1 with E_USAGE and the nearest
 * option. */
int options_parse(struct cli *cli, int argc, char **argv);
void options_free(struct options *options);
/* The verb's usage, text and options. */
void options_help(const struct verb *verb, FILE *to);

#endif
