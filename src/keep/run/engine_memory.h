/* SPDX-License-Identifier: Apache-2.0 */
/* Where the engine gets its memory inside a Keep. */
#ifndef CASEMATE_KEEP_ENGINE_MEMORY_H
#define CASEMATE_KEEP_ENGINE_MEMORY_H

#include "../wasm/wasm.h"

extern const struct wasm_memory_ops engine_memory;

#endif
