/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions: after 101 the socket's descriptor goes to the Keep's warden. The HTTP server keeps its own copy
 * until the warden says that the session is over; it does not read from it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api.h"
#include "log.h"

#define PROTOCOL "casemate/1"

struct upgrade {
    struct http *http;
    char id[KEEP_ID_SIZE + 1];
};

void api_session_over(void *context, void *handle)
{
    (void)context;
    (void)MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
}

static void upgraded(void *context, struct MHD_Connection *mhd, void *request_context, const char *early,
                     size_t early_size, MHD_socket fd, struct MHD_UpgradeResponseHandle *handle)
{
    struct upgrade *u = context;
    struct casemate_error err = {0};
    struct connection *c = http_connection(mhd);
    struct keep *k = keeps_find(u->http->keeps, u->id);
    (void)request_context;
    if (c)
        c->deadline = 0;
    if (!k)
        (void)casemate_fail(&err, E_NOT_FOUND, "Keep %s is gone", u->id);
    if (!k || keeps_add_session(u->http->keeps, k, fd, span_of(early, early_size), handle, &err) < 0) {
        log_error(u->id, &err);
        (void)MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
    }
    free(u);
}

/* RFC 9110, section 7.8: a list of protocols, of which we take ours. */
static bool list_has(const char *list, const char *wanted)
{
    size_t size = strlen(wanted);
    while (list && *list) {
        list += strspn(list, " \t,");
        size_t item = strcspn(list, ","), end = item;
        while (end && (list[end - 1] == ' ' || list[end - 1] == '\t'))
            end--;
        if (end == size && strncasecmp(list, wanted, size) == 0)
            return true;
        list += item;
    }
    return false;
}

static enum MHD_Result wants_upgrade(struct request *r)
{
    struct MHD_Response *response = MHD_create_response_empty(MHD_RF_NONE);
    if (response)
        (void)MHD_add_response_header(response, "Upgrade", PROTOCOL);
    return api_send(r, 426, response);
}

enum MHD_Result api_session(struct request *r)
{
    struct keep *k = keeps_find(r->http->keeps, r->id);
    if (!k || k->forget)
        return api_refuse(r, 404, E_NOT_FOUND, "There is no such Keep");
    if (!list_has(MHD_lookup_connection_value(r->mhd, MHD_HEADER_KIND, "Connection"), "upgrade") ||
        !list_has(MHD_lookup_connection_value(r->mhd, MHD_HEADER_KIND, "Upgrade"), PROTOCOL) || r->body.size)
        return wants_upgrade(r);
    if (k->phase != PHASE_LIVE || k->gone)
        return api_refuse(r, 410, E_LOST, "This Keep is not alive any more");
    if (k->session_count >= KEEP_SESSIONS_MAX)
        return api_refuse(r, 503, E_LIMIT, "This Keep has as many sessions as it takes");
    struct upgrade *u = calloc(1, sizeof *u);
    struct MHD_Response *response = u ? MHD_create_response_for_upgrade(upgraded, u) : NULL;
    if (!response) {
        free(u);
        return MHD_NO;
    }
    u->http = r->http;
    memcpy(u->id, r->id, sizeof u->id);
    (void)MHD_add_response_header(response, "Upgrade", PROTOCOL);
    enum MHD_Result result = MHD_queue_response(r->mhd, MHD_HTTP_SWITCHING_PROTOCOLS, response);
    MHD_destroy_response(response);
    return result;
}
