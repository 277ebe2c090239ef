/* SPDX-License-Identifier: Apache-2.0 */
/* casemate stop: end a running program, by its owner's word. */
#include "command.h"
#include "output.h"
#include "parse.h"

int verb_stop(struct cli *cli)
{
    struct command c;
    uint64_t seconds = 10;
    if (cli_want_arguments(cli, 1, 1) < 0)
        return -1;
    if (cli->options.timeout && !parse_number(cli->options.timeout, &seconds))
        return cli_usage(cli, "--time wants seconds, not \"%s\"", cli->options.timeout);
    int result = command_open(cli, &c, cli->argv[0]);
    if (result == 0)
        result = casemate_session_stop(c.drive.session, cli->error);
    if (result == 0)
        result = command_result(cli, drive(&c.drive, CASEMATE_EVENT_STOPPED));
    if (result == 0) {
        output_detail(cli, "casemate: the Keep took the stop");
        output_hint(cli, "casemate logs %s prints what it wrote; casemate rm %s deletes the Keep.",
                    cli->argv[0], cli->argv[0]);
    }
    command_close(&c);
    return result;
}
