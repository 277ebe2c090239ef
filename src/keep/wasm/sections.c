/* SPDX-License-Identifier: Apache-2.0 */
/* sections.c: the sections of a module other than code (specification, 5.5), and what chapter 3.4 demands of
 * them. */

#include <string.h>

#include "decoder.h"
#include "read_type.h"
#include "text.h"

int wasm_decoder_out_of_memory(struct wasm_decoder *decoder)
{
    FAIL(WASM_EMEMORY, "out of memory");
}

int wasm_decoder_count(struct wasm_decoder *decoder, uint32_t already, uint32_t limit, size_t least,
                       const char *what, uint32_t *count)
{
    *count = wasm_read_u32(&decoder->reader);
    if (decoder->reader.problem != NULL)
        FAIL(WASM_EMALFORMED, "");
    if (*count > wasm_reader_left(&decoder->reader) / least)
        FAIL(WASM_EMALFORMED, "unexpected end: the section has no room for %u %s", *count, what);
    if (*count > limit || already > limit - *count)
        FAIL(WASM_ELIMIT, "%U %s, at most %u are supported", (uint64_t)*count + already, what, limit);
    return 0;
}

/* An index space: the imported ones that are there, and room for `added` more. */
static int extend_space(struct wasm_decoder *decoder, void *space, uint32_t present, uint32_t added,
                        size_t size)
{
    void **array = space;
    void *longer = wasm_arena_array(&decoder->module->arena, (size_t)present + added, size);
    if (longer == NULL)
        return wasm_decoder_out_of_memory(decoder);
    if (present > 0)
        memcpy(longer, *array, present * size);
    *array = longer;
    return 0;
}

/* ---- Types (5.3) --------------------------------------------------------------------------------------- */

int wasm_decoder_value_type(struct wasm_decoder *decoder, uint32_t bound, uint32_t *type)
{
    int status = wasm_read_value_type(&decoder->reader, decoder->module, bound, type);
    if (status != 0)
        FAIL(status, wasm_type_problem(status), *type);
    return 0;
}

static int read_reference_type(struct wasm_decoder *decoder, uint32_t *type)
{
    const struct wasm_module *module = decoder->module;
    int status = wasm_read_reference_type(&decoder->reader, module, module->types.count, type);
    if (status != 0)
        FAIL(status, wasm_type_problem(status), *type);
    return 0;
}

int wasm_decoder_mutability(struct wasm_decoder *decoder, bool *is_mutable)
{
    uint8_t mutability = wasm_read_byte(&decoder->reader);
    if (decoder->reader.problem != NULL || mutability > 1)
        FAIL(WASM_EMALFORMED, "malformed mutability %x", (uint32_t)mutability);
    *is_mutable = mutability == 1;
    return 0;
}

enum {
    LIMITS_MAXIMUM = 1,
    LIMITS_SHARED = 2, /* of memories */
    LIMITS_ADDRESS64 = 4,
};

static int read_limits_flags(struct wasm_decoder *decoder, uint8_t known, uint8_t *flags)
{
    if (decoder->module->config.features.memory64)
        known |= LIMITS_ADDRESS64;
    *flags = wasm_read_byte(&decoder->reader);
    if (decoder->reader.problem != NULL || (*flags & ~known) != 0)
        FAIL(WASM_EMALFORMED, "malformed limits flags %x", (uint32_t)*flags);
    return 0;
}

