/* SPDX-License-Identifier: Apache-2.0 */
/* The table of what can be measured. */
#include "measure.h"

#include <string.h>

#include "../base/nearest.h"

static const char *const no_aliases[] = {NULL};

static const struct measure_tee process = {
    .name = "process",
    .aliases = no_aliases,
    .image = "keep-process",
    .measure = measure_process,
};

const struct measure_tee *const measure_table[] = {&process, NULL};

static bool has_name(const struct measure_tee *tee, const char *name, struct nearest *near)
{
    nearest_try(near, tee->name);
    if (strcmp(tee->name, name) == 0)
        return true;
    for (const char *const *alias = tee->aliases; *alias; alias++) {
        nearest_try(near, *alias);
        if (strcmp(*alias, name) == 0)
            return true;
    }
    return false;
}

const struct measure_tee *measure_find(const char *name, const char **nearest)
{
    struct nearest near = {.typed = name};
    for (size_t i = 0; measure_table[i]; i++)
        if (has_name(measure_table[i], name, &near))
            return measure_table[i];
    if (nearest)
        *nearest = near.best;
    return NULL;
}
