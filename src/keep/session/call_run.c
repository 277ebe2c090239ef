/* SPDX-License-Identifier: Apache-2.0 */
/* The calls start, stop, attach, logs and input: the one run, and its streams. None of them runs anything:
 * they leave marks that the main loop and the program's safe points act on. */
#include "handlers.h"

/* Where a reader begins: what it asked for, as far as that is still or already there. */
static void follow(struct session *s, enum session_follow how, const uint64_t offset[2])
{
    const struct output *o = &s->keep->program.output;
    s->follow = how;
    for (unsigned i = 0; i < 2; i++) {
        uint64_t oldest = output_oldest(o, i), written = output_written(o, i);
        s->position[i] = offset[i] < oldest ? oldest : offset[i] > written ? written : offset[i];
        s->end[i] = written;
    }
}

static bool somebody_feeds(const struct keep *keep, const struct session *except)
{
    for (unsigned i = 0; i < KEEP_SESSIONS_MAX; i++)
        if (keep->session[i] && keep->session[i] != except && keep->session[i]->input)
            return true;
    return false;
}

static void feed(struct session *s)
{
    s->input = true;
    s->input_base = s->keep->program.input.ring.written;
    s->input_acked = 0;
}

static int attached(struct session *s)
{
    const struct message answer = {.type = MESSAGE_ATTACHED, .offset = {s->position[0], s->position[1]}};
    return session_send(s, &answer);
}

static int running(struct session *s)
{
    struct message answer = {.type = MESSAGE_RUNNING};
    memcpy(answer.run, s->keep->program.run, sizeof answer.run);
    return session_send(s, &answer);
}

int handle_start(struct session *s, const struct message *m)
{
    struct keep *keep = s->keep;
    bool again = keep->state >= KEEP_RUNNING;
    if (!names_workload(keep, m) || (again && !names_run(keep, m)))
        return session_refuse(s, KEEP_EMATCH, false);
    if (again) {
        s->announce = m->attach;
        if (m->attach)
            follow(s, FOLLOW_ATTACH, (const uint64_t[2]){0, 0});
        return running(s);
    }
    int error = program_prepare(&keep->program, m->run, m->input);
    if (error)
        return session_refuse(s, error, false);
    /* Inputs are valid from here. */
    keep->program.started = true;
    keep_set_state(keep, KEEP_RUNNING);
    s->announce = m->attach;
    if (m->attach)
        follow(s, FOLLOW_ATTACH, (const uint64_t[2]){0, 0});
    if (m->input)
        feed(s);
    return running(s);
}

int handle_stop(struct session *s, const struct message *m)
{
    if (!names_run(s->keep, m))
        return session_refuse(s, KEEP_EMATCH, false);
    /* Inputs are valid from here. */
    s->keep->program.stopping = true;
    const struct message answer = {.type = MESSAGE_OK};
    return session_send(s, &answer);
}

int handle_attach(struct session *s, const struct message *m)
{
    struct keep *keep = s->keep;
    if (!names_run(keep, m))
        return session_refuse(s, KEEP_EMATCH, false);
    if (m->input && (somebody_feeds(keep, s) || !input_takes(&keep->program.input)))
        return session_refuse(s, KEEP_EAGAIN, false);
    /* Inputs are valid from here. */
    follow(s, FOLLOW_ATTACH, m->offset);
    s->input = false;
    if (m->input)
        feed(s);
    return attached(s);
}

int handle_logs(struct session *s, const struct message *m)
{
    if (!names_run(s->keep, m))
        return session_refuse(s, KEEP_EMATCH, false);
    if (s->follow != FOLLOW_NONE)
        return session_refuse(s, KEEP_EORDER, false);
    /* Inputs are valid from here. */
    follow(s, FOLLOW_LOGS, m->offset);
    return attached(s);
}

int handle_input(struct session *s, const struct message *m)
{
    struct input *input = &s->keep->program.input;
    uint64_t consumed = input->ring.read > s->input_base ? input->ring.read - s->input_base : 0;
    uint64_t sent = input->ring.written - s->input_base;
    if (s->keep->program.ended)
        return 0; /* sent before the client knew; nobody reads it */
    if (m->bytes.size > STDIN_WINDOW - (sent - consumed))
        return KEEP_ESIZE;
    /* Inputs are valid from here, but for bytes after the end. */
    return input_put(input, m->bytes, m->end);
}
