/* SPDX-License-Identifier: Apache-2.0 */
/* rules_control.c: validation of control instructions (specification, 3.3.8) and what each emits. */

#include "body.h"
#include "exception.h"

/* ---- Blocks -------------------------------------------------------------------------------------------- */

/* blocktype (5.4.1): nothing, one result, or a type index. */
int wasm_body_read_block_type(struct wasm_body *body, struct wasm_function_type *type)
{
    *type = (struct wasm_function_type){0};
    struct wasm_reader *reader = &body->reader;
    uint8_t first = wasm_reader_left(reader) > 0 ? *reader->at : 0;
    if (first == 0x40) {
        reader->at++;
        return 0;
    }
    if ((first & 0xC0) == 0x40) { /* a negative number: the first byte of a value type */
        uint32_t value;
        TRY(wasm_body_read_type(body, &value));
        type->result_count = 1;
        type->results = wasm_types_single(&body->module->types, value);
        return 0;
    }
    int64_t index = wasm_read_signed(reader, 33);
    if (reader->problem != NULL || index < 0 || !body->module->config.features.multi_value)
        return wasm_body_fail(body, WASM_EMALFORMED, "malformed block type");
    const struct wasm_function_type *named;
    TRY(wasm_body_function_type(body, (uint32_t)index, &named));
    *type = *named;
    return 0;
}

static int push_control(struct wasm_body *body, const struct wasm_instruction *instruction,
                        const struct wasm_function_type *type)
{
    if (body->depth >= body->module->config.limits.nesting)
        return wasm_body_fail(body, WASM_ELIMIT, "blocks nested deeper than %u",
                              body->module->config.limits.nesting);
    if (wasm_vector_reserve(&body->control_vector, (size_t)body->depth + 1, sizeof(struct wasm_control)) != 0)
        return wasm_body_fail(body, WASM_EMEMORY, "out of memory");
    body->controls = body->control_vector.data;
    body->controls[body->depth++] = (struct wasm_control){
        .opcode = instruction->opcode,
        .entered = body->live,
        .height = body->height,
        .set_count = body->set_count,
        .type = *type,
        .start = body->cell_count,
        .entry_path = body->path,
        .delegate = WASM_NO_DEPTH,
    };
    return wasm_body_push_all(body, type->parameters, type->parameter_count);
}

int wasm_body_enter(struct wasm_body *body, const struct wasm_instruction *instruction,
                    const struct wasm_function_type *type)
{
    TRY(wasm_body_pop_all(body, type->parameters, type->parameter_count));
    return push_control(body, instruction, type);
}

/* Parameters are in their slots and no operand waits in a local when a block begins: both ends of it see the
 * same. */
void wasm_body_settle_before(struct wasm_body *body, uint32_t parameter_count)
{
    if (!body->live)
        return;
    wasm_emit_settle_locals(body);
    if (parameter_count > 0 && body->height >= parameter_count)
        wasm_emit_settle(body, body->height - parameter_count);
}

int wasm_rule_block(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_function_type type;
    TRY(wasm_body_read_block_type(body, &type));
    wasm_body_settle_before(body, type.parameter_count);
    return wasm_body_enter(body, instruction, &type);
}

int wasm_rule_loop(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_function_type type;
    TRY(wasm_body_read_block_type(body, &type));
    wasm_body_settle_before(body, type.parameter_count);
    wasm_emit_label(body);
    return wasm_body_enter(body, instruction, &type);
}

int wasm_rule_if(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_function_type type;
    struct wasm_operand operand;
    TRY(wasm_body_read_block_type(body, &type));
    TRY(wasm_body_pop(body, WASM_I32, &operand));
    struct wasm_condition condition = wasm_emit_condition(body, &operand);
    wasm_body_settle_before(body, type.parameter_count);
    uint32_t site = wasm_emit_unless(body, &condition);
    TRY(wasm_body_enter(body, instruction, &type));
    struct wasm_control *control = &body->controls[body->depth - 1];
    control->else_site = site;
    control->entry_path = body->path;
    return 0;
}

/* The end of a block's code: its results must be all that it leaves. */
int wasm_body_leave(struct wasm_body *body, const struct wasm_function_type *type)
{
    struct wasm_control *control = &body->controls[body->depth - 1];
    if (body->live && body->height >= control->height + type->result_count && body->depth > 1)
        wasm_emit_settle(body, body->height - type->result_count);
    TRY(wasm_body_pop_all(body, type->results, type->result_count));
    if (body->height != control->height)
        return wasm_body_fail(body, WASM_EINVALID,
                              "type mismatch: %u values remain on the stack at the end of a block",
                              body->height - control->height);
    wasm_body_forget_locals(body, control->set_count);
    return 0;
}

