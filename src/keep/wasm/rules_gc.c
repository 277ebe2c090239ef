/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules_gc.c: validation of the instructions on structures, arrays and i31 (specification, 3.3.6 to 3.3.9),
 * and what each emits. In a constant expression that is evaluated, those that are constant make their object
 * at once, before their operands are popped: until then the collector finds them there. Casts are in
 * rules_cast.c.
 */

#include "body.h"
#include "gc_object.h"

#define SLOT_SIZE ((uint32_t)sizeof(union wasm_value))

/* A structure or array type that an instruction names. */
struct named {
    uint32_t index;
    const struct wasm_defined_type *type;
    const struct wasm_layout *layout; /* if there is an instance */
    uint32_t reference;               /* (ref null index) */
};

static int read_named(struct wasm_body *body, enum wasm_type_kind kind, struct named *named)
{
    const struct wasm_types *types = &body->module->types;
    named->index = wasm_read_u32(&body->reader);
    if (body->reader.problem != NULL || named->index >= types->count)
        return wasm_body_fail(body, WASM_EINVALID, "unknown type %u", named->index);
    named->type = types->items[named->index];
    if (named->type->kind != kind)
        return wasm_body_fail(body, WASM_EINVALID, "type mismatch: type %u is no %s type", named->index,
                              kind == WASM_TYPE_STRUCT ? "structure" : "array");
    named->reference = wasm_type_concrete(named->index);
    named->layout = NULL;
    if (body->instance == NULL)
        return 0;
    named->layout = wasm_gc_layout(body->instance->store, body->instance->type_ids[named->index]);
    return named->layout != NULL ? 0 : wasm_body_fail(body, WASM_EMEMORY, "out of memory");
}

static bool is_packed(uint32_t storage)
{
    return storage == WASM_I8 || storage == WASM_I16;
}

/* What a field's value is on the stack. */
static uint32_t value_type(uint32_t storage)
{
    return is_packed(storage) ? WASM_I32 : storage;
}

static int check_default(struct wasm_body *body, const struct named *named)
{
    for (uint32_t i = 0; i < named->type->field_count; i++) {
        if (!wasm_type_defaultable(value_type(named->type->fields[i].storage)))
            return wasm_body_fail(body, WASM_EINVALID, "type mismatch: field %u of type %u has no default", i,
                                  named->index);
    }
    wasm_heap_work(body->heap, named->type->field_count);
    return 0;
}

/* ---- Operations with their operands in a row ----------------------------------------------------------- */

/* Brings the `count` operands on top into their slots; the first slot in bytes. If fewer are there, the pops
 * that follow find it. */
static uint32_t settle_row(struct wasm_body *body, uint32_t count)
{
    uint32_t present = body->height - body->controls[body->depth - 1].height;
    if (!body->live || body->constant || count == 0 || present < count)
        return 0;
    wasm_emit_settle(body, body->height - count);
    return body->operands[body->height - count].slot * SLOT_SIZE;
}

/* The slow operation on a row at `first`, with up to two numbers; its result is the operand on top. */
static void emit_row(struct wasm_body *body, wasm_slow_operation *function, uint32_t first, uint32_t number,
                     const struct wasm_layout *layout, bool result)
{
    uint32_t operands[4] = {first, number, 0, 0};
    if (result)
        operands[3] = wasm_body_top(body)->slot * SLOT_SIZE;
    wasm_emit_slow(body, function, operands, (union wasm_cell){.layout = layout});
}

/* ---- Constant expressions ------------------------------------------------------------------------------ */

static bool evaluating(const struct wasm_body *body)
{
    return body->constant && body->instance != NULL;
}

/* An object for the constant that is being evaluated. */
static int make_constant(struct wasm_body *body, uint64_t size, uint32_t type, uint32_t count,
                         struct wasm_object **object)
{
    body->constant_status = wasm_gc_allocate(body->instance->store, size, type, count, object);
    return body->constant_status == 0 ? 0 : wasm_body_fail(body, WASM_EMEMORY, "out of memory");
}

