/* SPDX-License-Identifier: Apache-2.0 */
/* MRENCLAVE of an SGX image (SDM volume 3D, chapter 39: ECREATE, EADD, EEXTEND): SHA-256 over the records of
 * its stream. An image is an SGX stream, with its SIGSTRUCT behind it or in a file of its own. */
#include "hash.h"
#include "measure.h"
#include "sgxs.h"

struct counts {
    size_t pages, tcs, chunks; /* chunks: 256 bytes that are part of the measurement */
};

enum { CHUNKS_IN_PAGE = SGXS_PAGE / SGXS_CHUNK_SIZE };

static void count(struct counts *c, const struct sgxs_record *r)
{
    if (r->kind == SGXS_EADD) {
        c->pages++;
        c->tcs += r->flags >> 8 == 1;
    }
    c->chunks += r->kind == SGXS_EEXTEND;
}

/* Hashes the stream; where it ends is left in s->at. */
static int measure_stream(struct sgxs *s, struct counts *c, struct measurement *m, struct casemate_error *err)
{
    struct measure_hash h;
    struct sgxs_record r;
    measure_hash_start(&h, PSA_ALG_SHA_256);
    for (;;) {
        if (sgxs_next(s, &r, err)) {
            measure_hash_drop(&h);
            return -1;
        }
        if (r.kind == SGXS_END)
            return measure_hash_end(&h, m, err);
        if (r.kind != SGXS_UNMEASURED)
            measure_hash_add(&h, r.bytes.data, r.bytes.size);
        count(c, &r);
    }
}

static int check_signer(const struct sgxs *s, const struct measure_options *o, struct measured *result,
                        struct casemate_error *err)
{
    struct span own = span_of(s->image.data + s->at, s->image.size - s->at);
    if (own.size && o->sigstruct.size)
        return casemate_fail(err, E_USAGE, "The image brings its own SIGSTRUCT, so that none can be given");
    const struct span given = own.size ? own : o->sigstruct;
    if (given.size == 0)
        return 0;
    if (sigstruct_check(given, result->value.bytes, &result->signer, err))
        return own.size ? casemate_next(err, "The SIGSTRUCT starts at offset 0x%zx of the image.", s->at)
                        : -1;
    result->has_signer = true;
    return 0;
}

static void explain(struct measured *result, const struct counts *c)
{
    const struct sgx_signer *signer = &result->signer;
    measure_note(result, "%zu pages, %zu of them TCS", c->pages, c->tcs);
    if (c->chunks < c->pages * CHUNKS_IN_PAGE)
        measure_note(result, "%zu times 256 bytes of these pages are not measured: the host chooses them",
                     c->pages * CHUNKS_IN_PAGE - c->chunks);
    if (!result->has_signer)
        measure_note(result, "no SIGSTRUCT was checked");
    else if (signer->debug_allowed)
        measure_note(result, "the SIGSTRUCT %s debug enclaves, whose memory the host reads",
                     signer->debug_only ? "makes only" : "allows");
}

static int measure(struct span image, const struct measure_options *options, struct measured *result,
                   struct casemate_error *err)
{
    struct counts c = {0};
    struct sgxs s;
    sgxs_start(&s, image);
    if (measure_stream(&s, &c, &result->value, err) || check_signer(&s, options, result, err))
        return -1;
    explain(result, &c);
    return 0;
}

static const char *const aliases[] = {"intel-sgx", NULL};

const struct measure_tee measure_tee_sgx = {
    .name = "sgx",
    .aliases = aliases,
    .image = "keep.sgx",
    .takes = MEASURE_TAKES_SIGSTRUCT,
    .measure = measure,
};
