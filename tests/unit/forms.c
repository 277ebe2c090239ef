/* SPDX-License-Identifier: Apache-2.0 */
/* Decode and encode again, for every wire format. */
#include "forms.h"

#include <stdio.h>
#include <stdlib.h>

#include "../../src/proto/cose.h"
#include "../../src/proto/eat.h"
#include "../../src/proto/message.h"

static void must(bool condition, const char *what)
{
    if (condition)
        return;
    (void)fprintf(stderr, "%s\n", what);
    abort();
}

static int again_message(enum message_sender sender, struct span in, uint8_t *out, size_t capacity,
                         size_t *size)
{
    struct message m;
    int error = message_decode(sender, in, &m);
    if (error)
        return error;
    must(message_encode(&m, out, capacity, size) == 0, "a decoded message does not encode");
    must(load_be32(out) == *size - MESSAGE_HEADER_SIZE, "the size in front is another");
    *size -= MESSAGE_HEADER_SIZE;
    memmove(out, out + MESSAGE_HEADER_SIZE, *size);
    return 0;
}

static int again_from_client(struct span in, uint8_t *out, size_t capacity, size_t *size)
{
    return again_message(MESSAGE_FROM_CLIENT, in, out, capacity, size);
}

static int again_from_keep(struct span in, uint8_t *out, size_t capacity, size_t *size)
{
    return again_message(MESSAGE_FROM_KEEP, in, out, capacity, size);
}

#define DEFINE_AGAIN(name, type)                                                                             \
    static int again_##name(struct span in, uint8_t *out, size_t capacity, size_t *size)                     \
    {                                                                                                        \
        struct type decoded;                                                                                 \
        int error = name##_decode(in, &decoded);                                                             \
        if (!error)                                                                                          \
            must(name##_encode(&decoded, out, capacity, size) == 0, "what was decoded does not encode");     \
        return error;                                                                                        \
    }

DEFINE_AGAIN(statement, statement)
DEFINE_AGAIN(boot_record, boot_record)
DEFINE_AGAIN(outbox, outbox)
DEFINE_AGAIN(outbox_file, outbox_file)
DEFINE_AGAIN(bundle, bundle)
DEFINE_AGAIN(process_eat, process_eat)

static int again_cose_sign1(struct span in, uint8_t *out, size_t capacity, size_t *size)
{
    struct cose_sign1 c;
    uint8_t header[COSE_CHAIN_MAX * (COSE_CERTIFICATE_MAX + 8) + 32];
    size_t header_size;
    int error = cose_sign1_decode(in, &c);
    if (error)
        return error;
    /* Another algorithm, an incomplete header or an unprotected one is the verifier's to refuse. */
    if (c.algorithm == COSE_ES384 && c.chain_count && !c.unprotected) {
        must(cose_protected_encode(c.chain, c.chain_count, header, sizeof header, &header_size) == 0 &&
                 span_equal(c.protected_header, span_of(header, header_size)),
             "a protected header has two forms");
    }
    must(cose_sign1_encode(&c, out, capacity, size) == 0, "what was decoded does not encode");
    return 0;
}

/* Payload of a frame, as its kind wants it. */
static int again_payload(const struct frame *f, struct span payload, uint8_t *out)
{
    enum frame_purpose purpose;
    struct frame_call call;
    struct boot_record boot;
    struct span body;
    uint32_t count;
    int error;
    memcpy(out, payload.data, payload.size);
    switch (f->kind) {
    case FRAME_BOOT:
        return boot_record_decode(payload, &boot);
    case FRAME_OPEN:
        return frame_purpose_decode(payload, &purpose);
    case FRAME_CREDIT:
        return frame_credit_decode(payload, &count);
    case FRAME_REQUEST:
    case FRAME_REPLY:
        error = frame_call_decode((enum frame_kind)f->kind, payload, &call, &body);
        if (!error)
            frame_call_encode(&call, out);
        return error;
    default:
        return 0;
    }
}

static int again_frame(struct span in, uint8_t *out, size_t capacity, size_t *size)
{
    struct frame f;
    must(capacity >= FRAME_SIZE_MAX, "no room for a frame");
    if (in.size < FRAME_HEADER_SIZE)
        return KEEP_EAGAIN;
    int error = frame_decode(in.data, &f);
    if (error)
        return error;
    if (in.size - FRAME_HEADER_SIZE != f.size)
        return in.size - FRAME_HEADER_SIZE < f.size ? KEEP_EAGAIN : KEEP_EFORMAT;
    frame_encode(&f, out);
    *size = FRAME_HEADER_SIZE + f.size;
    return again_payload(&f, span_of(in.data + FRAME_HEADER_SIZE, f.size), out + FRAME_HEADER_SIZE);
}

const struct form forms[] = {
    {"message-from-client", again_from_client},
    {"message-from-keep", again_from_keep},
    {"statement", again_statement},
    {"boot-record", again_boot_record},
    {"outbox", again_outbox},
    {"outbox-file", again_outbox_file},
    {"bundle", again_bundle},
    {"frame", again_frame},
    {"process-eat", again_process_eat},
    {"cose-sign1", again_cose_sign1},
    {NULL, NULL},
};

const struct form *form_find(const char *name)
{
    const struct form *form = forms;
    while (form->name && strcmp(form->name, name) != 0)
        form++;
    return form->name ? form : NULL;
}

void form_try(const struct form *form, struct span in)
{
    static uint8_t first[FORM_OUTPUT_MAX], second[FORM_OUTPUT_MAX];
    size_t first_size = 0, second_size = 0;
    /* A copy of exactly its size, so that a sanitizer sees one byte too far. */
    uint8_t *copy = malloc(in.size ? in.size : 1);
    must(copy != NULL, "no memory");
    if (in.size)
        memcpy(copy, in.data, in.size);
    if (form->again(span_of(copy, in.size), first, sizeof first, &first_size) == 0) {
        must(form->again(span_of(first, first_size), second, sizeof second, &second_size) == 0,
             "what was encoded does not decode");
        must(span_equal(span_of(first, first_size), span_of(second, second_size)),
             "two encodings of one thing");
    }
    free(copy);
}
