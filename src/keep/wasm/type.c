/* SPDX-License-Identifier: Apache-2.0 */
/*
 * type.c: one number for equal function types of a store, so that call_indirect compares two integers. The
 * types are the paths of a tree, whose depth and width the types themselves bound; no input makes it slow, as
 * a hash table could be.
 */

#include "store.h"

struct wasm_type_node {
    struct wasm_type_node *child;
    struct wasm_type_node *sibling;
    uint32_t key; /* a value type; 0 separates parameters from results */
    uint32_t id;  /* of the type that ends here; 0: none */
};

/* The child of *node with that key, made if it is not there. */
static struct wasm_type_node *step(struct wasm_store *store, struct wasm_type_node **node, uint32_t key)
{
    for (struct wasm_type_node *child = *node; child != NULL; child = child->sibling) {
        if (child->key == key)
            return child;
    }
    struct wasm_type_node *made = wasm_arena_array(&store->arena, 1, sizeof(*made));
    if (made == NULL)
        return NULL;
    made->key = key;
    made->sibling = *node;
    *node = made;
    return made;
}

bool wasm_type_intern(struct wasm_store *store, const struct wasm_function_type *type, uint32_t *id)
{
    struct wasm_type_node **children = &store->types;
    struct wasm_type_node *node = NULL;
    for (uint32_t i = 0; i <= type->parameter_count + type->result_count; i++) {
        uint32_t key = 0;
        if (i < type->parameter_count)
            key = type->parameters[i];
        else if (i > type->parameter_count)
            key = type->results[i - type->parameter_count - 1];
        node = step(store, children, key);
        if (node == NULL)
            return false;
        children = &node->child;
    }
    if (node->id == 0)
        node->id = ++store->next_type_id;
    *id = node->id;
    return true;
}
