/* SPDX-License-Identifier: Apache-2.0 */
/* read_type.c: types in the binary format (read_type.h). */

#include "read_type.h"

#define REF      0x64u /* (ref HT) */
#define REF_NULL 0x63u /* (ref null HT) */

const char *wasm_type_problem(int status)
{
    return status == WASM_EINVALID ? "unknown type %u" : "malformed value type %x";
}

/* The abstract heap types that each proposal brought. */
static bool is_abstract_heap_type(const struct wasm_features *features, uint32_t code)
{
    switch (code) {
    case WASM_FUNCREF:
    case WASM_EXTERNREF:
        return features->reference_types;
    case WASM_EXNREF:
    case WASM_NULLEXNREF:
        return features->exceptions;
    default:
        return features->gc && code >= WASM_EXNREF && code <= WASM_NULLEXNREF;
    }
}

int wasm_read_heap_type(struct wasm_reader *reader, const struct wasm_module *module, uint32_t bound,
                        uint32_t *type)
{
    const struct wasm_features *features = &module->config.features;
    uint32_t first = wasm_reader_left(reader) > 0 ? *reader->at : 0;
    if ((first & 0xC0) == 0x40) { /* a negative number of one byte */
        *type = wasm_read_byte(reader);
        return is_abstract_heap_type(features, *type) ? 0 : WASM_EMALFORMED;
    }
    *type = first;
    int64_t index = wasm_read_signed(reader, 33);
    if (reader->problem != NULL || index < 0 || !features->function_references)
        return WASM_EMALFORMED;
    *type = (uint32_t)index;
    if (*type >= bound)
        return WASM_EINVALID;
    *type = wasm_type_concrete(*type);
    return 0;
}

int wasm_read_reference_type(struct wasm_reader *reader, const struct wasm_module *module, uint32_t bound,
                             uint32_t *type)
{
    const struct wasm_features *features = &module->config.features;
    *type = wasm_read_byte(reader);
    if (reader->problem != NULL)
        return WASM_EMALFORMED;
    if (is_abstract_heap_type(features, *type))
        return 0;
    if ((*type != REF && *type != REF_NULL) || !features->function_references)
        return WASM_EMALFORMED;
    uint32_t non_null = *type == REF ? WASM_NON_NULL : 0;
    int status = wasm_read_heap_type(reader, module, bound, type);
    if (status == 0)
        *type |= non_null;
    return status;
}

int wasm_read_value_type(struct wasm_reader *reader, const struct wasm_module *module, uint32_t bound,
                         uint32_t *type)
{
    uint32_t first = wasm_reader_left(reader) > 0 ? *reader->at : 0;
    bool simd = module->config.features.simd;
    if (first < (simd ? WASM_V128 : WASM_F64) || first > WASM_I32)
        return wasm_read_reference_type(reader, module, bound, type);
    *type = wasm_read_byte(reader);
    return 0;
}
