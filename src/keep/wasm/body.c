/* SPDX-License-Identifier: Apache-2.0 */
/*
 * body.c: the pass over a function body (body.h): operand and control stacks, the table of instructions, and
 * the rules of the regular instructions. The other rules are in rules_*.c.
 */

#include <string.h>

#include "body.h"
#include "read_type.h"
#include "text.h"

void wasm_body_init(struct wasm_body *body, struct wasm_heap *heap)
{
    *body = (struct wasm_body){.heap = heap};
    body->operand_vector.heap = heap;
    body->control_vector.heap = heap;
    body->local_vector.heap = heap;
    body->is_set_vector.heap = heap;
    body->set_vector.heap = heap;
    body->cell_vector.heap = heap;
    body->pending_vector.heap = heap;
    body->place_vector.heap = heap;
    body->region_vector.heap = heap;
    body->clause_vector.heap = heap;
    heap->work_per_poll = 32 * 1024;
    heap->work_left = heap->work_per_poll;
    body->stop_cell = WASM_NO_CELL;
}

void wasm_body_free(struct wasm_body *body)
{
    wasm_vector_free(&body->operand_vector);
    wasm_vector_free(&body->control_vector);
    wasm_vector_free(&body->local_vector);
    wasm_vector_free(&body->is_set_vector);
    wasm_vector_free(&body->set_vector);
    wasm_vector_free(&body->cell_vector);
    wasm_vector_free(&body->pending_vector);
    wasm_vector_free(&body->place_vector);
    wasm_vector_free(&body->region_vector);
    wasm_vector_free(&body->clause_vector);
}

int wasm_body_fail(struct wasm_body *body, int code, const char *format, ...)
{
    struct wasm_error *error = body->error;
    struct wasm_text text;
    *error = (struct wasm_error){.code = code, .section = body->section, .offset = body->instruction};
    error->function_index = body->function_index;
    wasm_text_init(&text, error->message, sizeof(error->message));
    if (body->reader.problem != NULL) {
        error->code = WASM_EMALFORMED;
        error->offset = wasm_reader_offset(&body->reader);
        wasm_text_add(&text, body->reader.problem);
        return error->code;
    }
    if (body->heap->stopped) { /* also where it looked like want of memory */
        error->code = WASM_ESTOPPED;
        wasm_text_add(&text, "stopped");
        return error->code;
    }
    va_list arguments;
    va_start(arguments, format);
    wasm_text_format(&text, format, arguments);
    va_end(arguments);
    return code;
}

/* ---- Stacks -------------------------------------------------------------------------------------------- */

int wasm_body_make_room(struct wasm_body *body)
{
    uint32_t most = body->module->config.limits.operands;
    if (body->height >= most)
        return wasm_body_fail(body, WASM_ELIMIT, "operand stack higher than %u", most);
    if (wasm_vector_reserve(&body->operand_vector, (size_t)body->height + 1, sizeof(struct wasm_operand)) !=
        0)
        return wasm_body_fail(body, WASM_EMEMORY, "out of memory");
    body->operands = body->operand_vector.data;
    size_t room = body->operand_vector.allocated / sizeof(struct wasm_operand);
    body->operand_room = room < most ? (uint32_t)room : most;
    return 0;
}

void wasm_body_truncate(struct wasm_body *body, uint32_t height)
{
    while (body->height > height)
        wasm_body_forget_top(body);
}

int wasm_body_pop_other(struct wasm_body *body, uint32_t expected, struct wasm_operand *operand)
{
    const struct wasm_control *control = &body->controls[body->depth - 1];
    if (body->height == control->height) {
        if (control->unreachable) {
            *operand = (struct wasm_operand){.type = WASM_BOTTOM};
            return 0;
        }
        return wasm_body_fail(body, WASM_EINVALID, "type mismatch: expected %t, but nothing is on the stack",
                              expected);
    }
    *operand = *wasm_body_top(body);
    if (!wasm_type_matches(body->module, operand->type, expected))
        return wasm_body_fail(body, WASM_EINVALID, "type mismatch: expected %t, found %t", expected,
                              operand->type);
    wasm_body_forget_top(body);
    return 0;
}

