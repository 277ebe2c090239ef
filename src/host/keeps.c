/* SPDX-License-Identifier: Apache-2.0 */
/* Making, finding, ending Keeps. What their wardens say: keeps_control.c. */
#include "keeps.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/hex.h"
#include "cgroup.h"
#include "keeps_internal.h"
#include "log.h"
#include "warden/outbox_store.h"

enum { START_MS = 30000, STOP_MS = 3000 };

void keeps_path(const struct keeps *keeps, const struct keep *k, const char *name, char path[PATHS_MAX])
{
    if ((size_t)snprintf(path, PATHS_MAX, "%s/%s%s%s", keeps->folder, k->record.id, name[0] ? "/" : "",
                         name) >= PATHS_MAX)
        path[0] = 0;
}

void keeps_save(struct keeps *keeps, const struct keep *k)
{
    struct casemate_error err;
    if (store_put(keeps->store, &k->record, &err) < 0)
        log_error(k->record.id, &err);
}

void keeps_set_state(struct keep *k, const char *state)
{
    (void)snprintf(k->record.state, sizeof k->record.state, "%s", state);
}

static void enter(struct keep *k, enum keep_phase phase)
{
    k->phase = phase;
    k->since = clock_ms();
}

/* ---- records ---- */

/* An outbox may have reached the disk before its record did. */
static void note_outbox(const struct keeps *keeps, struct keep *k)
{
    char path[PATHS_MAX];
    struct stat st;
    keeps_path(keeps, k, OUTBOX_STORE_NAME, path);
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
        k->record.outbox = st.st_size;
}

static void load_one(void *context, const struct record *r)
{
    struct keeps *keeps = context;
    struct keep **end = &keeps->first, *k = calloc(1, sizeof *k);
    if (!k)
        return;
    while (*end)
        end = &(*end)->next;
    *end = k;
    k->record = *r;
    k->control.fd = -1;
    enter(k, PHASE_OVER);
    note_outbox(keeps, k);
}

/* What was alive when casemated last ended is gone now: wardens end with it. */
static void settle_lost(struct keeps *keeps)
{
    for (struct keep *k = keeps->first; k; k = k->next) {
        if (k->record.ended)
            continue;
        k->record.ended = clock_wall();
        keeps_set_state(k, k->record.outbox ? "ended" : "lost");
        (void)snprintf(k->record.reason, sizeof k->record.reason, "casemated ended while it was alive");
        keeps_save(keeps, k);
        log_event(LOG_LEVEL_WARNING, k->record.id, "%s: %s", k->record.state, k->record.reason);
    }
}

/* Folders without a record: of Keeps that never became live, or whose removal was cut short. */
static void sweep_folders(const struct keeps *keeps)
{
    struct buffer names = {0};
    size_t count = 0;
    (void)folder_list(keeps->folder, &names, &count, NULL);
    const char *name = buffer_text(&names);
    for (size_t i = 0; i < count; i++, name += strlen(name) + 1) {
        char path[PATHS_MAX];
        if (!keeps_find(keeps, name) && snprintf(path, sizeof path, "%s/%s", keeps->folder, name) < PATHS_MAX)
            (void)folder_remove(path, NULL);
    }
    buffer_free(&names);
}

int keeps_open(struct keeps *keeps, struct casemate_error *err)
{
    if (folder_make(keeps->folder, err) < 0 || folder_make(keeps->roots, err) < 0 ||
        store_each(keeps->store, load_one, keeps, err) < 0)
        return -1;
    settle_lost(keeps);
    sweep_folders(keeps);
    return 0;
}

void keeps_close(struct keeps *keeps)
{
    while (keeps->first) {
        struct keep *k = keeps->first;
        keeps->first = k->next;
        free(k);
    }
}

struct keep *keeps_find(const struct keeps *keeps, const char *id)
{
    for (struct keep *k = keeps->first; k; k = k->next)
        if (strcmp(k->record.id, id) == 0)
            return k;
    return NULL;
}

/* ---- making ---- */

