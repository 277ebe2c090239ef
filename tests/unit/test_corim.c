/* SPDX-License-Identifier: Apache-2.0 */
/* Reference values of CoRIMs: what is understood is used, what is not never makes more acceptable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/attest/corim.h"
#include "../../src/proto/cbor.h"

enum { NOW = 1795521600 };

/* One reference triple in one CoMID, and what of it is as it should not be. */
struct wish {
    uint64_t outer, inner; /* tags of the whole; 0: none */
    const char *profile, *comid_profile;
    int64_t from, until; /* 0: not said */
    uint64_t tag;        /* of the CoMID; 0: 506 */
    const char *model;
    bool layer, instance;
    const char *key; /* mkey */
    bool authorised;
    uint64_t algorithm;
    size_t digest_size;
    bool svn;
    uint64_t svn_tag, svn_value;
    bool flags;     /* one more value, which would have to match */
    size_t times;   /* measurements; 0: 1 */
    bool other_tag; /* a concise tag of another kind beside it */
    bool other_triples;
    bool garbage;
    size_t triples;                                     /* 0: 1 */
    bool triple_of_three, digest_of_three, digest_text; /* an item too many; its algorithm by name */
    bool version, key_number;                           /* measurement values have one; mkey is no text */
    bool index, group;                                  /* one more of a class, of an environment */
    uint64_t date_tag;                                  /* 0: 1; PLAIN: none */
    bool date_other;                                    /* one more of a validity */
    uint64_t profile_tag;                               /* 0: 32; PLAIN: none */
    bool profile_bytes;
    bool tag_plain; /* a concise tag is untagged */
};
#define PLAIN UINT64_MAX

static void put_tag(struct cbor_writer *w, uint64_t tag, uint64_t usual)
{
    if (tag != PLAIN)
        cbor_put_tag(w, tag ? tag : usual);
}

static struct casemate_error err;
static struct corim corim;
static uint8_t encoded[1 << 18], comid[1 << 18];

static void put_measurement(struct cbor_writer *w, const struct wish *o)
{
    uint8_t digest[64];
    memset(digest, 0xab, sizeof digest);
    cbor_put_map(w, (size_t)1 + (o->key != NULL) + o->key_number + o->authorised);
    if (o->key || o->key_number)
        cbor_put_uint(w, 0);
    if (o->key)
        cbor_put_text(w, span_text(o->key));
    else if (o->key_number)
        cbor_put_uint(w, 1);
    cbor_put_uint(w, 1);
    cbor_put_map(w, (size_t)2 + o->version + o->svn + o->flags);
    if (o->version) {
        cbor_put_uint(w, 0);
        cbor_put_map(w, 0);
    }
    if (o->svn) {
        cbor_put_uint(w, 1);
        if (o->svn_tag)
            cbor_put_tag(w, o->svn_tag);
        cbor_put_uint(w, o->svn_value);
    }
    cbor_put_uint(w, 2);
    cbor_put_array(w, 1);
    cbor_put_array(w, (size_t)2 + o->digest_of_three);
    if (o->digest_text)
        cbor_put_text(w, SPAN_LITERAL("sha-384"));
    else
        cbor_put_uint(w, o->algorithm ? o->algorithm : 7);
    cbor_put_bytes(w, span_of(digest, o->digest_size ? o->digest_size : 48));
    if (o->digest_of_three)
        cbor_put_uint(w, 0);
    if (o->flags) {
        cbor_put_uint(w, 3);
        cbor_put_map(w, 0);
    }
    cbor_put_uint(w, 11);
    cbor_put_text(w, SPAN_LITERAL("an image"));
    if (o->authorised) {
        cbor_put_uint(w, 2);
        cbor_put_array(w, 0);
    }
}

