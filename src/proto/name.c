/* SPDX-License-Identifier: Apache-2.0 */
/* Names on the wire. */
#include "name.h"

static bool allowed(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static bool name_allowed(struct span name, size_t most)
{
    if (name.size == 0 || name.size > most)
        return false;
    for (size_t i = 0; i < name.size; i++)
        if (!allowed(name.data[i]))
            return false;
    return true;
}

void name_put(struct cbor_writer *w, const char *name, size_t size)
{
    size_t used = 0;
    while (used < size && name[used])
        used++;
    cbor_writer_fail(w, name_allowed(span_of(name, used), size - 1) ? 0 : KEEP_EFORMAT);
    cbor_put_text(w, span_of(name, used));
}

void name_get(struct cbor_reader *r, char *name, size_t size)
{
    struct span text = cbor_get_text(r);
    cbor_reader_fail(r, name_allowed(text, size - 1) ? 0 : KEEP_EFORMAT);
    if (r->error)
        return;
    memcpy(name, text.data, text.size);
    name[text.size] = '\0';
}
