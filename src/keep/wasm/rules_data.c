/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules_data.c: validation of constants and of parametric, variable, reference, table and memory instructions
 * (specification, 3.3.1 and 3.3.2, 3.3.4 to 3.3.7), and what each emits.
 */

#include "body.h"
#include "store.h"

/* ---- Constants and references -------------------------------------------------------------------------- */

static int push_constant(struct wasm_body *body, uint32_t type, uint64_t constant)
{
    TRY(wasm_body_push(body, type));
    wasm_emit_push_constant(body, constant);
    return 0;
}

int wasm_rule_i32_const(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return push_constant(body, WASM_I32, (uint32_t)wasm_read_signed(&body->reader, 32));
}

int wasm_rule_i64_const(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return push_constant(body, WASM_I64, (uint64_t)wasm_read_signed(&body->reader, 64));
}

int wasm_rule_f32_const(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return push_constant(body, WASM_F32, wasm_read_f32(&body->reader));
}

int wasm_rule_f64_const(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return push_constant(body, WASM_F64, wasm_read_f64(&body->reader));
}

static bool is_reference(uint32_t type)
{
    return type == WASM_FUNCREF || type == WASM_EXTERNREF;
}

int wasm_rule_ref_null(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    uint32_t type = wasm_read_byte(&body->reader);
    if (!is_reference(type))
        return wasm_body_fail(body, WASM_EMALFORMED, "malformed reference type %x", type);
    return push_constant(body, type, 0);
}

int wasm_rule_ref_is_null(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct wasm_operand operand;
    TRY(wasm_body_pop(body, WASM_BOTTOM, &operand));
    if (operand.type != WASM_BOTTOM && !is_reference(operand.type))
        return wasm_body_fail(body, WASM_EINVALID, "type mismatch: expected a reference, found %t",
                              operand.type);
    TRY(wasm_body_push(body, WASM_I32));
    if (body->live) {
        uint32_t slot = wasm_emit_slot(body, &operand);
        wasm_emit_result(body, OP_is_null, 2)[1].hi = slot;
    }
    return 0;
}

int wasm_rule_ref_func(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    uint32_t index = wasm_read_u32(&body->reader);
    if (body->reader.problem != NULL || index >= body->module->function_count)
        return wasm_body_fail(body, WASM_EINVALID, "unknown function %u", index);
    if (body->declaring != NULL)
        body->declaring->functions[index].referenced = true;
    if (!body->module->functions[index].referenced)
        return wasm_body_fail(body, WASM_EINVALID, "undeclared function reference %u", index);
    union wasm_cell cell = {.bits = 0};
    if (body->live)
        cell.function = body->instance->functions[index];
    return push_constant(body, WASM_FUNCREF, cell.bits);
}

/* ---- Parametric instructions --------------------------------------------------------------------------- */

int wasm_rule_drop(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct wasm_operand operand;
    return wasm_body_pop(body, WASM_BOTTOM, &operand);
}

static int select_of(struct wasm_body *body, uint32_t type)
{
    struct wasm_operand condition;
    struct wasm_operand a;
    struct wasm_operand b;
    TRY(wasm_body_pop(body, WASM_I32, &condition));
    TRY(wasm_body_pop(body, type, &b));
    TRY(wasm_body_pop(body, type, &a));
    if (type == WASM_BOTTOM) {
        type = a.type != WASM_BOTTOM ? a.type : b.type;
        if (is_reference(a.type) || is_reference(b.type))
            return wasm_body_fail(body, WASM_EINVALID, "type mismatch: select of references needs a type");
        if (b.type != WASM_BOTTOM && b.type != type)
            return wasm_body_fail(body, WASM_EINVALID, "type mismatch: select of %t and %t", a.type, b.type);
    }
    TRY(wasm_body_push(body, type));
    if (!body->live)
        return 0;
    uint32_t a_slot = wasm_emit_slot(body, &a);
    uint32_t b_slot = wasm_emit_slot(body, &b);
    uint32_t condition_slot = wasm_emit_slot(body, &condition);
    union wasm_cell *cells = wasm_emit_result(body, type == WASM_V128 ? OP_select_wide : OP_select, 3);
    cells[1].hi = a_slot;
    cells[2].lo = b_slot;
    cells[2].hi = condition_slot;
    return 0;
}

int wasm_rule_select(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return select_of(body, WASM_BOTTOM);
}

