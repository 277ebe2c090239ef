/* SPDX-License-Identifier: Apache-2.0 */
/* A shim for tests: the Keep's code runs in the test's own process, the portal is two buffers, and random
 * source, clock and memory do what the test says. Evidence is the process TEE's own code. */
#ifndef CASEMATE_TESTS_SHIM_TEST_H
#define CASEMATE_TESTS_SHIM_TEST_H

#include <setjmp.h>

#include "../../../src/shim/shim.h"

struct shim_pipe {
    uint8_t *bytes;
    size_t size, capacity, at;
};

struct shim_test {
    struct shim_pipe to_keep, to_host;
    size_t send_limit;    /* bytes that the host still takes; SIZE_MAX: any number */
    bool closed;          /* the host is gone */
    int64_t time_offset;  /* nanoseconds added to the monotonic clock */
    uint64_t wall_time;   /* 0: the machine's */
    uint64_t memory_left; /* bytes that may still be committed */
    bool random_fails;
    void (*on_wait)(void *context); /* called instead of waiting */
    void *wait_context;
    void (*on_receive)(void *context); /* called before each look for bytes */
    void *receive_context;
    jmp_buf *on_exit; /* where shim_exit() goes; NULL: abort() */
    int exit_reason;
    bool (*on_fault)(struct shim_fault *fault);
};

extern struct shim_test shim_test;

/* Everything as at the start. Memory that was reserved stays reserved. */
void shim_test_reset(void);
void shim_pipe_write(struct shim_pipe *pipe, const void *bytes, size_t size);
size_t shim_pipe_read(struct shim_pipe *pipe, void *bytes, size_t size);

#endif
