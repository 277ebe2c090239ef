/* SPDX-License-Identifier: Apache-2.0 */
/* Dates of certificates as seconds since 1970 and as text (RFC 3339), without the C library's idea of time
 * zones. */
#ifndef CASEMATE_ATTEST_CALENDAR_H
#define CASEMATE_ATTEST_CALENDAR_H

#include <mbedtls/x509.h>
#include <stdint.h>

enum { CALENDAR_TEXT = 32 };

int64_t calendar_seconds(const mbedtls_x509_time *time);
/* "2026-11-24T12:00:00Z"; years outside 0 to 9999 are cut to these. */
void calendar_text(int64_t seconds, char text[CALENDAR_TEXT]);

#endif