int wasm_rule_select_typed(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    uint32_t count = wasm_read_u32(&body->reader);
    uint32_t type;
    if (body->reader.problem != NULL || count != 1)
        return wasm_body_fail(body, WASM_EINVALID, "invalid result arity: select with %u types", count);
    TRY(wasm_body_read_type(body, &type));
    return select_of(body, type);
}

/* ---- Variables ----------------------------------------------------------------------------------------- */

static int read_local(struct wasm_body *body, uint32_t *local, uint32_t *type)
{
    *local = wasm_read_u32(&body->reader);
    if (body->reader.problem != NULL || !wasm_body_local_type(body, *local, type))
        return wasm_body_fail(body, WASM_EINVALID, "unknown local %u", *local);
    return 0;
}

int wasm_rule_local_get(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    uint32_t local;
    uint32_t type;
    TRY(read_local(body, &local, &type));
    TRY(wasm_body_push(body, type));
    wasm_emit_push_local(body, local);
    return 0;
}

static int set_local(struct wasm_body *body, uint32_t *local, uint32_t *type, struct wasm_operand *value)
{
    TRY(read_local(body, local, type));
    TRY(wasm_body_pop(body, *type, value));
    wasm_emit_local_set(body, *local, value);
    return 0;
}

int wasm_rule_local_set(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    uint32_t local;
    uint32_t type;
    struct wasm_operand value;
    return set_local(body, &local, &type, &value);
}

int wasm_rule_local_tee(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    uint32_t local;
    uint32_t type;
    struct wasm_operand value;
    TRY(set_local(body, &local, &type, &value));
    TRY(wasm_body_push(body, type));
    if (value.kind == WASM_IS_CONSTANT)
        wasm_emit_push_constant(body, value.constant);
    else
        wasm_emit_push_local(body, local);
    return 0;
}

static int read_global(struct wasm_body *body, uint32_t *global)
{
    *global = wasm_read_u32(&body->reader);
    if (body->reader.problem != NULL || *global >= body->module->global_count)
        return wasm_body_fail(body, WASM_EINVALID, "unknown global %u", *global);
    return 0;
}

int wasm_rule_global_get(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    uint32_t index;
    TRY(read_global(body, &index));
    if (body->constant && index >= body->constant_globals)
        return wasm_body_fail(body, WASM_EINVALID, "unknown global %u in a constant expression", index);
    if (body->constant && body->module->globals[index].type.is_mutable)
        return wasm_body_fail(body, WASM_EINVALID, "constant expression required: global %u is mutable",
                              index);
    TRY(wasm_body_push(body, body->module->globals[index].type.value));
    if (!body->live)
        return 0;
    struct wasm_global *global = body->instance->globals[index];
    bool wide = global->type.value == WASM_V128;
    if (global->type.is_mutable)
        wasm_emit_result(body, wide ? OP_global_get_wide : OP_global_get, 3)[2].slot = global->value;
    else
        wasm_emit_push_constant(body, wide ? (uintptr_t)global->value : global->value[0].i64);
    return 0;
}

int wasm_rule_global_set(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    uint32_t index;
    struct wasm_operand value;
    TRY(read_global(body, &index));
    if (!body->module->globals[index].type.is_mutable)
        return wasm_body_fail(body, WASM_EINVALID, "global is immutable: global.set %u", index);
    TRY(wasm_body_pop(body, body->module->globals[index].type.value, &value));
    if (body->live) {
        uint32_t slot = wasm_emit_slot(body, &value);
        union wasm_cell *cells =
            wasm_emit(body, value.type == WASM_V128 ? OP_global_set_wide : OP_global_set, 3);
        cells[1].lo = slot;
        cells[2].slot = body->instance->globals[index]->value;
    }
    return 0;
}

/* ---- Tables and memories: rare operations with up to three operands ------------------------------------ */

enum { ELEMENT = 1 }; /* no value type has this code */

struct rare {
    wasm_slow_operation *function;
    uint32_t operands[3]; /* types; WASM_BOTTOM: none */
    uint32_t result;      /* or WASM_BOTTOM */
    uint32_t extra;       /* a segment's or a second table's index */
    union wasm_cell pointer;
};

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

/* Reads a table's index and does `rare` with it, in which ELEMENT stands for the type of its elements. */
static int table_operation(struct wasm_body *body, struct rare rare)
{
    uint32_t table;
    TRY(read_table(body, &table, &rare));
    uint32_t element = body->module->tables[table].element;
    for (uint32_t i = 0; i < 3; i++) {
        if (rare.operands[i] == ELEMENT)
            rare.operands[i] = element;
    }
    if (rare.result == ELEMENT)
        rare.result = element;
    return rare_operation(body, &rare);
}

