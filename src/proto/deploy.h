/* SPDX-License-Identifier: Apache-2.0 */
/* What a deploy message describes, and the workload digest over it, alike on both sides (docs/protocol.md,
 * section 5). */
#ifndef CASEMATE_PROTO_DEPLOY_H
#define CASEMATE_PROTO_DEPLOY_H

#include "list.h"

struct deploy_limits {
    uint64_t memory;         /* bytes of all linear memories together */
    uint64_t table_elements; /* of all tables together */
    uint64_t call_depth;
};

/* Lists stay encoded (checked by message_decode) and are walked with the cursors of list.h. */
struct deploy {
    uint64_t module_size;
    uint8_t module_digest[DIGEST_SIZE];
    struct span args, env, files, endpoints; /* encoded CBOR arrays; empty span: empty list */
    struct deploy_limits limits;
    uint64_t time_floor; /* seconds since 1970 */
    uint8_t salt[SALT_SIZE];
    bool is_public;
    /* The launch configuration; what is left out is as always. */
    bool has_entry;
    bool has_features;
    struct span entry;        /* the export that is called, instead of `_start` */
    struct span features_off; /* encoded array: features of WebAssembly that the module may not use */
};

void deploy_limits_put(struct cbor_writer *w, const struct deploy_limits *limits);
void deploy_limits_get(struct cbor_reader *r, struct deploy_limits *limits);

/* SHA-256("casemate-workload-1" || record): the workload digest, on both sides. */
int deploy_workload_digest(const struct deploy *d, uint8_t digest[DIGEST_SIZE]);

#endif
