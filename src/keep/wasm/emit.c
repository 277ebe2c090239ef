/* SPDX-License-Identifier: Apache-2.0 */
/*
 * emit.c: register code for straight-line instructions (code.h), from the symbolic operand stack (body.h).
 * local.get and the constants emit nothing; local.set sends the result of the operation before it to the
 * local.
 */

#include <string.h>

#include "body.h"
#include "store.h"

#define SLOT_SIZE ((uint32_t)sizeof(union wasm_value))

union wasm_cell *wasm_emit(struct wasm_body *body, uint32_t operation, uint32_t cells)
{
    if (body->cell_room - body->cell_count < cells || body->cells == NULL) {
        size_t wanted = (size_t)body->cell_count + 64;
        if (wanted > INT32_MAX ||
            wasm_vector_reserve(&body->cell_vector, wanted, sizeof(union wasm_cell)) != 0) {
            body->out_of_memory = true;
            return body->spare;
        }
        size_t room = body->cell_vector.allocated / sizeof(union wasm_cell);
        body->cells = body->cell_vector.data;
        body->cell_room = room < INT32_MAX ? (uint32_t)room : INT32_MAX;
    }
    union wasm_cell *at = &body->cells[body->cell_count];
    for (uint32_t i = 1; i < cells; i++)
        at[i].bits = 0;
    at[0] = body->handlers[operation];
    body->cell_count += cells;
    body->path++;
    body->producer = WASM_NO_CELL;
    return at;
}

/* An operation with a result in `slot` (bytes) that a local.set right behind it may send elsewhere. */
static union wasm_cell *emit_to(struct wasm_body *body, uint32_t operation, uint32_t cells, uint32_t slot)
{
    uint32_t start = body->cell_count;
    union wasm_cell *at = wasm_emit(body, operation, cells);
    at[1].lo = slot;
    body->producer = start;
    body->producer_comparison = OP_COUNT;
    return at;
}

union wasm_cell *wasm_emit_result(struct wasm_body *body, uint32_t operation, uint32_t cells)
{
    return emit_to(body, operation, cells, wasm_body_top(body)->slot * SLOT_SIZE);
}

void wasm_operand_constant(uint32_t type, uint64_t constant, union wasm_value *value)
{
    if (type == WASM_V128)
        memcpy(value, (const void *)(uintptr_t)constant, 2 * sizeof(*value));
    else
        value->i64 = constant;
}

static void emit_constant(struct wasm_body *body, const struct wasm_operand *operand, uint32_t to)
{
    bool wide = operand->type == WASM_V128;
    union wasm_cell *cells = emit_to(body, wide ? OP_constant_wide : OP_constant, wide ? 4 : 3, to);
    wasm_operand_constant(operand->type, operand->constant, &cells[2].value);
}

static uint32_t local_slot(const struct wasm_body *body, uint32_t local)
{
    return wasm_body_local_slot(body, local) * SLOT_SIZE;
}

uint32_t wasm_emit_slot(struct wasm_body *body, const struct wasm_operand *operand)
{
    if (operand->kind == WASM_IN_LOCAL)
        return local_slot(body, operand->local);
    if (operand->kind == WASM_IS_CONSTANT)
        emit_constant(body, operand, operand->slot * SLOT_SIZE);
    return operand->slot * SLOT_SIZE;
}

static void emit_copy(struct wasm_body *body, uint32_t type, uint32_t to, uint32_t from)
{
    emit_to(body, type == WASM_V128 ? OP_copy_wide : OP_copy, 2, to)[1].hi = from;
}

/* Puts one operand into its own slot. */
static void settle(struct wasm_body *body, struct wasm_operand *operand)
{
    if (operand->kind == WASM_IN_LOCAL) {
        emit_copy(body, operand->type, operand->slot * SLOT_SIZE, local_slot(body, operand->local));
        body->pending[operand->local]--;
    } else if (operand->kind == WASM_IS_CONSTANT) {
        wasm_emit_slot(body, operand);
    }
    operand->kind = WASM_IN_SLOT;
}

void wasm_emit_settle(struct wasm_body *body, uint32_t from)
{
    if (!body->live)
        return;
    for (uint32_t i = from; i < body->height; i++)
        settle(body, &body->operands[i]);
}

void wasm_emit_settle_locals(struct wasm_body *body)
{
    if (!body->live)
        return;
    for (uint32_t i = body->floor; i < body->height; i++) {
        if (body->operands[i].kind == WASM_IN_LOCAL)
            settle(body, &body->operands[i]);
    }
    body->floor = body->height;
}

/* Before `local` changes: operands that are still in it are copied out, from the top down until none is left.
 */
static void settle_local(struct wasm_body *body, uint32_t local)
{
    for (uint32_t i = body->height; i > body->floor && body->pending[local] > 0; i--) {
        struct wasm_operand *operand = &body->operands[i - 1];
        if (operand->kind == WASM_IN_LOCAL && operand->local == local)
            settle(body, operand);
    }
}

