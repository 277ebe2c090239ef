/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the file system: shared by files.c (tree, accounting), path.c (names) and data.c (bytes of a
 * file). */
#ifndef CASEMATE_KEEP_FILES_NODE_H
#define CASEMATE_KEEP_FILES_NODE_H

#include "files.h"

/* One name in one directory. Holds a reference on its node. */
struct file_name {
    struct file_name *next, *previous; /* order of the directory */
    struct file_name *chain;           /* bucket of the table of names */
    struct file_node *directory, *node;
    uint64_t cookie; /* of readdir: grows along the order */
    uint32_t hash;
    size_t size;
    uint8_t text[];
};

struct file_node {
    struct files *files;
    enum file_kind kind;
    uint32_t mode;
    uint64_t inode, links, accessed, modified, changed;
    size_t references;
    struct file_node *next_secret; /* list of secret files */
    bool secret;
    union {
        struct {
            uint8_t **block; /* NULL: a hole */
            size_t block_count;
            uint64_t size;
        } data;
        struct {
            struct file_name *first, *last;
            struct file_node *parent; /* itself for the root; NULL once removed */
            uint64_t next_cookie;
        } directory;
        struct {
            uint8_t *text;
            size_t size;
        } target;
    };
};

struct files {
    struct files_limits limits;
    uint64_t (*now)(void *context);
    void *context;
    uint64_t bytes, next_inode;
    uint32_t nodes;
    struct file_node *root, *secrets;
    struct file_name **bucket;
    size_t bucket_count, name_count;
};

/* Takes bytes from the limit, or FILES_NO_SPACE. */
int files_charge(struct files *files, uint64_t bytes);
void files_discharge(struct files *files, uint64_t bytes);
uint64_t files_now(const struct files *files);

/* A node without a name and with one reference, the caller's. */
int file_node_new(struct files *files, enum file_kind kind, uint32_t mode, struct span target,
                  struct file_node **node);
/* All bytes of a regular file, wiped if it is secret. */
void file_data_free(struct file_node *node);

struct file_name *file_name_find(const struct file_node *directory, const uint8_t *name, size_t size);
/* Adds a name; takes a reference on node. */
int file_name_add(struct file_node *directory, const uint8_t *name, size_t size, struct file_node *node);
void file_name_remove(struct file_name *name);

#endif
