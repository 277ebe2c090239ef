/* SPDX-License-Identifier: Apache-2.0 */
/* casemate cp: files out of a Keep. */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "fetch.h"
#include "parse.h"

int verb_cp(struct cli *cli)
{
    struct command c;
    const char *path;
    size_t size;
    if (cli_want_arguments(cli, 2, 2) < 0)
        return -1;
    if (!parse_keep_path(cli->argv[0], &size, &path)) {
        if (parse_keep_path(cli->argv[1], &size, &path))
            return cli_usage(cli, "Files are sent with deploy --file; cp only fetches them");
        return cli_usage(cli, "\"%s\" is not KEEP:PATH with an absolute PATH", cli->argv[0]);
    }
    char *keep = strndup(cli->argv[0], size);
    if (!keep)
        return cli_fail(cli, "E_NOMEM", "No memory");
    int result = command_open(cli, &c, keep);
    if (result == 0)
        result = fetch_path(cli, &c.drive, path, cli->argv[1]);
    command_close(&c);
    free(keep);
    return result;
}
