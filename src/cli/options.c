/* SPDX-License-Identifier: Apache-2.0 */
/* The table of options, its parser over getopt_long, and the help that it prints. */
#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../base/nearest.h"
#include "cli.h"

#define AT(member) offsetof(struct options, member)
#define EVERY      (~0u)
#define WORKLOAD   (VERB_RUN | VERB_DEPLOY | VERB_MEASURE)
#define LAUNCH     (VERB_RUN | VERB_DEPLOY)
#define COMMANDS   (VERB_LOGS | VERB_ATTACH | VERB_STOP | VERB_CP)
#define HOSTED                                                                                               \
    (VERB_DEPLOY | VERB_PS | COMMANDS | VERB_INSPECT | VERB_ADOPT | VERB_RM | VERB_PLATFORM | VERB_ATTEST)
#define JUDGING (LAUNCH | COMMANDS | VERB_ADOPT | VERB_ATTEST | VERB_VERIFY)
#define FILES   (VERB_VERIFY | VERB_POLICY)

const struct option_row option_rows[] = {
    {"host", 'H', OPTION_TEXT, "URL", "host agent: unix:PATH or https://HOST:7443 [$CASEMATE_HOST]", HOSTED,
     AT(host)},
    {"token-file", 0, OPTION_TEXT, "FILE", "bearer token for the host agent", HOSTED, AT(token_file)},
    {"ca-file", 0, OPTION_TEXT, "FILE", "CA certificates of the host agent's TLS (PEM)", HOSTED, AT(ca_file)},
    {"tee", 0, OPTION_TEXT, "TEE", "kind of Keep: process, sgx, snp, tdx, sanctum, pef",
     LAUNCH | VERB_PLATFORM, AT(tee)},
    {"tee", 0, OPTION_TEXT, "TEE", "what launches the image: process, sgx, snp, sev-es, sev, tdx",
     VERB_MEASURE, AT(tee)},
    {"policy", 0, OPTION_TEXT, "FILE",
     "what evidence must show (policy.toml); default: images of this installation", JUDGING, AT(policy)},
    {"allow-simulated", 0, OPTION_FLAG, NULL,
     "accept evidence of simulated roots: no hardware protects the Keep", JUDGING, AT(allow_simulated)},
    {"key", 0, OPTION_TEXT, "FILE", "owner's key; default: a fresh one for each Keep",
     LAUNCH | COMMANDS | VERB_ADOPT, AT(key)},
    {"env", 'e', OPTION_LIST, "K[=V]", "variable of the program; without =V that of this shell", WORKLOAD,
     AT(variables)},
    {"env-file", 0, OPTION_LIST, "FILE", "variables from a file, a line each", WORKLOAD, AT(variables)},
    {"secret-env", 0, OPTION_LIST, "K[=V]", "variable that is sent last, after the workload is verified",
     WORKLOAD, AT(variables)},
    {"volume", 'v', OPTION_LIST, "HOST:GUEST", "file or folder that is sent (not mounted) to GUEST", WORKLOAD,
     AT(files)},
    {"file", 0, OPTION_LIST, "HOST:GUEST", "file that is sent", WORKLOAD, AT(files)},
    {"dir", 0, OPTION_LIST, "HOST:GUEST", "folder that is sent; HOST::GUEST too", WORKLOAD, AT(files)},
    {"secret-file", 0, OPTION_LIST, "HOST:GUEST", "file that is sent last, after the workload is verified",
     WORKLOAD, AT(files)},
    {"config", 0, OPTION_TEXT, "FILE", "Casemate.toml (or an Enarx.toml)", WORKLOAD, AT(config)},
    {"memory", 'm', OPTION_TEXT, "SIZE", "memory of the program (1g)", WORKLOAD, AT(memory)},
    {"invoke", 0, OPTION_TEXT, "FUNC",
     "call this export instead of _start: arguments are its numbers, results lines of stdout", WORKLOAD,
     AT(invoke)},
    {"wasm-feature", 0, OPTION_LIST, "NAME=on|off", "what the module may use of WebAssembly; all are on",
     WORKLOAD, AT(features)},
    {"public", 0, OPTION_FLAG, NULL, "let anyone attest which workload runs", WORKLOAD, AT(is_public)},
    {"name", 0, OPTION_TEXT, "NAME", "name of the Keep", LAUNCH | VERB_ADOPT, AT(name)},
    {"output-dir", 0, OPTION_TEXT, "HOST:GUEST",
     "fetch the Keep's folder GUEST to HOST after the program ended", LAUNCH, AT(output_dir)},
    {"detach", 'd', OPTION_FLAG, NULL, "start, print the Keep's id, and leave", VERB_DEPLOY, AT(detach)},
    {"rm", 0, OPTION_FLAG, NULL, "delete the Keep when the program ended", LAUNCH, AT(rm)},
    {"interactive", 'i', OPTION_FLAG, NULL, "pass stdin to the program", LAUNCH | VERB_ATTACH,
     AT(interactive)},
    {"tty", 't', OPTION_FLAG, NULL, "accepted for docker's sake; a Keep has no terminal", LAUNCH, AT(tty)},
    {"dry-run", 0, OPTION_FLAG, NULL, "attest, show what would be sent, send nothing", LAUNCH, AT(dry_run)},
    {"save-evidence", 0, OPTION_TEXT, "FILE", "keep statement and evidence for `casemate verify`",
     LAUNCH | VERB_ATTEST, AT(save_evidence)},
    {"image", 0, OPTION_TEXT, "FILE", "Keep image to trust instead of the installed one", LAUNCH, AT(image)},
    {"salt", 0, OPTION_TEXT, "HEX", "salt of the workload digest", VERB_MEASURE, AT(salt)},
    {"vcpus", 0, OPTION_TEXT, "N", "snp, sev-es: number of vCPUs (1)", VERB_MEASURE, AT(vcpus)},
    {"vcpu-type", 0, OPTION_TEXT, "TYPE", "snp, sev-es: model of QEMU's, or signature 0x... (EPYC-v4)",
     VERB_MEASURE, AT(vcpu_type)},
    {"guest-features", 0, OPTION_TEXT, "HEX", "snp: SEV_FEATURES of the guest (0x1)", VERB_MEASURE,
     AT(guest_features)},
    {"kernel", 0, OPTION_TEXT, "FILE", "snp, sev-es, sev: kernel that the firmware checks by its digest",
     VERB_MEASURE, AT(kernel)},
    {"initrd", 0, OPTION_TEXT, "FILE", "initrd that goes with --kernel", VERB_MEASURE, AT(initrd)},
    {"append", 0, OPTION_TEXT, "TEXT", "command line that goes with --kernel", VERB_MEASURE, AT(append)},
    {"profile", 0, OPTION_TEXT, "NAME", "how it is launched: snp qemu, ec2, gce; tdx single-pass, two-pass",
     VERB_MEASURE, AT(profile)},
    {"sigstruct", 0, OPTION_TEXT, "FILE", "sgx: SIGSTRUCT to check against the image", VERB_MEASURE,
     AT(sigstruct)},
    {"tee", 0, OPTION_TEXT, "TEE", "what the evidence must be of; default: auto, anything", FILES, AT(tee)},
    {"collateral", 0, OPTION_LIST, "DIR",
     "folder of certificates, revocation lists and vendors' statements, recognised by content; instead of "
     "the cache",
     FILES, AT(collateral)},
    {"time", 0, OPTION_TEXT, "TIME", "verify as of this time: 2026-11-24T12:00:00Z; default: now", FILES,
     AT(time)},
    {"nonce", 0, OPTION_TEXT, "HEX", "what the evidence must answer", VERB_VERIFY, AT(nonce)},
    {"recorded", 0, OPTION_FLAG, NULL, "the evidence is a recording: nothing need prove when it was made",
     VERB_VERIFY, AT(recorded)},
    {"root", 0, OPTION_LIST, "FILE", "simulated root for this call alone", FILES, AT(roots)},
    {"reference", 0, OPTION_LIST, "FILE", "CoRIM whose measurements are accepted too", FILES, AT(references)},
    {"from-evidence", 0, OPTION_TEXT, "FILE", "evidence whose claims a new policy accepts", VERB_POLICY,
     AT(from_evidence)},
    {"ear", 0, OPTION_FLAG, NULL, "print a signed attestation result (EAR, a JWT) instead", VERB_VERIFY,
     AT(ear)},
    {"ear-key", 0, OPTION_TEXT, "FILE", "the verifier's own key, which signs it (casemate key --ear)",
     VERB_VERIFY, AT(ear_key)},
    {"ear", 0, OPTION_FLAG, NULL, "a key that signs attestation results, instead of an owner's", VERB_KEY,
     AT(ear)},
    {"tee", 0, OPTION_TEXT, "TEE", "fetch: sgx, tdx or snp, instead of evidence", VERB_COLLATERAL, AT(tee)},
    {"fmspc", 0, OPTION_TEXT, "HEX", "fetch: platform of sgx and tdx, as 00906ed50000", VERB_COLLATERAL,
     AT(fmspc)},
    {"pck-ca", 0, OPTION_TEXT, "CA", "fetch: platform or processor; default: both", VERB_COLLATERAL,
     AT(pck_ca)},
    {"product", 0, OPTION_TEXT, "NAME", "fetch: of snp: Milan, Genoa or Turin", VERB_COLLATERAL, AT(product)},
    {"chip-id", 0, OPTION_TEXT, "HEX", "fetch: chip of snp whose VCEK is wanted too", VERB_COLLATERAL,
     AT(chip_id)},
    {"tcb", 0, OPTION_TEXT, "TCB", "fetch: its TCB: bl=3,tee=0,snp=8,ucode=115 (Turin: fmc=1 too)",
     VERB_COLLATERAL, AT(tcb)},
    {"vlek", 0, OPTION_FLAG, NULL, "fetch: for evidence of snp that a VLEK signed", VERB_COLLATERAL,
     AT(vlek)},
    {"pccs", 0, OPTION_TEXT, "URL", "fetch: PCCS to ask instead of Intel's service [$CASEMATE_PCCS]",
     VERB_COLLATERAL, AT(pccs)},
    {"kds", 0, OPTION_TEXT, "URL", "fetch: what to ask instead of AMD's service [$CASEMATE_KDS]",
     VERB_COLLATERAL, AT(kds)},
    {"ca-file", 0, OPTION_TEXT, "FILE", "fetch: CA certificates of these services' TLS (PEM)",
     VERB_COLLATERAL, AT(ca_file)},
    {"timeout", 0, OPTION_TEXT, "SECONDS", "fetch: wait so long for each answer (30)", VERB_COLLATERAL,
     AT(timeout)},
    {"force", 0, OPTION_FLAG, NULL, "fetch: also what is there and never changes", VERB_COLLATERAL,
     AT(force)},
    {"cache", 0, OPTION_TEXT, "DIR",
     "folder of fetched collateral [$CASEMATE_COLLATERAL; $XDG_CACHE_HOME/casemate/collateral]",
     VERB_COLLATERAL | FILES, AT(cache)},
    {"time", 0, OPTION_TEXT, "TIME", "show: as of this time: 2026-11-24T12:00:00Z; default: now",
     VERB_COLLATERAL, AT(time)},
    {"all", 'a', OPTION_FLAG, NULL, "ended Keeps and those of other hosts too", VERB_PS, AT(all)},
    {"follow", 'f', OPTION_FLAG, NULL, "go on until the program ends", VERB_LOGS, AT(follow)},
    {"since", 0, OPTION_TEXT, "TIME",
     "only what was written since: 10m, 1h30m, seconds since 1970, or 2026-01-31T12:00:00Z", VERB_LOGS,
     AT(since)},
    {"tail", 'n', OPTION_TEXT, "LINES", "only the last lines of each stream, or all", VERB_LOGS, AT(tail)},
    {"time", 't', OPTION_TEXT, "SECONDS", "wait so long for the program to end, then delete the Keep (10)",
     VERB_STOP, AT(timeout)},
    {"force", 'f', OPTION_FLAG, NULL, "also while it runs, and also if the host does not know it", VERB_RM,
     AT(force)},
    {"output", 'o', OPTION_TEXT, "FORM", "table or json", EVERY & ~(unsigned)VERB_KEY, AT(output)},
    {"output", 'o', OPTION_TEXT, "NEWFILE", "make a key in this file; - for stdout", VERB_KEY, AT(output)},
    {"json", 0, OPTION_FLAG, NULL, "one JSON object instead of text", EVERY, AT(json)},
    {"quiet", 'q', OPTION_FLAG, NULL, "no hints, banners and progress", EVERY & ~(unsigned)VERB_PS,
     AT(quiet)},
    {"quiet", 'q', OPTION_FLAG, NULL, "ids only", VERB_PS, AT(quiet)},
    {"verbose", 0, OPTION_FLAG, NULL, "say what happens", EVERY, AT(verbose)},
    {"help", 'h', OPTION_FLAG, NULL, "this help", EVERY, AT(help)},
};
const size_t option_count = sizeof option_rows / sizeof option_rows[0];

