/* SPDX-License-Identifier: Apache-2.0 */
/* casemate collateral show: what each item of a cache, or of any folder, is, and what expires when. */
#include <string.h>
#include <time.h>

#include "../base/rfc3339.h"
#include "collateral.h"
#include "output.h"

enum { DAY = 86400, SOON = 7 * DAY, DATE_SIZE = 32 };

struct show {
    int64_t now, first; /* first: what expires first; 0 none */
    size_t items, strangers, expired;
    json_t *list, *unknown;
};

static const char *kind_of(int32_t kind)
{
    static const char *const names[] = {[CASEMATE_COLLATERAL_CERTIFICATE] = "certificate",
                                        [CASEMATE_COLLATERAL_CRL] = "revocation list",
                                        [CASEMATE_COLLATERAL_TCB_INFO] = "TCB Info",
                                        [CASEMATE_COLLATERAL_QE_IDENTITY] = "QE Identity"};
    return kind > 0 && kind <= CASEMATE_COLLATERAL_QE_IDENTITY ? names[kind] : "?";
}

static void date_text(int64_t seconds, char text[DATE_SIZE])
{
    const time_t when = (time_t)seconds;
    struct tm parts;
    text[0] = '\0';
    if (seconds && gmtime_r(&when, &parts))
        (void)strftime(text, DATE_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

/* "23 days"; what is over, or nearly so, says that first. */
static void left_text(const struct show *s, int64_t until, char *text, size_t capacity)
{
    const int64_t left = until - s->now;
    if (until == 0)
        (void)snprintf(text, capacity, "no date");
    else if (left < 0)
        (void)snprintf(text, capacity, "expired");
    else if (left < 2 * DAY)
        (void)snprintf(text, capacity, "soon: %lld h", (long long)(left / 3600));
    else
        (void)snprintf(text, capacity, "%s%lld days", left < SOON ? "soon: " : "", (long long)(left / DAY));
}

/* Names and subjects are whatever their maker wanted; JSON takes UTF-8 alone. */
static json_t *text_of(const char *text, size_t size)
{
    json_t *string = json_stringn(text, size);
    return string ? string : json_string("?");
}

static void show_json(struct show *s, const char *name, const struct casemate_collateral_item *item)
{
    char from[DATE_SIZE], until[DATE_SIZE];
    date_text(item->from, from);
    date_text(item->until, until);
    (void)json_array_append_new(
        s->list, json_pack("{s:o, s:s, s:o, s:s, s:s, s:b}", "file", text_of(name, strlen(name)), "kind",
                           kind_of(item->kind), "subject", text_of(item->subject, item->subject_size), "from",
                           from, "until", until, "expired", item->until != 0 && item->until < s->now));
}

static void show_line(const struct show *s, const char *name, const struct casemate_collateral_item *item)
{
    char until[DATE_SIZE], left[32];
    date_text(item->until, until);
    left_text(s, item->until, left, sizeof left);
    printf("%-16s %-11.10s %-16s ", kind_of(item->kind), until[0] ? until : "-", left);
    output_safe(stdout, name, strlen(name));
    fputs("  ", stdout);
    output_safe(stdout, item->subject, item->subject_size);
    putchar('\n');
}

static int show_set(struct cli *cli, void *context, const char *name, const casemate_collateral *set)
{
    struct show *s = context;
    struct casemate_collateral_item item = {.size = sizeof item};
    const char *from, *why;
    for (size_t i = 0; casemate_collateral_at(set, i, &item) == 0; i++) {
        if (s->items++ == 0 && !cli->options.json)
            printf("%-16s %-11s %-16s %s\n", "KIND", "UNTIL", "LEFT", "FILE, WHAT");
        s->expired += item.until != 0 && item.until < s->now;
        if (item.until != 0 && (s->first == 0 || item.until < s->first))
            s->first = item.until;
        if (cli->options.json)
            show_json(s, name, &item);
        else
            show_line(s, name, &item);
    }
    for (size_t i = 0; casemate_collateral_stranger_at(set, i, &from, &why) == 0; i++) {
        s->strangers++;
        (void)json_array_append_new(s->unknown,
                                    json_pack("{s:o, s:s}", "file", text_of(name, strlen(name)), "why", why));
        if (!cli->options.json) {
            printf("%-16s %-11s %-16s ", "not understood", "-", "-");
            output_safe(stdout, name, strlen(name));
            printf("  %s\n", why);
        }
    }
    return 0;
}

static void show_end(struct cli *cli, const struct show *s, const char *folder)
{
    char first[DATE_SIZE];
    date_text(s->first, first);
    if (cli->options.json)
        output_json(stdout, json_pack("{s:s, s:O, s:O, s:s}", "folder", folder, "items", s->list,
                                      "not_understood", s->unknown, "expires", first));
    else if (s->items + s->strangers == 0)
        output_note(cli, "%s is empty.", folder);
    if (s->items + s->strangers == 0)
        output_hint(cli, "casemate collateral fetch EVIDENCE fetches what evidence needs.");
    else if (s->expired)
        output_hint(cli, "%zu expired: casemate collateral fetch EVIDENCE fetches them anew.", s->expired);
}

int collateral_show(struct cli *cli)
{
    char folder[PATH_MAX];
    const char *text = cli->options.time;
    struct show s = {.now = (int64_t)time(NULL), .list = json_array(), .unknown = json_array()};
    int result = 0;
    if (text && !rfc3339_parse(text, strlen(text), &s.now))
        result =
            cli_usage(cli, "--time wants a date and time as in 2026-11-24T12:00:00Z, not \"%.60s\"", text);
    else if (cli->argc == 2)
        (void)snprintf(folder, sizeof folder, "%s", cli->argv[1]);
    else
        result = collateral_cache(cli, folder);
    if (result == 0) {
        result = collateral_walk(cli, folder, show_set, &s);
        /* A cache of which nothing has been made yet is empty. */
        if (result < 0 && cli->argc == 1 && casemate_error_is(cli->error, "E_NOT_FOUND", 11))
            result = 0;
    }
    if (result == 0)
        show_end(cli, &s, folder);
    json_decref(s.list);
    json_decref(s.unknown);
    return result;
}
