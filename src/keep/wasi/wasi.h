/* SPDX-License-Identifier: Apache-2.0 */
/* WASI preview 1 (wasi_snapshot_preview1) for one program in one Keep: the table of functions, and what they
 * need from the Keep. A program sees the files of the deployment under "/", its arguments and environment,
 * stdio that ends at its owner, clocks that are marked host-supplied, and random bytes of the CPU. It reaches
 * nothing else. */
#ifndef CASEMATE_KEEP_WASI_H
#define CASEMATE_KEEP_WASI_H

#include "../files/files.h"
#include "../wasm/wasm.h"

#define WASI_MODULE "wasi_snapshot_preview1"

/* Codes with which a call of the engine returns when WASI ended the program. */
enum {
    WASI_TRAP_EXIT = WASM_TRAP_HOST, /* proc_exit: see wasi_exit_code() */
    WASI_TRAP_STOPPED,               /* see wasi_stop_reason() */
};

enum {
    WASI_DESCRIPTORS_MAX = 1024,
    WASI_PREOPENS_MAX = 16,
    WASI_IOVECS_MAX = 1024,
    WASI_SUBSCRIPTIONS_MAX = 4096,
};

/* What the Keep does for the program. A call that answers KEEP_ECLOSED ends the program: it was stopped. */
struct wasi_host {
    void *context;
    /* Takes all the bytes of stream 1 (stdout) or 2 (stderr); may serve portal and sessions until there is
     * room. */
    int (*output)(void *context, unsigned stream, struct span bytes);
    /* Up to capacity bytes of stdin without waiting: KEEP_EAGAIN if there is none yet, *size 0 at its end. */
    int (*input)(void *context, uint8_t *bytes, size_t capacity, size_t *size);
    /* Bytes that input() would give now; *end when no more will ever come. */
    size_t (*input_available)(void *context, bool *end);
    /* Serves portal and sessions until the deadline (as monotonic() counts; UINT64_MAX: none), or, if
     * for_input, until input_available() has news. */
    int (*wait)(void *context, uint64_t deadline, bool for_input);
    int (*random)(void *context, uint8_t *bytes, size_t size);
    /* Nanoseconds. Host-supplied: WASI clamps them so that they never run backwards nor below the time floor.
     */
    uint64_t (*monotonic)(void *context);
    uint64_t (*realtime)(void *context);
    /* Called at least every few milliseconds of work inside long calls; nonzero ends the program. */
    int (*poll)(void *context);
};

struct wasi_config {
    const struct span *args; /* the program's name first; copied */
    size_t arg_count;
    const struct span *env; /* "NAME=VALUE"; copied */
    size_t env_count;
    struct files *files; /* borrowed */
    /* Guest paths of the preopened directories, made if missing: descriptors 3 and up. The Keep gives "/". */
    const struct span *preopens;
    size_t preopen_count;
    uint64_t time_floor; /* nanoseconds since 1970 */
};

struct wasi;

int wasi_new(const struct wasi_config *config, const struct wasi_host *host, struct wasi **wasi);
/* Wipes arguments and environment. */
void wasi_free(struct wasi *wasi);
/* Binds WASI to the store in which the program is instantiated next; then wasi_resolve is the wasm_resolve
 * for it, with the struct wasi as its context. */
void wasi_bind(struct wasi *wasi, struct wasm_store *store);
bool wasi_resolve(void *wasi, const struct wasm_import *import, struct wasm_extern *out);
/* After the program ended: true and its code if it called proc_exit. */
bool wasi_exit_code(const struct wasi *wasi, uint32_t *code);
/* KEEP_ECLOSED, KEEP_EENTROPY ... if that ended the program, else 0. */
int wasi_stop_reason(const struct wasi *wasi);

/* Whether an import is offered, without anything running: *signature is what this function's type must be, or
 * NULL. */
enum wasi_offer { WASI_OFFERED = 0, WASI_UNKNOWN_MODULE, WASI_UNKNOWN_NAME, WASI_OTHER_TYPE };
enum wasi_offer wasi_import_offer(const struct wasm_import *import, const char **signature);

#endif
