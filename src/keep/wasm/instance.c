/* SPDX-License-Identifier: Apache-2.0 */
/* instance.c: instantiation (specification, 4.5.4): imports, allocation, segments, start. */

#include "reader.h"
#include "store.h"
#include "text.h"

/* Reports why instantiation failed (text.h's formats). */
static int fail(struct wasm_error *error, int code, const char *format, ...)
{
    if (error == NULL)
        return code;
    struct wasm_text text;
    *error = (struct wasm_error){.code = code, .function_index = WASM_NO_INDEX};
    wasm_text_init(&text, error->message, sizeof(error->message));
    va_list arguments;
    va_start(arguments, format);
    wasm_text_format(&text, format, arguments);
    va_end(arguments);
    return code;
}

static int fail_memory(struct wasm_error *error)
{
    return fail(error, WASM_EMEMORY, "out of memory");
}

/* ---- Imports (4.5.3: external typing and matching) ----------------------------------------------------- */

static bool range_matches(const struct wasm_range *actual, const struct wasm_range *wanted)
{
    return actual->minimum >= wanted->minimum &&
           (!wanted->has_maximum || (actual->has_maximum && actual->maximum <= wanted->maximum));
}

/* Where the next import of each kind goes. */
struct places {
    uint32_t functions;
    uint32_t tables;
    uint32_t memories;
    uint32_t globals;
    uint32_t tags;
};

static void place(struct wasm_instance *instance, const struct wasm_extern *found, struct places *next)
{
    switch (found->kind) {
    case WASM_EXTERN_FUNCTION:
        instance->functions[next->functions++] = found->function;
        break;
    case WASM_EXTERN_TABLE:
        instance->tables[next->tables++] = found->table;
        break;
    case WASM_EXTERN_MEMORY:
        instance->memories[next->memories++] = found->memory;
        break;
    case WASM_EXTERN_GLOBAL:
        instance->globals[next->globals++] = found->global;
        break;
    case WASM_EXTERN_TAG:
        instance->tags[next->tags++] = found->tag;
        break;
    }
}

static bool import_matches(const struct wasm_instance *instance, const struct wasm_import *import,
                           const struct wasm_extern *found, const struct places *next)
{
    const struct wasm_extern_type *wanted = &import->type;
    const struct wasm_types *types = &instance->store->types;
    const uint32_t *ids = instance->type_ids;
    if (found->kind != wanted->kind)
        return false;
    switch (wanted->kind) {
    case WASM_EXTERN_FUNCTION: {
        uint32_t index = instance->module->functions[next->functions].type_index;
        return wasm_types_subtype(types, found->function->type_id, ids[index]);
    }
    case WASM_EXTERN_TABLE: {
        struct wasm_table_type type = wasm_table_type(found->table);
        return type.element == wasm_type_translate(wanted->table.element, ids) &&
               type.address64 == wanted->table.address64 && range_matches(&type.range, &wanted->table.range);
    }
    case WASM_EXTERN_MEMORY: {
        struct wasm_memory_type type = wasm_memory_type(found->memory);
        return type.address64 == wanted->memory.address64 && type.shared == wanted->memory.shared &&
               range_matches(&type.range, &wanted->memory.range);
    }
    case WASM_EXTERN_GLOBAL: { /* what can be assigned must have the very type (3.3.11) */
        uint32_t actual = found->global->type.value;
        uint32_t value = wasm_type_translate(wanted->global.value, ids);
        return found->global->type.is_mutable == wanted->global.is_mutable &&
               (actual == value || (!wanted->global.is_mutable && wasm_types_match(types, actual, value)));
    }
    case WASM_EXTERN_TAG:
        return found->tag->type_id == ids[instance->module->tags[next->tags].type_index];
    }
    return false;
}

static int resolve_imports(struct wasm_instance *instance, wasm_resolve *resolve, void *context,
                           struct wasm_error *error)
{
    const struct wasm_module *module = instance->module;
    struct places next = {0};
    for (uint32_t i = 0; i < module->import_count; i++) {
        const struct wasm_import *import = &module->imports[i];
        struct wasm_extern found;
        if (resolve == NULL || !resolve(context, import, &found))
            return fail(error, WASM_EUNLINKABLE, "unknown import %n.%n", &import->module, &import->name);
        if (!import_matches(instance, import, &found, &next))
            return fail(error, WASM_EUNLINKABLE, "incompatible import type for %n.%n", &import->module,
                        &import->name);
        place(instance, &found, &next);
    }
    return 0;
}

/* ---- Allocation ---------------------------------------------------------------------------------------- */

