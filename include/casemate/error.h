/* SPDX-License-Identifier: Apache-2.0 */
/* The one error object: what failed, on what, expected, found, the next step, and a stable code. */
#ifndef CASEMATE_ERROR_H
#define CASEMATE_ERROR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef struct casemate_error casemate_error;

/* Parts of an error, for casemate_error_part(). */
#define CASEMATE_ERROR_CODE     0 /* "E_SIMULATED"; "E_NONE" if nothing failed. Stable, for programs. */
#define CASEMATE_ERROR_WHAT     1 /* one sentence: what failed, on what */
#define CASEMATE_ERROR_EXPECTED 2 /* empty if the failure is no comparison */
#define CASEMATE_ERROR_FOUND    3
#define CASEMATE_ERROR_NEXT     4 /* what to do; may be empty */

/* An empty error, or NULL without memory. One may be used for many calls: each failure overwrites it. */
casemate_error *casemate_error_new(void);
void casemate_error_free(casemate_error *error);
void casemate_error_clear(casemate_error *error);

/* The part's text; empty for an unknown part. Valid until the error is written again. The text is followed by
 * a NUL that the size does not count. */
void casemate_error_part(const casemate_error *error, int32_t part, const char **text, size_t *size);
/* 1 if the error's code is this one, else 0. */
int32_t casemate_error_is(const casemate_error *error, const char *code, size_t code_size);

/* For callbacks, and for callers that report their own failures through the same object. An unknown code
 * becomes E_INTERNAL; too long text is cut. Returns -1. */
int32_t casemate_error_set(casemate_error *error, const char *code, size_t code_size, const char *what,
                           size_t what_size);
/* Sets expected, found or next of an error that was set. */
void casemate_error_set_part(casemate_error *error, int32_t part, const char *text, size_t size);

/* Number of stable codes, and the explanation of each: index below the count. Static text. -1 beyond it. */
size_t casemate_code_count(void);
int32_t casemate_code_at(size_t index, const char **code, const char **title, const char **page);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
