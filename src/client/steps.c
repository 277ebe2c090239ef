/* SPDX-License-Identifier: Apache-2.0 */
/* What a session does next, and who takes which message when. */
#include "session.h"

#include <stdlib.h>
#include <time.h>

/* ---- the queue ---- */

int session_push(struct casemate_session *s, const struct step *step, struct casemate_error *err)
{
    if (s->failed || s->ended || s->closing)
        return casemate_fail(err, E_USAGE, "The session is over");
    if (s->step_count == STEPS_MAX)
        return casemate_fail(err, E_USAGE, "Too many steps wait in this session");
    s->steps[s->step_count++] = *step;
    return 0;
}

static bool needs_fresh_verdict(enum step_kind kind)
{
    return kind != STEP_ATTEST && kind != STEP_ATTEST_WORKLOAD;
}

static int begin(struct casemate_session *s, const struct step *step, struct casemate_error *err)
{
    switch (step->kind) {
    case STEP_ATTEST:
        return session_begin_attest(s, err);
    case STEP_OWN:
        return session_begin_own(s, step->package, err);
    case STEP_DEPLOY:
        return session_begin_deploy(s, step->package, err);
    case STEP_ATTEST_WORKLOAD:
        return session_begin_attest_workload(s, err);
    case STEP_SECRETS:
        return session_begin_secrets(s, step->package, err);
    case STEP_START:
        return session_begin_start(s, step, err);
    case STEP_ATTACH:
    case STEP_LOGS:
    case STEP_CP:
    case STEP_STOP:
        return session_begin_command(s, step, err);
    }
    return casemate_fail(err, E_INTERNAL, "Unknown step");
}

int session_advance(struct casemate_session *s, struct casemate_error *err)
{
    if (s->awaiting == AWAIT_SENT)
        return session_send_package(s, err);
    while (s->awaiting == AWAIT_NOTHING && s->step_count && s->attested) {
        /* A verdict holds for a day at most: attest again before anything is entrusted to the Keep. */
        if (needs_fresh_verdict(s->steps[0].kind) && time(NULL) >= s->valid_until)
            return session_begin_attest(s, err);
        struct step step = s->steps[0];
        memmove(s->steps, s->steps + 1, --s->step_count * sizeof step);
        int result = begin(s, &step, err);
        free(step.path);
        if (result < 0)
            return -1;
    }
    return 0;
}

/* ---- messages ---- */

int session_unexpected(const struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    (void)s;
    return casemate_fail(err, E_PROTOCOL, "The Keep sent a message \"%s\" that it was not asked for",
                         message_type_name(m->type));
}

static int take_continue(struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    (void)m, (void)err;
    session_await(s, AWAIT_SENT);
    return 0;
}

/* Text of a peer, safe to show: printable ASCII, cut. */
static void shown(struct span text, char to[200])
{
    size_t size = text.size < 199 ? text.size : 199;
    for (size_t i = 0; i < size; i++)
        to[i] = text.data[i] >= ' ' && text.data[i] <= '~' ? (char)text.data[i] : '?';
    to[size] = 0;
}

static bool is_command(enum awaiting awaiting)
{
    return awaiting == AWAIT_ATTACHED || awaiting == AWAIT_LOGS || awaiting == AWAIT_CP ||
           awaiting == AWAIT_CP_DATA || awaiting == AWAIT_STOP_OK;
}

static int take_error(struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    char code[200], text[200];
    shown(m->code, code);
    shown(m->text, text);
    bool command = s->owned && (is_command(s->awaiting) || (s->streaming && s->awaiting == AWAIT_NOTHING));
    if (m->closes || !command)
        return casemate_fail(err, E_REFUSED, "The Keep refused: %s (%s)", text, code);
    event_push(&s->events, CASEMATE_EVENT_REFUSED, 0, 0, span_of(code, strlen(code)),
               span_of(text, strlen(text)));
    session_await(s, AWAIT_NOTHING);
    return 0;
}

#define ALWAYS    (-1)
#define STREAMING (-2)

/* Which message may come when, and who takes it. Whatever stands in no row ends the session. */
static const struct row {
    enum message_type type;
    int when; /* an enum awaiting, ALWAYS, or STREAMING */
    int (*take)(struct casemate_session *s, const struct message *m, struct casemate_error *err);
} rows[] = {
    {MESSAGE_STATEMENT, AWAIT_STATEMENT, session_take_statement},
    {MESSAGE_STATEMENT, AWAIT_WORKLOAD_STATEMENT, session_take_workload_statement},
    {MESSAGE_OWNER_VIEW, AWAIT_OWNER_VIEW, session_take_owner_view},
    {MESSAGE_CONTINUE, AWAIT_CONTINUE, take_continue},
    {MESSAGE_WORKLOAD, AWAIT_CONTINUE, session_take_workload},
    {MESSAGE_WORKLOAD, AWAIT_WORKLOAD, session_take_workload},
    {MESSAGE_OK, AWAIT_SECRETS_OK, session_take_ok},
    {MESSAGE_OK, AWAIT_STOP_OK, session_take_ok},
    {MESSAGE_RUNNING, AWAIT_RUNNING, session_take_running},
    {MESSAGE_ATTACHED, AWAIT_ATTACHED, session_take_attached},
    {MESSAGE_ATTACHED, AWAIT_LOGS, session_take_attached},
    {MESSAGE_OUTPUT, STREAMING, session_take_output},
    {MESSAGE_INPUT_ACK, STREAMING, session_take_input_ack},
    {MESSAGE_LOGS_END, AWAIT_LOGS, session_take_logs_end},
    {MESSAGE_EXIT, STREAMING, session_take_exit},
    {MESSAGE_FILE, AWAIT_CP, session_take_file},
    {MESSAGE_DIRECTORY, AWAIT_CP, session_take_directory},
    {MESSAGE_DATA, AWAIT_CP_DATA, session_take_file_data},
    {MESSAGE_ERROR, ALWAYS, take_error},
};

