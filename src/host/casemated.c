/* SPDX-License-Identifier: Apache-2.0 */
/* casemated, the host agent: an HTTP server that makes, lists, relays to and destroys Keeps. Not trusted by
 * any client; it never parses a session. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <psa/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/json_memory.h"
#include "casemate_build.h"
#include "cgroup.h"
#include "http.h"
#include "log.h"
#include "notify.h"

enum { TICK_MS = 500 };

struct agent {
    struct settings settings;
    struct loop loop;
    struct images images;
    struct keeps keeps;
    struct http http;
    struct source signals;
    char state[PATHS_MAX];
    char temporary[PATHS_MAX]; /* folder of a private casemated, removed at its end */
    int lock;
    bool draining;
    uint64_t drain_until, ticked;
};

static struct agent agent = {.lock = -1, .http.front.fd = -1};

/* ---- ending ---- */

static void drain(void)
{
    if (agent.draining)
        return;
    agent.draining = true;
    agent.drain_until = clock_ms() + (uint64_t)agent.settings.drain_seconds * 1000;
    log_event(LOG_LEVEL_INFO, NULL, "draining: %u Keeps are alive", agent.keeps.alive);
    notify("STOPPING=1");
    keeps_drain(&agent.keeps);
}

static void destroy_all(const char *reason)
{
    struct keep *next;
    agent.keeps.draining = true;
    for (struct keep *k = agent.keeps.first; k; k = next) {
        next = k->next;
        if (k->phase != PHASE_OVER)
            keeps_destroy(&agent.keeps, k, false, reason);
    }
}

static bool may_end(void)
{
    static bool destroyed;
    /* Without its front it serves nobody; the service manager starts it again. */
    if (agent.http.front_lost)
        drain();
    bool now = agent.http.ended || (agent.draining && clock_ms() >= agent.drain_until);
    if (now && !destroyed) {
        destroyed = true;
        destroy_all(agent.http.ended ? "the program that it belonged to has ended" : "casemated ends");
    }
    return (now || agent.draining) && agent.keeps.alive == 0;
}

/* ---- signals ---- */

static void reap(void)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (!platform_reaped(&agent.http, pid))
            keeps_reaped(&agent.keeps, pid, status);
}

static void signal_ready(void *owner, uint32_t events)
{
    struct signalfd_siginfo info;
    (void)owner;
    (void)events;
    while (read(agent.signals.fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGCHLD)
            reap();
        else if (agent.draining)
            agent.drain_until = 0; /* asked twice */
        else
            drain();
    }
}

static int watch_signals(struct casemate_error *err)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGCHLD);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return casemate_fail_errno(err, E_INTERNAL, "Cannot block signals");
    agent.signals =
        (struct source){.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), .ready = signal_ready};
    if (agent.signals.fd < 0)
        return casemate_fail_errno(err, E_INTERNAL, "Cannot receive signals");
    /* Keeps whose warden was killed come to us, and are reaped. */
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    return loop_add(&agent.loop, &agent.signals, EPOLLIN, err);
}

/* ---- where things are ---- */

static int find_state(struct casemate_error *err)
{
    const char *service = getenv("STATE_DIRECTORY");
    if (agent.settings.state)
        (void)snprintf(agent.state, sizeof agent.state, "%s", agent.settings.state);
    else if (service && service[0] == '/')
        (void)snprintf(agent.state, sizeof agent.state, "%s", service);
    else if (paths_state("host", agent.state, err) < 0)
        return -1;
    return folder_make(agent.state, err);
}

/* Two casemated on one folder would each take the other's Keeps for lost. */
static int lock_state(const char *folder, struct casemate_error *err)
{
    char path[PATHS_MAX];
    if ((size_t)snprintf(path, sizeof path, "%s/lock", folder) >= sizeof path)
        return casemate_fail(err, E_CONFIG, "The path %s is too long", folder);
    agent.lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (agent.lock < 0)
        return casemate_fail_errno(err, E_IO, "Cannot open %s", path);
    if (flock(agent.lock, LOCK_EX | LOCK_NB) == 0)
        return 0;
    (void)casemate_fail(err, E_IO, "Another casemated uses %s", folder);
    return casemate_next(err, "End it, or give --state another folder.");
}

static int open_private(struct casemate_error *err)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR"), *base = runtime && runtime[0] == '/' ? runtime : "/tmp";
    (void)snprintf(agent.temporary, sizeof agent.temporary, "%s/casemate-XXXXXX", base);
    if (!mkdtemp(agent.temporary))
        return casemate_fail_errno(err, E_IO, "Cannot make a folder in %s", base);
    (void)snprintf(agent.keeps.folder, sizeof agent.keeps.folder, "%s", agent.temporary);
    return store_open(NULL, &agent.keeps.store, err);
}

