/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gc_object.c: layouts of objects, and the operations that make objects or work on many elements
 * (specification, 4.4.2.5 to 4.4.2.22). Operands are in consecutive slots from cell 2, low half; its high
 * half is a number, cell 3's the slot of the result, cell 4 the layout. Bounds are checked before anything is
 * written, then the work is done in pieces.
 */

#include <string.h>

#include "body.h"
#include "gc_object.h"

/* ---- Layouts ------------------------------------------------------------------------------------------- */

static uint32_t shift_of(uint32_t storage)
{
    switch (storage) {
    case WASM_I8:
        return 0;
    case WASM_I16:
        return 1;
    case WASM_I32:
    case WASM_F32:
        return 2;
    case WASM_V128:
        return 4;
    default:
        return 3;
    }
}

/* Fields follow each other in order, so that a subtype begins as its supertype does. */
static bool lay_out_structure(struct wasm_arena *arena, const struct wasm_defined_type *type,
                              struct wasm_layout *layout)
{
    uint32_t *offsets = wasm_arena_array(arena, type->field_count, sizeof(*offsets));
    uint32_t *references = wasm_arena_array(arena, type->field_count, sizeof(*references));
    if (offsets == NULL || references == NULL)
        return false;
    uint32_t at = sizeof(struct wasm_object);
    for (uint32_t i = 0; i < type->field_count; i++) {
        uint32_t size = 1u << shift_of(type->fields[i].storage);
        uint32_t alignment = size < 8 ? size : 8;
        at = (at + alignment - 1) / alignment * alignment;
        offsets[i] = at;
        if (wasm_type_is_collected(type->fields[i].storage))
            references[layout->reference_count++] = at;
        at += size;
    }
    layout->size = at;
    layout->offsets = offsets;
    layout->references = references;
    return true;
}

const struct wasm_layout *wasm_gc_layout(struct wasm_store *store, uint32_t type_id)
{
    struct wasm_gc *gc = &store->gc;
    gc->layout_vector.heap = &store->heap;
    if (type_id >= gc->layout_count) {
        size_t wanted = store->types.count;
        if (wasm_vector_reserve(&gc->layout_vector, wanted, sizeof(*gc->layouts)) != 0)
            return NULL;
        gc->layouts = gc->layout_vector.data;
        gc->layout_count = (uint32_t)wanted;
    }
    if (gc->layouts[type_id] != NULL)
        return gc->layouts[type_id];
    const struct wasm_defined_type *type = store->types.items[type_id];
    struct wasm_layout *layout = wasm_arena_array(&store->arena, 1, sizeof(*layout));
    if (layout == NULL)
        return NULL;
    layout->type = type_id;
    layout->field_count = type->field_count;
    layout->fields = type->fields;
    layout->is_array = type->kind == WASM_TYPE_ARRAY;
    if (layout->is_array) {
        layout->element_shift = (uint8_t)shift_of(type->fields[0].storage);
        layout->element_reference = wasm_type_is_collected(type->fields[0].storage);
    } else if (!lay_out_structure(&store->arena, type, layout)) {
        return NULL;
    }
    gc->layouts[type_id] = layout;
    return layout;
}

/* ---- Fields and elements ------------------------------------------------------------------------------- */

void wasm_gc_put(uint32_t storage, uint8_t *place, const union wasm_value *value)
{
    uint8_t byte = (uint8_t)value->i32;
    uint16_t half = (uint16_t)value->i32;
    switch (shift_of(storage)) {
    case 0:
        memcpy(place, &byte, sizeof(byte));
        break;
    case 1:
        memcpy(place, &half, sizeof(half));
        break;
    case 2:
        memcpy(place, &value->i32, sizeof(value->i32));
        break;
    case 3:
        memcpy(place, &value->i64, sizeof(value->i64));
        break;
    default:
        memcpy(place, value, 2 * sizeof(*value));
        break;
    }
}

static uint8_t *element(struct wasm_object *array, const struct wasm_layout *layout, uint64_t index)
{
    return wasm_array_elements(array) + (index << layout->element_shift);
}

