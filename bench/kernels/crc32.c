/* SPDX-License-Identifier: Apache-2.0 */
/* crc32.c: CRC-32 of 64 KiB, a table look-up a byte. */
#include "kernel.h"

static uint32_t table[256];
static uint8_t data[65536];

static void prepare(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
        table[i] = c;
    }
    uint32_t state = 1;
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)random_next(&state);
}

static uint32_t work(void)
{
    if (table[1] == 0)
        prepare();
    uint32_t crc = ~opaque(0);
    uint32_t size = opaque(sizeof(data));
    for (uint32_t i = 0; i < size; i++)
        crc = table[(crc ^ data[i]) & 0xFF] ^ (crc >> 8);
    return ~crc;
}
