/* SPDX-License-Identifier: Apache-2.0 */
/* The warden's sandbox, in ordered steps (docs/threat-model.md: a Keep that misbehaves hurts its warden
 * only). What every kernel has (limits, no new privileges, seccomp) must succeed; namespaces, a root of its
 * own and Landlock are taken where the kernel gives them, and the report says which. */
#ifndef CASEMATE_HOST_SANDBOX_H
#define CASEMATE_HOST_SANDBOX_H

#include "../../base/buffer.h"
#include "../../base/error.h"

/* Builds with a sanitizer, for tests only: its runtime needs addresses without end, and system calls of its
 * own. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANDBOX_SANITIZED 1
#endif
#endif

struct sandbox {
    struct buffer report; /* text: what is in force */
    bool mount_namespace;
};

/* Before the Keep is launched, so that it is inside too: descriptors but 0-2 (to /dev/null) and
 * first_fd to last_fd,
 * limits, no new privileges, namespaces. */
int sandbox_begin(struct sandbox *s, int first_fd, int last_fd, struct casemate_error *err);
/* After the launch, before the first byte of the Keep is read: its folder (descriptor and path) is the only
 * file tree left, then no capabilities, last limits, and the list of system calls, with the technology's own
 * (ends with -1). */
int sandbox_finish(struct sandbox *s, int folder, const char *path, const int *syscalls,
                   struct casemate_error *err);

/* The parts, in the order in which they are taken. */
/* 0-2 become /dev/null, first_fd to last_fd stay, all others are closed. */
int sandbox_descriptors(int first_fd, int last_fd, struct casemate_error *err);
/* No core file, no locked memory, no message queues. */
int sandbox_limits_none(struct casemate_error *err);
int sandbox_limits_begin(struct casemate_error *err);
int sandbox_limits_finish(struct casemate_error *err);
void sandbox_namespaces(struct sandbox *s);
/* The folder becomes the root of the mount namespace. */
void sandbox_root(struct sandbox *s, const char *path);
void sandbox_landlock(struct sandbox *s, int folder);
int sandbox_capabilities(struct casemate_error *err);
/* One row of the list of system calls. */
struct sandbox_rule {
    int number;
    const char *name, *reason;
    int flags;      /* of openat: exactly these; -1: not compared */
    bool in_folder; /* its directory descriptors are the Keep's folder */
};
extern const struct sandbox_rule sandbox_rules[];
extern const unsigned sandbox_rule_count;
/* What a sanitizer's runtime adds (ends with -1); NULL in a product. */
extern const int *const sandbox_sanitizer_calls;
/* These rules, and more calls without conditions (ends with -1, or NULL); any other kills the process. */
int sandbox_syscalls(const struct sandbox_rule *rules, unsigned count, int folder, const int *more,
                     struct casemate_error *err);

#endif
