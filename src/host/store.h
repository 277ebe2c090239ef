/* SPDX-License-Identifier: Apache-2.0 */
/* Records of Keeps that survive casemated: SQLite, write-ahead log, synced on each commit. The Keeps
 * themselves do not survive it: what was alive is lost when the records are opened again. */
#ifndef CASEMATE_HOST_STORE_H
#define CASEMATE_HOST_STORE_H

#include <stdint.h>

#include "../base/error.h"

enum { KEEP_ID_SIZE = 16, KEEP_NAME_SIZE = 64, IMAGE_DIGEST_TEXT = 64, REASON_SIZE = 200 };

struct record {
    char id[KEEP_ID_SIZE + 1];
    char name[KEEP_NAME_SIZE + 1];
    char tee[17];
    char image[IMAGE_DIGEST_TEXT + 1];
    char state[12]; /* the last that was recorded */
    char reason[REASON_SIZE];
    int64_t created, ended; /* seconds since 1970; ended 0: not yet */
    int64_t memory;
    int64_t outbox; /* size of the file, 0: none */
};

struct store;
/* The file, or NULL for memory only. E_IO. */
int store_open(const char *path, struct store **store, struct casemate_error *err);
void store_close(struct store *store);
/* Inserts or replaces; on disk when it returns. */
int store_put(struct store *store, const struct record *r, struct casemate_error *err);
int store_remove(struct store *store, const char *id, struct casemate_error *err);
/* Calls back for each, oldest first. */
int store_each(struct store *store, void (*one)(void *context, const struct record *r), void *context,
               struct casemate_error *err);

#endif
