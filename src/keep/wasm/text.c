/* SPDX-License-Identifier: Apache-2.0 */
/* text.c: bounded messages (text.h), and the names of types. */

#include "text.h"

void wasm_text_init(struct wasm_text *text, char *buffer, size_t size)
{
    text->at = buffer;
    text->left = size;
    if (size > 0)
        buffer[0] = 0;
}

static void add_byte(struct wasm_text *text, char byte)
{
    if (text->left < 2)
        return;
    *text->at++ = byte;
    *text->at = 0;
    text->left--;
}

void wasm_text_add(struct wasm_text *text, const char *string)
{
    for (; *string != 0; string++)
        add_byte(text, *string);
}

static void add_number(struct wasm_text *text, uint64_t number, uint32_t base)
{
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number > 0);
    while (count > 0)
        add_byte(text, digits[--count]);
}

/* A name from a module is foreign text: only printable ASCII passes. */
static void add_name(struct wasm_text *text, const struct wasm_name *name)
{
    for (size_t i = 0; i < name->size; i++) {
        uint8_t byte = name->bytes[i];
        add_byte(text, byte >= 0x20 && byte < 0x7F ? (char)byte : '?');
    }
}

static void add_type(struct wasm_text *text, uint32_t type)
{
    if ((type & 0xFF) != WASM_REF) {
        wasm_text_add(text, wasm_type_name(type));
        return;
    }
    wasm_text_add(text, type & WASM_NON_NULL ? "(ref " : "(ref null ");
    add_number(text, type >> WASM_INDEX_SHIFT, 10);
    wasm_text_add(text, ")");
}

void wasm_text_format(struct wasm_text *text, const char *format, va_list arguments)
{
    for (; *format != 0; format++) {
        if (*format != '%') {
            add_byte(text, *format);
            continue;
        }
        format++;
        if (*format == 's') {
            wasm_text_add(text, va_arg(arguments, const char *));
        } else if (*format == 'u') {
            add_number(text, va_arg(arguments, uint32_t), 10);
        } else if (*format == 'U') {
            add_number(text, va_arg(arguments, uint64_t), 10);
        } else if (*format == 'x') {
            wasm_text_add(text, "0x");
            add_number(text, va_arg(arguments, uint32_t), 16);
        } else if (*format == 't') {
            add_type(text, va_arg(arguments, uint32_t));
        } else if (*format == 'n') {
            add_name(text, va_arg(arguments, const struct wasm_name *));
        }
    }
}

const char *wasm_type_name(uint32_t type)
{
    /* (ref null HT) under its short name, and (ref HT), by the code of HT */
    static const char *const names[][2] = {
        [WASM_I32] = {"i32", NULL},
        [WASM_I64] = {"i64", NULL},
        [WASM_F32] = {"f32", NULL},
        [WASM_F64] = {"f64", NULL},
        [WASM_V128] = {"v128", NULL},
        [WASM_NULLEXNREF] = {"nullexnref", "(ref noexn)"},
        [WASM_NULLFUNCREF] = {"nullfuncref", "(ref nofunc)"},
        [WASM_NULLEXTERNREF] = {"nullexternref", "(ref noextern)"},
        [WASM_NULLREF] = {"nullref", "(ref none)"},
        [WASM_FUNCREF] = {"funcref", "(ref func)"},
        [WASM_EXTERNREF] = {"externref", "(ref extern)"},
        [WASM_ANYREF] = {"anyref", "(ref any)"},
        [WASM_EQREF] = {"eqref", "(ref eq)"},
        [WASM_I31REF] = {"i31ref", "(ref i31)"},
        [WASM_STRUCTREF] = {"structref", "(ref struct)"},
        [WASM_ARRAYREF] = {"arrayref", "(ref array)"},
        [WASM_EXNREF] = {"exnref", "(ref exn)"},
        [WASM_REF] = {"(ref null type)", "(ref type)"},
        [0x00] = {"a value", NULL}, /* in code that cannot be reached */
        [0x01] = {NULL, "a reference"},
    };
    uint32_t code = type & 0xFF;
    const char *name = code <= WASM_I32 ? names[code][(type & WASM_NON_NULL) != 0] : NULL;
    return name != NULL ? name : "unknown";
}

uint32_t wasm_types_slots(const uint32_t *types, uint32_t count)
{
    uint32_t slots = count;
    for (uint32_t i = 0; i < count; i++)
        slots += types[i] == WASM_V128;
    return slots;
}

bool wasm_function_type_equal(const struct wasm_function_type *a, const struct wasm_function_type *b)
{
    if (a->parameter_count != b->parameter_count || a->result_count != b->result_count)
        return false;
    for (uint32_t i = 0; i < a->parameter_count; i++) {
        if (a->parameters[i] != b->parameters[i])
            return false;
    }
    for (uint32_t i = 0; i < a->result_count; i++) {
        if (a->results[i] != b->results[i])
            return false;
    }
    return true;
}

static void add_types(struct wasm_text *text, const uint32_t *types, uint32_t count)
{
    wasm_text_add(text, "(");
    for (uint32_t i = 0; i < count; i++) {
        wasm_text_add(text, i == 0 ? "" : ", ");
        add_type(text, types[i]);
    }
    wasm_text_add(text, ")");
}

void wasm_function_type_format(const struct wasm_function_type *type, char *text, size_t text_size)
{
    struct wasm_text out;
    wasm_text_init(&out, text, text_size);
    add_types(&out, type->parameters, type->parameter_count);
    wasm_text_add(&out, " -> ");
    if (type->result_count == 1)
        add_type(&out, type->results[0]);
    else
        add_types(&out, type->results, type->result_count);
}

struct wasm_name wasm_name_of(const char *text)
{
    size_t size = 0;
    while (text[size] != 0)
        size++;
    return (struct wasm_name){(const uint8_t *)text, size};
}

bool wasm_name_equal(struct wasm_name a, struct wasm_name b)
{
    return a.size == b.size && (a.size == 0 || __builtin_memcmp(a.bytes, b.bytes, a.size) == 0);
}
