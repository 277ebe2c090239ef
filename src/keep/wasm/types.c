/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types.c: defined types (types.h). Equal recursion groups are found in a tree of the bits of their keys, in
 * which no path is longer than the key: no input makes it slow, as a hash table could be.
 */

#include <string.h>

#include "types.h"

/* In a key: a reference to a member of the group itself, by position. No heap type has this code. */
#define IN_GROUP 0x62u
/* In a key: a field that may be assigned. The bit is free in all types. */
#define MUTABLE  0x80u

void wasm_types_init(struct wasm_types *types, struct wasm_arena *arena)
{
    *types = (struct wasm_types){.arena = arena};
    types->key.heap = arena->heap;
    types->groups.child[0] = &types->groups;
    types->groups.child[1] = &types->groups;
}

void wasm_types_free(struct wasm_types *types)
{
    wasm_vector_free(&types->key);
}

static bool make_room(struct wasm_types *types, uint32_t count)
{
    if (count <= types->room - types->count)
        return true;
    size_t room = (size_t)types->count + count;
    if (room < 2 * (size_t)types->room)
        room = 2 * (size_t)types->room;
    struct wasm_defined_type **items = wasm_arena_array(types->arena, room, sizeof(*items));
    if (items == NULL || room > WASM_MOST_TYPES)
        return false;
    if (types->count > 0)
        memcpy(items, types->items, types->count * sizeof(struct wasm_defined_type *));
    types->items = items;
    types->room = (uint32_t)room;
    return true;
}

struct wasm_defined_type *wasm_types_extend(struct wasm_types *types, uint32_t count)
{
    struct wasm_defined_type *made = wasm_arena_array(types->arena, count, sizeof(*made));
    if (made == NULL || !make_room(types, count))
        return NULL;
    uint32_t first = types->count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t nullable = wasm_type_concrete(first + i);
        made[i].canonical = first + i;
        made[i].group = first;
        made[i].supertype = WASM_NO_INDEX;
        made[i].references[0] = nullable;
        made[i].references[1] = nullable | WASM_NON_NULL;
        types->items[first + i] = &made[i];
    }
    types->count += count;
    return made;
}

uint32_t wasm_types_group_end(const struct wasm_types *types, uint32_t first)
{
    uint32_t end = first + 1;
    while (end < types->count && types->items[end]->group == first)
        end++;
    return end;
}

/* ---- Keys ---------------------------------------------------------------------------------------------- */

/* A group whose key is made: `count` types from index `first` on, and what the types before it are called. */
struct group {
    const struct wasm_defined_type *const *types;
    uint32_t first;
    uint32_t count;
    const uint32_t *ids;            /* by index; or NULL: */
    const struct wasm_types *space; /* their canonical numbers in here */
};

static uint32_t outer_id(const struct group *group, uint32_t index)
{
    return group->ids != NULL ? group->ids[index] : group->space->items[index]->canonical;
}

static uint32_t key_of_type(const struct group *group, uint32_t type)
{
    if ((type & WASM_HEAP_TYPE) != WASM_REF)
        return type;
    uint32_t index = wasm_type_index(type);
    uint32_t non_null = type & WASM_NON_NULL;
    if (index >= group->first)
        return (index - group->first) << WASM_INDEX_SHIFT | non_null | IN_GROUP;
    return wasm_type_concrete(outer_id(group, index)) | non_null;
}

static uint32_t *put_types(const struct group *group, const uint32_t *types, uint32_t count, uint32_t *key)
{
    *key++ = count;
    for (uint32_t i = 0; i < count; i++)
        *key++ = key_of_type(group, types[i]);
    return key;
}

static uint32_t *put_type(const struct group *group, const struct wasm_defined_type *type, uint32_t *key)
{
    *key++ = (uint32_t)type->kind << 1 | type->final;
    *key++ = type->supertype == WASM_NO_INDEX ? WASM_BOTTOM
                                              : key_of_type(group, wasm_type_concrete(type->supertype));
    if (type->kind == WASM_TYPE_FUNCTION) {
        key = put_types(group, type->function.parameters, type->function.parameter_count, key);
        return put_types(group, type->function.results, type->function.result_count, key);
    }
    *key++ = type->field_count;
    for (uint32_t i = 0; i < type->field_count; i++)
        *key++ = key_of_type(group, type->fields[i].storage) | (type->fields[i].is_mutable ? MUTABLE : 0);
    return key;
}