int wasm_rule_else(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_control *control = &body->controls[body->depth - 1];
    if (control->opcode != 0x04)
        return wasm_body_fail(body, WASM_EMALFORMED, "else opcode without an if");
    struct wasm_function_type type = control->type;
    TRY(wasm_body_leave(body, &type));
    if (body->live) {
        TRY(wasm_body_push_all(body, type.results, type.result_count));
        wasm_emit_branch(body, 0);
        wasm_body_truncate(body, control->height);
    }
    wasm_emit_here(body, control->else_site);
    control->else_site = 0;
    control->opcode = instruction->opcode;
    control->unreachable = false;
    body->live = control->entered;
    body->path = control->entry_path;
    return wasm_body_push_all(body, type.parameters, type.parameter_count);
}

/* Do values of the types `a` do where `b` are expected? */
static bool all_match(const struct wasm_body *body, const uint32_t *a, uint32_t a_count, const uint32_t *b,
                      uint32_t b_count)
{
    bool match = a_count == b_count;
    for (uint32_t i = 0; match && i < a_count; i++)
        match = wasm_type_matches(body->module, a[i], b[i]);
    return match;
}

/* A block that catches ends: its region, or its last catch, whose results lie above the exception. */
static int leave_try(struct wasm_body *body, struct wasm_control *control)
{
    if (control->opcode == WASM_OPCODE_TRY_TABLE || control->opcode == WASM_OPCODE_TRY)
        wasm_emit_region_end(body, control, control->delegate);
    if (control->hidden == 0)
        return 0;
    if (body->live) {
        TRY(wasm_body_push_all(body, control->type.results, control->type.result_count));
        wasm_emit_to_label(body, control);
    }
    wasm_body_truncate(body, control->height - control->hidden);
    return 0;
}

/* A clause whose label is the function's body returns what it catches. */
static int return_landed(struct wasm_body *body, struct wasm_control *control)
{
    if (control->landings == 0)
        return 0;
    body->live = control->entered;
    wasm_emit_landings(body, control);
    TRY(wasm_body_push_all(body, body->type->results, body->type->result_count));
    wasm_emit_return(body);
    wasm_body_truncate(body, 0);
    return 0;
}

int wasm_rule_end(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct wasm_control *control = &body->controls[body->depth - 1];
    struct wasm_function_type type = control->type;
    if (control->opcode == 0x04 &&
        !all_match(body, type.parameters, type.parameter_count, type.results, type.result_count))
        return wasm_body_fail(body, WASM_EINVALID,
                              "type mismatch: an if without else must have results like its parameters");
    if (body->constant && body->live && body->height > 0)
        body->constant_value = wasm_body_top(body)->constant;
    else if (body->depth == 1)
        wasm_emit_return(body);
    TRY(wasm_body_leave(body, &type));
    TRY(leave_try(body, control));
    if (body->depth == 1)
        TRY(return_landed(body, control));
    if (!body->live)
        body->path = 0;
    if (body->path < control->path)
        body->path = control->path;
    if (control->else_site != 0 && body->path < control->entry_path)
        body->path = control->entry_path;
    wasm_emit_here(body, control->sites);
    wasm_emit_here(body, control->else_site);
    wasm_emit_landings(body, control);
    body->live = control->entered;
    body->depth--;
    if (body->depth == 0)
        return 0;
    return wasm_body_push_all(body, type.results, type.result_count);
}

/* ---- Branches ------------------------------------------------------------------------------------------ */

int wasm_body_read_label(struct wasm_body *body, struct wasm_label *label)
{
    label->depth = wasm_read_u32(&body->reader);
    if (body->reader.problem != NULL || label->depth >= body->depth)
        return wasm_body_fail(body, WASM_EINVALID, "unknown label %u", label->depth);
    label->control = &body->controls[body->depth - 1 - label->depth];
    const struct wasm_function_type *type = &label->control->type;
    bool loop = label->control->opcode == 0x03;
    label->types = loop ? type->parameters : type->results;
    label->count = loop ? type->parameter_count : type->result_count;
    return 0;
}

/* In unreachable code the stack holds whatever is asked for: `missing` operands of any type appear at its
 * bottom. */
static int assume_operands(struct wasm_body *body, uint32_t present, uint32_t missing)
{
    for (uint32_t i = 0; i < missing; i++)
        TRY(wasm_body_push(body, WASM_BOTTOM));
    struct wasm_operand *bottom = &body->operands[body->height - missing - present];
    for (uint32_t i = present; i > 0; i--)
        bottom[missing + i - 1].type = bottom[i - 1].type;
    for (uint32_t i = 0; i < missing; i++)
        bottom[i].type = WASM_BOTTOM;
    return 0;
}

