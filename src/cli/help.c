/* SPDX-License-Identifier: Apache-2.0 */
/* casemate help: from the tables of verbs and options. */
#include "../base/nearest.h"
#include "cli.h"

static void list(void)
{
    printf("Usage: casemate VERB [OPTIONS] [ARGUMENTS]\n\n"
           "Runs WebAssembly programs on machines that you do not trust.\n\nVerbs:\n");
    for (size_t i = 0; i < verb_count; i++)
        if (!verbs[i].hidden)
            printf("  %-10s %s\n", verbs[i].name, verbs[i].summary);
    printf("\ncasemate help VERB says more. A KEEP is an id, the begin of one, or a name.\n"
           "First steps: casemate run --allow-simulated hello.wasm\n");
}

int verb_help(struct cli *cli)
{
    if (cli_want_arguments(cli, 0, 1) < 0)
        return -1;
    if (cli->argc == 0) {
        list();
        return 0;
    }
    const struct verb *verb = verb_find(cli->argv[0]);
    if (verb) {
        options_help(verb, stdout);
        return 0;
    }
    struct nearest nearest = {.typed = cli->argv[0]};
    for (size_t i = 0; i < verb_count; i++)
        nearest_try(&nearest, verbs[i].name);
    (void)cli_fail(cli, "E_USAGE", "casemate has no verb \"%.60s\"", cli->argv[0]);
    return nearest.best ? cli_next(cli, "Did you mean casemate help %s?", nearest.best)
                        : cli_next(cli, "casemate help lists the verbs.");
}
