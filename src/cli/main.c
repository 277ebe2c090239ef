/* SPDX-License-Identifier: Apache-2.0 */
/* The table of verbs. */
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/json_memory.h"
#include "../base/nearest.h"
#include "cli.h"
#include "output.h"

const struct verb verbs[] = {
    {"run", VERB_RUN, verb_run, "[OPTIONS] APP.wasm [ARGS...]", "Run a program in a Keep on this machine.",
     "Starts a private host agent that ends with the command. The Keep is verified before anything is sent "
     "to it. What "
     "follows APP.wasm is the program's. The exit code is the program's; 125 means that casemate failed, 126 "
     "that the "
     "module cannot run, 127 that there is no such file, 134 that the program trapped.",
     false},
    {"deploy", VERB_DEPLOY, verb_deploy, "[OPTIONS] APP.wasm [ARGS...]", "Run a program in a Keep on a host.",
     "The Keep stays when the program has ended, so that logs and cp still work, until casemate rm, or --rm. "
     "Exit codes "
     "are those of run.",
     false},
    {"ps", VERB_PS, verb_ps, "[OPTIONS]", "List Keeps.", "", false},
    {"logs", VERB_LOGS, verb_logs, "[OPTIONS] KEEP", "Print what a program wrote.",
     "The Keep holds the last MiB of each stream. Of a Keep that has ended and gone the sealed outbox is "
     "opened.",
     false},
    {"attach", VERB_ATTACH, verb_attach, "[OPTIONS] KEEP", "Follow a running program; exit with its code.",
     "", false},
    {"stop", VERB_STOP, verb_stop, "[OPTIONS] KEEP", "End a running program.", "", false},
    {"cp", VERB_CP, verb_cp, "[OPTIONS] KEEP:PATH FILE", "Fetch a file or folder from a Keep.",
     "FILE may be - for stdout. Files travel inside the attested session; the host sees none of them.",
     false},
    {"inspect", VERB_INSPECT, verb_inspect, "[OPTIONS] KEEP", "Show all that is known of a Keep, as JSON.",
     "", false},
    {"adopt", VERB_ADOPT, verb_adopt, "[OPTIONS] --key FILE HOST/ID",
     "Rebuild the record of a Keep that a key owns.", "", false},
    {"rm", VERB_RM, verb_rm, "[OPTIONS] KEEP...", "Delete Keeps and their records.", "", false},
    {"platform", VERB_PLATFORM, verb_platform, "[OPTIONS]",
     "Show which TEEs a host can run, and what is missing.",
     "With --tee the exit code is 0 only if that one runs. Without a host agent on this machine a private "
     "one is asked.",
     false},
    {"attest", VERB_ATTEST, verb_attest, "[OPTIONS] HOST/ID", "Verify a running Keep.",
     "Exit code: 0 accepted, 1 refused, 2 cannot be judged.", false},
    {"measure", VERB_MEASURE, verb_measure, "[OPTIONS] [IMAGE | APP.wasm [ARGS...]]",
     "Compute the measurement of an image, or the record of a workload.",
     "Without an argument: the installed image. stdout is the measurement alone; what it assumes goes to "
     "stderr, "
     "and into --json. An image is a Keep's, a firmware with SEV or TDVF metadata, or an SGX stream. Of a "
     "workload "
     "the digest depends on a salt that each deployment draws; give one with --salt. Its arguments that look "
     "like "
     "options stand behind --.",
     false},
    {"verify", VERB_VERIFY, verb_verify, "[OPTIONS] FILE", "Verify evidence from a file, offline.",
     "FILE is what --save-evidence kept, or a quote, an attestation report or an EAT of any software: "
     "binary, "
     "hexadecimal, base64 or PEM, or inside a certificate or certification request; - is the standard input. "
     "What is "
     "no answer to --nonce is a recording, and accepted as such with --recorded alone. "
     "Exit code: 0 accepted, 1 refused, 2 unusable input.",
     false},
    {"policy", VERB_POLICY, verb_policy, "init --from-evidence FILE | test POLICY FILE... | diff A B",
     "Make a policy from evidence, try one on evidence, or compare two.",
     "test judges every file as a recording and exits with 0 if all are accepted, 1 if one is refused, 2 if "
     "one "
     "cannot be "
     "judged. diff prints the clauses that only A (-) or only B (+) has and exits with 1 if there are any.",
     false},
    {"collateral", VERB_COLLATERAL, verb_collateral,
     "[OPTIONS] fetch [EVIDENCE...] | show [DIR] | import DIR|FILE...",
     "Fetch, show or import what evidence is judged with.",
     "fetch asks the vendors' services (Intel PCS or a PCCS, AMD KDS) for what each EVIDENCE needs, or for "
     "what the "
     "options name, and keeps it in the cache, which verify reads. show says what each item of the cache, or "
     "of DIR, is, "
     "and what expires when. import merges folders and files into the cache: for a site without a network. "
     "Nothing in "
     "a cache is trusted.",
     false},
    {"key", VERB_KEY, verb_key, "[--ear] [FILE] [-o NEWFILE]",
     "Print the public line of an owner's key, or make a key.",
     "With FILE: its public line. With -o: makes a key in NEWFILE and prints its public line. With neither: "
     "prints a new "
     "key (secret) on stdout and its public line on stderr. With --ear it is a key that signs attestation "
     "results, in PEM.",
     false},
    {"root", VERB_ROOT, verb_root, "import FILE | list", "Import or list simulated roots.",
     "A simulated root is imported by hand and pinned by its fingerprint; it is never taken from a host.",
     false},
    {"explain", VERB_EXPLAIN, verb_explain, "[CODE]", "Explain an error code, or list them.", "", false},
    {"version", VERB_VERSION, verb_version, "", "Print versions and the measurement of the installed image.",
     "", false},
    {"help", VERB_HELP, verb_help, "[VERB]", "This help, or that of a verb.", "", false},
    {"exec", VERB_EXEC, verb_exec, "", "Refused: a Keep has no second program.", "", true},
    {"completions", VERB_COMPLETIONS, verb_completions, "bash | zsh | fish", "Print shell completions.", "",
     true},
};
const size_t verb_count = sizeof verbs / sizeof verbs[0];

