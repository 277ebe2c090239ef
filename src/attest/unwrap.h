/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence in the forms in which people keep it, recognised by content: binary, hexadecimal, base64, PEM, or
 * inside an extension of an X.509 certificate or certification request (TCG DICE, RFC 9999's conceptual
 * message wrapper, RA-TLS). Nothing of a wrapping is trusted, and nothing is decided by it. */
#ifndef CASEMATE_ATTEST_UNWRAP_H
#define CASEMATE_ATTEST_UNWRAP_H

#include "../base/error.h"
#include "../proto/bytes.h"

enum {
    UNWRAP_SIZE_MAX = 16 << 20,
    UNWRAP_DEPTH_MAX = 8, /* wrappings inside one another */
    UNWRAP_FROM_MAX = 160,
};

struct unwrapped {
    bool bundle;                /* Casemate's own, with statements; otherwise evidence of any TEE */
    struct span bytes;          /* inside the file, or inside what is owned */
    char from[UNWRAP_FROM_MAX]; /* what it was found in, innermost first; empty if in nothing */
    size_t owned_count;
    uint8_t *owned[UNWRAP_DEPTH_MAX];
};

/* The file's bytes must outlive *unwrapped. E_EVIDENCE with what the file is instead, if there is none in it;
 * E_LIMIT. */
int attest_unwrap(struct span file, struct unwrapped *unwrapped, struct casemate_error *err);
void unwrapped_free(struct unwrapped *unwrapped);

#endif
