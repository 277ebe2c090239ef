/* SPDX-License-Identifier: Apache-2.0 */
/* Accounting of committed memory. */
#include "budget.h"

static uint64_t limit, committed;
static bool reserve_open = true;

int budget_init(uint64_t bytes)
{
    int error = shim_memory_limit(bytes);
    if (!error)
        limit = bytes;
    return error;
}

int budget_reserve(size_t size, uint8_t **base)
{
    return shim_reserve(size, base);
}

static int commit(uint8_t *at, size_t size, uint64_t kept)
{
    uint64_t left = limit - committed;
    if (left < kept || size > left - kept)
        return KEEP_ENOMEM;
    for (size_t done = 0; done < size;) {
        size_t step = size - done < SHIM_COMMIT_STEP ? size - done : SHIM_COMMIT_STEP;
        int error = shim_commit(at + done, step);
        if (error) {
            budget_decommit(at, done);
            return error;
        }
        done += step;
        committed += step;
    }
    return 0;
}

static uint64_t reserve_kept(void)
{
    return reserve_open ? 0 : BUDGET_RESERVE;
}

int budget_commit(uint8_t *at, size_t size)
{
    return commit(at, size, reserve_kept());
}

int budget_commit_linear(uint8_t *at, size_t size)
{
    return commit(at, size, reserve_kept() + BUDGET_MARGIN);
}

void budget_decommit(uint8_t *at, size_t size)
{
    /* Memory that cannot be given back is memory whose state nobody knows. */
    if (size > 0 && shim_decommit(at, size) != 0)
        shim_exit(KEEP_ENOMEM);
    committed -= size;
}

bool budget_use_reserve(bool may)
{
    bool before = reserve_open;
    reserve_open = may;
    return before;
}

uint64_t budget_committed(void)
{
    return committed;
}
