/* SPDX-License-Identifier: Apache-2.0 */
/* casemate adopt: rebuild a lost record from the Keep itself, by its owner's key. */
#include <string.h>

#include "command.h"
#include "output.h"
#include "signals.h"

int verb_adopt(struct cli *cli)
{
    struct command c = {0};
    const char *id;
    size_t size;
    if (cli_want_arguments(cli, 1, 1) < 0)
        return -1;
    if (!cli->options.key)
        return cli_usage(cli, "adopt wants the owner's key: --key FILE");
    place_init(&c.place);
    signals_catch();
    int result = place_host(cli, &c.place, cli->argv[0]) < 0 || place_policy(cli, &c.place, false) < 0 ||
                         place_key(cli, &c.place) < 0
                     ? -1
                     : 0;
    if (result == 0) {
        casemate_host_keep_id(c.place.host, &id, &size);
        struct casemate_session_options options = {
            .size = sizeof options,
            .keep_id = id,
            .keep_id_size = size,
            .policy = c.place.policy,
            .roots = c.place.roots,
            .key = c.place.key,
            .key_reference = cli->options.key,
            .key_reference_size = strlen(cli->options.key),
            .name = cli->options.name,
            .name_size = cli->options.name ? strlen(cli->options.name) : 0,
            .policy_text = buffer_text(&c.place.policy_text),
            .policy_text_size = c.place.policy_text.size,
        };
        c.drive.cli = cli;
        result = casemate_session_new(c.place.host, &options, &c.drive.session, cli->error);
    }
    if (result == 0)
        result = casemate_session_adopt(c.drive.session, cli->error);
    if (result == 0)
        result = command_result(cli, drive(&c.drive, CASEMATE_EVENT_OWNED));
    if (result == 0) {
        casemate_record_field(casemate_session_record(c.drive.session), "id", 2, &id, &size);
        printf("%.*s\n", (int)size, id);
        output_hint(cli, "casemate logs %.*s, attach, stop and cp work again.", (int)size, id);
    }
    command_close(&c);
    return result;
}
