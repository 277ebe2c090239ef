/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces and a root of its own: taken where the kernel gives them (namespaces(7), user_namespaces(7)). */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox.h"

static const struct {
    int flag;
    const char *name;
} kinds[] = {
    {CLONE_NEWNET, "net"},                              /* no network, not even loopback */
    {CLONE_NEWIPC, "ipc"},                              /* no System V objects of others */
    {CLONE_NEWUTS, "uts"},                              /* no host name to change */
    {CLONE_NEWCGROUP, "cgroup"}, {CLONE_NEWPID, "pid"}, /* the Keep sees and signals nobody */
    {CLONE_NEWNS, "mount"},                             /* for a root of its own */
};

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool whole = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    (void)close(fd);
    return whole;
}

/* In a user namespace of its own the process may take the others, and has no power over the host's. The user
 * stays the same one, so that the Keep's folder stays his. */
static bool enter_user_namespace(void)
{
    char map[64];
    unsigned user = geteuid(), group = getegid();
    if (unshare(CLONE_NEWUSER) < 0)
        return false;
    (void)write_text("/proc/self/setgroups", "deny");
    (void)snprintf(map, sizeof map, "%u %u 1\n", user, user);
    (void)write_text("/proc/self/uid_map", map);
    (void)snprintf(map, sizeof map, "%u %u 1\n", group, group);
    (void)write_text("/proc/self/gid_map", map);
    return true;
}

void sandbox_namespaces(struct sandbox *s)
{
    size_t taken = 0;
    if (enter_user_namespace()) {
        buffer_append_text(&s->report, "namespaces user");
        taken++;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (unshare(kinds[i].flag) < 0)
            continue;
        buffer_printf(&s->report, "%s%s", taken++ ? " " : "namespaces ", kinds[i].name);
        if (kinds[i].flag == CLONE_NEWNS)
            s->mount_namespace = true;
    }
    buffer_append_text(&s->report, taken ? ", " : "no namespaces, ");
}

/* pivot_root(2): with "." twice the old root lies on top of the new one and is taken off. */
static bool change_root(const char *path)
{
    return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount(path, path, NULL, MS_BIND | MS_REC, NULL) == 0 && chdir(path) == 0 &&
           mount(NULL, ".", NULL, MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0 &&
           syscall(SYS_pivot_root, ".", ".") == 0 && umount2(".", MNT_DETACH) == 0 && chdir("/") == 0;
}

void sandbox_root(struct sandbox *s, const char *path)
{
    if (change_root(path))
        buffer_append_text(&s->report, "own root, ");
}
