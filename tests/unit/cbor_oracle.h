/* SPDX-License-Identifier: Apache-2.0 */
/* libcbor, another implementation of RFC 8949, as a judge of ours; in a file of its own, because its header
 * and ours use the same names. */
#ifndef CASEMATE_TESTS_CBOR_ORACLE_H
#define CASEMATE_TESTS_CBOR_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the first item, 0 if libcbor refuses it. */
size_t oracle_item_size(const uint8_t *encoded, size_t size);
/* Whether libcbor writes what it read with the same bytes. */
bool oracle_writes_alike(const uint8_t *encoded, size_t size);

#endif
