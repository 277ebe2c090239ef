/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the structure of quotes (src/attest/quote.c): what is read lies inside the evidence. */
#include <stdlib.h>

#include "../src/attest/quote.h"

static void must_lie_inside(struct span part, const uint8_t *data, size_t size)
{
    if (part.size && (part.data < data || part.size > size || part.data > data + size - part.size))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct quote quote;
    const bool read = quote_read(span_of(data, size), &quote);
    if (read != !quote.problem)
        abort();
    const struct span parts[] = {quote.signed_part,  quote.signature,         quote.attestation_key,
                                 quote.qe_signature, quote.qe_authentication, quote.qe_report_bytes,
                                 quote.certification};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        must_lie_inside(parts[i], data, size);
    if (read && (quote.trailing > size || quote.signed_part.data != data || quote.signature.size != 64 ||
                 quote.attestation_key.size != 64))
        abort();
    return 0;
}
