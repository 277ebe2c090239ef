/* SPDX-License-Identifier: Apache-2.0 */
/* The table of settings, their defaults, and the command line. The file: settings_file.c. */
#include "settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/nearest.h"

#define AT(field) offsetof(struct settings, field)
#define GIB       (1LL << 30)
#define MIB       (1LL << 20)

const struct setting settings_table[] = {
    {"listen", SETTING_LIST, AT(listen), 0, 0, true, "ADDRESS",
     "unix:PATH or tcp:ADDRESS:PORT; may be repeated (default: $XDG_RUNTIME_DIR/casemate.sock, as root "
     "/run/casemate/casemated.sock)"},
    {"private-fd", SETTING_FD, AT(private_fd), 0, 0, false, "N",
     "serve only the sockets that arrive over this descriptor, and end with it"},
    {"tls-cert", SETTING_TEXT, AT(tls_cert), 0, 0, true, "FILE", "certificate chain (PEM) of the TCP port"},
    {"tls-key", SETTING_TEXT, AT(tls_key), 0, 0, true, "FILE", "its private key (PEM)"},
    {"token-file", SETTING_TEXT, AT(token_file), 0, 0, true, "FILE",
     "bearer tokens of the TCP port, one a line"},
    {"insecure", SETTING_FLAG, AT(insecure), 0, 0, false, NULL,
     "allow TCP without TLS and tokens (tests only)"},
    {"state", SETTING_TEXT, AT(state), 0, 0, true, "FOLDER",
     "records, outboxes and simulated roots (default: $STATE_DIRECTORY, $XDG_STATE_HOME/casemate/host)"},
    {"config", SETTING_TEXT, AT(config), 0, 0, false, "FILE",
     "TOML file with these settings, words joined by _"},
    {"cgroup", SETTING_TEXT, AT(cgroup), 0, 0, true, "FOLDER",
     "a delegated cgroup (v2) without processes; each Keep gets one below it (default: none)"},
    {"keeps", SETTING_COUNT, AT(keeps), 1, 4096, true, "N", "Keeps at a time (64)"},
    {"keep-memory", SETTING_SIZE, AT(keep_memory), 16 * MIB, 1LL << 40, true, "SIZE",
     "memory of a Keep whose client names none (1280MiB)"},
    {"keep-memory-max", SETTING_SIZE, AT(keep_memory_max), 16 * MIB, 1LL << 40, true, "SIZE",
     "most memory of one Keep (8GiB)"},
    {"memory", SETTING_SIZE, AT(memory), 0, 1LL << 50, true, "SIZE",
     "most memory of all Keeps together (0: no limit)"},
    {"connections", SETTING_COUNT, AT(connections), 16, 65536, true, "N",
     "HTTP connections and sessions (1024)"},
    {"header-bytes", SETTING_SIZE, AT(header_bytes), 4096, MIB, true, "SIZE",
     "largest request header (16KiB)"},
    {"body-bytes", SETTING_SIZE, AT(body_bytes), 256, MIB, true, "SIZE", "largest request body (4KiB)"},
    {"request-seconds", SETTING_COUNT, AT(request_seconds), 1, 3600, true, "N",
     "time for a client to send a request (10)"},
    {"first-session-seconds", SETTING_COUNT, AT(first_session_seconds), 0, 1 << 30, true, "N",
     "a Keep that nobody has opened a session to is destroyed after so long (300; 0: never)"},
    {"session-idle-seconds", SETTING_COUNT, AT(session_idle_seconds), 0, 1 << 21, true, "N",
     "a session without a byte for so long is closed (86400; 0: never)"},
    {"drain-seconds", SETTING_COUNT, AT(drain_seconds), 0, 86400, true, "N",
     "time that Keeps get after SIGTERM (30)"},
    {"log-format", SETTING_TEXT, AT(log_format), 0, 0, true, "FORMAT", "text or json (text)"},
    {"log-level", SETTING_TEXT, AT(log_level), 0, 0, true, "LEVEL", "error, warning, info or debug (info)"},
    {"keep-log", SETTING_FLAG, AT(keep_log), 0, 0, true, NULL, "log what development images log"},
    {"help", SETTING_FLAG, AT(help), 0, 0, false, NULL, "this page"},
    {"version", SETTING_FLAG, AT(version), 0, 0, false, NULL, "the version"},
};
const size_t settings_count = sizeof settings_table / sizeof settings_table[0];

