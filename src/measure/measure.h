/* SPDX-License-Identifier: Apache-2.0 */
/* Image -> expected measurement, one file a TEE, one table. Plain portable code over bytes: the client works
 * out itself what it will accept, and needs nobody's word for it. */
#ifndef CASEMATE_MEASURE_MEASURE_H
#define CASEMATE_MEASURE_MEASURE_H

#include "../base/error.h"
#include "../proto/statement.h"

enum { MEASURE_IMAGE_SIZE_MAX = 64 << 20 };

struct measure_tee {
    const char *name;           /* as in statements: "process" */
    const char *const *aliases; /* NULL-terminated; what people also type */
    const char *image;          /* file name of the image: "keep-process" */
    /* E_IMAGE, with what is wrong with the image and where. */
    int (*measure)(struct span image, struct measurement *m, struct casemate_error *err);
};

/* All that can be measured; NULL-terminated. */
extern const struct measure_tee *const measure_table[];
/* By name or alias; NULL if there is none, and *nearest (may be NULL) then names the closest or is NULL. */
const struct measure_tee *measure_find(const char *name, const char **nearest);

/* The process TEE (docs/protocol.md, section 4): SHA-384 over entry point and loaded segments. */
int measure_process(struct span image, struct measurement *m, struct casemate_error *err);

#endif
