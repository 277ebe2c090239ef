/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the reader of Keep images (src/measure/elf.c): what it takes lies inside the file and in order. */
#include <stdlib.h>

#include "../src/measure/elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct casemate_error err = {0};
    struct elf_image image;
    uint64_t end = 0;
    if (elf_read(span_of(data, size), 62, &image, &err))
        return 0;
    for (size_t i = 0; i < image.count; i++) {
        const struct elf_segment *s = &image.segment[i];
        bool inside = s->bytes.data >= data && s->bytes.size <= size - (size_t)(s->bytes.data - data);
        if (!inside || s->memory_size < s->bytes.size || s->address < end || (s->flags & 3) == 3)
            abort();
        end = s->address + s->memory_size;
        if (end < s->address)
            abort();
    }
    return 0;
}
