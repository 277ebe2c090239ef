/* SPDX-License-Identifier: Apache-2.0 */
/* What a session sends by itself: a file that `cp` asked for, output that it follows, acknowledged input, the
 * end. One message at a time, whenever the last one has left. */
#include "session.h"

/* A message that could not be queued ends the session: its peer would wait for it for ever. */
static bool queue(struct session *s, const struct message *m)
{
    if (session_send(s, m) != 0)
        session_end(s);
    return true;
}

static void copy_end(struct session *s)
{
    file_release(s->copy);
    s->copy = NULL;
}

static bool stream_copy(struct session *s)
{
    uint8_t bytes[MESSAGE_DATA_MAX];
    uint64_t left = s->copy_size - s->copy_at;
    size_t size = left < sizeof bytes ? (size_t)left : sizeof bytes;
    if (file_read(s->copy, s->copy_at, bytes, size) != size) {
        /* The program has cut the file meanwhile: the bytes that were announced do not exist. */
        copy_end(s);
        (void)session_refuse(s, KEEP_EMATCH, true);
        return true;
    }
    s->copy_at += size;
    if (s->copy_at == s->copy_size)
        copy_end(s);
    const struct message m = {.type = MESSAGE_DATA, .bytes = span_of(bytes, size)};
    return queue(s, &m);
}

static bool stream_output(struct session *s, unsigned index)
{
    uint8_t bytes[MESSAGE_DATA_MAX];
    const struct output *o = &s->keep->program.output;
    size_t capacity = sizeof bytes;
    if (s->follow == FOLLOW_LOGS) {
        uint64_t left = s->end[index] > s->position[index] ? s->end[index] - s->position[index] : 0;
        capacity = left < capacity ? (size_t)left : capacity;
    }
    size_t size = output_read(o, index, &s->position[index], bytes, capacity);
    if (size == 0)
        return false;
    struct stream_time time = {0};
    bool known = output_time(o, index, s->position[index], &time);
    if (known && size > time.end - s->position[index])
        size = (size_t)(time.end - s->position[index]);
    const struct message m = {.type = MESSAGE_OUTPUT,
                              .stream = index + 1,
                              .position = s->position[index],
                              .has_time = known,
                              .time = time.time,
                              .bytes = span_of(bytes, size)};
    s->position[index] += size;
    return queue(s, &m);
}

static bool stream_input_ack(struct session *s)
{
    const struct ring *r = &s->keep->program.input.ring;
    uint64_t consumed = r->read > s->input_base ? r->read - s->input_base : 0;
    /* When the program has ended its input is wiped, counters too: there is nothing more to acknowledge. */
    if (consumed <= s->input_acked)
        return false;
    s->input_acked = consumed;
    const struct message m = {.type = MESSAGE_INPUT_ACK, .position = consumed};
    return queue(s, &m);
}

static bool stream_announce(struct session *s)
{
    s->announce = false;
    const struct message m = {.type = MESSAGE_ATTACHED, .offset = {s->position[0], s->position[1]}};
    return queue(s, &m);
}

/* The end of what is followed: `exit` once the program has ended, `logs-end` at once. */
static bool stream_end(struct session *s)
{
    const struct program *p = &s->keep->program;
    if (s->follow == FOLLOW_LOGS) {
        s->follow = FOLLOW_NONE;
        const struct message m = {.type = MESSAGE_LOGS_END, .offset = {s->end[0], s->end[1]}};
        return queue(s, &m);
    }
    if (!p->ended)
        return false;
    /* The session keeps its right to feed stdin: what the client sent before it knew of the end is not a
     * fault. */
    s->follow = FOLLOW_NONE;
    const struct message m = {.type = MESSAGE_EXIT, .exit = p->exit};
    return queue(s, &m);
}

bool session_stream(struct session *s)
{
    if (s->phase != SESSION_OPEN)
        return false;
    if (s->announce)
        return stream_announce(s);
    if (s->copy)
        return stream_copy(s);
    if (s->input && stream_input_ack(s))
        return true;
    if (s->follow == FOLLOW_NONE)
        return false;
    return stream_output(s, 0) || stream_output(s, 1) || stream_end(s);
}
