/* SPDX-License-Identifier: Apache-2.0 */
/* casemate explain: the pages of the stable error codes. */
#include <string.h>
#include <strings.h>

#include "../base/nearest.h"
#include "output.h"

static int list(const struct cli *cli)
{
    const char *code, *title, *page;
    json_t *object = json_object();
    for (size_t i = 0; casemate_code_at(i, &code, &title, &page) == 0; i++) {
        if (cli->options.json)
            (void)json_object_set_new(object, code, json_string(title));
        else
            printf("%-14s %s\n", code, title);
    }
    if (cli->options.json)
        output_json(stdout, json_incref(object));
    json_decref(object);
    return 0;
}

int verb_explain(struct cli *cli)
{
    const char *code, *title, *page;
    if (cli_want_arguments(cli, 0, 1) < 0)
        return -1;
    if (cli->argc == 0)
        return list(cli);
    struct nearest nearest = {.typed = cli->argv[0]};
    for (size_t i = 0; casemate_code_at(i, &code, &title, &page) == 0; i++) {
        nearest_try(&nearest, code);
        if (strcasecmp(code, cli->argv[0]) != 0)
            continue;
        if (cli->options.json)
            output_json(stdout, json_pack("{s:s, s:s, s:s}", "code", code, "title", title, "text", page));
        else
            printf("%s: %s\n\n%s\n", code, title, page);
        return 0;
    }
    (void)cli_fail(cli, "E_NOT_FOUND", "There is no error code \"%.60s\"", cli->argv[0]);
    return nearest.best ? cli_next(cli, "Did you mean %s?", nearest.best)
                        : cli_next(cli, "casemate explain lists all codes.");
}
