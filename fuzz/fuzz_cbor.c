/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the reader of CBOR (src/proto/cbor.h), as the protocol has it and as COSE has it. */
#include <stdlib.h>

#include "../src/proto/cbor.h"

static void try_reader(struct cbor_reader *r, size_t size)
{
    struct span item = cbor_skip(r);
    if (r->at > size || (r->error && item.size) || (cbor_reader_finish(r) == 0 && item.size != size))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cbor_reader r;
    cbor_reader_init(&r, span_of(data, size));
    try_reader(&r, size);
    cbor_reader_init_cose(&r, span_of(data, size));
    try_reader(&r, size);
    return 0;
}