static int read_range(struct wasm_decoder *decoder, uint8_t flags, uint64_t most, const char *too_large,
                      struct wasm_range *range)
{
    bool is_long = (flags & LIMITS_ADDRESS64) != 0;
    range->has_maximum = (flags & LIMITS_MAXIMUM) != 0;
    range->minimum = is_long ? wasm_read_u64(&decoder->reader) : wasm_read_u32(&decoder->reader);
    if (range->has_maximum)
        range->maximum = is_long ? wasm_read_u64(&decoder->reader) : wasm_read_u32(&decoder->reader);
    if (decoder->reader.problem != NULL)
        FAIL(WASM_EMALFORMED, "");
    if (range->minimum > most || (range->has_maximum && range->maximum > most))
        FAIL(WASM_EINVALID, "%s", too_large);
    if (range->has_maximum && range->minimum > range->maximum)
        FAIL(WASM_EINVALID, "size minimum must not be greater than maximum: %U > %U", range->minimum,
             range->maximum);
    return 0;
}

static int read_table_type(struct wasm_decoder *decoder, struct wasm_table_type *type)
{
    if (decoder->module->config.features.reference_types) {
        TRY(read_reference_type(decoder, &type->element));
    } else {
        type->element = wasm_read_byte(&decoder->reader);
        if (decoder->reader.problem != NULL || type->element != WASM_FUNCREF)
            FAIL(WASM_EMALFORMED, "malformed element type %x", type->element);
    }
    uint8_t flags;
    TRY(read_limits_flags(decoder, LIMITS_MAXIMUM, &flags));
    type->address64 = (flags & LIMITS_ADDRESS64) != 0;
    return read_range(decoder, flags, type->address64 ? UINT64_MAX : UINT32_MAX,
                      "table size must be at most 2^32-1", &type->range);
}

static int read_memory_type(struct wasm_decoder *decoder, struct wasm_memory_type *type)
{
    uint8_t flags;
    uint8_t known = LIMITS_MAXIMUM;
    if (decoder->module->config.features.threads)
        known |= LIMITS_SHARED;
    TRY(read_limits_flags(decoder, known, &flags));
    type->address64 = (flags & LIMITS_ADDRESS64) != 0;
    type->shared = (flags & LIMITS_SHARED) != 0;
    if (type->shared && !(flags & LIMITS_MAXIMUM))
        FAIL(WASM_EINVALID, "shared memory must have maximum");
    if (type->address64)
        return read_range(decoder, flags, WASM_PAGES64, "memory size must be at most 2^48 pages (2^64 bytes)",
                          &type->range);
    return read_range(decoder, flags, WASM_PAGES32, "memory size must be at most 65536 pages (4GiB)",
                      &type->range);
}

static int read_global_type(struct wasm_decoder *decoder, struct wasm_global_type *type)
{
    TRY(wasm_decoder_value_type(decoder, decoder->module->types.count, &type->value));
    return wasm_decoder_mutability(decoder, &type->is_mutable);
}

/* The index of a function type. */
static int read_type_index(struct wasm_decoder *decoder, uint32_t *index)
{
    *index = wasm_read_u32(&decoder->reader);
    const struct wasm_types *types = &decoder->module->types;
    if (decoder->reader.problem != NULL || *index >= types->count)
        FAIL(WASM_EINVALID, "unknown type %u", *index);
    if (types->items[*index]->kind != WASM_TYPE_FUNCTION)
        FAIL(WASM_EINVALID, "type mismatch: type %u is no function type", *index);
    return 0;
}

static int check_table_count(struct wasm_decoder *decoder)
{
    if (decoder->module->table_count > 1 && !decoder->module->config.features.reference_types)
        FAIL(WASM_EINVALID, "multiple tables");
    return 0;
}

static int check_memory_count(struct wasm_decoder *decoder)
{
    if (decoder->module->memory_count > 1 && !decoder->module->config.features.multi_memory)
        FAIL(WASM_EINVALID, "multiple memories");
    return 0;
}

/* ---- Imports (5.5.5) ----------------------------------------------------------------------------------- */

static uint8_t last_kind(const struct wasm_decoder *decoder)
{
    return decoder->module->config.features.exceptions ? WASM_EXTERN_TAG : WASM_EXTERN_GLOBAL;
}

