/* SPDX-License-Identifier: Apache-2.0 */
/*
 * locals.c: which locals have been set (specification, 3.4.2 and appendix, "Validation Algorithm"). Only
 * those whose type has no default value can be unset; what a block sets counts until its end.
 */

#include <string.h>

#include "body.h"

int wasm_body_track_locals(struct wasm_body *body)
{
    const struct wasm_local_run *runs = body->local_vector.data;
    bool tracked = false;
    for (uint32_t i = 0; i < body->run_count; i++)
        tracked |= !wasm_type_defaultable(runs[i].type);
    body->set_count = 0;
    if (!tracked)
        return 0;
    if (wasm_vector_reserve(&body->is_set_vector, body->local_count, sizeof(bool)) != 0 ||
        wasm_vector_reserve(&body->set_vector, body->local_count, sizeof(uint32_t)) != 0)
        return wasm_body_fail(body, WASM_EMEMORY, "out of memory");
    memset(body->is_set_vector.data, 0, body->local_count);
    return 0;
}

bool wasm_body_local_is_set(const struct wasm_body *body, uint32_t local, uint32_t type)
{
    return wasm_type_defaultable(type) || local < body->type->parameter_count ||
           ((const bool *)body->is_set_vector.data)[local];
}

void wasm_body_mark_local_set(struct wasm_body *body, uint32_t local, uint32_t type)
{
    if (wasm_body_local_is_set(body, local, type))
        return;
    ((bool *)body->is_set_vector.data)[local] = true;
    ((uint32_t *)body->set_vector.data)[body->set_count++] = local;
}

void wasm_body_forget_locals(struct wasm_body *body, uint32_t count)
{
    while (body->set_count > count) {
        body->set_count--;
        ((bool *)body->is_set_vector.data)[((const uint32_t *)body->set_vector.data)[body->set_count]] =
            false;
    }
}