static void put_constant(uint32_t storage, uint8_t *place, const struct wasm_operand *operand)
{
    union wasm_value value[2];
    wasm_operand_constant(value_type(storage), operand->constant, value);
    wasm_gc_put(storage, place, value);
}

static void push_object(struct wasm_body *body, const struct wasm_object *object)
{
    wasm_emit_push_constant(body, (uint64_t)(uintptr_t)object);
}

/* ---- Structures ---------------------------------------------------------------------------------------- */

int wasm_rule_struct_new(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct named named;
    struct wasm_object *made = NULL;
    TRY(read_named(body, WASM_TYPE_STRUCT, &named));
    uint32_t count = named.type->field_count;
    uint32_t first = settle_row(body, count);
    if (evaluating(body))
        TRY(make_constant(body, named.layout->size, named.layout->type, 0, &made));
    wasm_heap_work(body->heap, count);
    for (uint32_t i = count; i > 0; i--) {
        struct wasm_operand operand;
        uint32_t storage = named.type->fields[i - 1].storage;
        TRY(wasm_body_pop(body, value_type(storage), &operand));
        if (made != NULL)
            put_constant(storage, (uint8_t *)made + named.layout->offsets[i - 1], &operand);
    }
    TRY(wasm_body_push(body, named.reference | WASM_NON_NULL));
    if (body->constant)
        push_object(body, made);
    else
        emit_row(body, wasm_slow_struct_new, first, 0, named.layout, true);
    return 0;
}

int wasm_rule_struct_new_default(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct named named;
    struct wasm_object *made = NULL;
    TRY(read_named(body, WASM_TYPE_STRUCT, &named));
    TRY(check_default(body, &named));
    if (evaluating(body))
        TRY(make_constant(body, named.layout->size, named.layout->type, 0, &made));
    TRY(wasm_body_push(body, named.reference | WASM_NON_NULL));
    if (body->constant)
        push_object(body, made);
    else
        emit_row(body, wasm_slow_struct_new_default, 0, 0, named.layout, true);
    return 0;
}

/* A packed field is read by get_s and get_u only, any other by get only. */
static int check_signedness(struct wasm_body *body, const struct wasm_instruction *instruction,
                            uint32_t plain, uint32_t storage)
{
    if (is_packed(storage) == (instruction->opcode != plain))
        return 0;
    return wasm_body_fail(body, WASM_EINVALID, "type mismatch: %s of a field that is %s", instruction->name,
                          is_packed(storage) ? "packed" : "not packed");
}

static int read_field(struct wasm_body *body, struct named *named, uint32_t *field)
{
    TRY(read_named(body, WASM_TYPE_STRUCT, named));
    *field = wasm_read_u32(&body->reader);
    if (body->reader.problem != NULL || *field >= named->type->field_count)
        return wasm_body_fail(body, WASM_EINVALID, "unknown field %u", *field);
    return 0;
}

/* The operation that reads or writes a field: `first` is the one for 8 bits. */
static uint32_t get_operation(uint32_t first, uint32_t storage, bool is_signed)
{
    switch (storage) {
    case WASM_I8:
        return first + (is_signed ? GET_S8 : GET_U8);
    case WASM_I16:
        return first + (is_signed ? GET_S16 : GET_U16);
    case WASM_I32:
    case WASM_F32:
        return first + GET_32;
    case WASM_V128:
        return first + GET_128;
    default:
        return first + GET_64;
    }
}

static uint32_t set_operation(uint32_t first, uint32_t storage)
{
    switch (storage) {
    case WASM_I8:
        return first + SET_8;
    case WASM_I16:
        return first + SET_16;
    case WASM_I32:
    case WASM_F32:
        return first + SET_32;
    case WASM_V128:
        return first + SET_128;
    default:
        return first + (wasm_type_is_collected(storage) ? SET_REFERENCE : SET_64);
    }
}

