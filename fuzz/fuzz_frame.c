/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the portal's frames (src/proto/frame.h). What decodes must encode, to the same thing. */
#include "../tests/unit/forms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    form_try(form_find("frame"), span_of(data, size));
    form_try(form_find("boot-record"), span_of(data, size));
    return 0;
}
