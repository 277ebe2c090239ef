/* SPDX-License-Identifier: Apache-2.0 */
/* What evidence of Sanctum and of PEF have in common beyond an EAT. */
#include "keep_eat.h"

enum { KEY_MONITOR = -70004, KEY_MONITOR_SVN = -70005, KEY_DEVICE = -70006, KEY_BLOB = -70007 };

const char *const keep_eat_enforced[] = {"silicon", "emulated CPU", NULL};

static uint32_t get_svn(struct cbor_reader *r)
{
    uint64_t value = cbor_get_uint(r);
    if (value > UINT32_MAX)
        cbor_reader_fail(r, KEEP_EFORMAT);
    return (uint32_t)value;
}

/* The bit of a claim of ours, 0 for another. */
static unsigned get_claim(struct cbor_reader *r, int64_t key, struct eat_extra *extra)
{
    switch (key) {
    case KEY_MONITOR:
        cbor_get_bytes_exact(r, extra->monitor, sizeof extra->monitor);
        return EAT_MONITOR;
    case KEY_MONITOR_SVN:
        extra->monitor_svn = get_svn(r);
        return EAT_MONITOR_SVN;
    case KEY_DEVICE:
        cbor_get_bytes_exact(r, extra->device, sizeof extra->device);
        return EAT_DEVICE;
    case KEY_BLOB:
        cbor_get_bytes_exact(r, extra->blob, sizeof extra->blob);
        return EAT_BLOB;
    default:
        (void)cbor_skip(r);
        return 0;
    }
}

static int decode(struct span payload, struct eat_extra *extra)
{
    struct cbor_reader r;
    int64_t key;
    *extra = (struct eat_extra){0};
    cbor_reader_init_cose(&r, payload);
    struct cbor_map map = cbor_enter_map(&r);
    while (cbor_next_int_key(&r, &map, &key))
        extra->seen |= get_claim(&r, key, extra);
    cbor_leave(&r);
    return cbor_reader_finish(&r);
}

bool keep_eat_read(struct span evidence, unsigned needed, struct eat *eat, struct eat_extra *extra,
                   struct check_report *report)
{
    if (!eat_read(evidence, eat, report))
        return false;
    int error = decode(eat->cose.payload, extra);
    if (!error && extra->seen == needed)
        return true;
    return check_set(report, CHECK_FORMAT, false, "the claims of its profile, and no other profile's",
                     "claims: %s", error ? keep_error_name(error) : "one is missing, or another profile's") &&
           false;
}

void keep_eat_judge_image(const struct eat *eat, struct check_report *report, struct dice_tcb *leaf)
{
    if (!dice_tcb_read(&eat->chain.certificate[0], leaf) || !leaf->has_sha384) {
        (void)check_set(report, CHECK_EAT_IMAGE, false, "a certificate of the leaf that names its image",
                        "none of SHA-384 in DiceTcbInfo");
        return;
    }
    (void)check_digest(report, CHECK_EAT_IMAGE, leaf->sha384, eat->claims.measurement, sizeof leaf->sha384);
}