static void put_triple(struct cbor_writer *w, const struct wish *o)
{
    size_t times = o->times ? o->times : 1;
    cbor_put_array(w, (size_t)2 + o->triple_of_three);
    cbor_put_map(w, (size_t)1 + o->instance + o->group);
    cbor_put_uint(w, 0);
    cbor_put_map(w, (size_t)2 + o->layer + o->index);
    cbor_put_uint(w, 1);
    cbor_put_text(w, SPAN_LITERAL("Casemate"));
    cbor_put_uint(w, 2);
    cbor_put_text(w, span_text(o->model ? o->model : "SEV-SNP"));
    if (o->layer) {
        cbor_put_uint(w, 3);
        cbor_put_uint(w, 1);
    }
    if (o->index) {
        cbor_put_uint(w, 4);
        cbor_put_uint(w, 1);
    }
    if (o->instance) {
        cbor_put_uint(w, 1);
        cbor_put_bytes(w, SPAN_LITERAL("one"));
    }
    if (o->group) {
        cbor_put_uint(w, 2);
        cbor_put_bytes(w, SPAN_LITERAL("many"));
    }
    cbor_put_array(w, times);
    for (size_t i = 0; i < times; i++)
        put_measurement(w, o);
    if (o->triple_of_three)
        cbor_put_uint(w, 0);
}

static struct span put_comid(const struct wish *o)
{
    struct cbor_writer w;
    struct span whole;
    cbor_writer_init(&w, comid, sizeof comid);
    cbor_put_map(&w, (size_t)2 + (o->comid_profile != NULL));
    cbor_put_uint(&w, 1);
    cbor_put_map(&w, 1);
    cbor_put_uint(&w, 0);
    cbor_put_text(&w, SPAN_LITERAL("tag id"));
    cbor_put_uint(&w, 4);
    cbor_put_map(&w, (size_t)1 + o->other_triples);
    cbor_put_uint(&w, 0);
    const size_t triples = o->triples ? o->triples : 1;
    cbor_put_array(&w, triples);
    for (size_t i = 0; i < triples; i++)
        put_triple(&w, o);
    if (o->other_triples) {
        cbor_put_uint(&w, 1);
        cbor_put_array(&w, 0);
    }
    if (o->comid_profile) {
        cbor_put_uint(&w, 5);
        cbor_put_text(&w, span_text(o->comid_profile));
    }
    if (o->garbage)
        cbor_put_uint(&w, 0);
    assert_int_equal(cbor_writer_finish(&w, &whole), 0);
    return whole;
}

static void put_date(struct cbor_writer *w, uint64_t key, int64_t date, uint64_t tag)
{
    if (date == 0)
        return;
    cbor_put_uint(w, key);
    put_tag(w, tag, 1);
    cbor_put_int(w, date);
}

static struct span make(const struct wish *o)
{
    struct cbor_writer w;
    struct span inner = put_comid(o), whole;
    cbor_writer_init(&w, encoded, sizeof encoded);
    if (o->outer)
        cbor_put_tag(&w, o->outer);
    if (o->inner)
        cbor_put_tag(&w, o->inner);
    cbor_put_map(&w, (size_t)2 + (o->profile != NULL) + (o->from || o->until));
    cbor_put_uint(&w, 0);
    cbor_put_text(&w, SPAN_LITERAL("corim id"));
    cbor_put_uint(&w, 1);
    cbor_put_array(&w, (size_t)1 + o->other_tag + o->tag_plain);
    if (o->tag_plain)
        cbor_put_bytes(&w, SPAN_LITERAL("no tag"));
    if (o->other_tag) {
        cbor_put_tag(&w, 505);
        cbor_put_bytes(&w, SPAN_LITERAL("a software tag"));
    }
    cbor_put_tag(&w, o->tag ? o->tag : 506);
    cbor_put_bytes(&w, inner);
    if (o->profile) {
        cbor_put_uint(&w, 3);
        put_tag(&w, o->profile_tag, 32);
        if (o->profile_bytes)
            cbor_put_bytes(&w, span_text(o->profile));
        else
            cbor_put_text(&w, span_text(o->profile));
    }
    if (o->from || o->until) {
        cbor_put_uint(&w, 4);
        cbor_put_map(&w, (size_t)(o->from != 0) + (o->until != 0) + o->date_other);
        put_date(&w, 0, o->from, o->date_tag);
        put_date(&w, 1, o->until, o->date_tag);
        if (o->date_other) {
            cbor_put_uint(&w, 2);
            cbor_put_text(&w, SPAN_LITERAL("noted"));
        }
    }
    assert_int_equal(cbor_writer_finish(&w, &whole), 0);
    return whole;
}

