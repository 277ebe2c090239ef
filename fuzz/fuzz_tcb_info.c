/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes TCB Info (src/attest/tcb_info.c): whatever is signed, levels are selected inside the list. */
#include <stdlib.h>

#include "../src/attest/tcb_info.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct tcb_info info;
    static struct claims claims;
    static const uint8_t td[16] = {5, 1, 3};
    struct pck pck = {.pcesvn = 11};
    tcb_info_read(span_of(data, size), &info);
    if (!info.problem[0]) {
        if (!info.tree || info.level_count == 0 || info.level_count > INTEL_LEVELS_MAX ||
            info.module_count > TCB_MODULES_MAX)
            abort();
        for (size_t i = 0; i < PCK_COMPONENTS; i++)
            pck.component[i] = 5;
        claims = (struct claims){0};
        const struct intel_level *level = tcb_info_level(&info, &pck, td);
        const struct tcb_module *module = tcb_info_module(&info, 1);
        if (level && (level < info.level || level >= info.level + info.level_count))
            abort();
        if (level)
            intel_level_advise(level, &claims);
        if (module && intel_level_of_svn(module->level, module->level_count, 5))
            intel_level_advise(intel_level_of_svn(module->level, module->level_count, 5), &claims);
    }
    tcb_info_free(&info);
    return 0;
}
