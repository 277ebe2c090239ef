/* SPDX-License-Identifier: Apache-2.0 */
/* Reading of CoRIM and CoMID through the bounded cursor of src/proto: deterministic encoding, unknown keys
 * skipped where they add, and whole measurements skipped where ignoring a value would make more acceptable.
 */
#include "corim.h"

#include <stdio.h>

#include "../proto/cbor.h"

#define CORIM_PROFILE "tag:casemate.example,2026:reference-1"

enum {
    TAG_CORIM = 500, /* around either form, in earlier drafts */
    TAG_UNSIGNED = 501,
    TAG_SIGNED = 502,
    TAG_COSE_SIGN1 = 18,
    TAG_COMID = 506,
    TAG_URI = 32,
    TAG_EPOCH = 1,
    TAG_SVN = 552,
    TAG_MIN_SVN = 553,
    TAGS_MAX = 64,
    TRIPLES_MAX = 256,
    MEASUREMENTS_MAX = 256,
    DIGESTS_MAX = 16,
    SHA_256 = 1, /* IANA, Named Information Hash Algorithm Registry */
    SHA_384 = 7,
};

struct reading {
    struct corim *to;
    int64_t time;
    const char *refused; /* a reason of its own, beside that of the cursor */
    bool limit;
};

/* CoMIDs nest deeper than the cursor lets one: where the depth is fixed by what is read here, a second one
 * takes over. */
static struct cbor_reader below(const struct cbor_reader *r)
{
    struct cbor_reader inner;
    cbor_reader_init_cose(&inner, span_of(r->data + r->at, r->size - r->at));
    cbor_reader_fail(&inner, r->error);
    return inner;
}

static void above(struct cbor_reader *r, const struct cbor_reader *inner)
{
    cbor_reader_fail(r, inner->error);
    r->at += inner->at;
}

/* ---- the environment ---- */

/* Names of TEEs in `model` of a class, whoever's CoRIM it is. */
static bool tee_of(struct span model, char tee[STATEMENT_NAME_MAX + 1])
{
    static const struct {
        struct span model;
        const char *tee;
    } known[] = {
        {SPAN_LITERAL("sgx"), "sgx"},         {SPAN_LITERAL("tdx"), "tdx"},
        {SPAN_LITERAL("snp"), "snp"},         {SPAN_LITERAL("sev-snp"), "snp"},
        {SPAN_LITERAL("process"), "process"}, {SPAN_LITERAL("sanctum"), "sanctum"},
        {SPAN_LITERAL("pef"), "pef"},
    };
    uint8_t lower[8];
    if (model.size > sizeof lower)
        return false;
    for (size_t i = 0; i < model.size; i++)
        lower[i] =
            (uint8_t)(model.data[i] >= 'A' && model.data[i] <= 'Z' ? model.data[i] + 32 : model.data[i]);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!span_equal(known[i].model, span_of(lower, model.size)))
            continue;
        (void)snprintf(tee, STATEMENT_NAME_MAX + 1, "%s", known[i].tee);
        return true;
    }
    return false;
}

/* class-map: {? 0: class-id, ? 1: vendor, ? 2: model, ? 3: layer, ? 4: index}. A layer or an index says that
 * it is about a part of it. */
static bool read_class(struct cbor_reader *r, char tee[STATEMENT_NAME_MAX + 1])
{
    struct cbor_map map = cbor_enter_map(r);
    bool known = false, part = false;
    uint64_t key;
    while (cbor_next_key(r, &map, &key)) {
        if (key == 2)
            known = tee_of(cbor_get_text(r), tee);
        else
            (void)cbor_skip(r);
        part |= key > 2;
    }
    cbor_leave(r);
    return known && !part;
}

/* environment-map: {? 0: class, ? 1: instance, ? 2: group}. One for an instance or a group is not for all. */
static bool read_environment(struct cbor_reader *r, char tee[STATEMENT_NAME_MAX + 1])
{
    struct cbor_map map = cbor_enter_map(r);
    bool known = false, fewer = false;
    uint64_t key;
    while (cbor_next_key(r, &map, &key)) {
        if (key == 0)
            known = read_class(r, tee);
        else
            (void)cbor_skip(r);
        fewer |= key != 0;
    }
    cbor_leave(r);
    return known && !fewer;
}

/* ---- measurements ---- */

