/* SPDX-License-Identifier: Apache-2.0 */
/*
 * emit_control.c: register code for branches, calls and returns. A branch that waits for its target is linked
 * into the target's chain through the very cell that will hold the distance.
 */

#include "body.h"
#include "store.h"

#define SLOT_SIZE ((uint32_t)sizeof(union wasm_value))

/* The slot (bytes) of the operand at `index`, or the one that the next operand will have. */
static uint32_t slot_at(const struct wasm_body *body, uint32_t index)
{
    return wasm_body_slot_at(body, index) * SLOT_SIZE;
}

/* ---- Targets ------------------------------------------------------------------------------------------- */

static void set_distance(struct wasm_body *body, uint32_t site, uint32_t target)
{
    body->cells[site].lo = target - site;
}

void wasm_emit_here(struct wasm_body *body, uint32_t sites)
{
    if (sites == 0 || body->out_of_memory)
        return;
    while (sites != 0) {
        uint32_t next = body->cells[sites].lo;
        set_distance(body, sites, body->cell_count);
        sites = next;
        wasm_heap_work(body->heap, 1);
    }
    wasm_emit_label(body);
}

static bool is_loop(const struct wasm_control *control)
{
    return control->opcode == WASM_OPCODE_LOOP;
}

uint32_t wasm_emit_label_slot(const struct wasm_body *body, const struct wasm_control *control)
{
    return slot_at(body, control->height - control->hidden) / SLOT_SIZE;
}

/* The same in bytes. */
static uint32_t label_at(const struct wasm_body *body, const struct wasm_control *control)
{
    return slot_at(body, control->height - control->hidden);
}

/* Joins the branch operand at `site` with its target. A jump back pays for the way to it. */
static void link_site(struct wasm_body *body, struct wasm_control *control, uint32_t site)
{
    if (body->out_of_memory)
        return;
    if (is_loop(control)) {
        set_distance(body, site, control->start);
        body->cells[site].hi = body->path;
    } else {
        if (control->path < body->path)
            control->path = body->path;
        body->cells[site].lo = control->sites;
        control->sites = site;
    }
}

static uint32_t label_arity(const struct wasm_control *control)
{
    return is_loop(control) ? control->type.parameter_count : control->type.result_count;
}

/* ---- Branches ------------------------------------------------------------------------------------------ */

static bool is_comparison(uint32_t operation)
{
    return operation >= OP_i32_eq_rr && operation <= OP_f64_ge_rr;
}

struct wasm_condition wasm_emit_condition(struct wasm_body *body, const struct wasm_operand *condition)
{
    struct wasm_condition taken = {.operation = OP_i32_ne_rr, .has_immediate = true};
    taken.accumulator = WASM_ACC_INTEGER;
    if (!body->live)
        return taken;
    if (wasm_emit_is_producer(body, condition) && is_comparison(body->producer_operation)) {
        const union wasm_cell *cells = &body->cells[body->producer];
        taken.operation = body->producer_operation;
        taken.has_immediate = body->producer_immediate;
        taken.accumulator = body->producer_kind;
        taken.a = cells[1].hi;
        taken.b = cells[2].lo;
        taken.immediate = cells[2].bits;
        wasm_emit_take_back(body);
        return taken;
    }
    taken.a = wasm_emit_slot(body, condition);
    return taken;
}

/* The comparison of integers that holds exactly if `operation` does not; or OP_COUNT if it compares floats.
 */
static uint32_t opposite(uint32_t operation)
{
    /* of eq, ne, lt_s, lt_u, gt_s, gt_u, le_s, le_u, ge_s, ge_u: the order of the table */
    static const uint8_t opposites[] = {1, 0, 8, 9, 6, 7, 4, 5, 2, 3};
    const uint32_t step = OP_i32_ne_rr - OP_i32_eq_rr;
    if (operation > OP_i64_ge_u_rr)
        return OP_COUNT;
    uint32_t first = operation >= OP_i64_eq_rr ? OP_i64_eq_rr : OP_i32_eq_rr;
    return first + opposites[(operation - first) / step] * step;
}

