/* SPDX-License-Identifier: Apache-2.0 */
/* A date and time as RFC 3339 writes it, as seconds since 1970: "2026-11-24T12:00:00Z". */
#ifndef CASEMATE_BASE_RFC3339_H
#define CASEMATE_BASE_RFC3339_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whole text, with its offset ("Z", "+01:00"); a fraction of a second is dropped. False if it is none. */
bool rfc3339_parse(const char *text, size_t size, int64_t *seconds);

#endif
