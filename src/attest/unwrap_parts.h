/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that unwrap evidence share, and nobody else. */
#ifndef CASEMATE_ATTEST_UNWRAP_PARTS_H
#define CASEMATE_ATTEST_UNWRAP_PARTS_H

#include "unwrap.h"

struct unwrapping {
    struct unwrapped *found;
    const char *instead; /* what the file seems to be, if nothing is found */
    unsigned depth;
    bool starved; /* memory ran out: what was not found may be there */
};

/* Whether there is evidence in these bytes, which then stands in u->found. They must outlive it. */
bool unwrap_any(struct unwrapping *u, struct span bytes);
/* The same for bytes of the heap: kept if there is, freed otherwise. */
bool unwrap_owned(struct unwrapping *u, uint8_t *bytes, size_t size);
/* Says what the evidence stood in, if it was found just now; returns found. */
bool unwrap_from(struct unwrapping *u, bool found, const char *what);

/* DER: a certificate, a certification request, or a string around something. */
bool unwrap_der(struct unwrapping *u, struct span der);
/* CBOR, or JSON of the same sense: an array with evidence among its items. */
bool unwrap_cbor(struct unwrapping *u, struct span cbor);
bool unwrap_json(struct unwrapping *u, struct span text);

#endif
