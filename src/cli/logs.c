/* SPDX-License-Identifier: Apache-2.0 */
/* casemate logs: what a program wrote, from the Keep, or from its outbox when it has gone. */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../base/file.h"
#include "command.h"
#include "output.h"
#include "parse.h"

/* What of each stream is wanted. */
struct wanted {
    bool all;       /* else the last lines */
    uint64_t lines; /* so many */
    uint64_t since; /* milliseconds since 1970; 0: from the begin */
};

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

static int print(struct cli *cli, int stream, const struct wanted *wanted, const uint8_t *bytes, size_t size)
{
    const uint8_t *from = wanted->all ? bytes : tail_of(bytes, &size, wanted->lines);
    if (size && file_write_all(stream == 1 ? STDOUT_FILENO : STDERR_FILENO, from, size) < 0)
        return cli_fail(cli, "E_IO", "Cannot write the output");
    return 0;
}

/* ---- of a Keep that has gone ---- */

/* Where to begin: what is older than --since, and what was printed before the Keep went, falls. */
static int print_outbox_stream(struct cli *cli, const casemate_outbox *outbox, int32_t stream,
                               const struct wanted *wanted, uint64_t printed)
{
    uint64_t offset, total, from;
    const void *bytes;
    size_t size;
    (void)casemate_outbox_stream(outbox, stream, &offset, &bytes, &size, &total);
    from = offset;
    if (wanted->since && casemate_outbox_since(outbox, stream, wanted->since, &from) < 0)
        output_note(cli, "casemate: the Keep did not note when it wrote this; all of it is shown");
    if (printed > from)
        from = printed;
    if (wanted->all && !wanted->since && offset > printed)
        output_note(cli, "casemate: the first %llu bytes of %s are gone: a Keep holds the last MiB",
                    (unsigned long long)offset, stream == 1 ? "stdout" : "stderr");
    if (from >= total)
        return 0;
    return print(cli, stream, wanted, (const uint8_t *)bytes + (from - offset),
                 size - (size_t)(from - offset));
}

static int print_outbox(struct cli *cli, struct command *c, const struct wanted *wanted)
{
    casemate_outbox *outbox;
    if (command_outbox(cli, c, &outbox) < 0)
        return -1;
    int result = 0;
    for (int32_t stream = 1; stream <= 2 && result == 0; stream++)
        result = print_outbox_stream(cli, outbox, stream, wanted, c->drive.output_at[stream - 1]);
    casemate_outbox_free(outbox);
    return result;
}

/* ---- of one that is there ---- */

/* One event of the output so far; true if it was the last. */
static bool collect_event(struct command *c, const struct casemate_event *e, uint64_t since,
                          struct buffer streams[2])
{
    size_t index = e->value == 1 ? 0 : 1;
    if (e->type == CASEMATE_EVENT_OUTPUT) {
        c->drive.output_at[index] = e->total + e->bytes_size;
        if (!e->time || e->time >= since)
            buffer_append(&streams[index], e->bytes, e->bytes_size);
    } else if (e->type == CASEMATE_EVENT_VERIFIED) {
        output_banner(c->drive.cli, casemate_session_verdict(c->drive.session));
    } else if (e->type == CASEMATE_EVENT_SKIPPED) {
        c->drive.output_at[index] = e->total;
    }
    return e->type == CASEMATE_EVENT_LOGS_END;
}

/* The last lines of what there is: only the Keep knows where they begin, so all that it has is asked for. */
static int print_tail(struct cli *cli, struct command *c, const struct wanted *wanted)
{
    struct buffer streams[2] = {{0}, {0}};
    struct casemate_event e = {.size = sizeof e};
    const uint64_t begin[2] = {0, 0};
    int result = casemate_session_logs(c->drive.session, begin, cli->error);
    bool ended = false;
    while (result == 0 && !ended) {
        result = casemate_session_wait(c->drive.session, 60000, cli->error);
        while (!ended && casemate_session_event(c->drive.session, &e) == 1)
            ended = collect_event(c, &e, wanted->since, streams);
        if (result == 1 && !ended)
            result = cli_fail(cli, "E_CONNECT", "The Keep closed the session before it had answered");
    }
    if (result >= 0 && (streams[0].failed || streams[1].failed))
        result = cli_fail(cli, "E_NOMEM", "No memory for the output");
    for (int i = 0; i < 2 && result >= 0; i++)
        result = print(cli, i + 1, wanted, (const uint8_t *)buffer_text(&streams[i]), streams[i].size);
    buffer_wipe(&streams[0]);
    buffer_wipe(&streams[1]);
    return result < 0 ? -1 : 0;
}

static int print_session(struct cli *cli, struct command *c, const struct wanted *wanted)
{
    bool follow = cli->options.follow;
    c->drive.since = wanted->since;
    if (!wanted->all) {
        if (print_tail(cli, c, wanted) < 0)
            return -1;
        if (!follow)
            return 0;
    }
    int result = follow ? casemate_session_attach(c->drive.session, c->drive.output_at, 0, cli->error)
                        : casemate_session_logs(c->drive.session, c->drive.output_at, cli->error);
    if (result < 0)
        return -1;
    return command_result(cli, drive(&c->drive, follow ? CASEMATE_EVENT_EXIT : CASEMATE_EVENT_LOGS_END));
}

/* ---- the verb ---- */

static int parse_wanted(struct cli *cli, struct wanted *wanted)
{
    const char *tail = cli->options.tail, *since = cli->options.since;
    struct timespec now;
    *wanted = (struct wanted){.all = !tail || strcmp(tail, "all") == 0 || strcmp(tail, "-1") == 0};
    if (!wanted->all && !parse_number(tail, &wanted->lines))
        return cli_usage(cli, "--tail wants a number of lines, not \"%s\"", tail);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    uint64_t ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    if (since && !parse_since(since, ms, &wanted->since))
        return cli_usage(
            cli, "--since wants a time (10m, 1h30m, 2026-01-31T12:00:00Z, seconds since 1970), not \"%s\"",
            since);
    return 0;
}

int verb_logs(struct cli *cli)
{
    struct command c;
    struct wanted wanted;
    if (cli_want_arguments(cli, 1, 1) < 0 || parse_wanted(cli, &wanted) < 0)
        return -1;
    int result = command_open(cli, &c, cli->argv[0]);
    if (result == 0)
        result = print_session(cli, &c, &wanted);
    /* A Keep that has gone is read from its outbox. */
    if (result < 0 && c.place.record && c.place.host) {
        casemate_error *session = cli->error, *outbox = casemate_error_new();
        cli->error = outbox;
        result = outbox ? print_outbox(cli, &c, &wanted) : -1;
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
