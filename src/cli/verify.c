/* SPDX-License-Identifier: Apache-2.0 */
/* casemate verify: evidence from a file, offline. */
#include "keys.h"
#include "judging.h"
#include "output.h"

static int print_ear(struct cli *cli, casemate_verdict *verdict, const casemate_ear_key *key)
{
    const char *text;
    size_t size;
    int result = casemate_verdict_ear(verdict, key, &text, &size, cli->error);
    if (result == 0)
        printf("%.*s\n", (int)size, text);
    return result;
}

static int print(struct cli *cli, casemate_verdict *verdict, const casemate_ear_key *key)
{
    const char *text;
    size_t size;
    if (key)
        return print_ear(cli, verdict, key);
    if (cli->options.json) {
        casemate_verdict_json(verdict, &text, &size);
        printf("%.*s\n", (int)size, text);
    } else {
        output_verdict(stdout, verdict);
    }
    return 0;
}

static int judge(struct cli *cli, const casemate_ear_key *key)
{
    struct judging judging;
    casemate_verdict *verdict = NULL;
    int result = judging_open(cli, &judging, NULL);
    if (result == 0)
        result = judging_file(cli, &judging, cli->argv[0], &verdict);
    if (result == 0)
        result = print(cli, verdict, key);
    if (result == 0)
        result = casemate_verdict_accepted(verdict) ? 0 : EXIT_REFUSED;
    casemate_verdict_free(verdict);
    judging_close(&judging);
    return result;
}

int verb_verify(struct cli *cli)
{
    casemate_ear_key *key = NULL;
    if (cli_want_arguments(cli, 1, 1) < 0)
        return -1;
    if (cli->options.ear != (cli->options.ear_key != NULL) || (cli->options.ear && cli->options.json))
        return cli_usage(cli, "--ear and --ear-key FILE belong together, and --json to neither");
    if (cli->options.ear && ear_key_load(cli, cli->options.ear_key, &key) < 0)
        return -1;
    int result = judge(cli, key);
    casemate_ear_key_free(key);
    return result;
}
