/* SPDX-License-Identifier: Apache-2.0 */
/* casemate attest: verify a Keep that runs, without owning it. */
#include <string.h>

#include "../base/file.h"
#include "command.h"
#include "output.h"
#include "signals.h"

static int save(struct cli *cli, casemate_session *session)
{
    const void *bytes;
    size_t size;
    if (!cli->options.save_evidence)
        return 0;
    if (casemate_session_evidence(session, &bytes, &size, cli->error) < 0)
        return -1;
    return file_write(cli->options.save_evidence, bytes, size, cli->error);
}

static void print(struct cli *cli, const casemate_verdict *verdict)
{
    const char *text;
    size_t size;
    casemate_verdict_json(verdict, &text, &size);
    if (cli->options.json)
        printf("%.*s\n", (int)size, text);
    else
        output_verdict(stdout, verdict);
}

static int work(struct cli *cli, struct command *c)
{
    const char *id;
    size_t size;
    if (place_host(cli, &c->place, cli->argv[0]) < 0 || place_policy(cli, &c->place, false) < 0)
        return -1;
    casemate_host_keep_id(c->place.host, &id, &size);
    if (size == 0)
        return cli_usage(cli, "\"%s\" names a host, but no Keep: write HOST/ID", cli->argv[0]);
    struct casemate_session_options options = {.size = sizeof options,
                                               .keep_id = id,
                                               .keep_id_size = size,
                                               .policy = c->place.policy,
                                               .roots = c->place.roots};
    c->drive.cli = cli;
    if (casemate_session_new(c->place.host, &options, &c->drive.session, cli->error) < 0)
        return -1;
    int result = drive(&c->drive, CASEMATE_EVENT_VERIFIED);
    const casemate_verdict *verdict = casemate_session_verdict(c->drive.session);
    if (result == 1)
        return 128 + signals_pending();
    if (!verdict)
        return -1;
    print(cli, verdict);
    if (result < 0)
        return EXIT_REFUSED;
    return save(cli, c->drive.session) < 0 ? -1 : 0;
}

int verb_attest(struct cli *cli)
{
    struct command c = {0};
    if (cli_want_arguments(cli, 1, 1) < 0)
        return -1;
    place_init(&c.place);
    signals_catch();
    int result = work(cli, &c);
    command_close(&c);
    return result;
}
