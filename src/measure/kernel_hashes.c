/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a kernel's digests: a header, then command line, initrd, kernel, each `GUID, size, SHA-256`.
 */
#include "kernel_hashes.h"

#include "../proto/crypto.h"
#include "guid_table.h"

enum { HEAD_SIZE = GUID_SIZE + 2, ENTRY_SIZE = HEAD_SIZE + 32, TABLE_SIZE = HEAD_SIZE + 3 * ENTRY_SIZE };

_Static_assert(TABLE_SIZE == 168 && KERNEL_HASHES_SIZE == (TABLE_SIZE + 15) / 16 * 16,
               "the table is padded to 16 bytes");

/* 9438d606-4f22-4cc9-b479-a793d411fd21 */
static const uint8_t table_guid[GUID_SIZE] = {0x06, 0xd6, 0x38, 0x94, 0x22, 0x4f, 0xc9, 0x4c,
                                              0xb4, 0x79, 0xa7, 0x93, 0xd4, 0x11, 0xfd, 0x21};
/* 97d02dd8-bd20-4c94-aa78-e7714d36ab2a */
static const uint8_t append_guid[GUID_SIZE] = {0xd8, 0x2d, 0xd0, 0x97, 0x20, 0xbd, 0x94, 0x4c,
                                               0xaa, 0x78, 0xe7, 0x71, 0x4d, 0x36, 0xab, 0x2a};
/* 44baf731-3a2f-4bd7-9af1-41e29169781d */
static const uint8_t initrd_guid[GUID_SIZE] = {0x31, 0xf7, 0xba, 0x44, 0x2f, 0x3a, 0xd7, 0x4b,
                                               0x9a, 0xf1, 0x41, 0xe2, 0x91, 0x69, 0x78, 0x1d};
/* 4de79437-abd2-427f-b835-d5b172d2045b */
static const uint8_t kernel_guid[GUID_SIZE] = {0x37, 0x94, 0xe7, 0x4d, 0xd2, 0xab, 0x7f, 0x42,
                                               0xb8, 0x35, 0xd5, 0xb1, 0x72, 0xd2, 0x04, 0x5b};

static void put_head(uint8_t *at, const uint8_t guid[GUID_SIZE], uint16_t size)
{
    memcpy(at, guid, GUID_SIZE);
    store_le16(at + GUID_SIZE, size);
}

int kernel_hashes(const struct measure_options *o, uint8_t table[KERNEL_HASHES_SIZE],
                  struct casemate_error *err)
{
    /* The command line counts with its NUL. */
    const struct span append[2] = {o->append, SPAN_LITERAL("\0")};
    const struct {
        const uint8_t *guid;
        const struct span *parts;
        size_t count;
    } entries[] = {{append_guid, append, 2}, {initrd_guid, &o->initrd, 1}, {kernel_guid, &o->kernel, 1}};
    uint8_t *at = table + HEAD_SIZE;
    memset(table, 0, KERNEL_HASHES_SIZE);
    put_head(table, table_guid, TABLE_SIZE);
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++, at += ENTRY_SIZE) {
        put_head(at, entries[i].guid, ENTRY_SIZE);
        if (crypto_sha256(entries[i].parts, entries[i].count, at + HEAD_SIZE))
            return casemate_fail(err, E_INTERNAL, "The digest of a kernel cannot be computed");
    }
    return 0;
}
