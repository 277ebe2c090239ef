/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules_memory.c: validation of table and memory instructions (specification, 3.3.6 and 3.3.7), and what each
 * emits. Accesses to memory 0 by 32-bit addresses are the business of body.c; here are all others.
 */

#include "body.h"
#include "store.h"

/* ---- Rare operations with up to three operands --------------------------------------------------------- */

/* Stand for what the table or memory in question has; no value type has these codes. */
enum {
    ELEMENT = 1, /* the type of its elements */
    ADDRESS = 2, /* the type of its addresses */
};

struct rare {
    wasm_slow_operation *function;
    uint32_t operands[3]; /* types; WASM_BOTTOM: none */
    uint32_t result;      /* or WASM_BOTTOM */
    uint32_t extra;       /* a segment's or a second table's index */
    union wasm_cell pointer;
};

static void resolve_types(struct rare *rare, uint32_t element, uint32_t address)
{
    const uint32_t types[] = {[ELEMENT] = element, [ADDRESS] = address};
    for (uint32_t i = 0; i < 3; i++) {
        if (rare->operands[i] == ELEMENT || rare->operands[i] == ADDRESS)
            rare->operands[i] = types[rare->operands[i]];
    }
    if (rare->result == ELEMENT || rare->result == ADDRESS)
        rare->result = types[rare->result];
}

/* The type of a size that counts in both, where one of them may have the shorter addresses. */
static uint32_t shorter(uint32_t a, uint32_t b)
{
    return a == WASM_I64 ? b : a;
}

/* Operands are in slots a, b, c of the operation (cells 2 and 3); the result goes to a's own slot, or the
 * next free. */
static int rare_operation(struct wasm_body *body, const struct rare *rare)
{
    struct wasm_operand operands[3] = {0};
    for (uint32_t i = 3; i > 0; i--) {
        if (rare->operands[i - 1] != WASM_BOTTOM)
            TRY(wasm_body_pop(body, rare->operands[i - 1], &operands[i - 1]));
    }
    uint32_t slots[4] = {0, 0, 0, rare->extra};
    if (body->live) {
        for (uint32_t i = 0; i < 3; i++) {
            if (rare->operands[i] != WASM_BOTTOM)
                slots[i] = wasm_emit_slot(body, &operands[i]);
        }
    }
    if (rare->result != WASM_BOTTOM) {
        TRY(wasm_body_push(body, rare->result));
        slots[3] = wasm_body_top(body)->slot * (uint32_t)sizeof(union wasm_value);
    }
    wasm_emit_slow(body, rare->function, slots, rare->pointer);
    return 0;
}

static int read_table(struct wasm_body *body, uint32_t *table, struct rare *rare)
{
    *table = wasm_read_u32(&body->reader);
    if (body->reader.problem != NULL || *table >= body->module->table_count)
        return wasm_body_fail(body, WASM_EINVALID, "unknown table %u", *table);
    if (body->live)
        rare->pointer.table = body->instance->tables[*table];
    return 0;
}

static uint32_t table_address(const struct wasm_body *body, uint32_t table)
{
    return body->module->tables[table].address64 ? WASM_I64 : WASM_I32;
}

/* Reads a table's index and does `rare` with it, in which ELEMENT and ADDRESS stand for types of the table.
 */
static int table_operation(struct wasm_body *body, struct rare rare)
{
    uint32_t table;
    TRY(read_table(body, &table, &rare));
    uint32_t element = body->module->tables[table].element;
    resolve_types(&rare, element, table_address(body, table));
    return rare_operation(body, &rare);
}

int wasm_rule_table_get(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return table_operation(
        body, (struct rare){.function = wasm_slow_table_get, .operands = {ADDRESS}, .result = ELEMENT});
}

int wasm_rule_table_set(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return table_operation(body,
                           (struct rare){.function = wasm_slow_table_set, .operands = {ADDRESS, ELEMENT}});
}

int wasm_rule_table_size(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return table_operation(body, (struct rare){.function = wasm_slow_table_size, .result = ADDRESS});
}

int wasm_rule_table_grow(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return table_operation(
        body,
        (struct rare){.function = wasm_slow_table_grow, .operands = {ELEMENT, ADDRESS}, .result = ADDRESS});
}

int wasm_rule_table_fill(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return table_operation(
        body, (struct rare){.function = wasm_slow_table_fill, .operands = {ADDRESS, ELEMENT, ADDRESS}});
}

int wasm_rule_table_copy(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    uint32_t to;
    uint32_t from;
    struct rare rare = {.function = wasm_slow_table_copy};
    TRY(read_table(body, &to, &rare));
    struct rare unused = rare;
    TRY(read_table(body, &from, &unused));
    uint32_t to_type = body->module->tables[to].element;
    uint32_t from_type = body->module->tables[from].element;
    if (!wasm_type_matches(body->module, from_type, to_type))
        return wasm_body_fail(body, WASM_EINVALID, "type mismatch: table.copy from %t to %t", from_type,
                              to_type);
    rare.extra = from;
    rare.operands[0] = table_address(body, to);
    rare.operands[1] = table_address(body, from);
    rare.operands[2] = shorter(rare.operands[0], rare.operands[1]);
    return rare_operation(body, &rare);
}

