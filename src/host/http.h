/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server: libmicrohttpd driven by our loop, with connections that we accept, bound and cut
 * ourselves. */
#ifndef CASEMATE_HOST_HTTP_H
#define CASEMATE_HOST_HTTP_H

#include <jansson.h>
#include <microhttpd.h>

#include "../base/buffer.h"
#include "keeps.h"
#include "token.h"

/* Where a connection came from decides whether it must show a token. */
enum origin {
    ORIGIN_LOCAL,  /* a UNIX socket, which its mode protects, or one that a program gave us */
    ORIGIN_REMOTE, /* TCP */
};

struct connection {
    struct connection *next, *previous; /* oldest first */
    struct MHD_Connection *mhd;
    int fd;
    enum origin origin;
    uint64_t deadline; /* milliseconds; 0: none */
    bool busy;         /* a whole request is here and is being answered */
};

enum { LISTENERS_MAX = 10 };

struct listener {
    struct source source;
    struct http *http;
    enum origin origin;
    bool paused;  /* out of descriptors; tried again by the tick */
    bool private; /* descriptors arrive as messages; its end is the end of casemated */
    char *path;   /* of a UNIX socket that we made, removed at the end */
};

struct probe_run;

struct http {
    struct MHD_Daemon *daemon;
    struct source source; /* the daemon's own epoll descriptor */
    struct loop *loop;
    struct keeps *keeps;
    struct images *images;
    const struct settings *settings;
    struct tokens tokens;
    struct connection *first, *last;
    unsigned connections;
    enum origin adding; /* of the connection that is being handed to the daemon */
    struct listener listener[LISTENERS_MAX];
    unsigned listeners;
    struct request *waiting; /* whose answer needs a warden's word */
    struct probe_run *probe;
    struct source front; /* the TLS front's control descriptor; -1: none */
    pid_t front_process;
    bool front_lost;
    bool ended; /* the private descriptor is at its end */
};

int http_start(struct http *http, struct casemate_error *err);
void http_stop(struct http *http);
/* Lets the daemon work, and says how long it may wait (milliseconds, -1 for ever). */
int http_run(struct http *http);
void http_tick(struct http *http);
/* The daemon owns and closes the socket. */
void http_add_connection(struct http *http, int fd, enum origin origin);

/* listen.c */
int listen_open(struct http *http, struct casemate_error *err);
/* Takes the descriptor. descriptors: they arrive over it as messages; private: its end is the end of
 * casemated. */
int listen_add(struct http *http, int fd, enum origin origin, bool descriptors, bool private,
               struct casemate_error *err);
void listen_close(struct http *http);
void listen_tick(struct http *http);

/* front_agent.c: the TLS front, which serves the TCP addresses of the settings. */
int front_start(struct http *http, struct casemate_error *err);
void front_stop(struct http *http);

/* ---- requests: api.c ---- */

struct request {
    struct request *next; /* while it waits */
    struct http *http;
    struct MHD_Connection *mhd;
    const struct route *route;
    char id[KEEP_ID_SIZE + 1];
    struct buffer body;
    bool waits, done;
    unsigned status; /* of a request that waited */
    json_t *answer;
    struct casemate_error error;
};

enum MHD_Result api_handle(void *context, struct MHD_Connection *mhd, const char *url, const char *method,
                           const char *version, const char *upload, size_t *upload_size, void **request);
void api_completed(void *context, struct MHD_Connection *mhd, void **request,
                   enum MHD_RequestTerminationCode code);
/* For struct keeps. */
void api_keep_changed(void *context, const struct keep *k);
void api_session_over(void *context, void *handle);
/* Answers whoever waits for the platform's description. */
void api_platform_ready(struct http *http);
/* Lets all that wait go on, with an error. */
void api_release_all(struct http *http);

/* A whole request has come; its answer is sent. */
void http_request_begins(struct http *http, struct connection *c);
void http_request_ends(struct http *http, struct connection *c);

/* Connection of a request. */
struct connection *http_connection(struct MHD_Connection *mhd);

/* ---- what is said and read in JSON: api_json.c ---- */

json_t *json_of_keep(const struct keep *k);
json_t *json_of_error(const struct casemate_error *err);
/* The body of POST /v1/keeps. Unknown or repeated members, and wrong types, are refused. E_USAGE. */
struct create_body {
    char tee[17], image[IMAGE_DIGEST_TEXT + 1], name[KEEP_NAME_SIZE + 1];
    int64_t memory; /* 0: not given */
};
int create_body_parse(struct span text, struct create_body *body, struct casemate_error *err);

/* ---- platform: probe.c ---- */

/* The description, if it is fresh; else NULL, and probes are started: api_platform_ready() tells. */
json_t *platform_get(struct http *http);
bool platform_reaped(struct http *http, pid_t pid);
void platform_tick(struct http *http);
void platform_close(struct http *http);

#endif
