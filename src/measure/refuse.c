/* SPDX-License-Identifier: Apache-2.0 */
/* How the readers of images say no. */
#include "refuse.h"

#include <inttypes.h>
#include <stdio.h>

int measure_refuse(struct casemate_error *err, uint64_t offset, const char *what, const char *expected,
                   uint64_t found)
{
    char text[32];
    (void)snprintf(text, sizeof text, "0x%" PRIx64, found);
    return casemate_fail_expected(err, E_IMAGE, expected, text,
                                  "The image's %s at offset 0x%" PRIx64 " is not valid", what, offset);
}
