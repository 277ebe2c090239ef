/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the readers of firmware metadata (src/measure/guid_table.c, sev_metadata.c, tdvf.c) and the launch
 * digests over them: what is taken lies inside the image and below the limits. */
#include <psa/crypto.h>
#include <stdlib.h>

#include "../src/measure/measure.h"
#include "../src/measure/tdvf.h"

enum { MEMORY_MAX = 1 << 20 }; /* more of a trust domain is not hashed here, for time's sake */

static void measure(const char *tee, struct span image, const struct measure_options *options, size_t size)
{
    struct casemate_error err = {0};
    struct measured result;
    if (measure_image(measure_find(tee, NULL), image, options, &result, &err) == 0) {
        if (result.value.size != size)
            abort();
    } else if (err.code != E_IMAGE) {
        abort();
    }
}

/* Whether it is small enough to measure. */
static bool check_tdvf(struct span image)
{
    struct casemate_error err = {0};
    struct tdvf t;
    uint64_t total = 0;
    if (tdvf_read(image, &t, &err))
        return true;
    for (size_t i = 0; i < t.count; i++) {
        const struct tdvf_section *s = &t.section[i];
        const size_t offset = (size_t)(s->data.data - image.data);
        if (s->data.size && (s->data.data < image.data || !range_inside(offset, s->data.size, image.size)))
            abort();
        if (s->type >= TDVF_TD_INFO)
            continue;
        if (s->data.size > s->memory_size || s->address % TDVF_PAGE || s->memory_size % TDVF_PAGE)
            abort();
        total += s->attributes & TDVF_PAGE_AUG ? 0 : s->memory_size;
    }
    if (total > TDVF_MEMORY_MAX)
        abort();
    return total <= MEMORY_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct span image = span_of(data, size);
    const struct measure_options with_kernel = {.vcpus = 2, .has_kernel = true};
    if (psa_crypto_init() != PSA_SUCCESS)
        abort();
    if (size <= MEMORY_MAX) {
        measure("snp", image, NULL, 48);
        measure("sev-es", image, &with_kernel, 32);
        measure("sev", image, NULL, 32);
    }
    if (check_tdvf(image))
        measure("tdx", image, NULL, 48);
    return 0;
}
