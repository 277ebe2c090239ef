/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.c: linear memories and tables. Each is a reservation of address space of which a growing part is
 * committed, so that it never moves.
 */

#include "store.h"

static uint64_t round_up(uint64_t size)
{
    return (size + WASM_OS_PAGE - 1) / WASM_OS_PAGE * WASM_OS_PAGE;
}

/* Commits [from, to) of a reservation in charged pieces; on failure nothing of it stays committed. */
static int commit(struct wasm_store *store, uint8_t *base, uint64_t from, uint64_t to)
{
    const struct wasm_memory_ops *ops = &store->config.memory;
    for (uint64_t at = from; at < to;) {
        uint64_t piece = to - at < WASM_PIECE ? to - at : WASM_PIECE;
        int status = wasm_store_charge(store, piece);
        if (status == 0 && ops->commit(ops->context, base + at, (size_t)piece) != 0)
            status = WASM_EMEMORY;
        if (status != 0) {
            if (at > from)
                ops->decommit(ops->context, base + from, (size_t)(at - from));
            return status;
        }
        at += piece;
    }
    return 0;
}

static void release(const struct wasm_memory_ops *ops, void *base, uint64_t committed, uint64_t reserved)
{
    if (committed > 0)
        ops->decommit(ops->context, base, (size_t)committed);
    if (base != NULL)
        ops->release(ops->context, base, (size_t)reserved);
}

/* ---- Memories ------------------------------------------------------------------------------------------ */

/* The most that a memory can ever hold: its type's maximum within the store's limit. */
static uint64_t memory_most(const struct wasm_store *store, const struct wasm_memory_type *type)
{
    uint64_t pages = type->address64 ? WASM_PAGES64 : WASM_PAGES32;
    uint64_t limit = store->config.limits.memory_size / WASM_PAGE_SIZE;
    if (type->range.has_maximum && type->range.maximum < pages)
        pages = type->range.maximum;
    if (pages > limit)
        pages = limit;
    return pages * WASM_PAGE_SIZE; /* no more than the limit, which is a number of bytes */
}

/* Address space for a memory of `size` bytes that may become `most`. Where there is too little left for that,
 * the memory can grow less far, which a program must be ready for. */
static bool reserve(struct wasm_memory *memory, uint64_t size, uint64_t most)
{
    const struct wasm_memory_ops *ops = &memory->store->config.memory;
    while (most > 0) {
        memory->base = ops->reserve(ops->context, (size_t)most);
        if (memory->base != NULL || most == size)
            break;
        most = most / 2 / WASM_PAGE_SIZE * WASM_PAGE_SIZE;
        if (most < size)
            most = size;
    }
    memory->reserved = most;
    return most == 0 || memory->base != NULL;
}

int wasm_memory_new(struct wasm_store *store, const struct wasm_memory_type *type,
                    struct wasm_memory **memory)
{
    const struct wasm_range *range = &type->range;
    if (range->minimum > (type->address64 ? WASM_PAGES64 : WASM_PAGES32) ||
        (range->has_maximum && range->maximum < range->minimum))
        return WASM_EARGUMENT;
    uint64_t most = memory_most(store, type);
    uint64_t left = store->config.limits.memory_size - store->memory_used;
    if (range->minimum > most / WASM_PAGE_SIZE || range->minimum > left / WASM_PAGE_SIZE)
        return WASM_ELIMIT;
    uint64_t size = range->minimum * WASM_PAGE_SIZE;
    struct wasm_memory *made = wasm_arena_array(&store->arena, 1, sizeof(*made));
    if (made == NULL)
        return WASM_EMEMORY;
    made->type = *type;
    made->store = store;
    if (!reserve(made, size, most))
        return WASM_EMEMORY;
    int status = commit(store, made->base, 0, size);
    if (status != 0) {
        release(&store->config.memory, made->base, 0, made->reserved);
        return status;
    }
    made->size = size;
    made->next = store->memories;
    store->memories = made;
    store->memory_used += size;
    *memory = made;
    return 0;
}

struct wasm_memory_type wasm_memory_type(const struct wasm_memory *memory)
{
    struct wasm_memory_type type = memory->type;
    type.range.minimum = memory->size / WASM_PAGE_SIZE;
    return type;
}

uint64_t wasm_memory_size(const struct wasm_memory *memory)
{
    return memory->size;
}

uint8_t *wasm_memory_span(struct wasm_memory *memory, uint64_t offset, uint64_t size)
{
    static uint8_t nothing[1]; /* where an empty span of an empty memory is */
    if (offset > memory->size || size > memory->size - offset)
        return NULL;
    return memory->base == NULL ? nothing : memory->base + offset;
}

int wasm_memory_grow(struct wasm_memory *memory, uint64_t pages, uint64_t *previous)
{
    struct wasm_store *store = memory->store;
    *previous = memory->size / WASM_PAGE_SIZE;
    if (pages > (memory->reserved - memory->size) / WASM_PAGE_SIZE)
        return WASM_ELIMIT;
    uint64_t added = pages * WASM_PAGE_SIZE;
    if (added > store->config.limits.memory_size - store->memory_used)
        return WASM_ELIMIT;
    int status = commit(store, memory->base, memory->size, memory->size + added);
    if (status != 0)
        return status;
    memory->size += added;
    store->memory_used += added;
    return 0;
}

