/* SPDX-License-Identifier: Apache-2.0 */
/* Errors, notes and hints. */
#include "output.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int cli_fail(struct cli *cli, const char *code, const char *format, ...)
{
    char what[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return casemate_error_set(cli->error, code, strlen(code), what, strlen(what));
}

int cli_next(struct cli *cli, const char *format, ...)
{
    char next[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(next, sizeof next, format, args);
    va_end(args);
    casemate_error_set_part(cli->error, CASEMATE_ERROR_NEXT, next, strlen(next));
    return -1;
}

int cli_usage(struct cli *cli, const char *format, ...)
{
    char what[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    (void)casemate_error_set(cli->error, "E_USAGE", strlen("E_USAGE"), what, strlen(what));
    return cli_next(cli, "Usage: casemate %s %s", cli->verb->name, cli->verb->arguments);
}

int cli_want_arguments(struct cli *cli, int least, int most)
{
    if (cli->argc < least)
        return cli_usage(cli, "An argument is missing");
    if (most >= 0 && cli->argc > most)
        return cli_usage(cli, "\"%s\" is one argument too many", cli->argv[most]);
    return 0;
}

static const char *part(const casemate_error *error, int32_t which)
{
    const char *text;
    size_t size;
    casemate_error_part(error, which, &text, &size);
    return text;
}

/* The command line again, with one flag more behind the verb, quoted for a shell. */
static void command_with(const struct cli *cli, const char *flag, char *to, size_t capacity)
{
    size_t used = (size_t)snprintf(to, capacity, "casemate %s %s", cli->verb->name, flag);
    for (char **word = cli->command + 2; *word && used < capacity; word++) {
        bool plain = **word && strspn(*word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                             "-_./:=,+@%") == strlen(*word);
        if (plain) {
            used += (size_t)snprintf(to + used, capacity - used, " %s", *word);
            continue;
        }
        used += (size_t)snprintf(to + used, capacity - used, " '");
        for (const char *c = *word; *c && used < capacity; c++)
            used += (size_t)snprintf(to + used, capacity - used, *c == '\'' ? "'\\''" : "%c", *c);
        used += used < capacity ? (size_t)snprintf(to + used, capacity - used, "'") : 0;
    }
}

static bool is(const struct cli *cli, const char *code)
{
    return strcmp(part(cli->error, CASEMATE_ERROR_CODE), code) == 0;
}

/* A simulated platform's refusal names the one flag that allows it. */
static void complete(struct cli *cli)
{
    char command[400];
    if (!cli->verb || !is(cli, "E_SIMULATED") || cli->options.allow_simulated)
        return;
    command_with(cli, "--allow-simulated", command, sizeof command);
    (void)cli_next(cli, "For development: %s", command);
}

static int code_of(const struct cli *cli)
{
    if (cli->verb && (cli->verb->bit & (VERB_VERIFY | VERB_ATTEST | VERB_POLICY)))
        return EXIT_UNUSABLE;
    if (is(cli, "E_MODULE") || is(cli, "E_IMPORTS"))
        return EXIT_CANNOT_RUN;
    return EXIT_OURS;
}

static void error_json(const struct cli *cli, int code)
{
    output_json(stderr, json_pack("{s:{s:s, s:s, s:s, s:s, s:s}, s:i}", "error", "code",
                                  part(cli->error, CASEMATE_ERROR_CODE), "what",
                                  part(cli->error, CASEMATE_ERROR_WHAT), "expected",
                                  part(cli->error, CASEMATE_ERROR_EXPECTED), "found",
                                  part(cli->error, CASEMATE_ERROR_FOUND), "next",
                                  part(cli->error, CASEMATE_ERROR_NEXT), "exit_code", code));
}

int output_error(struct cli *cli)
{
    static const struct {
        int32_t part;
        const char *label;
    } lines[] = {
        {CASEMATE_ERROR_EXPECTED, "expected"},
        {CASEMATE_ERROR_FOUND, "found"},
        {CASEMATE_ERROR_NEXT, "next"},
    };
    int code = code_of(cli);
    complete(cli);
    (void)fflush(stdout);
    if (cli->options.json) {
        error_json(cli, code);
        return code;
    }
    const char *red = cli->colours ? "\033[31m" : "", *plain = cli->colours ? "\033[0m" : "";
    const char *name = part(cli->error, CASEMATE_ERROR_CODE);
    fprintf(stderr, "%scasemate: error:%s %s\n", red, plain, part(cli->error, CASEMATE_ERROR_WHAT));
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (part(cli->error, lines[i].part)[0])
            fprintf(stderr, "  %-9s %s\n", lines[i].label, part(cli->error, lines[i].part));
    fprintf(stderr, "  %-9s %s (casemate explain %s)\n", "code", name, name);
    return code;
}

void output_note(const struct cli *cli, const char *format, ...)
{
    if (cli->options.quiet || cli->options.json)
        return;
    va_list args;
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void output_detail(const struct cli *cli, const char *format, ...)
{
    if (!cli->options.verbose || cli->options.quiet || cli->options.json)
        return;
    va_list args;
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void output_hint(const struct cli *cli, const char *format, ...)
{
    if (!cli->terminal || cli->options.quiet || cli->options.json)
        return;
    va_list args;
    va_start(args, format);
    (void)fflush(stdout);
    fputs(cli->colours ? "\033[2m" : "", stderr);
    (void)vfprintf(stderr, format, args);
    fputs(cli->colours ? "\033[0m\n" : "\n", stderr);
    va_end(args);
}

void output_json(FILE *to, json_t *object)
{
    char *text = object ? json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
    fprintf(to, "%s\n", text ? text : "{\"error\":{\"code\":\"E_INTERNAL\"}}");
    free(text);
    json_decref(object);
}

void output_safe(FILE *to, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        fputc(text[i] >= ' ' && text[i] <= '~' ? text[i] : '?', to);
}

/* ---- verdicts ---- */

void output_claim(const casemate_verdict *verdict, const char *name, char *text, size_t capacity)
{
    const char *claim;
    size_t size;
    casemate_verdict_claim(verdict, name, strlen(name), &claim, &size);
    (void)snprintf(text, capacity, "%.*s", (int)size, claim);
}

void output_verdict(FILE *to, const casemate_verdict *verdict)
{
    const char *text;
    size_t size;
    casemate_verdict_text(verdict, &text, &size);
    fprintf(to, "%.*s", (int)size, text);
}

void output_banner(const struct cli *cli, const casemate_verdict *verdict)
{
    char class_name[32], debug[16];
    output_claim(verdict, "class", class_name, sizeof class_name);
    output_claim(verdict, "debug", debug, sizeof debug);
    const char *yellow = cli->colours ? "\033[33m" : "", *plain = cli->colours ? "\033[0m" : "";
    if (strcmp(class_name, "simulated") == 0)
        output_note(
            cli,
            "%scasemate: this Keep is simulated: no hardware protects it from the operator of its machine%s",
            yellow, plain);
    if (strcmp(debug, "true") == 0)
        output_note(cli, "%scasemate: this Keep is a debug one: the operator of its machine can read it%s",
                    yellow, plain);
}
