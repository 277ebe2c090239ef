/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of the process TEE: address space is handed out from one reservation, pages are made usable and
 * taken back inside it. One bit a page says what is committed, so that nothing is committed twice. */
#include "process.h"

static uint64_t committed_map[PROCESS_PAGES / 64];
static size_t reserved; /* bytes from the base that were handed out */
static uint64_t limit, committed;
static bool has_limit;

int process_memory_init(void)
{
    /* The guard is part of the same mapping: neither can be used until a page of it is committed. */
    long at =
        sys_mmap(PROCESS_RESERVATION_BASE, 2 * PROCESS_RESERVATION_SIZE, LINUX_PROT_NONE,
                 LINUX_MAP_PRIVATE | LINUX_MAP_ANONYMOUS | LINUX_MAP_NORESERVE | LINUX_MAP_FIXED_NOREPLACE);
    return at == (long)PROCESS_RESERVATION_BASE ? 0 : KEEP_ENOMEM;
}

void process_memory_drop(void)
{
    /* In two halves: the filter takes sizes below the whole. */
    uintptr_t half = PROCESS_RESERVATION_SIZE / 2;
    (void)sys_madvise(PROCESS_RESERVATION_BASE, half, LINUX_MADV_DONTNEED);
    (void)sys_madvise(PROCESS_RESERVATION_BASE + half, half, LINUX_MADV_DONTNEED);
}

int shim_memory_limit(uint64_t bytes)
{
    if (has_limit)
        return KEEP_EORDER;
    limit = bytes;
    has_limit = true;
    return 0;
}

int shim_reserve(size_t size, uint8_t **base)
{
    if (size == 0 || size % PROCESS_PAGE_SIZE != 0)
        return KEEP_ESIZE;
    if (size > PROCESS_RESERVATION_SIZE - reserved)
        return KEEP_ENOMEM;
    *base = (uint8_t *)(PROCESS_RESERVATION_BASE + reserved);
    reserved += size;
    return 0;
}

/* The pages of a range that lies in what was handed out; KEEP_ESIZE for any other. */
static int pages_of(const uint8_t *at, size_t size, size_t *first, size_t *count)
{
    uintptr_t address = (uintptr_t)at;
    if (address < PROCESS_RESERVATION_BASE || (address | size) % PROCESS_PAGE_SIZE != 0 || size == 0)
        return KEEP_ESIZE;
    if (!range_inside(address - PROCESS_RESERVATION_BASE, size, reserved))
        return KEEP_ESIZE;
    *first = (address - PROCESS_RESERVATION_BASE) / PROCESS_PAGE_SIZE;
    *count = size / PROCESS_PAGE_SIZE;
    return 0;
}

/* The bits of the word that holds page `at` which belong to [at, end). */
static uint64_t word_mask(size_t at, size_t end)
{
    size_t low = at % 64, high = end - at >= 64 - low ? 64 : low + (end - at);
    uint64_t upto = high == 64 ? UINT64_MAX : ((uint64_t)1 << high) - 1;
    return upto & ~(((uint64_t)1 << low) - 1);
}

/* Are all pages of the range committed (or all not)? */
static bool pages_are(size_t first, size_t count, bool wanted)
{
    for (size_t at = first, end = first + count; at < end; at += 64 - at % 64) {
        uint64_t mask = word_mask(at, end), bits = committed_map[at / 64] & mask;
        if (bits != (wanted ? mask : 0))
            return false;
    }
    return true;
}

static void pages_set(size_t first, size_t count, bool value)
{
    for (size_t at = first, end = first + count; at < end; at += 64 - at % 64) {
        uint64_t mask = word_mask(at, end);
        if (value)
            committed_map[at / 64] |= mask;
        else
            committed_map[at / 64] &= ~mask;
    }
}

int shim_commit(uint8_t *at, size_t size)
{
    size_t first, count;
    int error = pages_of(at, size, &first, &count);
    if (error)
        return error;
    if (!has_limit || !pages_are(first, count, false))
        return KEEP_EORDER;
    if (size > limit - committed)
        return KEEP_ENOMEM;
    if (sys_mprotect((uintptr_t)at, size, LINUX_PROT_READ | LINUX_PROT_WRITE) != 0)
        return KEEP_ENOMEM;
    pages_set(first, count, true);
    committed += size;
    return 0;
}

int shim_decommit(uint8_t *at, size_t size)
{
    size_t first, count;
    int error = pages_of(at, size, &first, &count);
    if (error)
        return error;
    if (!pages_are(first, count, true))
        return KEEP_EORDER;
    /* Dropping the pages is what makes the next commit read as zero; a kernel that does not is no place to go
     * on. */
    if (sys_madvise((uintptr_t)at, size, LINUX_MADV_DONTNEED) != 0 ||
        sys_mprotect((uintptr_t)at, size, LINUX_PROT_NONE) != 0)
        shim_exit(KEEP_EHOST);
    pages_set(first, count, false);
    committed -= size;
    return 0;
}

int shim_protect(uint8_t *at, size_t size, enum shim_protection protection)
{
    static const int linux_protection[] = {
        [SHIM_NONE] = LINUX_PROT_NONE,
        [SHIM_READ] = LINUX_PROT_READ,
        [SHIM_READ_WRITE] = LINUX_PROT_READ | LINUX_PROT_WRITE,
    };
    size_t first, count;
    int error = pages_of(at, size, &first, &count);
    if (error)
        return error;
    if (protection == SHIM_READ_EXECUTE)
        return KEEP_ENOTSUP; /* the filter knows no executable page */
    if (!pages_are(first, count, true))
        return KEEP_EORDER;
    return sys_mprotect((uintptr_t)at, size, linux_protection[protection]) == 0 ? 0 : KEEP_ENOMEM;
}
