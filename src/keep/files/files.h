/* SPDX-License-Identifier: Apache-2.0 */
/* The file system inside the Keep: a tree of nodes in Keep memory, filled from the deployment, used by WASI,
 * read by `cp`. Nothing of it is ever the host's. Names are bytes without '/' and NUL. Memory is bounded by
 * the limits and wiped when freed. */
#ifndef CASEMATE_KEEP_FILES_H
#define CASEMATE_KEEP_FILES_H

#include "../../proto/bytes.h"

enum {
    FILES_NAME_MAX = 255,
    FILES_PATH_MAX = 4096,
    FILES_SYMLINKS_MAX = 32, /* followed in one resolution */
    FILES_BLOCK_SIZE = 16384,
};

enum file_kind { FILE_REGULAR = 0, FILE_DIRECTORY = 1, FILE_SYMLINK = 2 };

/* What a path or node operation answers; every one has exactly one WASI errno. */
enum files_error {
    FILES_OK = 0,
    FILES_EXISTS = -101,
    FILES_MISSING = -102,
    FILES_NOT_DIRECTORY = -103,
    FILES_IS_DIRECTORY = -104,
    FILES_NOT_EMPTY = -105,
    FILES_LOOP = -106,
    FILES_NAME = -107, /* empty, too long, NUL or a form that this call does not take */
    FILES_NO_SPACE = -108,
    FILES_ESCAPE = -109, /* the path leaves the directory that it starts from */
    FILES_INVALID = -110,
    FILES_CROSS = -111, /* a directory would move into itself */
    FILES_TOO_LARGE = -112,
};

struct files;
struct file_node; /* referenced by descriptors and directories; lives until the last reference is dropped */

struct files_limits {
    uint64_t bytes; /* of all blocks, names and link targets */
    uint32_t nodes;
};

struct file_stat {
    enum file_kind kind;
    uint64_t inode, size, links;
    uint64_t accessed, modified, changed; /* nanoseconds since 1970 */
    uint32_t mode;                        /* permission bits, for `cp` only */
};

/* now() gives nanoseconds since 1970 for time stamps. */
int files_new(const struct files_limits *limits, uint64_t (*now)(void *context), void *context,
              struct files **files);
void files_free(struct files *files);
struct file_node *files_root(struct files *files); /* borrowed */

/* ---- deployment and cp: absolute paths, parents are made ---- */

/* A new regular file of exactly that size to come; FILES_EXISTS if the path is there. The node is borrowed.
 */
int files_place(struct files *files, struct span path, uint32_t mode, struct file_node **node);
/* An empty directory at the path; one that exists is fine. Borrowed. */
int files_place_directory(struct files *files, struct span path, struct file_node **node);
/* Node at an absolute path, links followed. Borrowed. */
int files_find(struct files *files, struct span path, struct file_node **node);
/* Marks a file as secret: files_forget_secrets() wipes and empties it. */
void file_mark_secret(struct file_node *node);
void files_forget_secrets(struct files *files);

/* ---- paths: relative to a directory `top`, and never above it: each directory is a capability for its own
 * subtree ---- */

struct file_path {
    struct file_node *parent; /* borrowed: the directory that holds the last name */
    struct file_node *node;   /* borrowed: what is there, or NULL */
    uint8_t name[FILES_NAME_MAX];
    size_t name_size; /* 0: the path names `parent` itself, as "." does; then node == parent */
    bool slash;       /* the path ended with '/' */
};

/* follow: resolve a symbolic link in the last place too. A path, or a link on its way, that is absolute or
 * leaves `top` is FILES_ESCAPE. */
int file_resolve(struct file_node *top, struct span path, bool follow, struct file_path *result);
int file_create(const struct file_path *at, enum file_kind kind, struct span target, struct file_node **node);
int file_link(struct file_node *existing, const struct file_path *at);
int file_unlink(const struct file_path *at);
int file_remove_directory(const struct file_path *at);
int file_rename(const struct file_path *from, const struct file_path *to);

/* ---- nodes ---- */

void file_retain(struct file_node *node);
void file_release(struct file_node *node);
void file_get_stat(const struct file_node *node, struct file_stat *stat);
void file_set_times(struct file_node *node, const uint64_t *accessed,
                    const uint64_t *modified); /* NULL: unchanged */
struct span file_link_target(const struct file_node *node);
/* Bytes read, 0 at the end. */
size_t file_read(struct file_node *node, uint64_t offset, uint8_t *bytes, size_t size);
/* All or nothing: FILES_NO_SPACE and FILES_TOO_LARGE change nothing. Holes read as zero. */
int file_write(struct file_node *node, uint64_t offset, const uint8_t *bytes, size_t size);
int file_resize(struct file_node *node, uint64_t size);

/* Entries in a stable order. Position 0 is the start; *position becomes that of the entry after the one
 * given. "." and ".." are not among them. false at the end. */
struct file_entry {
    struct span name; /* borrowed until the directory changes */
    struct file_node *node;
};
bool file_next_entry(const struct file_node *directory, uint64_t *position, struct file_entry *entry);
/* The directory that holds this one; the root's is itself. */
struct file_node *file_parent(const struct file_node *directory);

#endif
