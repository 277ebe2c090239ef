/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a WASI program with the Keep's own engine and WASI in a hosted process: stdio in memory, clocks of the
 * machine. For tests. */
#ifndef CASEMATE_TESTS_WASI_RUN_H
#define CASEMATE_TESTS_WASI_RUN_H

#include "../../src/keep/wasi/wasi.h"

struct wasi_run {
    struct span module;
    const struct span *args, *env;
    size_t arg_count, env_count;
    struct files *files; /* the caller's */
    bool has_root;       /* "/" is preopened */
    struct span input;   /* stdin */
    uint64_t poll_limit; /* polls after which the program is stopped; 0: never */
    /* results */
    uint8_t *output[2]; /* stdout, stderr: malloc'd, the caller frees */
    size_t output_size[2];
    bool exited; /* by proc_exit or by returning from _start */
    uint32_t exit_code;
    int trap; /* positive: what ended it; negative: a wasm_error_code */
    char message[256];
};

void wasi_run(struct wasi_run *run);
void wasi_run_free(struct wasi_run *run);

#endif
