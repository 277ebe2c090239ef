/* SPDX-License-Identifier: Apache-2.0 */
/* Host agents and requests to them (docs/protocol.md, section 8). Nothing that a host answers is trusted: a
 * Keep is believed only by its evidence, in a session. */
#ifndef CASEMATE_HOST_H
#define CASEMATE_HOST_H

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef struct casemate_host casemate_host;
typedef struct casemate_request casemate_request;

struct casemate_host_options {
    size_t size; /* sizeof(struct casemate_host_options) */
    /* "unix:PATH" or "https://HOST[:PORT]" (7443); may be empty if connect is given. A name may be followed
     * by
     * "/ID" of a Keep: see casemate_host_keep_id(). */
    const char *url;
    size_t url_size;
    /* Bearer token, or empty. Sent over TLS, UNIX sockets and supplied descriptors only. */
    const char *token;
    size_t token_size;
    /* PEM file of the CAs that the host's certificate must chain to; empty for the system's own. */
    const char *ca_file;
    size_t ca_file_size;
    /* If given, supplies a connected stream socket to a host agent for each connection, which the library
     * then owns and closes; -1 and *error set on failure. Called from the functions that are given this host.
     * Must not block for long. */
    int32_t (*connect)(void *context, casemate_error *error);
    void *connect_context;
    /* Deadline of each request, 0 for 30,000 ms. */
    int64_t timeout_ms;
};

/* E_USAGE for a URL that is none of the forms. Connects to nothing yet. */
int32_t casemate_host_new(const struct casemate_host_options *options, casemate_host **host,
                          casemate_error *error);
void casemate_host_free(casemate_host *host);
/* The URL without a Keep's id, and the id after it (empty if there was none). */
void casemate_host_url(const casemate_host *host, const char **url, size_t *size);
void casemate_host_keep_id(const casemate_host *host, const char **id, size_t *size);

/* What `GET /v1/keeps` says of one Keep. Text belongs to the request. */
struct casemate_keep_info {
    size_t size; /* sizeof(struct casemate_keep_info), set by the caller */
    const char *id;
    size_t id_size;
    const char *name;
    size_t name_size;
    const char *tee;
    size_t tee_size;
    const char *state; /* "unowned", "owned", "running", "ended", "lost": the host's word */
    size_t state_size;
    int64_t created; /* seconds since 1970, host's clock; 0 if it does not say */
    uint64_t memory; /* bytes; 0 if it does not say */
};

struct casemate_create_options {
    size_t size;
    const char *tee; /* "process", ... */
    size_t tee_size;
    const char *image; /* SHA-256 of the image file, lower-case hex; empty: what the host has for the TEE */
    size_t image_size;
    const char *name; /* for people; empty for none */
    size_t name_size;
    uint64_t memory; /* bytes that the Keep may commit in all; 0: the host's default */
};

/* Each starts one request. The host must outlive it. E_USAGE for an id that is none. */
int32_t casemate_request_platform(casemate_host *host, casemate_request **request, casemate_error *error);
int32_t casemate_request_create(casemate_host *host, const struct casemate_create_options *options,
                                casemate_request **request, casemate_error *error);
int32_t casemate_request_list(casemate_host *host, casemate_request **request, casemate_error *error);
int32_t casemate_request_get(casemate_host *host, const char *id, size_t id_size, casemate_request **request,
                             casemate_error *error);
int32_t casemate_request_delete(casemate_host *host, const char *id, size_t id_size,
                                casemate_request **request, casemate_error *error);
int32_t casemate_request_outbox(casemate_host *host, const char *id, size_t id_size,
                                casemate_request **request, casemate_error *error);
void casemate_request_free(casemate_request *request);

/* The non-blocking face: wait until the descriptor has one of the events (POLLIN, POLLOUT of poll(2)) or the
 * timeout is over, then process; ask again before each wait, for all three change. A descriptor of -1 means
 * that only the timeout counts. */
int32_t casemate_request_fd(const casemate_request *request);
int32_t casemate_request_events(const casemate_request *request);
int64_t casemate_request_timeout(const casemate_request *request);
/* 1 finished, 0 not yet, -1 failed: E_CONNECT, E_TIMEOUT, E_TOKEN, E_NOT_FOUND, E_HTTP, E_PROTOCOL. Never
 * blocks, but for the resolver where the system's curl has no asynchronous one. */
int32_t casemate_request_process(casemate_request *request, casemate_error *error);
/* The blocking face: until it is finished, failed, or the time is over (E_TIMEOUT). */
int32_t casemate_request_wait(casemate_request *request, int64_t timeout_ms, casemate_error *error);

/* Of a finished request: the answer's body as it came (JSON, or the outbox file). */
void casemate_request_body(const casemate_request *request, const void **bytes, size_t *size);
/* Of a finished create, get or list: the Keeps in the answer. */
size_t casemate_request_keep_count(const casemate_request *request);
int32_t casemate_request_keep(const casemate_request *request, size_t index, struct casemate_keep_info *info);
/* The one Keep of a finished list whose id, or name, is the text, or whose id begins with it. E_NOT_FOUND,
 * E_AMBIGUOUS. */
int32_t casemate_request_find(const casemate_request *request, const char *text, size_t size,
                              struct casemate_keep_info *info, casemate_error *error);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