/* [+ [algorithm, value]]: the one whose size a measurement has. */
static bool read_digests(struct cbor_reader *r, struct measurement *value)
{
    size_t count = cbor_enter_array(r, DIGESTS_MAX);
    for (; count; count--) {
        uint64_t algorithm = 0;
        if (cbor_enter_array(r, 2) != 2)
            cbor_reader_fail(r, KEEP_EFORMAT);
        if (cbor_peek(r) == CBOR_UINT)
            algorithm = cbor_get_uint(r);
        else
            (void)cbor_skip(r);
        struct span digest = cbor_get_bytes(r);
        cbor_leave(r);
        if ((algorithm == SHA_256 && digest.size == 32) || (algorithm == SHA_384 && digest.size == 48)) {
            memcpy(value->bytes, digest.data, digest.size);
            value->size = digest.size;
        }
    }
    cbor_leave(r);
    return value->size != 0;
}

/* svn: a number, exact or a minimum; it is taken as a minimum, for later versions mend earlier ones. */
static bool read_svn(struct cbor_reader *r, struct corim_value *value)
{
    if (cbor_peek(r) == CBOR_TAG) {
        uint64_t tag = cbor_get_tag(r);
        if (tag != TAG_SVN && tag != TAG_MIN_SVN)
            cbor_reader_fail(r, KEEP_EFORMAT);
    }
    uint64_t svn = cbor_get_uint(r);
    value->has_svn = true;
    value->min_svn = (uint32_t)svn;
    return svn <= UINT32_MAX;
}

/* measurement-values-map. Name and version are for people; any other value would have to match too. */
static bool read_values(struct cbor_reader *r, struct corim_value *value)
{
    struct cbor_map map = cbor_enter_map(r);
    bool more = false, digests = false;
    int64_t key;
    while (cbor_next_int_key(r, &map, &key)) {
        if (key == 1) {
            more |= !read_svn(r, value);
        } else if (key == 2) {
            digests = read_digests(r, &value->value);
        } else {
            (void)cbor_skip(r);
            more |= key != 0 && key != 11;
        }
    }
    cbor_leave(r);
    return digests && !more;
}

/* measurement-map: {? 0: mkey, 1: mval, ? 2: authorized-by}. With a key it is one of several of an
 * environment: the launch measurement is the one without, or the one that is called so. */
static bool read_measurement(struct cbor_reader *r, struct corim_value *value)
{
    struct cbor_map map = cbor_enter_map(r);
    bool mine = true, good = false;
    uint64_t key;
    while (cbor_next_key(r, &map, &key)) {
        if (key == 0 && cbor_peek(r) == CBOR_TEXT) {
            mine = span_equal(cbor_get_text(r), SPAN_LITERAL("measurement"));
        } else if (key == 1) {
            good = read_values(r, value);
        } else {
            (void)cbor_skip(r);
            mine = false; /* a key of another kind, or an authority that nobody asked for */
        }
    }
    cbor_leave(r);
    return mine && good;
}

static void keep(struct reading *c, const struct corim_value *value)
{
    if (c->to->count == CORIM_VALUES_MAX)
        c->limit = true;
    else
        c->to->value[c->to->count++] = *value;
}

/* reference-triple-record: [environment, [+ measurement]]. */
static void read_triple(struct reading *c, struct cbor_reader *r)
{
    struct corim_value value = {0};
    if (cbor_enter_array(r, 2) != 2)
        cbor_reader_fail(r, KEEP_EFORMAT);
    struct cbor_reader environment = below(r);
    bool known = read_environment(&environment, value.tee);
    above(r, &environment);
    size_t count = cbor_enter_array(r, MEASUREMENTS_MAX);
    for (; count; count--) {
        struct corim_value one = value;
        struct cbor_reader inner = below(r);
        bool good = read_measurement(&inner, &one);
        above(r, &inner);
        if (r->error)
            break;
        if (known && good)
            keep(c, &one);
        else
            c->to->skipped++;
    }
    cbor_leave(r);
    cbor_leave(r);
}

/* ---- CoMID and CoRIM ---- */

/* triples-map: 0: reference triples; the others say nothing about reference values. */
static void read_triples(struct reading *c, struct cbor_reader *r)
{
    struct cbor_map map = cbor_enter_map(r);
    uint64_t key;
    while (cbor_next_key(r, &map, &key)) {
        if (key != 0) {
            (void)cbor_skip(r);
            continue;
        }
        for (size_t count = cbor_enter_array(r, TRIPLES_MAX); count; count--)
            read_triple(c, r);
        cbor_leave(r);
    }
    cbor_leave(r);
}