static int read_element_segment(struct wasm_body *body, struct rare *rare)
{
    rare->extra = wasm_read_u32(&body->reader);
    if (body->reader.problem != NULL || rare->extra >= body->module->element_count)
        return wasm_body_fail(body, WASM_EINVALID, "unknown elem segment %u", rare->extra);
    return 0;
}

int wasm_rule_table_init(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    uint32_t table;
    struct rare rare = {.function = wasm_slow_table_init, .operands = {ADDRESS, WASM_I32, WASM_I32}};
    TRY(read_element_segment(body, &rare));
    TRY(read_table(body, &table, &rare));
    uint32_t type = body->module->elements[rare.extra].type;
    if (!wasm_type_matches(body->module, type, body->module->tables[table].element))
        return wasm_body_fail(body, WASM_EINVALID, "type mismatch: table.init of %t from %t",
                              body->module->tables[table].element, type);
    resolve_types(&rare, type, table_address(body, table));
    return rare_operation(body, &rare);
}

int wasm_rule_elem_drop(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct rare rare = {.function = wasm_slow_elem_drop};
    TRY(read_element_segment(body, &rare));
    return rare_operation(body, &rare);
}

/* ---- Memories ------------------------------------------------------------------------------------------ */

static uint32_t memory_address(const struct wasm_body *body, uint32_t memory)
{
    return body->module->memories[memory].address64 ? WASM_I64 : WASM_I32;
}

static int check_memory(struct wasm_body *body, uint32_t memory)
{
    if (body->reader.problem != NULL || memory >= body->module->memory_count)
        return wasm_body_fail(body, WASM_EINVALID, "unknown memory %u", memory);
    return 0;
}

/* The memory of an instruction that is no access: an index, where there was once a zero byte. */
static int read_memory(struct wasm_body *body, uint32_t *memory, struct rare *rare)
{
    if (body->module->config.features.multi_memory) {
        *memory = wasm_read_u32(&body->reader);
    } else {
        *memory = wasm_read_byte(&body->reader);
        if (*memory != 0 || body->reader.problem != NULL)
            return wasm_body_fail(body, WASM_EMALFORMED, "zero byte expected");
    }
    TRY(check_memory(body, *memory));
    if (body->live)
        rare->pointer.memory = body->instance->memories[*memory];
    return 0;
}

/* Reads a memory's index and does `rare` with it, in which ADDRESS stands for the type of its addresses. */
static int memory_operation(struct wasm_body *body, struct rare rare)
{
    uint32_t memory;
    TRY(read_memory(body, &memory, &rare));
    resolve_types(&rare, WASM_BOTTOM, memory_address(body, memory));
    return rare_operation(body, &rare);
}

int wasm_rule_memory_size(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    uint32_t memory;
    struct rare rare = {.function = wasm_slow_memory_size};
    TRY(read_memory(body, &memory, &rare));
    rare.result = memory_address(body, memory);
    if (memory != 0)
        return rare_operation(body, &rare);
    TRY(wasm_body_push(body, rare.result));
    if (body->live)
        wasm_emit_result(body, OP_memory_size, 2);
    return 0;
}

int wasm_rule_memory_grow(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return memory_operation(
        body, (struct rare){.function = wasm_slow_memory_grow, .operands = {ADDRESS}, .result = ADDRESS});
}

int wasm_rule_memory_fill(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return memory_operation(
        body, (struct rare){.function = wasm_slow_memory_fill, .operands = {ADDRESS, WASM_I32, ADDRESS}});
}

int wasm_rule_memory_copy(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    uint32_t to;
    struct rare rare = {.function = wasm_slow_memory_copy};
    struct rare unused = rare;
    TRY(read_memory(body, &to, &rare));
    TRY(read_memory(body, &rare.extra, &unused));
    rare.operands[0] = memory_address(body, to);
    rare.operands[1] = memory_address(body, rare.extra);
    rare.operands[2] = shorter(rare.operands[0], rare.operands[1]);
    return rare_operation(body, &rare);
}

static int read_data_segment(struct wasm_body *body, struct rare *rare)
{
    rare->extra = wasm_read_u32(&body->reader);
    if (!body->module->has_data_count)
        return wasm_body_fail(body, WASM_EMALFORMED, "data count section required");
    if (body->reader.problem != NULL || rare->extra >= body->module->data_count)
        return wasm_body_fail(body, WASM_EINVALID, "unknown data segment %u", rare->extra);
    return 0;
}

