/* SPDX-License-Identifier: Apache-2.0 */
/* type_section.c: the type section (specification, 5.3.9, 5.3.10, 5.5.4): recursion groups, and when a type
 * may declare another one its supertype (3.2.9 to 3.2.11). */

#include "decoder.h"
#include "read_type.h"
#include "text.h"

#define REC       0x4E
#define SUB       0x50
#define SUB_FINAL 0x4F

static int read_storage_type(struct wasm_decoder *decoder, uint32_t bound, uint32_t *type)
{
    struct wasm_reader *reader = &decoder->reader;
    if (wasm_reader_left(reader) > 0 && (*reader->at == WASM_I8 || *reader->at == WASM_I16)) {
        *type = wasm_read_byte(reader);
        return 0;
    }
    return wasm_decoder_value_type(decoder, bound, type);
}

static int read_fields(struct wasm_decoder *decoder, uint32_t bound, struct wasm_defined_type *type)
{
    struct wasm_field_type *fields =
        wasm_arena_array(&decoder->module->arena, type->field_count, sizeof(*fields));
    if (fields == NULL)
        return wasm_decoder_out_of_memory(decoder);
    for (uint32_t i = 0; i < type->field_count; i++) {
        TRY(read_storage_type(decoder, bound, &fields[i].storage));
        TRY(wasm_decoder_mutability(decoder, &fields[i].is_mutable));
    }
    type->fields = fields;
    return 0;
}

static int read_types(struct wasm_decoder *decoder, uint32_t bound, uint32_t limit, const char *what,
                      const uint32_t **types, uint32_t *count)
{
    TRY(wasm_decoder_count(decoder, 0, limit, 1, what, count));
    static const uint32_t none[1];
    *types = none;
    if (*count == 0)
        return 0;
    uint32_t *read = wasm_arena_array(&decoder->module->arena, *count, sizeof(uint32_t));
    if (read == NULL)
        return wasm_decoder_out_of_memory(decoder);
    for (uint32_t i = 0; i < *count; i++)
        TRY(wasm_decoder_value_type(decoder, bound, &read[i]));
    *types = read;
    return 0;
}

static int read_function_type(struct wasm_decoder *decoder, uint32_t bound, struct wasm_function_type *type)
{
    const struct wasm_config *config = &decoder->module->config;
    TRY(read_types(decoder, bound, config->limits.parameters, "parameters", &type->parameters,
                   &type->parameter_count));
    TRY(read_types(decoder, bound, config->limits.results, "results", &type->results, &type->result_count));
    if (type->result_count > 1 && !config->features.multi_value)
        FAIL(WASM_EINVALID, "invalid result arity: %u results", type->result_count);
    return 0;
}

/* comptype (5.3.9); `kind` is its first byte. */
static int read_composite_type(struct wasm_decoder *decoder, uint32_t bound, uint8_t kind,
                               struct wasm_defined_type *type)
{
    const struct wasm_config *config = &decoder->module->config;
    bool known = kind == WASM_TYPE_FUNCTION ||
                 (config->features.gc && (kind == WASM_TYPE_STRUCT || kind == WASM_TYPE_ARRAY));
    if (decoder->reader.problem != NULL || !known)
        FAIL(WASM_EMALFORMED, "malformed definition type %x", (uint32_t)kind);
    type->kind = (enum wasm_type_kind)kind;
    if (type->kind == WASM_TYPE_FUNCTION)
        return read_function_type(decoder, bound, &type->function);
    type->field_count = 1;
    if (type->kind == WASM_TYPE_STRUCT)
        TRY(wasm_decoder_count(decoder, 0, config->limits.fields, 2, "fields", &type->field_count));
    return read_fields(decoder, bound, type);
}

/* subtype (5.3.10) number `index`; `form` is its first byte. */
static int read_subtype(struct wasm_decoder *decoder, uint32_t index, uint32_t bound, uint8_t form)
{
    struct wasm_module *module = decoder->module;
    struct wasm_defined_type *type = module->types.items[index];
    type->final = true;
    if (!module->config.features.gc || (form != SUB && form != SUB_FINAL))
        return read_composite_type(decoder, bound, form, type);
    type->final = form == SUB_FINAL;
    uint32_t count = wasm_read_u32(&decoder->reader);
    if (decoder->reader.problem != NULL || count > 1)
        FAIL(WASM_EINVALID, "a type with %u supertypes, at most one is possible", count);
    if (count == 1) {
        type->supertype = wasm_read_u32(&decoder->reader);
        if (decoder->reader.problem != NULL || type->supertype >= index)
            FAIL(WASM_EINVALID, "unknown type %u as a supertype of type %u", type->supertype, index);
        type->depth = module->types.items[type->supertype]->depth + 1;
        if (type->depth > module->config.limits.subtype_depth)
            FAIL(WASM_ELIMIT, "type %u has %u supertypes above it, at most %u are supported", index,
                 type->depth, module->config.limits.subtype_depth);
    }
    return read_composite_type(decoder, bound, wasm_read_byte(&decoder->reader), type);
}

