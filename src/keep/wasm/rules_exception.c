/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules_exception.c: validation of the instructions that throw and catch (specification, 3.3.8.11 to
 * 3.3.8.13) and of their legacy encoding (exception-handling proposal, "Legacy Exceptions"), and what each
 * emits.
 */

#include "body.h"
#include "exception.h"
#include "store.h"

#define SLOT_SIZE ((uint32_t)sizeof(union wasm_value))

static int read_tag(struct wasm_body *body, uint32_t *tag, const struct wasm_function_type **type)
{
    *tag = wasm_read_u32(&body->reader);
    if (body->reader.problem != NULL || *tag >= body->module->tag_count)
        return wasm_body_fail(body, WASM_EINVALID, "unknown tag %u", *tag);
    *type = body->module->tags[*tag].type;
    return 0;
}

/* ---- Throwing ------------------------------------------------------------------------------------------ */

static void emit_throw(struct wasm_body *body, wasm_slow_operation *function, uint32_t slot,
                       union wasm_cell pointer)
{
    const uint32_t operands[4] = {slot, 0, 0, 0};
    wasm_emit_slow(body, function, operands, pointer);
}

int wasm_rule_throw(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    uint32_t tag;
    const struct wasm_function_type *type;
    TRY(read_tag(body, &tag, &type));
    TRY(wasm_body_check_top(body, type->parameters, type->parameter_count));
    if (body->live) {
        uint32_t first = body->height - type->parameter_count;
        wasm_emit_settle(body, first);
        uint32_t slot = type->parameter_count > 0 ? body->operands[first].slot * SLOT_SIZE : 0;
        emit_throw(body, wasm_slow_throw, slot, (union wasm_cell){.tag = body->instance->tags[tag]});
    }
    wasm_body_set_unreachable(body);
    return 0;
}

int wasm_rule_throw_ref(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct wasm_operand operand;
    TRY(wasm_body_pop(body, WASM_EXNREF, &operand));
    if (body->live)
        emit_throw(body, wasm_slow_throw_ref, wasm_emit_slot(body, &operand), (union wasm_cell){.bits = 0});
    wasm_body_set_unreachable(body);
    return 0;
}

/* ---- try_table ----------------------------------------------------------------------------------------- */

enum { CATCH, CATCH_REF, CATCH_ALL, CATCH_ALL_REF };

/* What a clause passes on must be what its label takes. */
static int check_clause(struct wasm_body *body, const struct wasm_label *label,
                        const struct wasm_function_type *type, bool reference)
{
    uint32_t values = type == NULL ? 0 : type->parameter_count;
    if (label->count != values + reference)
        return wasm_body_fail(body, WASM_EINVALID,
                              "type mismatch: a clause passes %u values to label %u, which takes %u",
                              values + reference, label->depth, label->count);
    wasm_heap_work(body->heap, label->count);
    for (uint32_t i = 0; i < label->count; i++) {
        uint32_t actual = i < values ? type->parameters[i] : WASM_EXNREF | WASM_NON_NULL;
        if (!wasm_type_matches(body->module, actual, label->types[i]))
            return wasm_body_fail(body, WASM_EINVALID,
                                  "type mismatch: a clause passes %t to label %u, which takes %t", actual,
                                  label->depth, label->types[i]);
    }
    return 0;
}

static int read_clause(struct wasm_body *body)
{
    uint8_t kind = wasm_read_byte(&body->reader);
    uint32_t tag = 0;
    const struct wasm_function_type *type = NULL;
    struct wasm_label label;
    if (kind > CATCH_ALL_REF)
        return wasm_body_fail(body, WASM_EMALFORMED, "malformed catch clause %x", (uint32_t)kind);
    if (kind == CATCH || kind == CATCH_REF)
        TRY(read_tag(body, &tag, &type));
    bool reference = kind == CATCH_REF || kind == CATCH_ALL_REF;
    TRY(wasm_body_read_label(body, &label));
    TRY(check_clause(body, &label, type, reference));
    wasm_emit_clause(body, label.depth, type == NULL ? NULL : &tag, reference);
    return 0;
}

