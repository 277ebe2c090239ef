/* SPDX-License-Identifier: Apache-2.0 */
/* The format macros that Mbed TLS names (C17 7.8). */
#ifndef KEEP_LIBC_INTTYPES_H
#define KEEP_LIBC_INTTYPES_H

#include <stdint.h>

#define PRId64 "ld"
#define PRIu64 "lu"
#define PRIx64 "lx"
#define PRId32 "d"
#define PRIu32 "u"
#define PRIx32 "x"

#endif