int wasm_array_fill(struct wasm_store *store, const struct wasm_layout *layout, struct wasm_object *array,
                    uint64_t from, uint64_t count, const union wasm_value *value)
{
    uint64_t most = WASM_PIECE >> layout->element_shift;
    if (store->gc.marking && layout->element_reference && count > 0)
        wasm_gc_shade(store, value->i64);
    for (uint64_t end = from + count; from < end;) {
        uint64_t piece = end - from < most ? end - from : most;
        TRY(wasm_store_charge(store, piece << layout->element_shift));
        uint8_t *at = element(array, layout, from);
        if (layout->element_shift == 0)
            memset(at, (uint8_t)value->i32, (size_t)piece);
        for (uint64_t i = 0; i < piece && layout->element_shift > 0; i++) {
            wasm_gc_put(layout->fields[0].storage, at, value);
            at += (size_t)1 << layout->element_shift;
        }
        from += piece;
    }
    return 0;
}

/* ---- What slow operations find in their cells ---------------------------------------------------------- */

static union wasm_value *row(const union wasm_cell *cells, union wasm_value *fp)
{
    return (union wasm_value *)(void *)((uint8_t *)fp + cells[2].lo);
}

static void set_result(const union wasm_cell *cells, union wasm_value *fp, const struct wasm_object *object)
{
    union wasm_value *to = (union wasm_value *)(void *)((uint8_t *)fp + cells[3].hi);
    to->i64 = (uint64_t)(uintptr_t)object;
}

static bool outside(uint64_t offset, uint64_t size, uint64_t bound)
{
    return offset > bound || size > bound - offset;
}

static const struct wasm_instance *running(const struct wasm_store *store)
{
    return store->frame_top[-1].function->instance;
}

/* ---- Structures ---------------------------------------------------------------------------------------- */

static int new_structure(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp,
                         struct wasm_object **made)
{
    const struct wasm_layout *layout = cells[4].layout;
    return wasm_gc_allocate_here(store, cells, fp, layout->size, layout->type, 0, made);
}

int wasm_slow_struct_new(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    const struct wasm_layout *layout = cells[4].layout;
    struct wasm_object *made;
    TRY(new_structure(store, cells, fp, &made));
    const union wasm_value *value = row(cells, fp);
    for (uint32_t i = 0; i < layout->field_count; i++) {
        uint32_t storage = layout->fields[i].storage;
        wasm_gc_put(storage, (uint8_t *)made + layout->offsets[i], value);
        value += wasm_value_slots(storage);
    }
    set_result(cells, fp, made);
    return 0;
}

int wasm_slow_struct_new_default(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    struct wasm_object *made;
    TRY(new_structure(store, cells, fp, &made));
    set_result(cells, fp, made);
    return 0;
}

/* ---- New arrays ---------------------------------------------------------------------------------------- */

static int new_array(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp,
                     uint32_t count, struct wasm_object **made)
{
    const struct wasm_layout *layout = cells[4].layout;
    uint64_t size = WASM_ARRAY_START + ((uint64_t)count << layout->element_shift);
    return wasm_gc_allocate_here(store, cells, fp, size, layout->type, count, made);
}

int wasm_slow_array_new(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    const struct wasm_layout *layout = cells[4].layout;
    const union wasm_value *value = row(cells, fp);
    uint32_t count = value[wasm_value_slots(layout->fields[0].storage)].i32;
    struct wasm_object *made;
    TRY(new_array(store, cells, fp, count, &made));
    TRY(wasm_array_fill(store, layout, made, 0, count, value));
    set_result(cells, fp, made);
    return 0;
}

int wasm_slow_array_new_default(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    struct wasm_object *made;
    TRY(new_array(store, cells, fp, row(cells, fp)->i32, &made));
    set_result(cells, fp, made);
    return 0;
}

int wasm_slow_array_new_fixed(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    const struct wasm_layout *layout = cells[4].layout;
    uint32_t storage = layout->fields[0].storage;
    struct wasm_object *made;
    TRY(new_array(store, cells, fp, cells[2].hi, &made));
    const union wasm_value *value = row(cells, fp);
    for (uint32_t i = 0; i < made->count; i++) {
        wasm_gc_put(storage, element(made, layout, i), value);
        value += wasm_value_slots(storage);
    }
    set_result(cells, fp, made);
    return 0;
}

