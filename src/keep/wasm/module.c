/* SPDX-License-Identifier: Apache-2.0 */
/* module.c: what can be asked of a decoded module. */

#include <string.h>

#include "module.h"
#include "reader.h"

uint32_t wasm_module_import_count(const struct wasm_module *module)
{
    return module->import_count;
}

void wasm_module_import(const struct wasm_module *module, uint32_t index, struct wasm_import *import)
{
    *import = module->imports[index];
}

uint32_t wasm_module_export_count(const struct wasm_module *module)
{
    return module->export_count;
}

void wasm_module_export(const struct wasm_module *module, uint32_t index, struct wasm_export *export)
{
    const struct wasm_module_export *item = &module->exports[index];
    *export = (struct wasm_export){.name = item->name, .index = item->index, .type = {.kind = item->kind}};
    switch (item->kind) {
    case WASM_EXTERN_FUNCTION:
        export->type.function = *module->functions[item->index].type;
        break;
    case WASM_EXTERN_TABLE:
        export->type.table = module->tables[item->index];
        break;
    case WASM_EXTERN_MEMORY:
        export->type.memory = module->memories[item->index];
        break;
    case WASM_EXTERN_GLOBAL:
        export->type.global = module->globals[item->index].type;
        break;
    case WASM_EXTERN_TAG:
        export->type.tag = *module->tags[item->index].type;
        break;
    }
}

int wasm_name_compare(struct wasm_name a, struct wasm_name b)
{
    size_t shorter = a.size < b.size ? a.size : b.size;
    int order = shorter == 0 ? 0 : memcmp(a.bytes, b.bytes, shorter);
    if (order != 0)
        return order;
    return a.size < b.size ? -1 : a.size > b.size;
}

bool wasm_module_find_export(const struct wasm_module *module, struct wasm_name name,
                             struct wasm_export *export)
{
    uint32_t low = 0;
    uint32_t high = module->export_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t index = module->exports_by_name[middle];
        int order = wasm_name_compare(name, module->exports[index].name);
        if (order == 0) {
            wasm_module_export(module, index, export);
            return true;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

bool wasm_module_custom_section(const struct wasm_module *module, struct wasm_name name,
                                const uint8_t **bytes, size_t *size)
{
    const uint8_t *end = module->bytes + module->size;
    struct wasm_reader reader = {module->bytes, module->bytes + 8, end, NULL};
    while (wasm_reader_left(&reader) > 0) {
        uint8_t number = wasm_read_byte(&reader);
        uint32_t section_size = wasm_read_u32(&reader);
        struct wasm_reader section = {module->bytes, reader.at, reader.at + section_size, NULL};
        reader.at += section_size;
        if (number == 0 && wasm_name_equal(wasm_read_name(&section), name)) {
            *bytes = section.at;
            *size = wasm_reader_left(&section);
            return true;
        }
    }
    return false;
}

/* The name map of the `name` section (7.5.2), searched from its start: it is asked for only when something
 * trapped. */
struct wasm_name wasm_module_function_name(const struct wasm_module *module, uint32_t function_index)
{
    const uint8_t *start = module->bytes + module->function_names.offset;
    struct wasm_reader reader = {module->bytes, start, start + module->function_names.size, NULL};
    if (module->function_names.size > 0) {
        uint32_t count = wasm_read_u32(&reader);
        for (uint32_t i = 0; i < count && reader.problem == NULL; i++) {
            uint32_t index = wasm_read_u32(&reader);
            struct wasm_name name = wasm_read_name(&reader);
            if (index == function_index && reader.problem == NULL)
                return name;
        }
    }
    for (uint32_t i = 0; i < module->export_count; i++) {
        const struct wasm_module_export *export = &module->exports[i];
        if (export->kind == WASM_EXTERN_FUNCTION && export->index == function_index)
            return export->name;
    }
    return (struct wasm_name){0};
}
