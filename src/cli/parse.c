/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing of small texts. */
#include "parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool parse_volume(const char *text, struct volume *v)
{
    const char *separator = strstr(text, "::");
    size_t gap = 2;
    if (!separator) {
        separator = strchr(text, ':');
        gap = 1;
    }
    v->host = text;
    v->host_size = separator ? (size_t)(separator - text) : strlen(text);
    v->guest = separator ? separator + gap : text;
    v->guest_size = strlen(v->guest);
    const char *options = separator ? strchr(v->guest, ':') : NULL;
    if (options) {
        v->guest_size = (size_t)(options - v->guest);
        if (strcmp(options, ":ro") != 0 && strcmp(options, ":z") != 0 && strcmp(options, ":Z") != 0)
            return false;
    }
    return v->host_size && v->guest_size && v->guest[0] == '/';
}

bool parse_number(const char *text, uint64_t *number)
{
    char *end;
    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno || *end)
        return false;
    *number = value;
    return true;
}

bool parse_size(const char *text, uint64_t *bytes)
{
    static const struct {
        const char *unit;
        unsigned shift;
    } units[] = {{"", 0},    {"b", 0},    {"k", 10}, {"kb", 10}, {"kib", 10}, {"m", 20},
                 {"mb", 20}, {"mib", 20}, {"g", 30}, {"gb", 30}, {"gib", 30}};
    char *end;
    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcasecmp(end, units[i].unit) == 0) {
            if (value > UINT64_MAX >> units[i].shift)
                return false;
            *bytes = (uint64_t)value << units[i].shift;
            return true;
        }
    return false;
}

bool parse_keep_path(const char *text, size_t *keep_size, const char **path)
{
    const char *found = NULL;
    for (const char *at = strstr(text, ":/"); at; at = strstr(at + 1, ":/"))
        if (strncmp(at, "://", 3) != 0)
            found = at;
    if (!found || found == text)
        return false;
    *keep_size = (size_t)(found - text);
    *path = found + 1;
    return true;
}

bool parse_env_line(const char **rest, size_t *left, struct env_line *line)
{
    while (*left) {
        const char *text = *rest;
        const char *newline = memchr(text, '\n', *left);
        size_t size = newline ? (size_t)(newline - text) : *left;
        *left -= newline ? size + 1 : size;
        *rest = newline ? newline + 1 : text + size;
        if (size && text[size - 1] == '\r')
            size--;
        while (size && (*text == ' ' || *text == '\t')) {
            text++;
            size--;
        }
        if (size == 0 || *text == '#')
            continue;
        const char *equals = memchr(text, '=', size);
        line->name = text;
        line->name_size = equals ? (size_t)(equals - text) : size;
        line->value = equals ? equals + 1 : NULL;
        line->value_size = equals ? size - line->name_size - 1 : 0;
        return true;
    }
    return false;
}