/* ---- Segments ------------------------------------------------------------------------------------------ */

/* The bytes of a data segment for `count` elements, in bounds or with a trap. */
static int data_for(const struct wasm_store *store, const struct wasm_layout *layout, uint32_t segment,
                    uint64_t from, uint64_t count, const uint8_t **bytes)
{
    const struct wasm_instance *instance = running(store);
    const struct wasm_piece *piece = &instance->module->data[segment].bytes;
    uint64_t bound = instance->data_dropped[segment] ? 0 : piece->size;
    if (outside(from, count << layout->element_shift, bound))
        return WASM_TRAP_MEMORY_BOUNDS;
    *bytes = instance->module->bytes + piece->offset + from;
    return 0;
}

static int elements_for(const struct wasm_store *store, uint32_t segment, uint64_t from, uint64_t count,
                        const union wasm_value **values)
{
    const struct wasm_elements *elements = &running(store)->elements[segment];
    if (outside(from, count, elements->count))
        return WASM_TRAP_TABLE_BOUNDS;
    *values = elements->values + from;
    return 0;
}

static int copy_in(struct wasm_store *store, const struct wasm_layout *layout, struct wasm_object *array,
                   uint64_t to, const void *from, uint64_t count)
{
    return count == 0
               ? 0
               : wasm_move_bytes(store, element(array, layout, to), from, count << layout->element_shift);
}

int wasm_slow_array_new_data(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    const union wasm_value *operands = row(cells, fp);
    uint32_t count = operands[1].i32;
    const uint8_t *bytes;
    struct wasm_object *made;
    TRY(data_for(store, cells[4].layout, cells[2].hi, operands[0].i32, count, &bytes));
    TRY(new_array(store, cells, fp, count, &made));
    TRY(copy_in(store, cells[4].layout, made, 0, bytes, count));
    set_result(cells, fp, made);
    return 0;
}

int wasm_slow_array_new_elem(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    const union wasm_value *operands = row(cells, fp);
    uint32_t count = operands[1].i32;
    const union wasm_value *values;
    struct wasm_object *made;
    TRY(elements_for(store, cells[2].hi, operands[0].i32, count, &values));
    TRY(new_array(store, cells, fp, count, &made));
    TRY(copy_in(store, cells[4].layout, made, 0, values, count));
    set_result(cells, fp, made);
    return 0;
}

/* ---- Parts of arrays ----------------------------------------------------------------------------------- */

/* `count` elements of an array from `from` on, in bounds. */
static int check_part(const struct wasm_object *array, uint64_t from, uint64_t count)
{
    if (array == NULL)
        return WASM_TRAP_NULL_ARRAY;
    return outside(from, count, array->count) ? WASM_TRAP_ARRAY_BOUNDS : 0;
}

int wasm_slow_array_fill(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    const struct wasm_layout *layout = cells[4].layout;
    const union wasm_value *operands = row(cells, fp);
    uint64_t count = operands[2 + wasm_value_slots(layout->fields[0].storage)].i32;
    TRY(check_part(operands[0].external, operands[1].i32, count));
    return wasm_array_fill(store, layout, operands[0].external, operands[1].i32, count, &operands[2]);
}

int wasm_slow_array_copy(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    const struct wasm_layout *layout = cells[4].layout;
    const union wasm_value *operands = row(cells, fp);
    uint64_t count = operands[4].i32;
    TRY(check_part(operands[0].external, operands[1].i32, count));
    TRY(check_part(operands[2].external, operands[3].i32, count));
    const void *from = element(operands[2].external, layout, operands[3].i32);
    if (layout->element_reference)
        TRY(wasm_gc_shade_all(store, from, count));
    return copy_in(store, layout, operands[0].external, operands[1].i32, from, count);
}

int wasm_slow_array_init_data(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    const union wasm_value *operands = row(cells, fp);
    uint64_t count = operands[3].i32;
    const uint8_t *bytes;
    TRY(check_part(operands[0].external, operands[1].i32, count));
    TRY(data_for(store, cells[4].layout, cells[2].hi, operands[2].i32, count, &bytes));
    return copy_in(store, cells[4].layout, operands[0].external, operands[1].i32, bytes, count);
}

