/* SPDX-License-Identifier: Apache-2.0 */
/* Records of the Keeps that this user owns: written to disk before a Keep is taken, so that a crash loses
 * none. One folder a Keep, mode 0700, under $XDG_STATE_HOME/casemate/keeps. */
#ifndef CASEMATE_STORE_H
#define CASEMATE_STORE_H

#include "error.h"
#include "host.h"
#include "key.h"
#include "policy.h"

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef struct casemate_store casemate_store;
typedef struct casemate_record casemate_record;

/* A folder; empty: the user's own. Made when the first record is written. */
int32_t casemate_store_open(const char *folder, size_t folder_size, casemate_store **store,
                            casemate_error *error);
void casemate_store_free(casemate_store *store);

/* The records that are there now, sorted by id; a damaged one is skipped by _count and reported by _load. */
int32_t casemate_store_scan(casemate_store *store, casemate_error *error);
size_t casemate_store_count(const casemate_store *store);
/* Id of a scanned record; NUL-terminated, until the next scan. NULL beyond the count. */
const char *casemate_store_id(const casemate_store *store, size_t index);
/* By id, name, or unique prefix of an id. E_NOT_FOUND, E_AMBIGUOUS, E_IO. */
int32_t casemate_record_load(casemate_store *store, const char *text, size_t size, casemate_record **record,
                             casemate_error *error);
void casemate_record_free(casemate_record *record);
/* Removes it from the disk, with the Keep's own key. The handle stays valid. */
int32_t casemate_record_delete(casemate_record *record, casemate_error *error);

/* Fields as text: "id", "name", "url", "instance", "spki", "tee", "measurement", "workload", "run", "root",
 * "key", "created", "policy", "exit"; empty if there is none. NUL-terminated, lives as long as the record. */
void casemate_record_field(const casemate_record *record, const char *name, size_t name_size,
                           const char **text, size_t *size);
/* What a reconnection accepts: the recorded policy, narrowed to the recorded measurement and, if it is
 * simulated, to the recorded root. Roots must outlive the policy. */
int32_t casemate_record_policy(const casemate_record *record, const casemate_roots *roots,
                               casemate_policy **policy, casemate_error *error);
/* 1 if the recorded Keep is simulated: then the caller asks for consent first. */
int32_t casemate_record_simulated(const casemate_record *record);

/* A finished outbox request's body, believed only if its receipt passes the record's policy (or the one
 * given, if not NULL). E_LOST, E_EVIDENCE, E_OTHER_KEEP. */
typedef struct casemate_outbox casemate_outbox;
int32_t casemate_outbox_open(const casemate_record *record, const void *bytes, size_t size,
                             const casemate_policy *policy, const casemate_roots *roots,
                             const casemate_key *key, casemate_outbox **outbox, casemate_error *error);
void casemate_outbox_free(casemate_outbox *outbox);
/* "exit", "trap", "stopped", "invalid", "failed"; the code; a sentence. NUL-terminated. */
void casemate_outbox_exit(const casemate_outbox *outbox, const char **kind, uint32_t *code,
                          const char **text);
/* What the outbox holds of stdout (1) or stderr (2): the offset of its first byte, the bytes, and how many
 * were ever written. */
int32_t casemate_outbox_stream(const casemate_outbox *outbox, int32_t stream, uint64_t *offset,
                               const void **bytes, size_t *size, uint64_t *total);
/* *offset: the first byte of a stream that was written at `since` (milliseconds since 1970, by the host's
 * clock) or later; of old bytes the Keep may know the time less exactly, and then more is shown than less. -1
 * if the outbox does not say when its bytes were written. */
int32_t casemate_outbox_since(const casemate_outbox *outbox, int32_t stream, uint64_t since,
                              uint64_t *offset);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