static void reads(struct wish wish, const char *tee, size_t size)
{
    if (corim_read(make(&wish), "corim", NOW, &corim, &err))
        fail_msg("%s: %s", err.what, err.found);
    assert_int_equal(corim.count, wish.times ? wish.times : 1);
    assert_string_equal(corim.value[0].tee, tee);
    assert_int_equal(corim.value[0].value.size, size);
    assert_int_equal(corim.value[0].value.bytes[size - 1], 0xab);
}

static void refuses(struct wish wish, const char *found)
{
    assert_int_equal(corim_read(make(&wish), "corim", NOW, &corim, &err), -1);
    assert_int_equal(err.code, E_CONFIG);
    assert_string_equal(err.found, found);
}

static void measurements_of_each_tee_are_read(void **state)
{
    (void)state;
    reads((struct wish){0}, "snp", 48);
    reads((struct wish){.outer = 501, .model = "TDX"}, "tdx", 48);
    reads((struct wish){.outer = 500, .inner = 501, .model = "sgx", .algorithm = 1, .digest_size = 32}, "sgx",
          32);
    reads((struct wish){.model = "process", .key = "measurement"}, "process", 48);
    reads((struct wish){.other_tag = true, .other_triples = true, .times = 3}, "snp", 48);
    reads((struct wish){.profile = "tag:casemate.example,2026:reference-1"}, "snp", 48);
    reads((struct wish){.comid_profile = "tag:casemate.example,2026:reference-1"}, "snp", 48);
    reads((struct wish){.from = NOW - 1, .until = NOW + 1}, "snp", 48);
    reads((struct wish){.from = NOW - 1, .until = NOW + 1, .date_tag = PLAIN, .date_other = true}, "snp", 48);
    reads((struct wish){.outer = 500}, "snp", 48);
    reads((struct wish){.version = true, .tag_plain = true}, "snp", 48);
    reads((struct wish){.profile = "tag:casemate.example,2026:reference-1", .profile_tag = PLAIN}, "snp", 48);
}

static void a_security_version_is_a_minimum(void **state)
{
    (void)state;
    static const uint64_t tags[] = {0, 552, 553};
    for (size_t i = 0; i < 3; i++) {
        reads((struct wish){.svn = true, .svn_tag = tags[i], .svn_value = 7}, "snp", 48);
        assert_true(corim.value[0].has_svn);
        assert_int_equal(corim.value[0].min_svn, 7);
    }
    refuses((struct wish){.svn = true, .svn_value = UINT64_C(1) << 32}, "none of a TEE that is known");
    reads((struct wish){0}, "snp", 48);
    assert_false(corim.value[0].has_svn);
}

/* What is left out of these would otherwise make more acceptable than the CoRIM says. */
static void what_would_have_to_match_too_is_not_ignored(void **state)
{
    (void)state;
    static const char none[] = "none of a TEE that is known";
    refuses((struct wish){.flags = true}, none);
    refuses((struct wish){.layer = true}, none);
    refuses((struct wish){.instance = true}, none);
    refuses((struct wish){.authorised = true}, none);
    refuses((struct wish){.layer = true, .index = true}, none);
    refuses((struct wish){.instance = true, .group = true}, none);
    refuses((struct wish){.index = true}, none);
    refuses((struct wish){.group = true}, none);
    refuses((struct wish){.key_number = true}, none);
    refuses((struct wish){.digest_text = true}, none);
    refuses((struct wish){.flags = true, .svn = true, .svn_value = UINT64_C(1) << 32}, none);
    refuses((struct wish){.key = "rtmr0"}, none);
    refuses((struct wish){.model = "other"}, none);
    refuses((struct wish){.model = "a name that is long"}, none);
    refuses((struct wish){.algorithm = 8, .digest_size = 64}, none);
    refuses((struct wish){.algorithm = 7, .digest_size = 32}, none);
    refuses((struct wish){.algorithm = 1}, none);
    assert_int_equal(corim.skipped, 1);
    refuses((struct wish){.tag = 507}, none);
}

