/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 by the table of RFC 3629, section 4. */
#include "utf8.h"

/* Bytes that follow a first byte, or -1; the second byte's range excludes overlong forms, surrogates and what
 * lies above U+10FFFF. */
static int tail_of(uint8_t first, uint8_t *low, uint8_t *high)
{
    *low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    *high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (first < 0x80)
        return 0;
    if (first < 0xc2)
        return -1;
    return first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
}

bool utf8_valid(struct span text)
{
    for (size_t i = 0; i < text.size;) {
        uint8_t low, high;
        int tail = tail_of(text.data[i++], &low, &high);
        if (tail < 0 || text.size - i < (size_t)tail)
            return false;
        for (; tail > 0; tail--, i++) {
            if (text.data[i] < low || text.data[i] > high)
                return false;
            low = 0x80;
            high = 0xbf;
        }
    }
    return true;
}
