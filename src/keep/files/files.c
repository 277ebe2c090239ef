/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of the in-Keep file system: nodes, names, limits, and what deployment and `cp` do with absolute
 * paths. */
#include "node.h"

#include <stdlib.h>

enum { BUCKETS_FIRST = 64 };

int files_charge(struct files *files, uint64_t bytes)
{
    if (bytes > files->limits.bytes - files->bytes)
        return FILES_NO_SPACE;
    files->bytes += bytes;
    return 0;
}

void files_discharge(struct files *files, uint64_t bytes)
{
    files->bytes -= bytes;
}

uint64_t files_now(const struct files *files)
{
    return files->now ? files->now(files->context) : 0;
}

/* ---- nodes ---- */

int file_node_new(struct files *files, enum file_kind kind, uint32_t mode, struct span target,
                  struct file_node **node)
{
    if (files->nodes >= files->limits.nodes)
        return FILES_NO_SPACE;
    uint64_t cost = sizeof **node + target.size;
    int error = files_charge(files, cost);
    if (error)
        return error;
    struct file_node *n = calloc(1, sizeof *n);
    uint8_t *text = target.size ? malloc(target.size) : NULL;
    if (!n || (target.size && !text)) {
        free(n);
        free(text);
        files_discharge(files, cost);
        return FILES_NO_SPACE;
    }
    uint64_t now = files_now(files);
    n->files = files;
    n->kind = kind;
    n->mode = mode;
    n->inode = files->next_inode++;
    n->accessed = n->modified = n->changed = now;
    n->references = 1;
    if (kind == FILE_SYMLINK) {
        if (target.size)
            memcpy(text, target.data, target.size);
        n->target.text = text;
        n->target.size = target.size;
    }
    files->nodes++;
    *node = n;
    return 0;
}

static void secret_forget(struct file_node *node)
{
    for (struct file_node **at = &node->files->secrets; *at; at = &(*at)->next_secret)
        if (*at == node) {
            *at = node->next_secret;
            return;
        }
}

static void node_free(struct file_node *node)
{
    struct files *files = node->files;
    uint64_t cost = sizeof *node;
    if (node->kind == FILE_REGULAR)
        file_data_free(node);
    if (node->secret)
        secret_forget(node);
    if (node->kind == FILE_SYMLINK) {
        cost += node->target.size;
        free(node->target.text);
    }
    files_discharge(files, cost);
    files->nodes--;
    free(node);
}

void file_retain(struct file_node *node)
{
    node->references++;
}

void file_release(struct file_node *node)
{
    if (node && --node->references == 0)
        node_free(node);
}

/* ---- names ---- */

/* FNV-1a; the names are the owner's own, so that nobody else can make them collide. */
static uint32_t hash_of(const struct file_node *directory, const uint8_t *name, size_t size)
{
    uint32_t hash = 2166136261u ^ (uint32_t)directory->inode;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ name[i]) * 16777619u;
    return hash;
}

static struct file_name **bucket_of(const struct files *files, uint32_t hash)
{
    return &files->bucket[hash & (files->bucket_count - 1)];
}

/* Doubling keeps chains short; that it fails for want of memory only makes them longer. */
static void buckets_grow(struct files *files)
{
    struct file_name **old = files->bucket;
    size_t old_count = files->bucket_count;
    struct file_name **fresh = calloc(old_count * 2, sizeof *fresh);
    if (!fresh)
        return;
    files->bucket = fresh;
    files->bucket_count = old_count * 2;
    for (size_t i = 0; i < old_count; i++)
        for (struct file_name *name = old[i], *next; name; name = next) {
            next = name->chain;
            struct file_name **bucket = bucket_of(files, name->hash);
            name->chain = *bucket;
            *bucket = name;
        }
    free(old);
}

struct file_name *file_name_find(const struct file_node *directory, const uint8_t *name, size_t size)
{
    uint32_t hash = hash_of(directory, name, size);
    for (struct file_name *n = *bucket_of(directory->files, hash); n; n = n->chain)
        if (n->hash == hash && n->directory == directory && n->size == size &&
            memcmp(n->text, name, size) == 0)
            return n;
    return NULL;
}

