/* SPDX-License-Identifier: Apache-2.0 */
/* From a package to a running program. Nothing is sent before the Keep is verified: the library sees to that;
 * this file sees to it that no Keep is left behind on a failure. */
#include "launch.h"

#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "fetch.h"
#include "names.h"
#include "output.h"
#include "signals.h"
#include "workload.h"

enum { KEEP_OVERHEAD = 256 << 20 };

/* ---- the Keep ---- */

static int make_keep(struct launch *l)
{
    struct cli *cli = l->cli;
    const char *tee = cli->options.tee ? cli->options.tee : "process";
    struct casemate_create_options options = {.size = sizeof options, .tee = tee, .tee_size = strlen(tee)};
    struct casemate_keep_info info = {.size = sizeof info};
    casemate_image *image = NULL;
    casemate_request *request;
    /* With an image of the user's own the host chooses among its images, and the policy judges. */
    if (!cli->options.image && casemate_image_installed(tee, strlen(tee), &image, cli->error) < 0)
        return -1;
    if (image) {
        casemate_image_digest(image, &options.image, &options.image_size);
        casemate_image_tee(image, &options.tee, &options.tee_size);
    }
    options.name = l->name;
    options.name_size = strlen(l->name);
    /* The program's memory, and what engine, files and sessions need beside it. */
    options.memory = casemate_package_memory(l->package) + KEEP_OVERHEAD;
    int result = casemate_request_create(l->place.host, &options, &request, cli->error);
    casemate_image_free(image);
    if (result < 0 || place_wait(cli, request) < 0)
        return -1;
    result = casemate_request_keep(request, 0, &info);
    if (result == 0)
        (void)snprintf(l->keep, sizeof l->keep, "%.*s", (int)info.id_size, info.id);
    casemate_request_free(request);
    return result < 0 ? cli_fail(cli, "E_PROTOCOL", "The host agent made no Keep") : 0;
}

static int delete_keep(struct launch *l)
{
    casemate_request *request;
    signals_stop();
    if (!l->keep[0])
        return 0;
    if (casemate_request_delete(l->place.host, l->keep, strlen(l->keep), &request, l->cli->error) < 0 ||
        place_wait(l->cli, request) < 0)
        return -1;
    casemate_request_free(request);
    l->keep[0] = 0;
    return 0;
}

/* The Keep and its record, on every way out but success of deploy; the first error is the one that is told.
 */
static void abandon(struct launch *l)
{
    casemate_record *record = l->drive.session ? casemate_session_record(l->drive.session) : NULL;
    struct cli quiet = *l->cli;
    quiet.error = casemate_error_new();
    struct launch copy = *l;
    copy.cli = &quiet;
    if (quiet.error && delete_keep(&copy) == 0 && record)
        (void)casemate_record_delete(record, NULL);
    casemate_error_free(quiet.error);
    l->keep[0] = 0;
}

/* ---- events ---- */

static int save_evidence(struct launch *l)
{
    const void *bytes;
    size_t size;
    const char *path = l->cli->options.save_evidence;
    if (!path)
        return 0;
    if (casemate_session_evidence(l->drive.session, &bytes, &size, l->cli->error) < 0)
        return -1;
    return file_write(path, bytes, size, l->cli->error);
}

static int verified(struct launch *l)
{
    const casemate_verdict *verdict = casemate_session_verdict(l->drive.session);
    char class_name[32], measurement[128];
    if (l->verified)
        return 0;
    l->verified = true;
    output_claim(verdict, "class", class_name, sizeof class_name);
    output_claim(verdict, "measurement", measurement, sizeof measurement);
    (void)snprintf(l->verdict_line, sizeof l->verdict_line, "accepted (%s), measurement %s", class_name,
                   measurement);
    output_banner(l->cli, verdict);
    if (l->cli->options.verbose && !l->cli->options.json)
        output_verdict(stderr, verdict);
    else if (!l->is_private)
        output_note(l->cli, "casemate: %s", l->verdict_line);
    return save_evidence(l);
}

static int on_event(void *context, const struct casemate_event *e)
{
    struct launch *l = context;
    if (e->type == CASEMATE_EVENT_VERIFIED)
        return verified(l);
    if (e->type == CASEMATE_EVENT_SENT)
        output_detail(l->cli, "casemate: sent %lld of %llu bytes", (long long)e->value,
                      (unsigned long long)e->total);
    if (e->type == CASEMATE_EVENT_DEPLOYED)
        return save_evidence(l);
    return 0;
}

/* ---- the session ---- */

static int open_session(struct launch *l)
{
    struct casemate_session_options options = {
        .size = sizeof options,
        .keep_id = l->keep,
        .keep_id_size = strlen(l->keep),
        .policy = l->place.policy,
        .roots = l->place.roots,
        .key = l->place.key,
        .key_reference = l->cli->options.key,
        .key_reference_size = l->cli->options.key ? strlen(l->cli->options.key) : 0,
        .name = l->name,
        .name_size = strlen(l->name),
        .policy_text = buffer_text(&l->place.policy_text),
        .policy_text_size = l->place.policy_text.size,
    };
    if (casemate_session_new(l->place.host, &options, &l->drive.session, l->cli->error) < 0)
        return -1;
    l->drive.cli = l->cli;
    l->drive.on_event = on_event;
    l->drive.context = l;
    return 0;
}

