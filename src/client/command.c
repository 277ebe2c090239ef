/* SPDX-License-Identifier: Apache-2.0 */
/* Commands to a running Keep, and the streams that they open. */
#include "session.h"

#include <stdio.h>

int session_begin_command(struct casemate_session *s, const struct step *step, struct casemate_error *err)
{
    static const struct {
        enum step_kind kind;
        enum message_type type;
        enum awaiting awaiting;
    } table[] = {
        {STEP_ATTACH, MESSAGE_ATTACH, AWAIT_ATTACHED},
        {STEP_LOGS, MESSAGE_LOGS, AWAIT_LOGS},
        {STEP_CP, MESSAGE_CP, AWAIT_CP},
        {STEP_STOP, MESSAGE_STOP, AWAIT_STOP_OK},
    };
    struct message m = {.offset = {step->offset[0], step->offset[1]}, .input = step->input};
    if (!s->owned || !s->record->has_run || s->state < CASEMATE_STATE_RUNNING)
        return casemate_fail(err, E_USAGE, "The program of this Keep has not been started");
    memcpy(m.workload, s->record->workload, DIGEST_SIZE);
    memcpy(m.run, s->record->run, RUN_ID_SIZE);
    if (step->path)
        m.path = span_of(step->path, strlen(step->path));
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].kind == step->kind) {
            m.type = table[i].type;
            session_await(s, table[i].awaiting);
        }
    if (step->kind == STEP_ATTACH || step->kind == STEP_LOGS) {
        s->following = step->kind == STEP_ATTACH;
        s->input_open = step->input;
        memcpy(s->output_at, step->offset, sizeof s->output_at);
    }
    return session_send(s, &m, err);
}

int session_take_attached(struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    for (int i = 0; i < 2; i++) {
        if (m->offset[i] < s->output_at[i])
            return casemate_fail(err, E_PROTOCOL,
                                 "The Keep's output begins before the place that was asked for");
        if (m->offset[i] > s->output_at[i])
            event_push(&s->events, CASEMATE_EVENT_SKIPPED, i + 1, m->offset[i], span_of(NULL, 0),
                       span_of(NULL, 0));
        s->output_at[i] = m->offset[i];
    }
    s->streaming = true;
    if (s->awaiting == AWAIT_ATTACHED)
        session_await(s, AWAIT_NOTHING);
    return 0;
}

int session_take_output(struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    if (m->stream != STREAM_STDOUT && m->stream != STREAM_STDERR)
        return casemate_fail(err, E_PROTOCOL, "The Keep sent output of an unknown stream");
    uint64_t *at = &s->output_at[m->stream - 1];
    if (m->position != *at || m->bytes.size > UINT64_MAX - *at)
        return casemate_fail(err, E_PROTOCOL, "The Keep's output has a gap or comes twice");
    *at += m->bytes.size;
    if (s->awaiting == AWAIT_LOGS)
        session_await(s, AWAIT_LOGS);
    event_push(&s->events, CASEMATE_EVENT_OUTPUT, (int32_t)m->stream, m->position, span_of(NULL, 0),
               m->bytes);
    event_stamp(&s->events, m->has_time ? m->time : 0);
    return 0;
}

int session_take_logs_end(struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    if (m->offset[0] != s->output_at[0] || m->offset[1] != s->output_at[1])
        return casemate_fail(err, E_PROTOCOL, "The Keep's output ended before the length that it names");
    s->streaming = false;
    session_await(s, AWAIT_NOTHING);
    event_push(&s->events, CASEMATE_EVENT_LOGS_END, 0, 0, span_of(NULL, 0), span_of(NULL, 0));
    return 0;
}

int session_take_exit(struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    const struct exit_record *e = &m->exit;
    const char *kind = exit_kind_name(e->kind);
    /* A stream is complete only by the length in the exit record. */
    for (int i = 0; s->following && i < 2; i++)
        if (e->stream_size[i] != s->output_at[i])
            return casemate_fail(err, E_PROTOCOL, "The Keep's output ended before the length that it names");
    s->streaming = s->following = s->input_open = false;
    s->state = CASEMATE_STATE_ENDED;
    (void)snprintf(s->record->exit, sizeof s->record->exit, "%s %u", kind, e->code);
    if (record_save(s->record, NULL, err) < 0)
        return -1;
    if (s->awaiting == AWAIT_ATTACHED)
        session_await(s, AWAIT_NOTHING);
    event_push(&s->events, CASEMATE_EVENT_EXIT, (int32_t)e->code, 0, span_of(kind, strlen(kind)), e->text);
    return 0;
}

