/* SPDX-License-Identifier: Apache-2.0 */
/* A cgroup for each Keep and its warden, below one that was delegated to casemated (cgroup v2, kernel's
 * admin-guide/cgroup-v2.rst): the kernel then bounds what both together hold, whatever their own limits miss.
 */
#ifndef CASEMATE_HOST_CGROUP_H
#define CASEMATE_HOST_CGROUP_H

#include <sys/types.h>

#include "../base/error.h"

enum {
    CGROUP_OVERHEAD = 128 << 20, /* bytes for warden and image, beside what the Keep may commit */
    CGROUP_PROCESSES = 64,       /* the warden and its Keep, or a VMM with its threads */
};

/* Takes the delegated folder into use: it must have the controllers memory and pids, and no process in it;
 * what a casemated before this one left is removed. E_CONFIG. */
int cgroup_open(const char *folder, struct casemate_error *err);
/* Makes folder/keep-ID with its limits and puts the warden there, before it is told anything: whatever it
 * starts later is inside too. E_SANDBOX, and nothing is left. */
int cgroup_enter(const char *folder, const char *id, int64_t memory, pid_t warden,
                 struct casemate_error *err);
/* When no process of the Keep is left. */
void cgroup_leave(const char *folder, const char *id);

#endif