void settings_default(struct settings *s)
{
    *s = (struct settings){
        .private_fd = -1,
        .keeps = 64,
        .keep_memory = 1280 * MIB,
        .keep_memory_max = 8 * GIB,
        .connections = 1024,
        .header_bytes = 16384,
        .body_bytes = 4096,
        .request_seconds = 10,
        .first_session_seconds = 300,
        .session_idle_seconds = 86400,
        .drain_seconds = 30,
    };
}

static void *field_of(struct settings *s, const struct setting *which)
{
    return (char *)s + which->offset;
}

void settings_free(struct settings *s)
{
    for (size_t i = 0; i < s->listen_count; i++)
        free(s->listen[i]);
    for (size_t i = 0; i < settings_count; i++)
        if (settings_table[i].type == SETTING_TEXT)
            free(*(char **)field_of(s, &settings_table[i]));
    *s = (struct settings){.private_fd = -1};
}

int settings_parse_size(const char *text, int64_t *size, struct casemate_error *err)
{
    static const struct {
        const char *suffix;
        unsigned shift;
    } units[] = {{"", 0},   {"B", 0},  {"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40},
                 {"k", 10}, {"m", 20}, {"g", 30},   {"K", 10},   {"M", 20},   {"G", 30}};
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(end, units[i].suffix) != 0 || end == text || errno || number < 0 ||
            number > INT64_MAX >> units[i].shift)
            continue;
        *size = number << units[i].shift;
        return 0;
    }
    return casemate_fail_expected(err, E_CONFIG, "a size like 4096, 64MiB or 1GiB", text,
                                  "A size is not understood");
}

static int set_number(struct settings *s, const struct setting *which, int64_t value,
                      struct casemate_error *err)
{
    if (which->most > 0 && (value < which->least || value > which->most)) {
        char expected[96], found[32];
        (void)snprintf(expected, sizeof expected, "%lld to %lld", (long long)which->least,
                       (long long)which->most);
        (void)snprintf(found, sizeof found, "%lld", (long long)value);
        return casemate_fail_expected(err, E_CONFIG, expected, found, "%s is out of range", which->name);
    }
    if (which->type == SETTING_FD)
        *(int *)field_of(s, which) = (int)value;
    else
        *(int64_t *)field_of(s, which) = value;
    return 0;
}

static int set_number_text(struct settings *s, const struct setting *which, const char *text,
                           struct casemate_error *err)
{
    char *end;
    int64_t value;
    if (which->type == SETTING_SIZE)
        return settings_parse_size(text, &value, err) < 0 ? -1 : set_number(s, which, value, err);
    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno || end == text || *end || value < 0 || value > INT32_MAX)
        return casemate_fail_expected(err, E_CONFIG, "a number", text, "%s is not understood", which->name);
    return set_number(s, which, value, err);
}

/* What else a text has to be. */
static int check_text(const struct setting *which, const char *text, struct casemate_error *err)
{
    static const struct {
        const char *name;
        const char *choices[5];
        const char *expected;
    } rows[] = {
        {"log-format", {"text", "json"}, "text or json"},
        {"log-level", {"error", "warning", "info", "debug"}, "error, warning, info or debug"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, which->name) != 0)
            continue;
        for (size_t k = 0; rows[i].choices[k]; k++)
            if (strcmp(rows[i].choices[k], text) == 0)
                return 0;
        return casemate_fail_expected(err, E_CONFIG, rows[i].expected, text, "%s is not understood",
                                      which->name);
    }
    if (which->type == SETTING_LIST && strncmp(text, "tcp:", 4) != 0 && strncmp(text, "unix:", 5) != 0)
        return casemate_fail_expected(err, E_CONFIG, "unix:PATH or tcp:ADDRESS:PORT", text,
                                      "An address to listen on is not understood");
    return 0;
}

static int set_text(char **field, const char *text, struct casemate_error *err)
{
    char *copy = strdup(text);
    if (!copy)
        return casemate_fail(err, E_NOMEM, "No memory for a setting");
    free(*field);
    *field = copy;
    return 0;
}

