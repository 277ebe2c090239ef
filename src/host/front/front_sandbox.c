/* SPDX-License-Identifier: Apache-2.0 */
/* The front's sandbox, of the warden's parts, with a list of its own. */
#include "front_sandbox.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define RULE(call, why) {.number = SYS_##call, .name = #call, .reason = (why), .flags = -1}
const struct sandbox_rule front_rules[] = {
    RULE(epoll_wait, "waits for casemated, the port and the connections"),
    RULE(epoll_ctl, "connections come and go, and change what they wait for"),
    RULE(accept4, "new connections"),
    RULE(recvfrom, "bytes of clients and of casemated"),
    RULE(sendto, "bytes to clients and to casemated"),
    RULE(socketpair, "the plain end of a connection"),
    RULE(sendmsg, "which casemated gets"),
    RULE(shutdown, "a client that sends no more"),
    RULE(close, "connections that are over"),
    RULE(clock_gettime, "deadlines, where the kernel's shared page has no clock"),
    RULE(getpid, "the random generator looks whether it was forked"),
    RULE(getrandom, "it seeds itself anew now and then"),
    RULE(brk, "memory of the C library's allocator"),
    RULE(mmap, "the same, for buffers of connections"),
    RULE(munmap, "the same"),
    RULE(exit_group, "the end"),
};
const unsigned front_rule_count = sizeof front_rules / sizeof front_rules[0];

int front_sandbox_begin(int keep_fd, struct casemate_error *err)
{
    struct rlimit limit;
    if (sandbox_descriptors(keep_fd, keep_fd, err) < 0 || sandbox_limits_none(err) < 0)
        return -1;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        return casemate_fail_errno(err, E_SANDBOX, "The front's sandbox cannot be set up");
    return 0;
}

int front_sandbox_finish(struct casemate_error *err)
{
    struct sandbox s = {0};
    sandbox_landlock(&s, -1);
    buffer_free(&s.report);
    if (sandbox_capabilities(err) < 0)
        return -1;
    return sandbox_syscalls(front_rules, front_rule_count, -1, NULL, err);
}
