/* SPDX-License-Identifier: Apache-2.0 */
/* The one error of host and client programs: a sentence for a person, expected and found, the next step, and
 * a stable code for a program. Public callers see it through include/casemate/error.h only. */
#ifndef CASEMATE_BASE_ERROR_H
#define CASEMATE_BASE_ERROR_H

/* Every code stands in codes.def, with the page that `casemate explain` prints. */
enum casemate_code {
    E_NONE = 0,
#define CODE(name, title, page) name,
#include "codes.def"
#undef CODE
    E_CODE_COUNT
};

struct casemate_error {
    enum casemate_code code;
    char what[512]; /* what failed, on what */
    char expected[256];
    char found[256];
    char next[512]; /* what to do */
};

/* All return -1, so that `return casemate_fail(err, ...)` reads well; err may be NULL. Too long text is cut,
 * never overrun. */
int casemate_fail(struct casemate_error *err, enum casemate_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int casemate_fail_expected(struct casemate_error *err, enum casemate_code code, const char *expected,
                           const char *found, const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Adds the next step to an error that was set. */
int casemate_next(struct casemate_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* For a failed system call: the sentence, then what errno means in words. */
int casemate_fail_errno(struct casemate_error *err, enum casemate_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts a context in front of the sentence: "context: sentence". */
int casemate_context(struct casemate_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Also part of the public API. */
__attribute__((visibility("default"))) void casemate_error_clear(struct casemate_error *err);

const char *casemate_code_name(enum casemate_code code);  /* "E_SIMULATED" */
const char *casemate_code_title(enum casemate_code code); /* one line */
const char *casemate_code_page(enum casemate_code code);  /* what explain prints */
/* E_NONE if there is no such code. */
enum casemate_code casemate_code_find(const char *name);

#endif
