/* SPDX-License-Identifier: Apache-2.0 */
/* config.c: default limits, and the features by version and by name. */

#include <string.h>

#include "wasm.h"

#define KIB 1024u
#define MIB (1024u * KIB)

/* Where other engines agree on a limit (the JavaScript embedding, "implementation-defined limits"), it is
 * theirs. */
void wasm_limits_default(struct wasm_limits *limits)
{
    *limits = (struct wasm_limits){
        .module_size = 1024ull * MIB,
        .types = 1000000,
        .imports = 1000000,
        .exports = 1000000,
        .functions = 1000000,
        .tables = 100000,
        .memories = 100,
        .globals = 1000000,
        .tags = 1000000,
        .element_segments = 10000000,
        .data_segments = 100000,
        .element_segment_length = 10000000,
        .parameters = 1000,
        .results = 1000,
        .function_size = 7654321,
        .locals = 50000,
        .br_table_targets = 4000000,
        .subtype_depth = 63,
        .fields = 10000,
        .nesting = 1000000,
        .operands = 1000000,
        .arena_size = 512ull * MIB,
        .memory_size = 1024ull * MIB,
        .table_elements = 10000000,
        .gc_size = 256ull * MIB,
        .stack_size = 1u * MIB,
        .call_depth = 20000,
        .host_depth = 64,
    };
}

enum { WASM_BEYOND = 4 }; /* what no version of the specification has yet */

struct feature {
    const char *name;
    size_t offset;
    int version; /* of the specification that took it in, or WASM_BEYOND */
};

#define FEATURE(field, text, release) {text, offsetof(struct wasm_features, field), release}

static const struct feature features_known[] = {
    FEATURE(threads, "threads", WASM_BEYOND),
    FEATURE(mutable_global, "mutable-global", 1),
    FEATURE(nontrapping_float_to_int, "nontrapping-float-to-int", 2),
    FEATURE(sign_extension, "sign-extension", 2),
    FEATURE(multi_value, "multi-value", 2),
    FEATURE(reference_types, "reference-types", 2),
    FEATURE(bulk_memory, "bulk-memory", 2),
    FEATURE(tail_call, "tail-call", 3),
    FEATURE(extended_const, "extended-const", 3),
    FEATURE(simd, "simd", 2),
    FEATURE(multi_memory, "multi-memory", 3),
    FEATURE(memory64, "memory64", 3),
    FEATURE(function_references, "function-references", 3),
    FEATURE(gc, "gc", 3),
    FEATURE(exceptions, "exceptions", 3),
    FEATURE(relaxed_simd, "relaxed-simd", 3),
    FEATURE(legacy_exceptions, "legacy-exceptions", WASM_BEYOND),
};

#define FEATURE_COUNT (sizeof(features_known) / sizeof(features_known[0]))

static void feature_put(struct wasm_features *features, const struct feature *feature, bool on)
{
    memcpy((uint8_t *)features + feature->offset, &on, sizeof(on));
}

void wasm_features_version(struct wasm_features *features, int version)
{
    for (size_t i = 0; i < FEATURE_COUNT; i++)
        feature_put(features, &features_known[i], version > 3 || features_known[i].version <= version);
}

bool wasm_features_set(struct wasm_features *features, const char *name, bool on)
{
    struct wasm_name wanted = wasm_name_of(name);
    for (size_t i = 0; i < FEATURE_COUNT; i++) {
        if (wasm_name_equal(wanted, wasm_name_of(features_known[i].name))) {
            feature_put(features, &features_known[i], on);
            return true;
        }
    }
    return false;
}

const char *wasm_feature_name(size_t index)
{
    return index < FEATURE_COUNT ? features_known[index].name : NULL;
}

void wasm_config_default(struct wasm_config *config, const struct wasm_memory_ops *memory)
{
    config->memory = *memory;
    config->gc_stress = 0;
    wasm_limits_default(&config->limits);
    wasm_features_version(&config->features, WASM_BEYOND);
}
