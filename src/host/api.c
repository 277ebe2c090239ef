/* SPDX-License-Identifier: Apache-2.0 */
/* From HTTP requests to handlers and back: one table of routes, the checks that all share, and answers that
 * wait for a warden. */
#include "api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "log.h"

static const struct route routes[] = {
    {"GET", "/healthz", api_health, false},
    {"GET", "/v1/platform", api_platform, true},
    {"POST", "/v1/keeps", api_create, true},
    {"GET", "/v1/keeps", api_list, true},
    {"GET", "/v1/keeps/*", api_get, true},
    {"DELETE", "/v1/keeps/*", api_delete, true},
    {"GET", "/v1/keeps/*/session", api_session, true},
    {"GET", "/v1/keeps/*/outbox", api_outbox, true},
};

/* True if the path is of this form; the part at the star is the id. */
static bool path_matches(const char *form, const char *path, char id[KEEP_ID_SIZE + 1])
{
    const char *star = strchr(form, '*');
    if (!star)
        return strcmp(form, path) == 0;
    size_t before = (size_t)(star - form), size;
    if (strncmp(form, path, before) != 0)
        return false;
    size = strcspn(path + before, "/");
    if (size == 0 || strcmp(path + before + size, star + 1) != 0)
        return false;
    /* A longer id is no Keep's; it stays empty, and is not found. */
    id[0] = 0;
    if (size <= KEEP_ID_SIZE)
        (void)snprintf(id, KEEP_ID_SIZE + 1, "%.*s", (int)size, path + before);
    return true;
}

/* ---- answers ---- */

enum MHD_Result api_send(struct request *r, unsigned status, struct MHD_Response *response)
{
    if (!response)
        return MHD_NO;
    (void)MHD_add_response_header(response, "Cache-Control", "no-store");
    (void)MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (status == 401)
        (void)MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
    enum MHD_Result result = MHD_queue_response(r->mhd, status, response);
    MHD_destroy_response(response);
    log_event(LOG_LEVEL_DEBUG, r->id[0] ? r->id : NULL, "%s %s: %u", r->route ? r->route->method : "?",
              r->route ? r->route->path : "?", status);
    return result;
}

enum MHD_Result api_send_json(struct request *r, unsigned status, json_t *answer)
{
    char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
    json_decref(answer);
    if (!text)
        return MHD_NO;
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback(strlen(text), text, free);
    if (response)
        (void)MHD_add_response_header(response, "Content-Type", "application/json");
    return api_send(r, status, response);
}

static unsigned status_of(enum casemate_code code)
{
    switch (code) {
    case E_USAGE:
        return 400;
    case E_TOKEN:
        return 401;
    case E_NOT_FOUND:
        return 404;
    case E_AMBIGUOUS:
        return 409;
    case E_TEE:
    case E_IMAGE:
        return 422;
    case E_LIMIT:
    case E_TIMEOUT:
        return 503;
    default:
        return 500;
    }
}

enum MHD_Result api_send_error(struct request *r, unsigned status, const struct casemate_error *err)
{
    return api_send_json(r, status ? status : status_of(err->code), json_of_error(err));
}

enum MHD_Result api_refuse(struct request *r, unsigned status, enum casemate_code code, const char *text)
{
    struct casemate_error err;
    (void)casemate_fail(&err, code, "%s", text);
    return api_send_error(r, status, &err);
}

/* ---- waiting ---- */

enum MHD_Result api_wait(struct request *r)
{
    r->waits = true;
    r->next = r->http->waiting;
    r->http->waiting = r;
    MHD_suspend_connection(r->mhd);
    return MHD_YES;
}

static void unlink_waiting(struct request *r)
{
    for (struct request **at = &r->http->waiting; *at; at = &(*at)->next) {
        if (*at != r)
            continue;
        *at = r->next;
        break;
    }
    r->waits = false;
}

static void go_on(struct request *r, unsigned status, json_t *answer)
{
    unlink_waiting(r);
    r->done = true;
    r->status = status;
    r->answer = answer;
    MHD_resume_connection(r->mhd);
}

void api_keep_changed(void *context, const struct keep *k)
{
    struct http *http = context;
    struct request *next;
    for (struct request *r = http->waiting; r; r = next) {
        next = r->next;
        if (strcmp(r->id, k->record.id) != 0)
            continue;
        if (r->route->handler == api_delete && k->phase == PHASE_OVER)
            go_on(r, 204, NULL);
        else if (r->route->handler == api_create && k->phase == PHASE_LIVE)
            go_on(r, 201, json_of_keep(k));
        else if (r->route->handler == api_create && k->phase == PHASE_OVER)
            go_on(r, status_of(k->error.code ? k->error.code : E_INTERNAL), json_of_error(&k->error));
    }
}

