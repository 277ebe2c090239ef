/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slow.c: rare operations (specification, 4.4.6 and 4.4.7): they check bounds before they write anything,
 * then work in pieces with a safe point before each. Operands: cells 2 and 3 hold slots a, b, c and a result
 * slot or an index; cell 4 the table or memory.
 */

#include <string.h>

#include "store.h"

static union wasm_value *slot(union wasm_value *fp, uint32_t offset)
{
    return (union wasm_value *)(void *)((uint8_t *)fp + offset);
}

/* An address or a size, whose type the memory or table gives. */
static uint64_t address_at(union wasm_value *fp, uint32_t offset, bool address64)
{
    return address64 ? slot(fp, offset)->i64 : slot(fp, offset)->i32;
}

static uint32_t operand_a(const union wasm_cell *cells, union wasm_value *fp)
{
    return slot(fp, cells[2].lo)->i32;
}

static uint32_t operand_b(const union wasm_cell *cells, union wasm_value *fp)
{
    return slot(fp, cells[2].hi)->i32;
}

static uint32_t operand_c(const union wasm_cell *cells, union wasm_value *fp)
{
    return slot(fp, cells[3].lo)->i32;
}

static void set_result(const union wasm_cell *cells, union wasm_value *fp, uint64_t value)
{
    slot(fp, cells[3].hi)->i64 = value;
}

/* The instance whose code runs. */
static struct wasm_instance *running(struct wasm_store *store)
{
    return store->frame_top[-1].function->instance;
}

static bool outside(uint64_t offset, uint64_t size, uint64_t bound)
{
    return offset > bound || size > bound - offset;
}

/* A failure to grow is an answer of the program's own (-1); only a stop ends it. */
static int grown(int status, uint64_t previous, bool address64, const union wasm_cell *cells,
                 union wasm_value *fp)
{
    uint64_t failure = address64 ? UINT64_MAX : UINT32_MAX;
    if (status > 0)
        return status;
    set_result(cells, fp, status == 0 ? previous : failure);
    return 0;
}

/* ---- Memories ------------------------------------------------------------------------------------------ */

int wasm_slow_memory_size(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    (void)store;
    set_result(cells, fp, cells[4].memory->size / WASM_PAGE_SIZE);
    return 0;
}

int wasm_slow_memory_grow(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    (void)store;
    uint64_t previous = 0;
    struct wasm_memory *memory = cells[4].memory;
    bool address64 = memory->type.address64;
    int status = wasm_memory_grow(memory, address_at(fp, cells[2].lo, address64), &previous);
    return grown(status, previous, address64, cells, fp);
}

int wasm_slow_memory_fill(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    struct wasm_memory *memory = cells[4].memory;
    uint64_t at = address_at(fp, cells[2].lo, memory->type.address64);
    uint8_t value = (uint8_t)operand_b(cells, fp);
    uint64_t size = address_at(fp, cells[3].lo, memory->type.address64);
    if (outside(at, size, memory->size))
        return WASM_TRAP_MEMORY_BOUNDS;
    while (size > 0) {
        size_t piece = size < WASM_PIECE ? (size_t)size : WASM_PIECE;
        int status = wasm_store_charge(store, piece);
        if (status != 0)
            return status;
        memset(memory->base + at, value, piece);
        at += piece;
        size -= piece;
    }
    return 0;
}

/* memmove in pieces: upwards or downwards, as the overlap demands. */
int wasm_move_bytes(struct wasm_store *store, uint8_t *to, const uint8_t *from, uint64_t size)
{
    bool down = (uintptr_t)to > (uintptr_t)from;
    for (uint64_t done = 0; done < size;) {
        size_t piece = size - done < WASM_PIECE ? (size_t)(size - done) : WASM_PIECE;
        int status = wasm_store_charge(store, piece);
        if (status != 0)
            return status;
        uint64_t at = down ? size - done - piece : done;
        memmove(to + at, from + at, piece);
        done += piece;
    }
    return 0;
}

int wasm_slow_memory_copy(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    struct wasm_memory *memory = cells[4].memory;
    struct wasm_memory *source = running(store)->memories[cells[3].hi];
    bool both64 = memory->type.address64 && source->type.address64;
    uint64_t to = address_at(fp, cells[2].lo, memory->type.address64);
    uint64_t from = address_at(fp, cells[2].hi, source->type.address64);
    uint64_t size = address_at(fp, cells[3].lo, both64);
    if (outside(to, size, memory->size) || outside(from, size, source->size))
        return WASM_TRAP_MEMORY_BOUNDS;
    return size == 0 ? 0 : wasm_move_bytes(store, memory->base + to, source->base + from, size);
}

