/* SPDX-License-Identifier: Apache-2.0 */
/* casemate inspect: the record of a Keep, and what its host says, as JSON. */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "output.h"

static json_t *record_json(const casemate_record *record)
{
    static const char *const fields[] = {"id",   "name",        "url",      "tee",  "class",
                                         "root", "measurement", "instance", "spki", "workload",
                                         "run",  "key",         "created",  "exit", "policy"};
    json_t *object = json_object();
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const char *text;
        size_t size;
        casemate_record_field(record, fields[i], strlen(fields[i]), &text, &size);
        (void)json_object_set_new(object, fields[i], json_stringn(text, size));
    }
    return object;
}

/* The host's words, marked as such. */
static json_t *host_json(struct cli *cli, struct place *place)
{
    const char *id;
    const void *bytes;
    size_t id_size, size;
    casemate_request *request;
    casemate_record_field(place->record, "id", 2, &id, &id_size);
    if (casemate_request_get(place->host, id, id_size, &request, cli->error) < 0 ||
        place_wait(cli, request) < 0)
        return NULL;
    casemate_request_body(request, &bytes, &size);
    json_t *object = json_loadb(bytes, size, 0, NULL);
    casemate_request_free(request);
    return object;
}

int verb_inspect(struct cli *cli)
{
    struct place place;
    const char *text;
    size_t size;
    if (cli_want_arguments(cli, 1, 1) < 0)
        return -1;
    place_init(&place);
    int result = casemate_store_open(NULL, 0, &place.store, cli->error);
    if (result == 0)
        result =
            casemate_record_load(place.store, cli->argv[0], strlen(cli->argv[0]), &place.record, cli->error);
    if (result == 0) {
        casemate_record_field(place.record, "url", 3, &text, &size);
        json_t *host = place_host(cli, &place, size ? text : NULL) == 0 ? host_json(cli, &place) : NULL;
        json_t *whole = json_pack("{s:o, s:o}", "record", record_json(place.record), "host_says",
                                  host ? host : json_null());
        char *pretty = whole ? json_dumps(whole, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;
        printf("%s\n", pretty ? pretty : "{}");
        free(pretty);
        json_decref(whole);
    }
    place_free(&place);
    return result;
}