static bool allocate_spaces(struct wasm_instance *instance)
{
    const struct wasm_module *module = instance->module;
    struct wasm_arena *arena = &instance->store->arena;
    instance->functions = wasm_arena_array(arena, module->function_count, sizeof(*instance->functions));
    instance->tables = wasm_arena_array(arena, module->table_count, sizeof(*instance->tables));
    instance->memories = wasm_arena_array(arena, module->memory_count, sizeof(*instance->memories));
    instance->globals = wasm_arena_array(arena, module->global_count, sizeof(*instance->globals));
    instance->tags = wasm_arena_array(arena, module->tag_count, sizeof(*instance->tags));
    instance->type_ids = wasm_arena_array(arena, module->types.count, sizeof(*instance->type_ids));
    instance->elements = wasm_arena_array(arena, module->element_count, sizeof(*instance->elements));
    instance->data_dropped = wasm_arena_array(arena, module->data_count, sizeof(*instance->data_dropped));
    return instance->functions != NULL && instance->tables != NULL && instance->memories != NULL &&
           instance->globals != NULL && instance->tags != NULL && instance->type_ids != NULL &&
           instance->elements != NULL && instance->data_dropped != NULL;
}

/* The module's types in the store, a recursion group at a time. */
static int make_types(struct wasm_instance *instance, struct wasm_error *error)
{
    const struct wasm_types *types = &instance->module->types;
    for (uint32_t i = 0; i < types->count; i = wasm_types_group_end(types, i)) {
        int status = wasm_store_charge(instance->store, 256);
        if (status != 0)
            return status;
        if (wasm_types_import(&instance->store->types, types, i, instance->type_ids) != 0)
            return fail_memory(error);
    }
    return 0;
}

static int make_functions(struct wasm_instance *instance, struct wasm_error *error)
{
    const struct wasm_module *module = instance->module;
    struct wasm_store *store = instance->store;
    uint32_t first = module->imported_functions;
    struct wasm_function *own =
        wasm_arena_array(&store->arena, module->function_count - first, sizeof(struct wasm_function));
    if (own == NULL)
        return fail_memory(error);
    for (uint32_t i = first; i < module->function_count; i++) {
        struct wasm_function *function = &own[i - first];
        *function = (struct wasm_function){
            .code = store->code_lazy,
            .instance = instance,
            .index = i,
        };
        wasm_function_bind(store, function, instance->type_ids[module->functions[i].type_index]);
        instance->functions[i] = function;
    }
    return 0;
}

static int make_tags(struct wasm_instance *instance, struct wasm_error *error)
{
    const struct wasm_module *module = instance->module;
    uint32_t first = module->imported_tags;
    struct wasm_tag *own = wasm_arena_array(&instance->store->arena, module->tag_count - first, sizeof(*own));
    if (own == NULL)
        return fail_memory(error);
    for (uint32_t i = first; i < module->tag_count; i++) {
        if (!wasm_tag_bind(instance->store, &own[i - first], instance->type_ids[module->tags[i].type_index]))
            return fail_memory(error);
        instance->tags[i] = &own[i - first];
    }
    return 0;
}

static int make_memories(struct wasm_instance *instance, struct wasm_error *error)
{
    const struct wasm_module *module = instance->module;
    for (uint32_t i = module->imported_memories; i < module->memory_count; i++) {
        int status = wasm_memory_new(instance->store, &module->memories[i], &instance->memories[i]);
        if (status < 0)
            return fail(error, status, "memory %u with %U pages exceeds the limit or the memory there is", i,
                        module->memories[i].range.minimum);
        if (status != 0)
            return status;
    }
    instance->memory = module->memory_count > 0 ? instance->memories[0] : &instance->store->empty_memory;
    return 0;
}

static int failed_constant(int status, struct wasm_error *error)
{
    return status < 0 ? fail_memory(error) : status;
}

/* Where in its table or memory an active segment goes. */
static int segment_offset(struct wasm_instance *instance, uint64_t expression, bool address64,
                          uint64_t *offset, struct wasm_error *error)
{
    union wasm_value value = {0};
    uint64_t end;
    int status = wasm_constant_evaluate(instance, expression, address64 ? WASM_I64 : WASM_I32, &value, &end);
    *offset = address64 ? value.i64 : value.i32;
    return status == 0 ? 0 : failed_constant(status, error);
}

