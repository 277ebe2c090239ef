/* SPDX-License-Identifier: Apache-2.0 */
/* Validation of the module while it still arrives: the main loop tells the decoder what has come, so that a
 * bad module is refused as soon as its bad bytes are here, and little is left to do at `start`. */
#ifndef CASEMATE_KEEP_VALIDATE_H
#define CASEMATE_KEEP_VALIDATE_H

#include "../wasm/wasm.h"

struct keep;
struct text;
struct deploy;

/* A decoder over the bytes of a workload's module. */
struct validation {
    struct wasm_decoder *decoder; /* NULL: not begun */
    uint64_t told;                /* bytes that it knows of */
    bool running;                 /* it is at work: what it works on must stay */
    bool dropped;                 /* and is to be dropped when it comes back */
    int fatal;                    /* the error that ends the Keep, found while it was at work */
    int result;                   /* what it said; and why: */
    struct wasm_error error;
};

/* The engine's limits and features for a program with these of its owner. False if a feature that is to be
 * off is unknown. */
bool validate_configure(const struct deploy *deploy, struct wasm_config *config);
/* As far as the module has arrived; sessions are served meanwhile. Only from the main loop. An error ends the
 * Keep. */
int validate_step(struct keep *keep);
/* The rest, once the module is whole: 0 and the module, or what the decoder said, with v->error. */
int validate_finish(struct keep *keep, struct wasm_module **module);
/* Why a module cannot run: what was expected and found, and where. */
void validate_explain(const struct wasm_error *error, struct text *text);
/* Gives the decoder back. False if it is at work: it will stop soon, and its caller drops the workload. */
bool validate_drop(struct validation *v);

#endif
