/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 (RFC 3629): the one check of text, for CBOR and for the names in a WebAssembly module. */
#ifndef CASEMATE_PROTO_UTF8_H
#define CASEMATE_PROTO_UTF8_H

#include "bytes.h"

/* No overlong form, no surrogate, nothing above U+10FFFF. */
bool utf8_valid(struct span text);

#endif