void wasm_emit_local_set(struct wasm_body *body, uint32_t local, const struct wasm_operand *value)
{
    if (!body->live)
        return;
    uint32_t to = local_slot(body, local);
    if (body->pending[local] > 0)
        settle_local(body, local);
    if (value->kind == WASM_IN_LOCAL) {
        if (value->local != local)
            emit_copy(body, value->type, to, local_slot(body, value->local));
    } else if (value->kind == WASM_IS_CONSTANT) {
        emit_constant(body, value, to);
    } else if (body->producer != WASM_NO_CELL &&
               body->cells[body->producer + 1].lo == value->slot * SLOT_SIZE) {
        body->cells[body->producer + 1].lo = to;
    } else {
        emit_copy(body, value->type, to, value->slot * SLOT_SIZE);
    }
    body->producer = WASM_NO_CELL;
}

void wasm_emit_push_local(struct wasm_body *body, uint32_t local)
{
    if (!body->live)
        return;
    struct wasm_operand *operand = wasm_body_top(body);
    operand->kind = WASM_IN_LOCAL;
    operand->local = local;
    body->pending[local]++;
}

void wasm_emit_push_constant(struct wasm_body *body, uint64_t constant)
{
    if (!body->live)
        return;
    struct wasm_operand *operand = wasm_body_top(body);
    operand->kind = WASM_IS_CONSTANT;
    operand->constant = constant;
}

void wasm_emit_binary(struct wasm_body *body, const struct wasm_instruction *instruction,
                      const struct wasm_operand *a, const struct wasm_operand *b)
{
    if (!body->live)
        return;
    uint32_t operation = instruction->operation;
    const struct wasm_operand *immediate = b->kind == WASM_IS_CONSTANT ? b : NULL;
    const struct wasm_operand *left = a;
    if (immediate != NULL) {
        operation += FORM_RI;
    } else if (a->kind == WASM_IS_CONSTANT) {
        immediate = a;
        left = b;
        operation += instruction->commutes ? FORM_RI : FORM_IR;
    }
    uint32_t left_slot = wasm_emit_slot(body, left);
    uint32_t right_slot = immediate != NULL ? 0 : wasm_emit_slot(body, b);
    union wasm_cell *cells = wasm_emit_result(body, operation, 3);
    cells[1].hi = left_slot;
    if (immediate != NULL)
        cells[2].bits = immediate->constant;
    else
        cells[2].lo = right_slot;
}

void wasm_emit_folded(struct wasm_body *body, const struct wasm_instruction *instruction,
                      const struct wasm_operand *a, const struct wasm_operand *b)
{
    uint64_t x = a->constant;
    uint64_t y = b->constant;
    uint32_t operation = instruction->operation;
    uint64_t result = x * y;
    if (operation == OP_i32_add_rr || operation == OP_i64_add_rr)
        result = x + y;
    else if (operation == OP_i32_sub_rr || operation == OP_i64_sub_rr)
        result = x - y;
    wasm_emit_push_constant(body, instruction->result == WASM_I32 ? (uint32_t)result : result);
}

void wasm_emit_compare(struct wasm_body *body, const struct wasm_instruction *instruction,
                       const struct wasm_operand *a, const struct wasm_operand *b)
{
    if (!body->live)
        return;
    uint32_t operation = instruction->operation;
    if (a->kind == WASM_IS_CONSTANT && b->kind != WASM_IS_CONSTANT) {
        const struct wasm_operand *other = a;
        a = b;
        b = other;
        operation = instruction->swapped;
    }
    bool immediate = b->kind == WASM_IS_CONSTANT;
    uint32_t left_slot = wasm_emit_slot(body, a);
    uint32_t right_slot = immediate ? 0 : wasm_emit_slot(body, b);
    union wasm_cell *cells = wasm_emit_result(body, operation + (immediate ? FORM_RI : FORM_RR), 3);
    cells[1].hi = left_slot;
    if (immediate)
        cells[2].bits = b->constant;
    else
        cells[2].lo = right_slot;
    body->producer_comparison = operation;
}

void wasm_emit_slow(struct wasm_body *body, wasm_slow_operation *function, const uint32_t operands[4],
                    union wasm_cell pointer)
{
    if (!body->live)
        return;
    union wasm_cell *cells = wasm_emit(body, OP_slow, 5);
    cells[1].slow = function;
    cells[2].lo = operands[0];
    cells[2].hi = operands[1];
    cells[3].lo = operands[2];
    cells[3].hi = operands[3];
    cells[4] = pointer;
}

/* On every path, code pays for itself at least each PATH_MOST operations: here, in calls, or at jumps back.
 */
void wasm_emit_charge(struct wasm_body *body)
{
    if (!body->live || body->path < WASM_PATH_MOST)
        return;
    wasm_emit(body, OP_charge, 2)[1].lo = body->path;
    body->path = 0;
}