/* The operands on top match `types`, and stay where they are. */
int wasm_body_check_top(struct wasm_body *body, const uint32_t *types, uint32_t count)
{
    const struct wasm_control *control = &body->controls[body->depth - 1];
    uint32_t present = body->height - control->height;
    if (present < count) {
        if (!control->unreachable)
            return wasm_body_fail(body, WASM_EINVALID, "type mismatch: expected %u values, found %u", count,
                                  present);
        TRY(assume_operands(body, present, count - present));
    }
    wasm_heap_work(body->heap, count);
    for (uint32_t i = count; i > 0; i--) {
        uint32_t actual = body->operands[body->height - count + i - 1].type;
        if (!wasm_type_matches(body->module, actual, types[i - 1]))
            return wasm_body_fail(body, WASM_EINVALID, "type mismatch: expected %t, found %t", types[i - 1],
                                  actual);
    }
    return 0;
}

int wasm_rule_br(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct wasm_label label;
    TRY(wasm_body_read_label(body, &label));
    TRY(wasm_body_check_top(body, label.types, label.count));
    wasm_emit_branch(body, label.depth);
    wasm_body_set_unreachable(body);
    return 0;
}

int wasm_rule_br_if(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct wasm_label label;
    struct wasm_operand condition;
    TRY(wasm_body_read_label(body, &label));
    TRY(wasm_body_pop(body, WASM_I32, &condition));
    TRY(wasm_body_check_top(body, label.types, label.count));
    for (uint32_t i = 0; i < label.count; i++) /* from here on they have the label's types (3.3.8.6) */
        body->operands[body->height - label.count + i].type = label.types[i];
    wasm_emit_branch_if(body, label.depth, &condition);
    return 0;
}

/* One target of br_table. A label is checked once, however often the table names it. */
static int check_target(struct wasm_body *body, const struct wasm_label *standard)
{
    struct wasm_label label;
    wasm_heap_work(body->heap, 1);
    TRY(wasm_body_read_label(body, &label));
    if (label.control->table_mark == body->table_mark)
        return 0;
    label.control->table_mark = body->table_mark;
    if (label.count != standard->count)
        return wasm_body_fail(body, WASM_EINVALID,
                              "type mismatch: label %u takes %u values, the default label %u", label.depth,
                              label.count, standard->count);
    /* 1.0 wants equal types; later versions only what the operands match, which in unreachable code is less
     */
    for (uint32_t i = 0; i < label.count && !body->module->config.features.reference_types; i++) {
        if (label.types[i] != standard->types[i])
            return wasm_body_fail(body, WASM_EINVALID,
                                  "type mismatch: label %u takes %t, the default label %t", label.depth,
                                  label.types[i], standard->types[i]);
    }
    return wasm_body_check_top(body, label.types, label.count);
}

int wasm_rule_br_table(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct wasm_operand index;
    const struct wasm_limits *limits = &body->module->config.limits;
    uint32_t count = wasm_read_u32(&body->reader);
    if (count >= wasm_reader_left(&body->reader)) /* every target takes a byte at least */
        return wasm_body_fail(body, WASM_EMALFORMED, "unexpected end: br_table with %u targets", count);
    if (count > limits->br_table_targets)
        return wasm_body_fail(body, WASM_ELIMIT, "br_table with more than %u targets",
                              limits->br_table_targets);
    TRY(wasm_body_pop(body, WASM_I32, &index));
    const uint8_t *targets = body->reader.at;
    for (uint32_t i = 0; i < count; i++) {
        wasm_read_u32(&body->reader);
        wasm_heap_work(body->heap, 1);
    }
    struct wasm_label standard;
    TRY(wasm_body_read_label(body, &standard));
    body->reader.at = targets;
    body->table_mark++;
    for (uint32_t i = 0; i <= count; i++)
        TRY(check_target(body, &standard));
    wasm_emit_branch_table(body, &index, targets, count + 1);
    wasm_body_set_unreachable(body);
    return 0;
}

int wasm_rule_return(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    TRY(wasm_body_check_top(body, body->type->results, body->type->result_count));
    wasm_emit_return(body);
    wasm_body_set_unreachable(body);
    return 0;
}

int wasm_rule_unreachable(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    if (body->live)
        wasm_emit(body, OP_trap_unreachable, 1);
    wasm_body_set_unreachable(body);
    return 0;
}

int wasm_rule_nop(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)body;
    (void)instruction;
    return 0;
}

/* ---- Calls --------------------------------------------------------------------------------------------- */

