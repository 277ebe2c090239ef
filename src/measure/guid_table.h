/* SPDX-License-Identifier: Apache-2.0 */
/* The table of GUIDed entries in front of the reset vector of an OVMF-shaped firmware image (edk2, OvmfPkg
 * ResetVectorVtf0.asm): read backwards from 32 bytes before the end, each entry `data, size, GUID`, the last
 * one being the table's own footer. */
#ifndef CASEMATE_MEASURE_GUID_TABLE_H
#define CASEMATE_MEASURE_GUID_TABLE_H

#include "../base/error.h"
#include "../proto/bytes.h"

enum { GUID_SIZE = 16, GUID_TABLE_MAX = 32 };

struct guid_table {
    struct span image;
    size_t count; /* 0: the image has no table */
    struct {
        const uint8_t *guid;
        struct span data;
    } entry[GUID_TABLE_MAX];
};

/* An image without the footer has no entries, and is no error; a table that does not add up is. */
int guid_table_read(struct span image, struct guid_table *table, struct casemate_error *err);
/* The entry's data, if it is there with exactly this size; *found says whether it is. E_IMAGE for another
 * size. */
int guid_table_find(const struct guid_table *table, const uint8_t guid[GUID_SIZE], size_t size,
                    struct span *data, bool *found, struct casemate_error *err);
/* A structure whose place the entry gives as a distance from the image's end: what is left of the image from
 * there, at least `least` bytes. */
int guid_table_target(const struct guid_table *table, struct span entry, size_t least, struct span *target,
                      struct casemate_error *err);
/* Where bytes of the image are, for messages. */
size_t guid_table_offset(const struct guid_table *table, const uint8_t *at);

#endif