/* ---- parsing ---- */

static bool list_add(struct option_list *list, const char *option, const char *value)
{
    size_t one = sizeof list->items[0];
    void *items = reallocarray(list->items, list->count + 1, one);
    if (!items)
        return false;
    list->items = items;
    list->items[list->count].option = option;
    list->items[list->count++].value = value;
    return true;
}

static int store(struct cli *cli, const struct option_row *row, const char *value)
{
    char *field = (char *)&cli->options + row->offset;
    if (row->kind == OPTION_FLAG)
        *(bool *)field = true;
    else if (row->kind == OPTION_TEXT)
        *(const char **)field = value;
    else if (!list_add((struct option_list *)field, row->name, value))
        return cli_fail(cli, "E_NOMEM", "No memory for the options");
    return 0;
}

static const struct option_row *row_of_letter(const struct verb *verb, int letter)
{
    for (size_t i = 0; i < option_count; i++)
        if (option_rows[i].letter == letter && letter && (option_rows[i].verbs & verb->bit))
            return &option_rows[i];
    return NULL;
}

/* What docker has and a Keep cannot have, with the reason: each is asked for once by everybody. */
static const char *reason_of_foreign(const char *typed)
{
    static const struct {
        const char *name, *reason;
    } rows[] = {
        {"-p", "A Keep of this version has no sockets to publish."},
        {"--publish", "A Keep of this version has no sockets to publish."},
        {"--network", "A Keep of this version has no network."},
        {"--cpus", "A Keep has one processor."},
        {"--entrypoint", "The module itself is the program; its arguments follow it."},
        {"--mount", "Nothing is mounted: -v HOST:GUEST sends files, cp and --output-dir fetch them."},
        {"--privileged", "A Keep has no privileges to give."},
        {"--restart", "A Keep runs its program once; deploy it again for another run."},
        {"--user", "A Keep has no users."},
        {"-u", "A Keep has no users."},
        {"--workdir", "A program starts in /."},
        {"-w", "A program starts in /."},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].name, typed) == 0)
            return rows[i].reason;
    return NULL;
}

