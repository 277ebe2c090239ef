/* SPDX-License-Identifier: Apache-2.0 */
/* Floats as decimal text: the shortest digits that read back as the same float, without a libc. */
#ifndef CASEMATE_KEEP_NUMBER_H
#define CASEMATE_KEEP_NUMBER_H

#include "text.h"

/* The IEEE 754 float of `width` (32 or 64) bits. "0.1", "-3", "1e+21", "5e-324", "inf", "-nan": digits and
 * exponents as ECMAScript writes numbers. At most 25 bytes. */
void number_add_float(struct text *text, uint64_t bits, unsigned width);

#endif
