/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing and delivery of the outbox. */
#include "outbox.h"

#include <stdlib.h>

#include "../keep.h"

/* The label ends at its last letter; the instance id follows. */
#define OUTBOX_INFO "casemate-outbox-1"
enum { OUTBOX_INFO_SIZE = sizeof OUTBOX_INFO - 1, OUTBOX_OVERHEAD = 4096 + 2 * STREAM_TIMES_SIZE_MAX };

static void blob_free(uint8_t **blob, size_t size)
{
    if (*blob)
        bytes_wipe(*blob, size);
    free(*blob);
    *blob = NULL;
}

/* The last bytes of a stream as one span of `to`. */
static struct span tail_copy(const struct output *o, unsigned index, uint8_t *to, uint64_t *offset)
{
    *offset = output_oldest(o, index);
    size_t size = output_read(o, index, offset, to, STREAM_TAIL_MAX);
    return span_of(to, size);
}

/* When what is held was written, as the list of the outbox. */
static int times_encode(const struct output *o, unsigned index, uint8_t *to, size_t capacity,
                        struct span *encoded)
{
    const struct stretches *s = &o->times[index];
    struct cbor_writer w;
    cbor_writer_init(&w, to, capacity);
    cbor_put_array(&w, s->count);
    for (unsigned i = 0; i < s->count; i++) {
        cbor_put_array(&w, 2);
        cbor_put_uint(&w, s->of[i].end);
        cbor_put_uint(&w, s->of[i].last);
    }
    return cbor_writer_finish(&w, encoded);
}

static int plaintext_make(struct keep *keep, uint8_t *tails, uint8_t *to, size_t capacity, size_t *size)
{
    struct program *p = &keep->program;
    struct outbox o = {.exit = p->exit, .has_times = true};
    uint8_t times[2][STREAM_TIMES_SIZE_MAX];
    int error = 0;
    memcpy(o.instance, keep->identity.instance, sizeof o.instance);
    memcpy(o.run, p->run, sizeof o.run);
    memcpy(o.workload, keep->workload.digest, sizeof o.workload);
    for (unsigned i = 0; i < 2; i++)
        o.tail[i] = tail_copy(&p->output, i, tails + i * STREAM_TAIL_MAX, &o.tail_offset[i]);
    for (unsigned i = 0; i < 2 && !error; i++)
        error = times_encode(&p->output, i, times[i], sizeof times[i], &o.times[i]);
    return error ? error : outbox_encode(&o, to, capacity, size);
}

static int seal(struct keep *keep, struct span plaintext)
{
    struct outbox_delivery *o = &keep->program.outbox;
    uint8_t info[OUTBOX_INFO_SIZE + INSTANCE_ID_SIZE];
    memcpy(info, OUTBOX_INFO, OUTBOX_INFO_SIZE);
    memcpy(info + OUTBOX_INFO_SIZE, keep->identity.instance, INSTANCE_ID_SIZE);
    size_t capacity = plaintext.size + HPKE_TAG_SIZE;
    o->ciphertext = malloc(capacity);
    if (!o->ciphertext)
        return KEEP_ENOMEM;
    int error = hpke_seal(keep->owner.outbox, span_of(info, sizeof info), span_of(NULL, 0), plaintext, o->enc,
                          o->ciphertext, capacity, &o->ciphertext_size);
    const struct span parts[] = {span_of(o->enc, sizeof o->enc), span_of(o->ciphertext, o->ciphertext_size)};
    return error ? error : crypto_sha256(parts, 2, o->digest);
}

void outbox_seal(struct keep *keep)
{
    struct outbox_delivery *o = &keep->program.outbox;
    const struct output *out = &keep->program.output;
    size_t held = (size_t)(output_written(out, 0) - output_oldest(out, 0) + output_written(out, 1) -
                           output_oldest(out, 1));
    size_t capacity = held + OUTBOX_OVERHEAD, size = 0;
    uint8_t *plaintext = malloc(capacity), *tails = calloc(2, STREAM_TAIL_MAX);
    int error = plaintext && tails ? 0 : KEEP_ENOMEM;
    if (!error)
        error = plaintext_make(keep, tails, plaintext, capacity, &size);
    if (!error)
        error = seal(keep, span_of(plaintext, size));
    blob_free(&plaintext, capacity);
    blob_free(&tails, (size_t)2 * STREAM_TAIL_MAX);
    o->phase = error ? OUTBOX_LOST : OUTBOX_SEALED;
    if (error)
        outbox_free(o);
}

void outbox_receipt(struct keep *keep, struct span statement, struct span evidence)
{
    struct outbox_delivery *o = &keep->program.outbox;
    const struct outbox_file f = {.statement = statement,
                                  .evidence = evidence,
                                  .enc = span_of(o->enc, sizeof o->enc),
                                  .ciphertext = span_of(o->ciphertext, o->ciphertext_size)};
    size_t capacity = o->ciphertext_size + evidence.size + OUTBOX_OVERHEAD;
    int error = evidence.size > 0 ? 0 : KEEP_ENOTSUP;
    if (!error) {
        o->file = malloc(capacity);
        error = o->file ? outbox_file_encode(&f, o->file, capacity, &o->file_size) : KEEP_ENOMEM;
    }
    blob_free(&o->ciphertext, o->ciphertext_size);
    if (!error)
        error = portal_open(&keep->portal, FRAME_PURPOSE_OUTBOX, &o->channel);
    o->phase = error ? OUTBOX_LOST : OUTBOX_LEAVING;
    if (error)
        outbox_free(o);
}

void outbox_step(struct keep *keep)
{
    struct outbox_delivery *o = &keep->program.outbox;
    if (o->phase != OUTBOX_LEAVING)
        return;
    o->file_at += channel_write(o->channel, o->file + o->file_at, o->file_size - o->file_at);
    if (o->file_at < o->file_size)
        return;
    channel_close(o->channel);
    o->phase = OUTBOX_DELIVERED;
    outbox_free(o);
}

void outbox_free(struct outbox_delivery *o)
{
    blob_free(&o->ciphertext, o->ciphertext_size);
    blob_free(&o->file, o->file_size);
    o->ciphertext_size = o->file_size = o->file_at = 0;
    o->channel = NULL;
}
