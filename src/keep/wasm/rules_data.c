/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules_data.c: validation of constants and of parametric, variable and reference instructions
 * (specification, 3.3.1, 3.3.2, 3.3.4 and 3.3.5), and what each emits. Tables and memories are in
 * rules_memory.c.
 */

#include "body.h"
#include "gc.h"
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

int wasm_rule_ref_null(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    uint32_t type;
    TRY(wasm_body_read_heap_type(body, &type));
    return push_constant(body, type, 0);
}

int wasm_rule_ref_is_null(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct wasm_operand operand;
    TRY(wasm_body_pop(body, WASM_BOTTOM, &operand));
    if (operand.type != WASM_BOTTOM && !wasm_type_is_reference(operand.type))
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
    uint32_t type = wasm_type_concrete(body->module->functions[index].type_index);
    return push_constant(body, type | WASM_NON_NULL, cell.bits);
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
        if (wasm_type_is_reference(a.type) || wasm_type_is_reference(b.type))
            return wasm_body_fail(body, WASM_EINVALID, "type mismatch: select of references needs a type");
        if (b.type != WASM_BOTTOM && b.type != type) /* numbers and vectors have no subtypes */
            return wasm_body_fail(body, WASM_EINVALID, "type mismatch: select of %t and %t", a.type, b.type);
    }
    TRY(wasm_body_push(body, type));
    if (!body->live)
        return 0;
    uint32_t a_slot = wasm_emit_slot(body, &a);
    uint32_t b_slot = wasm_emit_slot(body, &b);
    uint32_t condition_slot = wasm_emit_slot(body, &condition);
    bool accumulated = wasm_emit_in_accumulator(body, WASM_ACC_INTEGER, condition_slot);
    uint32_t narrow = accumulated ? OP_select_a : OP_select;
    union wasm_cell *cells = wasm_emit_result(body, type == WASM_V128 ? OP_select_wide : narrow, 3);
    cells[1].hi = a_slot;
    cells[2].lo = b_slot;
    cells[2].hi = condition_slot;
    if (type != WASM_V128)
        wasm_emit_accumulated(body, WASM_ACC_INTEGER);
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
    if (!wasm_body_local_is_set(body, local, type))
        return wasm_body_fail(body, WASM_EINVALID, "uninitialized local %u", local);
    TRY(wasm_body_push(body, type));
    wasm_emit_push_local(body, local);
    return 0;
}

static int set_local(struct wasm_body *body, uint32_t *local, uint32_t *type, struct wasm_operand *value)
{
    TRY(read_local(body, local, type));
    TRY(wasm_body_pop(body, *type, value));
    wasm_body_mark_local_set(body, *local, *type);
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

static uint32_t set_operation(uint32_t type)
{
    if (type == WASM_V128)
        return OP_global_set_wide;
    return wasm_type_is_collected(type) ? OP_global_set_reference : OP_global_set;
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
        union wasm_cell *cells = wasm_emit(body, set_operation(body->module->globals[index].type.value), 3);
        cells[1].lo = slot;
        cells[2].slot = body->instance->globals[index]->value;
    }
    return 0;
}