static int make_tables(struct wasm_instance *instance, struct wasm_error *error)
{
    const struct wasm_module *module = instance->module;
    for (uint32_t i = module->imported_tables; i < module->table_count; i++) {
        struct wasm_table_type type = module->tables[i];
        type.element = wasm_type_translate(type.element, instance->type_ids);
        union wasm_value value[2] = {{0}};
        uint64_t initializer = module->table_initializers[i - module->imported_tables];
        uint64_t end;
        int status = 0;
        if (initializer != 0)
            status = wasm_constant_evaluate(instance, initializer, module->tables[i].element, value, &end);
        if (status != 0)
            return failed_constant(status, error);
        status = wasm_table_make(instance->store, &type, value[0], &instance->tables[i]);
        if (status < 0)
            return fail(error, status, "table %u with %U elements exceeds the limits or the memory there is",
                        i, module->tables[i].range.minimum);
        if (status != 0)
            return status;
    }
    return 0;
}

static int make_globals(struct wasm_instance *instance, struct wasm_error *error)
{
    const struct wasm_module *module = instance->module;
    for (uint32_t i = module->imported_globals; i < module->global_count; i++) {
        const struct wasm_module_global *source = &module->globals[i];
        union wasm_value value[2];
        uint64_t end;
        int status = wasm_constant_evaluate(instance, source->initializer, source->type.value, value, &end);
        if (status != 0)
            return failed_constant(status, error);
        const struct wasm_global_type type = {wasm_type_translate(source->type.value, instance->type_ids),
                                              source->type.is_mutable};
        if (wasm_global_new(instance->store, &type, value, &instance->globals[i]) != 0)
            return fail_memory(error);
    }
    return 0;
}

/* The references of one element segment. Declarative segments are dropped at once: they need none. */
static int make_elements(struct wasm_instance *instance, uint32_t index, struct wasm_error *error)
{
    const struct wasm_module *module = instance->module;
    const struct wasm_module_element *source = &module->elements[index];
    struct wasm_elements *elements = &instance->elements[index];
    struct wasm_reader reader = {module->bytes, module->bytes + source->items, module->bytes + module->size,
                                 NULL};
    if (source->mode == WASM_SEGMENT_DECLARATIVE)
        return 0;
    elements->values = wasm_arena_array(&instance->store->arena, source->count, sizeof(*elements->values));
    if (elements->values == NULL)
        return fail_memory(error);
    for (uint32_t i = 0; i < source->count; i++) {
        int status = wasm_store_charge(instance->store, 64);
        uint64_t end = 0;
        if (status == 0 && source->expressions) {
            status = wasm_constant_evaluate(instance, wasm_reader_offset(&reader), source->type,
                                            &elements->values[i], &end);
            reader.at = module->bytes + end;
        } else if (status == 0) {
            elements->values[i].function = instance->functions[wasm_read_u32(&reader)];
        }
        if (status != 0)
            return failed_constant(status, error);
        elements->count = i + 1; /* the collector looks at these */
        if (instance->store->gc.marking)
            wasm_gc_shade(instance->store, elements->values[i].i64);
    }
    return 0;
}

/* ---- Segments and start -------------------------------------------------------------------------------- */

static int copy_elements(struct wasm_instance *instance, uint32_t index, struct wasm_error *error)
{
    const struct wasm_module_element *source = &instance->module->elements[index];
    uint64_t to;
    if (source->mode != WASM_SEGMENT_ACTIVE)
        return 0;
    struct wasm_table *table = instance->tables[source->table];
    int status = segment_offset(instance, source->offset, table->type.address64, &to, error);
    if (status != 0)
        return status;
    status = wasm_table_init(table, instance, index, to, 0, source->count);
    instance->elements[index].count = 0;
    return status;
}

static int copy_data(struct wasm_instance *instance, uint32_t index, struct wasm_error *error)
{
    const struct wasm_module_data *source = &instance->module->data[index];
    uint64_t to;
    if (source->mode != WASM_SEGMENT_ACTIVE)
        return 0;
    struct wasm_memory *memory = instance->memories[source->memory];
    int status = segment_offset(instance, source->offset, memory->type.address64, &to, error);
    if (status != 0)
        return status;
    status = wasm_memory_init(memory, instance, index, to, 0, source->bytes.size);
    instance->data_dropped[index] = true;
    return status;
}

/* Before segments were bulk operations (1.0), all had to fit before any was copied, and the failure was one
 * to link. */
