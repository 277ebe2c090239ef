/* SPDX-License-Identifier: Apache-2.0 */
/* The launch configuration of a package (docs/protocol.md, section 5): the export that is called, its
 * arguments by the function's type, and features of WebAssembly that are off. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/nearest.h"
#include "../keep/wasm/wasm.h"
#include "package.h"

enum { VALUES_MAX = 64 };

int32_t casemate_package_set_entry(casemate_package *p, const char *name, size_t size, casemate_error *err)
{
    if (size == 0 || size > MESSAGE_ENTRY_MAX || memchr(name, 0, size))
        return casemate_fail(err, E_USAGE, "The name of a function to call has 1 to %d bytes",
                             MESSAGE_ENTRY_MAX);
    char *copy = strndup(name, size);
    if (!copy)
        return casemate_fail(err, E_NOMEM, "No memory for the workload");
    free(p->entry);
    free(p->entry_values);
    p->entry = copy;
    p->entry_values = NULL;
    p->sealed = false;
    return 0;
}

/* ---- features ---- */

static int unknown_feature(const char *name, struct casemate_error *err)
{
    struct nearest nearest = {.typed = name};
    for (size_t i = 0; wasm_feature_name(i); i++)
        nearest_try(&nearest, wasm_feature_name(i));
    (void)casemate_fail(err, E_USAGE, "WebAssembly has no feature \"%s\" that this version knows", name);
    if (nearest.best)
        return casemate_next(err, "Did you mean %s?", nearest.best);
    struct buffer list = {0};
    for (size_t i = 0; wasm_feature_name(i); i++)
        buffer_printf(&list, "%s%s", i ? ", " : "", wasm_feature_name(i));
    (void)casemate_next(err, "There are: %s.", buffer_text(&list));
    buffer_free(&list);
    return -1;
}

int32_t casemate_package_set_feature(casemate_package *p, const char *name, size_t size, int32_t on,
                                     casemate_error *err)
{
    struct wasm_features scratch;
    char *copy = strndup(name, size < MESSAGE_FEATURE_MAX ? size : MESSAGE_FEATURE_MAX);
    if (!copy)
        return casemate_fail(err, E_NOMEM, "No memory for the workload");
    if (!wasm_features_set(&scratch, copy, on != 0)) {
        (void)unknown_feature(copy, err);
        free(copy);
        return -1;
    }
    size_t at = 0;
    while (at < p->features_off_count && strcmp(p->features_off[at], copy) != 0)
        at++;
    p->sealed = false;
    if (on && at < p->features_off_count) {
        free(p->features_off[at]);
        p->features_off[at] = p->features_off[--p->features_off_count];
    }
    if (on || at < p->features_off_count || at == MESSAGE_FEATURES_MAX)
        free(copy);
    else
        p->features_off[p->features_off_count++] = copy;
    return 0;
}

void package_features(const struct casemate_package *p, struct wasm_features *features)
{
    for (size_t i = 0; i < p->features_off_count; i++)
        (void)wasm_features_set(features, p->features_off[i], false);
}

/* ---- arguments ---- */

/* Decimal or 0x hexadecimal, with a sign or without, of that many bits: signed and unsigned numbers alike. */
static bool parse_integer(const char *text, unsigned bits, uint64_t *value)
{
    const char *digits = text + (*text == '-' || *text == '+');
    bool hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    const char *first = hex ? digits + 2 : digits;
    if (!(hex ? strchr("0123456789abcdefABCDEF", *first) : strchr("0123456789", *first)) || *first == 0)
        return false;
    char *end;
    errno = 0;
    uint64_t magnitude = strtoull(first, &end, hex ? 16 : 10);
    if (*end || errno)
        return false;
    uint64_t mask = UINT64_MAX >> (64 - bits), half = (uint64_t)1 << (bits - 1);
    if (*text == '-' ? magnitude > half : magnitude > mask)
        return false;
    *value = (*text == '-' ? 0 - magnitude : magnitude) & mask;
    return true;
}

static bool parse_float(const char *text, uint32_t type, uint64_t *bits)
{
    char *end;
    if (*text == 0 || strchr(" \t\n\v\f\r", *text))
        return false;
    if (type == WASM_F32) {
        float value = strtof(text, &end);
        uint32_t word;
        memcpy(&word, &value, sizeof word);
        *bits = word;
    } else {
        double value = strtod(text, &end);
        memcpy(bits, &value, sizeof *bits);
    }
    return *end == 0;
}