int wasm_rule_try_table(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_function_type type;
    TRY(wasm_body_read_block_type(body, &type));
    wasm_body_settle_before(body, type.parameter_count);
    uint32_t count = wasm_read_u32(&body->reader);
    uint32_t first = body->clause_count;
    if (count > wasm_reader_left(&body->reader) / 2)
        return wasm_body_fail(body, WASM_EMALFORMED, "unexpected end: try_table with %u clauses", count);
    for (uint32_t i = 0; i < count; i++) {
        TRY(read_clause(body));
        wasm_heap_work(body->heap, 4);
    }
    TRY(wasm_body_enter(body, instruction, &type));
    wasm_emit_region_start(body, first);
    return 0;
}

/* ---- The legacy encoding ------------------------------------------------------------------------------- */

int wasm_rule_try(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_function_type type;
    TRY(wasm_body_read_block_type(body, &type));
    wasm_body_settle_before(body, type.parameter_count);
    TRY(wasm_body_enter(body, instruction, &type));
    wasm_emit_region_start(body, body->clause_count);
    return 0;
}

/* Ends the part of a try that has been passed: its body or a catch. */
static int end_part(struct wasm_body *body)
{
    struct wasm_control *control = &body->controls[body->depth - 1];
    struct wasm_function_type type = control->type;
    TRY(wasm_body_leave(body, &type));
    if (body->live) {
        TRY(wasm_body_push_all(body, type.results, type.result_count));
        wasm_emit_branch(body, 0);
    }
    if (control->opcode == WASM_OPCODE_TRY)
        wasm_emit_region_end(body, control, WASM_NO_DEPTH);
    wasm_body_truncate(body, control->height - control->hidden);
    control->height = body->height;
    control->hidden = 0;
    return 0;
}

/* The exception that is being caught is an operand below those of the catch: `rethrow` finds it there. */
static int begin_catch(struct wasm_body *body, const struct wasm_instruction *instruction,
                       const uint32_t *tag, const struct wasm_function_type *type)
{
    struct wasm_control *control = &body->controls[body->depth - 1];
    if (control->opcode != WASM_OPCODE_TRY && control->opcode != WASM_OPCODE_CATCH)
        return wasm_body_fail(body, WASM_EMALFORMED, "%s without a try", instruction->name);
    TRY(end_part(body));
    control->opcode = instruction->opcode;
    control->unreachable = false;
    body->live = control->entered;
    body->path = 0; /* unwinding paid for the way to here */
    wasm_emit_catch(body, control, tag);
    TRY(wasm_body_push(body, WASM_EXNREF | WASM_NON_NULL));
    control->height = body->height;
    control->hidden = 1;
    return type == NULL ? 0 : wasm_body_push_all(body, type->parameters, type->parameter_count);
}

int wasm_rule_catch(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    uint32_t tag;
    const struct wasm_function_type *type;
    TRY(read_tag(body, &tag, &type));
    return begin_catch(body, instruction, &tag, type);
}

int wasm_rule_catch_all(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    return begin_catch(body, instruction, NULL, NULL);
}

int wasm_rule_rethrow(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct wasm_label label;
    TRY(wasm_body_read_label(body, &label));
    if (label.control->opcode != WASM_OPCODE_CATCH && label.control->opcode != WASM_OPCODE_CATCH_ALL)
        return wasm_body_fail(body, WASM_EINVALID, "invalid rethrow label %u: not a catch", label.depth);
    uint32_t slot = body->operands[label.control->height - 1].slot * SLOT_SIZE;
    emit_throw(body, wasm_slow_throw_ref, slot, (union wasm_cell){.bits = 0});
    wasm_body_set_unreachable(body);
    return 0;
}

/* Ends the try; what it does not catch is thrown as if at the label. */
int wasm_rule_delegate(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_control *control = &body->controls[body->depth - 1];
    uint32_t depth = wasm_read_u32(&body->reader);
    if (control->opcode != WASM_OPCODE_TRY)
        return wasm_body_fail(body, WASM_EMALFORMED, "delegate without a try");
    if (body->reader.problem != NULL || depth >= body->depth - 1)
        return wasm_body_fail(body, WASM_EINVALID, "unknown label %u", depth);
    control->delegate = body->depth - 2 - depth;
    return wasm_rule_end(body, instruction);
}
