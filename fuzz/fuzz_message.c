/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes messages of both sides (src/proto/message.h). What decodes must encode, to the same thing. */
#include "../tests/unit/forms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    form_try(form_find("message-from-client"), span_of(data, size));
    form_try(form_find("message-from-keep"), span_of(data, size));
    return 0;
}