static bool parse_argument(const char *text, uint32_t type, uint64_t *bits)
{
    if (type == WASM_I32 || type == WASM_I64)
        return parse_integer(text, type == WASM_I32 ? 32 : 64, bits);
    return parse_float(text, type, bits);
}

static bool is_number(uint32_t type)
{
    return type == WASM_I32 || type == WASM_I64 || type == WASM_F32 || type == WASM_F64;
}

/* ---- the function ---- */

static int no_such_function(const struct casemate_package *p, const struct wasm_module *module,
                            struct casemate_error *err)
{
    struct buffer list = {0};
    unsigned functions = 0;
    for (uint32_t i = 0; i < wasm_module_export_count(module); i++) {
        struct wasm_export one;
        wasm_module_export(module, i, &one);
        if (one.type.kind != WASM_EXTERN_FUNCTION || ++functions > 12)
            continue;
        buffer_append_text(&list, functions > 1 ? ", " : "");
        for (size_t j = 0; j < one.name.size && j < 60; j++)
            buffer_printf(&list, "%c",
                          one.name.bytes[j] >= ' ' && one.name.bytes[j] <= '~' ? one.name.bytes[j] : '?');
    }
    (void)casemate_fail(err, E_USAGE, "The module exports no function \"%s\"", p->entry);
    (void)casemate_next(err, functions ? "It exports: %s%s." : "It exports no function at all.",
                        buffer_text(&list), functions > 12 ? ", and more" : "");
    buffer_free(&list);
    return -1;
}

static int check_types(const struct casemate_package *p, const struct wasm_function_type *type,
                       struct casemate_error *err)
{
    char text[200];
    bool numbers = type->parameter_count <= VALUES_MAX && type->result_count <= VALUES_MAX;
    for (uint32_t i = 0; numbers && i < type->parameter_count; i++)
        numbers = is_number(type->parameters[i]);
    for (uint32_t i = 0; numbers && i < type->result_count; i++)
        numbers = is_number(type->results[i]);
    wasm_function_type_format(type, text, sizeof text);
    if (!numbers)
        return casemate_fail_expected(err, E_USAGE, "i32, i64, f32 and f64, at most 64 each way", text,
                                      "The function \"%s\" takes or gives what cannot be typed", p->entry);
    if (p->argument_count != type->parameter_count) {
        char found[32];
        (void)snprintf(found, sizeof found, "%zu", p->argument_count);
        return casemate_fail_expected(err, E_USAGE, text, found,
                                      "The function \"%s\" takes %" PRIu32 " argument%s", p->entry,
                                      type->parameter_count, type->parameter_count == 1 ? "" : "s");
    }
    return 0;
}

int package_check_entry(struct casemate_package *p, const struct wasm_module *module,
                        struct casemate_error *err)
{
    struct wasm_export found;
    const struct wasm_name name = {(const uint8_t *)p->entry, strlen(p->entry)};
    if (!wasm_module_find_export(module, name, &found) || found.type.kind != WASM_EXTERN_FUNCTION)
        return no_such_function(p, module, err);
    const struct wasm_function_type *type = &found.type.function;
    if (check_types(p, type, err) < 0)
        return -1;
    uint64_t *values = calloc(p->argument_count + 1, sizeof *values);
    if (!values)
        return casemate_fail(err, E_NOMEM, "No memory for the arguments");
    for (size_t i = 0; i < p->argument_count; i++) {
        char text[128];
        size_t size = p->arguments[i].size;
        const char *typed = buffer_text(&p->arguments[i]);
        bool fits = size < sizeof text;
        if (fits) {
            memcpy(text, typed, size);
            text[size] = 0;
        }
        if (!fits || !parse_argument(text, type->parameters[i], &values[i])) {
            free(values);
            return casemate_fail_expected(
                err, E_USAGE, wasm_type_name(type->parameters[i]), fits ? text : "a long text",
                "Argument %zu of the function \"%s\" is no number of its type", i + 1, p->entry);
        }
    }
    free(p->entry_values);
    p->entry_values = values;
    return 0;
}
