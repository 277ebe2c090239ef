/* SPDX-License-Identifier: Apache-2.0 */
/* casemate deploy: a program in a Keep on a host. */
#include "launch.h"

int verb_deploy(struct cli *cli)
{
    struct launch l = {.cli = cli};
    if (cli->options.detach && cli->options.rm)
        return cli_usage(cli,
                         "--detach and --rm exclude each other: nobody would be there to delete the Keep");
    return launch(&l);
}
