/* SPDX-License-Identifier: Apache-2.0 */
/* casemate collateral fetch: from the vendors' services, or those that stand in for them, into the cache. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "collateral.h"
#include "output.h"
#include "parse.h"
#include "signals.h"

enum { EVIDENCE_MAX = 16 << 20 };

static const char *or_variable(const char *given, const char *variable)
{
    const char *value = given ? given : getenv(variable);
    return value ? value : "";
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static int open_fetch(struct cli *cli, casemate_fetch **fetch)
{
    char cache[PATH_MAX];
    uint64_t seconds = 0;
    const struct options *o = &cli->options;
    const char *pccs = or_variable(o->pccs, "CASEMATE_PCCS"), *kds = or_variable(o->kds, "CASEMATE_KDS");
    if (o->timeout && (!parse_number(o->timeout, &seconds) || seconds == 0 || seconds > 3600))
        return cli_usage(cli, "--timeout wants 1 to 3600 seconds, not \"%s\"", o->timeout);
    if (collateral_cache(cli, cache) < 0)
        return -1;
    const struct casemate_fetch_options options = {.size = sizeof options,
                                                   .cache = cache,
                                                   .cache_size = strlen(cache),
                                                   .pccs = pccs,
                                                   .pccs_size = strlen(pccs),
                                                   .kds = kds,
                                                   .kds_size = strlen(kds),
                                                   .ca_file = o->ca_file,
                                                   .ca_file_size = strlen(or_empty(o->ca_file)),
                                                   .timeout_ms = (int64_t)seconds * 1000,
                                                   .again = o->force};
    return casemate_fetch_new(&options, fetch, cli->error);
}

static int add_options(struct cli *cli, casemate_fetch *fetch)
{
    const struct options *o = &cli->options;
    const struct casemate_fetch_what what = {.size = sizeof what,
                                             .tee = o->tee,
                                             .tee_size = strlen(o->tee),
                                             .fmspc = o->fmspc,
                                             .fmspc_size = strlen(or_empty(o->fmspc)),
                                             .pck_ca = o->pck_ca,
                                             .pck_ca_size = strlen(or_empty(o->pck_ca)),
                                             .product = o->product,
                                             .product_size = strlen(or_empty(o->product)),
                                             .chip_id = o->chip_id,
                                             .chip_id_size = strlen(or_empty(o->chip_id)),
                                             .tcb = o->tcb,
                                             .tcb_size = strlen(or_empty(o->tcb)),
                                             .loaded_key = o->vlek};
    return casemate_fetch_add(fetch, &what, cli->error);
}

static int add_evidence(struct cli *cli, casemate_fetch *fetch, const char *path)
{
    struct buffer bytes = {0};
    const char *product = or_empty(cli->options.product);
    int result = file_read(path, EVIDENCE_MAX, &bytes, cli->error);
    if (result == 0)
        result =
            casemate_fetch_add_evidence(fetch, bytes.data, bytes.size, product, strlen(product), cli->error);
    buffer_free(&bytes);
    return result;
}

static int add_all(struct cli *cli, casemate_fetch *fetch)
{
    if (!cli->options.tee && cli->argc == 1)
        return cli_usage(cli,
                         "collateral fetch wants evidence to fetch for, or --tee with --fmspc or --product");
    if (cli->options.tee && add_options(cli, fetch) < 0)
        return -1;
    for (int i = 1; i < cli->argc; i++)
        if (add_evidence(cli, fetch, cli->argv[i]) < 0)
            return -1;
    return 0;
}

/* ---- running ---- */

static void say(struct cli *cli, const struct casemate_fetch_file *file, json_t *list, const char *why)
{
    static const char *const states[] = {"waiting", "fetched", "cached", "failed"};
    const char *state = states[file->state & 3];
    if (cli->options.json) {
        json_t *one = json_pack("{s:s, s:s%, s:s%}", "state", state, "file", file->file, file->file_size,
                                "url", file->url, file->url_size);
        if (why[0])
            (void)json_object_set_new(one, "error", json_string(why));
        (void)json_array_append_new(list, one);
    } else if (!cli->options.quiet) {
        printf("%-9s %.*s\n", state, (int)file->file_size, file->file);
    }
}

/* All that failed, and the first of it as the error of the whole. */
static int report(struct cli *cli, const casemate_fetch *fetch)
{
    struct casemate_fetch_file file = {.size = sizeof file};
    json_t *list = json_array();
    int failed = 0;
    for (size_t i = 0; casemate_fetch_at(fetch, i, &file) == 0; i++) {
        const char *why = "";
        size_t size;
        casemate_error *error = casemate_error_new();
        if (file.state == CASEMATE_FETCH_FAILED && error) {
            casemate_fetch_error(fetch, i, error);
            casemate_error_part(error, CASEMATE_ERROR_WHAT, &why, &size);
            if (failed++ == 0)
                casemate_fetch_error(fetch, i, cli->error);
            else if (!cli->options.json)
                fprintf(stderr, "casemate: %.*s\n", (int)size, why);
        }
        say(cli, &file, list, why);
        casemate_error_free(error);
    }
    if (cli->options.json && !failed)
        output_json(stdout, json_pack("{s:O}", "files", list));
    json_decref(list);
    return failed ? -1 : 0;
}

static int run(struct cli *cli, casemate_fetch *fetch)
{
    for (;;) {
        const int32_t done = casemate_fetch_process(fetch, cli->error);
        if (done != 0)
            return done < 0 ? -1 : 0;
        if (signals_pending())
            return 1;
        const int64_t wait = casemate_fetch_timeout(fetch);
        /* poll(2) looks past descriptors below 0. */
        struct pollfd polled[] = {
            {.fd = casemate_fetch_fd(fetch), .events = (short)casemate_fetch_events(fetch)},
            {.fd = signals_fd(), .events = POLLIN},
        };
        (void)poll(polled, 2, wait > 60000 ? 60000 : (int)wait);
    }
}

int collateral_fetch(struct cli *cli)
{
    casemate_fetch *fetch = NULL;
    int result = open_fetch(cli, &fetch);
    if (result == 0)
        result = add_all(cli, fetch);
    signals_catch();
    if (result == 0)
        result = run(cli, fetch);
    if (result == 1)
        result = 128 + signals_pending();
    else if (result == 0)
        result = report(cli, fetch);
    casemate_fetch_free(fetch);
    if (result == 0)
        output_hint(cli, "casemate verify FILE reads the cache; casemate collateral show lists it.");
    return result;
}