static int no_such_option(struct cli *cli, const char *name)
{
    const char *reason = cli->verb->bit & (LAUNCH) ? reason_of_foreign(name) : NULL;
    (void)cli_fail(cli, "E_USAGE", "Unknown option \"%s\" of casemate %s", name, cli->verb->name);
    return reason ? cli_next(cli, "%s", reason)
                  : cli_next(cli, "casemate help %s lists its options.", cli->verb->name);
}

/* The option as typed is unknown to this verb. */
static int unknown(struct cli *cli, const char *typed)
{
    char name[64];
    size_t size = strcspn(typed, "=");
    (void)snprintf(name, sizeof name, "%.*s", (int)(size < 60 ? size : 60), typed);
    if (strncmp(name, "--", 2) != 0) {
        const char letter[3] = {'-', optopt ? (char)optopt : name[1], 0};
        return no_such_option(cli, letter);
    }
    struct nearest nearest = {.typed = name + 2};
    for (size_t i = 0; i < option_count; i++)
        if (option_rows[i].verbs & cli->verb->bit)
            nearest_try(&nearest, option_rows[i].name);
    (void)no_such_option(cli, name);
    return nearest.best && !reason_of_foreign(name) ? cli_next(cli, "Did you mean --%s?", nearest.best) : -1;
}

