/* SPDX-License-Identifier: Apache-2.0 */
/* Points in time as docker takes them: before now, since 1970, or by date (RFC 3339). */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parse.h"

enum { MS = 1000 };

/* "12" or "12.345": thousandths, further digits cut off. Moves *text behind it. */
static bool decimal(const char **text, uint64_t *thousandths)
{
    uint64_t value = 0, scale = MS;
    const char *at = *text;
    for (; *at >= '0' && *at <= '9'; at++)
        if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value))
            return false;
    if (at == *text || __builtin_mul_overflow(value, (uint64_t)MS, &value))
        return false;
    if (*at == '.') {
        const char *digits = ++at;
        for (; *at >= '0' && *at <= '9'; at++)
            if ((scale /= 10) > 0 && __builtin_add_overflow(value, (uint64_t)(*at - '0') * scale, &value))
                return false;
        if (at == digits)
            return false;
    }
    *text = at;
    *thousandths = value;
    return true;
}

/* "1h30m": milliseconds. */
static bool duration(const char *text, uint64_t *ms)
{
    static const struct {
        const char *unit;
        uint64_t seconds, parts; /* seconds / parts */
    } units[] = {{"ms", 1, 1000}, {"h", 3600, 1}, {"m", 60, 1}, {"s", 1, 1}};
    uint64_t sum = 0;
    if (!*text)
        return false;
    while (*text) {
        uint64_t value;
        size_t i = 0, count = sizeof units / sizeof units[0];
        if (!decimal(&text, &value))
            return false;
        while (i < count && strncmp(text, units[i].unit, strlen(units[i].unit)) != 0)
            i++;
        if (i == count || __builtin_mul_overflow(value, units[i].seconds, &value) ||
            __builtin_add_overflow(sum, value / units[i].parts, &sum))
            return false;
        text += strlen(units[i].unit);
    }
    *ms = sum;
    return true;
}

/* "Z", "+01:00", "-0130" or nothing (local time), to the end. */
static bool zone(const char *text, struct tm *date, time_t *seconds)
{
    struct tm offset = {0};
    if (!*text) {
        date->tm_isdst = -1;
        *seconds = mktime(date);
        return *seconds != -1;
    }
    *seconds = timegm(date);
    if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
        return true;
    if (*text != '+' && *text != '-')
        return false;
    const char *end = strptime(text + 1, strchr(text, ':') ? "%H:%M" : "%H%M", &offset);
    if (!end || *end)
        return false;
    time_t east = offset.tm_hour * 3600 + offset.tm_min * 60;
    *seconds += *text == '-' ? east : -east;
    return true;
}

static bool date(const char *text, uint64_t *ms)
{
    static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H", "%Y-%m-%d"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct tm read = {0};
        time_t seconds;
        uint64_t fraction = 0;
        const char *rest = strptime(text, forms[i], &read);
        if (!rest)
            continue;
        char digits[24] = "0";
        size_t size = *rest == '.' ? 1 + strspn(rest + 1, "0123456789") : 0;
        if (size >= sizeof digits - 1)
            return false;
        memcpy(digits + 1, rest, size);
        digits[1 + size] = 0;
        const char *at = digits;
        if (!decimal(&at, &fraction) || !zone(rest + size, &read, &seconds) || seconds < 0)
            return false;
        *ms = (uint64_t)seconds * MS + fraction;
        return true;
    }
    return false;
}

bool parse_since(const char *text, uint64_t now, uint64_t *since)
{
    uint64_t ms;
    const char *rest = text;
    if (decimal(&rest, &ms) && !*rest) {
        *since = ms;
        return true;
    }
    if (duration(text, &ms)) {
        *since = ms < now ? now - ms : 0;
        return true;
    }
    return date(text, since);
}
