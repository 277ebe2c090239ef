/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts, policies, keys and records of a verb. */
#include "place.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "../base/file.h"
#include "../base/paths.h"
#include "signals.h"

enum { TOKEN_MAX = 8192, CA_PATH_MAX = 4096, POLICY_MAX = 1 << 20, KEY_MAX = 4096, IMAGE_MAX = 64 << 20 };

void place_init(struct place *place)
{
    memset(place, 0, sizeof *place);
    place->agent.fd = place->agent.log = -1;
}

void place_free(struct place *place)
{
    casemate_host_free(place->host);
    if (place->agent.pid > 0)
        agent_end(&place->agent);
    casemate_record_free(place->record);
    casemate_store_free(place->store);
    casemate_key_free(place->key);
    casemate_policy_free(place->policy);
    casemate_roots_free(place->roots);
    buffer_free(&place->policy_text);
    place_init(place);
}

int place_host(struct cli *cli, struct place *place, const char *text)
{
    char standard[PATHS_MAX];
    struct buffer token = {0};
    const struct options *o = &cli->options;
    struct casemate_host_options options = {.size = sizeof options};
    if (!text)
        text = o->host;
    if (!text) {
        paths_default_host(standard);
        text = standard;
    }
    if (o->token_file && file_read(o->token_file, TOKEN_MAX, &token, cli->error) < 0) {
        buffer_wipe(&token);
        return -1;
    }
    options.url = text;
    options.url_size = strlen(text);
    options.token = buffer_text(&token);
    options.token_size = token.size;
    options.ca_file = o->ca_file;
    options.ca_file_size = o->ca_file ? strlen(o->ca_file) : 0;
    casemate_host_free(place->host);
    place->host = NULL;
    int result = casemate_host_new(&options, &place->host, cli->error);
    buffer_wipe(&token);
    return result;
}

int place_private(struct cli *cli, struct place *place)
{
    struct casemate_host_options options = {.size = sizeof options, .connect = agent_connect};
    if (agent_start(cli, &place->agent) < 0)
        return -1;
    options.connect_context = &place->agent;
    return casemate_host_new(&options, &place->host, cli->error);
}

/* --image FILE: measured here, and accepted. */
static int trust_image(struct cli *cli, struct place *place)
{
    const char *tee = cli->options.tee ? cli->options.tee : "process", *text, *name;
    size_t size, name_size;
    struct buffer bytes = {0};
    casemate_image *image;
    int result = file_read(cli->options.image, IMAGE_MAX, &bytes, cli->error);
    if (result == 0)
        result = casemate_image_new(tee, strlen(tee), bytes.data, bytes.size, &image, cli->error);
    buffer_free(&bytes);
    if (result < 0)
        return -1;
    casemate_image_measurement(image, &text, &size);
    casemate_image_tee(image, &name, &name_size);
    result = casemate_policy_add_measurement(place->policy, name, name_size, text, size, cli->error);
    casemate_image_free(image);
    return result;
}

int place_policy(struct cli *cli, struct place *place, bool own_root)
{
    const char *file = cli->options.policy;
    if (casemate_roots_open(NULL, 0, &place->roots, cli->error) < 0)
        return -1;
    if (own_root && casemate_roots_add_own(place->roots, cli->error) < 0)
        return -1;
    if (file && file_read(file, POLICY_MAX, &place->policy_text, cli->error) < 0)
        return -1;
    int result = file ? casemate_policy_parse(buffer_text(&place->policy_text), place->policy_text.size, file,
                                              strlen(file), &place->policy, cli->error)
                      : casemate_policy_default(&place->policy, cli->error);
    if (result == 0 && cli->options.image)
        result = trust_image(cli, place);
    if (result == 0 && cli->options.allow_simulated)
        result = casemate_policy_allow_simulated(place->policy, place->roots, cli->error);
    return result;
}

int place_key(struct cli *cli, struct place *place)
{
    struct buffer text = {0};
    if (!cli->options.key)
        return 0;
    int result = file_read(cli->options.key, KEY_MAX, &text, cli->error);
    if (result == 0)
        result = casemate_key_parse(buffer_text(&text), text.size, &place->key, cli->error);
    buffer_wipe(&text);
    return result;
}

static int open_record(struct cli *cli, struct place *place, const char *keep)
{
    const char *url, *id;
    size_t url_size, id_size;
    bool names_host = strchr(keep, '/') != NULL;
    if (casemate_store_open(NULL, 0, &place->store, cli->error) < 0)
        return -1;
    if (names_host && place_host(cli, place, keep) < 0)
        return -1;
    if (names_host) {
        casemate_host_keep_id(place->host, &id, &id_size);
        if (id_size == 0)
            return cli_fail(cli, "E_USAGE", "\"%s\" names a host, but no Keep: write HOST/ID", keep);
    } else {
        id = keep;
        id_size = strlen(keep);
    }
    if (casemate_record_load(place->store, id, id_size, &place->record, cli->error) < 0)
        return -1;
    if (names_host || cli->options.host)
        return names_host ? 0 : place_host(cli, place, NULL);
    casemate_record_field(place->record, "url", 3, &url, &url_size);
    return place_host(cli, place, url_size ? url : NULL);
}

/* The policy of the options, if there is one; else what the record says, which may be simulated only by
 * consent. */
static int record_policy(struct cli *cli, struct place *place)
{
    if (cli->options.policy || cli->options.allow_simulated)
        return place_policy(cli, place, true);
    if (casemate_roots_open(NULL, 0, &place->roots, cli->error) < 0 ||
        casemate_roots_add_own(place->roots, cli->error) < 0)
        return -1;
    return casemate_record_policy(place->record, place->roots, &place->policy, cli->error);
}

int place_record(struct cli *cli, struct place *place, const char *keep)
{
    if (open_record(cli, place, keep) < 0)
        return -1;
    return record_policy(cli, place) < 0 || place_key(cli, place) < 0 ? -1 : 0;
}

int place_wait(struct cli *cli, casemate_request *request)
{
    int result = 0;
    while (result == 0) {
        struct pollfd polled[2] = {
            {.fd = casemate_request_fd(request), .events = (short)casemate_request_events(request)},
            {.fd = signals_fd(), .events = POLLIN}};
        int64_t wait = casemate_request_timeout(request);
        (void)poll(polled, 2, wait < 0 || wait > 60000 ? 60000 : (int)wait);
        if (signals_pending() && !signals_stopping()) {
            (void)cli_fail(cli, "E_TIMEOUT", "Interrupted while waiting for the host agent");
            result = -1;
            break;
        }
        result = casemate_request_process(request, cli->error);
    }
    if (result < 0)
        casemate_request_free(request);
    return result < 0 ? -1 : 0;
}
