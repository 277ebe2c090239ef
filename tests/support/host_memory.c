/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of a hosted process for the engine, over mmap. */
#include "host_memory.h"

#include <sys/mman.h>

static bool refused(struct host_memory *memory, size_t size)
{
    if (memory->limit && size > memory->limit - memory->committed - memory->allocated)
        return true;
    if (memory->fail_after < 0)
        return false;
    return memory->fail_after == 0 || memory->fail_after-- == 0;
}

static void *reserve(void *context, size_t size)
{
    if (refused(context, 0))
        return NULL;
    void *at = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

static int commit(void *context, void *address, size_t size)
{
    struct host_memory *memory = context;
    if (refused(memory, size) || mprotect(address, size, PROT_READ | PROT_WRITE) != 0)
        return -1;
    memory->committed += size;
    return 0;
}

static void decommit(void *context, void *address, size_t size)
{
    struct host_memory *memory = context;
    memory->committed -= size;
    (void)madvise(address, size, MADV_DONTNEED);
    (void)mprotect(address, size, PROT_NONE);
}

static void release(void *context, void *address, size_t size)
{
    (void)context;
    (void)munmap(address, size);
}

static void *allocate(void *context, size_t size)
{
    struct host_memory *memory = context;
    if (refused(memory, size))
        return NULL;
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return NULL;
    memory->allocated += size;
    return at;
}

static void give_back(void *context, void *address, size_t size)
{
    struct host_memory *memory = context;
    memory->allocated -= size;
    (void)munmap(address, size);
}

struct wasm_memory_ops host_memory_ops(struct host_memory *memory)
{
    return (struct wasm_memory_ops){
        .context = memory,
        .reserve = reserve,
        .commit = commit,
        .decommit = decommit,
        .release = release,
        .allocate = allocate,
        .free = give_back,
    };
}
