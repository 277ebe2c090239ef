/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments and environment of the program, from the lists of `deploy` and `secrets`. */
#ifndef CASEMATE_KEEP_STRINGS_H
#define CASEMATE_KEEP_STRINGS_H

#include "workload.h"

struct strings {
    struct span *args, *env; /* env: "NAME=VALUE" */
    size_t arg_count, env_count;
    uint8_t *memory; /* the bytes of env; wiped when freed */
    size_t memory_size;
};

/* A secret takes the place of a variable of the same name. KEEP_ENOMEM. */
int strings_make(const struct workload *w, struct strings *s);
void strings_free(struct strings *s);

#endif
