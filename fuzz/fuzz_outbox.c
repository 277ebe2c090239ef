/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes outboxes and outbox files (src/proto/outbox.h). What decodes must encode, to the same thing. */
#include "../tests/unit/forms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    form_try(form_find("outbox"), span_of(data, size));
    form_try(form_find("outbox-file"), span_of(data, size));
    return 0;
}
