/* SPDX-License-Identifier: Apache-2.0 */
/* The command line without some of its protections: each attack is shown to succeed against a client that
 * lacks the check which stops it. CASEMATE_MASKED_CHECKS names rows of the verifier (src/attest/checks.def)
 * and guards (src/proto/guards.def), separated by commas. Never installed. */
#include <stdlib.h>
#include <string.h>

#include "../../src/attest/mask.h"
#include "../../src/proto/guard.h"

bool check_masked[CHECK_COUNT + 1];
bool guard_off[GUARD_COUNT];

static const char *const guard_name[] = {
#define GUARD(name, id) [GUARD_##name] = id,
#include "../../src/proto/guards.def"
#undef GUARD
};

static void take_away(const char *id)
{
    size_t guard = 0;
    while (guard < GUARD_COUNT && strcmp(guard_name[guard], id) != 0)
        guard++;
    if (guard < GUARD_COUNT)
        guard_off[guard] = true;
    else if (check_find(id) != CHECK_COUNT)
        check_masked[check_find(id)] = true;
    else
        abort(); /* a typo would make an attack fail for the wrong reason */
}

__attribute__((constructor)) static void read_masks(void)
{
    char list[512] = "", *rest = list;
    const char *value = getenv("CASEMATE_MASKED_CHECKS");
    if (!value || strlen(value) >= sizeof list)
        return;
    memcpy(list, value, strlen(value) + 1);
    for (char *id; (id = strsep(&rest, ","));)
        take_away(id);
}