int session_take_message(struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        bool now = r->when == ALWAYS || (r->when == STREAMING ? s->streaming : (int)s->awaiting == r->when);
        if (r->type == m->type && now)
            return r->take(s, m, err);
    }
    return session_unexpected(s, m, err);
}

/* ---- what the caller asks for ---- */

/* Every command needs ownership; it is proved once a session. */
static int push_own(struct casemate_session *s, struct casemate_package *package, struct casemate_error *err)
{
    if (s->own_queued)
        return 0;
    struct step own = {.kind = STEP_OWN, .package = package};
    if (session_push(s, &own, err) < 0)
        return -1;
    s->own_queued = true;
    return 0;
}

static int needs_record(const struct casemate_session *s, struct casemate_error *err)
{
    if (s->record || s->own_queued)
        return 0;
    return casemate_fail(err, E_USAGE, "This step needs the record of the Keep, or a deployment before it");
}

int32_t casemate_session_deploy(casemate_session *s, casemate_package *package, casemate_error *err)
{
    const void *salt = s->record && s->record->has_workload ? s->record->salt : NULL;
    if ((salt || !package->sealed) && casemate_package_seal(package, salt, err) < 0)
        return -1;
    if (salt && memcmp(package->digest, s->record->workload, DIGEST_SIZE) != 0)
        return casemate_fail(err, E_OTHER_KEEP, "The package is not the one that this Keep was made for");
    struct step deploy = {.kind = STEP_DEPLOY, .package = package}, check = {.kind = STEP_ATTEST_WORKLOAD};
    if (push_own(s, package, err) < 0 || session_push(s, &deploy, err) < 0)
        return -1;
    return session_push(s, &check, err);
}

int32_t casemate_session_secrets(casemate_session *s, casemate_package *package, casemate_error *err)
{
    struct step step = {.kind = STEP_SECRETS, .package = package};
    if (needs_record(s, err) < 0 || push_own(s, NULL, err) < 0)
        return -1;
    return session_push(s, &step, err);
}

int32_t casemate_session_start(casemate_session *s, int32_t attach, int32_t input, casemate_error *err)
{
    struct step step = {.kind = STEP_START, .attach = attach != 0, .input = attach && input};
    if (needs_record(s, err) < 0 || push_own(s, NULL, err) < 0)
        return -1;
    return session_push(s, &step, err);
}

static int push_command(struct casemate_session *s, const struct step *step, struct casemate_error *err)
{
    if (needs_record(s, err) < 0 || push_own(s, NULL, err) < 0)
        return -1;
    return session_push(s, step, err);
}

int32_t casemate_session_attach(casemate_session *s, const uint64_t offset[2], int32_t input,
                                casemate_error *err)
{
    struct step step = {
        .kind = STEP_ATTACH, .offset = {offset[0], offset[1]}, .attach = true, .input = input != 0};
    return push_command(s, &step, err);
}

int32_t casemate_session_logs(casemate_session *s, const uint64_t offset[2], casemate_error *err)
{
    struct step step = {.kind = STEP_LOGS, .offset = {offset[0], offset[1]}};
    return push_command(s, &step, err);
}

int32_t casemate_session_cp(casemate_session *s, const char *path, size_t size, casemate_error *err)
{
    struct step step = {.kind = STEP_CP};
    if (size == 0 || size > MESSAGE_PATH_MAX || path[0] != '/' || memchr(path, 0, size))
        return casemate_fail(err, E_USAGE, "\"%.*s\" is no absolute path in the Keep",
                             (int)(size < 200 ? size : 200), path);
    step.path = malloc(size + 1);
    if (!step.path)
        return casemate_fail(err, E_NOMEM, "No memory for a step");
    memcpy(step.path, path, size);
    step.path[size] = 0;
    if (push_command(s, &step, err) < 0) {
        free(step.path);
        return -1;
    }
    return 0;
}

int32_t casemate_session_stop(casemate_session *s, casemate_error *err)
{
    struct step step = {.kind = STEP_STOP};
    return push_command(s, &step, err);
}

int32_t casemate_session_attest(casemate_session *s, casemate_error *err)
{
    struct step step = {.kind = STEP_ATTEST};
    return session_push(s, &step, err);
}

int32_t casemate_session_adopt(casemate_session *s, casemate_error *err)
{
    if (!s->key || s->record || s->own_queued)
        return casemate_fail(err, E_USAGE, "A Keep is adopted with its owner's key, in a session of its own");
    s->adopting = true;
    return push_own(s, NULL, err);
}