int wasm_slow_array_init_elem(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    const union wasm_value *operands = row(cells, fp);
    uint64_t count = operands[3].i32;
    const union wasm_value *values;
    TRY(check_part(operands[0].external, operands[1].i32, count));
    TRY(elements_for(store, cells[2].hi, operands[2].i32, count, &values));
    TRY(wasm_gc_shade_all(store, values, count));
    return copy_in(store, cells[4].layout, operands[0].external, operands[1].i32, values, count);
}

/* ---- any and extern ------------------------------------------------------------------------------------ */

/* An externref is the embedder's value, which as anyref is wrapped, or an object, or a wrapped i31. */
int wasm_gc_internalize(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp,
                        uint64_t *bits)
{
    uint32_t granule;
    struct wasm_object *object = (struct wasm_object *)(uintptr_t)*bits;
    if (*bits == 0)
        return 0;
    if (wasm_gc_find(&store->gc, *bits, &granule) != NULL) {
        if (object->type == WASM_OBJECT_I31)
            *bits = wasm_i31_of(object->count);
        return 0;
    }
    TRY(wasm_gc_allocate_here(store, cells, fp, sizeof(struct wasm_host_object), WASM_OBJECT_HOST, 0,
                              &object));
    ((struct wasm_host_object *)(void *)object)->external = (void *)(uintptr_t)*bits;
    *bits = (uint64_t)(uintptr_t)object;
    return 0;
}

int wasm_gc_externalize(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp,
                        uint64_t *bits)
{
    struct wasm_object *object;
    if (*bits == 0)
        return 0;
    if (*bits & 1) {
        uint32_t number = (uint32_t)*bits >> 1;
        TRY(wasm_gc_allocate_here(store, cells, fp, sizeof(*object), WASM_OBJECT_I31, number, &object));
        *bits = (uint64_t)(uintptr_t)object;
        return 0;
    }
    object = (struct wasm_object *)(uintptr_t)*bits;
    if (object->type == WASM_OBJECT_HOST)
        *bits = (uint64_t)(uintptr_t)((struct wasm_host_object *)(void *)object)->external;
    return 0;
}

/* Both as operations: from the slot in cell 2 to that in cell 3. */
int wasm_slow_internalize(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    uint64_t bits = row(cells, fp)->i64;
    TRY(wasm_gc_internalize(store, cells, fp, &bits));
    set_result(cells, fp, (const struct wasm_object *)(uintptr_t)bits);
    return 0;
}

int wasm_slow_externalize(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp)
{
    uint64_t bits = row(cells, fp)->i64;
    TRY(wasm_gc_externalize(store, cells, fp, &bits));
    set_result(cells, fp, (const struct wasm_object *)(uintptr_t)bits);
    return 0;
}

bool wasm_reference_external(const struct wasm_store *store, union wasm_value value, void **external)
{
    uint32_t granule;
    const struct wasm_host_object *object = (const struct wasm_host_object *)(uintptr_t)value.i64;
    if (wasm_gc_find(&store->gc, value.i64, &granule) == NULL || object->head.type != WASM_OBJECT_HOST)
        return false;
    *external = object->external;
    return true;
}

int wasm_reference_internalize(struct wasm_store *store, void *external, union wasm_value *value)
{
    uint64_t bits = (uint64_t)(uintptr_t)external;
    TRY(wasm_gc_internalize(store, NULL, NULL, &bits));
    value->i64 = bits;
    return 0;
}

uint32_t wasm_reference_type(const struct wasm_store *store, union wasm_value value)
{
    uint32_t granule;
    if (value.i64 == 0)
        return WASM_NULLREF;
    if (value.i64 & 1)
        return WASM_I31REF;
    if (wasm_gc_find(&store->gc, value.i64, &granule) == NULL)
        return WASM_BOTTOM;
    uint32_t type = ((const struct wasm_object *)(uintptr_t)value.i64)->type;
    if (type < WASM_OBJECT_KINDS)
        return store->types.items[type]->kind == WASM_TYPE_STRUCT ? WASM_STRUCTREF : WASM_ARRAYREF;
    return type == WASM_OBJECT_EXCEPTION ? WASM_EXNREF : WASM_EXTERNREF;
}