int settings_set_text(struct settings *s, const struct setting *which, const char *text,
                      struct casemate_error *err)
{
    if (check_text(which, text, err) < 0)
        return -1;
    if (which->type == SETTING_TEXT)
        return set_text(field_of(s, which), text, err);
    if (which->type == SETTING_LIST) {
        if (s->listen_count == SETTINGS_LISTEN_MAX)
            return casemate_fail(err, E_CONFIG, "More than %d addresses to listen on",
                                 (int)SETTINGS_LISTEN_MAX);
        return set_text(&s->listen[s->listen_count++], text, err);
    }
    return set_number_text(s, which, text, err);
}

static const struct setting *find(const char *name, size_t size, struct casemate_error *err)
{
    char typed[64] = "";
    struct nearest close = {.typed = typed};
    (void)snprintf(typed, sizeof typed, "%.*s", (int)(size < 63 ? size : 63), name);
    for (size_t i = 0; i < settings_count; i++) {
        if (strlen(settings_table[i].name) == size && strncmp(settings_table[i].name, name, size) == 0)
            return &settings_table[i];
        nearest_try(&close, settings_table[i].name);
    }
    (void)casemate_fail(err, E_USAGE, "Unknown option --%s", typed);
    if (close.best)
        (void)casemate_next(err, "Did you mean --%s?", close.best);
    else
        (void)casemate_next(err, "casemated --help lists the options.");
    return NULL;
}

/* One option at argv[*at]: --name VALUE, --name=VALUE, --flag. */
static int read_option(struct settings *s, int argc, char **argv, int *at, bool *given,
                       struct casemate_error *err)
{
    const char *word = argv[*at];
    if (strncmp(word, "--", 2) != 0 || word[2] == 0)
        return casemate_fail(err, E_USAGE, "\"%s\" is no option of casemated", word);
    const char *name = word + 2, *equal = strchr(name, '=');
    const struct setting *which = find(name, equal ? (size_t)(equal - name) : strlen(name), err);
    if (!which)
        return -1;
    given[which - settings_table] = true;
    if (which->type == SETTING_FLAG) {
        *(bool *)field_of(s, which) = true;
        return equal ? casemate_fail(err, E_USAGE, "--%s takes no value", which->name) : 0;
    }
    if (!equal && *at + 1 >= argc)
        return casemate_fail(err, E_USAGE, "--%s needs a value", which->name);
    if (settings_set_text(s, which, equal ? equal + 1 : argv[++*at], err) == 0)
        return 0;
    err->code = err->code == E_CONFIG ? E_USAGE : err->code;
    return -1;
}

int settings_read(struct settings *s, int argc, char **argv, struct casemate_error *err)
{
    bool given[sizeof settings_table / sizeof settings_table[0]] = {false};
    settings_default(s);
    for (int i = 1; i < argc; i++)
        if (read_option(s, argc, argv, &i, given, err) < 0)
            return -1;
    return s->config ? settings_read_file(s, s->config, given, err) : 0;
}

void settings_print_help(void)
{
    printf("Usage: casemated [OPTIONS]\n\nHost agent of Casemate: makes, lists, relays to and destroys "
           "Keeps.\n\n");
    for (size_t i = 0; i < settings_count; i++) {
        char left[64];
        (void)snprintf(left, sizeof left, "--%s%s%s", settings_table[i].name,
                       settings_table[i].argument ? " " : "",
                       settings_table[i].argument ? settings_table[i].argument : "");
        printf("  %-28s %s\n", left, settings_table[i].help);
    }
}

int settings_check(const struct settings *s, struct casemate_error *err)
{
    bool tls = s->tls_cert && s->tls_key, secure = tls && s->token_file;
    if (!s->tls_cert != !s->tls_key)
        return casemate_fail(err, E_CONFIG, "tls-cert and tls-key belong together; only one is given");
    for (size_t i = 0; i < s->listen_count; i++) {
        bool tcp = strncmp(s->listen[i], "tcp:", 4) == 0;
        if (!tcp || secure || s->insecure)
            continue;
        (void)casemate_fail_expected(err, E_INSECURE, "TLS and tokens", tls ? "no tokens" : "no TLS",
                                     "Refusing to listen on %s", s->listen[i]);
        return casemate_next(err,
                             "Give --tls-cert, --tls-key and --token-file; --insecure is for tests only.");
    }
    return 0;
}
