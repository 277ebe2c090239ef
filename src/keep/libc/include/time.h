/* SPDX-License-Identifier: Apache-2.0 */
/* Only the type: time in a Keep is shim_time(), the host's word. */
#ifndef KEEP_LIBC_TIME_H
#define KEEP_LIBC_TIME_H

#include <stdint.h>

typedef int64_t time_t;

#endif
