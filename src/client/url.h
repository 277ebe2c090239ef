/* SPDX-License-Identifier: Apache-2.0 */
/* Names of host agents: "unix:PATH", "https://HOST[:PORT]", each optionally followed by "/ID" of a Keep. */
#ifndef CASEMATE_CLIENT_URL_H
#define CASEMATE_CLIENT_URL_H

#include "../base/error.h"
#include "../proto/bytes.h"

enum {
    URL_MAX = 512,
    URL_SOCKET_MAX = 107, /* sun_path holds so many, and a NUL */
    URL_KEEP_MAX = 64,
    URL_DEFAULT_PORT = 7443,
};

struct host_url {
    char url[URL_MAX + 1];           /* canonical: without the Keep, with the port */
    char socket[URL_SOCKET_MAX + 1]; /* of unix: */
    char authority[256];             /* HOST:PORT; "localhost" for unix: */
    char keep[URL_KEEP_MAX + 1];
};

int host_url_parse(struct span text, struct host_url *url, struct casemate_error *err);
/* An id as a host may give it: 1 to 64 of [0-9A-Za-z_-]; safe in a path and in a URL. */
bool keep_id_allowed(struct span id);

#endif
