/* SPDX-License-Identifier: Apache-2.0 */
/* Members of the objects that Intel signs (PCS API v4). The first thing that is not as it should be is kept,
 * and everything after it reads as nothing. */
#ifndef CASEMATE_ATTEST_INTEL_JSON_H
#define CASEMATE_ATTEST_INTEL_JSON_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "claims.h"
#include "tcb_status.h"

struct intel_json {
    char problem[64]; /* empty: none */
};

/* A level of a TCB, in whichever list. */
struct intel_level {
    uint32_t sgx[16], tdx[16], pcesvn; /* of a platform */
    uint32_t isvsvn;                   /* of an enclave or a TDX module */
    enum tcb_status status;
    int64_t date;
    const json_t *advisories; /* texts that fit into claims; NULL if there are none; belongs to the tree */
};
enum { INTEL_LEVELS_MAX = 64 };

/* The object in these bytes; NULL if they are none, or name something twice. */
json_t *intel_json_load(struct intel_json *j, const uint8_t *bytes, size_t size);
void intel_json_fail(struct intel_json *j, const char *what, const char *key);

const char *intel_json_text(struct intel_json *j, const json_t *object, const char *key);
uint32_t intel_json_number(struct intel_json *j, const json_t *object, const char *key, uint32_t maximum);
/* Exactly so many bytes, in hexadecimal of either case. */
void intel_json_hex(struct intel_json *j, const json_t *object, const char *key, uint8_t *to, size_t size);
int64_t intel_json_date(struct intel_json *j, const json_t *object, const char *key);
const json_t *intel_json_object(struct intel_json *j, const json_t *object, const char *key);
/* An array with 1 to maximum items. */
const json_t *intel_json_array(struct intel_json *j, const json_t *object, const char *key, size_t maximum);

/* What all levels have: tcbDate, tcbStatus, advisoryIDs. */
void intel_level_read(struct intel_json *j, const json_t *object, struct intel_level *level);
/* The array `key` of levels that are told apart by isvsvn; returns their number. */
size_t intel_levels_read(struct intel_json *j, const json_t *object, struct intel_level *levels,
                         size_t maximum);
/* The first of these whose isvsvn is reached; NULL if none is. */
const struct intel_level *intel_level_of_svn(const struct intel_level *levels, size_t count, uint32_t svn);
/* Adds the level's advisories to the claims, each once, as far as there is room: what has none is there as
 * "more". */
void intel_level_advise(const struct intel_level *level, struct claims *claims);

#endif