/* ---- Declared supertypes ------------------------------------------------------------------------------- */

static bool lists_match(const struct wasm_module *module, const uint32_t *a, uint32_t a_count,
                        const uint32_t *b, uint32_t b_count)
{
    bool match = a_count == b_count;
    for (uint32_t i = 0; match && i < a_count; i++)
        match = wasm_type_matches(module, a[i], b[i]);
    return match;
}

/* What can be assigned must have the very type; packed types match themselves only (3.3.8). */
static bool field_matches(const struct wasm_module *module, const struct wasm_field_type *a,
                          const struct wasm_field_type *b)
{
    if (a->is_mutable != b->is_mutable)
        return false;
    return wasm_type_matches(module, a->storage, b->storage) &&
           (!a->is_mutable || wasm_type_matches(module, b->storage, a->storage));
}

/* Composite types (3.3.7): a struct may have more fields than its supertype. */
static bool composite_matches(const struct wasm_module *module, const struct wasm_defined_type *a,
                              const struct wasm_defined_type *b)
{
    const struct wasm_function_type *f = &a->function;
    const struct wasm_function_type *g = &b->function;
    if (a->kind != b->kind || a->field_count < b->field_count)
        return false;
    for (uint32_t i = 0; i < b->field_count; i++) {
        if (!field_matches(module, &a->fields[i], &b->fields[i]))
            return false;
    }
    return lists_match(module, g->parameters, g->parameter_count, f->parameters, f->parameter_count) &&
           lists_match(module, f->results, f->result_count, g->results, g->result_count);
}

static int check_supertype(struct wasm_decoder *decoder, uint32_t index)
{
    const struct wasm_module *module = decoder->module;
    const struct wasm_defined_type *type = module->types.items[index];
    if (type->supertype == WASM_NO_INDEX)
        return 0;
    const struct wasm_defined_type *super = module->types.items[type->supertype];
    if (super->final || !composite_matches(module, type, super))
        FAIL(WASM_EINVALID, "sub type %u does not match super type %u%s", index, type->supertype,
             super->final ? ", which is final" : "");
    return wasm_decoder_work(decoder, 8 * ((uint64_t)type->field_count + type->function.parameter_count));
}

/* ---- Recursion groups ---------------------------------------------------------------------------------- */

static int read_group(struct wasm_decoder *decoder, uint8_t form)
{
    struct wasm_module *module = decoder->module;
    uint32_t first = module->types.count;
    uint32_t count = 1;
    bool rec = form == REC && module->config.features.gc;
    if (rec)
        TRY(wasm_decoder_count(decoder, first, module->config.limits.types, 2, "types", &count));
    else if (first >= module->config.limits.types)
        FAIL(WASM_ELIMIT, "more than %u types", module->config.limits.types);
    if (count == 0)
        return 0;
    if (wasm_types_extend(&module->types, count) == NULL)
        return wasm_decoder_out_of_memory(decoder);
    /* a single type can refer to itself only where types can be recursive at all */
    uint32_t bound = module->config.features.gc ? first + count : first;
    for (uint32_t i = 0; i < count; i++) {
        TRY(read_subtype(decoder, first + i, bound, rec ? wasm_read_byte(&decoder->reader) : form));
        TRY(wasm_decoder_work(decoder, 64));
    }
    if (wasm_types_close(&module->types, first) != 0)
        return wasm_decoder_out_of_memory(decoder);
    for (uint32_t i = 0; i < count; i++)
        TRY(check_supertype(decoder, first + i));
    return 0;
}

int wasm_decoder_type_section(struct wasm_decoder *decoder)
{
    struct wasm_module *module = decoder->module;
    uint32_t groups;
    TRY(wasm_decoder_count(decoder, 0, module->config.limits.types, 2, "types", &groups));
    for (uint32_t i = 0; i < groups; i++)
        TRY(read_group(decoder, wasm_read_byte(&decoder->reader)));
    wasm_types_free(&module->types);
    return 0;
}
