/* SPDX-License-Identifier: Apache-2.0 */
/* The system calls that this Keep may make once it has read a byte from the host: a classic BPF program for
 * seccomp (Linux, Documentation/userspace-api/seccomp_filter.rst), written by hand, each rule with its
 * reason. prctl and seccomp are not among them, so that the filter is final. */
#include "process.h"

/* include/uapi/linux/filter.h, bpf_common.h, seccomp.h, audit.h, prctl.h */
struct filter {
    uint16_t code;
    uint8_t if_true, if_false;
    uint32_t k;
};
struct filter_program {
    uint16_t count;
    const struct filter *instructions;
};

enum {
    LOAD_WORD = 0x20,  /* BPF_LD | BPF_W | BPF_ABS */
    JUMP_EQUAL = 0x15, /* BPF_JMP | BPF_JEQ | BPF_K */
    JUMP_GREATER_EQUAL = 0x35,
    JUMP_GREATER = 0x25,
    RETURN = 0x06,
};
#define SECCOMP_RET_KILL_PROCESS 0x80000000u
#define SECCOMP_RET_ALLOW        0x7fff0000u
#define AUDIT_ARCH_X86_64        0xc000003eu
enum { PR_SET_DUMPABLE = 4, PR_SET_SECCOMP = 22, PR_SET_NO_NEW_PRIVS = 38, SECCOMP_MODE_FILTER = 2 };

/* struct seccomp_data: nr, arch, instruction_pointer, args[6]; little endian, so the low half comes first. */
#define NUMBER            {LOAD_WORD, 0, 0, 0}
#define ARCHITECTURE      {LOAD_WORD, 0, 0, 4}
#define LOW(n)            {LOAD_WORD, 0, 0, 16 + 8 * (n)}
#define HIGH(n)           {LOAD_WORD, 0, 0, 20 + 8 * (n)}
#define ALLOW             {RETURN, 0, 0, SECCOMP_RET_ALLOW}
#define KILL              {RETURN, 0, 0, SECCOMP_RET_KILL_PROCESS}
/* Each names what the accumulator must be, and how many instructions to skip if it is not. A block ends in
 * ALLOW, KILL; a check that fails skips to its KILL. */
#define IS(v, skip)       {JUMP_EQUAL, 0, (skip), (v)}
#define IS_NOT(v, skip)   {JUMP_EQUAL, (skip), 0, (v)}
#define AT_LEAST(v, skip) {JUMP_GREATER_EQUAL, 0, (skip), (v)}
#define AT_MOST(v, skip)  {JUMP_GREATER, (skip), 0, (v)}

#define BASE_HIGH ((uint32_t)(PROCESS_RESERVATION_BASE >> 32))
#define SIZE_HIGH ((uint32_t)(PROCESS_RESERVATION_SIZE >> 32))

static const struct filter filter[] = {
    /* The numbers below are x86-64's; a 32-bit entry into the kernel would mean other calls by them. x32
     * numbers have bit 30 set and equal none of them. */
    ARCHITECTURE,
    IS_NOT(AUDIT_ARCH_X86_64, 1),
    KILL,
    NUMBER,

    /* read, write: the portal, descriptor 0, and nothing else that the warden may have left open. */
    IS(SYS_READ, 6),
    LOW(0),
    IS(PROCESS_PORTAL, 3),
    HIGH(0),
    IS(0, 1),
    ALLOW,
    KILL,
    IS(SYS_WRITE, 6),
    LOW(0),
    IS(PROCESS_PORTAL, 3),
    HIGH(0),
    IS(0, 1),
    ALLOW,
    KILL,

    /* ppoll: waits for the portal or a deadline; one descriptor at a time. */
    IS(SYS_PPOLL, 6),
    LOW(1),
    IS(1, 3),
    HIGH(1),
    IS(0, 1),
    ALLOW,
    KILL,

    /* mprotect: commit and decommit. The range begins inside the reservation and is no longer than it, so it
     * ends in the guard at the latest; never executable. */
    IS(SYS_MPROTECT, 13),
    HIGH(0),
    AT_LEAST(BASE_HIGH, 10),
    AT_MOST(BASE_HIGH + SIZE_HIGH - 1, 9),
    HIGH(1),
    AT_MOST(SIZE_HIGH - 1, 7),
    HIGH(2),
    IS(0, 5),
    LOW(2),
    IS_NOT(LINUX_PROT_READ | LINUX_PROT_WRITE, 2),
    IS_NOT(LINUX_PROT_NONE, 1),
    IS(LINUX_PROT_READ, 1),
    ALLOW,
    KILL,

    /* madvise: gives the content of decommitted pages back; the same ranges. */
    IS(SYS_MADVISE, 11),
    HIGH(0),
    AT_LEAST(BASE_HIGH, 8),
    AT_MOST(BASE_HIGH + SIZE_HIGH - 1, 7),
    HIGH(1),
    AT_MOST(SIZE_HIGH - 1, 5),
    HIGH(2),
    IS(0, 3),
    LOW(2),
    IS(LINUX_MADV_DONTNEED, 1),
    ALLOW,
    KILL,

    /* rt_sigreturn: the way back from a fault that the fault handler redirected. */
    IS(SYS_RT_SIGRETURN, 1),
    ALLOW,

    /* getrandom: the only source of random bytes; tested in random.c. */
    IS(SYS_GETRANDOM, 1),
    ALLOW,

    /* clock_gettime: deadlines and the program's clocks; never trusted. */
    IS(SYS_CLOCK_GETTIME, 1),
    ALLOW,

    /* exit_group: the end. */
    IS(SYS_EXIT_GROUP, 1),
    ALLOW,

    KILL,
};

int process_filter_install(void)
{
    const struct filter_program program = {sizeof filter / sizeof filter[0], filter};
    /* No core dump and no ptrace by the same user: development only, but a secret in a core file is a
     * nuisance even then. */
    if (sys_prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return KEEP_ENOTSUP;
    if (sys_prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return KEEP_ENOTSUP;
    if (sys_prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (uintptr_t)&program, 0, 0) != 0)
        return KEEP_ENOTSUP;
    return 0;
}
