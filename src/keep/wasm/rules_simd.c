/* SPDX-License-Identifier: Apache-2.0 */
/* rules_simd.c: validation of vector instructions (specification, 3.3.3 and 3.3.7) and what each emits. */

#include <string.h>

#include "body.h"

int wasm_rule_v128_const(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    const uint8_t *bytes = wasm_read_bytes(&body->reader, 16);
    TRY(wasm_body_push(body, WASM_V128));
    wasm_emit_push_constant(body, (uintptr_t)bytes);
    return 0;
}

/* ---- Operands and results on the stack ----------------------------------------------------------------- */

int wasm_rule_vector_unary(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_operand a;
    TRY(wasm_body_pop(body, instruction->operand, &a));
    TRY(wasm_body_push(body, instruction->result));
    if (body->live) {
        uint32_t from = wasm_emit_slot(body, &a);
        wasm_emit_result(body, instruction->operation, 2)[1].hi = from;
    }
    return 0;
}

/* Where the lower half of the operand is. Compilers shuffle the upper half down to extend it: such a shuffle,
 * if it was the last operation, is taken back, and its source read. */
static uint32_t emit_low_half(struct wasm_body *body, const struct wasm_operand *operand)
{
    if (operand->kind != WASM_IN_SLOT || body->producer == WASM_NO_CELL || body->out_of_memory)
        return wasm_emit_slot(body, operand);
    const union wasm_cell *last = &body->cells[body->producer];
    if (last[1].lo != operand->slot * sizeof(union wasm_value) ||
        (last[0].bits != body->handlers[OP_shuffle_low].bits &&
         last[0].bits != body->handlers[OP_shuffle_64].bits))
        return wasm_emit_slot(body, operand);
    uint32_t from = last[1].hi;
    body->cell_count = body->producer;
    body->path--;
    body->producer = WASM_NO_CELL;
    return from;
}

static int vector_half(struct wasm_body *body, const struct wasm_instruction *instruction, uint32_t place)
{
    struct wasm_operand a;
    TRY(wasm_body_pop(body, WASM_V128, &a));
    TRY(wasm_body_push(body, WASM_V128));
    if (body->live) {
        uint32_t from = place == 0 ? emit_low_half(body, &a) : wasm_emit_slot(body, &a) + place;
        wasm_emit_result(body, instruction->operation, 2)[1].hi = from;
    }
    return 0;
}

/* Operations that read only half of a vector, the lower: that of the upper half is the same, eight bytes on.
 */
int wasm_rule_vector_low(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    return vector_half(body, instruction, 0);
}

int wasm_rule_vector_high(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    return vector_half(body, instruction, 8);
}

/* A vector and `operand`: another, or the count of a shift. */
int wasm_rule_vector_binary(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_operand a;
    struct wasm_operand b;
    TRY(wasm_body_pop(body, instruction->operand, &b));
    TRY(wasm_body_pop(body, WASM_V128, &a));
    TRY(wasm_body_push(body, WASM_V128));
    if (!body->live)
        return 0;
    uint32_t left = wasm_emit_slot(body, &a);
    bool immediate = b.kind == WASM_IS_CONSTANT;
    uint32_t right = immediate ? 0 : wasm_emit_slot(body, &b);
    union wasm_cell *cells = wasm_emit_result(body, instruction->operation + immediate,
                                              2 + (immediate ? wasm_value_slots(b.type) : 1));
    cells[1].hi = left;
    if (immediate)
        wasm_operand_constant(b.type, b.constant, &cells[2].value);
    else
        cells[2].lo = right;
    return 0;
}

int wasm_rule_vector_ternary(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_operand a;
    struct wasm_operand b;
    struct wasm_operand c;
    TRY(wasm_body_pop(body, WASM_V128, &c));
    TRY(wasm_body_pop(body, WASM_V128, &b));
    TRY(wasm_body_pop(body, WASM_V128, &a));
    TRY(wasm_body_push(body, WASM_V128));
    if (!body->live)
        return 0;
    uint32_t first = wasm_emit_slot(body, &a);
    uint32_t second = wasm_emit_slot(body, &b);
    uint32_t third = wasm_emit_slot(body, &c);
    union wasm_cell *cells = wasm_emit_result(body, instruction->operation, 3);
    cells[1].hi = first;
    cells[2].lo = second;
    cells[2].hi = third;
    return 0;
}

