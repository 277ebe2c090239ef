/* SPDX-License-Identifier: Apache-2.0 */
/* Handles of host agents. */
#include "host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEFAULT_TIMEOUT = 30000 };

int options_copy(void *to, size_t to_size, const void *from, struct casemate_error *err)
{
    size_t size;
    if (!from)
        return casemate_fail(err, E_USAGE, "The option struct is missing");
    memcpy(&size, from, sizeof size);
    if (size < sizeof size || size > to_size)
        return casemate_fail(err, E_USAGE, "The option struct has size %zu; this library knows %zu", size,
                             to_size);
    memset(to, 0, to_size);
    memcpy(to, from, size);
    return 0;
}

/* A token goes into a header line: visible ASCII only (RFC 6750, section 2.1). */
static int take_token(struct casemate_host *host, const char *token, size_t size, struct casemate_error *err)
{
    while (size && (token[size - 1] == '\n' || token[size - 1] == '\r' || token[size - 1] == ' '))
        size--;
    if (size > TOKEN_MAX)
        return casemate_fail(err, E_TOKEN, "The token is longer than %d characters", TOKEN_MAX);
    for (size_t i = 0; i < size; i++)
        if (token[i] <= ' ' || token[i] > '~')
            return casemate_fail(err, E_TOKEN, "The token has a character that no token may have");
    if (size)
        memcpy(host->token, token, size);
    return 0;
}

static int fill(struct casemate_host *host, const struct casemate_host_options *o, struct casemate_error *err)
{
    host->connect = o->connect;
    host->connect_context = o->connect_context;
    host->timeout_ms = o->timeout_ms > 0 ? o->timeout_ms : DEFAULT_TIMEOUT;
    if (o->url_size || !o->connect) {
        if (host_url_parse(span_of(o->url, o->url_size), &host->url, err) < 0)
            return -1;
    } else {
        memcpy(host->url.authority, "localhost", sizeof "localhost");
    }
    if (o->ca_file_size) {
        host->ca_file = strndup(o->ca_file, o->ca_file_size);
        if (!host->ca_file)
            return casemate_fail(err, E_NOMEM, "No memory for a host");
        if (access(host->ca_file, R_OK) < 0)
            return casemate_fail_errno(err, errno == ENOENT ? E_NOT_FOUND : E_IO,
                                       "Cannot read the CA certificates in %s", host->ca_file);
    }
    return take_token(host, o->token, o->token_size, err);
}

int32_t casemate_host_new(const struct casemate_host_options *options, casemate_host **host,
                          casemate_error *err)
{
    struct casemate_host_options o;
    if (options_copy(&o, sizeof o, options, err) < 0)
        return -1;
    struct casemate_host *made = calloc(1, sizeof *made);
    if (!made)
        return casemate_fail(err, E_NOMEM, "No memory for a host");
    if (fill(made, &o, err) < 0) {
        casemate_host_free(made);
        return -1;
    }
    *host = made;
    return 0;
}

void casemate_host_free(casemate_host *host)
{
    if (!host)
        return;
    bytes_wipe(host->token, sizeof host->token);
    free(host->ca_file);
    free(host);
}

void casemate_host_url(const casemate_host *host, const char **url, size_t *size)
{
    *url = host->url.url;
    *size = strlen(host->url.url);
}

void casemate_host_keep_id(const casemate_host *host, const char **id, size_t *size)
{
    *id = host->url.keep;
    *size = strlen(host->url.keep);
}
