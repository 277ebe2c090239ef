/* SPDX-License-Identifier: Apache-2.0 */
/* Measurement of keep-process (docs/protocol.md, section 4). */
#include "measure.h"

#include "../proto/crypto.h"
#include "elf.h"

enum { MACHINE_X86_64 = 62, HEAD_SIZE = 28, PARTS_MAX = 2 + 2 * ELF_SEGMENTS_MAX };

_Static_assert(MEASUREMENT_SIZE_MAX == 48, "SHA-384 fills a measurement");

static void segment_head(const struct elf_segment *s, uint8_t head[HEAD_SIZE])
{
    store_le64(head, s->address);
    store_le64(head + 8, s->bytes.size);
    store_le64(head + 16, s->memory_size);
    store_le32(head + 24, s->flags);
}

int measure_process(struct span image, struct measurement *m, struct casemate_error *err)
{
    uint8_t entry[8], heads[ELF_SEGMENTS_MAX][HEAD_SIZE];
    struct span parts[PARTS_MAX];
    struct elf_image elf;
    size_t count = 0;
    if (elf_read(image, MACHINE_X86_64, &elf, err))
        return -1;
    store_le64(entry, elf.entry);
    parts[count++] = SPAN_LITERAL("casemate-process-image-1");
    parts[count++] = span_of(entry, sizeof entry);
    for (size_t i = 0; i < elf.count; i++) {
        segment_head(&elf.segment[i], heads[i]);
        parts[count++] = span_of(heads[i], HEAD_SIZE);
        parts[count++] = elf.segment[i].bytes;
    }
    m->size = MEASUREMENT_SIZE_MAX;
    if (crypto_sha384(parts, count, m->bytes))
        return casemate_fail(err, E_INTERNAL, "SHA-384 over the image failed");
    return 0;
}

static int measure(struct span image, const struct measure_options *options, struct measured *result,
                   struct casemate_error *err)
{
    (void)options;
    return measure_process(image, &result->value, err);
}

static const char *const no_aliases[] = {NULL};

const struct measure_tee measure_tee_process = {
    .name = "process",
    .aliases = no_aliases,
    .image = "keep-process",
    .measure = measure,
};