int wasm_body_push_all(struct wasm_body *body, const uint32_t *types, uint32_t count)
{
    wasm_heap_work(body->heap, count);
    for (uint32_t i = 0; i < count; i++)
        TRY(wasm_body_push(body, types[i]));
    return 0;
}

int wasm_body_pop_all(struct wasm_body *body, const uint32_t *types, uint32_t count)
{
    struct wasm_operand operand;
    wasm_heap_work(body->heap, count);
    for (uint32_t i = count; i > 0; i--)
        TRY(wasm_body_pop(body, types[i - 1], &operand));
    return 0;
}

void wasm_body_set_unreachable(struct wasm_body *body)
{
    struct wasm_control *control = &body->controls[body->depth - 1];
    wasm_body_truncate(body, control->height);
    control->unreachable = true;
    body->live = false;
}

/* ---- Locals and types ---------------------------------------------------------------------------------- */

bool wasm_body_local_type_far(const struct wasm_body *body, uint32_t index, uint32_t *type)
{
    if (index < body->type->parameter_count) {
        *type = body->type->parameters[index];
        return true;
    }
    const struct wasm_local_run *runs = body->local_vector.data;
    uint32_t low = 0;
    uint32_t high = body->run_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (index < runs[middle].end)
            high = middle;
        else
            low = middle + 1;
    }
    if (low == body->run_count)
        return false;
    *type = runs[low].type;
    return true;
}

int wasm_body_read_type(struct wasm_body *body, uint32_t *type)
{
    int status = wasm_read_value_type(&body->reader, body->module, body->module->types.count, type);
    return status == 0 ? 0 : wasm_body_fail(body, status, wasm_type_problem(status), *type);
}

int wasm_body_read_heap_type(struct wasm_body *body, uint32_t *type)
{
    int status = wasm_read_heap_type(&body->reader, body->module, body->module->types.count, type);
    return status == 0 ? 0 : wasm_body_fail(body, status, wasm_type_problem(status), *type);
}

int wasm_body_function_type(struct wasm_body *body, uint32_t index, const struct wasm_function_type **type)
{
    const struct wasm_types *types = &body->module->types;
    if (body->reader.problem != NULL || index >= types->count)
        return wasm_body_fail(body, WASM_EINVALID, "unknown type %u", index);
    if (types->items[index]->kind != WASM_TYPE_FUNCTION)
        return wasm_body_fail(body, WASM_EINVALID, "type mismatch: type %u is no function type", index);
    *type = &types->items[index]->function;
    return 0;
}

static int read_locals(struct wasm_body *body)
{
    uint32_t most = body->module->config.limits.locals;
    body->run_count = 0;
    body->local_count = body->type->parameter_count;
    uint32_t runs = wasm_read_u32(&body->reader);
    for (uint32_t i = 0; i < runs && body->reader.problem == NULL; i++) {
        body->instruction = wasm_reader_offset(&body->reader);
        uint32_t count = wasm_read_u32(&body->reader);
        uint32_t type;
        TRY(wasm_body_read_type(body, &type));
        if (count > UINT32_MAX - body->local_count)
            return wasm_body_fail(body, WASM_EMALFORMED, "too many locals");
        if (count == 0)
            continue;
        if (wasm_vector_reserve(&body->local_vector, (size_t)body->run_count + 1,
                                sizeof(struct wasm_local_run)))
            return wasm_body_fail(body, WASM_EMEMORY, "out of memory");
        body->local_count += count;
        struct wasm_local_run *run = (struct wasm_local_run *)body->local_vector.data + body->run_count++;
        *run = (struct wasm_local_run){body->local_count, type};
    }
    if (body->reader.problem != NULL)
        return wasm_body_fail(body, WASM_EMALFORMED, "");
    if (body->local_count > most)
        return wasm_body_fail(body, WASM_ELIMIT, "too many locals: %u, at most %u are supported",
                              body->local_count, most);
    body->near_count = 0;
    uint32_t near = body->local_count < WASM_NEAR_LOCALS ? body->local_count : WASM_NEAR_LOCALS;
    for (; body->near_count < near; body->near_count++)
        (void)wasm_body_local_type_far(body, body->near_count, &body->near_types[body->near_count]);
    return wasm_body_track_locals(body);
}

