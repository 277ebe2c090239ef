/* SPDX-License-Identifier: Apache-2.0 */
/*
 * emit_exception.c: the tables of regions and clauses of the function that is being compiled (exception.h). A
 * clause that waits for its label is linked into the label's chain through the very field that will hold the
 * target.
 */

#include <string.h>

#include "body.h"
#include "exception.h"
#include "store.h"

#define SLOT_SIZE ((uint32_t)sizeof(union wasm_value))

static struct wasm_clause *clause_at(const struct wasm_body *body, uint32_t index)
{
    return (struct wasm_clause *)body->clause_vector.data + index;
}

/* A new clause, or NULL if memory is exhausted. */
static struct wasm_clause *add_clause(struct wasm_body *body, const uint32_t *tag)
{
    if (wasm_vector_reserve(&body->clause_vector, (size_t)body->clause_count + 1,
                            sizeof(struct wasm_clause)) != 0) {
        body->out_of_memory = true;
        return NULL;
    }
    struct wasm_clause *clause = clause_at(body, body->clause_count++);
    *clause = (struct wasm_clause){.values = WASM_NO_SLOT, .reference = WASM_NO_SLOT};
    if (tag != NULL)
        clause->tag = body->instance->tags[*tag];
    return clause;
}

/* Slots of what a clause passes on: they are written even where no operand has been. */
static void place(struct wasm_body *body, struct wasm_clause *clause, uint32_t slot, bool values,
                  bool reference, bool reference_first)
{
    uint32_t count = clause->tag != NULL ? clause->tag->slots : 0;
    if (reference_first) {
        clause->reference = slot * SLOT_SIZE;
        slot++;
    }
    if (values)
        clause->values = slot * SLOT_SIZE;
    slot += count;
    if (reference && !reference_first) {
        clause->reference = slot * SLOT_SIZE;
        slot++;
    }
    if (body->frame_slots < slot)
        body->frame_slots = slot;
}

void wasm_emit_clause(struct wasm_body *body, uint32_t depth, const uint32_t *tag, bool reference)
{
    if (!body->live)
        return;
    struct wasm_control *control = &body->controls[body->depth - 1 - depth];
    struct wasm_clause *clause = add_clause(body, tag);
    if (clause == NULL)
        return;
    place(body, clause, wasm_emit_label_slot(body, control), tag != NULL, reference, false);
    if (control->opcode == WASM_OPCODE_LOOP) {
        clause->target = control->start;
    } else {
        clause->target = control->landings;
        control->landings = body->clause_count;
    }
}

void wasm_emit_region_start(struct wasm_body *body, uint32_t first)
{
    if (!body->live || body->out_of_memory)
        return;
    struct wasm_control *control = &body->controls[body->depth - 1];
    wasm_emit_label(body); /* an operation before the region is not to be taken back from within */
    for (uint32_t i = first; i + 1 < body->clause_count; i++)
        clause_at(body, i)->next = i + 2;
    control->clause = first < body->clause_count ? first + 1 : 0;
}

void wasm_emit_region_end(struct wasm_body *body, struct wasm_control *control, uint32_t delegate)
{
    wasm_emit_label(body); /* nor one within from behind it */
    if (!control->entered || body->out_of_memory)
        return;
    if (wasm_vector_reserve(&body->region_vector, (size_t)body->region_count + 1,
                            sizeof(struct wasm_region)) != 0) {
        body->out_of_memory = true;
        return;
    }
    struct wasm_region *region = (struct wasm_region *)body->region_vector.data + body->region_count++;
    *region = (struct wasm_region){
        .start = control->start,
        .end = body->cell_count,
        .clause = control->clause,
        .depth = (uint32_t)(control - body->controls),
        .delegate = delegate,
    };
    control->region = body->region_count;
}

void wasm_emit_catch(struct wasm_body *body, struct wasm_control *control, const uint32_t *tag)
{
    if (!body->live)
        return;
    wasm_emit_label(body);
    struct wasm_clause *clause = add_clause(body, tag);
    if (clause == NULL)
        return;
    place(body, clause, wasm_emit_label_slot(body, control), tag != NULL, true, true);
    clause->target = body->cell_count;
    if (control->clause != 0)
        clause_at(body, control->clause - 1)->next = body->clause_count;
    else
        ((struct wasm_region *)body->region_vector.data)[control->region - 1].clause = body->clause_count;
    control->clause = body->clause_count; /* the last one */
}

void wasm_emit_landings(struct wasm_body *body, struct wasm_control *control)
{
    if (control->landings == 0 || body->out_of_memory)
        return;
    uint32_t at = control->landings;
    control->landings = 0; /* a body's end comes here twice, and behind this the targets are cells */
    while (at != 0) {
        struct wasm_clause *clause = clause_at(body, at - 1);
        at = clause->target;
        clause->target = body->cell_count;
        wasm_heap_work(body->heap, 1);
    }
    wasm_emit_label(body);
}

static bool copy(struct wasm_arena *arena, const struct wasm_vector *from, size_t size, const void **to)
{
    void *made = wasm_arena_array(arena, 1, size);
    if (made == NULL)
        return false;
    wasm_heap_copy(arena->heap, made, from->data, size);
    *to = made;
    return true;
}

bool wasm_emit_regions(struct wasm_body *body, struct wasm_arena *arena, struct wasm_regions *regions)
{
    const void *region_copy = NULL;
    const void *clause_copy = NULL;
    *regions = (struct wasm_regions){.count = body->region_count, .clause_count = body->clause_count};
    if (body->region_count > 0 &&
        !copy(arena, &body->region_vector, body->region_count * sizeof(struct wasm_region), &region_copy))
        return false;
    if (body->clause_count > 0 &&
        !copy(arena, &body->clause_vector, body->clause_count * sizeof(struct wasm_clause), &clause_copy))
        return false;
    regions->regions = region_copy;
    regions->clauses = clause_copy;
    return true;
}
