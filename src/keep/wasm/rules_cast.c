/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules_cast.c: validation of comparisons and casts of references, of conversions between any and extern, and
 * of i31 (specification, 3.3.4, 3.3.5, 3.3.8 and 3.3.9), and what each emits.
 */

#include "body.h"
#include "gc_object.h"

static const struct wasm_instruction equal64 = {.operation = OP_i64_eq_rr,
                                                .swapped = OP_i64_eq_rr,
                                                .operand_in = WASM_ACC_INTEGER,
                                                .result_in = WASM_ACC_INTEGER};
static const struct wasm_instruction equal32 = {.operation = OP_i32_eq_rr,
                                                .swapped = OP_i32_eq_rr,
                                                .operand_in = WASM_ACC_INTEGER,
                                                .result_in = WASM_ACC_INTEGER};

int wasm_rule_ref_eq(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct wasm_operand a;
    struct wasm_operand b;
    TRY(wasm_body_pop(body, WASM_EQREF, &b));
    TRY(wasm_body_pop(body, WASM_EQREF, &a));
    TRY(wasm_body_push(body, WASM_I32));
    wasm_emit_compare(body, &equal64, &a, &b);
    return 0;
}

/* ---- i31 ----------------------------------------------------------------------------------------------- */

int wasm_rule_ref_i31(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct wasm_operand value;
    TRY(wasm_body_pop(body, WASM_I32, &value));
    TRY(wasm_body_push(body, WASM_I31REF | WASM_NON_NULL));
    if (value.kind == WASM_IS_CONSTANT) {
        wasm_emit_push_constant(body, wasm_i31_of((uint32_t)value.constant));
    } else if (body->live) {
        uint32_t slot = wasm_emit_slot(body, &value);
        wasm_emit_result(body, OP_ref_i31, 2)[1].hi = slot;
    }
    return 0;
}

int wasm_rule_i31_get(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_operand value;
    TRY(wasm_body_pop(body, WASM_I31REF, &value));
    TRY(wasm_body_push(body, WASM_I32));
    if (body->live) {
        uint32_t slot = wasm_emit_slot(body, &value);
        uint32_t operation = instruction->opcode == WASM_FB(29) ? OP_i31_get_s : OP_i31_get_u;
        wasm_emit_result(body, operation, 2)[1].hi = slot;
    }
    return 0;
}

/* ---- Tests and casts ----------------------------------------------------------------------------------- */

/* What ref.test and ref.cast may be asked about a reference to `type`: any of the same hierarchy. */
static uint32_t top_of(const struct wasm_body *body, uint32_t type)
{
    static const uint32_t tops[] = {WASM_ANYREF, WASM_FUNCREF, WASM_EXTERNREF, WASM_EXNREF};
    for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++) {
        if (wasm_type_matches(body->module, type, tops[i]))
            return tops[i];
    }
    return WASM_BOTTOM;
}

/* How a test of a reference for `type` is done at run time. */
static void set_target(const struct wasm_body *body, uint32_t type, union wasm_cell *cell)
{
    uint32_t how = WASM_IS_ANYTHING;
    uint32_t id = 0;
    switch (type & WASM_HEAP_TYPE) {
    case WASM_REF:
        id = body->instance->type_ids[wasm_type_index(type)];
        how = body->module->types.items[wasm_type_index(type)]->kind == WASM_TYPE_FUNCTION
                  ? WASM_IS_FUNCTION_OF
                  : WASM_IS_OBJECT_OF;
        break;
    case WASM_EQREF:
        how = WASM_IS_EQ;
        break;
    case WASM_I31REF:
        how = WASM_IS_I31;
        break;
    case WASM_STRUCTREF:
        how = WASM_IS_STRUCT;
        break;
    case WASM_ARRAYREF:
        how = WASM_IS_ARRAY;
        break;
    case WASM_NULLREF:
    case WASM_NULLFUNCREF:
    case WASM_NULLEXTERNREF:
    case WASM_NULLEXNREF:
        how = WASM_IS_NOTHING;
        break;
    default:
        break;
    }
    cell->lo = id;
    cell->hi = how | (type & WASM_NON_NULL ? 0 : WASM_OR_NULL);
}

static void emit_test(struct wasm_body *body, uint32_t operation, uint32_t slot, uint32_t type)
{
    union wasm_cell *cells = wasm_emit_result(body, operation, 3);
    cells[1].hi = slot;
    set_target(body, type, &cells[2]);
}

static int read_target(struct wasm_body *body, bool nullable, uint32_t *type, uint32_t *top)
{
    TRY(wasm_body_read_heap_type(body, type));
    if (!nullable)
        *type |= WASM_NON_NULL;
    *top = top_of(body, *type);
    return 0;
}

int wasm_rule_ref_test(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    uint32_t type;
    uint32_t top;
    struct wasm_operand value;
    TRY(read_target(body, instruction->opcode == WASM_FB(21), &type, &top));
    TRY(wasm_body_pop(body, top, &value));
    TRY(wasm_body_push(body, WASM_I32));
    if (body->live) {
        uint32_t slot = wasm_emit_slot(body, &value);
        emit_test(body, OP_ref_test, slot, type);
    }
    return 0;
}