/* ---- Rules of the regular instructions ----------------------------------------------------------------- */

static int rule_binary(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_operand a;
    struct wasm_operand b;
    TRY(wasm_body_pop(body, instruction->operand, &b));
    TRY(wasm_body_pop(body, instruction->operand, &a));
    TRY(wasm_body_push(body, instruction->result));
    if (body->constant)
        wasm_emit_folded(body, instruction, &a, &b);
    else
        wasm_emit_binary(body, instruction, &a, &b);
    return 0;
}

static int rule_compare(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_operand a;
    struct wasm_operand b;
    TRY(wasm_body_pop(body, instruction->operand, &b));
    TRY(wasm_body_pop(body, instruction->operand, &a));
    TRY(wasm_body_push(body, WASM_I32));
    wasm_emit_compare(body, instruction, &a, &b);
    return 0;
}

/* i32.eqz and i64.eqz are comparisons with the constant zero. */
static int rule_test(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_operand a;
    struct wasm_operand zero = {.kind = WASM_IS_CONSTANT};
    TRY(wasm_body_pop(body, instruction->operand, &a));
    TRY(wasm_body_push(body, WASM_I32));
    wasm_emit_compare(body, instruction, &a, &zero);
    return 0;
}

static int rule_unary(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_operand a;
    TRY(wasm_body_pop(body, instruction->operand, &a));
    TRY(wasm_body_push(body, instruction->result));
    wasm_emit_unary(body, instruction, &a);
    return 0;
}

static int rule_load(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_access access;
    struct wasm_operand address;
    TRY(wasm_body_read_access(body, instruction, &access));
    TRY(wasm_body_pop(body, access.address, &address));
    TRY(wasm_body_push(body, instruction->result));
    if (access.plain)
        wasm_emit_load(body, instruction, &address, access.offset);
    else
        wasm_emit_far_load(body, instruction, &access, &address);
    return 0;
}

static int rule_store(struct wasm_body *body, const struct wasm_instruction *instruction)
{
    struct wasm_access access;
    struct wasm_operand address;
    struct wasm_operand value;
    TRY(wasm_body_read_access(body, instruction, &access));
    TRY(wasm_body_pop(body, instruction->operand, &value));
    TRY(wasm_body_pop(body, access.address, &address));
    if (access.plain)
        wasm_emit_store(body, instruction, &address, &value, access.offset);
    else
        wasm_emit_far_store(body, instruction, &access, &address, &value);
    return 0;
}

/* ---- The table ----------------------------------------------------------------------------------------- */

#define FC(n)      (0x100 + (n))
#define FB(n)      WASM_FB(n)
#define FD(n)      (0x200 + (n))
#define FE(n)      WASM_FE(n)
#define TABLE_SIZE FD(0x114)

#define FEATURE_always                   0
#define FEATURE_OF(field)                (1 + offsetof(struct wasm_features, field))
#define FEATURE_threads                  FEATURE_OF(threads)
#define FEATURE_sign_extension           FEATURE_OF(sign_extension)
#define FEATURE_nontrapping_float_to_int FEATURE_OF(nontrapping_float_to_int)
#define FEATURE_reference_types          FEATURE_OF(reference_types)
#define FEATURE_bulk_memory              FEATURE_OF(bulk_memory)
#define FEATURE_tail_call                FEATURE_OF(tail_call)
#define FEATURE_function_references      FEATURE_OF(function_references)
#define FEATURE_simd                     FEATURE_OF(simd)
#define FEATURE_relaxed_simd             FEATURE_OF(relaxed_simd)
#define FEATURE_gc                       FEATURE_OF(gc)
#define FEATURE_exceptions               FEATURE_OF(exceptions)
#define FEATURE_legacy_exceptions        FEATURE_OF(legacy_exceptions)
#define ORDER_COMMUTES                   true
#define ORDER_ORDERED                    false

