/* SPDX-License-Identifier: Apache-2.0 */
/* Codec and digests of statements (docs/protocol.md, section 4). One table says which kind has which field.
 */
#include "statement.h"

#include "cbor.h"
#include "crypto.h"
#include "name.h"

static const char *const kind_names[] = {
    [STATEMENT_SESSION] = "session", [STATEMENT_WORKLOAD] = "workload", [STATEMENT_TLS_KEY] = "tls-key",
    [STATEMENT_GUEST] = "guest",     [STATEMENT_RECEIPT] = "receipt",
};

enum { KEY_KIND, KEY_VERSION, KEY_TEE, KEY_MODE, KEY_INSTANCE, KEY_SPKI, KEY_BOOT, KEY_STATE, KEY_OWNER };

#define KINDS(k) (1u << STATEMENT_##k)
/* Fields of bytes: those of the header, then those of some kinds. */
static const struct {
    uint8_t key, size;
    uint16_t offset;
    uint8_t kinds;
} fields[] = {
#define FIELD(key, member, kinds)                                                                            \
    {key, sizeof((struct statement *)0)->member, offsetof(struct statement, member), kinds}
    FIELD(KEY_INSTANCE, instance, 0xff),
    FIELD(KEY_SPKI, spki, 0xff),
    FIELD(KEY_BOOT, boot, 0xff),
    FIELD(KEY_OWNER, owner, 0xff),
    FIELD(16, nonce, KINDS(SESSION) | KINDS(WORKLOAD)),
    FIELD(17, binder, KINDS(SESSION) | KINDS(WORKLOAD)),
    FIELD(18, session, KINDS(WORKLOAD)),
    FIELD(19, workload, KINDS(WORKLOAD)),
    FIELD(20, run, KINDS(RECEIPT)),
    FIELD(21, outbox, KINDS(RECEIPT)),
#undef FIELD
};
enum { FIELD_COUNT = sizeof fields / sizeof *fields };

static bool kind_made(enum statement_kind kind)
{
    return kind == STATEMENT_SESSION || kind == STATEMENT_WORKLOAD || kind == STATEMENT_RECEIPT;
}

static bool has_field(const struct statement *s, size_t i)
{
    if (fields[i].key == KEY_OWNER)
        return s->state != KEEP_UNOWNED;
    return (fields[i].kinds & (1u << s->kind)) != 0;
}

static size_t count_fields(const struct statement *s)
{
    size_t count = 5; /* kind, version, tee, mode, state */
    for (size_t i = 0; i < FIELD_COUNT; i++)
        count += has_field(s, i);
    return count;
}

static void put_field(struct cbor_writer *w, const struct statement *s, size_t i)
{
    if (!has_field(s, i))
        return;
    cbor_put_uint(w, fields[i].key);
    cbor_put_bytes(w, span_of((const uint8_t *)s + fields[i].offset, fields[i].size));
}

int statement_encode(const struct statement *s, uint8_t *to, size_t capacity, size_t *size)
{
    *size = 0;
    if (!kind_made(s->kind))
        return KEEP_ETYPE;
    if ((unsigned)s->state > KEEP_ENDED)
        return KEEP_EFORMAT;
    struct cbor_writer w;
    struct span encoded;
    cbor_writer_init(&w, to, capacity < STATEMENT_SIZE_MAX ? capacity : STATEMENT_SIZE_MAX);
    cbor_put_map(&w, count_fields(s));
    cbor_put_uint(&w, KEY_KIND);
    cbor_put_text(&w, span_text(kind_names[s->kind]));
    cbor_put_uint(&w, KEY_VERSION);
    cbor_put_uint(&w, STATEMENT_VERSION);
    cbor_put_uint(&w, KEY_TEE);
    name_put(&w, s->tee, sizeof s->tee);
    cbor_put_uint(&w, KEY_MODE);
    name_put(&w, s->mode, sizeof s->mode);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (fields[i].key == KEY_OWNER) { /* the state stands before it */
            cbor_put_uint(&w, KEY_STATE);
            cbor_put_uint(&w, s->state);
        }
        put_field(&w, s, i);
    }
    int error = cbor_writer_finish(&w, &encoded);
    *size = encoded.size;
    return error;
}

static int get_kind(struct cbor_reader *r, enum statement_kind *kind)
{
    struct span text = cbor_get_text(r);
    if (r->error)
        return r->error;
    for (unsigned k = STATEMENT_SESSION; k <= STATEMENT_RECEIPT; k++)
        if (span_equal(text, span_text(kind_names[k]))) {
            *kind = (enum statement_kind)k;
            return kind_made(*kind) ? 0 : KEEP_ETYPE;
        }
    return KEEP_ETYPE;
}

