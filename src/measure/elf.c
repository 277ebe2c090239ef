/* SPDX-License-Identifier: Apache-2.0 */
/* Reader of static ELF64 images. Offsets are those of the ELF gABI, figures 4-3 and 5-1, 64-bit. */
#include "elf.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    HEADER_SIZE = 64,
    PROGRAM_HEADER_SIZE = 56,
    PAGE = 4096,
    ET_EXEC = 2,
    PT_LOAD = 1,
    PT_GNU_STACK = 0x6474e551,
    PF_EXECUTE = 1,
    PF_WRITE = 2,
    PF_READ = 4,
};

struct program_header {
    uint32_t type, flags;
    uint64_t offset, address, file_size, memory_size;
};

static int refuse(struct casemate_error *err, const char *expected, uint64_t found, const char *what)
{
    char text[32];
    (void)snprintf(text, sizeof text, "0x%" PRIx64, found);
    return casemate_fail_expected(err, E_IMAGE, expected, text, "The image's %s is not what a Keep image has",
                                  what);
}

static int check_header(struct span file, uint16_t machine, struct casemate_error *err)
{
    static const uint8_t ident[16] = {0x7f, 'E', 'L', 'F', 2 /* 64-bit */, 1 /* little endian */, 1, 0};
    const uint8_t *h = file.data;
    if (file.size < HEADER_SIZE)
        return casemate_fail(err, E_IMAGE, "The image has %zu bytes, too few for an ELF header", file.size);
    if (memcmp(h, ident, sizeof ident) != 0)
        return casemate_fail(err, E_IMAGE, "The file is no 64-bit little-endian ELF image");
    if (load_le16(h + 16) != ET_EXEC)
        return refuse(err, "0x2 (ET_EXEC: static, at a fixed address)", load_le16(h + 16), "type");
    if (load_le16(h + 18) != machine)
        return refuse(err, "the machine of this TEE", load_le16(h + 18), "machine");
    if (load_le32(h + 20) != 1)
        return refuse(err, "0x1", load_le32(h + 20), "version");
    if (load_le16(h + 54) != PROGRAM_HEADER_SIZE)
        return refuse(err, "0x38", load_le16(h + 54), "size of program headers");
    return 0;
}

static struct program_header read_program_header(const uint8_t *p)
{
    return (struct program_header){
        .type = load_le32(p),
        .flags = load_le32(p + 4),
        .offset = load_le64(p + 8),
        .address = load_le64(p + 16),
        .file_size = load_le64(p + 32),
        .memory_size = load_le64(p + 40),
    };
}

static bool flags_allowed(uint32_t flags)
{
    return flags == PF_READ || flags == (PF_READ | PF_EXECUTE) || flags == (PF_READ | PF_WRITE);
}

/* A loader maps whole pages: what stands behind the segment in its last page would be there, unmeasured. */
static bool followed_by_zeros(struct span file, const struct program_header *p)
{
    uint64_t end = p->offset + p->file_size, page_end = (end + PAGE - 1) / PAGE * PAGE;
    if (p->memory_size > p->file_size)
        return true;
    for (; end < page_end && end < file.size; end++)
        if (file.data[end] != 0)
            return false;
    return true;
}

static int add_segment(struct span file, const struct program_header *p, struct elf_image *image,
                       struct casemate_error *err)
{
    const struct elf_segment *last = image->count ? &image->segment[image->count - 1] : NULL;
    if (image->count == ELF_SEGMENTS_MAX)
        return refuse(err, "at most 16", image->count + 1, "number of segments");
    if (!flags_allowed(p->flags))
        return refuse(err, "r--, r-x or rw- (4, 5, 6)", p->flags, "segment protection");
    if (!range_inside(p->offset, p->file_size, file.size))
        return refuse(err, "an offset inside the file", p->offset, "segment");
    if (p->offset % PAGE || p->address % PAGE)
        return refuse(err, "a segment at the start of a page", p->address, "segment address");
    if (p->memory_size == 0 || p->memory_size < p->file_size ||
        !range_inside(p->address, p->memory_size, UINT64_MAX - PAGE))
        return refuse(err, "at least its bytes in the file", p->memory_size, "segment size");
    /* With the sizes above neither sum nor rounding can wrap. */
    if (last && p->address < (last->address + last->memory_size + PAGE - 1) / PAGE * PAGE)
        return refuse(err, "an address above the segment before", p->address, "segment address");
    if (!followed_by_zeros(file, p))
        return refuse(err, "zeros to the end of the page", p->offset + p->file_size,
                      "padding behind a segment");
    image->segment[image->count++] = (struct elf_segment){
        .address = p->address,
        .memory_size = p->memory_size,
        .bytes = span_of(file.data + p->offset, (size_t)p->file_size),
        .flags = p->flags,
    };
    return 0;
}

static bool entry_executable(const struct elf_image *image)
{
    for (size_t i = 0; i < image->count; i++) {
        const struct elf_segment *s = &image->segment[i];
        if ((s->flags & PF_EXECUTE) && image->entry >= s->address &&
            image->entry - s->address < s->bytes.size)
            return true;
    }
    return false;
}

static int add_header(struct span file, const struct program_header *p, struct elf_image *image,
                      struct casemate_error *err)
{
    if (p->type == PT_LOAD)
        return add_segment(file, p, image, err);
    if (p->type != PT_GNU_STACK)
        return refuse(err, "PT_LOAD or PT_GNU_STACK", p->type, "program header");
    if (p->flags & PF_EXECUTE)
        return refuse(err, "a stack that is not executable", p->flags, "stack protection");
    return 0;
}

int elf_read(struct span file, uint16_t machine, struct elf_image *image, struct casemate_error *err)
{
    if (check_header(file, machine, err))
        return -1;
    uint64_t table = load_le64(file.data + 32);
    size_t count = load_le16(file.data + 56);
    if (!range_inside(table, (uint64_t)count * PROGRAM_HEADER_SIZE, file.size))
        return refuse(err, "an offset inside the file", table, "table of program headers");
    *image = (struct elf_image){.entry = load_le64(file.data + 24)};
    for (size_t i = 0; i < count; i++) {
        struct program_header p = read_program_header(file.data + table + i * PROGRAM_HEADER_SIZE);
        if (add_header(file, &p, image, err))
            return -1;
    }
    if (!entry_executable(image))
        return refuse(err, "an address in an executable segment", image->entry, "entry point");
    return 0;
}
