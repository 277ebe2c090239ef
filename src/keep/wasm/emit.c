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
    wasm_emit_label(body);
    return at;
}

/* An operation with a result in `slot` (bytes) that a local.set right behind it may send elsewhere. */
static union wasm_cell *emit_to(struct wasm_body *body, uint32_t operation, uint32_t cells, uint32_t slot)
{
    body->producer_before = body->accumulator;
    uint32_t start = body->cell_count;
    union wasm_cell *at = wasm_emit(body, operation, cells);
    at[1].lo = slot;
    body->producer = start;
    body->producer_operation = OP_COUNT;
    return at;
}

union wasm_cell *wasm_emit_result(struct wasm_body *body, uint32_t operation, uint32_t cells)
{
    return emit_to(body, operation, cells, wasm_body_top(body)->slot * SLOT_SIZE);
}

void wasm_emit_accumulated(struct wasm_body *body, uint8_t kind)
{
    if (!body->out_of_memory)
        body->accumulator = (struct wasm_accumulator){kind, body->cells[body->producer + 1].lo};
}

bool wasm_emit_is_producer(const struct wasm_body *body, const struct wasm_operand *operand)
{
    return operand->kind == WASM_IN_SLOT && body->producer != WASM_NO_CELL && !body->out_of_memory &&
           body->cells[body->producer + 1].lo == operand->slot * SLOT_SIZE;
}