/* Writes the group's key to types->key. Keys say how long they are: none is the beginning of another. */
static int make_key(struct wasm_types *types, const struct group *group, size_t *words)
{
    *words = 1;
    for (uint32_t i = 0; i < group->count; i++) {
        const struct wasm_defined_type *type = group->types[i];
        *words += 4 + (size_t)type->function.parameter_count + type->function.result_count;
        *words += type->field_count;
    }
    if (wasm_vector_reserve(&types->key, *words, sizeof(uint32_t)) != 0)
        return WASM_EMEMORY;
    uint32_t *start = types->key.data;
    uint32_t *key = start;
    *key++ = group->count;
    for (uint32_t i = 0; i < group->count; i++)
        key = put_type(group, group->types[i], key);
    *words = (size_t)(key - start);
    return 0;
}

/* ---- The tree (D. R. Morrison's PATRICIA) -------------------------------------------------------------- */

/* Bit `bit`, from 1, of a key; beyond its end all are 0. */
static uint32_t bit_of(const uint32_t *key, size_t words, uint64_t bit)
{
    uint64_t word = (bit - 1) / 32;
    return word < words ? key[word] >> (31 - (bit - 1) % 32) & 1 : 0;
}

/* The group that agrees with the key in every bit that the tree tests. */
static struct wasm_type_group *nearest(struct wasm_types *types, const uint32_t *key, size_t words)
{
    const struct wasm_type_group *above = &types->groups;
    struct wasm_type_group *group = above->child[0];
    while (group->bit > above->bit) {
        above = group;
        group = group->child[bit_of(key, words, group->bit)];
    }
    return group;
}

/* The first bit in which they differ. */
static uint64_t first_difference(const uint32_t *key, size_t words, const struct wasm_type_group *group)
{
    size_t at = 0;
    while (at < words && at < group->words && key[at] == group->key[at])
        at++;
    uint32_t other = at < group->words ? group->key[at] : 0;
    return (uint64_t)at * 32 + (uint32_t)__builtin_clz(key[at] ^ other) + 1;
}

static void insert(struct wasm_types *types, struct wasm_type_group *made)
{
    struct wasm_type_group *above = &types->groups;
    uint32_t side = 0;
    struct wasm_type_group *below = above->child[0];
    while (below->bit > above->bit && below->bit < made->bit) {
        above = below;
        side = bit_of(made->key, made->words, below->bit);
        below = below->child[side];
    }
    uint32_t own = bit_of(made->key, made->words, made->bit);
    made->child[own] = made;
    made->child[1 - own] = below;
    above->child[side] = made;
}

/* Where a group is in the tree, or would be. */
struct place {
    const struct wasm_type_group *nearest;
    size_t words; /* of the key, which is in types->key */
    bool found;   /* that is it */
};

static int look_up(struct wasm_types *types, const struct group *group, struct place *place)
{
    size_t words;
    if (make_key(types, group, &words) != 0)
        return WASM_EMEMORY;
    const uint32_t *key = types->key.data;
    wasm_heap_work(types->arena->heap, words);
    const struct wasm_type_group *found = nearest(types, key, words);
    bool equal = found->words == words && memcmp(found->key, key, words * sizeof(*key)) == 0;
    *place = (struct place){.nearest = found, .words = words, .found = equal};
    return 0;
}

/* Enters a group that was not found, with `first` as the number of its first type. */
static int enter(struct wasm_types *types, const struct place *place, uint32_t first)
{
    struct wasm_type_group *entry = wasm_arena_array(types->arena, 1, sizeof(*entry));
    uint32_t *key = wasm_arena_array(types->arena, place->words, sizeof(*key));
    if (entry == NULL || key == NULL)
        return WASM_EMEMORY;
    wasm_heap_copy(types->arena->heap, key, types->key.data, place->words * sizeof(*key));
    *entry = (struct wasm_type_group){.key = key, .words = place->words, .first = first};
    entry->bit = first_difference(key, place->words, place->nearest);
    insert(types, entry);
    return 0;
}

/* ---- Supertypes ---------------------------------------------------------------------------------------- */

static int make_display(struct wasm_types *types, struct wasm_defined_type *type)
{
    if (type->supertype == WASM_NO_INDEX)
        return 0;
    const struct wasm_defined_type *super = types->items[type->supertype];
    type->depth = super->depth + 1;
    uint32_t *display = wasm_arena_array(types->arena, type->depth, sizeof(*display));
    if (display == NULL)
        return WASM_EMEMORY;
    if (super->depth > 0)
        memcpy(display, super->display, super->depth * sizeof(*display));
    display[super->depth] = super->canonical;
    type->display = display;
    return 0;
}

int wasm_types_close(struct wasm_types *types, uint32_t first)
{
    const struct group group = {
        .types = (const struct wasm_defined_type *const *)types->items + first,
        .first = first,
        .count = types->count - first,
        .space = types,
    };
    struct place place;
    if (look_up(types, &group, &place) != 0 || (!place.found && enter(types, &place, first) != 0))
        return WASM_EMEMORY;
    uint32_t canonical = place.found ? place.nearest->first : first;
    for (uint32_t i = 0; i < group.count; i++)
        types->items[first + i]->canonical = canonical + i;
    for (uint32_t i = 0; i < group.count; i++) {
        if (make_display(types, types->items[first + i]) != 0)
            return WASM_EMEMORY;
    }
    return 0;
}

