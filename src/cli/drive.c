/* SPDX-License-Identifier: Apache-2.0 */
/* The poll loop. */
#include "drive.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../base/file.h"
#include "output.h"
#include "signals.h"

enum { INPUT_CHUNK = 16000, STOP_WAIT_MS = 10000 };

int64_t drive_clock(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- events ---- */

/* The program's bytes, unchanged. If nobody reads them any more, the program is stopped, as a pipe would do.
 */
static int write_output(struct drive *d, const struct casemate_event *e)
{
    int fd = e->value == 1 ? STDOUT_FILENO : STDERR_FILENO;
    d->output_at[e->value == 1 ? 0 : 1] = e->total + e->bytes_size;
    if (e->time && e->time < d->since)
        return 0;
    if (d->broken_pipe && e->value == 1)
        return 0;
    if (file_write_all(fd, e->bytes, e->bytes_size) == 0)
        return 0;
    if (errno != EPIPE)
        return cli_fail(d->cli, "E_IO", "Cannot write the program's output: %s", strerror(errno));
    d->broken_pipe = true;
    return 0;
}

static void keep_exit(struct drive *d, const struct casemate_event *e)
{
    d->exited = true;
    d->exit_code = (uint32_t)e->value;
    (void)snprintf(d->exit_kind, sizeof d->exit_kind, "%.*s", (int)e->text_size, e->text);
    (void)snprintf(d->exit_text, sizeof d->exit_text, "%.*s",
                   (int)(e->bytes_size < 511 ? e->bytes_size : 511),
                   e->bytes_size ? (const char *)e->bytes : "");
}

static int refused(struct drive *d, const struct casemate_event *e)
{
    static const char missing[] = "KEEP_ENOENT";
    if (d->asked && e->text_size == sizeof missing - 1 && memcmp(e->text, missing, e->text_size) == 0) {
        (void)cli_fail(d->cli, "E_NOT_FOUND", "The Keep has no %s", d->asked);
        return cli_next(d->cli, "casemate cp KEEP:/ FOLDER fetches all that it has.");
    }
    return cli_fail(d->cli, "E_REFUSED", "The Keep refused: %.*s (%.*s)",
                    (int)(e->bytes_size < 200 ? e->bytes_size : 200), (const char *)e->bytes,
                    (int)e->text_size, e->text);
}

static int take_event(struct drive *d, const struct casemate_event *e)
{
    switch (e->type) {
    case CASEMATE_EVENT_OUTPUT:
        return write_output(d, e);
    case CASEMATE_EVENT_SKIPPED:
        d->skipped = true;
        output_note(d->cli, "casemate: the first %llu bytes of %s are gone: a Keep holds the last MiB",
                    (unsigned long long)e->total, e->value == 1 ? "stdout" : "stderr");
        return 0;
    case CASEMATE_EVENT_RUNNING:
        d->input_ready = d->input;
        break;
    case CASEMATE_EVENT_INPUT:
        d->input_full = false;
        return 0;
    case CASEMATE_EVENT_EXIT:
        keep_exit(d, e);
        break;
    case CASEMATE_EVENT_REFUSED:
        /* The program may end while the stop is on its way: then its exit follows. */
        return d->stop_sent ? 0 : refused(d, e);
    default:
        break;
    }
    return d->on_event ? d->on_event(d->context, e) : 0;
}

/* All events that wait: 1 if the wanted one was among them, or if the one who listens has what he wanted. */
static int take_events(struct drive *d, int32_t until)
{
    struct casemate_event e = {.size = sizeof e};
    int reached = 0;
    while (casemate_session_event(d->session, &e) == 1) {
        int taken = take_event(d, &e);
        if (taken < 0)
            return -1;
        reached = reached || taken == 1 || e.type == until || e.type == CASEMATE_EVENT_EXIT;
    }
    return reached;
}

/* ---- input ---- */

static int read_input(struct drive *d)
{
    uint8_t *to = buffer_reserve(&d->pending, INPUT_CHUNK);
    if (!to)
        return cli_fail(d->cli, "E_NOMEM", "No memory for input");
    ssize_t got = read(STDIN_FILENO, to, INPUT_CHUNK);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (got <= 0)
        d->input_ended = true;
    else
        d->pending.size += (size_t)got;
    return 0;
}

static int send_input(struct drive *d)
{
    size_t taken;
    bool end = d->input_ended;
    if (!d->input_ready || d->exited || d->input_full || (d->pending.size == 0 && !end))
        return 0;
    if (casemate_session_input(d->session, d->pending.data, d->pending.size, end, &taken, d->cli->error) < 0)
        return -1;
    buffer_consume(&d->pending, taken);
    d->input_full = d->pending.size > 0;
    if (end && d->pending.size == 0)
        d->input_ready = d->input = false;
    return 0;
}

/* ---- signals ---- */

/* 1: leave the loop. */
static int take_signal(struct drive *d)
{
    bool running = casemate_session_state(d->session) == CASEMATE_STATE_RUNNING;
    if (!signals_pending() && !d->broken_pipe)
        return 0;
    if (!d->stop_on_signal || !running || signals_count() > 1)
        return 1;
    if (!d->stop_sent) {
        d->stop_sent = true;
        d->stop_deadline = drive_clock() + STOP_WAIT_MS;
        output_note(d->cli, "casemate: stopping the program (again to leave at once)");
        return casemate_session_stop(d->session, d->cli->error) < 0 ? 1 : 0;
    }
    return drive_clock() >= d->stop_deadline ? 1 : 0;
}

static void wait_for_something(struct drive *d)
{
    bool reads = d->input_ready && !d->input_ended && !d->input_full && d->pending.size == 0;
    struct pollfd polled[3] = {
        {.fd = casemate_session_fd(d->session), .events = (short)casemate_session_events(d->session)},
        {.fd = signals_fd(), .events = POLLIN},
        {.fd = reads ? STDIN_FILENO : -1, .events = POLLIN},
    };
    int64_t wait = casemate_session_timeout(d->session);
    if (d->stop_sent && (wait < 0 || wait > 100))
        wait = 100;
    (void)poll(polled, 3, wait < 0 || wait > 60000 ? 60000 : (int)wait);
    if (polled[2].revents)
        (void)read_input(d);
}

int drive(struct drive *d, int32_t until)
{
    for (;;) {
        int moved = casemate_session_process(d->session, d->cli->error);
        casemate_error *kept = moved < 0 ? d->cli->error : NULL;
        int reached = take_events(d, until);
        if (reached != 0)
            return reached < 0 ? -1 : 0;
        if (kept)
            return -1;
        if (moved == 1)
            return until == CASEMATE_EVENT_CLOSED
                       ? 0
                       : cli_fail(d->cli, "E_CONNECT", "The Keep closed the session before it had answered");
        if (take_signal(d))
            return 1;
        if (send_input(d) < 0)
            return -1;
        if (casemate_session_events(d->session) || d->input_ready ||
            casemate_session_timeout(d->session) != 0)
            wait_for_something(d);
    }
}

/* ---- the end ---- */

int drive_exit_code(const struct drive *d)
{
    int signal = signals_pending();
    if (strcmp(d->exit_kind, "exit") == 0 && !d->stop_sent)
        return (int)(d->exit_code & 0xff);
    if (d->broken_pipe)
        return 128 + SIGPIPE;
    if (signal)
        return 128 + signal;
    if (strcmp(d->exit_kind, "exit") == 0)
        return (int)(d->exit_code & 0xff);
    if (strcmp(d->exit_kind, "stopped") == 0)
        return 128 + SIGTERM;
    if (strcmp(d->exit_kind, "trap") == 0) {
        (void)cli_fail(d->cli, "E_TRAP", "The program trapped: %s", d->exit_text);
        (void)output_error(d->cli);
        return EXIT_TRAPPED;
    }
    if (strcmp(d->exit_kind, "invalid") == 0) {
        (void)cli_fail(d->cli, "E_MODULE", "The Keep cannot run the module: %s", d->exit_text);
        (void)output_error(d->cli);
        return EXIT_CANNOT_RUN;
    }
    (void)cli_fail(d->cli, "E_REFUSED", "The Keep failed: %s", d->exit_text);
    return output_error(d->cli);
}

void drive_free(struct drive *d)
{
    buffer_wipe(&d->pending);
    casemate_session_free(d->session);
    d->session = NULL;
}