/* tagtype (5.3.15): an attribute that is 0, and a function type without results. */
static int read_tag_type(struct wasm_decoder *decoder, uint32_t *type_index)
{
    if (wasm_read_byte(&decoder->reader) != 0)
        FAIL(WASM_EMALFORMED, "zero byte expected");
    TRY(read_type_index(decoder, type_index));
    if (decoder->module->types.items[*type_index]->function.result_count != 0)
        FAIL(WASM_EINVALID, "non-empty tag result type");
    return 0;
}

static int read_import(struct wasm_decoder *decoder, struct wasm_import *import, uint32_t *type_index)
{
    import->module = wasm_read_name(&decoder->reader);
    import->name = wasm_read_name(&decoder->reader);
    uint8_t kind = wasm_read_byte(&decoder->reader);
    if (decoder->reader.problem != NULL || kind > last_kind(decoder))
        FAIL(WASM_EMALFORMED, "malformed import kind %x", (uint32_t)kind);
    import->type.kind = (enum wasm_extern_kind)kind;
    switch (import->type.kind) {
    case WASM_EXTERN_FUNCTION:
        TRY(read_type_index(decoder, type_index));
        import->type.function = decoder->module->types.items[*type_index]->function;
        return 0;
    case WASM_EXTERN_TABLE:
        return read_table_type(decoder, &import->type.table);
    case WASM_EXTERN_MEMORY:
        return read_memory_type(decoder, &import->type.memory);
    case WASM_EXTERN_GLOBAL:
        TRY(read_global_type(decoder, &import->type.global));
        if (import->type.global.is_mutable && !decoder->module->config.features.mutable_global)
            FAIL(WASM_EINVALID, "mutable globals cannot be imported");
        return 0;
    case WASM_EXTERN_TAG:
        TRY(read_tag_type(decoder, type_index));
        import->type.tag = decoder->module->types.items[*type_index]->function;
        return 0;
    }
    return 0;
}

/* An import is also the next item of its index space. */
static void place_import(struct wasm_module *module, const struct wasm_import *import, uint32_t type_index)
{
    switch (import->type.kind) {
    case WASM_EXTERN_FUNCTION:
        module->functions[module->function_count++] = (struct wasm_module_function){
            .type = &module->types.items[type_index]->function, .type_index = type_index};
        break;
    case WASM_EXTERN_TABLE:
        module->tables[module->table_count++] = import->type.table;
        break;
    case WASM_EXTERN_MEMORY:
        module->memories[module->memory_count++] = import->type.memory;
        break;
    case WASM_EXTERN_GLOBAL:
        module->globals[module->global_count++] = (struct wasm_module_global){.type = import->type.global};
        break;
    case WASM_EXTERN_TAG:
        module->tags[module->tag_count++] = (struct wasm_module_tag){
            .type = &module->types.items[type_index]->function, .type_index = type_index};
        break;
    }
}

/* Room for `count` imports of whatever kind; the spaces are made exact when their own sections come. */
static bool allocate_imports(struct wasm_module *module, uint32_t count)
{
    module->imports = wasm_arena_array(&module->arena, count, sizeof(*module->imports));
    module->functions = wasm_arena_array(&module->arena, count, sizeof(*module->functions));
    module->tables = wasm_arena_array(&module->arena, count, sizeof(*module->tables));
    module->memories = wasm_arena_array(&module->arena, count, sizeof(*module->memories));
    module->globals = wasm_arena_array(&module->arena, count, sizeof(*module->globals));
    module->tags = wasm_arena_array(&module->arena, count, sizeof(*module->tags));
    return module->tags != NULL && module->imports != NULL && module->functions != NULL &&
           module->tables != NULL && module->memories != NULL && module->globals != NULL;
}

