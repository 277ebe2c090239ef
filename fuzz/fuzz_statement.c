/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes statements (src/proto/statement.h). What decodes must encode, to the same thing. */
#include "../tests/unit/forms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    form_try(form_find("statement"), span_of(data, size));
    return 0;
}
