/* SPDX-License-Identifier: Apache-2.0 */
/* The static ELF64 images of Keeps (ELF gABI, chapter 5), read within bounds. What a loader might act on and
 * the measurement does not cover is refused: interpreters, dynamic sections, writable code. */
#ifndef CASEMATE_MEASURE_ELF_H
#define CASEMATE_MEASURE_ELF_H

#include "../base/error.h"
#include "../proto/bytes.h"

enum { ELF_SEGMENTS_MAX = 16 };

struct elf_segment {
    uint64_t address;
    uint64_t memory_size; /* not less than the bytes of the file; the rest is zero */
    struct span bytes;
    uint32_t flags; /* 4 read, 2 write, 1 execute */
};

struct elf_image {
    uint64_t entry;
    size_t count;
    struct elf_segment segment[ELF_SEGMENTS_MAX]; /* PT_LOAD, in file order, which is that of addresses */
};

/* machine is e_machine (62: x86-64). E_IMAGE. */
int elf_read(struct span file, uint16_t machine, struct elf_image *image, struct casemate_error *err);

#endif