static int import_section(struct wasm_decoder *decoder)
{
    struct wasm_module *module = decoder->module;
    uint32_t count;
    uint32_t type_index = 0;
    TRY(wasm_decoder_count(decoder, 0, module->config.limits.imports, 4, "imports", &count));
    if (!allocate_imports(module, count))
        return wasm_decoder_out_of_memory(decoder);
    for (uint32_t i = 0; i < count; i++) {
        TRY(read_import(decoder, &module->imports[i], &type_index));
        place_import(module, &module->imports[i], type_index);
        module->import_count++;
        TRY(wasm_decoder_work(decoder, 256));
    }
    module->imported_functions = module->function_count;
    module->imported_tables = module->table_count;
    module->imported_memories = module->memory_count;
    module->imported_globals = module->global_count;
    module->imported_tags = module->tag_count;
    if (module->function_count > module->config.limits.functions ||
        module->table_count > module->config.limits.tables ||
        module->memory_count > module->config.limits.memories ||
        module->global_count > module->config.limits.globals)
        FAIL(WASM_ELIMIT, "more imports of one kind than are supported");
    TRY(check_table_count(decoder));
    return check_memory_count(decoder);
}

/* ---- Functions, tables, memories, globals (5.5.6 to 5.5.9) --------------------------------------------- */

static int function_section(struct wasm_decoder *decoder)
{
    struct wasm_module *module = decoder->module;
    uint32_t count;
    TRY(wasm_decoder_count(decoder, module->function_count, module->config.limits.functions, 1, "functions",
                           &count));
    TRY(extend_space(decoder, &module->functions, module->function_count, count, sizeof(*module->functions)));
    for (uint32_t i = 0; i < count; i++) {
        struct wasm_module_function *function = &module->functions[module->function_count];
        TRY(read_type_index(decoder, &function->type_index));
        function->type = &module->types.items[function->type_index]->function;
        module->function_count++;
        TRY(wasm_decoder_work(decoder, 16));
    }
    return 0;
}

static int memory_section(struct wasm_decoder *decoder)
{
    struct wasm_module *module = decoder->module;
    uint32_t count;
    TRY(wasm_decoder_count(decoder, module->memory_count, module->config.limits.memories, 2, "memories",
                           &count));
    TRY(extend_space(decoder, &module->memories, module->memory_count, count, sizeof(*module->memories)));
    for (uint32_t i = 0; i < count; i++) {
        TRY(read_memory_type(decoder, &module->memories[module->memory_count]));
        module->memory_count++;
    }
    return check_memory_count(decoder);
}

/* A constant expression of `type`. It may read imported globals only (specification 2.0, 3.3.7); from 3.0 on,
 * with extended constants, any global before it. */
static int constant(struct wasm_decoder *decoder, uint32_t type, uint64_t *offset)
{
    const struct wasm_module *module = decoder->module;
    uint32_t globals =
        module->config.features.extended_const ? module->global_count : module->imported_globals;
    *offset = wasm_reader_offset(&decoder->reader);
    decoder->body.module = decoder->module;
    decoder->body.instance = NULL;
    decoder->body.declaring = decoder->module;
    decoder->body.error = &decoder->error;
    decoder->body.constant_globals = globals;
    return wasm_body_constant(&decoder->body, &decoder->reader, type);
}

/* table (5.5.8): a type, or with the prefix 0x40 0x00 also the value of its elements. */
static int read_table(struct wasm_decoder *decoder, struct wasm_table_type *type, uint64_t *initializer)
{
    struct wasm_reader *reader = &decoder->reader;
    bool typed = decoder->module->config.features.function_references;
    if (typed && wasm_reader_left(reader) > 0 && *reader->at == 0x40) {
        wasm_read_byte(reader);
        if (wasm_read_byte(reader) != 0 || reader->problem != NULL)
            FAIL(WASM_EMALFORMED, "malformed table: zero byte expected");
        TRY(read_table_type(decoder, type));
        return constant(decoder, type->element, initializer);
    }
    TRY(read_table_type(decoder, type));
    if (!wasm_type_defaultable(type->element))
        FAIL(WASM_EINVALID, "type mismatch: a table of %t has no initial value", type->element);
    return 0;
}

