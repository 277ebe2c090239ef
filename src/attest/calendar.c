/* SPDX-License-Identifier: Apache-2.0 */
/* The proleptic Gregorian calendar, counted in years that begin in March, so that a leap day comes last. */
#include "calendar.h"

#include <stdio.h>

enum { DAY = 86400, DAYS_400_YEARS = 146097, DAYS_TO_1970 = 719468 /* from 0000-03-01 */ };

int64_t calendar_seconds(const mbedtls_x509_time *t)
{
    int64_t year = t->mon > 2 ? t->year : t->year - 1;
    int64_t month = t->mon > 2 ? t->mon - 3 : t->mon + 9;
    int64_t days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + t->day - 1;
    return (days - DAYS_TO_1970) * DAY + t->hour * 3600 + t->min * 60 + t->sec;
}

void calendar_text(int64_t seconds, char text[CALENDAR_TEXT])
{
    const int64_t first = -62167219200, last = 253402300799; /* 0000-01-01 and 9999-12-31 */
    seconds = seconds < first ? first : seconds > last ? last : seconds;
    int64_t from_zero = seconds + (int64_t)DAYS_TO_1970 * DAY + (int64_t)DAYS_400_YEARS * DAY;
    int64_t days = from_zero / DAY, rest = from_zero % DAY;
    int64_t era = days / DAYS_400_YEARS, in_era = days % DAYS_400_YEARS;
    int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * in_year + 2) / 153, day = in_year - (153 * month + 2) / 5 + 1;
    year += (era - 1) * 400 + (month > 9);
    (void)snprintf(text, CALENDAR_TEXT, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)year,
                   (int)(month < 10 ? month + 3 : month - 9), (int)day, (int)(rest / 3600),
                   (int)(rest / 60 % 60), (int)(rest % 60));
}
