/* SPDX-License-Identifier: Apache-2.0 */
/* Deployment: the record of the workload, its bytes, secrets, start (docs/protocol.md, section 5). */
#include "session.h"

#include <psa/crypto.h>

#include "../proto/guard.h"

int session_begin_deploy(struct casemate_session *s, struct casemate_package *package,
                         struct casemate_error *err)
{
    struct message m = {.type = MESSAGE_DEPLOY};
    if (!s->owned)
        return casemate_fail(err, E_INTERNAL, "A deploy without ownership");
    package_deploy(package, &m.deploy);
    s->package = package;
    s->package_sent = 0;
    session_await(s, AWAIT_CONTINUE);
    return session_send(s, &m, err);
}

/* Prepares data messages as long as the connection takes them. */
int session_send_package(struct casemate_session *s, struct casemate_error *err)
{
    uint8_t bytes[MESSAGE_DATA_MAX];
    uint64_t total = package_total(s->package), before = s->package_sent;
    while (s->out.size < SESSION_OUT_HIGH && s->package_sent < total) {
        struct message m = {.type = MESSAGE_DATA};
        size_t size = package_bytes(s->package, s->package_sent, bytes, sizeof bytes);
        m.bytes = span_of(bytes, size);
        if (size == 0 || session_send(s, &m, err) < 0)
            return size ? -1 : casemate_fail(err, E_INTERNAL, "The package ends early");
        s->package_sent += size;
    }
    if (s->package_sent != before)
        event_push(&s->events, CASEMATE_EVENT_SENT, (int64_t)s->package_sent, total, span_of(NULL, 0),
                   span_of(NULL, 0));
    if (s->package_sent == total && s->out.size == 0)
        session_await(s, AWAIT_WORKLOAD);
    return 0;
}

int session_take_workload(struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    if (!guard_holds(GUARD_CLIENT_WORKLOAD, memcmp(m->workload, s->package->digest, DIGEST_SIZE) == 0))
        return casemate_fail(err, E_OTHER_KEEP,
                             "The Keep accepted another workload than the one that was sent");
    s->state = CASEMATE_STATE_DEPLOYED;
    session_await(s, AWAIT_NOTHING);
    return 0;
}

/* A workload that is in the Keep, but is not what the record says, gets nothing. */
static int deployed(const struct casemate_session *s, struct casemate_error *err)
{
    if (!s->owned || s->state < CASEMATE_STATE_DEPLOYED || !s->record->has_workload)
        return casemate_fail(err, E_USAGE, "The Keep has no workload yet");
    return 0;
}

int session_begin_secrets(struct casemate_session *s, struct casemate_package *package,
                          struct casemate_error *err)
{
    struct message m = {.type = MESSAGE_SECRETS};
    struct buffer env = {0}, files = {0};
    bool any;
    int result = deployed(s, err);
    if (result == 0)
        result = package_secrets(package, &env, &files, &any, err);
    if (result == 0 && any) {
        memcpy(m.workload, s->record->workload, DIGEST_SIZE);
        m.env = span_of(env.data, env.size);
        m.files = span_of(files.data, files.size);
        session_await(s, AWAIT_SECRETS_OK);
        result = session_send(s, &m, err);
    }
    buffer_wipe(&env);
    buffer_wipe(&files);
    return result;
}

int session_begin_start(struct casemate_session *s, const struct step *step, struct casemate_error *err)
{
    struct message m = {.type = MESSAGE_START, .attach = step->attach, .input = step->input};
    struct casemate_record *r = s->record;
    if (deployed(s, err) < 0)
        return -1;
    if (!r->has_run) {
        if (psa_generate_random(r->run, RUN_ID_SIZE) != PSA_SUCCESS)
            return casemate_fail(err, E_INTERNAL, "The random generator failed");
        r->has_run = true;
        if (record_save(r, NULL, err) < 0)
            return -1;
    }
    memcpy(m.workload, r->workload, DIGEST_SIZE);
    memcpy(m.run, r->run, RUN_ID_SIZE);
    s->start_attaches = step->attach;
    s->input_open = step->input;
    session_await(s, AWAIT_RUNNING);
    return session_send(s, &m, err);
}

int session_take_running(struct casemate_session *s, const struct message *m, struct casemate_error *err)
{
    if (memcmp(m->run, s->record->run, RUN_ID_SIZE) != 0)
        return casemate_fail(err, E_OTHER_KEEP,
                             "The Keep runs under another run id than the one that was given");
    s->state = CASEMATE_STATE_RUNNING;
    s->following = s->start_attaches;
    session_await(s, s->start_attaches ? AWAIT_ATTACHED : AWAIT_NOTHING);
    event_push(&s->events, CASEMATE_EVENT_RUNNING, 0, 0, span_of(NULL, 0), span_of(m->run, RUN_ID_SIZE));
    return 0;
}
