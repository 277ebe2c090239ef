/* SPDX-License-Identifier: Apache-2.0 */
/* casemate platform: what a host can run, and what is missing. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/paths.h"
#include "output.h"
#include "place.h"
#include "signals.h"

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static void print_part(const char *label, const char *text)
{
    if (!text[0])
        return;
    printf("%s ", label);
    output_safe(stdout, text, strlen(text));
}

static void print_findings(const json_t *findings, bool utf8)
{
    size_t index;
    const json_t *f;
    json_array_foreach(findings, index, f)
    {
        bool ok = json_is_true(json_object_get(f, "ok"));
        printf("  %s ", ok ? (utf8 ? "✔" : "ok  ") : (utf8 ? "✗" : "FAIL"));
        output_safe(stdout, text_of(f, "name"), strlen(text_of(f, "name")));
        print_part(": found", text_of(f, "found"));
        if (!ok) {
            print_part(", expected", text_of(f, "expected"));
            print_part("\n      next:", text_of(f, "next"));
        }
        putchar('\n');
    }
}

/* Whether the TEE that was asked for is usable; with none asked for, whether any is. */
static bool print_tees(const struct cli *cli, const json_t *root, const char *wanted)
{
    size_t index;
    const json_t *tee;
    bool usable = false, utf8 = isatty(STDOUT_FILENO) == 1;
    json_array_foreach(json_object_get(root, "tees"), index, tee)
    {
        const char *name = text_of(tee, "name");
        bool ok = json_is_true(json_object_get(tee, "usable"));
        if (wanted && strcmp(wanted, name) != 0)
            continue;
        usable = usable || ok;
        if (cli->options.json)
            continue;
        output_safe(stdout, name, strlen(name));
        printf(": %s%s", ok ? "usable" : "not usable",
               json_is_true(json_object_get(tee, "simulated")) ? ", simulated" : "");
        print_part(" -", text_of(tee, "summary"));
        putchar('\n');
        print_findings(json_object_get(tee, "findings"), utf8);
    }
    return usable;
}

static bool has_tee(const json_t *root, const char *wanted)
{
    size_t index;
    const json_t *tee;
    json_array_foreach(json_object_get(root, "tees"), index, tee)
    {
        if (strcmp(wanted, text_of(tee, "name")) == 0)
            return true;
    }
    return false;
}

static int show(struct cli *cli, struct place *place)
{
    const void *bytes;
    const char *wanted = cli->options.tee;
    size_t size;
    casemate_request *request;
    if (casemate_request_platform(place->host, &request, cli->error) < 0 || place_wait(cli, request) < 0)
        return -1;
    casemate_request_body(request, &bytes, &size);
    json_t *root = json_loadb(bytes, size, 0, NULL);
    casemate_request_free(request);
    if (!json_is_object(root)) {
        json_decref(root);
        return cli_fail(cli, "E_PROTOCOL", "The host agent does not say what it can run");
    }
    bool usable = print_tees(cli, root, wanted), known = !wanted || has_tee(root, wanted);
    if (cli->options.json)
        output_json(stdout, json_incref(root));
    json_decref(root);
    if (!known && !cli->options.json)
        printf("%s: not usable\n  found that the host agent does not know it\n"
               "  next casemate platform lists what it knows\n",
               wanted);
    return !wanted || usable ? 0 : EXIT_REFUSED;
}

/* No host named, and none on this machine. */
static bool needs_private(const struct cli *cli)
{
    char url[PATHS_MAX];
    paths_default_host(url);
    return !cli->options.host && strncmp(url, "unix:", 5) == 0 && access(url + 5, F_OK) != 0;
}

int verb_platform(struct cli *cli)
{
    struct place place;
    if (cli_want_arguments(cli, 0, 0) < 0)
        return -1;
    place_init(&place);
    signals_catch();
    int result = needs_private(cli) ? place_private(cli, &place) : place_host(cli, &place, NULL);
    if (result == 0)
        result = show(cli, &place);
    if (result < 0 && place.agent.pid > 0)
        agent_explain(cli, &place.agent);
    place_free(&place);
    return result;
}
