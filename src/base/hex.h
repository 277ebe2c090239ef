/* SPDX-License-Identifier: Apache-2.0 */
/* Lower-case hexadecimal and base64 (RFC 4648, section 4, padded). */
#ifndef CASEMATE_BASE_HEX_H
#define CASEMATE_BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Text needs 2 * size + 1 characters. */
void hex_encode(const uint8_t *bytes, size_t size, char *text);
/* Exactly size bytes from exactly 2 * size digits of either case. */
bool hex_decode(const char *text, size_t text_size, uint8_t *bytes, size_t size);

static inline size_t base64_size(size_t size)
{
    return (size + 2) / 3 * 4;
}
/* Text needs base64_size(size) + 1 characters. */
void base64_encode(const uint8_t *bytes, size_t size, char *text);
/* Canonical text only. *size is at most capacity. */
bool base64_decode(const char *text, size_t text_size, uint8_t *bytes, size_t capacity, size_t *size);

#endif
