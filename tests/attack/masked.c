/* SPDX-License-Identifier: Apache-2.0 */
/* The command line with some checks of the verifier made to hold whatever they find: each attack is shown to
 * succeed against a client that lacks the check which stops it. CASEMATE_MASKED_CHECKS names them, separated
 * by commas. Never installed. */
#include <stdlib.h>
#include <string.h>

#include "../../src/attest/mask.h"

bool check_masked[CHECK_COUNT + 1];

__attribute__((constructor)) static void read_masks(void)
{
    char list[512] = "", *rest = list;
    const char *value = getenv("CASEMATE_MASKED_CHECKS");
    if (!value || strlen(value) >= sizeof list)
        return;
    memcpy(list, value, strlen(value) + 1);
    for (char *id; (id = strsep(&rest, ","));) {
        if (check_find(id) == CHECK_COUNT)
            abort(); /* a typo would make an attack fail for the wrong reason */
        check_masked[check_find(id)] = true;
    }
}