void wasm_memories_destroy(struct wasm_store *store)
{
    for (struct wasm_memory *memory = store->memories; memory != NULL; memory = memory->next)
        release(&store->config.memory, memory->base, memory->size, memory->reserved);
    store->memories = NULL;
}

/* ---- Tables -------------------------------------------------------------------------------------------- */

#define ELEMENT_SIZE sizeof(union wasm_value)

int wasm_table_make(struct wasm_store *store, const struct wasm_table_type *type, union wasm_value value,
                    struct wasm_table **table)
{
    const struct wasm_range *range = &type->range;
    uint64_t limit = store->config.limits.table_elements;
    if ((range->minimum > UINT32_MAX && !type->address64) ||
        (range->has_maximum && range->maximum < range->minimum))
        return WASM_EARGUMENT;
    if (limit > UINT32_MAX)
        limit = UINT32_MAX; /* so that no element has the index that an i64 beyond 32 bits is narrowed to */
    if (range->minimum > limit ||
        range->minimum > store->config.limits.table_elements - store->table_elements_used)
        return WASM_ELIMIT;
    struct wasm_table *made = wasm_arena_array(&store->arena, 1, sizeof(*made));
    if (made == NULL)
        return WASM_EMEMORY;
    made->type = *type;
    made->store = store;
    made->capacity = range->has_maximum && range->maximum < limit ? range->maximum : limit;
    if (made->capacity > 0) {
        size_t reserved = (size_t)round_up(made->capacity * ELEMENT_SIZE);
        made->elements = store->config.memory.reserve(store->config.memory.context, reserved);
        if (made->elements == NULL)
            return WASM_EMEMORY;
    }
    made->next = store->tables;
    store->tables = made;
    uint64_t previous;
    int status = wasm_table_grow(made, range->minimum, value, &previous);
    if (status == 0)
        *table = made;
    return status;
}

int wasm_table_new(struct wasm_store *store, const struct wasm_table_type *type, struct wasm_table **table)
{
    if (!wasm_type_is_reference(type->element) || !wasm_type_defaultable(type->element) ||
        !wasm_store_knows_type(store, type->element))
        return WASM_EARGUMENT;
    return wasm_table_make(store, type, (union wasm_value){.i64 = 0}, table);
}

struct wasm_table_type wasm_table_type(const struct wasm_table *table)
{
    struct wasm_table_type type = table->type;
    type.range.minimum = table->count;
    return type;
}

uint64_t wasm_table_size(const struct wasm_table *table)
{
    return table->count;
}

bool wasm_table_get(const struct wasm_table *table, uint64_t index, union wasm_value *value)
{
    if (index >= table->count)
        return false;
    *value = table->elements[index];
    return true;
}

bool wasm_table_set(struct wasm_table *table, uint64_t index, union wasm_value value)
{
    if (index >= table->count)
        return false;
    table->elements[index] = value;
    if (table->store->gc.marking)
        wasm_gc_shade(table->store, value.i64);
    return true;
}

int wasm_table_put(struct wasm_table *table, uint64_t index, uint64_t count, union wasm_value value)
{
    uint64_t end = index + count;
    if (table->store->gc.marking && count > 0)
        wasm_gc_shade(table->store, value.i64);
    while (index < end) {
        uint64_t piece = end - index < WASM_PIECE / ELEMENT_SIZE ? end - index : WASM_PIECE / ELEMENT_SIZE;
        int status = wasm_store_charge(table->store, piece * ELEMENT_SIZE);
        if (status != 0)
            return status;
        for (uint64_t i = 0; i < piece; i++)
            table->elements[index + i] = value;
        index += piece;
    }
    return 0;
}

int wasm_table_grow(struct wasm_table *table, uint64_t count, union wasm_value value, uint64_t *previous)
{
    struct wasm_store *store = table->store;
    *previous = table->count;
    if (count > table->capacity - table->count ||
        count > store->config.limits.table_elements - store->table_elements_used)
        return WASM_ELIMIT;
    uint64_t committed = round_up((table->count + count) * ELEMENT_SIZE);
    if (committed > table->committed) {
        int status = commit(store, (uint8_t *)table->elements, table->committed, committed);
        if (status != 0)
            return status;
        table->committed = committed;
    }
    /* the new elements count only once they are all set, so that a stop half way leaves the table as it was
     */
    int status = wasm_table_put(table, table->count, count, value);
    if (status != 0)
        return status;
    table->count += count;
    store->table_elements_used += count;
    return 0;
}

void wasm_tables_destroy(struct wasm_store *store)
{
    for (struct wasm_table *table = store->tables; table != NULL; table = table->next)
        release(&store->config.memory, table->elements, table->committed,
                round_up(table->capacity * ELEMENT_SIZE));
    store->tables = NULL;
}