/* What a call names: a function, or a type, a table and an index on the stack. */
struct callee {
    const struct wasm_function_type *type;
    uint32_t function;
    uint32_t type_index;
    uint32_t table;
    struct wasm_operand index; /* or the reference that is called */
};

static int read_function(struct wasm_body *body, struct callee *callee)
{
    callee->function = wasm_read_u32(&body->reader);
    if (body->reader.problem != NULL || callee->function >= body->module->function_count)
        return wasm_body_fail(body, WASM_EINVALID, "unknown function %u", callee->function);
    callee->type = body->module->functions[callee->function].type;
    return 0;
}

static int read_indirect(struct wasm_body *body, struct callee *callee)
{
    const struct wasm_module *module = body->module;
    callee->type_index = wasm_read_u32(&body->reader);
    if (module->config.features.reference_types) {
        callee->table = wasm_read_u32(&body->reader);
    } else {
        callee->table = wasm_read_byte(&body->reader);
        if (callee->table != 0)
            return wasm_body_fail(body, WASM_EMALFORMED, "zero byte expected");
    }
    if (body->reader.problem != NULL || callee->table >= module->table_count)
        return wasm_body_fail(body, WASM_EINVALID, "unknown table %u", callee->table);
    uint32_t element = module->tables[callee->table].element;
    if (!wasm_type_matches(module, element, WASM_FUNCREF))
        return wasm_body_fail(body, WASM_EINVALID, "type mismatch: a call through table %u of %t",
                              callee->table, element);
    TRY(wasm_body_function_type(body, callee->type_index, &callee->type));
    bool address64 = module->tables[callee->table].address64;
    TRY(wasm_body_pop(body, address64 ? WASM_I64 : WASM_I32, &callee->index));
    if (address64)
        wasm_emit_narrow(body, &callee->index);
    return 0;
}

static int read_reference(struct wasm_body *body, struct callee *callee)
{
    callee->type_index = wasm_read_u32(&body->reader);
    TRY(wasm_body_function_type(body, callee->type_index, &callee->type));
    return wasm_body_pop(body, wasm_type_concrete(callee->type_index), &callee->index);
}

static int check_parameters(struct wasm_body *body, const struct wasm_function_type *type)
{
    return wasm_body_check_top(body, type->parameters, type->parameter_count);
}

static int push_results(struct wasm_body *body, const struct wasm_function_type *type)
{
    TRY(wasm_body_pop_all(body, type->parameters, type->parameter_count));
    return wasm_body_push_all(body, type->results, type->result_count);
}

int wasm_rule_call(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct callee callee;
    TRY(read_function(body, &callee));
    TRY(check_parameters(body, callee.type));
    wasm_emit_call(body, callee.function, callee.type->parameter_count);
    return push_results(body, callee.type);
}

int wasm_rule_call_indirect(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct callee callee;
    TRY(read_indirect(body, &callee));
    TRY(check_parameters(body, callee.type));
    wasm_emit_call_indirect(body, callee.table, callee.type_index, &callee.index,
                            callee.type->parameter_count);
    return push_results(body, callee.type);
}

static int check_tail(struct wasm_body *body, const struct wasm_function_type *type)
{
    const struct wasm_function_type *own = body->type;
    if (!all_match(body, type->results, type->result_count, own->results, own->result_count))
        return wasm_body_fail(body, WASM_EINVALID,
                              "type mismatch: the tail call's results are not the function's");
    return check_parameters(body, type);
}

int wasm_rule_return_call(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct callee callee;
    TRY(read_function(body, &callee));
    TRY(check_tail(body, callee.type));
    wasm_emit_tail_call(body, callee.function, callee.type->parameter_count);
    wasm_body_set_unreachable(body);
    return 0;
}

int wasm_rule_return_call_indirect(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct callee callee;
    TRY(read_indirect(body, &callee));
    TRY(check_tail(body, callee.type));
    wasm_emit_tail_indirect(body, callee.table, callee.type_index, &callee.index,
                            callee.type->parameter_count);
    wasm_body_set_unreachable(body);
    return 0;
}

int wasm_rule_call_ref(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct callee callee;
    TRY(read_reference(body, &callee));
    TRY(check_parameters(body, callee.type));
    wasm_emit_call_ref(body, &callee.index, callee.type->parameter_count);
    return push_results(body, callee.type);
}

int wasm_rule_return_call_ref(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct callee callee;
    TRY(read_reference(body, &callee));
    TRY(check_tail(body, callee.type));
    wasm_emit_tail_ref(body, &callee.index, callee.type->parameter_count);
    wasm_body_set_unreachable(body);
    return 0;
}