int wasm_rule_table_get(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return table_operation(
        body, (struct rare){.function = wasm_slow_table_get, .operands = {WASM_I32}, .result = ELEMENT});
}

int wasm_rule_table_set(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return table_operation(body,
                           (struct rare){.function = wasm_slow_table_set, .operands = {WASM_I32, ELEMENT}});
}

int wasm_rule_table_size(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return table_operation(body, (struct rare){.function = wasm_slow_table_size, .result = WASM_I32});
}

int wasm_rule_table_grow(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return table_operation(
        body,
        (struct rare){.function = wasm_slow_table_grow, .operands = {ELEMENT, WASM_I32}, .result = WASM_I32});
}

int wasm_rule_table_fill(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return table_operation(
        body, (struct rare){.function = wasm_slow_table_fill, .operands = {WASM_I32, ELEMENT, WASM_I32}});
}

int wasm_rule_table_copy(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    uint32_t to;
    uint32_t from;
    struct rare rare = {.function = wasm_slow_table_copy, .operands = {WASM_I32, WASM_I32, WASM_I32}};
    TRY(read_table(body, &to, &rare));
    struct rare unused = rare;
    TRY(read_table(body, &from, &unused));
    uint32_t to_type = body->module->tables[to].element;
    uint32_t from_type = body->module->tables[from].element;
    if (to_type != from_type)
        return wasm_body_fail(body, WASM_EINVALID, "type mismatch: table.copy from %t to %t", from_type,
                              to_type);
    rare.extra = from;
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
    struct rare rare = {.function = wasm_slow_table_init, .operands = {WASM_I32, WASM_I32, WASM_I32}};
    TRY(read_element_segment(body, &rare));
    TRY(read_table(body, &table, &rare));
    uint32_t type = body->module->elements[rare.extra].type;
    if (type != body->module->tables[table].element)
        return wasm_body_fail(body, WASM_EINVALID, "type mismatch: table.init of %t from %t",
                              body->module->tables[table].element, type);
    return rare_operation(body, &rare);
}

int wasm_rule_elem_drop(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct rare rare = {.function = wasm_slow_elem_drop};
    TRY(read_element_segment(body, &rare));
    return rare_operation(body, &rare);
}

/* The byte that may name a memory in later versions. */
static int read_memory(struct wasm_body *body, struct rare *rare)
{
    if (wasm_read_byte(&body->reader) != 0 || body->reader.problem != NULL)
        return wasm_body_fail(body, WASM_EMALFORMED, "zero byte expected");
    if (body->module->memory_count == 0)
        return wasm_body_fail(body, WASM_EINVALID, "unknown memory 0");
    if (body->live)
        rare->pointer.memory = body->instance->memories[0];
    return 0;
}

int wasm_rule_memory_size(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct rare unused;
    TRY(read_memory(body, &unused));
    TRY(wasm_body_push(body, WASM_I32));
    if (body->live)
        wasm_emit_result(body, OP_memory_size, 2);
    return 0;
}

int wasm_rule_memory_grow(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct rare rare = {.function = wasm_slow_memory_grow, .operands = {WASM_I32}, .result = WASM_I32};
    TRY(read_memory(body, &rare));
    return rare_operation(body, &rare);
}

int wasm_rule_memory_fill(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct rare rare = {.function = wasm_slow_memory_fill, .operands = {WASM_I32, WASM_I32, WASM_I32}};
    TRY(read_memory(body, &rare));
    return rare_operation(body, &rare);
}

int wasm_rule_memory_copy(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct rare rare = {.function = wasm_slow_memory_copy, .operands = {WASM_I32, WASM_I32, WASM_I32}};
    TRY(read_memory(body, &rare));
    TRY(read_memory(body, &rare));
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
    struct rare rare = {.function = wasm_slow_memory_init, .operands = {WASM_I32, WASM_I32, WASM_I32}};
    TRY(read_data_segment(body, &rare));
    TRY(read_memory(body, &rare));
    return rare_operation(body, &rare);
}

int wasm_rule_data_drop(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct rare rare = {.function = wasm_slow_data_drop};
    TRY(read_data_segment(body, &rare));
    return rare_operation(body, &rare);
}
