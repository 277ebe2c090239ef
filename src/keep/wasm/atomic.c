/* SPDX-License-Identifier: Apache-2.0 */
/*
 * atomic.c: the atomic memory instructions (threads proposal, 4.4.6). A store is one agent: nothing else runs
 * while an instruction does, so every access is atomic as it is. `store->reached` are the bytes in question,
 * whose bounds have been checked. Cell 2 low: the kind; 2 high, 3 low: operands; 3 high: the result; 4: the
 * memory.
 */

#include <string.h>

#include "atomic.h"
#include "store.h"

static union wasm_value *slot(union wasm_value *fp, uint32_t offset)
{
    return (union wasm_value *)(void *)((uint8_t *)fp + offset);
}

/* Memories begin at a page, so that the place in the memory is aligned as the address here is. */
static bool is_unaligned(const struct wasm_store *store)
{
    return ((uintptr_t)store->reached & (store->reached_size - 1)) != 0;
}

/* Little-endian, as the machines that this engine is for; by size, so that no other byte is touched. */
static uint64_t load(const struct wasm_store *store)
{
    uint64_t value = 0;
    memcpy(&value, store->reached, (size_t)store->reached_size);
    return value;
}

static uint64_t combine(enum wasm_atomic_kind kind, uint64_t old, uint64_t a, uint64_t b)
{
    switch (kind) {
    case WASM_ATOMIC_LOAD:
        return old;
    case WASM_ATOMIC_STORE:
    case WASM_ATOMIC_XCHG:
        return a;
    case WASM_ATOMIC_ADD:
        return old + a;
    case WASM_ATOMIC_SUB:
        return old - a;
    case WASM_ATOMIC_AND:
        return old & a;
    case WASM_ATOMIC_OR:
        return old | a;
    case WASM_ATOMIC_XOR:
        return old ^ a;
    case WASM_ATOMIC_CMPXCHG:
        return old == a ? b : old;
    }
    return old;
}

int wasm_slow_atomic(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    if (is_unaligned(store))
        return WASM_TRAP_UNALIGNED_ATOMIC;
    enum wasm_atomic_kind kind = (enum wasm_atomic_kind)cells[2].lo;
    uint64_t mask = UINT64_MAX >> (64 - 8 * store->reached_size); /* operands are wrapped to the width */
    uint64_t a = kind == WASM_ATOMIC_LOAD ? 0 : slot(fp, cells[2].hi)->i64 & mask;
    uint64_t b = kind == WASM_ATOMIC_CMPXCHG ? slot(fp, cells[3].lo)->i64 : 0;
    uint64_t old = load(store);
    uint64_t new = combine(kind, old, a, b);
    if (kind != WASM_ATOMIC_LOAD)
        memcpy(store->reached, &new, (size_t)store->reached_size);
    if (kind != WASM_ATOMIC_STORE)
        slot(fp, cells[3].hi)->i64 = old;
    return 0;
}

/* There is nobody to wake. */
int wasm_slow_notify(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    if (is_unaligned(store))
        return WASM_TRAP_UNALIGNED_ATOMIC;
    slot(fp, cells[3].hi)->i64 = 0;
    return 0;
}

enum {
    WAIT_NOT_EQUAL = 1,
    WAIT_TIMED_OUT = 2,
};

int wasm_slow_wait(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    if (is_unaligned(store))
        return WASM_TRAP_UNALIGNED_ATOMIC;
    if (!cells[4].memory->type.shared)
        return WASM_TRAP_EXPECTED_SHARED;
    const union wasm_value *wanted = slot(fp, cells[2].hi);
    int64_t timeout = (int64_t)slot(fp, cells[3].lo)->i64;
    uint64_t expected = store->reached_size == sizeof(uint64_t) ? wanted->i64 : wanted->i32;
    if (load(store) != expected) {
        slot(fp, cells[3].hi)->i64 = WAIT_NOT_EQUAL;
        return 0;
    }
    if (store->wait == NULL)
        return WASM_TRAP_CANNOT_WAIT;
    int status;
    do /* nobody else can end a wait without timeout: it lasts until the embedder stops it */
        status = store->wait(store->wait_context, timeout < 0 ? UINT64_MAX : (uint64_t)timeout);
    while (status == 0 && timeout < 0);
    slot(fp, cells[3].hi)->i64 = WAIT_TIMED_OUT;
    return status;
}