/* ---- Lanes --------------------------------------------------------------------------------------------- */

/* laneidx (5.4.8): the byte offset of an immediate lane. */
static int read_lane(struct wasm_body *body, const struct wasm_instruction *instruction, uint32_t *place)
{
    uint32_t lane = wasm_read_byte(&body->reader);
    if (body->reader.problem != NULL || lane >= instruction->lanes)
        return wasm_body_fail(body, WASM_EINVALID, "invalid lane index %u: %s has %u lanes", lane,
                              instruction->name, instruction->lanes);
    *place = lane * (16 / instruction->lanes);
    return 0;
}

int wasm_rule_vector_extract(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_operand a;
    uint32_t place;
    TRY(read_lane(body, instruction, &place));
    TRY(wasm_body_pop(body, WASM_V128, &a));
    TRY(wasm_body_push(body, instruction->result));
    if (body->live) {
        uint32_t from = wasm_emit_slot(body, &a);
        wasm_emit_result(body, instruction->operation, 2)[1].hi = from + place;
    }
    return 0;
}

int wasm_rule_vector_replace(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_operand a;
    struct wasm_operand b;
    uint32_t place;
    TRY(read_lane(body, instruction, &place));
    TRY(wasm_body_pop(body, instruction->operand, &b));
    TRY(wasm_body_pop(body, WASM_V128, &a));
    TRY(wasm_body_push(body, WASM_V128));
    if (!body->live)
        return 0;
    uint32_t vector = wasm_emit_slot(body, &a);
    uint32_t lane = wasm_emit_slot(body, &b);
    union wasm_cell *cells = wasm_emit_result(body, instruction->operation, 3);
    cells[1].hi = vector;
    cells[2].lo = lane;
    cells[2].hi = place;
    return 0;
}

/* Do the bytes name others that lie together in `a` or in `b`, in each piece of `size`? */
static bool in_pieces(const uint8_t *bytes, uint32_t count, uint32_t size)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i % size != 0 && (bytes[i] != bytes[i - 1] + 1 || bytes[i] % 16 == 0))
            return false;
    }
    return true;
}

static bool all_alike(const uint8_t *bytes, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        if (bytes[i] != bytes[0])
            return false;
    }
    return true;
}

static void emit_shuffle(struct wasm_body *body, const uint8_t *bytes, uint32_t a, uint32_t b)
{
    uint32_t places[16];
    for (uint32_t i = 0; i < 16; i++)
        places[i] = bytes[i] < 16 ? a + bytes[i] : b + bytes[i] - 16;
    bool whole = in_pieces(bytes, 16, 8);
    if (whole || (in_pieces(bytes, 8, 8) && all_alike(bytes + 8, 8))) { /* compilers use 0 for any byte */
        union wasm_cell *cells = wasm_emit_result(body, whole ? OP_shuffle_64 : OP_shuffle_low, 3);
        cells[1].hi = places[0];
        cells[2].lo = places[8];
    } else if (in_pieces(bytes, 16, 4)) {
        union wasm_cell *cells = wasm_emit_result(body, OP_shuffle_32, 4);
        cells[1].hi = places[0];
        cells[2].lo = places[4];
        cells[2].hi = places[8];
        cells[3].lo = places[12];
    } else {
        memcpy(&wasm_emit_result(body, OP_shuffle_8, 10)[2], places, sizeof(places));
    }
}

