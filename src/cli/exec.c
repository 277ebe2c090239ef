/* SPDX-License-Identifier: Apache-2.0 */
/* casemate exec: refused, with the reason. */
#include "cli.h"

int verb_exec(struct cli *cli)
{
    (void)cli_fail(cli, "E_USAGE",
                   "A Keep runs exactly one program, the one that was verified; nothing can be added to it");
    return cli_next(
        cli,
        "Files come out with casemate cp, output with casemate logs; deploy the other program by itself.");
}
