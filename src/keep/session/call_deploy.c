/* SPDX-License-Identifier: Apache-2.0 */
/* The calls deploy, data and secrets: the workload of this Keep's life. */
#include "handlers.h"

#include "../../proto/guard.h"

static int workload_answer(struct session *s)
{
    struct message answer = {.type = MESSAGE_WORKLOAD};
    memcpy(answer.workload, s->keep->workload.digest, sizeof answer.workload);
    return session_send(s, &answer);
}

/* Another deploy, after one was accepted: the same is answered as the first was, any other changes nothing.
 */
static int deploy_again(struct session *s, const struct message *m)
{
    uint8_t digest[DIGEST_SIZE];
    int error = deploy_workload_digest(&m->deploy, digest);
    if (error)
        return error;
    bool same = bytes_equal_constant_time(digest, s->keep->workload.digest, DIGEST_SIZE);
    if (!guard_holds(GUARD_KEEP_ONCE, same))
        return session_refuse(s, KEEP_EMATCH, false);
    return workload_answer(s);
}

/* Files may take what the program's own memory will not: a quarter of the Keep at least. */
static uint64_t files_budget(const struct keep *keep, const struct deploy *d)
{
    uint64_t memory = keep->boot.memory, quarter = memory / 4;
    uint64_t others = d->limits.memory + d->module_size;
    return others < memory && memory - others > quarter ? memory - others : quarter;
}

int handle_deploy(struct session *s, const struct message *m)
{
    struct keep *keep = s->keep;
    if (keep->has_workload)
        return deploy_again(s, m);
    if (keep->workload.validation.running) /* over an earlier one, which is about to be dropped */
        return session_refuse(s, KEEP_EAGAIN, false);
    int error =
        workload_begin(&keep->workload, &m->deploy, files_budget(keep, &m->deploy), keep_realtime, keep);
    if (error)
        return error;
    /* Inputs are valid from here; the bytes themselves are still to come. */
    s->delivering = true;
    const struct message answer = {.type = MESSAGE_CONTINUE};
    return session_send(s, &answer);
}

int handle_data(struct session *s, const struct message *m)
{
    struct keep *keep = s->keep;
    int error = workload_data(&keep->workload, m->bytes);
    if (error) {
        s->delivering = false;
        return error;
    }
    if (!keep->workload.complete)
        return 0;
    /* Inputs are valid from here: all of them are here, and are what was announced. */
    s->delivering = false;
    keep->has_workload = true;
    return workload_answer(s);
}

int handle_secrets(struct session *s, const struct message *m)
{
    if (!names_workload(s->keep, m))
        return session_refuse(s, KEEP_EMATCH, false);
    int error = workload_set_secrets(&s->keep->workload, m->env, m->files);
    if (error)
        return session_refuse(s, error, false);
    const struct message answer = {.type = MESSAGE_OK};
    return session_send(s, &answer);
}