/* ---- From a module into a store ------------------------------------------------------------------------ */

/* A type of the group, in the store, where the group begins at `first`. */
static uint32_t translate(const struct group *group, uint32_t first, uint32_t type)
{
    if ((type & WASM_HEAP_TYPE) != WASM_REF)
        return type;
    uint32_t index = wasm_type_index(type);
    uint32_t id = index >= group->first ? first + index - group->first : outer_id(group, index);
    return wasm_type_concrete(id) | (type & WASM_NON_NULL);
}

static const uint32_t *copy_types(struct wasm_types *types, const struct group *group, const uint32_t *from,
                                  uint32_t count)
{
    static const uint32_t none[1];
    if (count == 0)
        return none;
    uint32_t *copy = wasm_arena_array(types->arena, count, sizeof(*copy));
    for (uint32_t i = 0; copy != NULL && i < count; i++)
        copy[i] = translate(group, types->count - group->count, from[i]);
    return copy;
}

static const struct wasm_field_type *copy_fields(struct wasm_types *types, const struct group *group,
                                                 const struct wasm_defined_type *from)
{
    static const struct wasm_field_type none[1];
    if (from->field_count == 0)
        return none;
    struct wasm_field_type *copy = wasm_arena_array(types->arena, from->field_count, sizeof(*copy));
    for (uint32_t i = 0; copy != NULL && i < from->field_count; i++) {
        copy[i].storage = translate(group, types->count - group->count, from->fields[i].storage);
        copy[i].is_mutable = from->fields[i].is_mutable;
    }
    return copy;
}

static int copy_type(struct wasm_types *types, const struct group *group,
                     const struct wasm_defined_type *from, struct wasm_defined_type *to)
{
    const struct wasm_function_type *function = &from->function;
    to->kind = from->kind;
    to->final = from->final;
    to->field_count = from->field_count;
    to->fields = copy_fields(types, group, from);
    to->function.parameter_count = function->parameter_count;
    to->function.result_count = function->result_count;
    to->function.parameters = copy_types(types, group, function->parameters, function->parameter_count);
    to->function.results = copy_types(types, group, function->results, function->result_count);
    if (from->supertype != WASM_NO_INDEX) {
        uint32_t super = wasm_type_concrete(from->supertype);
        to->supertype = wasm_type_index(translate(group, types->count - group->count, super));
    }
    if (to->fields == NULL || to->function.parameters == NULL || to->function.results == NULL)
        return WASM_EMEMORY;
    return make_display(types, to);
}

static int copy_group(struct wasm_types *types, const struct group *group)
{
    struct wasm_defined_type *copies = wasm_types_extend(types, group->count);
    if (copies == NULL)
        return WASM_EMEMORY;
    for (uint32_t i = 0; i < group->count; i++) {
        if (copy_type(types, group, group->types[i], &copies[i]) != 0)
            return WASM_EMEMORY;
    }
    return 0;
}

static int import_group(struct wasm_types *types, const struct group *group, uint32_t *first)
{
    struct place place;
    *first = types->count;
    if (look_up(types, group, &place) != 0)
        return WASM_EMEMORY;
    if (place.found) {
        *first = place.nearest->first;
        return 0;
    }
    if (copy_group(types, group) == 0 && enter(types, &place, *first) == 0)
        return 0;
    types->count = *first; /* what is half made is not there */
    return WASM_EMEMORY;
}

int wasm_types_import(struct wasm_types *types, const struct wasm_types *module, uint32_t first,
                      uint32_t *ids)
{
    const struct group group = {
        .types = (const struct wasm_defined_type *const *)module->items + first,
        .first = first,
        .count = wasm_types_group_end(module, first) - first,
        .ids = ids,
    };
    uint32_t found;
    if (import_group(types, &group, &found) != 0)
        return WASM_EMEMORY;
    for (uint32_t i = 0; i < group.count; i++)
        ids[first + i] = found + i;
    return 0;
}

int wasm_types_import_function(struct wasm_types *types, const struct wasm_function_type *function,
                               uint32_t *id)
{
    const struct wasm_defined_type type = {
        .kind = WASM_TYPE_FUNCTION, .final = true, .supertype = WASM_NO_INDEX, .function = *function};
    const struct wasm_defined_type *const only = &type;
    const struct group group = {.types = &only, .first = types->count, .count = 1, .space = types};
    return import_group(types, &group, id);
}

/* ---- Matching (3.3.1 to 3.3.3) ------------------------------------------------------------------------- */

