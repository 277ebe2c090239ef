/* SPDX-License-Identifier: Apache-2.0 */
/* Lists inside messages stay encoded; these cursors walk them, so that no count in a message decides about
 * memory. One check a form says what its items may be (docs/protocol.md, section 5). */
#ifndef CASEMATE_PROTO_LIST_H
#define CASEMATE_PROTO_LIST_H

#include "cbor.h"
#include "statement.h"

enum {
    MESSAGE_ARGS_MAX = 4096,
    MESSAGE_ENV_MAX = 4096,
    MESSAGE_FILES_MAX = 16384,
    MESSAGE_PATH_MAX = 1024,
    MESSAGE_ENTRY_MAX = 256, /* bytes of the name of a function that is called */
    MESSAGE_FEATURES_MAX = 64,
    MESSAGE_FEATURE_MAX = 32,     /* bytes of a feature's name */
    MESSAGE_DIRECTORY_MAX = 1024, /* entries in one directory answer */
    STREAM_TIMES_MAX = 256,       /* stretches of a stream of which a Keep knows the time */
    FILE_MODE_MAX = 0777,
};

/* Cursor over one encoded array; an empty span is an empty list. *_next returns false at the end, and at an
 * item that is not allowed: then the cursor is not at its end (list_ended). */
struct list_cursor {
    struct span rest;
    size_t left;
};
int list_open(struct span encoded_array, struct list_cursor *cursor);
bool list_ended(const struct list_cursor *cursor);
/* args: bytes without NUL */
bool list_next_bytes(struct list_cursor *cursor, struct span *bytes);
/* features-off: text, not empty, at most MESSAGE_FEATURE_MAX */
bool list_next_name(struct list_cursor *cursor, struct span *name);
/* env: a name without '=' and NUL, not empty, and a value without NUL */
bool list_next_pair(struct list_cursor *cursor, struct span *name, struct span *value);
struct deploy_file {
    struct span path;
    uint64_t size;
    const uint8_t *digest; /* DIGEST_SIZE */
    uint32_t mode;
};
bool list_next_file(struct list_cursor *cursor, struct deploy_file *file);
struct secret_file {
    struct span path, bytes;
    uint32_t mode;
};
bool list_next_secret(struct list_cursor *cursor, struct secret_file *file);
enum entry_kind { ENTRY_FILE = 0, ENTRY_DIRECTORY = 1, ENTRY_LINK = 2 };
struct directory_entry {
    struct span name;
    enum entry_kind kind;
    uint64_t size;
};
bool list_next_entry(struct list_cursor *cursor, struct directory_entry *entry);
/* When a stretch of a stream was written: it begins where the one before it ends. */
struct stream_time {
    uint64_t end;  /* offset of the first byte behind it */
    uint64_t time; /* of its last byte: milliseconds since 1970, the host's word */
};
bool list_next_time(struct list_cursor *cursor, struct stream_time *time);

/* Whole lists: 0, KEEP_EFORMAT, or KEEP_ESIZE for too many items. */
int list_check_args(struct span encoded);
int list_check_names(struct span encoded);
int list_check_env(struct span encoded);
int list_check_files(struct span encoded);
int list_check_secrets(struct span encoded);
int list_check_entries(struct span encoded);
/* Ends grow, times never fall. */
int list_check_times(struct span encoded);
/* Endpoints: empty in this version. */
int list_check_endpoints(struct span encoded);

/* A guest path as files and secrets may name: absolute, no empty part, '.', '..' or NUL, at most
 * MESSAGE_PATH_MAX. */
bool guest_path_allowed(struct span path);

#endif
