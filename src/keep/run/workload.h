/* SPDX-License-Identifier: Apache-2.0 */
/* The one workload of a Keep's life: record, module and files, as `deploy` and its `data` bring them, and the
 * secrets beside it. It arrives whole or not at all (docs/protocol.md, section 5). */
#ifndef CASEMATE_KEEP_WORKLOAD_H
#define CASEMATE_KEEP_WORKLOAD_H

#include "../../proto/message.h"
#include "../crypto/digest.h"
#include "../files/files.h"
#include "validate.h"

enum {
    WORKLOAD_MODULE_MAX = 512 << 20,
    WORKLOAD_NODES_MAX = 1 << 17, /* files and directories, those that the program makes included */
};

/* Spans that point into one block of the heap. */
struct kept {
    uint8_t *bytes;
    size_t size;
};

struct workload {
    uint8_t digest[DIGEST_SIZE];
    struct deploy deploy; /* its spans point into `record` */
    struct kept record;
    uint8_t *module; /* deploy.module_size bytes */
    struct validation validation;
    struct files *files;
    struct kept secrets;
    struct span secret_env, secret_files; /* encoded lists in `secrets`; empty if there are none */

    /* While it arrives. */
    bool complete;
    uint64_t offset; /* in the part that comes now */
    bool in_files;   /* the module is whole */
    struct list_cursor list;
    struct deploy_file file;
    struct file_node *node;
    struct digest hash;
};

/* Checks a deploy, copies it, makes room for all that it announces. `files_max` bounds the file system in
 * bytes; now() stamps files. KEEP_ESIZE, KEEP_EFORMAT (paths, endpoints, limits, features), KEEP_ENOMEM;
 * nothing is kept then. */
int workload_begin(struct workload *w, const struct deploy *deploy, uint64_t files_max,
                   uint64_t (*now)(void *context), void *context);
/* The next bytes. Sets w->complete with the last ones. KEEP_EMATCH: a digest differs; KEEP_ESIZE: more than
 * announced. After an error the workload is dropped. */
int workload_data(struct workload *w, struct span bytes);
/* Replaces all secrets. KEEP_EFORMAT: a path that is not allowed or taken by the deployment; nothing changes
 * then. */
int workload_set_secrets(struct workload *w, struct span env, struct span files);
/* Puts the secret files where they belong, before the program starts. */
int workload_place_secrets(struct workload *w);
/* Wipes secrets, files marked secret included. */
void workload_forget_secrets(struct workload *w);
/* Frees and wipes all of it: at once, or as soon as the module's validation has come back. */
void workload_drop(struct workload *w);

#endif
