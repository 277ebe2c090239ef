/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the JSON form of the WebAssembly specification's test suite. */
#include "spec_values.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    return text == NULL ? "" : text;
}

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* Host reference N is the pointer N + 1: reference 0 is not null. */
static void *host_reference(const char *number)
{
    return (void *)(uintptr_t)(strtoull(number, NULL, 10) + 1);
}

/* Size of a vector's lanes; 0 if they are of no known type. */
static size_t lane_size(const json_t *json)
{
    const char *type = text_of(json, "lane_type");
    if (strlen(type) < 2 || (type[0] != 'i' && type[0] != 'f'))
        return 0;
    size_t size = (size_t)atoi(type + 1) / 8;
    bool known = size == 1 || size == 2 || size == 4 || size == 8;
    return known && json_array_size(json_object_get(json, "value")) == 16 / size ? size : 0;
}

static const char *lane_text(const json_t *json, size_t index)
{
    const char *text = json_string_value(json_array_get(json_object_get(json, "value"), index));
    return text == NULL ? "" : text;
}

static bool vector_parse(const json_t *json, union wasm_value *value)
{
    size_t size = lane_size(json);
    for (size_t i = 0; size != 0 && i < 16 / size; i++) {
        uint64_t lane = strtoull(lane_text(json, i), NULL, 10);
        memcpy((uint8_t *)value + i * size, &lane, size);
    }
    return size != 0;
}

uint32_t spec_value_parse(struct wasm_store *store, const json_t *json, union wasm_value *value)
{
    const char *type = text_of(json, "type");
    const char *text = text_of(json, "value");
    value->i64 = 0;
    if (is(type, "i32") || is(type, "f32")) {
        value->i64 = (uint32_t)strtoull(text, NULL, 10);
        return 1;
    }
    if (is(type, "i64") || is(type, "f64")) {
        value->i64 = strtoull(text, NULL, 10);
        return 1;
    }
    if (is(type, "v128"))
        return vector_parse(json, value) ? 2 : 0;
    if (is(text, "null") && strstr(type, "ref") != NULL)
        return 1;
    if (is(type, "anyref"))
        return wasm_reference_internalize(store, host_reference(text), value) == 0;
    if (is(type, "externref")) {
        value->external = host_reference(text);
        return 1;
    }
    return 0;
}

static bool float_matches(const char *text, uint64_t bits, bool is_double)
{
    uint64_t payload_top = is_double ? 0x0008000000000000u : 0x00400000u;
    uint64_t quiet = is_double ? 0x7FF8000000000000u : 0x7FC00000u;
    uint64_t magnitude = bits & (is_double ? INT64_MAX : INT32_MAX);
    if (is(text, "nan:canonical"))
        return magnitude == quiet;
    if (is(text, "nan:arithmetic"))
        return (magnitude & quiet) == quiet && (magnitude & payload_top) != 0;
    return strtoull(text, NULL, 10) == bits;
}

static bool vector_matches(const json_t *expected, const union wasm_value *value)
{
    size_t size = lane_size(expected);
    bool floats = text_of(expected, "lane_type")[0] == 'f';
    for (size_t i = 0; size != 0 && i < 16 / size; i++) {
        uint64_t lane = 0;
        memcpy(&lane, (const uint8_t *)value + i * size, size);
        const char *text = lane_text(expected, i);
        if (floats ? !float_matches(text, lane, size == 8) : strtoull(text, NULL, 10) != lane)
            return false;
    }
    return size != 0;
}

/* The kinds of reference that the suite expects by name, and which references those are. */
static const struct {
    const char *name;
    uint32_t kinds[4]; /* as wasm_reference_type says; 0: a reference that is no object */
} references[] = {
    {"ref", {0}},
    {"funcref", {0}},
    {"externref", {0}},
    {"anyref", {WASM_I31REF, WASM_STRUCTREF, WASM_ARRAYREF, WASM_EXTERNREF}},
    {"eqref", {WASM_I31REF, WASM_STRUCTREF, WASM_ARRAYREF}},
    {"i31ref", {WASM_I31REF}},
    {"structref", {WASM_STRUCTREF}},
    {"arrayref", {WASM_ARRAYREF}},
    {"exnref", {WASM_EXNREF}},
};

static bool kind_matches(const struct wasm_store *store, const char *name, uint32_t type,
                         union wasm_value value)
{
    uint32_t kind = wasm_reference_type(store, value);
    for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
        const uint32_t *kinds = references[i].kinds;
        if (!is(name, references[i].name))
            continue;
        if (is(name, "externref")) /* also an object, externalised */
            return (type & 0xFF) == WASM_EXTERNREF;
        if (is(name, "funcref"))
            return (type & 0xFF) == WASM_FUNCREF || (kind == 0 && (type & 0xFF) == WASM_REF);
        return is(name, "ref") || kinds[0] == kind || kinds[1] == kind || kinds[2] == kind ||
               kinds[3] == kind;
    }
    return false;
}

static bool reference_matches(const struct wasm_store *store, const json_t *expected, uint32_t type,
                              const union wasm_value *value)
{
    const char *name = text_of(expected, "type");
    const char *text = text_of(expected, "value");
    void *external = value->external;
    if (!wasm_type_is_reference(type))
        return false;
    if (strncmp(name, "null", 4) == 0 || is(name, "refnull") || is(text, "null"))
        return value->external == NULL;
    if (value->external == NULL || !kind_matches(store, name, type, *value))
        return false;
    if (json_object_get(expected, "value") == NULL || is(text, "nonnull")) /* wast2json leaves out "any" */
        return true;
    return (!is(name, "anyref") || wasm_reference_external(store, *value, &external)) &&
           external == host_reference(text);
}

static bool either_matches(const struct wasm_store *store, const json_t *choices, uint32_t type,
                           const union wasm_value *value)
{
    for (size_t i = 0; i < json_array_size(choices); i++) {
        if (spec_value_matches(store, json_array_get(choices, i), type, value))
            return true;
    }
    return false;
}

bool spec_value_matches(const struct wasm_store *store, const json_t *expected, uint32_t type,
                        const union wasm_value *value)
{
    const char *name = text_of(expected, "type");
    const char *text = text_of(expected, "value");
    if (is(name, "either"))
        return either_matches(store, json_object_get(expected, "values"), type, value);
    if (is(name, "i32")) /* some converters write it signed */
        return type == WASM_I32 && (uint32_t)strtoull(text, NULL, 10) == value->i64;
    if (is(name, "i64"))
        return type == WASM_I64 && strtoull(text, NULL, 10) == value->i64;
    if (is(name, "f32"))
        return type == WASM_F32 && float_matches(text, value->i64, false);
    if (is(name, "f64"))
        return type == WASM_F64 && float_matches(text, value->i64, true);
    if (is(name, "v128"))
        return type == WASM_V128 && vector_matches(expected, value);
    return strstr(name, "ref") != NULL && reference_matches(store, expected, type, value);
}

void spec_value_print(uint32_t type, const union wasm_value *value, char *text, size_t size)
{
    if (type == WASM_V128)
        snprintf(text, size, "v128 0x%016" PRIx64 "%016" PRIx64, value[1].i64, value[0].i64);
    else
        snprintf(text, size, "%s 0x%" PRIx64, wasm_type_name(type), value->i64);
}