int session_take_ok(struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    (void)m, (void)err;
    if (s->awaiting == AWAIT_STOP_OK)
        event_push(&s->events, CASEMATE_EVENT_STOPPED, 0, 0, span_of(NULL, 0), span_of(NULL, 0));
    session_await(s, AWAIT_NOTHING);
    return 0;
}

/* ---- files ---- */

int session_take_file(struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    (void)err;
    s->file_left = m->position;
    event_push(&s->events, CASEMATE_EVENT_FILE, (int32_t)(m->mode & 0777), m->position, span_of(NULL, 0),
               span_of(NULL, 0));
    if (s->file_left)
        session_await(s, AWAIT_CP_DATA);
    else {
        session_await(s, AWAIT_NOTHING);
        event_push(&s->events, CASEMATE_EVENT_FILE_DATA, 1, 0, span_of(NULL, 0), span_of(NULL, 0));
    }
    return 0;
}

int session_take_file_data(struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    if (m->bytes.size == 0 || m->bytes.size > s->file_left)
        return casemate_fail(err, E_PROTOCOL, "The Keep sent more of a file than it announced");
    s->file_left -= m->bytes.size;
    session_await(s, s->file_left ? AWAIT_CP_DATA : AWAIT_NOTHING);
    event_push(&s->events, CASEMATE_EVENT_FILE_DATA, s->file_left == 0, 0, span_of(NULL, 0), m->bytes);
    return 0;
}

/* A name that is safe to make in a folder here: no slash, not "." or "..". */
static bool entry_name_allowed(struct span name)
{
    if (name.size == 0 || name.size > 255 || memchr(name.data, '/', name.size) ||
        memchr(name.data, 0, name.size))
        return false;
    return !span_equal(name, SPAN_LITERAL(".")) && !span_equal(name, SPAN_LITERAL(".."));
}

int session_take_directory(struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    struct list_cursor cursor;
    struct directory_entry entry;
    if (list_open(m->entries, &cursor) < 0)
        return casemate_fail(err, E_PROTOCOL, "The Keep's listing cannot be read");
    while (list_next_entry(&cursor, &entry)) {
        if (!entry_name_allowed(entry.name))
            return casemate_fail(err, E_PROTOCOL,
                                 "The Keep's listing has a name that leads out of its folder");
        event_push(&s->events, CASEMATE_EVENT_ENTRY, (int32_t)entry.kind, entry.size, entry.name,
                   span_of(NULL, 0));
    }
    session_await(s, AWAIT_NOTHING);
    event_push(&s->events, CASEMATE_EVENT_ENTRIES, 0, 0, span_of(NULL, 0), span_of(NULL, 0));
    return 0;
}

/* ---- stdin ---- */

int32_t casemate_session_input(casemate_session *s, const void *bytes, size_t size, int32_t end,
                               size_t *taken, casemate_error *err)
{
    const uint8_t *at = bytes;
    size_t left = size;
    *taken = 0;
    if (!s->input_open || (!s->streaming && s->awaiting != AWAIT_ATTACHED))
        return casemate_fail(err, E_USAGE, "The program takes no input in this session");
    do {
        uint64_t room = STDIN_WINDOW - (s->input_sent - s->input_acknowledged);
        size_t take = left < MESSAGE_DATA_MAX ? left : MESSAGE_DATA_MAX;
        take = take < room ? take : (size_t)room;
        bool last = end && take == left;
        if (take == 0 && !last)
            break;
        struct message m = {.type = MESSAGE_INPUT, .bytes = span_of(at, take), .end = last};
        if (session_send(s, &m, err) < 0)
            return -1;
        s->input_sent += take;
        *taken += take;
        at += take;
        left -= take;
        if (last)
            s->input_open = false;
    } while (left);
    s->input_full = left > 0;
    return 0;
}

int session_take_input_ack(struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    if (m->position < s->input_acknowledged || m->position > s->input_sent)
        return casemate_fail(err, E_PROTOCOL,
                             "The Keep acknowledged %llu bytes of input after %llu, of %llu sent",
                             (unsigned long long)m->position, (unsigned long long)s->input_acknowledged,
                             (unsigned long long)s->input_sent);
    s->input_acknowledged = m->position;
    if (s->input_full)
        event_push(&s->events, CASEMATE_EVENT_INPUT, 0, 0, span_of(NULL, 0), span_of(NULL, 0));
    s->input_full = false;
    return 0;
}