static int check_segments_fit(struct wasm_instance *instance, struct wasm_error *error)
{
    const struct wasm_module *module = instance->module;
    uint64_t to;
    for (uint32_t i = 0; i < module->element_count; i++) {
        const struct wasm_module_element *source = &module->elements[i];
        const struct wasm_table *table = instance->tables[source->table];
        int status = segment_offset(instance, source->offset, table->type.address64, &to, error);
        if (status != 0)
            return status;
        if (to > table->count || source->count > table->count - to)
            return fail(error, WASM_EUNLINKABLE, "elements segment does not fit: %u elements at %U",
                        source->count, to);
    }
    for (uint32_t i = 0; i < module->data_count; i++) {
        const struct wasm_module_data *source = &module->data[i];
        const struct wasm_memory *memory = instance->memories[source->memory];
        int status = segment_offset(instance, source->offset, memory->type.address64, &to, error);
        if (status != 0)
            return status;
        if (to > memory->size || source->bytes.size > memory->size - to)
            return fail(error, WASM_EUNLINKABLE, "data segment does not fit: %U bytes at %U",
                        source->bytes.size, to);
    }
    return 0;
}

/* A trap outside any function: its record has no frames. */
static int trapped(struct wasm_store *store, int trap)
{
    if (trap > 0)
        store->record = (struct wasm_trap_record){.trap = trap};
    return trap;
}

static int run_segments_and_start(struct wasm_instance *instance, struct wasm_error *error)
{
    const struct wasm_module *module = instance->module;
    int status = module->config.features.bulk_memory ? 0 : check_segments_fit(instance, error);
    for (uint32_t i = 0; status == 0 && i < module->element_count; i++)
        status = copy_elements(instance, i, error);
    for (uint32_t i = 0; status == 0 && i < module->data_count; i++)
        status = copy_data(instance, i, error);
    if (status != 0)
        return trapped(instance->store, status);
    return module->has_start ? wasm_function_call(instance->functions[module->start], NULL, NULL) : 0;
}

static int allocate(struct wasm_instance *instance, wasm_resolve *resolve, void *context,
                    struct wasm_error *error)
{
    if (!allocate_spaces(instance))
        return fail_memory(error);
    instance->next = instance->store->instances;
    instance->store->instances = instance;
    int status = make_types(instance, error);
    if (status == 0)
        status = resolve_imports(instance, resolve, context, error);
    if (status == 0)
        status = make_functions(instance, error);
    if (status == 0)
        status = make_memories(instance, error);
    if (status == 0)
        status = make_tables(instance, error);
    if (status == 0)
        status = make_tags(instance, error);
    if (status == 0)
        status = make_globals(instance, error);
    for (uint32_t i = 0; status == 0 && i < instance->module->element_count; i++)
        status = make_elements(instance, i, error);
    return trapped(instance->store, status);
}

int wasm_instance_new(struct wasm_store *store, const struct wasm_module *module, wasm_resolve *resolve,
                      void *context, struct wasm_instance **instance, struct wasm_error *error)
{
    struct wasm_instance *made = wasm_arena_array(&store->arena, 1, sizeof(*made));
    if (made == NULL)
        return fail_memory(error);
    made->store = store;
    made->module = module;
    made->memory = &store->empty_memory;
    int status = allocate(made, resolve, context, error);
    if (status != 0)
        return status;
    *instance = made;
    return run_segments_and_start(made, error);
}

/* ---- Accessors ----------------------------------------------------------------------------------------- */

struct wasm_store *wasm_instance_store(const struct wasm_instance *instance)
{
    return instance->store;
}

const struct wasm_module *wasm_instance_module(const struct wasm_instance *instance)
{
    return instance->module;
}

bool wasm_instance_export(const struct wasm_instance *instance, struct wasm_name name,
                          struct wasm_extern *out)
{
    struct wasm_export export;
    if (!wasm_module_find_export(instance->module, name, &export))
        return false;
    out->kind = export.type.kind;
    switch (out->kind) {
    case WASM_EXTERN_FUNCTION:
        out->function = instance->functions[export.index];
        break;
    case WASM_EXTERN_TABLE:
        out->table = instance->tables[export.index];
        break;
    case WASM_EXTERN_MEMORY:
        out->memory = instance->memories[export.index];
        break;
    case WASM_EXTERN_GLOBAL:
        out->global = instance->globals[export.index];
        break;
    case WASM_EXTERN_TAG:
        out->tag = instance->tags[export.index];
        break;
    }
    return true;
}

struct wasm_memory *wasm_instance_memory(const struct wasm_instance *instance)
{
    return instance->module->memory_count > 0 ? instance->memory : NULL;
}

void wasm_instance_set_context(struct wasm_instance *instance, void *context)
{
    instance->context = context;
}

void *wasm_instance_context(const struct wasm_instance *instance)
{
    return instance->context;
}
