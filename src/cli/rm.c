/* SPDX-License-Identifier: Apache-2.0 */
/* casemate rm: delete Keeps at their host, and their records here. */
#include <string.h>

#include "command.h"
#include "output.h"

static int delete_at_host(struct cli *cli, struct place *place, const char *id, size_t size)
{
    casemate_request *request;
    if (casemate_request_delete(place->host, id, size, &request, cli->error) < 0 ||
        place_wait(cli, request) < 0)
        return -1;
    casemate_request_free(request);
    return 0;
}

static bool is(const struct cli *cli, const char *code)
{
    return casemate_error_is(cli->error, code, strlen(code)) == 1;
}

/* A running program is not deleted by accident; whether it runs is the host's word, which is enough for that.
 */
static int refuse_running(struct cli *cli, struct place *place, const char *id, size_t size)
{
    casemate_request *request;
    struct casemate_keep_info info = {.size = sizeof info};
    if (cli->options.force)
        return 0;
    if (casemate_request_get(place->host, id, size, &request, cli->error) < 0 || place_wait(cli, request) < 0)
        return is(cli, "E_NOT_FOUND") ? 0 : -1;
    bool running = casemate_request_keep(request, 0, &info) == 0 && info.state_size == 7 &&
                   memcmp(info.state, "running", 7) == 0;
    casemate_request_free(request);
    if (!running)
        return 0;
    (void)cli_fail(cli, "E_USAGE", "The program of Keep %.*s is running", (int)size, id);
    return cli_next(cli, "End it with casemate stop, or add --force.");
}

static int remove_one(struct cli *cli, const char *keep)
{
    struct place place;
    const char *text, *id;
    size_t size, id_size;
    place_init(&place);
    int result = casemate_store_open(NULL, 0, &place.store, cli->error);
    if (result == 0)
        result = casemate_record_load(place.store, keep, strlen(keep), &place.record, cli->error);
    if (result == 0) {
        casemate_record_field(place.record, "url", 3, &text, &size);
        result = place_host(cli, &place, size && !cli->options.host ? text : NULL);
    }
    if (result == 0) {
        casemate_record_field(place.record, "id", 2, &id, &id_size);
        result = refuse_running(cli, &place, id, id_size);
        if (result == 0 && delete_at_host(cli, &place, id, id_size) < 0)
            result = is(cli, "E_NOT_FOUND") || cli->options.force ? 0 : -1;
    }
    if (result == 0)
        result = casemate_record_delete(place.record, cli->error);
    if (result == 0 && !cli->options.quiet)
        printf("%s\n", keep);
    place_free(&place);
    return result;
}

int verb_rm(struct cli *cli)
{
    if (cli_want_arguments(cli, 1, -1) < 0)
        return -1;
    for (int i = 0; i < cli->argc; i++)
        if (remove_one(cli, cli->argv[i]) < 0)
            return -1;
    return 0;
}
