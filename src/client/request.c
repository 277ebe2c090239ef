/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to a host agent (docs/protocol.md, section 8), and the Keeps in their answers. */
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"

struct keep_entry {
    const char *id, *name, *tee, *state;
    int64_t created;
    uint64_t memory;
};

struct casemate_request {
    struct http http;
    char what[96]; /* "the list of Keeps", for messages */
    long good;     /* status of success */
    bool keeps;    /* the answer holds Keeps */
    bool finished;
    json_t *root;
    struct keep_entry *entries;
    size_t count;
};

static int begin(casemate_host *host, const char *method, const char *path, const char *json, long good,
                 casemate_request **request, struct casemate_error *err)
{
    struct casemate_request *r = calloc(1, sizeof *r);
    if (!r)
        return casemate_fail(err, E_NOMEM, "No memory for a request");
    if (http_open(&r->http, host, method, path, json, err) < 0) {
        free(r);
        return -1;
    }
    r->good = good;
    *request = r;
    return 0;
}

int32_t casemate_request_platform(casemate_host *host, casemate_request **request, casemate_error *err)
{
    if (begin(host, "GET", "/v1/platform", NULL, 200, request, err) < 0)
        return -1;
    (void)snprintf((*request)->what, sizeof(*request)->what, "the description of its platform");
    return 0;
}

int32_t casemate_request_list(casemate_host *host, casemate_request **request, casemate_error *err)
{
    if (begin(host, "GET", "/v1/keeps", NULL, 200, request, err) < 0)
        return -1;
    (void)snprintf((*request)->what, sizeof(*request)->what, "the list of Keeps");
    (*request)->keeps = true;
    return 0;
}

static int for_keep(casemate_host *host, const char *id, size_t id_size, const char *method,
                    const char *suffix, long good, casemate_request **request, struct casemate_error *err)
{
    char path[128];
    if (!keep_id_allowed(span_of(id, id_size)))
        return casemate_fail(err, E_USAGE, "\"%.*s\" is no id of a Keep", (int)(id_size < 64 ? id_size : 64),
                             id);
    (void)snprintf(path, sizeof path, "/v1/keeps/%.*s%s", (int)id_size, id, suffix);
    if (begin(host, method, path, NULL, good, request, err) < 0)
        return -1;
    (void)snprintf((*request)->what, sizeof(*request)->what, "%sKeep %.*s", suffix[0] ? "outbox of " : "",
                   (int)id_size, id);
    return 0;
}

int32_t casemate_request_get(casemate_host *host, const char *id, size_t id_size, casemate_request **request,
                             casemate_error *err)
{
    if (for_keep(host, id, id_size, "GET", "", 200, request, err) < 0)
        return -1;
    (*request)->keeps = true;
    return 0;
}

int32_t casemate_request_delete(casemate_host *host, const char *id, size_t id_size,
                                casemate_request **request, casemate_error *err)
{
    return for_keep(host, id, id_size, "DELETE", "", 204, request, err);
}

int32_t casemate_request_outbox(casemate_host *host, const char *id, size_t id_size,
                                casemate_request **request, casemate_error *err)
{
    return for_keep(host, id, id_size, "GET", "/outbox", 200, request, err);
}

static int set_text(json_t *object, const char *name, const char *text, size_t size)
{
    return size == 0 ? 0 : json_object_set_new(object, name, json_stringn(text, size));
}

int32_t casemate_request_create(casemate_host *host, const struct casemate_create_options *options,
                                casemate_request **request, casemate_error *err)
{
    struct casemate_create_options o;
    if (options_copy(&o, sizeof o, options, err) < 0)
        return -1;
    json_t *object = json_object();
    bool bad = set_text(object, "tee", o.tee, o.tee_size) < 0 ||
               set_text(object, "image", o.image, o.image_size) < 0 ||
               set_text(object, "name", o.name, o.name_size) < 0 || o.memory > INT64_MAX ||
               (o.memory && json_object_set_new(object, "memory", json_integer((json_int_t)o.memory)) < 0);
    char *json = bad ? NULL : json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (!json)
        return casemate_fail(err, E_USAGE, "The TEE, image or name is not UTF-8 text");
    int result = begin(host, "POST", "/v1/keeps", json, 201, request, err);
    free(json);
    if (result < 0)
        return -1;
    (void)snprintf((*request)->what, sizeof(*request)->what, "to make a Keep");
    (*request)->keeps = true;
    return 0;
}

void casemate_request_free(casemate_request *request)
{
    if (!request)
        return;
    http_close(&request->http);
    json_decref(request->root);
    free(request->entries);
    free(request);
}

int32_t casemate_request_fd(const casemate_request *request)
{
    return request->finished ? -1 : http_fd(&request->http);
}

int32_t casemate_request_events(const casemate_request *request)
{
    return request->finished ? 0 : http_events(&request->http);
}

int64_t casemate_request_timeout(const casemate_request *request)
{
    return request->finished ? 0 : http_timeout(&request->http);
}

