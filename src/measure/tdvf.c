/* SPDX-License-Identifier: Apache-2.0 */
/* Reader of the TDVF descriptor. What a launch would refuse, or what would stand in the measurement and is
 * not in the image, is refused here. */
#include "tdvf.h"

#include "guid_table.h"
#include "refuse.h"

enum { HEADER_SIZE = 16, SECTION_SIZE = 32, POINTER_FROM_END = 0x20 };

/* e47a6535-984a-4798-865e-4685a7bf8ec2: u32 distance from the end */
static const uint8_t metadata_guid[GUID_SIZE] = {0x35, 0x65, 0x7a, 0xe4, 0x4a, 0x98, 0x98, 0x47,
                                                 0x86, 0x5e, 0x46, 0x85, 0xa7, 0xbf, 0x8e, 0xc2};

static bool overlaps(const struct tdvf *t, const struct tdvf_section *s)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct tdvf_section *o = &t->section[i];
        if (s->address < o->address + o->memory_size && o->address < s->address + s->memory_size)
            return true;
    }
    return false;
}

/* The host fills these at launch: a measurement over them is nothing that the image alone decides. */
static bool filled_by_host(const struct tdvf_section *s)
{
    return s->type == TDVF_TD_HOB ||
           ((s->type == TDVF_PAYLOAD || s->type == TDVF_PAYLOAD_PARAM) && s->data.size == 0);
}

static int check_contents(const struct tdvf_section *s, size_t offset, struct casemate_error *err)
{
    const bool volume = s->type == TDVF_BFV || s->type == TDVF_CFV;
    const bool memory = s->type == TDVF_TD_HOB || s->type == TDVF_TEMP_MEM || s->type == TDVF_PERM_MEM;
    if (volume && s->data.size == 0)
        return measure_refuse(err, offset + 4, "raw size of a TDVF firmware volume", "its bytes in the image",
                              0);
    if (memory && s->data.size != 0)
        return measure_refuse(err, offset + 4, "raw size of a TDVF memory section", "0x0", s->data.size);
    if (s->attributes & ~(uint32_t)(TDVF_EXTEND_MR | TDVF_PAGE_AUG))
        return measure_refuse(err, offset + 28, "attributes of a TDVF section", "bits 0 and 1 only",
                              s->attributes);
    if ((s->attributes & TDVF_PAGE_AUG) && ((s->attributes & TDVF_EXTEND_MR) || s->data.size))
        return measure_refuse(err, offset + 28, "attributes of a TDVF section",
                              "no contents and no MR.EXTEND with PAGE.AUG", s->attributes);
    if ((s->attributes & TDVF_EXTEND_MR) && filled_by_host(s))
        return measure_refuse(err, offset + 28, "attributes of a TDVF section",
                              "no MR.EXTEND of what the host fills", s->attributes);
    return 0;
}

static int check_memory(const struct tdvf *t, const struct tdvf_section *s, size_t offset,
                        struct casemate_error *err)
{
    if (s->type >= TDVF_TD_INFO) {
        if (s->address || s->memory_size || s->attributes)
            return measure_refuse(err, offset + 8, "memory of a TDVF description",
                                  "neither address nor size nor attributes",
                                  s->address | s->memory_size | s->attributes);
        return 0;
    }
    if (s->address % TDVF_PAGE)
        return measure_refuse(err, offset + 8, "address of a TDVF section", "a multiple of 0x1000",
                              s->address);
    if (s->memory_size == 0 || s->memory_size % TDVF_PAGE)
        return measure_refuse(err, offset + 16, "memory size of a TDVF section", "pages of 0x1000 bytes",
                              s->memory_size);
    if (s->memory_size < s->data.size)
        return measure_refuse(err, offset + 16, "memory size of a TDVF section", "at least its raw size",
                              s->memory_size);
    if (!range_inside(s->address, s->memory_size, (uint64_t)1 << 52))
        return measure_refuse(err, offset + 8, "address of a TDVF section", "52 bits", s->address);
    if (overlaps(t, s))
        return measure_refuse(err, offset + 8, "address of a TDVF section",
                              "pages that no section before has", s->address);
    return 0;
}