int wasm_rule_struct_get(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct named named;
    uint32_t field;
    struct wasm_operand object;
    TRY(read_field(body, &named, &field));
    uint32_t storage = named.type->fields[field].storage;
    TRY(check_signedness(body, instruction, WASM_FB(2), storage));
    TRY(wasm_body_pop(body, named.reference, &object));
    TRY(wasm_body_push(body, value_type(storage)));
    if (!body->live)
        return 0;
    uint32_t slot = wasm_emit_slot(body, &object);
    uint32_t operation = get_operation(OP_struct_get_s8, storage, instruction->opcode == WASM_FB(3));
    union wasm_cell *cells = wasm_emit_result(body, operation, 3);
    cells[1].hi = slot;
    cells[2].lo = named.layout->offsets[field];
    return 0;
}

int wasm_rule_struct_set(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct named named;
    uint32_t field;
    struct wasm_operand object;
    struct wasm_operand value;
    TRY(read_field(body, &named, &field));
    uint32_t storage = named.type->fields[field].storage;
    if (!named.type->fields[field].is_mutable)
        return wasm_body_fail(body, WASM_EINVALID, "immutable field %u", field);
    TRY(wasm_body_pop(body, value_type(storage), &value));
    TRY(wasm_body_pop(body, named.reference, &object));
    if (!body->live)
        return 0;
    uint32_t object_slot = wasm_emit_slot(body, &object);
    uint32_t value_slot = wasm_emit_slot(body, &value);
    union wasm_cell *cells = wasm_emit(body, set_operation(OP_struct_set_8, storage), 3);
    cells[1].lo = object_slot;
    cells[1].hi = value_slot;
    cells[2].lo = named.layout->offsets[field];
    return 0;
}

/* ---- Arrays -------------------------------------------------------------------------------------------- */

static uint32_t element_of(const struct named *named)
{
    return named->type->fields[0].storage;
}

static int read_array(struct wasm_body *body, struct named *named)
{
    return read_named(body, WASM_TYPE_ARRAY, named);
}

static int read_mutable_array(struct wasm_body *body, struct named *named)
{
    TRY(read_array(body, named));
    if (!named->type->fields[0].is_mutable)
        return wasm_body_fail(body, WASM_EINVALID, "immutable array: type %u", named->index);
    return 0;
}

static uint64_t array_size(const struct wasm_layout *layout, uint64_t count)
{
    return WASM_ARRAY_START + (count << layout->element_shift);
}

/* array.new, or array.new_default without a value. */
static int new_array(struct wasm_body *body, bool with_value)
{
    struct named named;
    struct wasm_operand count;
    struct wasm_operand value = {0};
    struct wasm_object *made = NULL;
    TRY(read_array(body, &named));
    if (!with_value)
        TRY(check_default(body, &named));
    uint32_t first = settle_row(body, with_value ? 2 : 1);
    if (evaluating(body)) {
        uint32_t length = (uint32_t)wasm_body_top(body)->constant;
        TRY(make_constant(body, array_size(named.layout, length), named.layout->type, length, &made));
    }
    TRY(wasm_body_pop(body, WASM_I32, &count));
    if (with_value)
        TRY(wasm_body_pop(body, value_type(element_of(&named)), &value));
    if (made != NULL && with_value) {
        union wasm_value constant[2];
        wasm_operand_constant(value_type(element_of(&named)), value.constant, constant);
        body->constant_status =
            wasm_array_fill(body->instance->store, named.layout, made, 0, made->count, constant);
        if (body->constant_status != 0)
            return wasm_body_fail(body, WASM_EMEMORY, "stopped");
    }
    TRY(wasm_body_push(body, named.reference | WASM_NON_NULL));
    if (body->constant)
        push_object(body, made);
    else
        emit_row(body, with_value ? wasm_slow_array_new : wasm_slow_array_new_default, first, 0, named.layout,
                 true);
    return 0;
}

int wasm_rule_array_new(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return new_array(body, true);
}

