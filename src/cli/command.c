/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions with recorded Keeps. */
#include "command.h"

#include <string.h>

#include "output.h"
#include "signals.h"

static int on_event(void *context, const struct casemate_event *e)
{
    struct drive *d = context;
    if (e->type == CASEMATE_EVENT_VERIFIED)
        output_banner(d->cli, casemate_session_verdict(d->session));
    return 0;
}

int command_open(struct cli *cli, struct command *c, const char *keep)
{
    memset(c, 0, sizeof *c);
    place_init(&c->place);
    signals_catch();
    if (place_record(cli, &c->place, keep) < 0)
        return -1;
    struct casemate_session_options options = {
        .size = sizeof options,
        .policy = c->place.policy,
        .roots = c->place.roots,
        .key = c->place.key,
        .store = c->place.store,
        .record = c->place.record,
    };
    c->drive.cli = cli;
    c->drive.on_event = on_event;
    c->drive.context = &c->drive;
    return casemate_session_new(c->place.host, &options, &c->drive.session, cli->error);
}

void command_close(struct command *c)
{
    drive_free(&c->drive);
    place_free(&c->place);
}

static void record_id(const struct command *c, const char **id, size_t *size)
{
    casemate_record_field(c->place.record, "id", 2, id, size);
}

int command_outbox(struct cli *cli, struct command *c, casemate_outbox **outbox)
{
    const char *id;
    const void *bytes;
    size_t id_size, size;
    casemate_request *request;
    record_id(c, &id, &id_size);
    if (casemate_request_outbox(c->place.host, id, id_size, &request, cli->error) < 0 ||
        place_wait(cli, request) < 0)
        return -1;
    casemate_request_body(request, &bytes, &size);
    int result = casemate_outbox_open(c->place.record, bytes, size, c->place.policy, c->place.roots,
                                      c->place.key, outbox, cli->error);
    casemate_request_free(request);
    return result;
}

int command_ended(struct cli *cli, struct command *c)
{
    const char *id;
    size_t id_size;
    casemate_request *request;
    struct casemate_keep_info info = {.size = sizeof info};
    record_id(c, &id, &id_size);
    if (casemate_request_get(c->place.host, id, id_size, &request, cli->error) < 0 ||
        place_wait(cli, request) < 0)
        return -1;
    int result = casemate_request_keep(request, 0, &info);
    bool ended = result == 0 && ((info.state_size == 5 && memcmp(info.state, "ended", 5) == 0) ||
                                 (info.state_size == 4 && memcmp(info.state, "lost", 4) == 0));
    casemate_request_free(request);
    return ended;
}

int command_result(struct cli *cli, int driven)
{
    (void)cli;
    return driven == 1 ? 128 + signals_pending() : driven;
}
