/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the readers of SGX streams and SIGSTRUCTs (src/measure/sgxs.c, sigstruct.c): records lie inside the
 * image, one after the other, pages in order. */
#include <psa/crypto.h>
#include <stdlib.h>

#include "../src/measure/measure.h"
#include "../src/measure/sgxs.h"

static void walk(struct span image)
{
    struct casemate_error err = {0};
    struct sgxs_record r;
    struct sgxs s;
    const uint8_t *end = image.data;
    uint64_t least = 0;
    sgxs_start(&s, image);
    while (sgxs_next(&s, &r, &err) == 0 && r.kind != SGXS_END) {
        if (r.bytes.data != end || r.bytes.size > image.size - (size_t)(end - image.data))
            abort();
        end += r.bytes.size;
        if (r.kind != SGXS_EADD)
            continue;
        if (r.offset < least || r.offset >= s.enclave_size)
            abort();
        least = r.offset + SGXS_PAGE;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct casemate_error err = {0};
    struct measured result;
    if (psa_crypto_init() != PSA_SUCCESS)
        abort();
    walk(span_of(data, size));
    if (measure_image(measure_find("sgx", NULL), span_of(data, size), NULL, &result, &err) == 0) {
        if (result.value.size != 32)
            abort();
    } else if (err.code != E_IMAGE) {
        abort();
    }
    return 0;
}