#define IN_i32 WASM_ACC_INTEGER
#define IN_i64 WASM_ACC_INTEGER
#define IN_f32 WASM_ACC_F32
#define IN_f64 WASM_ACC_F64

#define HEAD(number, function, text, needs)                                                                  \
    .rule = function, .name = text, .opcode = number, .feature = FEATURE_##needs

static const struct wasm_instruction instructions[TABLE_SIZE] = {
#define BINARY(number, id, text, needs, type, member, order, expression)                                     \
    [number] = {HEAD(number, rule_binary, text, needs),                                                      \
                .operand = WASM_##type,                                                                      \
                .result = WASM_##type,                                                                       \
                .operation = OP_##id##_rr,                                                                   \
                .commutes = ORDER_##order,                                                                   \
                .operand_in = IN_##member,                                                                   \
                .result_in = IN_##member},
#define BINARY_TRAP(number, id, text, needs, type, member, function)                                         \
    [number] = {HEAD(number, rule_binary, text, needs),                                                      \
                .operand = WASM_##type,                                                                      \
                .result = WASM_##type,                                                                       \
                .operation = OP_##id##_rr,                                                                   \
                .operand_in = WASM_ACC_NONE,                                                                 \
                .result_in = IN_##member},
#define COMPARE(number, id, text, needs, type, member, other, expression)                                    \
    [number] = {HEAD(number, rule_compare, text, needs),                                                     \
                .operand = WASM_##type,                                                                      \
                .operation = OP_##id##_rr,                                                                   \
                .swapped = OP_##other##_rr,                                                                  \
                .operand_in = IN_##member,                                                                   \
                .result_in = WASM_ACC_INTEGER},
#define TEST(number, id, text, needs, type, comparison)                                                      \
    [number] = {HEAD(number, rule_test, text, needs), .operand = WASM_##type,                                \
                .operation = OP_##comparison##_rr, .operand_in = WASM_ACC_INTEGER,                           \
                .result_in = WASM_ACC_INTEGER},
#define UNARY(number, id, text, needs, from, from_member, to, to_member, expression)                         \
    [number] = {HEAD(number, rule_unary, text, needs),                                                       \
                .operand = WASM_##from,                                                                      \
                .result = WASM_##to,                                                                         \
                .operation = OP_##id,                                                                        \
                .operand_in = IN_##from_member,                                                              \
                .result_in = IN_##to_member},
#define UNARY_TRAP(number, id, text, needs, from, from_member, to, to_member, function)                      \
    [number] = {HEAD(number, rule_unary, text, needs),                                                       \
                .operand = WASM_##from,                                                                      \
                .result = WASM_##to,                                                                         \
                .operation = OP_##id,                                                                        \
                .operand_in = WASM_ACC_NONE,                                                                 \
                .result_in = IN_##to_member},
#define LOAD(number, id, text, needs, type, member, C, natural, cast)                                        \
    [number] = {HEAD(number, rule_load, text, needs),                                                        \
                .result = WASM_##type,                                                                       \
                .alignment = natural,                                                                        \
                .operation = OP_##id##_r,                                                                    \
                .wide = OP_##id##_wide,                                                                      \
                .result_in = IN_##member},
#define STORE(number, id, text, needs, type, member, C, natural)                                             \
    [number] = {HEAD(number, rule_store, text, needs),                                                       \
                .operand = WASM_##type,                                                                      \
                .alignment = natural,                                                                        \
                .operation = OP_##id##_rr,                                                                   \
                .wide = OP_##id##_wide,                                                                      \
                .operand_in = IN_##member},
#define RULE(number, id, text, needs, function) [number] = {HEAD(number, wasm_rule_##function, text, needs)},
#define VECTOR(number, text, needs, kind, from, to, op)                                                      \
    HEAD(number, wasm_rule_vector_##kind, text, needs), .operand = WASM_##from, .result = WASM_##to,         \
        .operation = OP_##op
#define V_UNARY(number, id, text, needs, ...) [number] = {VECTOR(number, text, needs, unary, V128, V128, id)},
#define V_LOW(number, id, text, needs, ...)   [number] = {VECTOR(number, text, needs, low, V128, V128, id)},
#define V_BINARY(number, id, text, needs, ...)                                                               \
    [number] = {VECTOR(number, text, needs, binary, V128, V128, id)},
#define V_TERNARY(number, id, text, needs, ...)                                                              \
    [number] = {VECTOR(number, text, needs, ternary, V128, V128, id)},
#define V_SHIFT(number, id, text, needs, ...) [number] = {VECTOR(number, text, needs, binary, I32, V128, id)},
#define V_TEST(number, id, text, needs, ...)  [number] = {VECTOR(number, text, needs, unary, V128, I32, id)},
#define V_SPLAT(number, id, text, needs, type, ...)                                                          \
    [number] = {VECTOR(number, text, needs, unary, type, V128, id)},
#define V_EXTRACT(number, id, text, needs, count, type, ...)                                                 \
    [number] = {VECTOR(number, text, needs, extract, V128, type, id), .lanes = count},
#define V_REPLACE(number, id, text, needs, count, type, ...)                                                 \
    [number] = {VECTOR(number, text, needs, replace, type, V128, id), .lanes = count},
#define V_LOAD(number, id, text, needs, C, natural, expression)                                              \
    [number] = {VECTOR(number, text, needs, load, I32, V128, id##_r), .alignment = natural},
#define V_STORE(number, id, text, needs, C, natural)                                                         \
    [number] = {VECTOR(number, text, needs, store, V128, V128, id##_r), .alignment = natural},
#define V_LOAD_LANE(number, id, text, needs, shape, count, C, natural)                                       \
    [number] = {VECTOR(number, text, needs, load_lane, V128, V128, id##_r), .lanes = count,                  \
                .alignment = natural},
#define V_STORE_LANE(number, id, text, needs, count, C, natural)                                             \
    [number] = {VECTOR(number, text, needs, store, V128, V128, id##_r), .lanes = count, .alignment = natural},
#define V_SAME(number, id, text, needs, kind, from, to, count, op)                                           \
    [number] = {VECTOR(number, text, needs, kind, from, to, op), .lanes = count},
#include "instructions.def"
};

static bool feature_on(const struct wasm_features *features, uint16_t feature)
{
    bool on = true;
    if (feature != 0)
        memcpy(&on, (const uint8_t *)features + feature - 1, sizeof(on));
    return on;
}

/* Those of the feature `gc` (3.3.10). */
static bool allowed_objects(const struct wasm_instruction *instruction)
{
    return instruction->rule == wasm_rule_struct_new || instruction->rule == wasm_rule_struct_new_default ||
           instruction->rule == wasm_rule_array_new || instruction->rule == wasm_rule_array_new_default ||
           instruction->rule == wasm_rule_array_new_fixed || instruction->rule == wasm_rule_ref_i31 ||
           instruction->rule == wasm_rule_any_convert_extern ||
           instruction->rule == wasm_rule_extern_convert_any;
}

static bool allowed_in_constant(const struct wasm_body *body, const struct wasm_instruction *instruction)
{
    switch (instruction->operation) {
    case OP_i32_add_rr:
    case OP_i32_sub_rr:
    case OP_i32_mul_rr:
    case OP_i64_add_rr:
    case OP_i64_sub_rr:
    case OP_i64_mul_rr:
        return body->module->config.features.extended_const && instruction->rule == rule_binary;
    default:
        break;
    }
    return instruction->rule == wasm_rule_i32_const || instruction->rule == wasm_rule_i64_const ||
           instruction->rule == wasm_rule_f32_const || instruction->rule == wasm_rule_f64_const ||
           instruction->rule == wasm_rule_v128_const || instruction->rule == wasm_rule_ref_null ||
           instruction->rule == wasm_rule_ref_func || instruction->rule == wasm_rule_global_get ||
           instruction->rule == wasm_rule_end || allowed_objects(instruction);
}

/* Bytes that a number follows: where their instructions stand in the table, and how many. */
#define PREFIX_FIRST 0xFBu
static const struct {
    uint16_t first;
    uint16_t count;
} prefixes[] = {
    [0xFB - PREFIX_FIRST] = {FB(0), 31},    [0xFC - PREFIX_FIRST] = {FC(0), 18},
    [0xFD - PREFIX_FIRST] = {FD(0), 0x114}, [0xFE - PREFIX_FIRST] = {FE(0), 0x4F},
    [0xFF - PREFIX_FIRST] = {0, 0},
};

static int fail_opcode(struct wasm_body *body, uint32_t prefix, uint32_t opcode)
{
    if (prefix < PREFIX_FIRST || prefixes[prefix - PREFIX_FIRST].count == 0)
        return wasm_body_fail(body, WASM_EMALFORMED, "illegal opcode %x", opcode);
    return wasm_body_fail(body, WASM_EMALFORMED, "illegal opcode %x %x", prefix, opcode);
}

static int pass_instruction(struct wasm_body *body)
{
    struct wasm_reader *reader = &body->reader;
    body->instruction = wasm_reader_offset(reader);
    uint32_t prefix = wasm_read_byte(reader);
    uint32_t opcode = prefix;
    uint32_t index = prefix;
    if (prefix >= PREFIX_FIRST && prefixes[prefix - PREFIX_FIRST].count > 0) {
        opcode = wasm_read_u32(reader);
        if (opcode < prefixes[prefix - PREFIX_FIRST].count)
            index = prefixes[prefix - PREFIX_FIRST].first + opcode;
    }
    const struct wasm_instruction *instruction = &instructions[index];
    if (reader->problem != NULL || instruction->rule == NULL ||
        !feature_on(&body->module->config.features, instruction->feature))
        return fail_opcode(body, prefix, opcode);
    if (body->constant && !allowed_in_constant(body, instruction))
        return wasm_body_fail(body, WASM_EINVALID, "constant expression required: found %s",
                              instruction->name);
    TRY(instruction->rule(body, instruction));
    if (reader->problem != NULL)
        return wasm_body_fail(body, WASM_EMALFORMED, "");
    if (body->out_of_memory)
        return wasm_body_fail(body, WASM_EMEMORY, "out of memory");
    return 0;
}

/* ---- The pass ------------------------------------------------------------------------------------------ */

/* Gives each local its slot, in body->places where a v128 makes it differ from the local's index. */
static int place_locals(struct wasm_body *body)
{
    const struct wasm_local_run *runs = body->local_vector.data;
    uint32_t parameters = body->type->parameter_count;
    body->places = NULL;
    body->local_slots = wasm_types_slots(body->type->parameters, parameters);
    for (uint32_t i = 0, begin = parameters; i < body->run_count; begin = runs[i++].end)
        body->local_slots += (runs[i].end - begin) * wasm_value_slots(runs[i].type);
    if (body->local_slots == body->local_count)
        return 0;
    if (wasm_vector_reserve(&body->place_vector, body->local_count, sizeof(uint32_t)) != 0)
        return wasm_body_fail(body, WASM_EMEMORY, "out of memory");
    body->places = body->place_vector.data;
    uint32_t slot = 0;
    uint32_t local = 0;
    for (; local < parameters; slot += wasm_value_slots(body->type->parameters[local++]))
        body->places[local] = slot;
    for (uint32_t i = 0; i < body->run_count; i++) {
        for (; local < runs[i].end; slot += wasm_value_slots(runs[i].type))
            body->places[local++] = slot;
    }
    return 0;
}

static int prepare_emitting(struct wasm_body *body)
{
    body->live = body->instance != NULL;
    body->out_of_memory = false;
    body->cell_count = 0;
    body->path = 0;
    body->local_slots = body->local_count;
    body->floor = 0;
    body->taken_back = 0;
    wasm_emit_label(body);
    body->table_mark = 0;
    body->region_count = 0;
    body->clause_count = 0;
    if (!body->live)
        return 0;
    body->handlers = wasm_interpreter_handlers();
    TRY(place_locals(body));
    body->frame_slots = wasm_types_slots(body->type->results, body->type->result_count);
    if (body->frame_slots < body->local_slots)
        body->frame_slots = body->local_slots;
    if (wasm_vector_reserve(&body->pending_vector, body->local_count, sizeof(uint32_t)) != 0)
        return wasm_body_fail(body, WASM_EMEMORY, "out of memory");
    body->pending = body->pending_vector.data;
    if (body->local_count > 0)
        memset(body->pending, 0, body->local_count * sizeof(uint32_t));
    return 0;
}

/* What was found of the instruction that emits the cell to stop at. */
struct stop {
    bool found;
    uint64_t instruction;
    uint32_t taken_back;
};

/* The cell is there now. If its operation can still be taken back for a fused one, that one's instruction may
 * be it instead: the next instruction tells. */
static bool found_stop(struct wasm_body *body, struct stop *stop)
{
    if (!stop->found || stop->taken_back != body->taken_back)
        *stop = (struct stop){true, body->instruction, body->taken_back};
    if (body->producer != WASM_NO_CELL && body->producer <= body->stop_cell && body->depth > 0)
        return false;
    body->instruction = stop->instruction;
    return true;
}

/* The outermost block, and all instructions up to its end. */
static int pass_expression(struct wasm_body *body)
{
    struct stop stop = {0};
    body->height = 0;
    body->operand_room = 0; /* the limit may be another module's */
    body->depth = 0;
    TRY(prepare_emitting(body));
    if (wasm_vector_reserve(&body->control_vector, 1, sizeof(struct wasm_control)) != 0)
        return wasm_body_fail(body, WASM_EMEMORY, "out of memory");
    body->controls = body->control_vector.data;
    body->controls[body->depth++] = (struct wasm_control){.opcode = WASM_OPCODE_BLOCK, .entered = body->live};
    body->controls[0].delegate = WASM_NO_DEPTH;
    body->controls[0].type.results = body->type->results;
    body->controls[0].type.result_count = body->type->result_count;
    while (body->depth > 0) {
        if (body->stop_offset != 0 && wasm_reader_offset(&body->reader) >= body->stop_offset)
            return 0;
        TRY(pass_instruction(body));
        if (body->path >= WASM_PATH_MOST)
            wasm_emit_charge(body);
        if (body->cell_count > body->stop_cell && found_stop(body, &stop))
            return 0;
        wasm_heap_work(body->heap, 1);
        if (body->heap->stopped)
            return wasm_body_fail(body, WASM_ESTOPPED, "stopped");
    }
    return 0;
}

int wasm_body_pass(struct wasm_body *body, const struct wasm_module *module, uint32_t index,
                   struct wasm_instance *instance, struct wasm_error *error)
{
    const struct wasm_module_function *function = &module->functions[index];
    const uint8_t *start = module->bytes + function->body.offset;
    body->module = module;
    body->error = error;
    body->section = "code";
    body->constant = false;
    body->declaring = NULL;
    body->reader = (struct wasm_reader){module->bytes, start, start + function->body.size, NULL};
    body->function_index = index;
    body->type = function->type;
    body->instance = instance;
    body->instruction = function->body.offset;
    TRY(read_locals(body));
    TRY(pass_expression(body));
    if (body->stop_cell != WASM_NO_CELL || body->stop_offset != 0) /* it was to stop before the end */
        return 0;
    body->instruction = wasm_reader_offset(&body->reader);
    if (wasm_reader_left(&body->reader) != 0)
        return wasm_body_fail(body, WASM_EMALFORMED,
                              "section size mismatch: bytes behind the function's end");
    return 0;
}

int wasm_body_constant(struct wasm_body *body, struct wasm_reader *reader, uint32_t type)
{
    const struct wasm_function_type function_type = {.results = &type, .result_count = 1};
    body->reader = *reader;
    body->function_index = WASM_NO_INDEX;
    body->type = &function_type;
    body->constant = true;
    body->run_count = 0;
    body->local_count = 0;
    body->near_count = 0;
    body->set_count = 0;
    int status = pass_expression(body);
    body->constant = false;
    *reader = body->reader;
    return status;
}
