/* SPDX-License-Identifier: Apache-2.0 */
/* Reader of deterministic CBOR (RFC 8949, section 4.2.1). What could be written two ways is refused: longer
 * heads than needed, indefinite lengths, keys out of order; so are null, floats and other simple values. */
#include "cbor.h"

#include "utf8.h"

struct head {
    enum cbor_type type;
    uint64_t value;
    size_t size; /* of the head itself */
};

void cbor_reader_init(struct cbor_reader *r, struct span bytes)
{
    *r = (struct cbor_reader){.data = bytes.data, .size = bytes.size};
}

void cbor_reader_init_cose(struct cbor_reader *r, struct span bytes)
{
    cbor_reader_init(r, bytes);
    r->cose = true;
}

void cbor_reader_fail(struct cbor_reader *r, int error)
{
    if (error && !r->error)
        r->error = error;
}

/* RFC 8949, section 4.2.1: the argument of a head is as short as possible. */
static bool shortest(uint64_t value, size_t bytes)
{
    switch (bytes) {
    case 1:
        return value >= 24;
    case 2:
        return value > UINT8_MAX;
    case 4:
        return value > UINT16_MAX;
    default:
        return value > UINT32_MAX;
    }
}

static bool parse_head(const struct cbor_reader *r, struct head *h)
{
    if (r->error || r->at >= r->size)
        return false;
    const uint8_t *at = r->data + r->at;
    unsigned major = at[0] >> 5, info = at[0] & 31;
    h->size = 1;
    h->value = info;
    if (major == 7) { /* only false (20) and true (21) */
        h->type = CBOR_BOOL;
        return info == 20 || info == 21;
    }
    h->type = (enum cbor_type)(CBOR_UINT + (int)major);
    if (info < 24)
        return true;
    if (info > 27) /* reserved, or indefinite length */
        return false;
    size_t bytes = (size_t)1 << (info - 24);
    if (r->size - r->at - 1 < bytes)
        return false;
    h->size = 1 + bytes;
    h->value = 0;
    for (size_t i = 0; i < bytes; i++)
        h->value = h->value << 8 | at[1 + i];
    return shortest(h->value, bytes);
}

/* Consumes a head of this type and gives its argument; false and an error otherwise. */
static bool take_head(struct cbor_reader *r, enum cbor_type type, uint64_t *value)
{
    struct head h;
    if (!parse_head(r, &h) || h.type != type) {
        cbor_reader_fail(r, KEEP_EFORMAT);
        return false;
    }
    r->at += h.size;
    *value = h.value;
    return true;
}

static struct span take_string(struct cbor_reader *r, enum cbor_type type)
{
    uint64_t size;
    if (!take_head(r, type, &size))
        return span_of(NULL, 0);
    if (size > r->size - r->at) {
        cbor_reader_fail(r, KEEP_EFORMAT);
        return span_of(NULL, 0);
    }
    struct span string = span_of(r->data + r->at, (size_t)size);
    r->at += (size_t)size;
    return string;
}

enum cbor_type cbor_peek(const struct cbor_reader *r)
{
    struct head h;
    return parse_head(r, &h) ? h.type : CBOR_END;
}

uint64_t cbor_get_uint(struct cbor_reader *r)
{
    uint64_t value;
    return take_head(r, CBOR_UINT, &value) ? value : 0;
}

int64_t cbor_get_int(struct cbor_reader *r)
{
    uint64_t value;
    bool negative = cbor_peek(r) == CBOR_NEGATIVE;
    if (!take_head(r, negative ? CBOR_NEGATIVE : CBOR_UINT, &value))
        return 0;
    if (value > INT64_MAX) {
        cbor_reader_fail(r, KEEP_ESIZE);
        return 0;
    }
    return negative ? -1 - (int64_t)value : (int64_t)value;
}

struct span cbor_get_bytes(struct cbor_reader *r)
{
    return take_string(r, CBOR_BYTES);
}

void cbor_get_bytes_exact(struct cbor_reader *r, uint8_t *to, size_t size)
{
    struct span bytes = cbor_get_bytes(r);
    if (r->error || bytes.size != size) {
        cbor_reader_fail(r, KEEP_EFORMAT);
        return;
    }
    memcpy(to, bytes.data, size);
}

struct span cbor_get_text(struct cbor_reader *r)
{
    struct span text = take_string(r, CBOR_TEXT);
    if (!utf8_valid(text)) {
        cbor_reader_fail(r, KEEP_EFORMAT);
        return span_of(NULL, 0);
    }
    return text;
}

bool cbor_get_bool(struct cbor_reader *r)
{
    uint64_t value;
    return take_head(r, CBOR_BOOL, &value) && value == 21;
}

uint64_t cbor_get_tag(struct cbor_reader *r)
{
    uint64_t value;
    if (!r->cose)
        cbor_reader_fail(r, KEEP_EFORMAT);
    return take_head(r, CBOR_TAG, &value) ? value : 0;
}

