/* SPDX-License-Identifier: Apache-2.0 */
/* What this host has: each technology's trial launch runs in a warden of its own, one after the other; the
 * answer is kept for a while. */
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "casemate_build.h"
#include "../base/file.h"
#include "http.h"
#include "log.h"

enum { FRESH_MS = 60000, TRIAL_MS = 5000, GIVE_UP_MS = 15000, TRIAL_MEMORY = 64 << 20 };
#define FOLDER "probe"

struct probe_run {
    struct http *http;
    struct source control;
    pid_t warden; /* 0: none runs */
    size_t at;    /* image whose turn it is */
    bool running;
    uint64_t since, done; /* milliseconds; done 0: never */
    struct tee_probe result[IMAGES_MAX];
};

/* ---- the answer ---- */

static json_t *json_of_probe(const struct tee *tee, const struct image *image, const struct tee_probe *p)
{
    json_t *findings = json_array(), *aliases = json_array();
    for (size_t i = 0; i < p->count; i++) {
        const struct tee_finding *f = &p->finding[i];
        (void)json_array_append_new(findings,
                                    json_pack("{s:s, s:b, s:s, s:s, s:s}", "name", f->name, "ok", f->ok,
                                              "found", f->found, "expected", f->expected, "next", f->next));
    }
    for (const char *const *alias = tee->aliases; *alias; alias++)
        (void)json_array_append_new(aliases, json_string(*alias));
    json_t *o = json_pack("{s:s, s:o, s:s, s:s, s:b, s:b, s:o}", "name", tee->name, "aliases", aliases,
                          "summary", tee->summary, "enforced_by", tee->enforced_by, "usable", p->usable,
                          "simulated", p->simulated, "findings", findings);
    if (o && image->present)
        (void)json_object_set_new(o, "image", json_string(image->digest));
    return o;
}

static json_t *describe(const struct probe_run *run)
{
    const struct images *images = run->http->images;
    json_t *tees = json_array(), *list = json_array();
    for (size_t i = 0; i < images->count; i++) {
        const struct image *image = &images->image[i];
        (void)json_array_append_new(tees, json_of_probe(image->tee, image, &run->result[i]));
        if (image->present)
            (void)json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:I}", "digest", image->digest,
                                                        "name", image->tee->image, "tee", image->tee->name,
                                                        "size", (json_int_t)image->size));
    }
    return json_pack("{s:s, s:o, s:o, s:s}", "version", CASEMATE_BUILD_VERSION, "tees", tees, "images", list,
                     "sandbox", run->http->keeps->sandbox);
}

/* ---- the runs ---- */

static void next(struct probe_run *run);

static void forget_warden(struct probe_run *run)
{
    if (run->control.fd >= 0) {
        loop_remove(run->http->loop, &run->control);
        (void)close(run->control.fd);
    }
    run->control.fd = -1;
}

/* Texts end, and are printable ASCII; counts are in range. */
static bool take_findings(struct tee_probe *to, const struct control *m)
{
    if (m->size != sizeof *to)
        return false;
    memcpy(to, m->payload, sizeof *to);
    if (to->count > TEE_FINDINGS_MAX)
        to->count = 0;
    for (size_t i = 0; i < to->count; i++) {
        struct tee_finding *f = &to->finding[i];
        control_clean(f->name, sizeof f->name);
        control_clean(f->found, sizeof f->found);
        control_clean(f->expected, sizeof f->expected);
        control_clean(f->next, sizeof f->next);
    }
    return true;
}

static void fail_this(struct probe_run *run, const char *found)
{
    struct tee_probe *p = &run->result[run->at];
    *p = (struct tee_probe){.simulated = true, .count = 1};
    (void)snprintf(p->finding[0].name, sizeof p->finding[0].name, "warden");
    (void)snprintf(p->finding[0].found, sizeof p->finding[0].found, "%.120s", found);
    (void)snprintf(p->finding[0].expected, sizeof p->finding[0].expected, "a warden that reports");
    (void)snprintf(p->finding[0].next, sizeof p->finding[0].next, "see the log of casemated");
}

static void control_ready(void *owner, uint32_t events)
{
    struct probe_run *run = owner;
    struct control *m = &run->http->keeps->message;
    int passed;
    (void)events;
    int result = control_receive(run->control.fd, m, &passed, false);
    if (passed >= 0)
        (void)close(passed);
    if (result == 1 && m->kind == CONTROL_READY) {
        control_clean((char *)m->payload, CONTROL_TEXT_MAX);
        (void)snprintf(run->http->keeps->sandbox, CONTROL_TEXT_MAX, "%s", (const char *)m->payload);
        return;
    }
    if (result == 1 && m->kind == CONTROL_FAILED && m->size == sizeof(struct casemate_error)) {
        struct casemate_error err;
        memcpy(&err, m->payload, sizeof err);
        control_clean(err.what, sizeof err.what);
        fail_this(run, err.what);
    } else if (result != 1 || m->kind != CONTROL_FINDINGS || !take_findings(&run->result[run->at], m)) {
        fail_this(run, "it ended without a word");
    }
    forget_warden(run);
    run->at++;
    next(run);
}

static int start(struct probe_run *run, const struct image *image, struct casemate_error *err)
{
    static struct control_launch launch;
    struct keeps *keeps = run->http->keeps;
    char folder[PATHS_MAX];
    if ((size_t)snprintf(folder, sizeof folder, "%s/%s", keeps->folder, FOLDER) >= sizeof folder ||
        folder_make(folder, err) < 0)
        return -1;
    warden_fill_launch(keeps, image, folder, TRIAL_MEMORY, &launch);
    launch.timeout_ms = TRIAL_MS;
    run->warden = warden_spawn(keeps, &run->control.fd, err);
    if (run->warden < 0) {
        run->warden = 0;
        return -1;
    }
    run->since = clock_ms();
    if (control_send(run->control.fd, CONTROL_PROBE, 0, 0, span_of(&launch, sizeof launch), image->sealed.fd,
                     false) < 0)
        return casemate_fail_errno(err, E_TEE, "Cannot tell the warden what to try");
    return loop_add(run->http->loop, &run->control, EPOLLIN, err);
}

static void next(struct probe_run *run)
{
    const struct images *images = run->http->images;
    for (; run->at < images->count; run->at++) {
        struct casemate_error err = {0};
        if (start(run, &images->image[run->at], &err) == 0)
            return;
        forget_warden(run);
        log_error(NULL, &err);
        fail_this(run, err.what);
    }
    run->running = false;
    run->done = clock_ms();
    api_platform_ready(run->http);
}

json_t *platform_get(struct http *http)
{
    struct probe_run *run = http->probe;
    if (!run) {
        run = http->probe = calloc(1, sizeof *run);
        if (!run)
            return json_object();
        run->http = http;
        run->control = (struct source){.fd = -1, .owner = run, .ready = control_ready};
    }
    if (run->done && clock_ms() - run->done < FRESH_MS)
        return describe(run);
    if (run->running)
        return NULL;
    run->running = true;
    run->at = 0;
    next(run);
    return run->running ? NULL : describe(run);
}

bool platform_reaped(struct http *http, pid_t pid)
{
    if (!http->probe || http->probe->warden != pid)
        return false;
    http->probe->warden = 0;
    return true;
}

void platform_tick(struct http *http)
{
    struct probe_run *run = http->probe;
    if (run && run->running && run->warden && clock_ms() - run->since > GIVE_UP_MS)
        (void)kill(run->warden, SIGKILL);
}

void platform_close(struct http *http)
{
    if (http->probe)
        forget_warden(http->probe);
    free(http->probe);
    http->probe = NULL;
}
