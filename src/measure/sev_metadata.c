/* SPDX-License-Identifier: Apache-2.0 */
/* Reader of SEV metadata. What a launch would refuse is refused here: pages twice, pages over the image. */
#include "sev_metadata.h"

#include "refuse.h"

enum { HEADER_SIZE = 16, SECTION_SIZE = 12 };

#define END_OF_IMAGE ((uint64_t)1 << 32)

/* 00f771de-1a7e-4fcb-890e-68c77e2fb44e: u32 address */
static const uint8_t reset_guid[GUID_SIZE] = {0xde, 0x71, 0xf7, 0x00, 0x7e, 0x1a, 0xcb, 0x4f,
                                              0x89, 0x0e, 0x68, 0xc7, 0x7e, 0x2f, 0xb4, 0x4e};
/* 7255371f-3a3b-4b04-927b-1da6efa8d454: u32 address, u32 size */
static const uint8_t hashes_guid[GUID_SIZE] = {0x1f, 0x37, 0x55, 0x72, 0x3b, 0x3a, 0x04, 0x4b,
                                               0x92, 0x7b, 0x1d, 0xa6, 0xef, 0xa8, 0xd4, 0x54};
/* dc886566-984a-4798-a75e-5585a7bf67cc: u32 distance from the end */
static const uint8_t metadata_guid[GUID_SIZE] = {0x66, 0x65, 0x88, 0xdc, 0x4a, 0x98, 0x98, 0x47,
                                                 0xa7, 0x5e, 0x55, 0x85, 0xa7, 0xbf, 0x67, 0xcc};

bool sev_metadata_has(const struct sev_metadata *metadata, enum sev_section_type type)
{
    for (size_t i = 0; i < metadata->section_count; i++)
        if (metadata->section[i].type == (uint32_t)type)
            return true;
    return false;
}

static bool type_known(uint32_t type)
{
    return (type >= SEV_SECTION_MEMORY && type <= SEV_SECTION_SVSM_CAA) || type == SEV_SECTION_KERNEL_HASHES;
}

/* Of these a guest has one page, or none. */
static bool type_single(uint32_t type)
{
    return type == SEV_SECTION_SECRETS || type == SEV_SECTION_CPUID || type == SEV_SECTION_KERNEL_HASHES;
}

static bool overlaps(const struct sev_metadata *m, const struct sev_section *s)
{
    for (size_t i = 0; i < m->section_count; i++) {
        const struct sev_section *o = &m->section[i];
        if ((uint64_t)s->address < (uint64_t)o->address + o->size &&
            (uint64_t)o->address < (uint64_t)s->address + s->size)
            return true;
    }
    return false;
}

static int add_section(struct sev_metadata *m, const uint8_t *at, struct casemate_error *err)
{
    const struct sev_section s = {load_le32(at), load_le32(at + 4), load_le32(at + 8)};
    size_t offset = (size_t)(at - m->image.data);
    if (!type_known(s.type))
        return measure_refuse(err, offset + 8, "type of an SEV metadata section", "1, 2, 3, 4 or 0x10",
                              s.type);
    if (s.address % SEV_PAGE)
        return measure_refuse(err, offset, "address of an SEV metadata section", "a multiple of 0x1000",
                              s.address);
    if (s.size % SEV_PAGE)
        return measure_refuse(err, offset + 4, "size of an SEV metadata section", "a multiple of 0x1000",
                              s.size);
    if (type_single(s.type) && s.size != SEV_PAGE)
        return measure_refuse(err, offset + 4, "size of an SEV metadata section", "0x1000", s.size);
    if (type_single(s.type) && sev_metadata_has(m, (enum sev_section_type)s.type))
        return measure_refuse(err, offset + 8, "type of an SEV metadata section", "one section of this type",
                              s.type);
    if (!range_inside(s.address, s.size, m->address))
        return measure_refuse(err, offset, "address of an SEV metadata section", "pages below the image",
                              s.address);
    if (overlaps(m, &s))
        return measure_refuse(err, offset, "address of an SEV metadata section",
                              "pages that no section before has", s.address);
    m->section[m->section_count++] = s;
    return 0;
}

static int read_sections(struct sev_metadata *m, struct span bytes, struct casemate_error *err)
{
    const uint8_t *p = bytes.data;
    size_t offset = (size_t)(p - m->image.data);
    uint32_t size = load_le32(p + 4), count = load_le32(p + 12);
    if (memcmp(p, "ASEV", 4) != 0)
        return measure_refuse(err, offset, "signature of the SEV metadata", "0x56455341 (\"ASEV\")",
                              load_le32(p));
    if (load_le32(p + 8) != 1)
        return measure_refuse(err, offset + 8, "version of the SEV metadata", "0x1", load_le32(p + 8));
    if (count == 0 || count > SEV_SECTIONS_MAX)
        return measure_refuse(err, offset + 12, "number of SEV metadata sections", "1 to 64", count);
    if (size > bytes.size || size != HEADER_SIZE + count * SECTION_SIZE)
        return measure_refuse(err, offset + 4, "size of the SEV metadata",
                              "16 bytes and 12 for each section, inside the image", size);
    for (uint32_t i = 0; i < count; i++)
        if (add_section(m, p + HEADER_SIZE + i * SECTION_SIZE, err))
            return -1;
    m->has_sections = true;
    return 0;
}

/* A build that checks no kernel leaves the entry in place, with zeros. */
static int read_hashes(struct sev_metadata *m, struct span entry, struct casemate_error *err)
{
    size_t offset = (size_t)(entry.data - m->image.data);
    m->hashes_address = load_le32(entry.data);
    m->hashes_size = load_le32(entry.data + 4);
    m->has_hashes = m->hashes_address != 0;
    if (m->has_hashes && !range_inside(m->hashes_address % SEV_PAGE, m->hashes_size, SEV_PAGE))
        return measure_refuse(err, offset + 4, "size of the kernel's digests", "one that ends in their page",
                              m->hashes_size);
    return 0;
}

int sev_metadata_read(struct span image, struct sev_metadata *m, struct casemate_error *err)
{
    struct guid_table table;
    struct span entry, target;
    bool found;
    *m = (struct sev_metadata){.image = image, .address = END_OF_IMAGE - image.size};
    if (image.size == 0 || image.size % SEV_PAGE || (uint64_t)image.size >= END_OF_IMAGE)
        return measure_refuse(err, image.size, "end", "a whole number of pages of 0x1000 bytes", image.size);
    if (guid_table_read(image, &table, err) ||
        guid_table_find(&table, reset_guid, 4, &entry, &m->has_reset_address, err))
        return -1;
    if (m->has_reset_address)
        m->reset_address = load_le32(entry.data);
    if (guid_table_find(&table, hashes_guid, 8, &entry, &found, err) || (found && read_hashes(m, entry, err)))
        return -1;
    if (guid_table_find(&table, metadata_guid, 4, &entry, &found, err))
        return -1;
    if (found &&
        (guid_table_target(&table, entry, HEADER_SIZE, &target, err) || read_sections(m, target, err)))
        return -1;
    return 0;
}
