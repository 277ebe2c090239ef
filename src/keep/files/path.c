/* SPDX-License-Identifier: Apache-2.0 */
/* Names: resolving a path below a directory, and the operations that change what a name means. There is one
 * thread, and nothing else changes the tree meanwhile: what was resolved is what is used. */
#include "node.h"

/* A path that is being walked; links are spliced into it. */
struct walk {
    uint8_t text[FILES_PATH_MAX];
    size_t at, size;
    unsigned links;
};

static bool walk_init(struct walk *walk, struct span path)
{
    walk->at = 0;
    walk->size = path.size;
    walk->links = 0;
    if (path.size > sizeof walk->text)
        return false;
    memcpy(walk->text, path.data, path.size);
    return true;
}

/* The next part, *last if only slashes follow. */
static struct span walk_part(struct walk *walk, bool *last, bool *slash)
{
    while (walk->at < walk->size && walk->text[walk->at] == '/')
        walk->at++;
    struct span part = {walk->text + walk->at, 0};
    while (walk->at < walk->size && walk->text[walk->at] != '/') {
        walk->at++;
        part.size++;
    }
    size_t rest = walk->at;
    while (rest < walk->size && walk->text[rest] == '/')
        rest++;
    *last = rest == walk->size;
    *slash = *last && rest > walk->at;
    return part;
}

/* Puts a link's target in front of what is left of the path. */
static int walk_splice(struct walk *walk, struct span target)
{
    if (++walk->links > FILES_SYMLINKS_MAX)
        return FILES_LOOP;
    if (target.size == 0)
        return FILES_MISSING;
    if (target.data[0] == '/')
        return FILES_ESCAPE;
    size_t rest = walk->size - walk->at;
    if (target.size > sizeof walk->text - rest)
        return FILES_NAME;
    memmove(walk->text + target.size, walk->text + walk->at, rest);
    memcpy(walk->text, target.data, target.size);
    walk->at = 0;
    walk->size = target.size + rest;
    return 0;
}

static int ends_at(struct file_node *node, bool slash, struct file_path *result)
{
    result->parent = result->node = node;
    result->name_size = 0;
    result->slash = slash;
    return 0;
}

static int ends_with(struct file_node *parent, struct span name, struct file_node *node, bool slash,
                     struct file_path *result)
{
    if (name.size > FILES_NAME_MAX)
        return FILES_NAME;
    if (slash && node && node->kind == FILE_REGULAR)
        return FILES_NOT_DIRECTORY;
    result->parent = parent;
    result->node = node;
    memcpy(result->name, name.data, name.size);
    result->name_size = name.size;
    result->slash = slash;
    return 0;
}

/* One step to a part that is neither "." nor "..". 1: the path ends here, result is set. */
static int step(struct walk *walk, struct file_node **current, struct span part, bool last, bool slash,
                bool follow, struct file_path *result)
{
    struct file_name *name = file_name_find(*current, part.data, part.size);
    struct file_node *node = name ? name->node : NULL;
    if (node && node->kind == FILE_SYMLINK && (!last || follow || slash))
        return walk_splice(walk, file_link_target(node));
    if (last) {
        int error = ends_with(*current, part, node, slash, result);
        return error ? error : 1;
    }
    if (!node)
        return FILES_MISSING;
    if (node->kind != FILE_DIRECTORY)
        return FILES_NOT_DIRECTORY;
    *current = node;
    return 0;
}

int file_resolve(struct file_node *top, struct span path, bool follow, struct file_path *result)
{
    if (top->kind != FILE_DIRECTORY)
        return FILES_NOT_DIRECTORY;
    if (path.size == 0)
        return FILES_MISSING;
    if (memchr(path.data, 0, path.size))
        return FILES_NAME;
    if (path.data[0] == '/')
        return FILES_ESCAPE;
    struct walk walk;
    if (!walk_init(&walk, path))
        return FILES_NAME;
    struct file_node *current = top;
    for (;;) {
        bool last, slash;
        struct span part = walk_part(&walk, &last, &slash);
        bool up = span_equal(part, SPAN_LITERAL(".."));
        if (up || part.size == 0 || span_equal(part, SPAN_LITERAL("."))) {
            if (up && current == top)
                return FILES_ESCAPE;
            if (up)
                current = file_parent(current);
            if (last)
                return ends_at(current, slash, result);
            continue;
        }
        int error = step(&walk, &current, part, last, slash, follow, result);
        if (error)
            return error < 0 ? error : 0;
    }
}

