/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules_reference.c: validation of the instructions on references that may be null (specification, 3.3.4 and
 * 3.3.8), and what each emits.
 */

#include "body.h"

#define COMPARISON(id)                                                                                       \
    {.operation = OP_##id##_rr,                                                                              \
     .swapped = OP_##id##_rr,                                                                                \
     .operand_in = WASM_ACC_INTEGER,                                                                         \
     .result_in = WASM_ACC_INTEGER}

static const struct wasm_instruction equal = COMPARISON(i64_eq);
static const struct wasm_instruction unequal = COMPARISON(i64_ne);

/* Pops a reference of whatever type; its type when it is not null goes to *non_null. */
static int pop_reference(struct wasm_body *body, struct wasm_operand *value, uint32_t *non_null)
{
    TRY(wasm_body_pop(body, WASM_BOTTOM, value));
    if (value->type == WASM_BOTTOM)
        value->type = WASM_REF_BOTTOM;
    if (!wasm_type_is_reference(value->type))
        return wasm_body_fail(body, WASM_EINVALID, "type mismatch: expected a reference, found %t",
                              value->type);
    *non_null = value->type | WASM_NON_NULL;
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

/* Compares a reference with null, into *condition, which the branch that follows takes up. */
static int compare_with_null(struct wasm_body *body, const struct wasm_instruction *comparison,
                             const struct wasm_operand *value, struct wasm_operand *condition)
{
    const struct wasm_operand null = {.kind = WASM_IS_CONSTANT};
    TRY(wasm_body_push(body, WASM_I32));
    wasm_emit_compare(body, comparison, value, &null);
    return wasm_body_pop(body, WASM_I32, condition);
}

/* The `count` operands on top have the label's types from here on. */
static void take_label_types(struct wasm_body *body, const struct wasm_label *label, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        body->operands[body->height - count + i].type = label->types[i];
}

int wasm_rule_ref_as_non_null(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct wasm_operand value;
    uint32_t type;
    TRY(pop_reference(body, &value, &type));
    TRY(wasm_body_push(body, type));
    if (body->live) {
        uint32_t slot = wasm_emit_slot(body, &value);
        wasm_emit_result(body, OP_as_non_null, 2)[1].hi = slot;
    }
    return 0;
}

int wasm_rule_br_on_null(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct wasm_label label;
    struct wasm_operand value;
    struct wasm_operand condition;
    uint32_t type;
    TRY(wasm_body_read_label(body, &label));
    TRY(pop_reference(body, &value, &type));
    TRY(wasm_body_check_top(body, label.types, label.count));
    take_label_types(body, &label, label.count);
    TRY(compare_with_null(body, &equal, &value, &condition));
    wasm_emit_branch_if(body, label.depth, &condition);
    return push_again(body, &value, type);
}

int wasm_rule_br_on_non_null(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct wasm_label label;
    struct wasm_operand value;
    struct wasm_operand condition;
    uint32_t type;
    TRY(wasm_body_read_label(body, &label));
    TRY(pop_reference(body, &value, &type));
    if (label.count == 0 || !wasm_type_is_reference(label.types[label.count - 1]))
        return wasm_body_fail(body, WASM_EINVALID, "type mismatch: label %u takes no reference", label.depth);
    TRY(push_again(body, &value, type));
    TRY(wasm_body_check_top(body, label.types, label.count));
    value = *wasm_body_top(body);
    TRY(compare_with_null(body, &unequal, &value, &condition));
    wasm_emit_branch_if(body, label.depth, &condition);
    TRY(wasm_body_pop(body, WASM_BOTTOM, &value));
    take_label_types(body, &label, label.count - 1);
    return 0;
}