static int add_section(struct span image, const uint8_t *at, struct tdvf *t, struct casemate_error *err)
{
    const size_t offset = (size_t)(at - image.data);
    const uint32_t data_offset = load_le32(at), data_size = load_le32(at + 4);
    struct tdvf_section s = {
        .address = load_le64(at + 8),
        .memory_size = load_le64(at + 16),
        .type = load_le32(at + 24),
        .attributes = load_le32(at + 28),
    };
    if (s.type > TDVF_TD_PARAMS)
        return measure_refuse(err, offset + 24, "type of a TDVF section", "0 to 8", s.type);
    if (!range_inside(data_offset, data_size, image.size))
        return measure_refuse(err, offset, "raw data of a TDVF section", "bytes inside the image",
                              data_offset);
    s.data = span_of(image.data + data_offset, data_size);
    if (check_contents(&s, offset, err) || check_memory(t, &s, offset, err))
        return -1;
    t->section[t->count++] = s;
    return 0;
}

static int check_total(const struct tdvf *t, size_t offset, struct casemate_error *err)
{
    uint64_t total = 0;
    for (size_t i = 0; i < t->count; i++)
        if (!(t->section[i].attributes & TDVF_PAGE_AUG))
            total += t->section[i].memory_size; /* each below 2^52, at most 64 of them */
    if (total > TDVF_MEMORY_MAX)
        return measure_refuse(err, offset, "memory of the TDVF sections", "at most 1 GiB", total);
    return 0;
}

static int read_descriptor(struct span image, size_t offset, struct tdvf *t, struct casemate_error *err)
{
    const uint8_t *p = image.data + offset;
    if (memcmp(p, "TDVF", 4) != 0)
        return measure_refuse(err, offset, "signature of the TDVF descriptor", "0x46564454 (\"TDVF\")",
                              load_le32(p));
    const uint32_t size = load_le32(p + 4), count = load_le32(p + 12);
    if (load_le32(p + 8) != 1)
        return measure_refuse(err, offset + 8, "version of the TDVF descriptor", "0x1", load_le32(p + 8));
    if (count == 0 || count > TDVF_SECTIONS_MAX)
        return measure_refuse(err, offset + 12, "number of TDVF sections", "1 to 64", count);
    if (size != HEADER_SIZE + count * SECTION_SIZE || size > image.size - offset)
        return measure_refuse(err, offset + 4, "size of the TDVF descriptor",
                              "16 bytes and 32 for each section, inside the image", size);
    for (uint32_t i = 0; i < count; i++)
        if (add_section(image, p + HEADER_SIZE + i * SECTION_SIZE, t, err))
            return -1;
    return check_total(t, offset, err);
}

/* By the GUID table, or without one by the offset that stands 32 bytes before the end (td-shim). */
static int find_descriptor(struct span image, size_t *offset, struct casemate_error *err)
{
    struct guid_table table;
    struct span entry, target;
    bool found;
    if (guid_table_read(image, &table, err) || guid_table_find(&table, metadata_guid, 4, &entry, &found, err))
        return -1;
    if (found) {
        if (guid_table_target(&table, entry, HEADER_SIZE, &target, err))
            return -1;
        *offset = image.size - target.size;
        return 0;
    }
    if (image.size >= POINTER_FROM_END && table.count == 0) {
        *offset = load_le32(image.data + image.size - POINTER_FROM_END);
        if (*offset != 0 && range_inside(*offset, HEADER_SIZE, image.size))
            return 0;
    }
    return casemate_fail_expected(err, E_IMAGE, "an entry e47a6535-984a-4798-865e-4685a7bf8ec2", "none",
                                  "The image has no TDVF descriptor: it is not made for a trust domain");
}

int tdvf_read(struct span image, struct tdvf *tdvf, struct casemate_error *err)
{
    size_t offset = 0;
    tdvf->count = 0;
    return find_descriptor(image, &offset, err) || read_descriptor(image, offset, tdvf, err) ? -1 : 0;
}
