/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 3339, section 5.6, over the proleptic Gregorian calendar. */
#include "rfc3339.h"

enum { DAY = 86400, DAYS_TO_1970 = 719468 /* from 0000-03-01 */ };

struct cursor {
    const char *text;
    size_t left;
    bool failed;
};

static int64_t number(struct cursor *c, size_t digits)
{
    int64_t value = 0;
    for (size_t i = 0; i < digits; i++) {
        if (c->failed || c->left == 0 || *c->text < '0' || *c->text > '9') {
            c->failed = true;
            return 0;
        }
        value = value * 10 + (*c->text - '0');
        c->text++;
        c->left--;
    }
    return value;
}

/* One of the two characters. */
static char take(struct cursor *c, char one, char other)
{
    char found = c->left ? *c->text : '\0';
    if (c->failed || c->left == 0 || (found != one && found != other)) {
        c->failed = true;
        return '\0';
    }
    c->text++;
    c->left--;
    return found;
}

static int64_t ranged(struct cursor *c, size_t digits, int64_t least, int64_t most)
{
    int64_t value = number(c, digits);
    c->failed = c->failed || value < least || value > most;
    return value;
}

static int64_t days_of_month(int64_t year, int64_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static int64_t date(struct cursor *c)
{
    int64_t year = number(c, 4);
    (void)take(c, '-', '-');
    int64_t month = ranged(c, 2, 1, 12);
    (void)take(c, '-', '-');
    int64_t day = ranged(c, 2, 1, 31);
    if (c->failed || day > days_of_month(year, month)) {
        c->failed = true;
        return 0;
    }
    /* Years that begin in March, so that a leap day comes last. */
    year -= month <= 2;
    month += month > 2 ? -3 : 9;
    return year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - DAYS_TO_1970;
}

static void fraction(struct cursor *c)
{
    if (c->failed || c->left == 0 || *c->text != '.')
        return;
    (void)take(c, '.', '.');
    (void)number(c, 1);
    while (!c->failed && c->left && *c->text >= '0' && *c->text <= '9')
        (void)number(c, 1);
}

/* Seconds east of Greenwich. */
static int64_t offset(struct cursor *c)
{
    if (c->left && (*c->text == 'Z' || *c->text == 'z')) {
        (void)take(c, 'Z', 'z');
        return 0;
    }
    int64_t sign = take(c, '+', '-') == '-' ? -1 : 1;
    int64_t hours = ranged(c, 2, 0, 23);
    (void)take(c, ':', ':');
    return sign * (hours * 3600 + ranged(c, 2, 0, 59) * 60);
}

bool rfc3339_parse(const char *text, size_t size, int64_t *seconds)
{
    struct cursor c = {text, size, false};
    int64_t days = date(&c);
    if (c.left && *c.text == ' ')
        (void)take(&c, ' ', ' ');
    else
        (void)take(&c, 'T', 't');
    int64_t hour = ranged(&c, 2, 0, 23);
    (void)take(&c, ':', ':');
    int64_t minute = ranged(&c, 2, 0, 59);
    (void)take(&c, ':', ':');
    int64_t second = ranged(&c, 2, 0, 60); /* 60: a leap second */
    fraction(&c);
    int64_t east = offset(&c);
    if (c.failed || c.left)
        return false;
    *seconds = days * DAY + hour * 3600 + minute * 60 + second - east;
    return true;
}
