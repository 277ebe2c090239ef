/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean": the closest of some names to what was typed. */
#ifndef CASEMATE_BASE_NEAREST_H
#define CASEMATE_BASE_NEAREST_H

#include <stddef.h>

/* Edit distance (insert, delete, replace, swap of neighbours); texts past 63 characters count as far away. */
size_t nearest_distance(const char *a, const char *b);

/* Fed one name after the other; best stays NULL if none is near enough to be meant. */
struct nearest {
    const char *typed;
    const char *best;
    size_t distance;
};
void nearest_try(struct nearest *n, const char *name);

#endif