static bool removed(const struct file_node *directory)
{
    return !directory->directory.parent;
}

int file_create(const struct file_path *at, enum file_kind kind, struct span target, struct file_node **node)
{
    if (at->node)
        return FILES_EXISTS;
    if (removed(at->parent) || (at->slash && kind == FILE_SYMLINK))
        return FILES_MISSING;
    if (at->slash && kind == FILE_REGULAR)
        return FILES_IS_DIRECTORY;
    if (target.size > FILES_PATH_MAX)
        return FILES_NAME;
    struct file_node *fresh;
    int error = file_node_new(at->parent->files, kind, kind == FILE_DIRECTORY ? 0755 : 0644, target, &fresh);
    if (error)
        return error;
    if (kind == FILE_DIRECTORY)
        fresh->directory.next_cookie = 1;
    error = file_name_add(at->parent, at->name, at->name_size, fresh);
    file_release(fresh);
    if (!error && node)
        *node = fresh;
    return error;
}

int file_link(struct file_node *existing, const struct file_path *at)
{
    if (existing->kind == FILE_DIRECTORY)
        return FILES_IS_DIRECTORY;
    if (at->node)
        return FILES_EXISTS;
    if (at->slash || removed(at->parent))
        return FILES_MISSING;
    return file_name_add(at->parent, at->name, at->name_size, existing);
}

static struct file_name *name_of(const struct file_path *at)
{
    return file_name_find(at->parent, at->name, at->name_size);
}

int file_unlink(const struct file_path *at)
{
    if (!at->node)
        return FILES_MISSING;
    if (at->node->kind == FILE_DIRECTORY || at->name_size == 0)
        return FILES_IS_DIRECTORY;
    if (at->slash)
        return FILES_NOT_DIRECTORY;
    file_name_remove(name_of(at));
    return 0;
}

int file_remove_directory(const struct file_path *at)
{
    if (!at->node)
        return FILES_MISSING;
    if (at->node->kind != FILE_DIRECTORY)
        return FILES_NOT_DIRECTORY;
    if (at->name_size == 0)
        return FILES_INVALID;
    if (at->node->directory.first)
        return FILES_NOT_EMPTY;
    file_name_remove(name_of(at));
    return 0;
}

static bool is_inside(const struct file_node *node, const struct file_node *directory)
{
    for (;; node = file_parent(node)) {
        if (node == directory)
            return true;
        if (file_parent(node) == node)
            return false;
    }
}

static int rename_allowed(const struct file_path *from, const struct file_path *to)
{
    if (!from->node)
        return FILES_MISSING;
    if (from->name_size == 0 || to->name_size == 0)
        return FILES_INVALID;
    if (removed(to->parent))
        return FILES_MISSING;
    bool directory = from->node->kind == FILE_DIRECTORY;
    if (!directory && (from->slash || to->slash))
        return FILES_NOT_DIRECTORY;
    if (directory && is_inside(to->parent, from->node))
        return FILES_CROSS;
    if (!to->node || to->node == from->node)
        return 0;
    if (directory && to->node->kind != FILE_DIRECTORY)
        return FILES_NOT_DIRECTORY;
    if (!directory && to->node->kind == FILE_DIRECTORY)
        return FILES_IS_DIRECTORY;
    return directory && to->node->directory.first ? FILES_NOT_EMPTY : 0;
}

int file_rename(const struct file_path *from, const struct file_path *to)
{
    int error = rename_allowed(from, to);
    if (error || to->node == from->node)
        return error;
    /* The one step that can fail comes first: the new name is added beside the old ones, then those go. */
    struct file_name *old = name_of(from), *replaced = to->node ? name_of(to) : NULL;
    error = file_name_add(to->parent, to->name, to->name_size, from->node);
    if (error)
        return error;
    if (replaced)
        file_name_remove(replaced);
    file_name_remove(old);
    if (from->node->kind == FILE_DIRECTORY)
        from->node->directory.parent = to->parent;
    return 0;
}
