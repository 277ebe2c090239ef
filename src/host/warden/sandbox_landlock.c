/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock (landlock(7)) by system call: only the Keep's folder may be written; no TCP, no abstract sockets
 * of others. The structures are ours, for the C library's headers are older than the kernels that we run on.
 */
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox.h"

/* include/uapi/linux/landlock.h */
enum {
    LANDLOCK_CREATE = 444,
    LANDLOCK_ADD = 445,
    LANDLOCK_RESTRICT = 446,
    LANDLOCK_VERSION = 1 << 0,
    LANDLOCK_PATH_BENEATH = 1,
};
enum {
    ACCESS_WRITE_FILE = 1 << 1,
    ACCESS_REMOVE_FILE = 1 << 5,
    ACCESS_MAKE_REG = 1 << 8,
    ACCESS_ABI_1 = (1 << 13) - 1,
    ACCESS_REFER = 1 << 13,     /* ABI 2 */
    ACCESS_TRUNCATE = 1 << 14,  /* ABI 3 */
    ACCESS_IOCTL_DEV = 1 << 15, /* ABI 5 */
    ACCESS_NET_ALL = 3,         /* ABI 4: bind and connect of TCP */
    SCOPE_ABSTRACT_SOCKET = 1,  /* ABI 6 */
};
struct ruleset {
    uint64_t files, network, scope;
};
struct path_beneath {
    uint64_t allowed;
    int32_t folder;
} __attribute__((packed));

static struct ruleset rules_of(long abi)
{
    struct ruleset r = {.files = ACCESS_ABI_1};
    if (abi >= 2)
        r.files |= ACCESS_REFER;
    if (abi >= 3)
        r.files |= ACCESS_TRUNCATE;
    if (abi >= 4)
        r.network = ACCESS_NET_ALL;
    if (abi >= 5)
        r.files |= ACCESS_IOCTL_DEV;
    if (abi >= 6)
        r.scope = SCOPE_ABSTRACT_SOCKET;
    return r;
}

void sandbox_landlock(struct sandbox *s, int folder)
{
    long abi = syscall(LANDLOCK_CREATE, NULL, 0, LANDLOCK_VERSION);
    if (abi < 1) {
        buffer_append_text(&s->report, "no Landlock, ");
        return;
    }
    struct ruleset rules = rules_of(abi);
    struct path_beneath own = {.allowed = ACCESS_WRITE_FILE | ACCESS_REMOVE_FILE | ACCESS_MAKE_REG,
                               .folder = folder};
    size_t size = abi >= 6 ? sizeof rules : abi >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
    int fd = (int)syscall(LANDLOCK_CREATE, &rules, size, 0);
    if (fd < 0)
        return;
    bool closed = (folder < 0 || syscall(LANDLOCK_ADD, fd, LANDLOCK_PATH_BENEATH, &own, 0) == 0) &&
                  syscall(LANDLOCK_RESTRICT, fd, 0) == 0;
    (void)close(fd);
    buffer_printf(&s->report, closed ? "Landlock %ld, " : "no Landlock (of version %ld), ", abi);
}
