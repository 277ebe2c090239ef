/* SPDX-License-Identifier: Apache-2.0 */
/* The body of POST /v1/keeps: whatever it is, it is refused with a reason, or gives texts that end and a
 * memory size in its range. */
#include <stdlib.h>
#include <string.h>

#include "../src/host/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct casemate_error err = {0};
    struct create_body body;
    if (create_body_parse(span_of(data, size), &body, &err) < 0) {
        if (err.code != E_USAGE || err.what[0] == 0)
            abort();
        return 0;
    }
    if (strnlen(body.tee, sizeof body.tee) == sizeof body.tee ||
        strnlen(body.name, sizeof body.name) == sizeof body.name ||
        strnlen(body.image, sizeof body.image) == sizeof body.image || body.memory < 0 ||
        body.memory > 1LL << 50)
        abort();
    return 0;
}