static int table_section(struct wasm_decoder *decoder)
{
    struct wasm_module *module = decoder->module;
    uint32_t count;
    TRY(wasm_decoder_count(decoder, module->table_count, module->config.limits.tables, 3, "tables", &count));
    TRY(extend_space(decoder, &module->tables, module->table_count, count, sizeof(*module->tables)));
    module->table_initializers = wasm_arena_array(&module->arena, count, sizeof(uint64_t));
    if (module->table_initializers == NULL)
        return wasm_decoder_out_of_memory(decoder);
    for (uint32_t i = 0; i < count; i++) {
        TRY(read_table(decoder, &module->tables[module->table_count], &module->table_initializers[i]));
        module->table_count++;
    }
    return check_table_count(decoder);
}

static int tag_section(struct wasm_decoder *decoder)
{
    struct wasm_module *module = decoder->module;
    uint32_t count;
    TRY(wasm_decoder_count(decoder, module->tag_count, module->config.limits.tags, 2, "tags", &count));
    TRY(extend_space(decoder, &module->tags, module->tag_count, count, sizeof(*module->tags)));
    for (uint32_t i = 0; i < count; i++) {
        struct wasm_module_tag *tag = &module->tags[module->tag_count];
        TRY(read_tag_type(decoder, &tag->type_index));
        tag->type = &module->types.items[tag->type_index]->function;
        module->tag_count++;
        TRY(wasm_decoder_work(decoder, 64));
    }
    return 0;
}

static int global_section(struct wasm_decoder *decoder)
{
    struct wasm_module *module = decoder->module;
    uint32_t count;
    TRY(wasm_decoder_count(decoder, module->global_count, module->config.limits.globals, 4, "globals",
                           &count));
    TRY(extend_space(decoder, &module->globals, module->global_count, count, sizeof(*module->globals)));
    for (uint32_t i = 0; i < count; i++) {
        struct wasm_module_global *global = &module->globals[module->global_count];
        TRY(read_global_type(decoder, &global->type));
        TRY(constant(decoder, global->type.value, &global->initializer));
        module->global_count++;
        TRY(wasm_decoder_work(decoder, 64));
    }
    return 0;
}

/* ---- Exports and start (5.5.10, 5.5.11) ---------------------------------------------------------------- */

static int check_export(struct wasm_decoder *decoder, const struct wasm_module_export *export)
{
    struct wasm_module *module = decoder->module;
    static const char *const names[] = {"function", "table", "memory", "global", "tag"};
    const uint32_t counts[] = {module->function_count, module->table_count, module->memory_count,
                               module->global_count, module->tag_count};
    if (export->index >= counts[export->kind])
        FAIL(WASM_EINVALID, "unknown %s %u", names[export->kind], export->index);
    if (export->kind == WASM_EXTERN_FUNCTION)
        module->functions[export->index].referenced = true;
    if (export->kind == WASM_EXTERN_GLOBAL && module->globals[export->index].type.is_mutable &&
        !module->config.features.mutable_global)
        FAIL(WASM_EINVALID, "mutable globals cannot be exported");
    return 0;
}

/* Heap sort: no recursion, no worst case. */
static void sift_down(const struct wasm_module_export *exports, uint32_t *order, uint32_t root,
                      uint32_t count)
{
    for (;;) {
        uint32_t child = 2 * root + 1;
        if (child >= count)
            return;
        if (child + 1 < count &&
            wasm_name_compare(exports[order[child]].name, exports[order[child + 1]].name) < 0)
            child++;
        if (wasm_name_compare(exports[order[root]].name, exports[order[child]].name) >= 0)
            return;
        uint32_t swapped = order[root];
        order[root] = order[child];
        order[child] = swapped;
        root = child;
    }
}