_Static_assert(OP_i64_ge_u_rr - OP_i64_eq_rr == 9 * (OP_i32_ne_rr - OP_i32_eq_rr),
               "ten comparisons in a row");

/* Emits the comparison fused with a branch (FORM_BR ...); returns the cell of the target. */
static uint32_t emit_fused(struct wasm_body *body, const struct wasm_condition *condition, uint32_t branch)
{
    const struct wasm_accumulator before = body->accumulator;
    bool accumulated = wasm_emit_in_accumulator(body, condition->accumulator, condition->a);
    uint32_t form = accumulated ? FORM_AR : FORM_RR;
    if (condition->has_immediate)
        form += FORM_RI;
    uint32_t operation = condition->operation;
    uint32_t other = opposite(operation);
    if (other != OP_COUNT && (branch == FORM_BRN || branch == FORM_BACKN)) {
        operation = other;
        branch -= FORM_BRN - FORM_BR;
    }
    uint32_t start = body->cell_count;
    union wasm_cell *cells = wasm_emit(body, operation + branch + form, condition->has_immediate ? 4 : 3);
    cells[1].lo = condition->a;
    if (condition->has_immediate)
        cells[3].bits = condition->immediate;
    else
        cells[1].hi = condition->b;
    body->accumulator = before;
    return start + 2;
}

uint32_t wasm_emit_unless(struct wasm_body *body, const struct wasm_condition *condition)
{
    return body->live ? emit_fused(body, condition, FORM_BRN) : 0;
}

/* Moves the `count` operands on top, which are in their slots, to where the label expects them. */
static void emit_move(struct wasm_body *body, uint32_t to, uint32_t count)
{
    uint32_t from = slot_at(body, body->height - count);
    uint32_t slots = (slot_at(body, body->height) - from) / SLOT_SIZE;
    if (slots == 0 || from == to)
        return;
    bool wide = count == 1 && slots == 2;
    bool one = count == 1;
    union wasm_cell *cells = wasm_emit(body, wide ? OP_copy_wide : one ? OP_copy : OP_move, one ? 2 : 3);
    cells[1].lo = to;
    cells[1].hi = from;
    if (!one)
        cells[2].lo = slots;
}

void wasm_emit_to_label(struct wasm_body *body, const struct wasm_control *control)
{
    emit_move(body, label_at(body, control), control->type.result_count);
}

/* An unconditional jump to the label, with its values in their slots at the top of the stack. */
static void emit_jump(struct wasm_body *body, struct wasm_control *control)
{
    if (control == body->controls) {
        wasm_emit_return(body);
        return;
    }
    emit_move(body, label_at(body, control), label_arity(control));
    uint32_t start = body->cell_count;
    wasm_emit(body, is_loop(control) ? OP_branch_back : OP_branch, 2);
    link_site(body, control, start + 1);
}

void wasm_emit_branch(struct wasm_body *body, uint32_t depth)
{
    if (!body->live)
        return;
    struct wasm_control *control = &body->controls[body->depth - 1 - depth];
    if (control != body->controls)
        wasm_emit_settle(body, body->height - label_arity(control));
    emit_jump(body, control);
}

void wasm_emit_branch_if(struct wasm_body *body, uint32_t depth, const struct wasm_operand *condition)
{
    if (!body->live)
        return;
    struct wasm_control *control = &body->controls[body->depth - 1 - depth];
    uint32_t arity = label_arity(control);
    struct wasm_condition taken = wasm_emit_condition(body, condition);
    if (control != body->controls || arity > 1) /* one result can be returned from wherever it is */
        wasm_emit_settle(body, body->height - arity);
    bool in_place = arity == 0 || slot_at(body, body->height - arity) == label_at(body, control);
    if (control != body->controls && in_place) {
        link_site(body, control, emit_fused(body, &taken, is_loop(control) ? FORM_BACK : FORM_BR));
        return;
    }
    uint32_t over = emit_fused(body, &taken, FORM_BRN);
    emit_jump(body, control);
    wasm_emit_here(body, over);
}

