/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines. */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../base/buffer.h"
#include "../base/file.h"

static const char *const names[] = {"error", "warning", "info", "debug"};
static bool as_json;
static enum log_level highest = LOG_LEVEL_INFO;

void log_configure(bool json, enum log_level most)
{
    as_json = json;
    highest = most;
}

bool log_level_find(const char *name, enum log_level *level)
{
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) != 0)
            continue;
        *level = (enum log_level)i;
        return true;
    }
    return false;
}

static void put_time(struct buffer *line)
{
    struct timespec t = {0};
    struct tm tm;
    char text[32];
    (void)clock_gettime(CLOCK_REALTIME, &t);
    (void)gmtime_r(&t.tv_sec, &tm);
    (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    buffer_printf(line, "%s.%03ldZ", text, t.tv_nsec / 1000000);
}

/* What others chose (names, texts of wardens) must not forge lines or escape from JSON. */
static void put_clean(struct buffer *line, const char *text)
{
    for (; *text; text++) {
        char c = *text;
        if (c < ' ' || c > '~')
            c = '?';
        if (as_json && (c == '"' || c == '\\'))
            buffer_append_text(line, "\\");
        buffer_append(line, &c, 1);
    }
}

void log_event(enum log_level level, const char *keep, const char *format, ...)
{
    struct buffer line = {0};
    char text[2048];
    va_list args;
    if (level > highest)
        return;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buffer_append_text(&line, as_json ? "{\"time\":\"" : "");
    put_time(&line);
    buffer_printf(&line, as_json ? "\",\"level\":\"%s\"" : " %s", names[level]);
    if (keep) {
        buffer_append_text(&line, as_json ? ",\"keep\":\"" : " keep=");
        put_clean(&line, keep);
        buffer_append_text(&line, as_json ? "\"" : "");
    }
    buffer_append_text(&line, as_json ? ",\"message\":\"" : " ");
    put_clean(&line, text);
    buffer_append_text(&line, as_json ? "\"}\n" : "\n");
    (void)file_write_all(STDERR_FILENO, line.data, line.size);
    buffer_free(&line);
}

void log_error(const char *keep, const struct casemate_error *err)
{
    bool compared = err->expected[0] != 0;
    log_event(LOG_LEVEL_ERROR, keep, "%s: %s%s%s%s%s%s%s", casemate_code_name(err->code), err->what,
              compared ? "; expected " : "", err->expected, compared ? ", found " : "", err->found,
              err->next[0] ? "; " : "", err->next);
}
