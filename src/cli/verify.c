/* SPDX-License-Identifier: Apache-2.0 */
/* casemate verify: evidence from a file, offline. */
#include "../base/file.h"
#include "output.h"
#include "parse.h"
#include "place.h"

enum { BUNDLE_MAX = 16 << 20 };

int verb_verify(struct cli *cli)
{
    struct place place;
    struct buffer bundle = {0};
    casemate_verdict *verdict = NULL;
    uint64_t time = 0;
    const char *text;
    size_t size;
    if (cli_want_arguments(cli, 1, 1) < 0)
        return -1;
    if (cli->options.time && (!parse_number(cli->options.time, &time) || time > INT64_MAX))
        return cli_usage(cli, "--time wants seconds since 1970, not \"%s\"", cli->options.time);
    place_init(&place);
    int result = place_policy(cli, &place, false);
    if (result == 0)
        result = file_read(cli->argv[0], BUNDLE_MAX, &bundle, cli->error);
    if (result == 0)
        result = casemate_verify(bundle.data, bundle.size, place.policy, place.roots, (int64_t)time, &verdict,
                                 cli->error);
    if (result == 0) {
        casemate_verdict_json(verdict, &text, &size);
        if (cli->options.json)
            printf("%.*s\n", (int)size, text);
        else
            output_verdict(stdout, verdict);
        result = casemate_verdict_accepted(verdict) ? 0 : EXIT_REFUSED;
    }
    casemate_verdict_free(verdict);
    buffer_free(&bundle);
    place_free(&place);
    return result;
}
