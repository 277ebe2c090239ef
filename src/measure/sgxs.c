/* SPDX-License-Identifier: Apache-2.0 */
/* Reader of SGX streams, canonical ones only: pages in ascending order, each once, each chunk once. */
#include "sgxs.h"

#include "refuse.h"
#include "sigstruct.h"

enum {
    ECREATE_SIZE_AT = 12,
    FLAG_R = 1 << 0,
    FLAG_W = 1 << 1,
    FLAG_X = 1 << 2,
    FLAGS_RWX = FLAG_R | FLAG_W | FLAG_X,
    TYPE_TCS = 1,
    TYPE_REG = 2,
};

static uint64_t type_of(uint64_t flags)
{
    return flags >> 8;
}

static bool zeros(const uint8_t *from, const uint8_t *to)
{
    for (; from < to; from++)
        if (*from != 0)
            return false;
    return true;
}

void sgxs_start(struct sgxs *s, struct span image)
{
    *s = (struct sgxs){.image = image};
}

/* SDM 39.3, ECREATE: SSAFRAMESIZE at 8, SIZE at 12; rows of the operation. */
static int read_ecreate(struct sgxs *s, struct sgxs_record *r, struct casemate_error *err)
{
    const uint8_t *p = r->bytes.data;
    const uint64_t size = load_le64(p + ECREATE_SIZE_AT);
    if (s->enclave_size)
        return measure_refuse(err, s->at, "SGX stream", "one ECREATE, at its start", s->at);
    if (load_le32(p + 8) == 0)
        return measure_refuse(err, s->at + 8, "SSAFRAMESIZE", "at least 0x1", 0);
    if (size < 2 * SGXS_PAGE || (size & (size - 1)))
        return measure_refuse(err, s->at + ECREATE_SIZE_AT, "size of the enclave",
                              "a power of two of at least 0x2000", size);
    if (!zeros(p + 20, p + SGXS_RECORD_SIZE))
        return measure_refuse(err, s->at + 20, "reserved part of ECREATE", "zeros", 1);
    s->enclave_size = r->offset = size;
    return 0;
}

/* SDM 39.3, EADD, and 35.10, SECINFO: a TCS has no permissions, and nothing is writable but not readable. */
static int check_flags(const struct sgxs *s, uint64_t flags, struct casemate_error *err)
{
    const bool regular = type_of(flags) == TYPE_REG && !((flags & FLAG_W) && !(flags & FLAG_R));
    const bool tcs = type_of(flags) == TYPE_TCS && (flags & FLAGS_RWX) == 0;
    if ((flags & 0xff & ~(uint64_t)FLAGS_RWX) || (!regular && !tcs))
        return measure_refuse(
            err, s->at + 16, "SECINFO.FLAGS",
            "a TCS without permissions (0x100) or a regular page (0x200 to 0x207, not 0x202, 0x206)", flags);
    return 0;
}

static int read_eadd(struct sgxs *s, struct sgxs_record *r, struct casemate_error *err)
{
    const uint8_t *p = r->bytes.data;
    r->offset = load_le64(p + 8);
    r->flags = load_le64(p + 16);
    if (r->offset % SGXS_PAGE || r->offset >= s->enclave_size)
        return measure_refuse(err, s->at + 8, "offset of EADD", "a page inside the enclave", r->offset);
    if (s->has_page && r->offset <= s->page)
        return measure_refuse(err, s->at + 8, "offset of EADD", "one above the page before", r->offset);
    if (check_flags(s, r->flags, err))
        return -1;
    if (!zeros(p + 24, p + SGXS_RECORD_SIZE))
        return measure_refuse(err, s->at + 24, "reserved part of EADD", "zeros", 1);
    s->has_page = true;
    s->page = r->offset;
    s->flags = r->flags;
    s->chunks = 0;
    return 0;
}

static int read_chunk(struct sgxs *s, struct sgxs_record *r, struct casemate_error *err)
{
    const uint8_t *p = r->bytes.data;
    r->offset = load_le64(p + 8);
    r->flags = s->flags;
    if (!range_inside(s->at, SGXS_RECORD_SIZE + SGXS_CHUNK_SIZE, s->image.size))
        return measure_refuse(err, s->at, "last record", "320 bytes", s->image.size - s->at);
    r->bytes.size += SGXS_CHUNK_SIZE;
    if (!s->has_page || r->offset % SGXS_CHUNK_SIZE || r->offset < s->page ||
        r->offset - s->page >= SGXS_PAGE)
        return measure_refuse(err, s->at + 8, "offset of EEXTEND", "256 bytes of the page just added",
                              r->offset);
    if (!zeros(p + 16, p + SGXS_RECORD_SIZE))
        return measure_refuse(err, s->at + 16, "reserved part of EEXTEND", "zeros", 1);
    const uint32_t bit = UINT32_C(1) << ((r->offset - s->page) / SGXS_CHUNK_SIZE);
    if (s->chunks & bit)
        return measure_refuse(err, s->at + 8, "offset of EEXTEND", "each 256 bytes once", r->offset);
    s->chunks |= bit;
    return 0;
}

static enum sgxs_kind kind_of(const uint8_t *word)
{
    static const struct {
        char word[9];
        enum sgxs_kind kind;
    } kinds[] = {{"ECREATE\0", SGXS_ECREATE},
                 {"EADD\0\0\0\0", SGXS_EADD},
                 {"EEXTEND\0", SGXS_EEXTEND},
                 {"UNMEASRD", SGXS_UNMEASURED}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (memcmp(word, kinds[i].word, 8) == 0)
            return kinds[i].kind;
    return SGXS_END;
}

static int refuse_tag(const struct sgxs *s, const uint8_t *word, struct casemate_error *err)
{
    if (memcmp(word, "UNSIZED\0", 8) == 0)
        return measure_refuse(err, s->at, "SGX stream", "ECREATE with the enclave's size, not UNSIZED",
                              load_le64(word));
    return measure_refuse(err, s->at, "tag of a record", "ECREATE, EADD, EEXTEND, UNMEASRD or a SIGSTRUCT",
                          load_le64(word));
}

int sgxs_next(struct sgxs *s, struct sgxs_record *r, struct casemate_error *err)
{
    int result = 0;
    *r = (struct sgxs_record){.kind = SGXS_END};
    if (s->enclave_size &&
        (s->at == s->image.size || sigstruct_begins(span_of(s->image.data + s->at, s->image.size - s->at))))
        return 0;
    if (!range_inside(s->at, SGXS_RECORD_SIZE, s->image.size))
        return measure_refuse(err, s->at, "SGX stream", "a record of 64 bytes", s->image.size - s->at);
    r->bytes = span_of(s->image.data + s->at, SGXS_RECORD_SIZE);
    r->kind = kind_of(r->bytes.data);
    if (r->kind == SGXS_END)
        return refuse_tag(s, r->bytes.data, err);
    if (r->kind != SGXS_ECREATE && !s->enclave_size)
        return measure_refuse(err, s->at, "SGX stream", "ECREATE at its start", load_le64(r->bytes.data));
    if (r->kind == SGXS_ECREATE)
        result = read_ecreate(s, r, err);
    else if (r->kind == SGXS_EADD)
        result = read_eadd(s, r, err);
    else
        result = read_chunk(s, r, err);
    s->at += r->bytes.size;
    return result;
}
