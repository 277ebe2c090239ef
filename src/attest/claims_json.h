/* SPDX-License-Identifier: Apache-2.0 */
/* Claims as the JSON of docs/verify.md: what stands in verdicts. Names are stable. */
#ifndef CASEMATE_ATTEST_CLAIMS_JSON_H
#define CASEMATE_ATTEST_CLAIMS_JSON_H

#include <jansson.h>

#include "attest.h"

/* A member, an item: *to takes the value. Without memory for it (value may be NULL already) all of *to is
 * given up and becomes NULL, so that nothing is ever shown with a part missing; whoever makes the whole looks
 * once. */
void verdict_json_add(json_t **to, const char *name, json_t *value);
void verdict_json_append(json_t **list, json_t *value);

/* As compact text in the order of making, of the heap; NULL without memory. (json_dumps() of jansson 2.14
 * drops a key's closing quote when memory ends there, and tells nobody.) */
char *verdict_json_text(const json_t *json);

/* A new object, or NULL without memory. */
json_t *verdict_claims_json(const struct verdict *verdict);
/* {"verdict", "reasons", "checks", "claims", "expires"}; the same. */
json_t *verdict_object(const struct verdict *verdict);
/* A text out of evidence, in which `?` stands for bytes that are not ASCII if they are no UTF-8 together. */
json_t *verdict_text_json(const char *text);
json_t *verdict_hex_json(const uint8_t *bytes, size_t size);
json_t *verdict_time_json(int64_t seconds);

#endif