int file_name_add(struct file_node *directory, const uint8_t *name, size_t size, struct file_node *node)
{
    struct files *files = directory->files;
    struct file_name *n;
    int error = files_charge(files, sizeof *n + size);
    if (error)
        return error;
    n = malloc(sizeof *n + size);
    if (!n) {
        files_discharge(files, sizeof *n + size);
        return FILES_NO_SPACE;
    }
    *n = (struct file_name){.directory = directory, .node = node, .size = size};
    memcpy(n->text, name, size);
    n->hash = hash_of(directory, name, size);
    if (files->name_count++ >= files->bucket_count)
        buckets_grow(files);
    struct file_name **bucket = bucket_of(files, n->hash);
    n->chain = *bucket;
    *bucket = n;
    n->cookie = directory->directory.next_cookie++;
    n->previous = directory->directory.last;
    *(n->previous ? &n->previous->next : &directory->directory.first) = n;
    directory->directory.last = n;
    file_retain(node);
    node->links++;
    if (node->kind == FILE_DIRECTORY)
        node->directory.parent = directory;
    directory->modified = directory->changed = node->changed = files_now(files);
    return 0;
}

void file_name_remove(struct file_name *name)
{
    struct file_node *directory = name->directory, *node = name->node;
    struct files *files = directory->files;
    struct file_name **at = bucket_of(files, name->hash);
    while (*at != name)
        at = &(*at)->chain;
    *at = name->chain;
    *(name->previous ? &name->previous->next : &directory->directory.first) = name->next;
    *(name->next ? &name->next->previous : &directory->directory.last) = name->previous;
    files->name_count--;
    files_discharge(files, sizeof *name + name->size);
    free(name);
    directory->modified = directory->changed = node->changed = files_now(files);
    node->links--;
    if (node->kind == FILE_DIRECTORY)
        node->directory.parent = NULL;
    file_release(node);
}

/* ---- the whole ---- */

int files_new(const struct files_limits *limits, uint64_t (*now)(void *context), void *context,
              struct files **files)
{
    struct files *f = calloc(1, sizeof *f);
    if (!f)
        return FILES_NO_SPACE;
    f->limits = *limits;
    f->now = now;
    f->context = context;
    f->next_inode = 1;
    f->bucket_count = BUCKETS_FIRST;
    f->bucket = calloc(f->bucket_count, sizeof *f->bucket);
    int error =
        f->bucket ? file_node_new(f, FILE_DIRECTORY, 0755, (struct span){0}, &f->root) : FILES_NO_SPACE;
    if (error) {
        free(f->bucket);
        free(f);
        return error;
    }
    f->root->links = 1;
    f->root->directory.parent = f->root;
    f->root->directory.next_cookie = 1;
    *files = f;
    return 0;
}

/* Removes names leaf by leaf, without recursion: a program may nest directories as deep as its memory goes.
 */
static void empty_tree(struct file_node *root)
{
    struct file_node *at = root;
    for (;;) {
        struct file_name *name = at->directory.first;
        if (!name) {
            if (at == root)
                return;
            struct file_node *parent = at->directory.parent;
            for (name = parent->directory.first; name->node != at;)
                name = name->next;
            file_name_remove(name);
            at = parent;
        } else if (name->node->kind == FILE_DIRECTORY && name->node->directory.first) {
            at = name->node;
        } else {
            file_name_remove(name);
        }
    }
}

void files_free(struct files *files)
{
    if (!files)
        return;
    empty_tree(files->root);
    file_release(files->root);
    free(files->bucket);
    free(files);
}

struct file_node *files_root(struct files *files)
{
    return files->root;
}

void file_mark_secret(struct file_node *node)
{
    if (node->secret)
        return;
    node->secret = true;
    node->next_secret = node->files->secrets;
    node->files->secrets = node;
}

void files_forget_secrets(struct files *files)
{
    for (struct file_node *node = files->secrets; node; node = node->next_secret)
        file_data_free(node);
}

/* ---- absolute paths ---- */

/* Takes the next part of an absolute path; false at its end. */
static bool next_part(struct span *path, struct span *part)
{
    while (path->size && path->data[0] == '/')
        *path = (struct span){path->data + 1, path->size - 1};
    size_t size = 0;
    while (size < path->size && path->data[size] != '/')
        size++;
    *part = (struct span){path->data, size};
    *path = (struct span){path->data + size, path->size - size};
    return size > 0;
}