static int check_limits(const struct keeps *keeps, const struct keep_wanted *wanted, int64_t memory,
                        struct casemate_error *err)
{
    const struct settings *s = keeps->settings;
    if (keeps->draining)
        return casemate_fail(err, E_LIMIT, "This casemated is about to end and makes no new Keeps");
    if (keeps->alive >= s->keeps)
        return casemate_fail(err, E_LIMIT, "%u Keeps are alive, the limit of this host (setting keeps)",
                             keeps->alive);
    if (memory > s->keep_memory_max)
        return casemate_fail(err, E_LIMIT,
                             "A Keep may have at most %lld bytes of memory here (setting keep_memory_max)",
                             (long long)s->keep_memory_max);
    if (s->memory && memory > s->memory - keeps->memory)
        return casemate_fail(err, E_LIMIT,
                             "All Keeps together may have %lld bytes of memory here (setting memory)",
                             (long long)s->memory);
    for (const struct keep *k = keeps->first; k; k = k->next)
        if (wanted->name[0] && !k->forget && strcmp(k->record.name, wanted->name) == 0)
            return casemate_fail(err, E_AMBIGUOUS, "The name \"%s\" is taken by Keep %s", wanted->name,
                                 k->record.id);
    return 0;
}

static struct keep *new_keep(struct keeps *keeps, const struct keep_wanted *wanted, int64_t memory,
                             struct casemate_error *err)
{
    uint8_t random[KEEP_ID_SIZE / 2];
    struct keep *k = calloc(1, sizeof *k);
    if (!k || getrandom(random, sizeof random, 0) != sizeof random) {
        free(k);
        (void)casemate_fail(err, E_NOMEM, "No memory for a Keep's record");
        return NULL;
    }
    hex_encode(random, sizeof random, k->record.id);
    memcpy(k->record.name, wanted->name, sizeof k->record.name);
    (void)snprintf(k->record.tee, sizeof k->record.tee, "%s", wanted->image->tee->name);
    memcpy(k->record.image, wanted->image->digest, sizeof k->record.image);
    keeps_set_state(k, "starting");
    k->record.created = clock_wall();
    k->record.memory = memory;
    k->control = (struct source){.fd = -1, .owner = k};
    enter(k, PHASE_STARTING);
    (void)keeps;
    return k;
}

/* A folder and a warden that knows what to do. */
static int start_warden(struct keeps *keeps, struct keep *k, const struct image *image,
                        struct casemate_error *err)
{
    static struct control_launch launch;
    char folder[PATHS_MAX];
    keeps_path(keeps, k, "", folder);
    if (mkdir(folder, 0700) < 0)
        return casemate_fail_errno(err, E_IO, "Cannot make the Keep's folder %s", folder);
    k->warden = warden_spawn(keeps, &k->control.fd, err);
    if (k->warden < 0) {
        k->warden = 0;
        return -1;
    }
    if (keeps->settings->cgroup &&
        cgroup_enter(keeps->settings->cgroup, k->record.id, k->record.memory, k->warden, err) < 0)
        return -1;
    warden_fill_launch(keeps, image, folder, k->record.memory, &launch);
    if (control_send(k->control.fd, CONTROL_LAUNCH, 0, 0, span_of(&launch, sizeof launch), image->sealed.fd,
                     false) < 0)
        return casemate_fail_errno(err, E_TEE, "Cannot tell the warden what to launch");
    return loop_add(keeps->loop, &k->control, EPOLLIN, err);
}

struct keep *keeps_create(struct keeps *keeps, const struct keep_wanted *wanted, struct casemate_error *err)
{
    int64_t memory = wanted->memory ? wanted->memory : keeps->settings->keep_memory;
    struct keep *k;
    if (check_limits(keeps, wanted, memory, err) < 0 || !(k = new_keep(keeps, wanted, memory, err)))
        return NULL;
    k->control.ready = keeps_control_ready;
    if (start_warden(keeps, k, wanted->image, err) < 0) {
        char folder[PATHS_MAX];
        if (k->control.fd >= 0)
            (void)close(k->control.fd);
        /* The warden ends with its descriptor and is reaped as a stranger. */
        keeps_path(keeps, k, "", folder);
        (void)rmdir(folder);
        free(k);
        return NULL;
    }
    struct keep **end = &keeps->first;
    while (*end)
        end = &(*end)->next;
    *end = k;
    k->owner = keeps;
    keeps->alive++;
    keeps->memory += memory;
    /* On disk while the warden launches: if casemated dies now, the Keep is known to be lost. */
    keeps_save(keeps, k);
    return k;
}

/* ---- ending ---- */

static void close_sessions(struct keeps *keeps, struct keep *k)
{
    while (k->sessions) {
        struct keep_session *s = k->sessions;
        k->sessions = s->next;
        keeps->session_over(keeps->context, s->handle);
        free(s);
    }
    k->session_count = 0;
}

void keeps_close_control(struct keeps *keeps, struct keep *k)
{
    if (k->control.fd < 0)
        return;
    loop_remove(keeps->loop, &k->control);
    (void)close(k->control.fd);
    k->control.fd = -1;
}

