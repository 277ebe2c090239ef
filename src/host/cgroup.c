/* SPDX-License-Identifier: Apache-2.0 */
/* Limits by cgroup v2. */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/buffer.h"
#include "../base/file.h"
#include "../base/paths.h"

#define PREFIX "keep-"

/* A value is written whole or not at all, by one write(2). */
static bool put(const char *folder, const char *name, const char *value)
{
    char path[PATHS_MAX];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path)
        return false;
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return false;
    bool whole = write(fd, value, strlen(value)) == (ssize_t)strlen(value);
    int error = errno;
    (void)close(fd);
    errno = error;
    return whole;
}

static bool has_word(const char *list, const char *word)
{
    size_t size = strlen(word);
    for (list += strspn(list, " \n"); *list; list += strspn(list, " \n")) {
        size_t item = strcspn(list, " \n");
        if (item == size && memcmp(list, word, size) == 0)
            return true;
        list += item;
    }
    return false;
}

static int check_controllers(const char *folder, struct casemate_error *err)
{
    char path[PATHS_MAX];
    struct buffer list = {0};
    (void)snprintf(path, sizeof path, "%s/cgroup.controllers", folder);
    if (file_read(path, 4096, &list, err) < 0) {
        buffer_free(&list);
        err->code = E_CONFIG;
        return casemate_next(err, "cgroup names a folder of cgroup v2 that is delegated to casemated.");
    }
    const char *text = buffer_text(&list);
    bool good = has_word(text, "memory") && has_word(text, "pids");
    if (!good)
        (void)casemate_fail_expected(err, E_CONFIG, "the controllers memory and pids", text,
                                     "The cgroup %s cannot limit a Keep", folder);
    buffer_free(&list);
    return good ? 0 : -1;
}

static void sweep(const char *folder)
{
    struct buffer names = {0};
    size_t count = 0;
    (void)folder_list(folder, &names, &count, NULL);
    const char *name = buffer_text(&names);
    for (size_t i = 0; i < count; i++, name += strlen(name) + 1)
        if (strncmp(name, PREFIX, strlen(PREFIX)) == 0)
            cgroup_leave(folder, name + strlen(PREFIX));
    buffer_free(&names);
}

int cgroup_open(const char *folder, struct casemate_error *err)
{
    if (check_controllers(folder, err) < 0)
        return -1;
    sweep(folder);
    if (put(folder, "cgroup.subtree_control", "+memory +pids"))
        return 0;
    (void)casemate_fail_errno(err, E_CONFIG, "Cannot give controllers to the cgroups below %s", folder);
    return casemate_next(err, "The folder must be writable for casemated, and no process may be in it.");
}

static bool set_limits(const char *own, int64_t memory)
{
    char most[32], processes[32];
    int64_t all;
    if (__builtin_add_overflow(memory, (int64_t)CGROUP_OVERHEAD, &all))
        all = INT64_MAX;
    (void)snprintf(most, sizeof most, "%" PRId64, all);
    (void)snprintf(processes, sizeof processes, "%d", CGROUP_PROCESSES);
    /* A Keep that is out of memory ends with its warden, not one without the other. */
    return put(own, "memory.max", most) && put(own, "pids.max", processes) &&
           put(own, "memory.oom.group", "1");
}

int cgroup_enter(const char *folder, const char *id, int64_t memory, pid_t warden, struct casemate_error *err)
{
    char own[PATHS_MAX], process[32];
    (void)snprintf(process, sizeof process, "%ld", (long)warden);
    if ((size_t)snprintf(own, sizeof own, "%s/" PREFIX "%s", folder, id) >= sizeof own)
        return casemate_fail(err, E_CONFIG, "The path %s is too long", folder);
    /* It is there already when the end of an earlier Keep of this id was not seen. */
    if (mkdir(own, 0755) < 0 && errno != EEXIST)
        return casemate_fail_errno(err, E_SANDBOX, "Cannot make the cgroup %s", own);
    if (set_limits(own, memory) && put(own, "cgroup.procs", process))
        return 0;
    (void)casemate_fail_errno(err, E_SANDBOX, "Cannot limit the Keep by the cgroup %s", own);
    (void)rmdir(own);
    return -1;
}

void cgroup_leave(const char *folder, const char *id)
{
    char own[PATHS_MAX];
    if ((size_t)snprintf(own, sizeof own, "%s/" PREFIX "%s", folder, id) < sizeof own)
        (void)rmdir(own);
}
