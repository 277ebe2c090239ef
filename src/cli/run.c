/* SPDX-License-Identifier: Apache-2.0 */
/* casemate run: a program in a Keep on this machine. */
#include "launch.h"

int verb_run(struct cli *cli)
{
    struct launch l = {.cli = cli, .is_private = true};
    return launch(&l);
}