/* getopt's two tables, from ours: the rows that this verb takes. */
static void tables(const struct verb *verb, struct option *longs, char *shorts)
{
    size_t n = 0;
    /* '+': stop at the first argument, which may be the module. ':': say which option lacks its argument. */
    *shorts++ = '+';
    *shorts++ = ':';
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (!(row->verbs & verb->bit))
            continue;
        longs[n++] = (struct option){row->name, row->kind == OPTION_FLAG ? no_argument : required_argument,
                                     NULL, 256 + (int)i};
        if (row->letter)
            *shorts++ = row->letter;
        if (row->letter && row->kind != OPTION_FLAG)
            *shorts++ = ':';
    }
    longs[n] = (struct option){0};
    *shorts = 0;
}

static int parse_some(struct cli *cli, int argc, char **argv)
{
    enum { ROWS = sizeof option_rows / sizeof option_rows[0] };
    struct option longs[ROWS + 1];
    char shorts[2 + 2 * ROWS + 1];
    tables(cli->verb, longs, shorts);
    optind = 0;
    opterr = 0;
    for (;;) {
        int found = getopt_long(argc, argv, shorts, longs, NULL);
        if (found == -1)
            return optind;
        if (found == ':')
            return cli_usage(cli, "Option \"%s\" wants a value", argv[optind - 1]);
        const struct option_row *row =
            found >= 256 ? &option_rows[found - 256] : row_of_letter(cli->verb, found);
        if (found == '?' || !row)
            return unknown(cli, argv[optind - 1]);
        if (store(cli, row, optarg) < 0)
            return -1;
    }
}

