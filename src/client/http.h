/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP to a host agent: one exchange, or one raw connection, never blocking. Local sockets (unix:, and
 * descriptors that the caller supplies) are spoken to directly, in local.c; https goes over libcurl's multi
 * interface, in http.c. */
#ifndef CASEMATE_CLIENT_HTTP_H
#define CASEMATE_CLIENT_HTTP_H

#include "../base/buffer.h"
#include "../base/error.h"
#include "answer.h"
#include "curl_loop.h"
#include "host.h"

enum { HTTP_ANSWER_MAX = 16 << 20 };

struct http {
    bool local;
    int fd; /* of a local socket; -1 none */
    bool connecting;
    int64_t retry_at, retry_ms; /* of a connection that the host's full queue put off */
    struct buffer out;          /* the request's rest */
    struct http_answer parsed;  /* of a local exchange */

    struct curl_loop loop; /* of https */
    CURL *easy;
    struct curl_slist *headers;
    int64_t deadline; /* of the whole exchange */
    const struct casemate_host *host;
    struct buffer answer;
    struct buffer body;
    bool done;
    bool raw;
};

/* An exchange: method, path, JSON body or NULL. */
int http_open(struct http *h, const struct casemate_host *host, const char *method, const char *path,
              const char *json, struct casemate_error *err);
/* A connection over which the caller speaks himself, with http_send() and http_receive(). */
int http_connect(struct http *h, const struct casemate_host *host, int64_t timeout_ms,
                 struct casemate_error *err);
void http_close(struct http *h);

int http_fd(const struct http *h);
int http_events(const struct http *h);
int64_t http_timeout(const struct http *h);
/* 1 done (any status), 0 not yet, -1 failed. */
int http_process(struct http *h, struct casemate_error *err);
long http_status(const struct http *h);
struct span http_body(const struct http *h);

/* Of a raw connection that is done: its descriptor, and bytes. -1 with errno EAGAIN when it would block; 0
 * from http_receive() at the end. */
int http_raw_fd(const struct http *h);
ptrdiff_t http_send(struct http *h, const uint8_t *bytes, size_t size);
ptrdiff_t http_receive(struct http *h, uint8_t *bytes, size_t capacity);

/* The error for an answer with a status that is no success. Always -1. */
int http_refusal(long status, struct span body, const char *what, struct casemate_error *err);

/* local.c: the same calls for local sockets. */
int local_open(struct http *h, struct casemate_error *err);
int local_request(struct http *h, const char *method, const char *path, const char *json,
                  struct casemate_error *err);
int local_events(const struct http *h);
int local_process(struct http *h, struct casemate_error *err);
ptrdiff_t local_send(struct http *h, const uint8_t *bytes, size_t size);
ptrdiff_t local_receive(struct http *h, uint8_t *bytes, size_t capacity);
/* The host's name for messages. */
const char *http_shown(const struct http *h);

#endif
