/* SPDX-License-Identifier: Apache-2.0 */
/* Names on the wire (of a TEE, of a mode): 1 to 15 of a-z, 0-9 and '-', as CBOR text. */
#ifndef CASEMATE_PROTO_NAME_H
#define CASEMATE_PROTO_NAME_H

#include "cbor.h"

/* Writes the NUL-terminated name; KEEP_EFORMAT in the writer if it is none. size is that of the array. */
void name_put(struct cbor_writer *w, const char *name, size_t size);
/* Reads one into an array, NUL-terminated. */
void name_get(struct cbor_reader *r, char *name, size_t size);

#endif
