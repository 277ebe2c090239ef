/* SPDX-License-Identifier: Apache-2.0 */
/* Which functions WASI offers, by name and type: for the Keep, and for a client that checks imports before it
 * makes a Keep. */
#include "wasi.h"

static const struct {
    const char *name, *signature;
} names[] = {
#define F(name, signature) {#name, signature},
#include "functions.def"
#undef F
};

static uint32_t type_of(char letter)
{
    return letter == 'i' ? WASM_I32 : WASM_I64;
}

static bool type_matches(const struct wasm_function_type *type, const char *signature)
{
    const char *at = signature;
    for (uint32_t i = 0; i < type->parameter_count; i++, at++)
        if (*at == ':' || type->parameters[i] != type_of(*at))
            return false;
    if (*at++ != ':')
        return false;
    for (uint32_t i = 0; i < type->result_count; i++, at++)
        if (*at == 0 || type->results[i] != type_of(*at))
            return false;
    return *at == 0;
}

enum wasi_offer wasi_import_offer(const struct wasm_import *import, const char **signature)
{
    *signature = NULL;
    if (!wasm_name_equal(import->module, wasm_name_of(WASI_MODULE)))
        return WASI_UNKNOWN_MODULE;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!wasm_name_equal(import->name, wasm_name_of(names[i].name)))
            continue;
        *signature = names[i].signature;
        if (import->type.kind != WASM_EXTERN_FUNCTION ||
            !type_matches(&import->type.function, names[i].signature))
            return WASI_OTHER_TYPE;
        return WASI_OFFERED;
    }
    return WASI_UNKNOWN_NAME;
}
