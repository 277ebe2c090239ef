/* SPDX-License-Identifier: Apache-2.0 */
/* Handlers of the host agent's paths, but for sessions (docs/openapi.yaml). */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api.h"
#include "warden/outbox_store.h"

enum MHD_Result api_health(struct request *r)
{
    return api_send_json(r, 200, json_pack("{s:s}", "status", r->http->keeps->draining ? "draining" : "ok"));
}

enum MHD_Result api_platform(struct request *r)
{
    json_t *answer = platform_get(r->http);
    return answer ? api_send_json(r, 200, answer) : api_wait(r);
}

/* A body of another type is not looked at: a page in a browser can send text/plain without being asked. */
static bool is_json(const struct request *r)
{
    const char *type = MHD_lookup_connection_value(r->mhd, MHD_HEADER_KIND, "Content-Type");
    size_t size = type ? strcspn(type, ";") : 0;
    while (size && type[size - 1] == ' ')
        size--;
    return r->body.size == 0 || (size == 16 && strncasecmp(type, "application/json", 16) == 0);
}

enum MHD_Result api_create(struct request *r)
{
    struct create_body body;
    struct casemate_error err = {0};
    if (!is_json(r))
        return api_refuse(r, 415, E_USAGE, "The body must be of type application/json");
    if (create_body_parse(span_of(buffer_text(&r->body), r->body.size), &body, &err) < 0)
        return api_send_error(r, 0, &err);
    struct keep_wanted wanted = {.memory = body.memory};
    memcpy(wanted.name, body.name, sizeof wanted.name);
    wanted.image = images_choose(r->http->images, body.tee, body.image, &err);
    const struct keep *k = wanted.image ? keeps_create(r->http->keeps, &wanted, &err) : NULL;
    if (!k)
        return api_send_error(r, 0, &err);
    (void)snprintf(r->id, sizeof r->id, "%s", k->record.id);
    return api_wait(r);
}

enum MHD_Result api_list(struct request *r)
{
    json_t *list = json_array();
    for (const struct keep *k = r->http->keeps->first; k; k = k->next)
        if (!k->forget)
            (void)json_array_append_new(list, json_of_keep(k));
    return api_send_json(r, 200, json_pack("{s:o}", "keeps", list));
}

static struct keep *find(const struct request *r)
{
    struct keep *k = keeps_find(r->http->keeps, r->id);
    return k && !k->forget ? k : NULL;
}

static enum MHD_Result not_found(struct request *r)
{
    return api_refuse(r, 404, E_NOT_FOUND, "There is no such Keep");
}

enum MHD_Result api_get(struct request *r)
{
    const struct keep *k = find(r);
    return k ? api_send_json(r, 200, json_of_keep(k)) : not_found(r);
}

enum MHD_Result api_delete(struct request *r)
{
    struct keep *k = find(r);
    if (!k)
        return not_found(r);
    bool over = k->phase == PHASE_OVER;
    keeps_destroy(r->http->keeps, k, true, "deleted");
    return over ? api_send(r, 204, MHD_create_response_empty(MHD_RF_NONE)) : api_wait(r);
}

enum MHD_Result api_outbox(struct request *r)
{
    const struct keep *k = find(r);
    char path[PATHS_MAX];
    struct stat st;
    if (!k)
        return not_found(r);
    keeps_path(r->http->keeps, k, OUTBOX_STORE_NAME, path);
    int fd = k->record.outbox ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        if (fd >= 0)
            (void)close(fd);
        return api_refuse(r, 404, E_NOT_FOUND, "This Keep has left no outbox");
    }
    struct MHD_Response *response = MHD_create_response_from_fd64((uint64_t)st.st_size, fd);
    if (!response)
        (void)close(fd);
    else
        (void)MHD_add_response_header(response, "Content-Type", "application/cbor");
    return api_send(r, 200, response);
}