const struct verb *verb_find(const char *name)
{
    for (size_t i = 0; i < verb_count; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

static int unknown_verb(struct cli *cli, const char *name)
{
    struct nearest nearest = {.typed = name};
    for (size_t i = 0; i < verb_count; i++)
        if (!verbs[i].hidden)
            nearest_try(&nearest, verbs[i].name);
    size_t size = strlen(name);
    (void)cli_fail(cli, "E_USAGE", "casemate has no verb \"%.60s\"", name);
    if (size > 5 && strcmp(name + size - 5, ".wasm") == 0)
        return cli_next(cli, "Did you mean casemate run %s?", name);
    if (nearest.best)
        return cli_next(cli, "Did you mean casemate %s?", nearest.best);
    return cli_next(cli, "casemate help lists the verbs.");
}

/* Whether a command line that could not be parsed asks for JSON, as far as can be told: what stands behind a
 * module or "--" is the program's. */
static bool asks_for_json(char **words)
{
    for (; *words && strcmp(*words, "--") != 0; words++) {
        size_t size = strlen(*words);
        if (strcmp(*words, "--json") == 0 || strcmp(*words, "--output=json") == 0 ||
            strcmp(*words, "-ojson") == 0)
            return true;
        if ((strcmp(*words, "-o") == 0 || strcmp(*words, "--output") == 0) && words[1] &&
            strcmp(words[1], "json") == 0)
            return true;
        if (size > 5 && strcmp(*words + size - 5, ".wasm") == 0)
            return false;
    }
    return false;
}

static int dispatch(struct cli *cli, int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "help";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0)
        name = "version";
    cli->verb = verb_find(name);
    if (!cli->verb || (argc > 1 && options_parse(cli, argc - 1, argv + 1) < 0)) {
        cli->options.json = cli->options.json || asks_for_json(argv + 1);
        return cli->verb ? -1 : unknown_verb(cli, name);
    }
    if (cli->options.help) {
        options_help(cli->verb, stdout);
        return 0;
    }
    return cli->verb->run(cli);
}

int main(int argc, char **argv)
{
    struct cli cli = {.command = argv, .error = casemate_error_new()};
    const char *no_colour = getenv("NO_COLOR");
    if (!cli.error)
        return EXIT_OURS;
    json_set_alloc_funcs(json_memory, free);
    cli.terminal = isatty(STDERR_FILENO) == 1;
    cli.colours = cli.terminal && !(no_colour && no_colour[0]);
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    int code = dispatch(&cli, argc, argv);
    if (code < 0)
        code = output_error(&cli);
    if (fflush(stdout) != 0 && code == 0)
        code = EXIT_OURS;
    options_free(&cli.options);
    casemate_error_free(cli.error);
    return code;
}
