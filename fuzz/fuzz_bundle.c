/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes bundles (src/proto/bundle.h). What decodes must encode, to the same thing. */
#include "../tests/unit/forms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    form_try(form_find("bundle"), span_of(data, size));
    return 0;
}
