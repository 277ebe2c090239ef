/* SPDX-License-Identifier: Apache-2.0 */
/* casemate attach: follow a running program; Ctrl-C leaves it running. */
#include "command.h"
#include "output.h"

int verb_attach(struct cli *cli)
{
    struct command c;
    const uint64_t begin[2] = {0, 0};
    if (cli_want_arguments(cli, 1, 1) < 0)
        return -1;
    int result = command_open(cli, &c, cli->argv[0]);
    if (result == 0) {
        c.drive.input = c.drive.input_ready = cli->options.interactive;
        result = casemate_session_attach(c.drive.session, begin, cli->options.interactive, cli->error);
    }
    if (result == 0)
        result = command_result(cli, drive(&c.drive, CASEMATE_EVENT_EXIT));
    if (result == 0 && c.drive.exited)
        result = drive_exit_code(&c.drive);
    else if (result > 0)
        output_hint(cli, "The program runs on; casemate stop %s ends it.", cli->argv[0]);
    command_close(&c);
    return result;
}
