/* SPDX-License-Identifier: Apache-2.0 */
/* Codec of the process TEE's claims. */
#include "eat.h"

#include "cose.h"

/* Keys by RFC 9711, section 4 (IANA, CBOR Web Token claims); the negative ones are private (RFC 8392, section
 * 9.1.1). */
enum {
    KEY_IAT = 6,
    KEY_NONCE = 10,
    KEY_DBGSTAT = 263,
    KEY_PROFILE = 265,
    KEY_MEASUREMENT = -70001,
    KEY_BOOT = -70002,
    KEY_ENFORCED_BY = -70003,
};
enum { SEEN_ALL = 0x7f };

int process_eat_encode(const struct process_eat *e, uint8_t *to, size_t capacity, size_t *size)
{
    struct cbor_writer w;
    struct span encoded;
    cbor_writer_init(&w, to, capacity);
    cbor_put_map(&w, 7);
    cbor_put_int(&w, KEY_IAT);
    cbor_put_uint(&w, e->issued_at);
    cbor_put_int(&w, KEY_NONCE);
    cbor_put_bytes(&w, span_of(e->report_data, sizeof e->report_data));
    cbor_put_int(&w, KEY_DBGSTAT);
    cbor_put_uint(&w, e->debug);
    cbor_put_int(&w, KEY_PROFILE);
    cbor_put_text(&w, e->profile);
    cbor_put_int(&w, KEY_MEASUREMENT);
    cbor_put_bytes(&w, span_of(e->measurement, sizeof e->measurement));
    cbor_put_int(&w, KEY_BOOT);
    cbor_put_bytes(&w, span_of(e->boot, sizeof e->boot));
    cbor_put_int(&w, KEY_ENFORCED_BY);
    cbor_put_text(&w, e->enforced_by);
    int error = cbor_writer_finish(&w, &encoded);
    *size = encoded.size;
    return error;
}

static struct span get_text(struct cbor_reader *r, size_t most)
{
    struct span text = cbor_get_text(r);
    if (text.size == 0 || text.size > most)
        cbor_reader_fail(r, KEEP_EFORMAT);
    return text;
}

static enum eat_dbgstat get_debug(struct cbor_reader *r)
{
    uint64_t value = cbor_get_uint(r);
    if (value > EAT_DEBUG_DISABLED_FULLY_AND_PERMANENTLY)
        cbor_reader_fail(r, KEEP_EFORMAT);
    return (enum eat_dbgstat)value;
}

/* One bit for a known claim, 0 for another. */
static unsigned get_claim(struct cbor_reader *r, int64_t key, struct process_eat *e)
{
    switch (key) {
    case KEY_IAT:
        e->issued_at = cbor_get_uint(r);
        return 1;
    case KEY_NONCE:
        cbor_get_bytes_exact(r, e->report_data, sizeof e->report_data);
        return 2;
    case KEY_DBGSTAT:
        e->debug = get_debug(r);
        return 4;
    case KEY_PROFILE:
        e->profile = get_text(r, EAT_PROFILE_MAX);
        return 8;
    case KEY_MEASUREMENT:
        cbor_get_bytes_exact(r, e->measurement, sizeof e->measurement);
        return 16;
    case KEY_BOOT:
        cbor_get_bytes_exact(r, e->boot, sizeof e->boot);
        return 32;
    case KEY_ENFORCED_BY:
        e->enforced_by = get_text(r, EAT_ENFORCED_BY_MAX);
        return 64;
    default:
        (void)cbor_skip(r);
        return 0;
    }
}

int process_eat_decode(struct span encoded, struct process_eat *e)
{
    struct cbor_reader r;
    struct process_eat got = {0};
    unsigned seen = 0;
    int64_t key;
    cbor_reader_init_cose(&r, encoded);
    struct cbor_map map = cbor_enter_map(&r);
    while (cbor_next_int_key(&r, &map, &key))
        seen |= get_claim(&r, key, &got);
    cbor_leave(&r);
    int error = cbor_reader_finish(&r);
    if (!error && seen != SEEN_ALL)
        error = KEEP_EFORMAT;
    if (!error)
        *e = got;
    return error;
}

int process_evidence_covers(struct span evidence, const uint8_t report_data[REPORT_DATA_SIZE],
                            const uint8_t boot[DIGEST_SIZE])
{
    struct cose_sign1 c;
    struct process_eat e;
    int error = cose_sign1_decode(evidence, &c);
    if (!error)
        error = process_eat_decode(c.payload, &e);
    if (error)
        return error;
    if (!bytes_equal_constant_time(e.report_data, report_data, REPORT_DATA_SIZE) ||
        !bytes_equal_constant_time(e.boot, boot, DIGEST_SIZE))
        return KEEP_EMATCH;
    return 0;
}
