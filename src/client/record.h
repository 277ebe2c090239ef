/* SPDX-License-Identifier: Apache-2.0 */
/* Client records: what must be known of a Keep to find, judge and command it again. On disk as one JSON
 * object in keeps/ID/record.json, beside the Keep's own key in keeps/ID/key. */
#ifndef CASEMATE_CLIENT_RECORD_H
#define CASEMATE_CLIENT_RECORD_H

#include <limits.h>

#include "../../include/casemate/casemate.h"
#include "../base/buffer.h"
#include "../base/error.h"
#include "../proto/message.h"
#include "url.h"

enum { RECORD_SIZE_MAX = 1 << 20, RECORD_NAME_MAX = 64, RECORD_KEY_MAX = 512 };

struct casemate_record {
    char folder[PATH_MAX]; /* keeps/ID */
    char id[URL_KEEP_MAX + 1];
    char name[RECORD_NAME_MAX + 1];
    char url[URL_MAX + 1]; /* empty: a private host agent */
    char tee[STATEMENT_NAME_MAX + 1];
    char class_name[16]; /* "hardware" or "simulated" */
    char root[80];       /* fingerprint, "sha256:HEX" */
    char measurement[2 * MEASUREMENT_SIZE_MAX + 1];
    char key_reference[RECORD_KEY_MAX]; /* "own", or the path that was given */
    int64_t created;
    uint8_t instance[INSTANCE_ID_SIZE];
    uint8_t spki[DIGEST_SIZE];
    bool has_workload, has_run;
    uint8_t workload[DIGEST_SIZE];
    uint8_t salt[SALT_SIZE];
    uint8_t run[RUN_ID_SIZE];
    char exit[128];       /* "exit 0", "trap 134", ...; empty while unknown */
    struct buffer policy; /* text of the policy file; empty: the default policy */
    struct buffer shown;  /* of casemate_record_field() */
};

/* To JSON and back. Both refuse what could not be a record: E_IO. */
int record_encode(const struct casemate_record *r, struct buffer *json, struct casemate_error *err);
int record_decode(struct span json, struct casemate_record *r, struct casemate_error *err);
/* Writes it, synced, file and folder; with the key if one is given (the first time). */
int record_save(struct casemate_record *r, const struct casemate_key *own_key, struct casemate_error *err);
/* Reads the Keep's own key. */
int record_key(const struct casemate_record *r, struct casemate_key **key, struct casemate_error *err);

struct casemate_store {
    char folder[PATH_MAX];
    struct buffer names;
    size_t count;
};

/* A new record in the store, on disk only when saved. E_OTHER_KEEP if one with this id is there: ids are the
 * host's choice, and must not cost the user the record of another Keep. */
int store_new_record(const struct casemate_store *store, const char *id, struct casemate_record **record,
                     struct casemate_error *err);

#endif
