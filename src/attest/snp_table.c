/* SPDX-License-Identifier: Apache-2.0 */
/* The table of certificates behind an extended report: entries of GUID, offset and size, ended by one of
 * zeros (GHCB 2.03, table 7). A host writes it, so it is collateral like any other. */
#include "reader.h"
#include "snp_report.h"

enum { GUID_SIZE = 16, ENTRIES_MAX = 32 };

/* The GUIDs as texts have them; some hosts write the first three parts little-endian (RFC 9562, section 4).
 */
static const uint8_t guids[][GUID_SIZE] = {
    /* VCEK, VLEK, ASK (or ASVK), ARK, CRL */
    {0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64, 0xad, 0xc5, 0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd},
    {0xa8, 0x07, 0x4b, 0xc2, 0xa2, 0x5a, 0x48, 0x3e, 0xaa, 0xe6, 0x39, 0xc0, 0x45, 0xa0, 0xb8, 0xa1},
    {0x4a, 0xb7, 0xb3, 0x79, 0xbb, 0xac, 0x4f, 0xe4, 0xa0, 0x2f, 0x05, 0xae, 0xf3, 0x27, 0xc7, 0x82},
    {0xc0, 0xb4, 0x06, 0xa4, 0xa8, 0x03, 0x49, 0x52, 0x97, 0x43, 0x3f, 0xb6, 0x01, 0x4c, 0xd0, 0xae},
    {0x92, 0xf8, 0x1b, 0xc3, 0x58, 0x11, 0x4d, 0x3d, 0x97, 0xff, 0xd1, 0x9f, 0x88, 0xdc, 0x67, 0xea},
};

static bool same_guid(const uint8_t *a, const uint8_t *text, bool swapped)
{
    static const uint8_t order[GUID_SIZE] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    for (size_t i = 0; i < GUID_SIZE; i++)
        if (a[i] != text[swapped ? order[i] : i])
            return false;
    return true;
}

static bool known_guid(struct span guid)
{
    for (size_t i = 0; i < sizeof guids / sizeof *guids; i++)
        if (same_guid(guid.data, guids[i], false) || same_guid(guid.data, guids[i], true))
            return true;
    return false;
}

static bool is_end(struct span guid, uint32_t offset, uint32_t size)
{
    uint8_t any = 0;
    for (size_t i = 0; i < guid.size; i++)
        any |= guid.data[i];
    return any == 0 && offset == 0 && size == 0;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

bool snp_table_is(struct span bytes)
{
    return bytes.size >= GUID_SIZE && known_guid(span_of(bytes.data, GUID_SIZE));
}

/* A table inside a table would go on for ever. */
static bool is_wanted(struct span guid, struct span entry)
{
    return known_guid(guid) && !snp_table_is(entry);
}

/* A table that is cut off ends there. */
int snp_table_add(struct collateral *set, const char *name, struct span table, size_t *used,
                  struct casemate_error *err)
{
    struct reader r;
    *used = 0;
    reader_init(&r, table);
    for (size_t i = 0; i < ENTRIES_MAX; i++) {
        struct span guid = reader_take(&r, GUID_SIZE);
        uint32_t offset = reader_u32(&r), size = reader_u32(&r);
        if (!reader_good(&r))
            return 0;
        *used = larger(*used, table.size - reader_left(&r));
        if (is_end(guid, offset, size))
            return 0;
        if (size == 0 || !range_inside(offset, size, table.size))
            continue;
        *used = larger(*used, (size_t)offset + size);
        struct span entry = span_of(table.data + offset, size);
        if (is_wanted(guid, entry) && collateral_add(set, name, entry, err))
            return -1;
    }
    return 0;
}