/* A Keep whose warden was killed may take a moment longer to end: forget() tries again, and the next start.
 */
static void leave_cgroup(const struct keeps *keeps, const struct keep *k)
{
    if (keeps->settings->cgroup)
        cgroup_leave(keeps->settings->cgroup, k->record.id);
}

static void forget(struct keeps *keeps, struct keep *k)
{
    leave_cgroup(keeps, k);
    struct casemate_error err;
    char folder[PATHS_MAX];
    keeps_path(keeps, k, "", folder);
    if (folder_remove(folder, &err) < 0 || store_remove(keeps->store, k->record.id, &err) < 0)
        log_error(k->record.id, &err);
    for (struct keep **at = &keeps->first; *at; at = &(*at)->next) {
        if (*at != k)
            continue;
        *at = k->next;
        break;
    }
    free(k);
}

/* No process of it is left. */
static void over(struct keeps *keeps, struct keep *k)
{
    close_sessions(keeps, k);
    keeps_close_control(keeps, k);
    leave_cgroup(keeps, k);
    keeps->alive--;
    keeps->memory -= k->record.memory;
    note_outbox(keeps, k);
    if (!k->record.ended)
        k->record.ended = clock_wall();
    keeps_set_state(k, k->record.outbox ? "ended" : "lost");
    if (!k->record.reason[0])
        (void)snprintf(k->record.reason, sizeof k->record.reason, "its warden ended");
    enter(k, PHASE_OVER);
    log_event(LOG_LEVEL_INFO, k->record.id, "%s: %s", k->forget ? "gone" : k->record.state, k->record.reason);
    keeps->changed(keeps->context, k);
    if (k->forget)
        forget(keeps, k);
    else
        keeps_save(keeps, k);
}

void keeps_reaped(struct keeps *keeps, pid_t pid, int status)
{
    for (struct keep *k = keeps->first; k; k = k->next) {
        if (k->warden != pid)
            continue;
        k->warden = 0;
        if (k->control.fd >= 0)
            keeps_control_drain(keeps, k);
        if (WIFSIGNALED(status) && k->phase != PHASE_STOPPING)
            (void)snprintf(k->record.reason, sizeof k->record.reason, "its warden was killed by signal %d",
                           WTERMSIG(status));
        if (k->phase == PHASE_STARTING && !k->error.code)
            (void)casemate_fail(&k->error, E_TEE, "The warden ended before the Keep was launched: %s",
                                k->record.reason[0] ? k->record.reason : "without a word");
        k->forget |= k->phase == PHASE_STARTING;
        over(keeps, k);
        return;
    }
}

void keeps_destroy(struct keeps *keeps, struct keep *k, bool forget_it, const char *reason)
{
    k->forget |= forget_it;
    if (k->phase == PHASE_OVER) {
        keeps->changed(keeps->context, k);
        if (k->forget)
            forget(keeps, k);
        return;
    }
    if (k->phase == PHASE_STOPPING)
        return;
    (void)snprintf(k->record.reason, sizeof k->record.reason, "%s", reason);
    /* The warden destroys its Keep and ends when it sees the descriptor end. */
    keeps_close_control(keeps, k);
    enter(k, PHASE_STOPPING);
}

void keeps_tick(struct keeps *keeps)
{
    uint64_t now = clock_ms(), first = (uint64_t)keeps->settings->first_session_seconds * 1000;
    struct keep *next;
    for (struct keep *k = keeps->first; k; k = next) {
        uint64_t age = now - k->since;
        next = k->next;
        if (k->phase == PHASE_STARTING && age > START_MS) {
            (void)casemate_fail(&k->error, E_TIMEOUT, "The Keep was not launched within %d seconds",
                                START_MS / 1000);
            keeps_destroy(keeps, k, true, "it was not launched in time");
        } else if (k->phase == PHASE_LIVE && !k->opened && first && age > first) {
            keeps_destroy(keeps, k, true, "nobody opened a session in time");
        } else if (k->phase == PHASE_STOPPING && age > STOP_MS && k->warden) {
            (void)kill(k->warden, SIGKILL);
        }
    }
}

void keeps_drain(struct keeps *keeps)
{
    struct keep *next;
    keeps->draining = true;
    for (struct keep *k = keeps->first; k; k = next) {
        next = k->next;
        if (k->phase == PHASE_LIVE && (strcmp(k->record.state, "unowned") == 0 || k->record.outbox))
            keeps_destroy(keeps, k, strcmp(k->record.state, "unowned") == 0, "casemated ends");
    }
}