int wasm_rule_memory_init(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct rare rare = {.function = wasm_slow_memory_init, .operands = {ADDRESS, WASM_I32, WASM_I32}};
    TRY(read_data_segment(body, &rare));
    return memory_operation(body, rare);
}

int wasm_rule_data_drop(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct rare rare = {.function = wasm_slow_data_drop};
    TRY(read_data_segment(body, &rare));
    return rare_operation(body, &rare);
}

/* ---- Accesses ------------------------------------------------------------------------------------------ */

enum { MEMARG_MEMORY = 64 }; /* in the alignment: a memory's index follows */

int wasm_body_read_access(struct wasm_body *body, const struct wasm_instruction *instruction,
                          struct wasm_access *access)
{
    struct wasm_reader *reader = &body->reader;
    uint32_t alignment = wasm_read_u32(reader);
    uint32_t most = 32;
    access->memory = 0;
    if (body->module->config.features.multi_memory) {
        most = MEMARG_MEMORY;
        if (alignment >= MEMARG_MEMORY && alignment < 2 * MEMARG_MEMORY) {
            alignment -= MEMARG_MEMORY;
            access->memory = wasm_read_u32(reader);
        }
    }
    if (reader->problem != NULL || alignment >= most)
        return wasm_body_fail(body, WASM_EMALFORMED, "malformed memop flags %u", alignment);
    TRY(check_memory(body, access->memory));
    access->address = memory_address(body, access->memory);
    access->offset = access->address == WASM_I64 ? wasm_read_u64(reader) : wasm_read_u32(reader);
    if (reader->problem != NULL)
        return wasm_body_fail(body, WASM_EMALFORMED, "");
    if (alignment > instruction->alignment)
        return wasm_body_fail(body, WASM_EINVALID, "alignment must not be larger than natural: 2^%u for %s",
                              alignment, instruction->name);
    access->alignment = alignment;
    access->size = 1u << instruction->alignment;
    access->plain = access->memory == 0 && access->address == WASM_I32;
    return 0;
}

void wasm_emit_reach(struct wasm_body *body, const struct wasm_access *access, uint32_t address_slot)
{
    if (!body->live)
        return;
    union wasm_cell *cells = wasm_emit(body, access->address == WASM_I64 ? OP_reach64 : OP_reach32, 4);
    cells[1].lo = address_slot;
    cells[1].hi = access->size;
    if (__builtin_add_overflow(access->offset, access->size, &cells[2].bits))
        cells[2].bits = UINT64_MAX; /* more than any memory has */
    cells[3].memory = body->instance->memories[access->memory];
}

void wasm_emit_home(struct wasm_body *body)
{
    if (body->live)
        wasm_emit(body, OP_home, 1);
}

void wasm_emit_slow_reached(struct wasm_body *body, wasm_slow_operation *function, const uint32_t operands[4],
                            uint32_t memory)
{
    if (!body->live)
        return;
    union wasm_cell *cells = wasm_emit(body, OP_slow_reached, 5);
    cells[1].slow = function;
    cells[2].lo = operands[0];
    cells[2].hi = operands[1];
    cells[3].lo = operands[2];
    cells[3].hi = operands[3];
    cells[4].memory = body->instance->memories[memory];
}

/* Memory 0 by a 64-bit address: as cell 2, what the memory must have beyond the address. */
static void put_wide(union wasm_cell *cells, const struct wasm_access *access)
{
    if (__builtin_add_overflow(access->offset, access->size, &cells[2].bits))
        cells[2].bits = UINT64_MAX;
}

void wasm_emit_far_load(struct wasm_body *body, const struct wasm_instruction *instruction,
                        const struct wasm_access *access, const struct wasm_operand *address)
{
    if (!body->live)
        return;
    uint32_t slot = wasm_emit_slot(body, address);
    if (access->memory == 0) {
        union wasm_cell *cells = wasm_emit_result(body, instruction->wide, 3);
        cells[1].hi = slot;
        put_wide(cells, access);
        return;
    }
    wasm_emit_reach(body, access, slot);
    wasm_emit_result(body, instruction->operation + LOAD_I, 3);
    wasm_emit_home(body);
}

void wasm_emit_far_store(struct wasm_body *body, const struct wasm_instruction *instruction,
                         const struct wasm_access *access, const struct wasm_operand *address,
                         const struct wasm_operand *value)
{
    if (!body->live)
        return;
    uint32_t address_slot = wasm_emit_slot(body, address);
    uint32_t value_slot = wasm_emit_slot(body, value);
    if (access->memory == 0) {
        union wasm_cell *cells = wasm_emit(body, instruction->wide, 3);
        cells[1].lo = address_slot;
        cells[1].hi = value_slot;
        put_wide(cells, access);
        return;
    }
    wasm_emit_reach(body, access, address_slot);
    wasm_emit(body, instruction->operation + STORE_I + VALUE_R, 3)[1].hi = value_slot;
    wasm_emit_home(body);
}
