/* SPDX-License-Identifier: Apache-2.0 */
/* Claims as the JSON of docs/verify.md: what stands in verdicts. Names are stable. */
#ifndef CASEMATE_ATTEST_CLAIMS_JSON_H
#define CASEMATE_ATTEST_CLAIMS_JSON_H

#include <jansson.h>

#include "attest.h"

/* A new object; members whose memory ran out are missing. */
json_t *verdict_claims_json(const struct verdict *verdict);
json_t *verdict_hex_json(const uint8_t *bytes, size_t size);
json_t *verdict_time_json(int64_t seconds);

#endif
