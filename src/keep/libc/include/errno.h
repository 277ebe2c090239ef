/* SPDX-License-Identifier: Apache-2.0 */
/* Empty: nothing in a Keep reports errors through errno. */
#ifndef KEEP_LIBC_ERRNO_H
#define KEEP_LIBC_ERRNO_H

#endif
