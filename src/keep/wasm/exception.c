/* SPDX-License-Identifier: Apache-2.0 */
/* exception.c: tags, throwing and unwinding (exception.h). */

#include <string.h>

#include "body.h"
#include "exception.h"
#include "store.h"

/* ---- Tags ---------------------------------------------------------------------------------------------- */

bool wasm_tag_bind(struct wasm_store *store, struct wasm_tag *tag, uint32_t type_id)
{
    const struct wasm_function_type *type = &store->types.items[type_id]->function;
    uint32_t *offsets = wasm_arena_array(&store->arena, type->parameter_count, sizeof(*offsets));
    if (offsets == NULL)
        return false;
    uint32_t slot = 0;
    for (uint32_t i = 0; i < type->parameter_count; i++) {
        if (wasm_type_is_collected(type->parameters[i]))
            offsets[tag->layout.reference_count++] =
                (uint32_t)(sizeof(struct wasm_exception) + slot * sizeof(union wasm_value));
        slot += wasm_value_slots(type->parameters[i]);
    }
    tag->type = type;
    tag->type_id = type_id;
    tag->slots = slot;
    tag->store = store;
    tag->layout.references = offsets;
    tag->layout.size = sizeof(struct wasm_exception) + slot * sizeof(union wasm_value);
    return true;
}

int wasm_tag_new(struct wasm_store *store, const struct wasm_function_type *type, struct wasm_tag **tag)
{
    if (type->result_count != 0)
        return WASM_EARGUMENT;
    if (type->parameter_count > store->config.limits.parameters)
        return WASM_ELIMIT;
    if (!wasm_types_known(store, type->parameters, type->parameter_count))
        return WASM_EARGUMENT;
    uint32_t type_id;
    struct wasm_tag *made = wasm_arena_array(&store->arena, 1, sizeof(*made));
    if (made == NULL || wasm_types_import_function(&store->types, type, &type_id) != 0 ||
        !wasm_tag_bind(store, made, type_id))
        return WASM_EMEMORY;
    *tag = made;
    return 0;
}

struct wasm_function_type wasm_tag_type(const struct wasm_tag *tag)
{
    return *tag->type;
}

/* ---- Throwing ------------------------------------------------------------------------------------------ */

static void fill(struct wasm_object *object, struct wasm_tag *tag, const union wasm_value *values)
{
    struct wasm_exception *exception = (struct wasm_exception *)(void *)object;
    exception->tag = tag;
    if (tag->slots > 0)
        memcpy(exception->values, values, tag->slots * sizeof(*values));
    tag->store->exception = exception;
}

int wasm_throw(struct wasm_tag *tag, const union wasm_value *values)
{
    struct wasm_object *object;
    int status = wasm_gc_allocate(tag->store, tag->layout.size, WASM_OBJECT_EXCEPTION, 0, &object);
    if (status != 0)
        return status;
    fill(object, tag, values);
    return WASM_TRAP_UNCAUGHT_EXCEPTION;
}

/* throw: a = the first value's slot. */
int wasm_slow_throw(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    struct wasm_tag *tag = cells[4].tag;
    struct wasm_object *object;
    int status = wasm_gc_allocate_here(store, cells, fp, tag->layout.size, WASM_OBJECT_EXCEPTION, 0, &object);
    if (status != 0)
        return status;
    fill(object, tag, (const union wasm_value *)(void *)((uint8_t *)fp + cells[2].lo));
    return WASM_TRAP_UNCAUGHT_EXCEPTION;
}

/* throw_ref and the legacy rethrow: a = the exception's slot. */
int wasm_slow_throw_ref(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    const union wasm_value *value = (const union wasm_value *)(void *)((uint8_t *)fp + cells[2].lo);
    if (value->i64 == 0)
        return WASM_TRAP_NULL_EXCEPTION;
    store->exception = (struct wasm_exception *)(uintptr_t)value->i64;
    return WASM_TRAP_UNCAUGHT_EXCEPTION;
}

bool wasm_store_exception(const struct wasm_store *store, struct wasm_tag **tag,
                          const union wasm_value **values)
{
    if (store->exception == NULL)
        return false;
    *tag = store->exception->tag;
    *values = store->exception->values;
    return true;
}

/* ---- Unwinding ----------------------------------------------------------------------------------------- */

static const struct wasm_clause *find_clause(const struct wasm_regions *table, uint64_t cell,
                                             const struct wasm_tag *tag)
{
    uint32_t most_depth = WASM_NO_DEPTH;
    for (uint32_t i = 0; i < table->count; i++) {
        const struct wasm_region *region = &table->regions[i];
        if (cell < region->start || cell >= region->end || region->depth > most_depth)
            continue;
        for (uint32_t at = region->clause; at != 0; at = table->clauses[at - 1].next) {
            const struct wasm_clause *clause = &table->clauses[at - 1];
            if (clause->tag == NULL || clause->tag == tag)
                return clause;
        }
        if (region->delegate != WASM_NO_DEPTH)
            most_depth = region->delegate;
    }
    return NULL;
}

static void land(struct wasm_store *store, const struct wasm_clause *clause, const struct wasm_code *code,
                 union wasm_value *fp)
{
    struct wasm_exception *exception = store->exception;
    uint8_t *slots = (uint8_t *)fp;
    if (clause->values != WASM_NO_SLOT && exception->tag->slots > 0)
        memcpy(slots + clause->values, exception->values, exception->tag->slots * sizeof(*exception->values));
    if (clause->reference != WASM_NO_SLOT)
        memcpy(slots + clause->reference, &exception, sizeof(exception));
    store->landing_pc = &code->cells[clause->target];
    store->landing_fp = fp;
    store->exception = NULL;
}

int wasm_unwind(struct wasm_store *store, const union wasm_cell *pc, union wasm_value *fp,
                struct wasm_frame *frame)
{
    for (; store->exception != NULL && frame[-1].function != &store->outside; frame--) {
        const struct wasm_function *function = frame[-1].function;
        const struct wasm_code *code = function->code;
        if (function->host == NULL && pc != store->cells_cross_return) {
            const struct wasm_regions *table = &code->regions;
            uint64_t searched = (uint64_t)table->count + table->clause_count;
            TRY(wasm_store_charge(store, 64 + 16 * searched));
            const struct wasm_clause *clause =
                find_clause(table, (uint64_t)(pc - code->cells), store->exception->tag);
            if (clause != NULL) {
                land(store, clause, code, fp);
                store->frame_top = frame;
                return 0;
            }
        }
        /* a caller stands behind its call */
        pc = frame[-1].pc == store->cells_cross_return ? frame[-1].pc : frame[-1].pc - 1;
        fp = frame[-1].fp;
    }
    return WASM_TRAP_UNCAUGHT_EXCEPTION;
}
