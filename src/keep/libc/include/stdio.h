/* SPDX-License-Identifier: Apache-2.0 */
/* Mbed TLS includes this header everywhere; a Keep has no streams, and nothing in it formats text through
 * this. */
#ifndef KEEP_LIBC_STDIO_H
#define KEEP_LIBC_STDIO_H

#include <stdarg.h>
#include <stddef.h>

typedef struct keep_no_stream FILE; /* Everest names it in types that nothing uses */

int snprintf(char *text, size_t capacity, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