static int get_state(struct cbor_reader *r, enum keep_state *state)
{
    uint64_t value = cbor_get_uint(r);
    if (r->error)
        return r->error;
    *state = (enum keep_state)value;
    return value <= KEEP_ENDED ? 0 : KEEP_EFORMAT;
}

static size_t field_of(uint64_t key)
{
    size_t i = 0;
    while (i < FIELD_COUNT && fields[i].key != key)
        i++;
    return i;
}

/* One field; the keys ascend, so kind is known before the fields that depend on it, and state before owner.
 */
static int get_one(struct cbor_reader *r, uint64_t key, struct statement *s)
{
    switch (key) {
    case KEY_KIND:
        return get_kind(r, &s->kind);
    case KEY_VERSION:
        return cbor_get_uint(r) != STATEMENT_VERSION && !r->error ? KEEP_ETYPE : r->error;
    case KEY_TEE:
        name_get(r, s->tee, sizeof s->tee);
        return r->error;
    case KEY_MODE:
        name_get(r, s->mode, sizeof s->mode);
        return r->error;
    case KEY_STATE:
        return get_state(r, &s->state);
    default:;
        size_t i = field_of(key);
        if (i == FIELD_COUNT) {
            (void)cbor_skip(r);
            return r->error;
        }
        if (!has_field(s, i)) /* a field of another kind, or an owner of what is unowned */
            return KEEP_EFORMAT;
        cbor_get_bytes_exact(r, (uint8_t *)s + fields[i].offset, fields[i].size);
        return r->error;
    }
}

static bool complete(const struct statement *s, uint32_t seen)
{
    uint32_t want = 1u << KEY_KIND | 1u << KEY_VERSION | 1u << KEY_TEE | 1u << KEY_MODE | 1u << KEY_STATE;
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (has_field(s, i))
            want |= 1u << fields[i].key;
    return (seen & want) == want;
}

int statement_decode(struct span encoded, struct statement *s)
{
    struct cbor_reader r;
    struct statement got = {0};
    uint32_t seen = 0;
    uint64_t key;
    if (encoded.size > STATEMENT_SIZE_MAX)
        return KEEP_ESIZE;
    cbor_reader_init(&r, encoded);
    struct cbor_map map = cbor_enter_map(&r);
    while (cbor_next_key(&r, &map, &key)) {
        if (seen == 0 && key != KEY_KIND)
            return KEEP_EFORMAT;
        int error = get_one(&r, key, &got);
        if (error)
            return error;
        if (key < 32)
            seen |= 1u << key;
    }
    cbor_leave(&r);
    int error = cbor_reader_finish(&r);
    if (error)
        return error;
    if (!complete(&got, seen))
        return KEEP_EFORMAT;
    *s = got;
    return 0;
}

int statement_digest(struct span encoded, uint8_t digest[DIGEST_SIZE])
{
    return crypto_sha256(&encoded, 1, digest);
}

int statement_report_data(struct span encoded, uint8_t report_data[REPORT_DATA_SIZE])
{
    const struct span parts[] = {SPAN_LITERAL("casemate-statement-1"), encoded};
    return crypto_sha512(parts, 2, report_data);
}

int statement_owner_digest(const uint8_t instance[INSTANCE_ID_SIZE], struct span nonce, struct span spki,
                           uint8_t digest[DIGEST_SIZE])
{
    const struct span parts[] = {SPAN_LITERAL("casemate-owner-digest-1"), span_of(instance, INSTANCE_ID_SIZE),
                                 nonce, spki};
    return crypto_sha256(parts, 4, digest);
}

bool statement_same_keep(const struct statement *a, const struct statement *b)
{
    return span_equal(span_text(a->tee), span_text(b->tee)) &&
           span_equal(span_text(a->mode), span_text(b->mode)) &&
           memcmp(a->instance, b->instance, INSTANCE_ID_SIZE) == 0 &&
           memcmp(a->spki, b->spki, DIGEST_SIZE) == 0 && memcmp(a->boot, b->boot, DIGEST_SIZE) == 0;
}

const char *statement_kind_name(enum statement_kind kind)
{
    return kind >= STATEMENT_SESSION && kind <= STATEMENT_RECEIPT ? kind_names[kind] : "?";
}

const char *keep_state_name(enum keep_state state)
{
    static const char *const names[] = {"unowned", "owned", "running", "ended"};
    return (unsigned)state <= KEEP_ENDED ? names[state] : "?";
}
