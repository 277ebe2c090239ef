/* SPDX-License-Identifier: Apache-2.0 */
/* The state machine of a session as one table: each message of a peer, what must be true before it, and the
 * function that is it. Every order that is not named here is refused (row 8). */
#include "handlers.h"

#include "../../proto/guard.h"

enum need {
    NEED_STATEMENT = 1,     /* this session has got a `session` statement */
    NEED_OWNER = 2,         /* this session has proved ownership */
    NEED_CONTINUE = 4,      /* this session's deploy is arriving */
    NEED_WORKLOAD = 8,      /* the Keep has a workload */
    NEED_START = 16,        /* its run has been started */
    NEED_BEFORE_RUN = 32,   /* and this: it has not */
    NEED_INPUT = 64,        /* this session feeds stdin */
    WHILE_DELIVERING = 128, /* is also allowed between `continue` and the last `data` */
};

static const struct call {
    enum message_type type;
    unsigned needs;
    int (*function)(struct session *s, const struct message *m);
} calls[] = {
    {MESSAGE_ATTEST, WHILE_DELIVERING, handle_attest},
    {MESSAGE_ATTEST_WORKLOAD, NEED_STATEMENT | NEED_WORKLOAD, handle_attest_workload},
    {MESSAGE_OWNER, NEED_STATEMENT, handle_owner},
    {MESSAGE_DEPLOY, NEED_OWNER, handle_deploy},
    {MESSAGE_DATA, NEED_OWNER | NEED_CONTINUE | WHILE_DELIVERING, handle_data},
    {MESSAGE_SECRETS, NEED_OWNER | NEED_WORKLOAD | NEED_BEFORE_RUN, handle_secrets},
    {MESSAGE_START, NEED_OWNER | NEED_WORKLOAD, handle_start},
    {MESSAGE_STOP, NEED_OWNER | NEED_START, handle_stop},
    {MESSAGE_ATTACH, NEED_OWNER | NEED_START, handle_attach},
    {MESSAGE_LOGS, NEED_OWNER | NEED_START, handle_logs},
    {MESSAGE_INPUT, NEED_OWNER | NEED_START | NEED_INPUT, handle_input},
    {MESSAGE_CP, NEED_OWNER | NEED_START, handle_cp},
};

static int needs_check(const struct session *s, unsigned needs)
{
    const struct keep *keep = s->keep;
    if (s->delivering && !(needs & WHILE_DELIVERING))
        return KEEP_EORDER;
    if ((needs & NEED_STATEMENT) && !s->attested)
        return KEEP_EORDER;
    if ((needs & NEED_OWNER) && !guard_holds(GUARD_KEEP_RIGHTS, s->owner))
        return KEEP_EDENIED;
    if ((needs & NEED_CONTINUE) && !s->delivering)
        return KEEP_EORDER;
    if ((needs & NEED_WORKLOAD) && !keep->has_workload)
        return KEEP_EORDER;
    if ((needs & NEED_START) && keep->state < KEEP_RUNNING)
        return KEEP_EORDER;
    if ((needs & NEED_BEFORE_RUN) && keep->state >= KEEP_RUNNING)
        return KEEP_EORDER;
    if ((needs & NEED_INPUT) && !s->input)
        return KEEP_EORDER;
    return 0;
}

int session_dispatch(struct session *s, struct span encoded)
{
    struct message m;
    int error = message_decode(MESSAGE_FROM_CLIENT, encoded, &m);
    if (error)
        return error;
    for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (calls[i].type != m.type)
            continue;
        error = needs_check(s, calls[i].needs);
        return error ? error : calls[i].function(s, &m);
    }
    return KEEP_ETYPE;
}

bool names_workload(const struct keep *keep, const struct message *m)
{
    bool same = bytes_equal_constant_time(m->workload, keep->workload.digest, DIGEST_SIZE);
    return keep->has_workload && guard_holds(GUARD_KEEP_WORKLOAD, same);
}

bool names_run(const struct keep *keep, const struct message *m)
{
    bool same = bytes_equal_constant_time(m->run, keep->program.run, RUN_ID_SIZE);
    return names_workload(keep, m) && guard_holds(GUARD_KEEP_RUN, same);
}