int wasm_memory_init(struct wasm_memory *memory, const struct wasm_instance *instance, uint32_t segment,
                     uint64_t to, uint64_t from, uint64_t size)
{
    const struct wasm_module *module = instance->module;
    const struct wasm_piece *bytes = &module->data[segment].bytes;
    uint64_t bound = instance->data_dropped[segment] ? 0 : bytes->size;
    if (outside(to, size, memory->size) || outside(from, size, bound))
        return WASM_TRAP_MEMORY_BOUNDS;
    return size == 0 ? 0
                     : wasm_move_bytes(instance->store, memory->base + to,
                                       module->bytes + bytes->offset + from, size);
}

int wasm_slow_memory_init(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    struct wasm_memory *memory = cells[4].memory;
    uint64_t to = address_at(fp, cells[2].lo, memory->type.address64);
    return wasm_memory_init(memory, running(store), cells[3].hi, to, operand_b(cells, fp),
                            operand_c(cells, fp));
}

int wasm_slow_data_drop(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    (void)fp;
    running(store)->data_dropped[cells[3].hi] = true;
    return 0;
}

/* ---- Tables -------------------------------------------------------------------------------------------- */

static uint64_t index_a(const union wasm_cell *cells, union wasm_value *fp)
{
    return address_at(fp, cells[2].lo, cells[4].table->type.address64);
}

int wasm_slow_table_get(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    (void)store;
    bool inside = wasm_table_get(cells[4].table, index_a(cells, fp), slot(fp, cells[3].hi));
    return inside ? 0 : WASM_TRAP_TABLE_BOUNDS;
}

int wasm_slow_table_set(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    (void)store;
    bool inside = wasm_table_set(cells[4].table, index_a(cells, fp), *slot(fp, cells[2].hi));
    return inside ? 0 : WASM_TRAP_TABLE_BOUNDS;
}

int wasm_slow_table_size(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    (void)store;
    set_result(cells, fp, cells[4].table->count);
    return 0;
}

int wasm_slow_table_grow(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    (void)store;
    uint64_t previous = 0;
    struct wasm_table *table = cells[4].table;
    bool address64 = table->type.address64;
    uint64_t count = address_at(fp, cells[2].hi, address64);
    int status = wasm_table_grow(table, count, *slot(fp, cells[2].lo), &previous);
    return grown(status, previous, address64, cells, fp);
}

int wasm_slow_table_fill(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    (void)store;
    struct wasm_table *table = cells[4].table;
    uint64_t at = index_a(cells, fp);
    uint64_t count = address_at(fp, cells[3].lo, table->type.address64);
    if (outside(at, count, table->count))
        return WASM_TRAP_TABLE_BOUNDS;
    return wasm_table_put(table, at, count, *slot(fp, cells[2].hi));
}

int wasm_slow_table_copy(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    struct wasm_table *table = cells[4].table;
    const struct wasm_table *source = running(store)->tables[cells[3].hi];
    bool both64 = table->type.address64 && source->type.address64;
    uint64_t to = index_a(cells, fp);
    uint64_t from = address_at(fp, cells[2].hi, source->type.address64);
    uint64_t count = address_at(fp, cells[3].lo, both64);
    if (outside(to, count, table->count) || outside(from, count, source->count))
        return WASM_TRAP_TABLE_BOUNDS;
    if (count == 0)
        return 0;
    int status = wasm_gc_shade_all(store, source->elements + from, count);
    return status != 0 ? status
                       : wasm_move_bytes(store, (uint8_t *)(table->elements + to),
                                         (const uint8_t *)(source->elements + from),
                                         count * sizeof(union wasm_value));
}

int wasm_table_init(struct wasm_table *table, const struct wasm_instance *instance, uint32_t segment,
                    uint64_t to, uint64_t from, uint64_t count)
{
    const struct wasm_elements *elements = &instance->elements[segment];
    if (outside(to, count, table->count) || outside(from, count, elements->count))
        return WASM_TRAP_TABLE_BOUNDS;
    if (count == 0)
        return 0;
    int status = wasm_gc_shade_all(instance->store, elements->values + from, count);
    return status != 0 ? status
                       : wasm_move_bytes(instance->store, (uint8_t *)(table->elements + to),
                                         (const uint8_t *)(elements->values + from),
                                         count * sizeof(union wasm_value));
}

int wasm_slow_table_init(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    return wasm_table_init(cells[4].table, running(store), cells[3].hi, index_a(cells, fp),
                           operand_b(cells, fp), operand_c(cells, fp));
}

int wasm_slow_elem_drop(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    (void)fp;
    running(store)->elements[cells[3].hi].count = 0;
    return 0;
}

/* return_call_indirect: a = index, c = type id; puts the function into slot b. */
int wasm_slow_tail_indirect(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    union wasm_value value;
    if (!wasm_table_get(cells[4].table, operand_a(cells, fp), &value))
        return WASM_TRAP_UNDEFINED_ELEMENT;
    if (value.function == NULL)
        return WASM_TRAP_UNINITIALIZED_ELEMENT;
    if (!wasm_types_subtype(&store->types, value.function->type_id, cells[3].lo))
        return WASM_TRAP_INDIRECT_TYPE;
    *slot(fp, cells[2].hi) = value;
    return 0;
}
