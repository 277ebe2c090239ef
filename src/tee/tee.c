/* SPDX-License-Identifier: Apache-2.0 */
/* The table of technologies. */
#include "tee.h"

#include "../base/nearest.h"
#include "process/process.h"

const struct tee *const tee_table[] = {
    &process_tee,
    NULL,
};

static bool is_named(const struct tee *tee, const char *name)
{
    if (strcmp(tee->name, name) == 0)
        return true;
    for (const char *const *alias = tee->aliases; *alias; alias++)
        if (strcmp(*alias, name) == 0)
            return true;
    return false;
}

const struct tee *tee_find(const char *name, const char **nearest)
{
    struct nearest close = {.typed = name};
    for (const struct tee *const *tee = tee_table; *tee; tee++) {
        if (is_named(*tee, name))
            return *tee;
        nearest_try(&close, (*tee)->name);
        for (const char *const *alias = (*tee)->aliases; *alias; alias++)
            nearest_try(&close, *alias);
    }
    if (nearest)
        *nearest = close.best;
    return NULL;
}
