/* SPDX-License-Identifier: Apache-2.0 */
/* Starting a warden: one descriptor, no environment, no arguments. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keeps.h"

static int spawn(const char *path, const char *name, int control, pid_t *pid)
{
    char *const arguments[] = {(char *)(uintptr_t)name, NULL}, *const environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    (void)sigemptyset(&none);
    int error = posix_spawn_file_actions_init(&actions);
    if (error)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return error;
    }
    error = posix_spawn_file_actions_adddup2(&actions, control, CONTROL_FD);
    if (!error)
        error = posix_spawnattr_setsigmask(&attributes, &none);
    if (!error)
        error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    if (!error)
        error = posix_spawn(pid, path, &actions, &attributes, arguments, environment);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

pid_t helper_spawn(const char *path, const char *name, int *control, struct casemate_error *err)
{
    int pair[2];
    pid_t pid = -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return casemate_fail_errno(err, E_TEE, "Cannot make a control descriptor");
    int error = spawn(path, name, pair[1], &pid);
    (void)close(pair[1]);
    if (error) {
        (void)close(pair[0]);
        errno = error;
        return casemate_fail_errno(err, E_TEE, "Cannot start %s", path);
    }
    *control = pair[0];
    return pid;
}

pid_t warden_spawn(const struct keeps *keeps, int *control, struct casemate_error *err)
{
    return helper_spawn(keeps->warden, "casemate-warden", control, err);
}

void warden_fill_launch(const struct keeps *keeps, const struct image *image, const char *folder,
                        int64_t memory, struct control_launch *launch)
{
    memset(launch, 0, sizeof *launch);
    (void)snprintf(launch->tee, sizeof launch->tee, "%s", image->tee->name);
    (void)snprintf(launch->image, sizeof launch->image, "%s", image->path);
    (void)snprintf(launch->state, sizeof launch->state, "%s", keeps->roots);
    (void)snprintf(launch->folder, sizeof launch->folder, "%s", folder);
    launch->memory = (uint64_t)memory;
    launch->idle_ms = (uint32_t)(keeps->settings->session_idle_seconds * 1000);
    launch->log = keeps->settings->keep_log;
    launch->sealed = image->sealed.fd >= 0;
    memcpy(launch->measurement, image->sealed.measurement, sizeof launch->measurement);
}