int wasm_rule_i8x16_shuffle(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_operand a;
    struct wasm_operand b;
    const uint8_t *bytes = wasm_read_bytes(&body->reader, 16);
    for (uint32_t i = 0; i < 16; i++) {
        if (bytes == NULL || bytes[i] >= 32)
            return wasm_body_fail(body, WASM_EINVALID, "invalid lane index %u: %s has 32 lanes",
                                  bytes == NULL ? 0u : bytes[i], instruction->name);
    }
    TRY(wasm_body_pop(body, WASM_V128, &b));
    TRY(wasm_body_pop(body, WASM_V128, &a));
    TRY(wasm_body_push(body, WASM_V128));
    if (body->live) {
        uint32_t left = wasm_emit_slot(body, &a);
        uint32_t right = wasm_emit_slot(body, &b);
        emit_shuffle(body, bytes, left, right);
    }
    return 0;
}

/* ---- Memory -------------------------------------------------------------------------------------------- */

/* Where an access finds its address: form r in a slot, form i in the offset. */
struct place {
    uint32_t form;
    uint32_t slot;
    uint64_t offset;
};

/* An access that is not plain is one to address 0 of what it reaches (wasm_emit_reach). */
static struct place emit_place(struct wasm_body *body, const struct wasm_access *access,
                               const struct wasm_operand *address)
{
    if (!access->plain) {
        wasm_emit_reach(body, access, wasm_emit_slot(body, address));
        return (struct place){.form = 1};
    }
    if (address->kind == WASM_IS_CONSTANT)
        return (struct place){.form = 1, .offset = access->offset + address->constant};
    return (struct place){.slot = wasm_emit_slot(body, address), .offset = access->offset};
}

static void emit_back(struct wasm_body *body, const struct wasm_access *access)
{
    if (!access->plain)
        wasm_emit_home(body);
}

int wasm_rule_vector_load(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_access access;
    struct wasm_operand address;
    TRY(wasm_body_read_access(body, instruction, &access));
    TRY(wasm_body_pop(body, access.address, &address));
    TRY(wasm_body_push(body, WASM_V128));
    if (!body->live)
        return 0;
    struct place place = emit_place(body, &access, &address);
    union wasm_cell *cells = wasm_emit_result(body, instruction->operation + place.form, 3);
    cells[1].hi = place.slot;
    cells[2].bits = place.offset;
    emit_back(body, &access);
    return 0;
}

int wasm_rule_vector_load_lane(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_access access;
    uint32_t lane;
    struct wasm_operand address;
    struct wasm_operand vector;
    TRY(wasm_body_read_access(body, instruction, &access));
    TRY(read_lane(body, instruction, &lane));
    TRY(wasm_body_pop(body, WASM_V128, &vector));
    TRY(wasm_body_pop(body, access.address, &address));
    TRY(wasm_body_push(body, WASM_V128));
    if (!body->live)
        return 0;
    uint32_t from = wasm_emit_slot(body, &vector);
    struct place place = emit_place(body, &access, &address);
    union wasm_cell *cells = wasm_emit_result(body, instruction->operation + place.form, 4);
    cells[1].hi = place.slot;
    cells[2].bits = place.offset;
    cells[3].lo = from;
    cells[3].hi = lane;
    emit_back(body, &access);
    return 0;
}

/* Of a whole vector, which has no immediate lane, or of one of its lanes. */
int wasm_rule_vector_store(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_access access;
    uint32_t lane = 0;
    struct wasm_operand address;
    struct wasm_operand vector;
    TRY(wasm_body_read_access(body, instruction, &access));
    if (instruction->lanes > 0)
        TRY(read_lane(body, instruction, &lane));
    TRY(wasm_body_pop(body, WASM_V128, &vector));
    TRY(wasm_body_pop(body, access.address, &address));
    if (!body->live)
        return 0;
    uint32_t from = wasm_emit_slot(body, &vector);
    struct place place = emit_place(body, &access, &address);
    union wasm_cell *cells = wasm_emit(body, instruction->operation + place.form, 3);
    cells[1].lo = place.slot;
    cells[1].hi = from + lane;
    cells[2].bits = place.offset;
    emit_back(body, &access);
    return 0;
}
