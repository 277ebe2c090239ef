/* SPDX-License-Identifier: Apache-2.0 */
/* casemate ps: the Keeps of a host, and what the user's own records say of them. */
#include <string.h>
#include <time.h>

#include "output.h"
#include "place.h"

enum { NAME_WIDTH = 20 };

struct line {
    const char *id, *name, *tee, *state, *host;
    size_t id_size, name_size, tee_size, state_size, host_size;
    bool own;
    char exit[64];
};

static void print_line(const struct cli *cli, json_t *list, const struct line *l)
{
    if (cli->options.json) {
        (void)json_array_append_new(list, json_pack("{s:s%, s:s%, s:s%, s:s%, s:b, s:s, s:s%}", "id", l->id,
                                                    l->id_size, "name", l->name, l->name_size, "tee", l->tee,
                                                    l->tee_size, "state", l->state, l->state_size, "own",
                                                    l->own, "exit", l->exit, "host", l->host, l->host_size));
        return;
    }
    output_safe(stdout, l->id, cli->options.quiet || l->id_size < 12 ? l->id_size : 12);
    if (!cli->options.quiet) {
        printf("%*s  ", l->id_size < 12 ? (int)(12 - l->id_size) : 0, "");
        output_safe(stdout, l->name, l->name_size);
        printf("%*s  ", l->name_size < NAME_WIDTH ? (int)(NAME_WIDTH - l->name_size) : 0, "");
        output_safe(stdout, l->tee, l->tee_size);
        printf("%*s  ", l->tee_size < 8 ? (int)(8 - l->tee_size) : 0, "");
        output_safe(stdout, l->state, l->state_size);
        printf("%*s  %-4s  %s", l->state_size < 8 ? (int)(8 - l->state_size) : 0, "", l->own ? "yes" : "no",
               l->exit);
    }
    putchar('\n');
}

/* What the user's own record adds. */
static void add_record(casemate_store *store, struct line *l)
{
    casemate_record *record;
    const char *exit;
    size_t size;
    for (size_t i = 0; i < casemate_store_count(store); i++) {
        const char *id = casemate_store_id(store, i);
        if (strlen(id) != l->id_size || memcmp(id, l->id, l->id_size) != 0)
            continue;
        l->own = true;
        if (casemate_record_load(store, l->id, l->id_size, &record, NULL) < 0)
            return;
        casemate_record_field(record, "exit", 4, &exit, &size);
        (void)snprintf(l->exit, sizeof l->exit, "%s", exit);
        casemate_record_free(record);
        return;
    }
}

static void print_head(const struct cli *cli)
{
    if (!cli->options.quiet && !cli->options.json)
        printf("%-12s  %-*s  %-8s  %-8s  %-4s  %s\n", "ID", NAME_WIDTH, "NAME", "TEE", "STATE", "OWN",
               "EXIT");
}

static int list_host(struct cli *cli, struct place *place, json_t *list)
{
    casemate_request *request;
    struct casemate_keep_info info = {.size = sizeof info};
    if (casemate_request_list(place->host, &request, cli->error) < 0 || place_wait(cli, request) < 0)
        return -1;
    print_head(cli);
    for (size_t i = 0; casemate_request_keep(request, i, &info) == 0; i++) {
        bool ended = (info.state_size == 5 && memcmp(info.state, "ended", 5) == 0) ||
                     (info.state_size == 4 && memcmp(info.state, "lost", 4) == 0);
        struct line l = {.id = info.id,
                         .id_size = info.id_size,
                         .name = info.name,
                         .name_size = info.name_size,
                         .tee = info.tee,
                         .tee_size = info.tee_size,
                         .state = info.state,
                         .state_size = info.state_size};
        if (ended && !cli->options.all)
            continue;
        casemate_host_url(place->host, &l.host, &l.host_size);
        if (casemate_store_scan(place->store, NULL) == 0)
            add_record(place->store, &l);
        print_line(cli, list, &l);
    }
    casemate_request_free(request);
    return 0;
}

/* --all: also records of other hosts, as this machine knows them. */
static int list_records(struct cli *cli, struct place *place, json_t *list)
{
    const char *here;
    size_t here_size;
    casemate_host_url(place->host, &here, &here_size);
    if (casemate_store_scan(place->store, cli->error) < 0)
        return -1;
    size_t count = casemate_store_count(place->store);
    for (size_t i = 0; i < count; i++) {
        char id[80];
        casemate_record *record;
        struct line l = {.own = true, .state = "?", .state_size = 1};
        const char *exit;
        size_t size;
        (void)snprintf(id, sizeof id, "%s", casemate_store_id(place->store, i));
        int loaded = casemate_record_load(place->store, id, strlen(id), &record, NULL);
        if (casemate_store_scan(place->store, cli->error) < 0)
            return -1;
        if (loaded < 0)
            continue;
        casemate_record_field(record, "url", 3, &l.host, &l.host_size);
        bool elsewhere = l.host_size != here_size || memcmp(l.host, here, here_size) != 0;
        casemate_record_field(record, "id", 2, &l.id, &l.id_size);
        casemate_record_field(record, "name", 4, &l.name, &l.name_size);
        casemate_record_field(record, "tee", 3, &l.tee, &l.tee_size);
        casemate_record_field(record, "exit", 4, &exit, &size);
        (void)snprintf(l.exit, sizeof l.exit, "%s", exit);
        if (elsewhere)
            print_line(cli, list, &l);
        casemate_record_free(record);
    }
    return 0;
}

int verb_ps(struct cli *cli)
{
    struct place place;
    json_t *list = json_array();
    place_init(&place);
    int result = cli_want_arguments(cli, 0, 0);
    if (result == 0)
        result =
            place_host(cli, &place, NULL) < 0 || casemate_store_open(NULL, 0, &place.store, cli->error) < 0
                ? -1
                : 0;
    if (result == 0)
        result = list_host(cli, &place, list);
    if (result == 0 && cli->options.all)
        result = list_records(cli, &place, list);
    if (result == 0 && cli->options.json)
        output_json(stdout, json_pack("{s:O}", "keeps", list));
    json_decref(list);
    place_free(&place);
    return result;
}
