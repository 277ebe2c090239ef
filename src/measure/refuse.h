/* SPDX-License-Identifier: Apache-2.0 */
/* How the readers of images say no: what, where in the file, expected, found. */
#ifndef CASEMATE_MEASURE_REFUSE_H
#define CASEMATE_MEASURE_REFUSE_H

#include <stdint.h>

#include "../base/error.h"

/* E_IMAGE: "WHAT at offset 0x... is not valid", with found in hexadecimal. Returns -1. */
int measure_refuse(struct casemate_error *err, uint64_t offset, const char *what, const char *expected,
                   uint64_t found);

#endif
