/* SPDX-License-Identifier: Apache-2.0 */
/* casemate logs: what a program wrote, from the Keep, or from its outbox when it has gone. */
#include <string.h>
#include <unistd.h>

#include "../base/file.h"
#include "command.h"
#include "output.h"
#include "parse.h"

/* The last lines of a stream. */
static const uint8_t *tail_of(const uint8_t *bytes, size_t *size, uint64_t lines)
{
    size_t at = *size;
    uint64_t seen = 0;
    while (at > 0) {
        if (bytes[at - 1] == '\n' && at != *size && ++seen == lines)
            break;
        at--;
    }
    if (lines == 0)
        at = *size;
    *size -= at;
    return bytes + at;
}

static int print_outbox(struct cli *cli, struct command *c, uint64_t lines, bool all)
{
    casemate_outbox *outbox;
    if (command_outbox(cli, c, &outbox) < 0)
        return -1;
    int result = 0;
    for (int32_t stream = 1; stream <= 2 && result == 0; stream++) {
        uint64_t offset, total;
        const void *bytes;
        size_t size;
        (void)casemate_outbox_stream(outbox, stream, &offset, &bytes, &size, &total);
        const uint8_t *from = all ? bytes : tail_of(bytes, &size, lines);
        if (all && offset)
            output_note(cli, "casemate: the first %llu bytes of %s are gone: a Keep holds the last MiB",
                        (unsigned long long)offset, stream == 1 ? "stdout" : "stderr");
        if (file_write_all(stream == 1 ? STDOUT_FILENO : STDERR_FILENO, from, size) < 0)
            result = cli_fail(cli, "E_IO", "Cannot write the output");
    }
    casemate_outbox_free(outbox);
    return result;
}

/* Where to begin so that the last lines come: only the Keep knows, so all that it has is asked for when a
 * tail is wanted, and the loop's output goes into a buffer. */
static int collect(struct cli *cli, struct command *c, uint64_t lines)
{
    struct buffer streams[2] = {{0}, {0}};
    struct casemate_event e = {.size = sizeof e};
    const uint64_t begin[2] = {0, 0};
    int result = casemate_session_logs(c->drive.session, begin, cli->error);
    bool ended = false;
    while (result == 0 && !ended) {
        result = casemate_session_wait(c->drive.session, 60000, cli->error);
        while (casemate_session_event(c->drive.session, &e) == 1) {
            if (e.type == CASEMATE_EVENT_OUTPUT)
                buffer_append(&streams[e.value == 1 ? 0 : 1], e.bytes, e.bytes_size);
            ended = ended || e.type == CASEMATE_EVENT_LOGS_END || e.type == CASEMATE_EVENT_CLOSED;
        }
    }
    for (int i = 0; i < 2 && result == 0; i++) {
        size_t size = streams[i].size;
        const uint8_t *from = tail_of((const uint8_t *)buffer_text(&streams[i]), &size, lines);
        if (file_write_all(i == 0 ? STDOUT_FILENO : STDERR_FILENO, from, size) < 0)
            result = cli_fail(cli, "E_IO", "Cannot write the output");
    }
    buffer_wipe(&streams[0]);
    buffer_wipe(&streams[1]);
    return result;
}

static int print_session(struct cli *cli, struct command *c, uint64_t lines, bool all)
{
    const uint64_t begin[2] = {0, 0};
    bool follow = cli->options.follow;
    if (!all && !follow)
        return collect(cli, c, lines);
    int result = follow ? casemate_session_attach(c->drive.session, begin, 0, cli->error)
                        : casemate_session_logs(c->drive.session, begin, cli->error);
    if (result < 0)
        return -1;
    return command_result(cli, drive(&c->drive, follow ? CASEMATE_EVENT_EXIT : CASEMATE_EVENT_LOGS_END));
}

int verb_logs(struct cli *cli)
{
    struct command c;
    uint64_t lines = 0;
    bool all = !cli->options.tail || strcmp(cli->options.tail, "all") == 0;
    if (cli_want_arguments(cli, 1, 1) < 0)
        return -1;
    if (!all && !parse_number(cli->options.tail, &lines))
        return cli_usage(cli, "--tail wants a number of lines, not \"%s\"", cli->options.tail);
    if (!all && cli->options.follow)
        return cli_usage(cli, "--tail and --follow cannot be combined in this version");
    int result = command_open(cli, &c, cli->argv[0]);
    if (result == 0)
        result = print_session(cli, &c, lines, all);
    /* A Keep that has gone is read from its outbox. */
    if (result < 0 && c.place.record && c.place.host) {
        casemate_error *session = cli->error, *outbox = casemate_error_new();
        cli->error = outbox;
        result = outbox ? print_outbox(cli, &c, lines, all) : -1;
        /* Why the outbox is not believed says more than that the Keep is gone; that there is none says less.
         */
        bool better = outbox && casemate_error_is(session, "E_LOST", 6) &&
                      !casemate_error_is(outbox, "E_NOT_FOUND", 11);
        cli->error = better ? outbox : session;
        casemate_error_free(better ? session : outbox);
    }
    command_close(&c);
    return result;
}
