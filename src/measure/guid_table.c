/* SPDX-License-Identifier: Apache-2.0 */
/* Reader of the firmware's table of GUIDed entries. */
#include "guid_table.h"

#include "refuse.h"

enum { ENTRY_TAIL = 2 + GUID_SIZE, FOOTER_FROM_END = 32 };

/* 96b582de-1fb2-45f7-baea-a366c55a082d, as in memory */
static const uint8_t footer_guid[GUID_SIZE] = {0xde, 0x82, 0xb5, 0x96, 0xb2, 0x1f, 0xf7, 0x45,
                                               0xba, 0xea, 0xa3, 0x66, 0xc5, 0x5a, 0x08, 0x2d};

size_t guid_table_offset(const struct guid_table *table, const uint8_t *at)
{
    return (size_t)(at - table->image.data);
}

static bool known(const struct guid_table *table, const uint8_t *guid)
{
    for (size_t i = 0; i < table->count; i++)
        if (memcmp(table->entry[i].guid, guid, GUID_SIZE) == 0)
            return true;
    return false;
}

/* The entry that ends at `end`, of at most `left` bytes; its size is given back. */
static int read_entry(struct guid_table *table, size_t end, size_t left, size_t *size,
                      struct casemate_error *err)
{
    if (left < ENTRY_TAIL)
        return measure_refuse(err, end - left, "GUID table's first entry", "at least 18 bytes", left);
    const uint8_t *tail = table->image.data + end - ENTRY_TAIL;
    *size = load_le16(tail);
    if (*size < ENTRY_TAIL || *size > left)
        return measure_refuse(err, end - ENTRY_TAIL, "size of a GUID table entry",
                              "18 bytes or more, inside the table", *size);
    if (table->count == GUID_TABLE_MAX)
        return measure_refuse(err, end - ENTRY_TAIL, "GUID table", "at most 32 entries", table->count + 1);
    if (known(table, tail + 2))
        return measure_refuse(err, end - GUID_SIZE, "GUID table", "each GUID once", load_le32(tail + 2));
    table->entry[table->count].guid = tail + 2;
    table->entry[table->count++].data = span_of(tail + ENTRY_TAIL - *size, *size - ENTRY_TAIL);
    return 0;
}

int guid_table_read(struct span image, struct guid_table *table, struct casemate_error *err)
{
    *table = (struct guid_table){.image = image};
    if (image.size < FOOTER_FROM_END + ENTRY_TAIL)
        return 0;
    size_t end = image.size - FOOTER_FROM_END - ENTRY_TAIL;
    const uint8_t *footer = image.data + end;
    if (memcmp(footer + 2, footer_guid, GUID_SIZE) != 0)
        return 0;
    size_t total = load_le16(footer), size;
    if (total < ENTRY_TAIL || total - ENTRY_TAIL > end)
        return measure_refuse(err, end, "size of the GUID table", "18 bytes or more, inside the image",
                              total);
    for (size_t left = total - ENTRY_TAIL; left > 0; left -= size, end -= size)
        if (read_entry(table, end, left, &size, err))
            return -1;
    return 0;
}

int guid_table_find(const struct guid_table *table, const uint8_t guid[GUID_SIZE], size_t size,
                    struct span *data, bool *found, struct casemate_error *err)
{
    *found = false;
    for (size_t i = 0; i < table->count; i++) {
        if (memcmp(table->entry[i].guid, guid, GUID_SIZE) != 0)
            continue;
        *data = table->entry[i].data;
        if (data->size != size)
            return measure_refuse(err, guid_table_offset(table, data->data), "GUID table entry",
                                  size == 4 ? "4 bytes" : "8 bytes", data->size);
        *found = true;
    }
    return 0;
}

int guid_table_target(const struct guid_table *table, struct span entry, size_t least, struct span *target,
                      struct casemate_error *err)
{
    uint32_t distance = load_le32(entry.data);
    if (distance > table->image.size || distance < least)
        return measure_refuse(err, guid_table_offset(table, entry.data),
                              "distance of a structure from the end", "one inside the image", distance);
    *target = span_of(table->image.data + table->image.size - distance, distance);
    return 0;
}
