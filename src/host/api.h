/* SPDX-License-Identifier: Apache-2.0 */
/* Between the router (api.c) and the handlers (api_keeps.c, api_session.c). */
#ifndef CASEMATE_HOST_API_H
#define CASEMATE_HOST_API_H

#include "http.h"

typedef enum MHD_Result route_handler(struct request *r);

struct route {
    const char *method, *path; /* a star stands for a Keep's id */
    route_handler *handler;
    bool guarded; /* wants a token, where there are tokens */
};

route_handler api_health, api_platform, api_create, api_list, api_get, api_delete, api_session, api_outbox;

/* Each takes what it is given. */
enum MHD_Result api_send(struct request *r, unsigned status, struct MHD_Response *response);
enum MHD_Result api_send_json(struct request *r, unsigned status, json_t *answer);
/* status 0: what fits the code. */
enum MHD_Result api_send_error(struct request *r, unsigned status, const struct casemate_error *err);
enum MHD_Result api_refuse(struct request *r, unsigned status, enum casemate_code code, const char *text);
/* Until api_keep_changed() or api_platform_ready() lets it go on. */
enum MHD_Result api_wait(struct request *r);

#endif