static bool part_allowed(struct span part)
{
    return part.size <= FILES_NAME_MAX && !span_equal(part, SPAN_LITERAL(".")) &&
           !span_equal(part, SPAN_LITERAL("..")) && !memchr(part.data, 0, part.size);
}

static int make_directory(struct file_node *parent, struct span name, struct file_node **node)
{
    int error = file_node_new(parent->files, FILE_DIRECTORY, 0755, (struct span){0}, node);
    if (error)
        return error;
    (*node)->directory.next_cookie = 1;
    error = file_name_add(parent, name.data, name.size, *node);
    file_release(*node); /* the name holds it now */
    return error;
}

/* Walks to the directory at `path`, making what is missing. */
static int make_directories(struct files *files, struct span path, struct file_node **directory)
{
    struct file_node *at = files->root;
    struct span part;
    while (next_part(&path, &part)) {
        if (!part_allowed(part))
            return FILES_NAME;
        struct file_name *name = file_name_find(at, part.data, part.size);
        if (name && name->node->kind != FILE_DIRECTORY)
            return FILES_NOT_DIRECTORY;
        if (name) {
            at = name->node;
            continue;
        }
        int error = make_directory(at, part, &at);
        if (error)
            return error;
    }
    *directory = at;
    return 0;
}

int files_place_directory(struct files *files, struct span path, struct file_node **node)
{
    if (path.size == 0 || path.data[0] != '/')
        return FILES_NAME;
    return make_directories(files, path, node);
}

int files_place(struct files *files, struct span path, uint32_t mode, struct file_node **node)
{
    if (path.size == 0 || path.data[0] != '/' || path.data[path.size - 1] == '/')
        return FILES_NAME;
    size_t cut = path.size;
    while (path.data[cut - 1] != '/')
        cut--;
    struct span last = {path.data + cut, path.size - cut};
    if (!part_allowed(last))
        return FILES_NAME;
    struct file_node *parent;
    int error = make_directories(files, (struct span){path.data, cut}, &parent);
    if (error)
        return error;
    if (file_name_find(parent, last.data, last.size))
        return FILES_EXISTS;
    error = file_node_new(files, FILE_REGULAR, mode, (struct span){0}, node);
    if (error)
        return error;
    error = file_name_add(parent, last.data, last.size, *node);
    file_release(*node);
    return error;
}

int files_find(struct files *files, struct span path, struct file_node **node)
{
    struct span part = path;
    while (part.size && part.data[0] == '/')
        part = (struct span){part.data + 1, part.size - 1};
    if (part.size == 0) {
        *node = files->root;
        return path.size ? 0 : FILES_NAME;
    }
    struct file_path at;
    int error = file_resolve(files->root, part, true, &at);
    if (error)
        return error;
    *node = at.node;
    return at.node ? 0 : FILES_MISSING;
}

void file_get_stat(const struct file_node *node, struct file_stat *stat)
{
    *stat = (struct file_stat){
        .kind = node->kind,
        .inode = node->inode,
        .size = node->kind == FILE_REGULAR   ? node->data.size
                : node->kind == FILE_SYMLINK ? node->target.size
                                             : 0,
        .links = node->links,
        .accessed = node->accessed,
        .modified = node->modified,
        .changed = node->changed,
        .mode = node->mode,
    };
}

void file_set_times(struct file_node *node, const uint64_t *accessed, const uint64_t *modified)
{
    if (accessed)
        node->accessed = *accessed;
    if (modified)
        node->modified = *modified;
    node->changed = files_now(node->files);
}

struct span file_link_target(const struct file_node *node)
{
    return node->kind == FILE_SYMLINK ? (struct span){node->target.text, node->target.size}
                                      : (struct span){0};
}

bool file_next_entry(const struct file_node *directory, uint64_t *position, struct file_entry *entry)
{
    struct file_name *name = directory->directory.first;
    while (name && name->cookie < *position)
        name = name->next;
    if (!name)
        return false;
    *position = name->cookie + 1;
    *entry = (struct file_entry){.name = {name->text, name->size}, .node = name->node};
    return true;
}

struct file_node *file_parent(const struct file_node *directory)
{
    struct file_node *parent = directory->directory.parent;
    return parent ? parent : (struct file_node *)(uintptr_t)directory;
}
