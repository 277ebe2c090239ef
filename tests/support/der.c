/* SPDX-License-Identifier: Apache-2.0 */
/* Writing DER. */
#include "der.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint8_t *room(struct der *d, size_t size)
{
    if (size > sizeof d->bytes - d->size) {
        (void)fprintf(stderr, "a DER structure of the tests is too long\n");
        abort();
    }
    d->size += size;
    return d->bytes + d->size - size;
}

void der_raw(struct der *d, struct span encoded)
{
    if (encoded.size)
        memcpy(room(d, encoded.size), encoded.data, encoded.size);
}

size_t der_begin(struct der *d, uint8_t tag)
{
    *room(d, 1) = tag;
    return d->size;
}

/* The length goes in front of what was written in the meantime. */
void der_end(struct der *d, size_t mark)
{
    size_t size = d->size - mark;
    uint8_t length[4] = {(uint8_t)size};
    size_t length_size = 1;
    if (size >= 0x80) {
        length_size = size < 0x100 ? 2 : size < 0x10000 ? 3 : 4;
        length[0] = (uint8_t)(0x80 + length_size - 1);
        for (size_t i = 1; i < length_size; i++)
            length[i] = (uint8_t)(size >> 8 * (length_size - 1 - i));
    }
    (void)room(d, length_size);
    memmove(d->bytes + mark + length_size, d->bytes + mark, size);
    memcpy(d->bytes + mark, length, length_size);
}

void der_put(struct der *d, uint8_t tag, struct span content)
{
    size_t mark = der_begin(d, tag);
    der_raw(d, content);
    der_end(d, mark);
}

static void put_arc(struct der *d, unsigned long arc)
{
    uint8_t septet[10];
    size_t count = 0;
    do {
        septet[count++] = (uint8_t)(arc & 0x7f);
        arc >>= 7;
    } while (arc);
    while (count--)
        *room(d, 1) = (uint8_t)(septet[count] | (count ? 0x80 : 0));
}

void der_oid(struct der *d, const char *dotted)
{
    size_t mark = der_begin(d, DER_OID);
    char *at;
    unsigned long first = strtoul(dotted, &at, 10);
    unsigned long second = strtoul(at + 1, &at, 10);
    put_arc(d, first * 40 + second);
    while (*at == '.')
        put_arc(d, strtoul(at + 1, &at, 10));
    der_end(d, mark);
}

void der_number(struct der *d, struct span big_endian)
{
    size_t mark = der_begin(d, DER_INTEGER);
    while (big_endian.size > 1 && big_endian.data[0] == 0)
        big_endian = span_of(big_endian.data + 1, big_endian.size - 1);
    if (big_endian.data[0] & 0x80)
        *room(d, 1) = 0;
    der_raw(d, big_endian);
    der_end(d, mark);
}

void der_uint(struct der *d, uint64_t value)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(value >> 8 * (7 - i));
    der_number(d, span_of(bytes, sizeof bytes));
}

void der_boolean(struct der *d, bool value)
{
    const uint8_t byte = value ? 0xff : 0;
    der_put(d, DER_BOOLEAN, span_of(&byte, 1));
}

void der_bits(struct der *d, struct span bytes, uint8_t unused)
{
    size_t mark = der_begin(d, DER_BIT_STRING);
    *room(d, 1) = unused;
    der_raw(d, bytes);
    der_end(d, mark);
}

void der_time(struct der *d, int64_t seconds)
{
    const time_t when = (time_t)seconds;
    struct tm tm;
    char text[32];
    (void)gmtime_r(&when, &tm);
    const bool short_form = tm.tm_year < 150;
    size_t size = strftime(text, sizeof text, short_form ? "%y%m%d%H%M%SZ" : "%Y%m%d%H%M%SZ", &tm);
    der_put(d, short_form ? DER_UTC_TIME : DER_GENERALIZED_TIME, span_of(text, size));
}

struct span der_span(const struct der *d)
{
    return span_of(d->bytes, d->size);
}