int wasm_rule_ref_cast(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    uint32_t type;
    uint32_t top;
    struct wasm_operand value;
    TRY(read_target(body, instruction->opcode == WASM_FB(23), &type, &top));
    TRY(wasm_body_pop(body, top, &value));
    TRY(wasm_body_push(body, type));
    if (body->live) {
        uint32_t slot = wasm_emit_slot(body, &value);
        emit_test(body, OP_ref_cast, slot, type);
    }
    return 0;
}

/* Puts an operand back that was popped, now of another type. */
static int push_again(struct wasm_body *body, const struct wasm_operand *operand, uint32_t type)
{
    TRY(wasm_body_push(body, type));
    if (operand->kind == WASM_IN_LOCAL)
        wasm_emit_push_local(body, operand->local);
    else if (operand->kind == WASM_IS_CONSTANT)
        wasm_emit_push_constant(body, operand->constant);
    return 0;
}

/* What br_on_cast and br_on_cast_fail name. */
struct cast {
    struct wasm_label label;
    uint32_t from;
    uint32_t to;
    uint32_t taken; /* the type with which the branch is taken */
    uint32_t other;
};

static int read_cast(struct wasm_body *body, bool fail, struct cast *cast)
{
    uint8_t flags = wasm_read_byte(&body->reader);
    if (body->reader.problem == NULL && flags > 3)
        return wasm_body_fail(body, WASM_EMALFORMED, "malformed br_on_cast flags %x", (uint32_t)flags);
    TRY(wasm_body_read_label(body, &cast->label));
    TRY(wasm_body_read_heap_type(body, &cast->from));
    TRY(wasm_body_read_heap_type(body, &cast->to));
    cast->from |= flags & 1 ? 0 : WASM_NON_NULL;
    cast->to |= flags & 2 ? 0 : WASM_NON_NULL;
    if (!wasm_type_matches(body->module, cast->to, cast->from))
        return wasm_body_fail(body, WASM_EINVALID, "type mismatch: a cast from %t to %t", cast->from,
                              cast->to);
    uint32_t rest = flags & 2 ? cast->from | WASM_NON_NULL : cast->from;
    cast->taken = fail ? rest : cast->to;
    cast->other = fail ? cast->to : rest;
    if (cast->label.count == 0)
        return wasm_body_fail(body, WASM_EINVALID, "type mismatch: label %u takes no reference",
                              cast->label.depth);
    return 0;
}

/* The test as an i32 on the stack, popped again into *condition. */
static int push_test(struct wasm_body *body, const struct cast *cast, bool fail,
                     struct wasm_operand *condition)
{
    const struct wasm_operand zero = {.kind = WASM_IS_CONSTANT};
    uint32_t slot = 0;
    if (body->live)
        slot = wasm_emit_slot(body, wasm_body_top(body));
    TRY(wasm_body_push(body, WASM_I32));
    if (body->live)
        emit_test(body, OP_ref_test, slot, cast->to);
    TRY(wasm_body_pop(body, WASM_I32, condition));
    if (!fail)
        return 0;
    struct wasm_operand test = *condition;
    TRY(wasm_body_push(body, WASM_I32));
    wasm_emit_compare(body, &equal32, &test, &zero);
    return wasm_body_pop(body, WASM_I32, condition);
}

int wasm_rule_br_on_cast(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    bool fail = instruction->opcode == WASM_FB(25);
    struct cast cast;
    struct wasm_operand value;
    struct wasm_operand condition;
    TRY(read_cast(body, fail, &cast));
    TRY(wasm_body_pop(body, cast.from, &value));
    TRY(push_again(body, &value, cast.taken));
    TRY(wasm_body_check_top(body, cast.label.types, cast.label.count));
    for (uint32_t i = 0; i + 1 < cast.label.count; i++) /* from here on they have the label's types */
        body->operands[body->height - cast.label.count + i].type = cast.label.types[i];
    TRY(push_test(body, &cast, fail, &condition));
    wasm_emit_branch_if(body, cast.label.depth, &condition);
    wasm_body_top(body)->type = cast.other;
    return 0;
}

/* ---- any and extern ------------------------------------------------------------------------------------ */

static int convert(struct wasm_body *body, uint32_t from, uint32_t to, wasm_slow_operation *function,
                   int (*constant)(struct wasm_store *store, const union wasm_cell *cells,
                                   union wasm_value *fp, uint64_t *bits))
{
    struct wasm_operand value;
    if (body->constant && body->instance != NULL && body->height > 0) {
        body->constant_status = constant(body->instance->store, NULL, NULL, &wasm_body_top(body)->constant);
        if (body->constant_status != 0)
            return wasm_body_fail(body, WASM_EMEMORY, "out of memory");
    }
    TRY(wasm_body_pop(body, from, &value));
    TRY(wasm_body_push(body, to | (value.type & WASM_NON_NULL)));
    if (body->constant) {
        wasm_emit_push_constant(body, value.constant);
    } else if (body->live) {
        uint32_t slot = wasm_emit_slot(body, &value);
        uint32_t result = wasm_body_top(body)->slot * (uint32_t)sizeof(union wasm_value);
        const uint32_t operands[4] = {slot, 0, 0, result};
        wasm_emit_slow(body, function, operands, (union wasm_cell){.bits = 0});
    }
    return 0;
}

int wasm_rule_any_convert_extern(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return convert(body, WASM_EXTERNREF, WASM_ANYREF, wasm_slow_internalize, wasm_gc_internalize);
}

int wasm_rule_extern_convert_any(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return convert(body, WASM_ANYREF, WASM_EXTERNREF, wasm_slow_externalize, wasm_gc_externalize);
}