/* A profile says how to read the rest: one that is not known says that it cannot be read. */
static void read_profile(struct reading *c, struct cbor_reader *r)
{
    static const struct span ours = SPAN_LITERAL(CORIM_PROFILE);
    const uint64_t tag = cbor_peek(r) == CBOR_TAG ? cbor_get_tag(r) : TAG_URI;
    struct span profile = {0};
    if (cbor_peek(r) == CBOR_TEXT)
        profile = cbor_get_text(r);
    else
        (void)cbor_skip(r);
    if (tag != TAG_URI || !span_equal(profile, ours))
        c->refused = "a profile that is not known";
}

static int read_comid(struct reading *c, struct span bytes)
{
    struct cbor_reader r;
    cbor_reader_init_cose(&r, bytes);
    struct cbor_map map = cbor_enter_map(&r);
    int64_t key;
    while (cbor_next_int_key(&r, &map, &key)) {
        if (key == 4)
            read_triples(c, &r);
        else if (key == 5)
            read_profile(c, &r);
        else
            (void)cbor_skip(&r);
    }
    cbor_leave(&r);
    return cbor_reader_finish(&r);
}

/* Concise tags: CoMIDs are read, others are about other things. */
static void read_tags(struct reading *c, struct cbor_reader *r)
{
    size_t count = cbor_enter_array(r, TAGS_MAX);
    for (; count && !r->error; count--) {
        uint64_t tag = cbor_peek(r) == CBOR_TAG ? cbor_get_tag(r) : 0;
        if (tag == TAG_COMID)
            cbor_reader_fail(r, read_comid(c, cbor_get_bytes(r)));
        else
            (void)cbor_skip(r);
    }
    cbor_leave(r);
}

static int64_t read_date(struct cbor_reader *r)
{
    if (cbor_peek(r) == CBOR_TAG && cbor_get_tag(r) != TAG_EPOCH)
        cbor_reader_fail(r, KEEP_EFORMAT);
    return cbor_get_int(r);
}

/* validity-map: {? 0: not before, 1: not after}. */
static void read_validity(struct reading *c, struct cbor_reader *r)
{
    struct cbor_map map = cbor_enter_map(r);
    uint64_t key;
    while (cbor_next_key(r, &map, &key)) {
        int64_t date = key < 2 ? read_date(r) : 0;
        if (key >= 2)
            (void)cbor_skip(r);
        if ((key == 0 && c->time < date) || (key == 1 && c->time > date))
            c->refused = key == 0 ? "one that is not valid yet" : "one that is not valid any more";
    }
    cbor_leave(r);
}

static void read_map(struct reading *c, struct cbor_reader *r)
{
    struct cbor_map map = cbor_enter_map(r);
    int64_t key;
    while (cbor_next_int_key(r, &map, &key)) {
        if (key == 1)
            read_tags(c, r);
        else if (key == 3)
            read_profile(c, r);
        else if (key == 4)
            read_validity(c, r);
        else
            (void)cbor_skip(r);
    }
    cbor_leave(r);
}

int corim_read(struct span bytes, const char *name, int64_t time, struct corim *corim,
               struct casemate_error *err)
{
    static const char expected[] = "an unsigned CoRIM with reference values of a TEE";
    struct reading c = {.to = corim, .time = time};
    struct cbor_reader r;
    *corim = (struct corim){0};
    if (bytes.size > CORIM_SIZE_MAX)
        return casemate_fail(err, E_LIMIT, "%s: a CoRIM of more than %d bytes", name, CORIM_SIZE_MAX);
    cbor_reader_init_cose(&r, bytes);
    uint64_t tag = cbor_peek(&r) == CBOR_TAG ? cbor_get_tag(&r) : 0;
    if (tag == TAG_CORIM)
        tag = cbor_peek(&r) == CBOR_TAG ? cbor_get_tag(&r) : 0;
    if (tag == TAG_SIGNED || tag == TAG_COSE_SIGN1)
        c.refused = "a signed one, whose signature nobody here can judge";
    else if (tag != 0 && tag != TAG_UNSIGNED)
        c.refused = "something else";
    else
        read_map(&c, &r);
    int error = c.refused ? 0 : cbor_reader_finish(&r);
    if (c.limit)
        return casemate_fail(err, E_LIMIT, "%s has more than %d reference values", name, CORIM_VALUES_MAX);
    if (!error && !c.refused && corim->count)
        return 0;
    return casemate_fail_expected(err, E_CONFIG, expected,
                                  c.refused ? c.refused
                                  : error   ? keep_error_name(error)
                                            : "none of a TEE that is known",
                                  "%s has no reference values that can be used", name);
}
