/* SPDX-License-Identifier: Apache-2.0 */
/* The workload inside the client agent: what is sent, and the record that its digest covers. */
#ifndef CASEMATE_CLIENT_PACKAGE_H
#define CASEMATE_CLIENT_PACKAGE_H

#include "../../include/casemate/casemate.h"
#include "../base/buffer.h"
#include "../base/error.h"
#include "../proto/cbor.h"
#include "../proto/message.h"

enum {
    PACKAGE_MODULE_MAX = 512 << 20,
    PACKAGE_FILE_MAX = 1 << 30,
    PACKAGE_FOLDER_DEPTH = 64,
};

struct package_variable {
    char *name;
    uint8_t *value;
    size_t value_size;
    bool secret;
};

struct package_file {
    char *guest;
    uint8_t *bytes;
    size_t size;
    uint8_t digest[DIGEST_SIZE];
    uint32_t mode;
    bool secret;
};

struct casemate_package {
    struct buffer module;
    uint8_t module_digest[DIGEST_SIZE];
    char *name;
    struct buffer *arguments; /* the name is not among them */
    size_t argument_count;
    struct package_variable *variables;
    size_t variable_count;
    struct package_file *files; /* in order of guest path */
    size_t file_count;
    struct deploy_limits limits;
    uint64_t time_floor;
    bool is_public;
    char *entry;            /* the export that is called; NULL: _start */
    uint64_t *entry_values; /* bits of its arguments, once they have been checked; else NULL */
    char *features_off[MESSAGE_FEATURES_MAX];
    size_t features_off_count;
    bool no_input; /* the configuration says that there is no stdin */
    uint8_t salt[SALT_SIZE];
    bool sealed;                             /* the four below are up to date */
    struct buffer args, env, list, features; /* encoded CBOR arrays */
    uint8_t digest[DIGEST_SIZE];
    struct buffer description;
};

struct wasm_module;
struct wasm_features;
/* Puts off what the package puts off. */
void package_features(const struct casemate_package *p, struct wasm_features *features);
/* Whether the module exports the entry, and the arguments are what it takes; fills entry_values. */
int package_check_entry(struct casemate_package *p, const struct wasm_module *module,
                        struct casemate_error *err);
/* The deploy of a sealed package; spans point into it. */
void package_deploy(const struct casemate_package *p, struct deploy *deploy);
/* Adds a file whose bytes the package takes over from the buffer, which is empty afterwards. */
int package_take_file(struct casemate_package *p, struct span guest, struct buffer *content, uint32_t mode,
                      bool secret, struct casemate_error *err);
/* Encoded lists of the secrets message. *any is false if there are no secrets. */
int package_secrets(const struct casemate_package *p, struct buffer *env, struct buffer *files, bool *any,
                    struct casemate_error *err);
/* Bytes that follow a deploy: the module, then each file that is no secret. Copies up to capacity of them
 * from a position; 0 at the end. */
size_t package_bytes(const struct casemate_package *p, uint64_t position, uint8_t *bytes, size_t capacity);
uint64_t package_total(const struct casemate_package *p);

#endif
