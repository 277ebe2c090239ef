/* SPDX-License-Identifier: Apache-2.0 */
/* global.c: globals, as the embedder sees them. */

#include "store.h"

static void copy_value(uint32_t type, union wasm_value *to, const union wasm_value *from)
{
    for (uint32_t i = 0; i < wasm_value_slots(type); i++)
        to[i] = from[i];
}

int wasm_global_new(struct wasm_store *store, const struct wasm_global_type *type,
                    const union wasm_value *value, struct wasm_global **global)
{
    struct wasm_global *made = wasm_arena_array(&store->arena, 1, sizeof(*made));
    if (made == NULL)
        return WASM_EMEMORY;
    made->type = *type;
    copy_value(type->value, made->value, value);
    made->store = store;
    if (wasm_type_is_collected(type->value)) {
        made->next = store->globals;
        store->globals = made;
        if (store->gc.marking)
            wasm_gc_shade(store, value->i64);
    }
    *global = made;
    return 0;
}

struct wasm_global_type wasm_global_type(const struct wasm_global *global)
{
    return global->type;
}

void wasm_global_get(const struct wasm_global *global, union wasm_value *value)
{
    copy_value(global->type.value, value, global->value);
}

bool wasm_global_set(struct wasm_global *global, const union wasm_value *value)
{
    if (!global->type.is_mutable)
        return false;
    copy_value(global->type.value, global->value, value);
    if (global->store->gc.marking && wasm_type_is_collected(global->type.value))
        wasm_gc_shade(global->store, value->i64);
    return true;
}
