/* SPDX-License-Identifier: Apache-2.0 */
/* A small writer of DER (X.690) for certificates that tests make up. It aborts when something does not fit.
 */
#ifndef CASEMATE_TESTS_DER_H
#define CASEMATE_TESTS_DER_H

#include "../../src/proto/bytes.h"

enum { DER_SIZE_MAX = 65536 };

struct der {
    uint8_t bytes[DER_SIZE_MAX];
    size_t size;
};

enum {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_NULL = 0x05,
    DER_OID = 0x06,
    DER_ENUMERATED = 0x0a,
    DER_UTF8_STRING = 0x0c,
    DER_IA5_STRING = 0x16,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_CONTEXT = 0xa0, /* + number: explicit, constructed */
};

/* Everything written between begin and end is the content of one element. */
size_t der_begin(struct der *d, uint8_t tag);
void der_end(struct der *d, size_t mark);

void der_raw(struct der *d, struct span encoded);
void der_put(struct der *d, uint8_t tag, struct span content);
void der_oid(struct der *d, const char *dotted);
void der_uint(struct der *d, uint64_t value);
/* A positive INTEGER of big-endian bytes, with or without zeros in front. */
void der_number(struct der *d, struct span big_endian);
void der_boolean(struct der *d, bool value);
void der_bits(struct der *d, struct span bytes, uint8_t unused);
/* UTCTime up to 2049, then GeneralizedTime (RFC 5280, section 4.1.2.5). */
void der_time(struct der *d, int64_t seconds);
struct span der_span(const struct der *d);

#endif