int wasm_rule_array_new_default(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    return new_array(body, false);
}

int wasm_rule_array_new_fixed(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct named named;
    struct wasm_object *made = NULL;
    TRY(read_array(body, &named));
    uint32_t count = wasm_read_u32(&body->reader);
    uint32_t storage = element_of(&named);
    uint32_t first = settle_row(body, count);
    if (evaluating(body))
        TRY(make_constant(body, array_size(named.layout, count), named.layout->type, count, &made));
    for (uint32_t i = count; i > 0; i--) {
        struct wasm_operand operand;
        TRY(wasm_body_pop(body, value_type(storage), &operand));
        wasm_heap_work(body->heap, 1);
        if (made != NULL)
            put_constant(storage, (uint8_t *)made + array_size(named.layout, i - 1), &operand);
        if (body->heap->stopped) /* in unreachable code any number of them is there */
            return wasm_body_fail(body, WASM_ESTOPPED, "stopped");
    }
    TRY(wasm_body_push(body, named.reference | WASM_NON_NULL));
    if (body->constant)
        push_object(body, made);
    else
        emit_row(body, wasm_slow_array_new_fixed, first, count, named.layout, true);
    return 0;
}

/* Data become numbers and vectors only. */
static int read_data(struct wasm_body *body, const struct named *named, uint32_t *segment)
{
    *segment = wasm_read_u32(&body->reader);
    if (!body->module->has_data_count)
        return wasm_body_fail(body, WASM_EMALFORMED, "data count section required");
    if (body->reader.problem != NULL || *segment >= body->module->data_count)
        return wasm_body_fail(body, WASM_EINVALID, "unknown data segment %u", *segment);
    if (wasm_type_is_reference(element_of(named)))
        return wasm_body_fail(body, WASM_EINVALID, "array type is not numeric or vector: type %u",
                              named->index);
    return 0;
}

static int read_elements(struct wasm_body *body, const struct named *named, uint32_t *segment)
{
    *segment = wasm_read_u32(&body->reader);
    if (body->reader.problem != NULL || *segment >= body->module->element_count)
        return wasm_body_fail(body, WASM_EINVALID, "unknown elem segment %u", *segment);
    uint32_t type = body->module->elements[*segment].type;
    if (is_packed(element_of(named)) || !wasm_type_matches(body->module, type, element_of(named)))
        return wasm_body_fail(body, WASM_EINVALID, "type mismatch: elements of %t for an array of type %u",
                              type, named->index);
    return 0;
}

/* array.new_data, array.new_elem: place and size in the segment. */
static int new_from(struct wasm_body *body, const struct named *named, uint32_t segment,
                    wasm_slow_operation *function)
{
    static const uint32_t operands[] = {WASM_I32, WASM_I32};
    uint32_t first = settle_row(body, 2);
    TRY(wasm_body_pop_all(body, operands, 2));
    TRY(wasm_body_push(body, named->reference | WASM_NON_NULL));
    emit_row(body, function, first, segment, named->layout, true);
    return 0;
}

int wasm_rule_array_new_data(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct named named;
    uint32_t segment;
    TRY(read_array(body, &named));
    TRY(read_data(body, &named, &segment));
    return new_from(body, &named, segment, wasm_slow_array_new_data);
}

int wasm_rule_array_new_elem(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct named named;
    uint32_t segment;
    TRY(read_array(body, &named));
    TRY(read_elements(body, &named, &segment));
    return new_from(body, &named, segment, wasm_slow_array_new_elem);
}

