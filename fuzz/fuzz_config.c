/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes Casemate.toml (src/client/config.c). Relative paths in it lead to a folder that does not exist. */
#include <string.h>

#include "../src/client/package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char nowhere[] = "/nonexistent/";
    casemate_package *p;
    if ((size && memchr(data, '/', size)) || casemate_package_new("m", 1, "m", 1, &p, NULL) < 0)
        return 0;
    if (casemate_package_configure(p, (const char *)data, size, "fuzz", 4, nowhere, strlen(nowhere), NULL) ==
        0)
        (void)casemate_package_seal(p, NULL, NULL);
    casemate_package_free(p);
    return 0;
}
