/* SPDX-License-Identifier: Apache-2.0 */
/* Every wire format by name: decode and encode again, for the golden files and for the fuzz targets alike. */
#ifndef CASEMATE_TESTS_FORMS_H
#define CASEMATE_TESTS_FORMS_H

#include "../../src/proto/bytes.h"

enum { FORM_OUTPUT_MAX = 1 << 21 };

struct form {
    const char *name;
    /* Decodes; if that succeeds, encodes what it got. The result is the decoder's; encoding never fails. */
    int (*again)(struct span in, uint8_t *out, size_t capacity, size_t *size);
};
extern const struct form forms[]; /* ends with a NULL name */
const struct form *form_find(const char *name);

/* Feeds bytes to a form: what decodes must encode, and that must decode and encode to itself. Aborts if not,
 * so that both a test and a fuzzer see it. */
void form_try(const struct form *form, struct span in);

#endif
