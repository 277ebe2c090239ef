/* SPDX-License-Identifier: Apache-2.0 */
/* MRTD of a trust domain (Intel TDX Module Base Architecture Specification, "TD Measurement":
 * TDH.MEM.PAGE.ADD and TDH.MR.EXTEND): SHA-384 over a record for each page, and one with its bytes for each
 * 256 of them. */
#include "hash.h"
#include "measure.h"
#include "tdvf.h"

enum { RECORD_SIZE = 128, CHUNK = 256 };

/* The operation's name, and at byte 16 the guest physical address. */
static void add_record(struct measure_hash *h, const char *name, uint64_t address)
{
    uint8_t record[RECORD_SIZE] = {0};
    memcpy(record, name, strlen(name));
    store_le64(record + 16, address);
    measure_hash_add(h, record, sizeof record);
}

static void add_page(struct measure_hash *h, const struct tdvf_section *s, uint64_t at)
{
    add_record(h, "MEM.PAGE.ADD", s->address + at);
}

static void extend_page(struct measure_hash *h, const struct tdvf_section *s, uint64_t page)
{
    for (uint64_t at = page; at < page + TDVF_PAGE; at += CHUNK) {
        uint8_t bytes[CHUNK] = {0};
        if (at < s->data.size) {
            const size_t left = s->data.size - (size_t)at;
            memcpy(bytes, s->data.data + at, left < CHUNK ? left : CHUNK);
        }
        add_record(h, "MR.EXTEND", s->address + at);
        measure_hash_add(h, bytes, sizeof bytes);
    }
}

static void add_section(struct measure_hash *h, const struct tdvf_section *s, bool two_passes)
{
    const bool extend = (s->attributes & TDVF_EXTEND_MR) != 0;
    if (s->attributes & TDVF_PAGE_AUG) /* comes after the launch, and the guest accepts it */
        return;
    for (uint64_t at = 0; at < s->memory_size; at += TDVF_PAGE) {
        add_page(h, s, at);
        if (extend && !two_passes)
            extend_page(h, s, at);
    }
    for (uint64_t at = 0; extend && two_passes && at < s->memory_size; at += TDVF_PAGE)
        extend_page(h, s, at);
}

static void explain(struct measured *result, const struct tdvf *t)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct tdvf_section *s = &t->section[i];
        if (s->attributes & TDVF_EXTEND_MR)
            continue;
        if (s->type == TDVF_BFV)
            measure_note(result, "section %zu holds code that is not part of the measurement", i);
        if (s->type == TDVF_CFV)
            measure_note(result, "section %zu, the firmware's variables, is not part of the measurement", i);
    }
}

static const char *const profiles[] = {"single-pass", "two-pass", NULL};

static int measure(struct span image, const struct measure_options *options, struct measured *result,
                   struct casemate_error *err)
{
    const bool two_passes = strcmp(options->profile, profiles[1]) == 0;
    struct measure_hash h;
    struct tdvf t;
    if (tdvf_read(image, &t, err))
        return -1;
    measure_hash_start(&h, PSA_ALG_SHA_384);
    for (size_t i = 0; i < t.count; i++)
        add_section(&h, &t.section[i], two_passes);
    explain(result, &t);
    return measure_hash_end(&h, &result->value, err);
}

static const char *const aliases[] = {"intel-tdx", NULL};

const struct measure_tee measure_tee_tdx = {
    .name = "tdx",
    .aliases = aliases,
    .image = "keep.fd",
    .profiles = profiles,
    .measure = measure,
};