static void profiles_dates_and_signatures_that_nobody_here_knows_are_refused(void **state)
{
    (void)state;
    refuses((struct wish){.profile = "tag:other.example,2026:x"}, "a profile that is not known");
    refuses((struct wish){.comid_profile = "tag:other.example,2026:x"}, "a profile that is not known");
    refuses((struct wish){.from = NOW + 1}, "one that is not valid yet");
    refuses((struct wish){.until = NOW - 1}, "one that is not valid any more");
    refuses((struct wish){.outer = 18}, "a signed one, whose signature nobody here can judge");
    refuses((struct wish){.outer = 500, .inner = 502}, "a signed one, whose signature nobody here can judge");
    refuses((struct wish){.outer = 500, .inner = 500}, "something else");
    refuses((struct wish){.outer = 999}, "something else");
    refuses((struct wish){.garbage = true}, "KEEP_EFORMAT");
    refuses((struct wish){.triple_of_three = true}, "KEEP_ESIZE");
    refuses((struct wish){.digest_of_three = true, .times = 2}, "KEEP_ESIZE");
    refuses((struct wish){.svn = true, .svn_tag = 554}, "KEEP_EFORMAT");
    refuses((struct wish){.from = 1, .date_tag = 2}, "KEEP_EFORMAT");
    refuses((struct wish){.profile = "tag:casemate.example,2026:reference-1", .profile_tag = 33},
            "a profile that is not known");
    refuses((struct wish){.profile = "tag:casemate.example,2026:reference-1", .profile_bytes = true},
            "a profile that is not known");
}

static void a_corim_cut_anywhere_is_refused(void **state)
{
    (void)state;
    const struct wish wish = {.svn = true, .svn_tag = 553, .svn_value = 2, .from = 1, .other_tag = true};
    const struct span all = make(&wish);
    for (size_t size = 0; size < all.size; size++) {
        uint8_t *copy = malloc(size + 1);
        assert_non_null(copy);
        memcpy(copy, all.data, size);
        assert_int_equal(corim_read(span_of(copy, size), "corim", NOW, &corim, &err), -1);
        free(copy);
    }
}

static void there_are_limits(void **state)
{
    (void)state;
    struct wish wish = {.times = CORIM_VALUES_MAX};
    reads(wish, "snp", 48);
    wish.times++;
    assert_int_equal(corim_read(make(&wish), "corim", NOW, &corim, &err), -1);
    wish = (struct wish){.times = CORIM_VALUES_MAX / 2 + 1, .triples = 2}; /* together past the limit */
    err = (struct casemate_error){0};
    assert_int_equal(corim_read(make(&wish), "corim", NOW, &corim, &err), -1);
    assert_int_equal(err.code, E_LIMIT);
    uint8_t *huge = calloc(1, CORIM_SIZE_MAX + 1);
    assert_int_equal(corim_read(span_of(huge, CORIM_SIZE_MAX + 1), "corim", NOW, &corim, &err), -1);
    assert_int_equal(err.code, E_LIMIT);
    free(huge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measurements_of_each_tee_are_read),
        cmocka_unit_test(a_security_version_is_a_minimum),
        cmocka_unit_test(what_would_have_to_match_too_is_not_ignored),
        cmocka_unit_test(profiles_dates_and_signatures_that_nobody_here_knows_are_refused),
        cmocka_unit_test(a_corim_cut_anywhere_is_refused),
        cmocka_unit_test(there_are_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