static int open_shared(struct casemate_error *err)
{
    char path[PATHS_MAX];
    if ((size_t)snprintf(path, sizeof path, "%s/keeps.db", agent.state) >= sizeof path ||
        (size_t)snprintf(agent.keeps.folder, sizeof agent.keeps.folder, "%s/keeps", agent.state) >=
            sizeof agent.keeps.folder)
        return casemate_fail(err, E_CONFIG, "The path %s is too long", agent.state);
    return lock_state(agent.state, err) < 0 ? -1 : store_open(path, &agent.keeps.store, err);
}

/* ---- start ---- */

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int prepare(struct casemate_error *err)
{
    struct settings *s = &agent.settings;
    struct keeps *keeps = &agent.keeps;
    enum log_level level = LOG_LEVEL_INFO;
    bool json = s->log_format && strcmp(s->log_format, "json") == 0;
    if (s->log_level)
        (void)log_level_find(s->log_level, &level); /* settings.c has checked both */
    log_configure(json, level);
    if (psa_crypto_init() != PSA_SUCCESS)
        return casemate_fail(err, E_INTERNAL, "The cryptographic library cannot be started");
    (void)umask(0077);
    raise_descriptor_limit();
    *keeps = (struct keeps){.settings = s,
                            .loop = &agent.loop,
                            .context = &agent.http,
                            .changed = api_keep_changed,
                            .session_over = api_session_over};
    if (settings_check(s, err) < 0 || paths_installed("casemate-warden", keeps->warden, err) < 0 ||
        find_state(err) < 0)
        return -1;
    (void)snprintf(keeps->roots, sizeof keeps->roots, "%s", agent.state);
    images_find(&agent.images);
    return loop_init(&agent.loop, err) < 0 || watch_signals(err) < 0 ? -1 : 0;
}

static int start(struct casemate_error *err)
{
    const struct settings *s = &agent.settings;
    agent.http = (struct http){.front = {.fd = -1},
                               .loop = &agent.loop,
                               .keeps = &agent.keeps,
                               .images = &agent.images,
                               .settings = s};
    if (prepare(err) < 0 || (s->private_fd >= 0 ? open_private(err) : open_shared(err)) < 0 ||
        (s->cgroup && cgroup_open(s->cgroup, err) < 0) || keeps_open(&agent.keeps, err) < 0 ||
        (s->token_file && tokens_load(&agent.http.tokens, s->token_file, err) < 0) ||
        http_start(&agent.http, err) < 0 || listen_open(&agent.http, err) < 0)
        return -1;
    if (s->insecure)
        log_event(LOG_LEVEL_WARNING, NULL, "INSECURE: whoever reaches the TCP port commands this host agent");
    notify("READY=1");
    return 0;
}

static void run(void)
{
    while (!may_end()) {
        int wait = http_run(&agent.http);
        loop_step(&agent.loop, wait < 0 || wait > TICK_MS ? TICK_MS : wait);
        uint64_t now = clock_ms();
        if (now - agent.ticked < TICK_MS)
            continue;
        agent.ticked = now;
        keeps_tick(&agent.keeps);
        http_tick(&agent.http);
    }
}

static void finish(void)
{
    http_stop(&agent.http);
    keeps_close(&agent.keeps);
    store_close(agent.keeps.store);
    if (agent.temporary[0]) {
        struct buffer names = {0};
        size_t count = 0;
        (void)folder_list(agent.temporary, &names, &count, NULL);
        const char *name = buffer_text(&names);
        for (size_t i = 0; i < count; i++, name += strlen(name) + 1) {
            char path[PATHS_MAX];
            if (snprintf(path, sizeof path, "%s/%s", agent.temporary, name) < PATHS_MAX)
                (void)folder_remove(path, NULL);
        }
        buffer_free(&names);
        (void)folder_remove(agent.temporary, NULL);
    }
    loop_free(&agent.loop);
    settings_free(&agent.settings);
}

int main(int argc, char **argv)
{
    struct casemate_error err = {0};
    json_set_alloc_funcs(json_memory, free);
    int result = settings_read(&agent.settings, argc, argv, &err);
    if (result == 0 && agent.settings.help) {
        settings_print_help();
        return 0;
    }
    if (result == 0 && agent.settings.version) {
        printf("casemated %s\n", CASEMATE_BUILD_VERSION);
        return 0;
    }
    if (result == 0)
        result = start(&err);
    if (result == 0)
        run();
    else
        log_error(NULL, &err);
    finish();
    if (result == 0 && agent.http.front_lost)
        return 1;
    return result == 0 ? 0 : err.code == E_USAGE ? 2 : 1;
}
