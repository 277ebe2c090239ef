/* SPDX-License-Identifier: Apache-2.0 */
/* Version of the library, by Semantic Versioning 2.0.0: the ABI is compatible within a major version. */
#ifndef CASEMATE_VERSION_H
#define CASEMATE_VERSION_H

#include <stddef.h>
#include <stdint.h>

#define CASEMATE_VERSION_MAJOR 0
#define CASEMATE_VERSION_MINOR 1
#define CASEMATE_VERSION_PATCH 0

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

/* Version of the library that is linked, as major << 16 | minor << 8 | patch. Any thread, any time. */
uint32_t casemate_version(void);
/* The same as text ("0.1.0"), static, NUL-terminated. */
const char *casemate_version_text(void);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