/* Count of items (for a map: of pairs), each of which takes at least `least` bytes that must be there. */
static size_t enter(struct cbor_reader *r, enum cbor_type type, size_t least)
{
    uint64_t count;
    if (!take_head(r, type, &count))
        return 0;
    if (count > (r->size - r->at) / least || r->nesting == CBOR_NESTING_MAX) {
        cbor_reader_fail(r, KEEP_EFORMAT);
        return 0;
    }
    r->nesting++;
    return (size_t)count;
}

size_t cbor_enter_array(struct cbor_reader *r, size_t limit)
{
    size_t count = enter(r, CBOR_ARRAY, 1);
    if (count > limit) {
        cbor_reader_fail(r, KEEP_ESIZE);
        return 0;
    }
    return count;
}

struct cbor_map cbor_enter_map(struct cbor_reader *r)
{
    return (struct cbor_map){.left = enter(r, CBOR_MAP, 2)};
}

/* Bytewise order of the encodings: unsigned keys ascend and come first, then the arguments of negative ones.
 */
static bool in_order(const struct cbor_map *map, bool negative, uint64_t argument)
{
    if (!map->any)
        return true;
    if (negative != map->last_negative)
        return negative;
    return argument > map->last_key;
}

static bool next_key(struct cbor_reader *r, struct cbor_map *map, bool *negative, uint64_t *argument)
{
    if (r->error || map->left == 0)
        return false;
    *negative = r->cose && cbor_peek(r) == CBOR_NEGATIVE;
    if (!take_head(r, *negative ? CBOR_NEGATIVE : CBOR_UINT, argument))
        return false;
    if (!in_order(map, *negative, *argument)) {
        cbor_reader_fail(r, KEEP_EFORMAT);
        return false;
    }
    map->left--;
    map->last_key = *argument;
    map->last_negative = *negative;
    map->any = true;
    return true;
}

bool cbor_next_key(struct cbor_reader *r, struct cbor_map *map, uint64_t *key)
{
    bool negative;
    if (!next_key(r, map, &negative, key))
        return false;
    if (negative)
        cbor_reader_fail(r, KEEP_EFORMAT);
    return !negative;
}

bool cbor_next_int_key(struct cbor_reader *r, struct cbor_map *map, int64_t *key)
{
    bool negative;
    uint64_t argument;
    if (!next_key(r, map, &negative, &argument))
        return false;
    if (argument > INT64_MAX) {
        cbor_reader_fail(r, KEEP_ESIZE);
        return false;
    }
    *key = negative ? -1 - (int64_t)argument : (int64_t)argument;
    return true;
}

void cbor_leave(struct cbor_reader *r)
{
    if (r->nesting == 0)
        cbor_reader_fail(r, KEEP_EFORMAT);
    else
        r->nesting--;
}

static void skip(struct cbor_reader *r);

static void skip_map(struct cbor_reader *r)
{
    struct cbor_map map = cbor_enter_map(r);
    bool negative;
    uint64_t argument;
    while (next_key(r, &map, &negative, &argument))
        skip(r);
    cbor_leave(r);
}

static void skip_array(struct cbor_reader *r)
{
    size_t count = cbor_enter_array(r, SIZE_MAX);
    while (count-- > 0 && !r->error)
        skip(r);
    cbor_leave(r);
}

/* A tag counts as a level, so that a chain of tags ends the recursion too. */
static void skip_tag(struct cbor_reader *r)
{
    (void)cbor_get_tag(r);
    if (r->nesting == CBOR_NESTING_MAX) {
        cbor_reader_fail(r, KEEP_EFORMAT);
        return;
    }
    r->nesting++;
    skip(r);
    cbor_leave(r);
}

/* Calls itself at most CBOR_NESTING_MAX deep: every level counts r->nesting up, or fails. */
static void skip(struct cbor_reader *r)
{
    uint64_t value;
    switch (cbor_peek(r)) {
    case CBOR_UINT:
        (void)cbor_get_uint(r);
        break;
    case CBOR_NEGATIVE:
        (void)take_head(r, CBOR_NEGATIVE, &value);
        break;
    case CBOR_BYTES:
        (void)cbor_get_bytes(r);
        break;
    case CBOR_TEXT:
        (void)cbor_get_text(r);
        break;
    case CBOR_BOOL:
        (void)cbor_get_bool(r);
        break;
    case CBOR_ARRAY:
        skip_array(r);
        break;
    case CBOR_MAP:
        skip_map(r);
        break;
    case CBOR_TAG:
        skip_tag(r);
        break;
    default:
        cbor_reader_fail(r, KEEP_EFORMAT);
    }
}

struct span cbor_skip(struct cbor_reader *r)
{
    size_t start = r->at;
    skip(r);
    return r->error ? span_of(NULL, 0) : span_of(r->data + start, r->at - start);
}

int cbor_reader_finish(const struct cbor_reader *r)
{
    if (r->error)
        return r->error;
    return r->at == r->size ? 0 : KEEP_EFORMAT;
}
