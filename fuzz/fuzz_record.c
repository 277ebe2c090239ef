/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the client's records (src/client/record.c): what is read can be written, and read again. */
#include <stdlib.h>

#include "../src/client/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct casemate_record *r = calloc(1, sizeof *r), *again = calloc(1, sizeof *again);
    struct buffer json = {0};
    if (r && again && record_decode(span_of(data, size), r, NULL) == 0 &&
        (record_encode(r, &json, NULL) < 0 || record_decode(span_of(json.data, json.size), again, NULL) < 0))
        abort();
    buffer_free(&json);
    casemate_record_free(r);
    casemate_record_free(again);
    return 0;
}
