/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox of an ended Keep (docs/protocol.md, section 6): believed by its receipt's evidence, and by
 * nothing else (row 53). */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../proto/guard.h"
#include "../proto/hpke.h"
#include "key.h"
#include "record.h"
#include "verdict.h"

struct casemate_outbox {
    struct buffer plaintext;
    struct outbox outbox; /* spans point into plaintext */
    char text[512];
};

static int lost(struct casemate_error *err, const char *why)
{
    return casemate_fail(err, E_LOST, "The Keep is gone and left no valid outbox: %s", why);
}

/* The receipt names this Keep, owner, run and ciphertext, by evidence that the policy accepts. */
static int check_receipt(const struct casemate_record *r, const struct outbox_file *f,
                         const casemate_policy *policy, const casemate_roots *roots,
                         const struct casemate_key *key, struct casemate_error *err)
{
    uint8_t sealed[DIGEST_SIZE];
    struct span parts[2] = {f->enc, f->ciphertext};
    struct casemate_verdict *verdict;
    if (crypto_sha256(parts, 2, sealed) < 0)
        return casemate_fail(err, E_INTERNAL, "The digest of an outbox cannot be computed");
    struct attest_input input = {
        .statement = f->statement,
        .evidence = f->evidence,
        .time = (int64_t)time(NULL),
        .recorded = true, /* it is bound by run and ciphertext */
        .expected = {.kind = STATEMENT_RECEIPT,
                     .spki = r->spki,
                     .instance = r->instance,
                     .run = r->run,
                     .outbox = sealed,
                     .purpose = ATTEST_RECONNECT,
                     .owner_spki = span_of(key->spki, P256_SPKI_SIZE)},
    };
    if (judge(&input, policy, roots, &verdict, err) < 0)
        return -1;
    bool accepted = verdict->verdict.accepted;
    if (!accepted)
        casemate_verdict_error(verdict, err);
    casemate_verdict_free(verdict);
    return accepted ? 0 : casemate_context(err, "The receipt of the outbox is not believed");
}

static int open_sealed(const struct casemate_record *r, const struct outbox_file *f,
                       const struct casemate_key *key, struct casemate_outbox *o, struct casemate_error *err)
{
    uint8_t info[17 + INSTANCE_ID_SIZE];
    size_t size;
    memcpy(info, "casemate-outbox-1", 17);
    memcpy(info + 17, r->instance, INSTANCE_ID_SIZE);
    uint8_t *to = buffer_reserve(&o->plaintext, f->ciphertext.size);
    if (!to)
        return casemate_fail(err, E_NOMEM, "No memory for an outbox");
    if (f->enc.size != HPKE_ENC_SIZE ||
        hpke_open(key->outbox_private, f->enc.data, span_of(info, 17 + INSTANCE_ID_SIZE), span_of(NULL, 0),
                  f->ciphertext, to, f->ciphertext.size, &size) < 0)
        return lost(err, "it does not open with the owner's key");
    o->plaintext.size = size;
    if (outbox_decode(span_of(o->plaintext.data, size), &o->outbox) < 0)
        return lost(err, "its content cannot be read");
    return 0;
}

static int check_content(const struct casemate_record *r, const struct outbox *o, struct casemate_error *err)
{
    bool ours = memcmp(o->instance, r->instance, INSTANCE_ID_SIZE) == 0 &&
                memcmp(o->run, r->run, RUN_ID_SIZE) == 0 &&
                memcmp(o->workload, r->workload, DIGEST_SIZE) == 0;
    if (!guard_holds(GUARD_CLIENT_OUTBOX, ours))
        return casemate_fail(err, E_OTHER_KEEP, "The outbox is of another Keep, run or workload");
    for (int i = 0; i < 2; i++)
        if (o->tail_offset[i] > o->exit.stream_size[i] ||
            o->tail[i].size != o->exit.stream_size[i] - o->tail_offset[i])
            return lost(err, "its streams do not have the length that it names");
    return 0;
}

int32_t casemate_outbox_open(const casemate_record *record, const void *bytes, size_t size,
                             const casemate_policy *policy, const casemate_roots *roots,
                             const casemate_key *key, casemate_outbox **outbox, casemate_error *err)
{
    struct outbox_file f;
    struct casemate_policy *own_policy = NULL;
    struct casemate_key *own_key = NULL;
    if (casemate_prepare(err) < 0)
        return -1;
    if (!record->has_run)
        return casemate_fail(err, E_USAGE, "The program of Keep %s was never started", record->id);
    if (outbox_file_decode(span_of(bytes, size), &f) < 0)
        return lost(err, "the file cannot be read");
    struct casemate_outbox *o = calloc(1, sizeof *o);
    if (!o)
        return casemate_fail(err, E_NOMEM, "No memory for an outbox");
    int result = policy ? 0 : casemate_record_policy(record, roots, &own_policy, err);
    if (result == 0 && !key)
        result = record_key(record, &own_key, err);
    key = key ? key : own_key;
    if (result == 0)
        result = check_receipt(record, &f, policy ? policy : own_policy, roots, key, err);
    if (result == 0)
        result = open_sealed(record, &f, key, o, err);
    if (result == 0)
        result = check_content(record, &o->outbox, err);
    casemate_policy_free(own_policy);
    casemate_key_free(own_key);
    if (result < 0) {
        casemate_outbox_free(o);
        return -1;
    }
    (void)snprintf(o->text, sizeof o->text, "%.*s",
                   (int)(o->outbox.exit.text.size < 511 ? o->outbox.exit.text.size : 511),
                   o->outbox.exit.text.size ? (const char *)o->outbox.exit.text.data : "");
    *outbox = o;
    return 0;
}

void casemate_outbox_free(casemate_outbox *outbox)
{
    if (!outbox)
        return;
    buffer_wipe(&outbox->plaintext);
    free(outbox);
}

void casemate_outbox_exit(const casemate_outbox *outbox, const char **kind, uint32_t *code, const char **text)
{
    *kind = exit_kind_name(outbox->outbox.exit.kind);
    *code = outbox->outbox.exit.code;
    *text = outbox->text;
}

int32_t casemate_outbox_stream(const casemate_outbox *outbox, int32_t stream, uint64_t *offset,
                               const void **bytes, size_t *size, uint64_t *total)
{
    if (stream != STREAM_STDOUT && stream != STREAM_STDERR)
        return -1;
    *offset = outbox->outbox.tail_offset[stream - 1];
    *bytes = outbox->outbox.tail[stream - 1].data;
    *size = outbox->outbox.tail[stream - 1].size;
    *total = outbox->outbox.exit.stream_size[stream - 1];
    return 0;
}

int32_t casemate_outbox_since(const casemate_outbox *outbox, int32_t stream, uint64_t since, uint64_t *offset)
{
    struct list_cursor cursor;
    struct stream_time t;
    if ((stream != STREAM_STDOUT && stream != STREAM_STDERR) || !outbox->outbox.has_times)
        return -1;
    *offset = outbox->outbox.tail_offset[stream - 1];
    if (list_open(outbox->outbox.times[stream - 1], &cursor) < 0)
        return -1;
    while (list_next_time(&cursor, &t) && t.time < since)
        if (t.end > *offset)
            *offset = t.end;
    return 0;
}