int wasm_rule_array_get(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct named named;
    struct wasm_operand array;
    struct wasm_operand index;
    TRY(read_array(body, &named));
    uint32_t storage = element_of(&named);
    TRY(check_signedness(body, instruction, WASM_FB(11), storage));
    TRY(wasm_body_pop(body, WASM_I32, &index));
    TRY(wasm_body_pop(body, named.reference, &array));
    TRY(wasm_body_push(body, value_type(storage)));
    if (!body->live)
        return 0;
    uint32_t array_slot = wasm_emit_slot(body, &array);
    uint32_t index_slot = wasm_emit_slot(body, &index);
    uint32_t operation = get_operation(OP_array_get_s8, storage, instruction->opcode == WASM_FB(12));
    union wasm_cell *cells = wasm_emit_result(body, operation, 3);
    cells[1].hi = array_slot;
    cells[2].lo = index_slot;
    return 0;
}

int wasm_rule_array_set(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct named named;
    struct wasm_operand array;
    struct wasm_operand index;
    struct wasm_operand value;
    TRY(read_mutable_array(body, &named));
    uint32_t storage = element_of(&named);
    TRY(wasm_body_pop(body, value_type(storage), &value));
    TRY(wasm_body_pop(body, WASM_I32, &index));
    TRY(wasm_body_pop(body, named.reference, &array));
    if (!body->live)
        return 0;
    uint32_t array_slot = wasm_emit_slot(body, &array);
    uint32_t index_slot = wasm_emit_slot(body, &index);
    uint32_t value_slot = wasm_emit_slot(body, &value);
    union wasm_cell *cells = wasm_emit(body, set_operation(OP_array_set_8, storage), 3);
    cells[1].lo = array_slot;
    cells[1].hi = index_slot;
    cells[2].lo = value_slot;
    return 0;
}

int wasm_rule_array_len(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct wasm_operand array;
    TRY(wasm_body_pop(body, WASM_ARRAYREF, &array));
    TRY(wasm_body_push(body, WASM_I32));
    if (body->live) {
        uint32_t slot = wasm_emit_slot(body, &array);
        wasm_emit_result(body, OP_array_len, 2)[1].hi = slot;
    }
    return 0;
}

/* Operations on a part of an array: `types` are their operands. */
static int part_of_array(struct wasm_body *body, const uint32_t *types, uint32_t count, uint32_t number,
                         wasm_slow_operation *function, const struct wasm_layout *layout)
{
    uint32_t first = settle_row(body, count);
    TRY(wasm_body_pop_all(body, types, count));
    emit_row(body, function, first, number, layout, false);
    return 0;
}

int wasm_rule_array_fill(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct named named;
    TRY(read_mutable_array(body, &named));
    const uint32_t types[] = {named.reference, WASM_I32, value_type(element_of(&named)), WASM_I32};
    return part_of_array(body, types, 4, 0, wasm_slow_array_fill, named.layout);
}

int wasm_rule_array_copy(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct named to;
    struct named from;
    TRY(read_mutable_array(body, &to));
    TRY(read_array(body, &from));
    uint32_t target = element_of(&to);
    uint32_t source = element_of(&from);
    bool packed = is_packed(target) || is_packed(source);
    if (packed ? target != source : !wasm_type_matches(body->module, source, target))
        return wasm_body_fail(body, WASM_EINVALID, "array types do not match: %u and %u", to.index,
                              from.index);
    const uint32_t types[] = {to.reference, WASM_I32, from.reference, WASM_I32, WASM_I32};
    return part_of_array(body, types, 5, 0, wasm_slow_array_copy, to.layout);
}

int wasm_rule_array_init_data(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct named named;
    uint32_t segment;
    TRY(read_mutable_array(body, &named));
    TRY(read_data(body, &named, &segment));
    const uint32_t types[] = {named.reference, WASM_I32, WASM_I32, WASM_I32};
    return part_of_array(body, types, 4, segment, wasm_slow_array_init_data, named.layout);
}

int wasm_rule_array_init_elem(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    (void)instruction;
    struct named named;
    uint32_t segment;
    TRY(read_mutable_array(body, &named));
    TRY(read_elements(body, &named, &segment));
    const uint32_t types[] = {named.reference, WASM_I32, WASM_I32, WASM_I32};
    return part_of_array(body, types, 4, segment, wasm_slow_array_init_elem, named.layout);
}