static int sort_exports(struct wasm_decoder *decoder)
{
    struct wasm_module *module = decoder->module;
    uint32_t count = module->export_count;
    uint32_t *order = wasm_arena_array(&module->arena, count, sizeof(uint32_t));
    if (order == NULL)
        return wasm_decoder_out_of_memory(decoder);
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    for (uint32_t i = count / 2; i > 0; i--) {
        sift_down(module->exports, order, i - 1, count);
        TRY(wasm_decoder_work(decoder, 256));
    }
    for (uint32_t i = count; i > 1; i--) {
        uint32_t largest = order[0];
        order[0] = order[i - 1];
        order[i - 1] = largest;
        sift_down(module->exports, order, 0, i - 1);
        TRY(wasm_decoder_work(decoder, 512));
    }
    for (uint32_t i = 1; i < count; i++) {
        const struct wasm_name *name = &module->exports[order[i]].name;
        if (wasm_name_equal(*name, module->exports[order[i - 1]].name))
            FAIL(WASM_EINVALID, "duplicate export name \"%n\"", name);
    }
    module->exports_by_name = order;
    return 0;
}

static int export_section(struct wasm_decoder *decoder)
{
    struct wasm_module *module = decoder->module;
    TRY(wasm_decoder_count(decoder, 0, module->config.limits.exports, 3, "exports", &module->export_count));
    module->exports = wasm_arena_array(&module->arena, module->export_count, sizeof(*module->exports));
    if (module->exports == NULL)
        return wasm_decoder_out_of_memory(decoder);
    for (uint32_t i = 0; i < module->export_count; i++) {
        struct wasm_module_export *export = &module->exports[i];
        export->name = wasm_read_name(&decoder->reader);
        uint8_t kind = wasm_read_byte(&decoder->reader);
        export->index = wasm_read_u32(&decoder->reader);
        if (decoder->reader.problem != NULL || kind > last_kind(decoder))
            FAIL(WASM_EMALFORMED, "malformed export kind %x", (uint32_t)kind);
        export->kind = (enum wasm_extern_kind)kind;
        TRY(check_export(decoder, export));
        TRY(wasm_decoder_work(decoder, 64));
    }
    return sort_exports(decoder);
}

static int start_section(struct wasm_decoder *decoder)
{
    struct wasm_module *module = decoder->module;
    module->start = wasm_read_u32(&decoder->reader);
    if (decoder->reader.problem != NULL || module->start >= module->function_count)
        FAIL(WASM_EINVALID, "unknown function %u", module->start);
    const struct wasm_function_type *type = module->functions[module->start].type;
    if (type->parameter_count != 0 || type->result_count != 0)
        FAIL(WASM_EINVALID, "start function must have type () -> ()");
    module->has_start = true;
    return 0;
}

/* ---- Elements (5.5.12) --------------------------------------------------------------------------------- */

enum {
    ELEMENT_NOT_ACTIVE = 1, /* passive, or declarative with the next bit */
    ELEMENT_EXPLICIT = 2,   /* an explicit table, or declarative */
    ELEMENT_EXPRESSIONS = 4,
};