#define HEAP_FIRST 0x69u /* exn: the least code of an abstract heap type; none leaves out */
#define BIT(type)  (1u << ((type) - HEAP_FIRST))
#define ABOVE_DATA (BIT(WASM_EQREF) | BIT(WASM_ANYREF))

/* The abstract heap types that each one matches, itself among them. */
static const uint16_t heap_types_above[] = {
    [WASM_EXNREF - HEAP_FIRST] = BIT(WASM_EXNREF),
    [WASM_ARRAYREF - HEAP_FIRST] = BIT(WASM_ARRAYREF) | ABOVE_DATA,
    [WASM_STRUCTREF - HEAP_FIRST] = BIT(WASM_STRUCTREF) | ABOVE_DATA,
    [WASM_I31REF - HEAP_FIRST] = BIT(WASM_I31REF) | ABOVE_DATA,
    [WASM_EQREF - HEAP_FIRST] = ABOVE_DATA,
    [WASM_ANYREF - HEAP_FIRST] = BIT(WASM_ANYREF),
    [WASM_EXTERNREF - HEAP_FIRST] = BIT(WASM_EXTERNREF),
    [WASM_FUNCREF - HEAP_FIRST] = BIT(WASM_FUNCREF),
    [WASM_NULLREF - HEAP_FIRST] =
        BIT(WASM_NULLREF) | BIT(WASM_ARRAYREF) | BIT(WASM_STRUCTREF) | BIT(WASM_I31REF) | ABOVE_DATA,
    [WASM_NULLEXTERNREF - HEAP_FIRST] = BIT(WASM_NULLEXTERNREF) | BIT(WASM_EXTERNREF),
    [WASM_NULLFUNCREF - HEAP_FIRST] = BIT(WASM_NULLFUNCREF) | BIT(WASM_FUNCREF),
    [WASM_NULLEXNREF - HEAP_FIRST] = BIT(WASM_NULLEXNREF) | BIT(WASM_EXNREF),
};

/* The abstract heap type that is directly above a defined type. */
static uint32_t kind_above(const struct wasm_types *types, uint32_t index)
{
    switch (types->items[index]->kind) {
    case WASM_TYPE_ARRAY:
        return WASM_ARRAYREF;
    case WASM_TYPE_STRUCT:
        return WASM_STRUCTREF;
    case WASM_TYPE_FUNCTION:
        return WASM_FUNCREF;
    }
    return WASM_BOTTOM;
}

static bool heap_matches(const struct wasm_types *types, uint32_t a, uint32_t b)
{
    uint32_t from = a & WASM_HEAP_TYPE;
    uint32_t to = b & WASM_HEAP_TYPE;
    if (from == WASM_REF && to == WASM_REF)
        return wasm_types_subtype(types, wasm_type_index(a), wasm_type_index(b));
    if (to == WASM_REF) /* only the bottom of its hierarchy is below a defined type */
        return from ==
               (kind_above(types, wasm_type_index(b)) == WASM_FUNCREF ? WASM_NULLFUNCREF : WASM_NULLREF);
    if (from == WASM_REF)
        from = kind_above(types, wasm_type_index(a));
    return (heap_types_above[from - HEAP_FIRST] & BIT(to)) != 0;
}

bool wasm_types_match(const struct wasm_types *types, uint32_t a, uint32_t b)
{
    if (a == b || a == WASM_BOTTOM || b == WASM_BOTTOM)
        return true;
    if (!wasm_type_is_reference(b))
        return false;
    if (a == WASM_REF_BOTTOM)
        return true;
    if (!wasm_type_is_reference(a) || b == WASM_REF_BOTTOM)
        return false;
    if (b & WASM_NON_NULL && !(a & WASM_NON_NULL))
        return false;
    return heap_matches(types, a, b);
}

const uint32_t *wasm_types_single(const struct wasm_types *types, uint32_t type)
{
#define PAIR(code) {code, (code) | WASM_NON_NULL}
    static const uint32_t abstract[][2] = {
        PAIR(0x69), PAIR(0x6A), PAIR(0x6B), PAIR(0x6C), PAIR(0x6D), PAIR(0x6E), PAIR(0x6F), PAIR(0x70),
        PAIR(0x71), PAIR(0x72), PAIR(0x73), PAIR(0x74), PAIR(0x75), PAIR(0x76), PAIR(0x77), PAIR(0x78),
        PAIR(0x79), PAIR(0x7A), PAIR(0x7B), PAIR(0x7C), PAIR(0x7D), PAIR(0x7E), PAIR(0x7F),
    };
    uint32_t non_null = (type & WASM_NON_NULL) != 0;
    if ((type & WASM_HEAP_TYPE) == WASM_REF)
        return &types->items[wasm_type_index(type)]->references[non_null];
    return &abstract[(type & WASM_HEAP_TYPE) - HEAP_FIRST][non_null];
}