static int ask_for_everything(struct launch *l)
{
    casemate_error *error = l->cli->error;
    bool attach = !l->cli->options.detach;
    l->drive.input = attach && (l->is_private || l->cli->options.interactive) &&
                     casemate_package_takes_input(l->package) == 1;
    l->drive.stop_on_signal = attach;
    if (casemate_session_deploy(l->drive.session, l->package, error) < 0 ||
        casemate_session_secrets(l->drive.session, l->package, error) < 0 ||
        casemate_session_start(l->drive.session, attach, l->drive.input, error) < 0)
        return -1;
    return 0;
}

static int dry_run(struct launch *l)
{
    const char *json;
    size_t size;
    if (drive(&l->drive, CASEMATE_EVENT_VERIFIED) != 0)
        return -1;
    if (casemate_package_describe(l->package, &json, &size, l->cli->error) < 0)
        return -1;
    if (l->cli->options.json) {
        const char *text;
        size_t text_size;
        casemate_verdict_json(casemate_session_verdict(l->drive.session), &text, &text_size);
        output_json(stdout, json_pack("{s:o, s:o}", "verification", json_loadb(text, text_size, 0, NULL),
                                      "workload", json_loadb(json, size, 0, NULL)));
    } else {
        output_verdict(stdout, casemate_session_verdict(l->drive.session));
        printf("would send:\n%.*s\n", (int)size, json);
    }
    return 0;
}

/* ---- the end ---- */

static void result_json(const struct launch *l, int code)
{
    const casemate_verdict *verdict = casemate_session_verdict(l->drive.session);
    const char *text;
    size_t size;
    casemate_verdict_json(verdict, &text, &size);
    json_t *result = json_pack("{s:s, s:s, s:o}", "keep", l->keep, "name", l->name, "verification",
                               json_loadb(text, size, 0, NULL));
    if (l->drive.exited)
        (void)json_object_set_new(result, "exit",
                                  json_pack("{s:s, s:i, s:s}", "kind", l->drive.exit_kind, "code",
                                            (int)l->drive.exit_code, "text", l->drive.exit_text));
    (void)json_object_set_new(result, "exit_code", json_integer(code));
    /* stdout is the program's, unless there is no program on it. */
    output_json(l->cli->options.detach ? stdout : stderr, result);
}

static int finish(struct launch *l)
{
    struct cli *cli = l->cli;
    if (cli->options.detach) {
        if (cli->options.json)
            result_json(l, 0);
        else
            printf("%s\n", l->keep);
        output_hint(cli, "casemate logs -f %s follows it; casemate stop %s ends it.", l->name, l->name);
        return 0;
    }
    if (cli->options.output_dir && fetch_folder(cli, &l->drive, cli->options.output_dir) < 0)
        return -1;
    int code = drive_exit_code(&l->drive);
    if (cli->options.json)
        result_json(l, code);
    if (!l->is_private) {
        output_note(cli, "casemate: %s, exit code %d", l->verdict_line, code);
        if (!cli->options.rm)
            output_hint(cli, "casemate logs %s prints its output again; casemate rm %s deletes the Keep.",
                        l->name, l->name);
    }
    return code;
}

static int prepare(struct launch *l, int *code)
{
    struct cli *cli = l->cli;
    *code = EXIT_OURS;
    if (cli->options.tty)
        output_note(cli, "casemate: -t has no effect: a Keep has no terminal");
    if (workload_read(cli, &l->package, code) < 0)
        return -1;
    if (cli->options.name)
        (void)snprintf(l->name, sizeof l->name, "%.64s", cli->options.name);
    else
        name_draw(l->name, sizeof l->name);
    signals_catch();
    if (place_policy(cli, &l->place, l->is_private) < 0 || place_key(cli, &l->place) < 0)
        return -1;
    return 0;
}

/* The development root of a first run is made by the agent that starts now: look again when it has answered.
 */
static int own_root_again(struct launch *l)
{
    if (!l->is_private || !l->cli->options.allow_simulated)
        return 0;
    if (casemate_roots_add_own(l->place.roots, l->cli->error) < 0)
        return -1;
    return casemate_policy_allow_simulated(l->place.policy, l->place.roots, l->cli->error);
}

static int work(struct launch *l)
{
    int result = l->is_private ? place_private(l->cli, &l->place) : place_host(l->cli, &l->place, NULL);
    if (result < 0 || make_keep(l) < 0 || own_root_again(l) < 0 || open_session(l) < 0)
        return -1;
    if (l->cli->options.dry_run)
        return dry_run(l);
    if (ask_for_everything(l) < 0)
        return -1;
    result = drive(&l->drive, l->cli->options.detach ? CASEMATE_EVENT_RUNNING : CASEMATE_EVENT_EXIT);
    if (result == 1) {
        int number = signals_pending();
        abandon(l);
        return 128 + (number ? number : 13);
    }
    return result < 0 ? -1 : finish(l);
}

int launch(struct launch *l)
{
    int code;
    place_init(&l->place);
    int result = prepare(l, &code);
    if (result < 0 && code != EXIT_OURS) {
        (void)output_error(l->cli);
        result = code;
    } else if (result == 0) {
        result = work(l);
        bool ended = l->is_private || l->cli->options.rm || l->cli->options.dry_run;
        if (result < 0 || (ended && !l->cli->options.detach))
            abandon(l);
        if (result < 0 && l->place.agent.pid > 0)
            agent_explain(l->cli, &l->place.agent);
    }
    drive_free(&l->drive);
    casemate_package_free(l->package);
    place_free(&l->place);
    return result;
}
