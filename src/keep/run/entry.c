/* SPDX-License-Identifier: Apache-2.0 */
/* A call of one export. */
#include "entry.h"

#include "number.h"
#include "text.h"

static bool is_number(uint32_t type)
{
    return type == WASM_I32 || type == WASM_I64 || type == WASM_F32 || type == WASM_F64;
}

static bool is_short(uint32_t type)
{
    return type == WASM_I32 || type == WASM_F32;
}

/* An argument is the decimal of its bits; the client has made it from what was typed. */
static bool parse_bits(struct span text, uint64_t most, uint64_t *bits)
{
    uint64_t value = 0;
    if (text.size == 0)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t digit = (uint8_t)(text.data[i] - '0');
        if (digit > 9 || __builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)digit, &value) || value > most)
            return false;
    }
    *bits = value;
    return true;
}

const char *entry_prepare(struct entry_call *call, const struct wasm_function *function,
                          const struct strings *strings)
{
    struct wasm_function_type type = wasm_function_type(function);
    if (type.parameter_count > ENTRY_VALUES_MAX || type.result_count > ENTRY_VALUES_MAX)
        return "the function that is to be called takes or gives too many values";
    if (strings->arg_count != (size_t)type.parameter_count + 1)
        return "the function that is to be called takes another number of arguments";
    for (uint32_t i = 0; i < type.parameter_count; i++) {
        uint64_t most = is_short(type.parameters[i]) ? UINT32_MAX : UINT64_MAX;
        if (!is_number(type.parameters[i]))
            return "the function that is to be called takes what is no number";
        if (!parse_bits(strings->args[i + 1], most, &call->arguments[i].i64))
            return "an argument of the function that is to be called is no number of its type";
    }
    for (uint32_t i = 0; i < type.result_count; i++) {
        if (!is_number(type.results[i]))
            return "the function that is to be called gives what is no number";
    }
    call->types = type.results;
    call->result_count = type.result_count;
    return NULL;
}

static void add_signed(struct text *text, int64_t value)
{
    if (value < 0)
        text_add_literal(text, "-");
    text_add_number(text, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

size_t entry_line(const struct entry_call *call, uint32_t index, uint8_t line[ENTRY_LINE_MAX])
{
    struct text text = {.data = line, .capacity = ENTRY_LINE_MAX};
    const union wasm_value *value = &call->results[index];
    switch (call->types[index]) {
    case WASM_I32:
        add_signed(&text, (int32_t)value->i32);
        break;
    case WASM_I64:
        add_signed(&text, (int64_t)value->i64);
        break;
    case WASM_F32:
        number_add_float(&text, value->i32, 32);
        break;
    default:
        number_add_float(&text, value->i64, 64);
        break;
    }
    text_add_literal(&text, "\n");
    return text.size;
}
