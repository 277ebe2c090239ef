/* SPDX-License-Identifier: Apache-2.0 */
/* What this Keep may commit in all, and how much of it the program may not have: with its last megabytes the
 * Keep itself still serves sessions, wipes secrets and seals the outbox. Every shim_commit() of the trusted
 * code goes through here. */
#ifndef CASEMATE_KEEP_BUDGET_H
#define CASEMATE_KEEP_BUDGET_H

#include "../../shim/shim.h"

enum {
    BUDGET_RESERVE = 16 << 20,
    BUDGET_MARGIN =
        4 << 20, /* beyond it, for WASI's own small needs, when linear memory has taken the rest */
};

/* Once, from the boot record. */
int budget_init(uint64_t bytes);
/* Address space; wants multiples of a page. */
int budget_reserve(size_t size, uint8_t **base);
/* Commits in steps that a shim can do in short time, whole or not at all. KEEP_ENOMEM. */
int budget_commit(uint8_t *at, size_t size);
/* The same for linear memory, which also leaves the margin. */
int budget_commit_linear(uint8_t *at, size_t size);
void budget_decommit(uint8_t *at, size_t size);
/* Whether commits may reach into the reserve: true for the Keep's own work, false while the program runs.
 * Gives the setting before, to be put back. */
bool budget_use_reserve(bool may);
uint64_t budget_committed(void);

#endif
