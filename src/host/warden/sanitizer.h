/* SPDX-License-Identifier: Apache-2.0 */
/* For builds with a sanitizer, which are for tests: a sandboxed program has no environment to take options
 * from, and may not start the tracer that looks for leaks. */
#ifndef CASEMATE_HOST_SANITIZER_H
#define CASEMATE_HOST_SANITIZER_H

#include "sandbox.h"

#ifdef SANDBOX_SANITIZED
#define SANITIZER_OPTIONS                                                                                    \
    const char *__asan_default_options(void) __attribute__((used, visibility("default")));                   \
    const char *__asan_default_options(void)                                                                 \
    {                                                                                                        \
        return "detect_leaks=0:detect_stack_use_after_return=0";                                             \
    }
#else
#define SANITIZER_OPTIONS
#endif

#endif