static bool program_takes_the_rest(const struct verb *verb)
{
    return (verb->bit & (VERB_RUN | VERB_DEPLOY | VERB_EXEC)) != 0;
}

/* Where arguments are ours, options may follow them: arguments collect at the front of argv. */
static int parse_all(struct cli *cli, int argc, char **argv)
{
    int kept = 0, at = parse_some(cli, argc, argv);
    bool ended = at > 0 && at <= argc && strcmp(argv[at - 1], "--") == 0;
    while (at >= 0 && at < argc) {
        argv[kept + 1] = argv[at];
        kept++;
        if (ended) {
            at++;
            continue;
        }
        int step = parse_some(cli, argc - at, argv + at);
        if (step < 0)
            return -1;
        ended = strcmp(argv[at + step - 1], "--") == 0 && step > 1;
        at += step;
    }
    if (at < 0)
        return -1;
    cli->argc = kept;
    cli->argv = argv + 1;
    return 0;
}

int options_parse(struct cli *cli, int argc, char **argv)
{
    if (!program_takes_the_rest(cli->verb)) {
        if (parse_all(cli, argc, argv) < 0)
            return -1;
    } else {
        int at = parse_some(cli, argc, argv);
        if (at < 0)
            return -1;
        cli->argc = argc - at;
        cli->argv = argv + at;
    }
    const char *form = cli->options.output;
    if (form && !(cli->verb->bit & VERB_KEY)) {
        if (strcmp(form, "json") == 0)
            cli->options.json = true;
        else if (strcmp(form, "table") != 0)
            return cli_usage(cli, "\"%s\" is no form of output; there are table and json", form);
    }
    return 0;
}

void options_free(struct options *options)
{
    free(options->variables.items);
    free(options->files.items);
    free(options->collateral.items);
    free(options->roots.items);
    free(options->references.items);
    free(options->features.items);
}

/* ---- help ---- */

static void print_wrapped(FILE *to, const char *text, size_t indent, size_t width)
{
    size_t column = indent;
    while (*text) {
        size_t word = strcspn(text, " \n");
        if (column > indent && column + 1 + word > width) {
            fprintf(to, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', to);
            column++;
        }
        fprintf(to, "%.*s", (int)word, text);
        column += word;
        text += word + (text[word] ? 1 : 0);
    }
    fputc('\n', to);
}

void options_help(const struct verb *verb, FILE *to)
{
    fprintf(to, "Usage: casemate %s %s\n\n%s\n", verb->name, verb->arguments, verb->summary);
    if (verb->text[0]) {
        fputc('\n', to);
        print_wrapped(to, verb->text, 0, 78);
    }
    fprintf(to, "\nOptions:\n");
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_rows[i];
        char left[64];
        if (!(row->verbs & verb->bit))
            continue;
        (void)snprintf(left, sizeof left, "  %c%c%s --%s %s", row->letter ? '-' : ' ',
                       row->letter ? row->letter : ' ', row->letter ? "," : " ", row->name,
                       row->argument ? row->argument : "");
        fprintf(to, "%-30s ", left);
        print_wrapped(to, row->help, 31, 110);
    }
}