void wasm_emit_take_back(struct wasm_body *body)
{
    body->cell_count = body->producer;
    body->path--;
    body->producer = WASM_NO_CELL;
    body->accumulator = body->producer_before;
    body->taken_back++;
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
    if (!wide)
        wasm_emit_accumulated(body, WASM_ACC_INTEGER);
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
    if (wasm_emit_in_accumulator(body, WASM_ACC_INTEGER, from)) {
        emit_to(body, OP_copy_a, 2, to);
    } else if (type != WASM_V128 && body->last_copy != WASM_NO_CELL &&
               body->last_copy == body->cell_count - 2 && !body->out_of_memory) {
        const union wasm_cell first = body->cells[body->last_copy + 1];
        body->cell_count = body->last_copy;
        body->path--;
        union wasm_cell *cells = emit_to(body, OP_copy_twice, 3, to);
        cells[1].hi = from;
        cells[2] = first;
    } else {
        emit_to(body, type == WASM_V128 ? OP_copy_wide : OP_copy, 2, to)[1].hi = from;
        body->last_copy = type == WASM_V128 ? WASM_NO_CELL : body->cell_count - 2;
    }
    if (type != WASM_V128)
        wasm_emit_accumulated(body, WASM_ACC_INTEGER);
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
    } else if (wasm_emit_is_producer(body, value)) {
        body->cells[body->producer + 1].lo = to;
        body->accumulator.slot = to;
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

/* Emits an operation with two operands into the top's slot: `a` in a slot, `b` in another or immediate. */
static void emit_two(struct wasm_body *body, const struct wasm_instruction *instruction, uint32_t operation,
                     uint32_t a_slot, uint32_t b_slot, const uint64_t *immediate)
{
    uint32_t form = immediate != NULL ? FORM_RI : FORM_RR;
    if (instruction->operand_in != WASM_ACC_NONE &&
        wasm_emit_in_accumulator(body, instruction->operand_in, a_slot))
        form += FORM_AR;
    union wasm_cell *cells = wasm_emit_result(body, operation + form, 3);
    cells[1].hi = a_slot;
    if (immediate != NULL)
        cells[2].bits = *immediate;
    else
        cells[2].lo = b_slot;
    wasm_emit_accumulated(body, instruction->result_in);
    body->producer_operation = operation;
    body->producer_immediate = immediate != NULL;
    body->producer_kind = instruction->operand_in;
}

/* An operation whose sides cannot be swapped and whose left side is immediate. */
static void emit_left_immediate(struct wasm_body *body, const struct wasm_instruction *instruction,
                                uint64_t immediate, uint32_t slot)
{
    union wasm_cell *cells = wasm_emit_result(body, instruction->operation + FORM_IR, 3);
    cells[1].hi = slot;
    cells[2].bits = immediate;
    wasm_emit_accumulated(body, instruction->result_in);
}

void wasm_emit_binary(struct wasm_body *body, const struct wasm_instruction *instruction,
                      const struct wasm_operand *a, const struct wasm_operand *b)
{
    if (!body->live)
        return;
    if (a->kind == WASM_IS_CONSTANT && b->kind != WASM_IS_CONSTANT) {
        if (!instruction->commutes) {
            emit_left_immediate(body, instruction, a->constant, wasm_emit_slot(body, b));
            return;
        }
        const struct wasm_operand *other = a;
        a = b;
        b = other;
    }
    uint32_t a_slot = wasm_emit_slot(body, a);
    if (b->kind == WASM_IS_CONSTANT) {
        emit_two(body, instruction, instruction->operation, a_slot, 0, &b->constant);
        return;
    }
    uint32_t b_slot = wasm_emit_slot(body, b);
    bool right = instruction->operand_in != WASM_ACC_NONE &&
                 wasm_emit_in_accumulator(body, instruction->operand_in, b_slot) && a_slot != b_slot;
    if (right && !instruction->commutes) {
        union wasm_cell *cells = wasm_emit_result(body, instruction->operation + FORM_RA, 3);
        cells[1].hi = a_slot;
        wasm_emit_accumulated(body, instruction->result_in);
        return;
    }
    emit_two(body, instruction, instruction->operation, right ? b_slot : a_slot, right ? a_slot : b_slot,
             NULL);
}

void wasm_emit_unary(struct wasm_body *body, const struct wasm_instruction *instruction,
                     const struct wasm_operand *a)
{
    if (!body->live)
        return;
    uint32_t from = wasm_emit_slot(body, a);
    bool accumulated = instruction->operand_in != WASM_ACC_NONE &&
                       wasm_emit_in_accumulator(body, instruction->operand_in, from);
    wasm_emit_result(body, instruction->operation + (accumulated ? UNARY_A : UNARY_R), 2)[1].hi = from;
    wasm_emit_accumulated(body, instruction->result_in);
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
    uint32_t a_slot = a->kind == WASM_IS_CONSTANT ? 0 : wasm_emit_slot(body, a);
    uint32_t b_slot = b->kind == WASM_IS_CONSTANT ? 0 : wasm_emit_slot(body, b);
    bool swap = a->kind == WASM_IS_CONSTANT && b->kind != WASM_IS_CONSTANT;
    if (a->kind == WASM_IS_CONSTANT && b->kind == WASM_IS_CONSTANT)
        a_slot = wasm_emit_slot(body, a);
    if (a->kind != WASM_IS_CONSTANT && b->kind != WASM_IS_CONSTANT)
        swap = wasm_emit_in_accumulator(body, instruction->operand_in, b_slot);
    if (swap)
        emit_two(body, instruction, instruction->swapped, b_slot, a_slot,
                 a->kind == WASM_IS_CONSTANT ? &a->constant : NULL);
    else
        emit_two(body, instruction, operation, a_slot, b_slot,
                 b->kind == WASM_IS_CONSTANT ? &b->constant : NULL);
}

/* The last operation, if it adds two i32 to make `address`, and if its immediate and the offset fit a cell.
 */
static bool is_sum(const struct wasm_body *body, const struct wasm_operand *address, uint64_t offset)
{
    return offset <= UINT32_MAX && address->type == WASM_I32 && wasm_emit_is_producer(body, address) &&
           body->producer_operation == OP_i32_add_rr;
}

struct sum {
    bool has_immediate;
    uint32_t a;
    uint32_t b; /* slot or immediate */
};

static struct sum take_sum(struct wasm_body *body)
{
    const union wasm_cell *cells = &body->cells[body->producer];
    struct sum sum = {body->producer_immediate, cells[1].hi, cells[2].lo};
    wasm_emit_take_back(body);
    return sum;
}

void wasm_emit_load(struct wasm_body *body, const struct wasm_instruction *instruction,
                    const struct wasm_operand *address, uint64_t offset)
{
    if (!body->live)
        return;
    uint32_t form = LOAD_R;
    uint32_t slot = 0;
    union wasm_cell place = {.bits = offset};
    if (address->kind == WASM_IS_CONSTANT) {
        form = LOAD_I;
        place.bits = address->constant + offset;
    } else if (is_sum(body, address, offset)) {
        struct sum sum = take_sum(body);
        slot = sum.a;
        place.lo = sum.b;
        place.hi = (uint32_t)offset;
        form = LOAD_SUM + (sum.has_immediate ? FORM_RI : FORM_RR);
        if (wasm_emit_in_accumulator(body, WASM_ACC_INTEGER, slot))
            form += FORM_AR;
    } else {
        slot = wasm_emit_slot(body, address);
        if (wasm_emit_in_accumulator(body, WASM_ACC_INTEGER, slot))
            form = LOAD_A;
    }
    union wasm_cell *cells = wasm_emit_result(body, instruction->operation + form, 3);
    cells[1].hi = slot;
    cells[2] = place;
    wasm_emit_accumulated(body, instruction->result_in);
}

/* Where the address of a store is: adds its form to *form and fills in the cells. */
static uint32_t store_address(struct wasm_body *body, const struct wasm_operand *address,
                              const struct wasm_operand *value, uint64_t offset, union wasm_cell *place)
{
    place[1].bits = offset;
    if (address->kind == WASM_IS_CONSTANT) {
        place[1].bits = address->constant + offset;
        return STORE_I;
    }
    if (is_sum(body, address, offset) && !body->producer_immediate) {
        struct sum sum = take_sum(body);
        place[0].lo = sum.a;
        place[1].lo = sum.b;
        place[1].hi = (uint32_t)offset;
        return STORE_SUM;
    }
    place[0].lo = wasm_emit_slot(body, address);
    bool in_accumulator = wasm_emit_in_accumulator(body, WASM_ACC_INTEGER, place[0].lo);
    return in_accumulator && value->kind != WASM_IN_SLOT ? STORE_A : STORE_R;
}

void wasm_emit_store(struct wasm_body *body, const struct wasm_instruction *instruction,
                     const struct wasm_operand *address, const struct wasm_operand *value, uint64_t offset)
{
    if (!body->live)
        return;
    union wasm_cell place[2] = {0};
    uint32_t form = store_address(body, address, value, offset, place);
    bool constant = value->kind == WASM_IS_CONSTANT;
    place[0].hi = constant ? 0 : wasm_emit_slot(body, value);
    const struct wasm_accumulator before = body->accumulator;
    if (constant)
        form += VALUE_I;
    else if (form < STORE_A && wasm_emit_in_accumulator(body, instruction->operand_in, place[0].hi))
        form += VALUE_A;
    union wasm_cell *cells = wasm_emit(body, instruction->operation + form, constant ? 4 : 3);
    cells[1] = place[0];
    cells[2] = place[1];
    if (constant)
        cells[3].bits = value->constant;
    body->accumulator = before;
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
    const struct wasm_accumulator before = body->accumulator;
    wasm_emit(body, OP_charge, 2)[1].lo = body->path;
    body->accumulator = before;
    body->path = 0;
}