/* Is anything to be done on the way to the label, beyond the jump itself? */
static bool needs_entry(const struct wasm_body *body, const struct wasm_control *control)
{
    uint32_t arity = label_arity(control);
    return control == body->controls ||
           (arity > 0 && slot_at(body, body->height - arity) != label_at(body, control));
}

/* Targets with something to do jump to an entry behind the table, one for each label. */
static void emit_table_entries(struct wasm_body *body, uint32_t first, const uint8_t *targets, uint32_t count)
{
    struct wasm_reader reader = {targets, targets, body->reader.end, NULL};
    for (uint32_t i = 0; i < count && !body->out_of_memory; i++) {
        struct wasm_control *control = &body->controls[body->depth - 1 - wasm_read_u32(&reader)];
        wasm_heap_work(body->heap, 1);
        if (!needs_entry(body, control)) {
            link_site(body, control, first + i);
            continue;
        }
        if (control->table_entry == 0 || control->table_entry < first) {
            control->table_entry = body->cell_count;
            emit_jump(body, control);
        }
        if (!body->out_of_memory)
            set_distance(body, first + i, control->table_entry);
    }
}

void wasm_emit_branch_table(struct wasm_body *body, const struct wasm_operand *index, const uint8_t *targets,
                            uint32_t count)
{
    if (!body->live)
        return;
    uint32_t index_slot = wasm_emit_slot(body, index);
    struct wasm_reader reader = {targets, targets, body->reader.end, NULL};
    uint32_t arity = label_arity(&body->controls[body->depth - 1 - wasm_read_u32(&reader)]);
    wasm_emit_settle(body, body->height - arity);
    bool accumulated = wasm_emit_in_accumulator(body, WASM_ACC_INTEGER, index_slot);
    union wasm_cell *cells = wasm_emit(body, accumulated ? OP_branch_table_a : OP_branch_table, 2);
    cells[1].lo = index_slot;
    cells[1].hi = count - 1;
    uint32_t first = body->cell_count;
    for (uint32_t i = 0; i < count && !body->out_of_memory; i++) {
        /* a cell at a time: room for it is made as for an operation, and the handler in it is overwritten */
        wasm_emit(body, OP_branch, 1)->bits = 0;
        body->path--;
        wasm_heap_work(body->heap, 1);
    }
    emit_table_entries(body, first, targets, count);
}

/* ---- Returns and calls --------------------------------------------------------------------------------- */

void wasm_emit_return(struct wasm_body *body)
{
    if (!body->live)
        return;
    uint32_t count = body->type->result_count;
    if (count == 0) {
        wasm_emit(body, OP_return_none, 1);
    } else if (count == 1) {
        const struct wasm_operand *result = wasm_body_top(body);
        if (result->type == WASM_V128) {
            uint32_t slot = wasm_emit_slot(body, result);
            wasm_emit(body, OP_return_wide, 2)[1].lo = slot;
        } else if (result->kind == WASM_IS_CONSTANT) {
            wasm_emit(body, OP_return_value, 3)[2].bits = result->constant;
        } else {
            uint32_t slot = wasm_emit_slot(body, result);
            bool accumulated = wasm_emit_in_accumulator(body, WASM_ACC_INTEGER, slot);
            wasm_emit(body, accumulated ? OP_return_a : OP_return_slot, 2)[1].lo = slot;
        }
    } else {
        wasm_emit_settle(body, body->height - count);
        union wasm_cell *cells = wasm_emit(body, OP_return_slots, 2);
        cells[1].lo = slot_at(body, body->height - count);
        cells[1].hi = (slot_at(body, body->height) - cells[1].lo) / SLOT_SIZE;
    }
}

