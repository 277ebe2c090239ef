/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the JSON form of the WebAssembly specification's test suite (wast2json's schema, and the plainer
 * one). */
#ifndef CASEMATE_TESTS_SPEC_VALUES_H
#define CASEMATE_TESTS_SPEC_VALUES_H

#include <jansson.h>

#include "../../src/keep/wasm/wasm.h"

/* An argument of an action. Returns the slots that it takes, 0 if it is of a kind that the runner does not
 * know.
 */
uint32_t spec_value_parse(struct wasm_store *store, const json_t *json, union wasm_value *value);
/* Does a result match what is expected? */
bool spec_value_matches(const struct wasm_store *store, const json_t *expected, uint32_t type,
                        const union wasm_value *value);
/* For messages. */
void spec_value_print(uint32_t type, const union wasm_value *value, char *text, size_t size);

#endif