void api_platform_ready(struct http *http)
{
    struct request *next;
    for (struct request *r = http->waiting; r; r = next) {
        next = r->next;
        if (r->route->handler == api_platform)
            go_on(r, 200, platform_get(http));
    }
}

void api_release_all(struct http *http)
{
    struct casemate_error err;
    (void)casemate_fail(&err, E_LIMIT, "This casemated ends");
    while (http->waiting)
        go_on(http->waiting, 503, json_of_error(&err));
}

/* ---- requests ---- */

static enum MHD_Result find_route(struct request *r, const char *url, const char *method)
{
    bool known = false;
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (!path_matches(routes[i].path, url, r->id))
            continue;
        known = true;
        if (strcmp(method, routes[i].method) != 0)
            continue;
        r->route = &routes[i];
        return MHD_YES;
    }
    if (known)
        return api_refuse(r, 405, E_USAGE, "This path has no such method");
    return api_refuse(r, 404, E_NOT_FOUND, "There is no such path");
}

static bool allowed(const struct request *r)
{
    const struct connection *c = http_connection(r->mhd);
    if (!r->route->guarded || r->http->tokens.count == 0 || (c && c->origin == ORIGIN_LOCAL))
        return true;
    return c && tokens_accept(&r->http->tokens,
                              MHD_lookup_connection_value(r->mhd, MHD_HEADER_KIND, "Authorization"));
}

/* A body that will be too long is refused before it comes. */
static bool announces_too_much(const struct request *r)
{
    const char *length = MHD_lookup_connection_value(r->mhd, MHD_HEADER_KIND, "Content-Length");
    return length && strtoull(length, NULL, 10) > (unsigned long long)r->http->settings->body_bytes;
}

static enum MHD_Result begin(struct http *http, struct MHD_Connection *mhd, const char *url,
                             const char *method, struct request **request)
{
    struct request *r = calloc(1, sizeof *r);
    if (!r || !http_connection(mhd)) {
        free(r);
        return MHD_NO;
    }
    r->http = http;
    r->mhd = mhd;
    *request = r;
    enum MHD_Result result = find_route(r, url, method);
    if (!r->route)
        return result;
    if (!allowed(r))
        return api_refuse(r, 401, E_TOKEN, "This host agent wants a bearer token");
    if (announces_too_much(r))
        return api_refuse(r, 413, E_LIMIT, "The body is too long (setting body_bytes)");
    return MHD_YES;
}

static enum MHD_Result take_body(struct request *r, const char *upload, size_t *size)
{
    if (r->body.size <= (size_t)r->http->settings->body_bytes)
        buffer_append(&r->body, upload, *size);
    *size = 0;
    return r->body.failed ? MHD_NO : MHD_YES;
}

enum MHD_Result api_handle(void *context, struct MHD_Connection *mhd, const char *url, const char *method,
                           const char *version, const char *upload, size_t *upload_size, void **request)
{
    struct http *http = context;
    struct request *r = *request;
    (void)version;
    if (!r)
        return begin(http, mhd, url, method, (struct request **)request);
    if (*upload_size)
        return take_body(r, upload, upload_size);
    if (r->done && r->status == 204)
        return api_send(r, 204, MHD_create_response_empty(MHD_RF_NONE));
    if (r->done) {
        json_t *answer = r->answer;
        r->answer = NULL;
        return api_send_json(r, r->status, answer);
    }
    http_request_begins(http, http_connection(mhd));
    if (r->body.size > (size_t)http->settings->body_bytes)
        return api_refuse(r, 413, E_LIMIT, "The body is too long (setting body_bytes)");
    return r->route->handler(r);
}

void api_completed(void *context, struct MHD_Connection *mhd, void **request,
                   enum MHD_RequestTerminationCode code)
{
    struct http *http = context;
    struct request *r = *request;
    struct connection *c = http_connection(mhd);
    (void)code;
    if (c)
        http_request_ends(http, c);
    if (!r)
        return;
    if (r->waits)
        unlink_waiting(r);
    json_decref(r->answer);
    buffer_free(&r->body);
    free(r);
    *request = NULL;
}