void wasm_emit_call(struct wasm_body *body, uint32_t function, uint32_t arguments)
{
    if (!body->live)
        return;
    struct wasm_function *callee = body->instance->functions[function];
    wasm_emit_settle(body, body->height - arguments);
    bool cross = callee->host == NULL && callee->instance != body->instance;
    union wasm_cell *cells = wasm_emit(body, cross ? OP_call_cross : OP_call, 3);
    cells[1].function = callee;
    cells[2].lo = slot_at(body, body->height - arguments);
}

void wasm_emit_call_indirect(struct wasm_body *body, uint32_t table, uint32_t type,
                             const struct wasm_operand *index, uint32_t arguments)
{
    if (!body->live)
        return;
    uint32_t index_slot = wasm_emit_slot(body, index);
    wasm_emit_settle(body, body->height - arguments);
    union wasm_cell *cells = wasm_emit(body, OP_call_indirect, 4);
    cells[1].table = body->instance->tables[table];
    cells[2].lo = index_slot;
    cells[2].hi = body->instance->type_ids[type];
    cells[3].lo = slot_at(body, body->height - arguments);
}

void wasm_emit_narrow(struct wasm_body *body, struct wasm_operand *index)
{
    if (!body->live)
        return;
    uint32_t from = wasm_emit_slot(body, index);
    union wasm_cell *cells = wasm_emit(body, OP_narrow, 2);
    cells[1].lo = index->slot * SLOT_SIZE;
    cells[1].hi = from;
    index->kind = WASM_IN_SLOT;
}

void wasm_emit_tail_call(struct wasm_body *body, uint32_t function, uint32_t arguments)
{
    if (!body->live)
        return;
    wasm_emit_settle(body, body->height - arguments);
    emit_move(body, 0, arguments);
    wasm_emit(body, OP_tail_call, 2)[1].function = body->instance->functions[function];
}

void wasm_emit_tail_indirect(struct wasm_body *body, uint32_t table, uint32_t type,
                             const struct wasm_operand *index, uint32_t arguments)
{
    if (!body->live)
        return;
    uint32_t index_slot = wasm_emit_slot(body, index);
    wasm_emit_settle(body, body->height - arguments);
    /* the function goes to the index's own slot: above the arguments, and above where they are moved to */
    uint32_t function_slot = index->slot * SLOT_SIZE;
    const uint32_t operands[4] = {index_slot, function_slot, body->instance->type_ids[type], 0};
    wasm_emit_slow(body, wasm_slow_tail_indirect, operands,
                   (union wasm_cell){.table = body->instance->tables[table]});
    emit_move(body, 0, arguments);
    wasm_emit(body, OP_tail_indirect, 2)[1].lo = function_slot;
}

void wasm_emit_call_ref(struct wasm_body *body, const struct wasm_operand *function, uint32_t arguments)
{
    if (!body->live)
        return;
    uint32_t function_slot = wasm_emit_slot(body, function);
    wasm_emit_settle(body, body->height - arguments);
    union wasm_cell *cells = wasm_emit(body, OP_call_ref, 2);
    cells[1].lo = function_slot;
    cells[1].hi = slot_at(body, body->height - arguments);
}

void wasm_emit_tail_ref(struct wasm_body *body, const struct wasm_operand *function, uint32_t arguments)
{
    if (!body->live)
        return;
    /* to its own slot, above the arguments and above where they are moved to */
    uint32_t function_slot = function->slot * SLOT_SIZE;
    uint32_t from = wasm_emit_slot(body, function);
    if (from != function_slot) {
        union wasm_cell *copy = wasm_emit(body, OP_copy, 2);
        copy[1].lo = function_slot;
        copy[1].hi = from;
    }
    wasm_emit_settle(body, body->height - arguments);
    emit_move(body, 0, arguments);
    wasm_emit(body, OP_tail_ref, 2)[1].lo = function_slot;
}
