/* SPDX-License-Identifier: Apache-2.0 */
/* Judging evidence from files. */
#include "judging.h"

#include <string.h>

#include "../base/file.h"
#include "../base/hex.h"
#include "../base/rfc3339.h"
#include "collateral.h"
#include "output.h"

enum { EVIDENCE_MAX = 16 << 20, CERTIFICATE_MAX = 65536, REFERENCE_MAX = 1 << 20 };

static int read_time(struct cli *cli, struct judging *w)
{
    const char *text = cli->options.time;
    if (text && !rfc3339_parse(text, strlen(text), &w->options.time))
        return cli_usage(cli, "--time wants a date and time as in 2026-11-24T12:00:00Z, not \"%.60s\"", text);
    return 0;
}

static int read_nonce(struct cli *cli, struct judging *w)
{
    const char *text = cli->options.nonce;
    size_t size = text ? strlen(text) / 2 : 0;
    if (!text)
        return 0;
    if (size == 0 || size > sizeof w->nonce || !hex_decode(text, strlen(text), w->nonce, size))
        return cli_usage(cli, "--nonce wants 1 to %d bytes in hexadecimal", JUDGING_NONCE_MAX);
    w->options.nonce = w->nonce;
    w->options.nonce_size = size;
    return 0;
}

/* --root FILE: for this call, and for a policy of class simulated only. */
static int add_root(struct cli *cli, struct place *place, const char *path)
{
    struct buffer bytes = {0};
    const char *fingerprint;
    int result = file_read(path, CERTIFICATE_MAX, &bytes, cli->error);
    if (result == 0)
        result = casemate_roots_add(place->roots, bytes.data, bytes.size, &fingerprint, cli->error);
    if (result == 0)
        result = casemate_policy_add_root(place->policy, fingerprint, strlen(fingerprint), cli->error);
    if (result == 0 && cli->options.allow_simulated)
        result = casemate_policy_allow_simulated(place->policy, place->roots, cli->error);
    buffer_free(&bytes);
    return result;
}

static int read_collateral(struct cli *cli, struct judging *w)
{
    const struct option_list *list = &cli->options.collateral;
    if (list->count == 0)
        return 0;
    int result = casemate_collateral_new(&w->collateral, cli->error);
    for (size_t i = 0; result == 0 && i < list->count; i++)
        result = casemate_collateral_add_folder(w->collateral, list->items[i].value,
                                                strlen(list->items[i].value), cli->error);
    w->options.collateral = w->collateral;
    return result;
}

/* --reference FILE: a CoRIM. */
static int add_references(struct cli *cli, struct judging *w)
{
    const struct option_list *list = &cli->options.references;
    int result = 0;
    for (size_t i = 0; result == 0 && i < list->count; i++) {
        const char *path = list->items[i].value;
        struct buffer bytes = {0};
        result = file_read(path, REFERENCE_MAX, &bytes, cli->error);
        if (result == 0)
            result = casemate_policy_add_references(w->place.policy, path, strlen(path), bytes.data,
                                                    bytes.size, w->options.time, cli->error);
        buffer_free(&bytes);
    }
    return result;
}

int judging_open(struct cli *cli, struct judging *w, const char *policy)
{
    const struct option_list *roots = &cli->options.roots;
    memset(w, 0, sizeof *w);
    place_init(&w->place);
    if (policy)
        cli->options.policy = policy;
    if (read_time(cli, w) < 0 || read_nonce(cli, w) < 0)
        return -1;
    w->options.size = sizeof w->options;
    w->options.recorded = cli->options.recorded;
    w->options.tee = cli->options.tee ? cli->options.tee : "";
    w->options.tee_size = strlen(w->options.tee);
    if (place_policy(cli, &w->place, false) < 0)
        return -1;
    for (size_t i = 0; i < roots->count; i++)
        if (add_root(cli, &w->place, roots->items[i].value) < 0)
            return -1;
    return add_references(cli, w) < 0 ? -1 : read_collateral(cli, w);
}

void judging_close(struct judging *w)
{
    casemate_collateral_free(w->collateral);
    place_free(&w->place);
}

/* What was fetched for this evidence, or shipped: a set for this file alone, or none if the cache has nothing
 * for it. */
static int read_cache(struct cli *cli, const struct buffer *evidence, casemate_collateral **set)
{
    char cache[PATH_MAX];
    if (collateral_cache(cli, cache) < 0) { /* a user without a home has no cache */
        casemate_error_clear(cli->error);
        return 0;
    }
    int result = casemate_collateral_new(set, cli->error);
    if (result == 0)
        result = casemate_collateral_add_cached(*set, cache, strlen(cache), evidence->data, evidence->size,
                                                cli->error);
    if (result < 0 || casemate_collateral_count(*set) == 0) {
        casemate_collateral_free(*set);
        *set = NULL;
    }
    return result;
}

int judging_file(struct cli *cli, const struct judging *w, const char *path, casemate_verdict **verdict)
{
    struct buffer evidence = {0};
    struct casemate_verify_options options = w->options;
    casemate_collateral *cached = NULL;
    int result = file_read(path, EVIDENCE_MAX, &evidence, cli->error);
    if (result == 0 && !options.collateral)
        result = read_cache(cli, &evidence, &cached);
    if (cached)
        options.collateral = cached;
    if (result == 0)
        result = casemate_verify(evidence.data, evidence.size, w->place.policy, w->place.roots, &options,
                                 verdict, cli->error);
    casemate_collateral_free(cached);
    buffer_free(&evidence);
    return result;
}
