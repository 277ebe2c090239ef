/* SPDX-License-Identifier: Apache-2.0 */
/* The workload digest (docs/protocol.md, section 5): the record is hashed in parts, never assembled. */
#include "deploy.h"

#include "crypto.h"

void deploy_limits_put(struct cbor_writer *w, const struct deploy_limits *limits)
{
    cbor_put_map(w, 3);
    cbor_put_uint(w, 0);
    cbor_put_uint(w, limits->memory);
    cbor_put_uint(w, 1);
    cbor_put_uint(w, limits->table_elements);
    cbor_put_uint(w, 2);
    cbor_put_uint(w, limits->call_depth);
}

void deploy_limits_get(struct cbor_reader *r, struct deploy_limits *limits)
{
    uint64_t value[3] = {0}, key;
    unsigned seen = 0;
    struct cbor_map map = cbor_enter_map(r);
    while (cbor_next_key(r, &map, &key)) {
        if (key < 3) {
            value[key] = cbor_get_uint(r);
            seen |= 1u << key;
        } else {
            (void)cbor_skip(r);
        }
    }
    cbor_leave(r);
    cbor_reader_fail(r, seen == 7 ? 0 : KEEP_EFORMAT);
    *limits = (struct deploy_limits){value[0], value[1], value[2]};
}

static struct span list_or_empty(struct span encoded)
{
    static const uint8_t empty_array[] = {0x80};
    return encoded.size ? encoded : span_of(empty_array, sizeof empty_array);
}

/* { 0: salt, 1: module SHA-256, 2: ... - up to the first list's key. */
static int record_head(const struct deploy *d, uint8_t *to, size_t capacity, struct span *encoded)
{
    struct cbor_writer w;
    cbor_writer_init(&w, to, capacity);
    cbor_put_map(&w, 9u + d->has_entry + d->has_features);
    cbor_put_uint(&w, 0);
    cbor_put_bytes(&w, span_of(d->salt, SALT_SIZE));
    cbor_put_uint(&w, 1);
    cbor_put_bytes(&w, span_of(d->module_digest, DIGEST_SIZE));
    cbor_put_uint(&w, 2);
    return cbor_writer_finish(&w, encoded);
}

/* From the key behind the last list to the end, or to the features that are off. */
static int record_tail(const struct deploy *d, uint8_t *to, size_t capacity, struct span *encoded)
{
    struct cbor_writer w;
    cbor_writer_init(&w, to, capacity);
    cbor_put_uint(&w, 6);
    deploy_limits_put(&w, &d->limits);
    cbor_put_uint(&w, 7);
    cbor_put_uint(&w, d->time_floor);
    cbor_put_uint(&w, 8);
    cbor_put_bool(&w, d->is_public);
    if (d->has_entry) {
        cbor_put_uint(&w, 9);
        cbor_put_text(&w, d->entry);
    }
    if (d->has_features)
        cbor_put_uint(&w, 10);
    return cbor_writer_finish(&w, encoded);
}

int deploy_workload_digest(const struct deploy *d, uint8_t digest[DIGEST_SIZE])
{
    static const uint8_t keys[] = {3, 4, 5};
    uint8_t head_bytes[80], tail_bytes[64 + MESSAGE_ENTRY_MAX];
    struct span head, tail;
    int error = record_head(d, head_bytes, sizeof head_bytes, &head);
    if (!error)
        error = record_tail(d, tail_bytes, sizeof tail_bytes, &tail);
    if (error)
        return error;
    const struct span parts[] = {
        SPAN_LITERAL("casemate-workload-1"),
        head,
        list_or_empty(d->args),
        span_of(keys, 1),
        list_or_empty(d->env),
        span_of(keys + 1, 1),
        list_or_empty(d->files),
        span_of(keys + 2, 1),
        list_or_empty(d->endpoints),
        tail,
        d->has_features ? list_or_empty(d->features_off) : span_of(NULL, 0),
    };
    return crypto_sha256(parts, sizeof parts / sizeof *parts, digest);
}