/* ---- what came back ---- */

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static int read_keep(const json_t *object, struct keep_entry *e)
{
    e->id = text_of(object, "id");
    e->name = text_of(object, "name");
    e->tee = text_of(object, "tee");
    e->state = text_of(object, "state");
    e->created = json_integer_value(json_object_get(object, "created"));
    json_int_t memory = json_integer_value(json_object_get(object, "memory"));
    e->memory = memory > 0 ? (uint64_t)memory : 0;
    return keep_id_allowed(span_of(e->id, strlen(e->id))) ? 0 : -1;
}

static int not_json(const struct casemate_request *r, struct casemate_error *err)
{
    return casemate_fail(err, E_PROTOCOL,
                         "The host agent's answer to %s is not what docs/openapi.yaml describes", r->what);
}

static int read_keeps(struct casemate_request *r, struct casemate_error *err)
{
    struct span body = http_body(&r->http);
    r->root = json_loadb((const char *)body.data, body.size, JSON_REJECT_DUPLICATES, NULL);
    const json_t *list = json_object_get(r->root, "keeps");
    if (!list)
        list = r->root;
    size_t count = json_is_array(list) ? json_array_size(list) : 1;
    r->entries = calloc(count ? count : 1, sizeof *r->entries);
    if (!r->entries)
        return casemate_fail(err, E_NOMEM, "No memory for an answer");
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_is_array(list) ? json_array_get(list, i) : list;
        if (!json_is_object(item) || read_keep(item, &r->entries[i]) < 0)
            return not_json(r, err);
    }
    r->count = count;
    return 0;
}

int32_t casemate_request_process(casemate_request *r, casemate_error *err)
{
    if (r->finished)
        return 1;
    int result = http_process(&r->http, err);
    if (result != 1)
        return result;
    long status = http_status(&r->http);
    if (status != r->good)
        return http_refusal(status, http_body(&r->http), r->what, err);
    if (r->keeps && read_keeps(r, err) < 0)
        return -1;
    r->finished = true;
    return 1;
}

int32_t casemate_request_wait(casemate_request *r, int64_t timeout_ms, casemate_error *err)
{
    int64_t until = timeout_ms < 0 ? INT64_MAX : clock_ms() + timeout_ms;
    for (;;) {
        int result = casemate_request_process(r, err);
        if (result != 0)
            return result < 0 ? -1 : 0;
        int64_t left = until - clock_ms(), wait = casemate_request_timeout(r);
        if (left <= 0)
            return casemate_fail(err, E_TIMEOUT, "The host agent did not answer %s in time", r->what);
        struct pollfd p = {.fd = casemate_request_fd(r), .events = (short)casemate_request_events(r)};
        if (wait > left || wait < 0)
            wait = left;
        if (poll(&p, 1, wait > 60000 ? 60000 : (int)wait) < 0 && errno != EINTR)
            return casemate_fail_errno(err, E_IO, "Cannot wait for the host agent");
    }
}

void casemate_request_body(const casemate_request *r, const void **bytes, size_t *size)
{
    struct span body = http_body(&r->http);
    *bytes = body.data;
    *size = body.size;
}

size_t casemate_request_keep_count(const casemate_request *r)
{
    return r->count;
}

int32_t casemate_request_keep(const casemate_request *r, size_t index, struct casemate_keep_info *info)
{
    if (index >= r->count)
        return -1;
    const struct keep_entry *e = &r->entries[index];
    struct casemate_keep_info full = {
        .size = info->size,
        .id = e->id,
        .id_size = strlen(e->id),
        .name = e->name,
        .name_size = strlen(e->name),
        .tee = e->tee,
        .tee_size = strlen(e->tee),
        .state = e->state,
        .state_size = strlen(e->state),
        .created = e->created,
        .memory = e->memory,
    };
    memcpy(info, &full, info->size < sizeof full ? info->size : sizeof full);
    return 0;
}

int32_t casemate_request_find(const casemate_request *r, const char *text, size_t size,
                              struct casemate_keep_info *info, casemate_error *err)
{
    size_t found = 0, matches = 0;
    int shown = (int)(size < 64 ? size : 64);
    for (size_t i = 0; i < r->count; i++) {
        const struct keep_entry *e = &r->entries[i];
        bool whole = (strlen(e->id) == size && memcmp(e->id, text, size) == 0) ||
                     (strlen(e->name) == size && size && memcmp(e->name, text, size) == 0);
        if (whole)
            return casemate_request_keep(r, i, info);
        if (size && strncmp(e->id, text, size) == 0) {
            found = i;
            matches++;
        }
    }
    if (matches == 1)
        return casemate_request_keep(r, found, info);
    if (matches > 1)
        return casemate_fail(err, E_AMBIGUOUS, "\"%.*s\" fits %zu Keeps", shown, text, matches);
    (void)casemate_fail(err, E_NOT_FOUND, "The host has no Keep \"%.*s\"", shown, text);
    return casemate_next(err, "casemate ps lists them.");
}
