/* SPDX-License-Identifier: Apache-2.0 */
/* The workload: a module with arguments, environment, files, limits, and secrets that enter no digest. Read
 * and checked completely before a Keep is made. */
#ifndef CASEMATE_PACKAGE_H
#define CASEMATE_PACKAGE_H

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef struct casemate_package casemate_package;

/* The module's bytes, and its name, which is the program's first argument. */
int32_t casemate_package_new(const void *module, size_t module_size, const char *name, size_t name_size,
                             casemate_package **package, casemate_error *error);
void casemate_package_free(casemate_package *package);

/* Adds an argument, after those that are there. */
int32_t casemate_package_add_argument(casemate_package *package, const char *text, size_t size,
                                      casemate_error *error);
/* Sets a variable, replacing one of the same name. E_USAGE for an empty name or one with '='. A secret one is
 * sent after verification of the workload, and enters no digest. */
int32_t casemate_package_set_variable(casemate_package *package, const char *name, size_t name_size,
                                      const char *value, size_t value_size, int32_t secret,
                                      casemate_error *error);
/* Adds a file under an absolute guest path (no empty part, "." or ".."). Mode: permission bits. */
int32_t casemate_package_add_file(casemate_package *package, const char *guest, size_t guest_size,
                                  const void *bytes, size_t size, uint32_t mode, int32_t secret,
                                  casemate_error *error);
/* Adds a file of this machine, or a folder with everything in it (symbolic links are refused by name). */
int32_t casemate_package_add_path(casemate_package *package, const char *path, size_t path_size,
                                  const char *guest, size_t guest_size, int32_t secret,
                                  casemate_error *error);
/* Bytes of all linear memories together; the default is 1 GiB. E_USAGE below 64 KiB or above 4 GiB. */
int32_t casemate_package_set_memory(casemate_package *package, uint64_t bytes, casemate_error *error);
uint64_t casemate_package_memory(const casemate_package *package);
/* 1 unless the configuration says that the program has no stdin. */
int32_t casemate_package_takes_input(const casemate_package *package);
/* Nonzero: statements to anyone may carry the workload digest. */
void casemate_package_set_public(casemate_package *package, int32_t is_public);

/* Calls this export instead of running a program: it takes the arguments as its parameters, numbers all of
 * them, and its results are lines of stdout. casemate_package_check() says whether they fit. */
int32_t casemate_package_set_entry(casemate_package *package, const char *name, size_t size,
                                   casemate_error *error);
/* Whether the module may use a feature of WebAssembly ("simd"); all are on at first. E_USAGE if there is none
 * of that name. */
int32_t casemate_package_set_feature(casemate_package *package, const char *name, size_t size, int32_t on,
                                     casemate_error *error);

/* Reads Casemate.toml (or an Enarx.toml) from its text; name is for messages, folder is what relative paths
 * in it are relative to. A variable or memory size that is set afterwards replaces its own; a file that is
 * added again is an error. E_CONFIG with line and column. */
int32_t casemate_package_configure(casemate_package *package, const char *text, size_t size, const char *name,
                                   size_t name_size, const char *folder, size_t folder_size,
                                   casemate_error *error);

/* Whether the module decodes and every import exists in this version: E_MODULE, E_IMPORTS (every missing one
 * is listed); E_USAGE if arguments are not what the entry takes. Sends nothing. */
int32_t casemate_package_check(casemate_package *package, casemate_error *error);

/* The record that the workload digest covers, as JSON: module digest, arguments, names and digests of files,
 * limits; values of secrets never. Belongs to the package until the next call. */
int32_t casemate_package_describe(casemate_package *package, const char **json, size_t *size,
                                  casemate_error *error);
/* Draws a fresh salt (or takes the 32 bytes given) and computes the digest, 32 bytes. */
int32_t casemate_package_seal(casemate_package *package, const void *salt, casemate_error *error);
void casemate_package_digest(const casemate_package *package, const void **digest, size_t *size);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