/* The head of a segment: mode, table, place and element type. */
static int read_element_head(struct wasm_decoder *decoder, struct wasm_module_element *element)
{
    struct wasm_module *module = decoder->module;
    uint32_t flags = wasm_read_u32(&decoder->reader);
    bool bulk = module->config.features.bulk_memory;
    if (decoder->reader.problem != NULL || (bulk && flags > 7))
        FAIL(WASM_EMALFORMED, "malformed elements segment kind %u", flags);
    if (!bulk) { /* in 1.0 this is the table */
        element->table = flags;
        flags = 0;
    } else if (!(flags & ELEMENT_NOT_ACTIVE) && flags & ELEMENT_EXPLICIT) {
        element->table = wasm_read_u32(&decoder->reader);
    }
    element->expressions = (flags & ELEMENT_EXPRESSIONS) != 0;
    element->type = element->expressions ? WASM_FUNCREF : WASM_FUNCREF | WASM_NON_NULL;
    element->mode = WASM_SEGMENT_ACTIVE;
    if (flags & ELEMENT_NOT_ACTIVE)
        element->mode = flags & ELEMENT_EXPLICIT ? WASM_SEGMENT_DECLARATIVE : WASM_SEGMENT_PASSIVE;
    if (element->mode == WASM_SEGMENT_ACTIVE) {
        if (decoder->reader.problem != NULL || element->table >= module->table_count)
            FAIL(WASM_EINVALID, "unknown table %u", element->table);
        bool address64 = module->tables[element->table].address64;
        TRY(constant(decoder, address64 ? WASM_I64 : WASM_I32, &element->offset));
    }
    if ((flags & (ELEMENT_NOT_ACTIVE | ELEMENT_EXPLICIT)) == 0)
        return 0;
    if (element->expressions)
        return read_reference_type(decoder, &element->type);
    uint8_t kind = wasm_read_byte(&decoder->reader);
    if (decoder->reader.problem != NULL || kind != 0)
        FAIL(WASM_EMALFORMED, "malformed element kind %x", (uint32_t)kind);
    return 0;
}

static int read_element(struct wasm_decoder *decoder, struct wasm_module_element *element)
{
    struct wasm_module *module = decoder->module;
    TRY(read_element_head(decoder, element));
    if (element->mode == WASM_SEGMENT_ACTIVE &&
        !wasm_type_matches(module, element->type, module->tables[element->table].element))
        FAIL(WASM_EINVALID, "type mismatch: a segment of %t for a table of %t", element->type,
             module->tables[element->table].element);
    TRY(wasm_decoder_count(decoder, 0, module->config.limits.element_segment_length, 1, "elements",
                           &element->count));
    element->items = wasm_reader_offset(&decoder->reader);
    for (uint32_t i = 0; i < element->count; i++) {
        TRY(wasm_decoder_work(decoder, 8));
        if (element->expressions) {
            uint64_t unused;
            TRY(constant(decoder, element->type, &unused));
            continue;
        }
        uint32_t function = wasm_read_u32(&decoder->reader);
        if (decoder->reader.problem != NULL || function >= module->function_count)
            FAIL(WASM_EINVALID, "unknown function %u", function);
        module->functions[function].referenced = true;
    }
    return 0;
}

static int element_section(struct wasm_decoder *decoder)
{
    struct wasm_module *module = decoder->module;
    uint32_t count;
    TRY(wasm_decoder_count(decoder, 0, module->config.limits.element_segments, 2, "element segments",
                           &count));
    module->elements = wasm_arena_array(&module->arena, count, sizeof(*module->elements));
    if (module->elements == NULL)
        return wasm_decoder_out_of_memory(decoder);
    for (uint32_t i = 0; i < count; i++) {
        TRY(read_element(decoder, &module->elements[i]));
        module->element_count++;
        TRY(wasm_decoder_work(decoder, 64));
    }
    return 0;
}

/* ---- Data (5.5.14, 5.5.16) ----------------------------------------------------------------------------- */

static int data_count_section(struct wasm_decoder *decoder)
{
    struct wasm_module *module = decoder->module;
    decoder->data_count = wasm_read_u32(&decoder->reader);
    if (decoder->reader.problem == NULL && decoder->data_count > module->config.limits.data_segments)
        FAIL(WASM_ELIMIT, "%u data segments, at most %u are supported", decoder->data_count,
             module->config.limits.data_segments);
    module->has_data_count = true;
    module->data_count = decoder->data_count; /* what function bodies may name before the data are there */
    return 0;
}

