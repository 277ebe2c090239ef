/* SPDX-License-Identifier: Apache-2.0 */
/* Every check of verifier, policy and session is a row with an id; the report is the list of rows. Why a row
 * matters and how to mend it stands once, in checks.def. */
#ifndef CASEMATE_ATTEST_CHECK_H
#define CASEMATE_ATTEST_CHECK_H

#include "../base/error.h"
#include "../proto/bytes.h"

/* The ids, in checks.def: CHECK(NAME, code, "id", "title", "why", "fix"). */
enum check_id {
#define CHECK(name, code, id, title, why, fix) CHECK_##name,
#include "checks.def"
#undef CHECK
    CHECK_COUNT
};

enum check_state {
    CHECK_NOT_RUN = 0,    /* could not be reached: counts as failed */
    CHECK_OK,             /* ran and holds */
    CHECK_FAILED,         /* ran and does not hold */
    CHECK_NOT_APPLICABLE, /* this TEE has no such thing; `found` says why */
};

enum { CHECK_TEXT_MAX = 200 };

struct check_row {
    enum check_state state;
    char expected[CHECK_TEXT_MAX];
    char found[CHECK_TEXT_MAX];
    const char *reason; /* of a failed row: its code among the reasons; the id unless stated otherwise */
};

/* One row an id, in the order of the ids; `used` are those that a judgement consists of. */
struct check_report {
    bool used[CHECK_COUNT];
    struct check_row row[CHECK_COUNT];
};

/* Declares that the judgement has this row: until it is set, it counts as failed. */
void check_need(struct check_report *report, enum check_id id);
/* Sets a row; returns ok. Texts are printf-like; too long ones are cut. A row that failed stays failed. */
bool check_set(struct check_report *report, enum check_id id, bool ok, const char *expected,
               const char *found_format, ...) __attribute__((format(printf, 5, 6)));
void check_not_applicable(struct check_report *report, enum check_id id, const char *why);
/* The code of a failed row among the reasons, if it is not the id. */
void check_reason(struct check_report *report, enum check_id id, const char *reason);
/* Constant-time comparison of two values that a peer may guess, shown as hexadecimal. */
bool check_digest(struct check_report *report, enum check_id id, const uint8_t *expected,
                  const uint8_t *found, size_t size);

/* Whether every row that is needed holds or does not apply; false if no row is needed. */
bool check_all(const struct check_report *report);
bool check_failed(const struct check_report *report, enum check_id id);

const char *check_id_name(enum check_id id);
/* The error that a refusal by this row is. */
enum casemate_code check_code(enum check_id id);
const char *check_title(enum check_id id);
const char *check_why(enum check_id id);
const char *check_fix(enum check_id id);
/* CHECK_COUNT if there is no such id. */
enum check_id check_find(const char *name);
/* The pages of `casemate explain`: one for each id, then those of reasons that are no id; index below the
 * count. */
size_t check_page_count(void);
void check_page(size_t index, const char **name, const char **title, const char **page);

#endif
