/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates that vendors publish and that are compiled in: the roots that make evidence *hardware*,
 * and AMD's intermediate ones. Each is pinned by the SHA-384 of its DER, in vendor.c; roots/README.md says
 * where each is from. */
#ifndef CASEMATE_ATTEST_VENDOR_H
#define CASEMATE_ATTEST_VENDOR_H

#include "../proto/bytes.h"

enum attest_vendor { VENDOR_NONE = 0, VENDOR_INTEL, VENDOR_AMD };

struct vendor_certificate {
    enum attest_vendor vendor;
    const char *name; /* "ark-milan" */
    bool root;        /* otherwise an intermediate one, which chains to a root like any other */
    struct span der;
    uint8_t pin[48]; /* SHA-384 */
};

enum { VENDOR_CERTIFICATES = 10 };
extern const struct vendor_certificate vendor_certificates[VENDOR_CERTIFICATES];

/* The next one, from *at on, in which this name stands (DER), as its subject or as its issuer; NULL when
 * there is none. */
const struct vendor_certificate *vendor_find(enum attest_vendor vendor, struct span name, size_t *at);
/* Whose root this certificate is, by its pin; VENDOR_NONE if it is none. */
enum attest_vendor vendor_of_root(struct span der);

#endif