static int read_data(struct wasm_decoder *decoder, struct wasm_module_data *data)
{
    struct wasm_module *module = decoder->module;
    uint32_t flags = wasm_read_u32(&decoder->reader);
    bool bulk = module->config.features.bulk_memory;
    if (decoder->reader.problem != NULL || (bulk && flags > 2))
        FAIL(WASM_EMALFORMED, "malformed data segment kind %u", flags);
    data->mode = bulk && flags == 1 ? WASM_SEGMENT_PASSIVE : WASM_SEGMENT_ACTIVE;
    if (!bulk)
        data->memory = flags;
    else if (flags == 2)
        data->memory = wasm_read_u32(&decoder->reader);
    if (data->mode == WASM_SEGMENT_ACTIVE) {
        if (decoder->reader.problem != NULL || data->memory >= module->memory_count)
            FAIL(WASM_EINVALID, "unknown memory %u", data->memory);
        bool address64 = module->memories[data->memory].address64;
        TRY(constant(decoder, address64 ? WASM_I64 : WASM_I32, &data->offset));
    }
    data->bytes.size = wasm_read_u32(&decoder->reader);
    data->bytes.offset = wasm_reader_offset(&decoder->reader);
    wasm_read_bytes(&decoder->reader, data->bytes.size);
    if (decoder->reader.problem != NULL)
        FAIL(WASM_EMALFORMED, "");
    return 0;
}

static int data_section(struct wasm_decoder *decoder)
{
    struct wasm_module *module = decoder->module;
    uint32_t count;
    TRY(wasm_decoder_count(decoder, 0, module->config.limits.data_segments, 2, "data segments", &count));
    if (module->has_data_count && count != decoder->data_count)
        FAIL(WASM_EMALFORMED, "data count and data section have inconsistent lengths: %u and %u",
             decoder->data_count, count);
    module->data = wasm_arena_array(&module->arena, count, sizeof(*module->data));
    if (module->data == NULL)
        return wasm_decoder_out_of_memory(decoder);
    for (uint32_t i = 0; i < count; i++) {
        TRY(read_data(decoder, &module->data[i]));
        TRY(wasm_decoder_work(decoder, 64));
    }
    module->data_count = count;
    return 0;
}

/* ---- Custom sections (5.5.3, 7.5) ---------------------------------------------------------------------- */

/* Of the `name` section only function names are used. A malformed one is ignored, as the specification says.
 */
static void find_function_names(struct wasm_decoder *decoder, struct wasm_reader reader)
{
    while (wasm_reader_left(&reader) > 0) {
        uint8_t number = wasm_read_byte(&reader);
        uint32_t size = wasm_read_u32(&reader);
        uint64_t offset = wasm_reader_offset(&reader);
        wasm_read_bytes(&reader, size);
        if (reader.problem != NULL)
            return;
        if (number == 1)
            decoder->module->function_names = (struct wasm_piece){offset, size};
    }
}

static int custom_section(struct wasm_decoder *decoder)
{
    struct wasm_name name = wasm_read_name(&decoder->reader);
    if (decoder->reader.problem != NULL)
        FAIL(WASM_EMALFORMED, "");
    if (wasm_name_equal(name, wasm_name_of("name")))
        find_function_names(decoder, decoder->reader);
    decoder->reader.at = decoder->reader.end;
    return 0;
}

int wasm_decoder_section(struct wasm_decoder *decoder, uint8_t number)
{
    static int (*const sections[])(struct wasm_decoder *) = {
        custom_section,
        wasm_decoder_type_section,
        import_section,
        function_section,
        table_section,
        memory_section,
        global_section,
        export_section,
        start_section,
        element_section,
        NULL,
        data_section,
        data_count_section,
        tag_section,
    };
    TRY(sections[number](decoder));
    if (decoder->reader.problem != NULL)
        FAIL(WASM_EMALFORMED, "");
    if (wasm_reader_left(&decoder->reader) != 0)
        FAIL(WASM_EMALFORMED, "section size mismatch: %U bytes too many",
             (uint64_t)wasm_reader_left(&decoder->reader));
    return 0;
}
