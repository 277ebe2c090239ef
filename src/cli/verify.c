/* SPDX-License-Identifier: Apache-2.0 */
/* casemate verify: evidence from a file, offline. */
#include <string.h>

#include "../base/file.h"
#include "../base/hex.h"
#include "../base/rfc3339.h"
#include "output.h"
#include "place.h"

enum { EVIDENCE_MAX = 16 << 20, CERTIFICATE_MAX = 65536, NONCE_MAX = 64 };

struct work {
    struct place place;
    struct buffer evidence;
    casemate_collateral *collateral;
    uint8_t nonce[NONCE_MAX];
    struct casemate_verify_options options;
    casemate_verdict *verdict;
};

static int read_time(struct cli *cli, struct work *w)
{
    const char *text = cli->options.time;
    if (text && !rfc3339_parse(text, strlen(text), &w->options.time))
        return cli_usage(cli, "--time wants a date and time as in 2026-11-24T12:00:00Z, not \"%.60s\"", text);
    return 0;
}

static int read_nonce(struct cli *cli, struct work *w)
{
    const char *text = cli->options.nonce;
    size_t size = text ? strlen(text) / 2 : 0;
    if (!text)
        return 0;
    if (size == 0 || size > sizeof w->nonce || !hex_decode(text, strlen(text), w->nonce, size))
        return cli_usage(cli, "--nonce wants 1 to %d bytes in hexadecimal", NONCE_MAX);
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

static int read_collateral(struct cli *cli, struct work *w)
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

static int read_all(struct cli *cli, struct work *w)
{
    const struct option_list *roots = &cli->options.roots;
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
    if (read_collateral(cli, w) < 0)
        return -1;
    return file_read(cli->argv[0], EVIDENCE_MAX, &w->evidence, cli->error);
}

static void print(const struct cli *cli, const casemate_verdict *verdict)
{
    const char *text;
    size_t size;
    if (!cli->options.json) {
        output_verdict(stdout, verdict);
        return;
    }
    casemate_verdict_json(verdict, &text, &size);
    printf("%.*s\n", (int)size, text);
}

int verb_verify(struct cli *cli)
{
    struct work w = {0};
    if (cli_want_arguments(cli, 1, 1) < 0)
        return -1;
    place_init(&w.place);
    int result = read_all(cli, &w);
    if (result == 0)
        result = casemate_verify(w.evidence.data, w.evidence.size, w.place.policy, w.place.roots, &w.options,
                                 &w.verdict, cli->error);
    if (result == 0) {
        print(cli, w.verdict);
        result = casemate_verdict_accepted(w.verdict) ? 0 : EXIT_REFUSED;
    }
    casemate_verdict_free(w.verdict);
    casemate_collateral_free(w.collateral);
    buffer_free(&w.evidence);
    place_free(&w.place);
    return result;
}
