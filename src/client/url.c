/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing of host names. */
#include "url.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

bool keep_id_allowed(struct span id)
{
    if (id.size == 0 || id.size > URL_KEEP_MAX)
        return false;
    for (size_t i = 0; i < id.size; i++) {
        uint8_t c = id.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_')
            return false;
    }
    return true;
}

static int refuse(struct casemate_error *err, const char *text)
{
    (void)casemate_fail(err, E_USAGE, "\"%s\" is no address of a host agent", text);
    return casemate_next(err, "Write unix:PATH or https://HOST:%d, optionally followed by /ID.",
                         URL_DEFAULT_PORT);
}

static bool take_keep(const char *text, struct host_url *url)
{
    size_t size = strlen(text);
    if (size == 0)
        return true;
    if (!keep_id_allowed(span_of(text, size)))
        return false;
    memcpy(url->keep, text, size + 1);
    return true;
}

/* A socket's path may hold slashes, so an id follows only a name that ends in ".sock". */
static bool parse_unix(const char *path, struct host_url *url)
{
    size_t size = strlen(path);
    const char *slash = strrchr(path, '/');
    size_t before = slash ? (size_t)(slash - path) : 0;
    if (before >= 5 && memcmp(slash - 5, ".sock", 5) == 0) {
        if (!take_keep(slash + 1, url))
            return false;
        size = before;
    }
    if (size == 0 || size > URL_SOCKET_MAX)
        return false;
    memcpy(url->socket, path, size);
    (void)snprintf(url->authority, sizeof url->authority, "localhost");
    (void)snprintf(url->url, sizeof url->url, "unix:%s", url->socket);
    return true;
}

static bool host_allowed(const char *host, size_t size)
{
    if (size == 0)
        return false;
    if (host[0] == '[')
        return size > 2 && host[size - 1] == ']' && strspn(host + 1, "0123456789abcdefABCDEF:.") == size - 2;
    for (size_t i = 0; i < size; i++)
        if (!isalnum((unsigned char)host[i]) && host[i] != '.' && host[i] != '-')
            return false;
    return host[0] != '-' && host[0] != '.';
}

static bool parse_https(const char *rest, struct host_url *url)
{
    size_t size = strcspn(rest, "/");
    if (size >= 200 || (rest[size] == '/' && !take_keep(rest + size + 1, url)))
        return false;
    const char *bracket = rest[0] == '[' ? memchr(rest, ']', size) : NULL;
    size_t host = bracket ? (size_t)(bracket - rest) + 1 : strcspn(rest, ":/");
    unsigned long port = URL_DEFAULT_PORT;
    if (host < size) {
        char digits[6] = {0};
        size_t count = size - host - 1;
        if (rest[host] != ':' || count == 0 || count > 5)
            return false;
        memcpy(digits, rest + host + 1, count);
        if (strspn(digits, "0123456789") != count)
            return false;
        port = strtoul(digits, NULL, 10);
    }
    if (!host_allowed(rest, host) || port == 0 || port > 65535)
        return false;
    (void)snprintf(url->authority, sizeof url->authority, "%.*s:%lu", (int)host, rest, port);
    (void)snprintf(url->url, sizeof url->url, "https://%s", url->authority);
    return true;
}

int host_url_parse(struct span text, struct host_url *url, struct casemate_error *err)
{
    char copy[URL_MAX + 1];
    memset(url, 0, sizeof *url);
    if (text.size > URL_MAX || (text.size && memchr(text.data, 0, text.size)))
        return refuse(err, "(too long, or not text)");
    if (text.size)
        memcpy(copy, text.data, text.size);
    copy[text.size] = 0;
    bool ok = false;
    if (strncmp(copy, "unix:", 5) == 0)
        ok = parse_unix(copy + 5, url);
    else if (strncmp(copy, "https://", 8) == 0)
        ok = parse_https(copy + 8, url);
    else if (strncmp(copy, "http://", 7) == 0) {
        (void)casemate_fail(err, E_USAGE, "\"%s\" would send the token in the clear", copy);
        return casemate_next(err, "Use https or, on the same machine, unix:PATH.");
    }
    return ok ? 0 : refuse(err, copy);
}
