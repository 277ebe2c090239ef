/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of checks, and the table of what each is about. */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>

#include "../base/hex.h"
#include "mask.h"

static const struct {
    enum casemate_code code;
    const char *id, *title, *why, *fix, *page;
} table[CHECK_COUNT] = {
#define CHECK(name, code, id, title, why, fix) [CHECK_##name] = {code, id, title, why, fix, why "\n\n" fix},
#include "checks.def"
#undef CHECK
};

void check_need(struct check_report *report, enum check_id id)
{
    report->used[id] = !check_is_dropped(id);
}

/* What a peer made up is shown on terminals: control characters (C0, DEL) never get there. */
static void make_harmless(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

static bool set_row(struct check_report *report, enum check_id id, bool ok, const char *expected,
                    const char *format, va_list args)
{
    struct check_row *row = &report->row[id];
    ok = ok || check_is_masked(id);
    check_need(report, id);
    if (row->state == CHECK_FAILED)
        return ok;
    row->state = ok ? CHECK_OK : CHECK_FAILED;
    (void)snprintf(row->expected, sizeof row->expected, "%s", expected);
    (void)vsnprintf(row->found, sizeof row->found, format, args);
    make_harmless(row->found);
    return ok;
}

bool check_set(struct check_report *report, enum check_id id, bool ok, const char *expected,
               const char *found_format, ...)
{
    va_list args;
    va_start(args, found_format);
    ok = set_row(report, id, ok, expected, found_format, args);
    va_end(args);
    return ok;
}

void check_not_applicable(struct check_report *report, enum check_id id, const char *why)
{
    struct check_row *row = &report->row[id];
    check_need(report, id);
    if (row->state != CHECK_NOT_RUN)
        return;
    row->state = CHECK_NOT_APPLICABLE;
    (void)snprintf(row->found, sizeof row->found, "%s", why);
}

void check_reason(struct check_report *report, enum check_id id, const char *reason)
{
    if (report->row[id].state == CHECK_FAILED)
        report->row[id].reason = reason;
}

bool check_digest(struct check_report *report, enum check_id id, const uint8_t *expected,
                  const uint8_t *found, size_t size)
{
    char want[CHECK_TEXT_MAX] = "", got[CHECK_TEXT_MAX] = "";
    size_t shown = size < CHECK_TEXT_MAX / 2 ? size : CHECK_TEXT_MAX / 2 - 1;
    hex_encode(expected, shown, want);
    hex_encode(found, shown, got);
    return check_set(report, id, bytes_equal_constant_time(expected, found, size), want, "%s", got);
}

bool check_failed(const struct check_report *report, enum check_id id)
{
    enum check_state state = report->row[id].state;
    return report->used[id] && (state == CHECK_FAILED || state == CHECK_NOT_RUN);
}

bool check_all(const struct check_report *report)
{
    bool any = false;
    for (unsigned id = 0; id < CHECK_COUNT; id++) {
        any = any || report->used[id];
        if (check_failed(report, (enum check_id)id))
            return false;
    }
    return any;
}

const char *check_id_name(enum check_id id)
{
    return table[id].id;
}

enum casemate_code check_code(enum check_id id)
{
    return table[id].code;
}

const char *check_title(enum check_id id)
{
    return table[id].title;
}

const char *check_why(enum check_id id)
{
    return table[id].why;
}

const char *check_fix(enum check_id id)
{
    return table[id].fix;
}

enum check_id check_find(const char *name)
{
    for (unsigned id = 0; id < CHECK_COUNT; id++)
        if (strcmp(table[id].id, name) == 0)
            return (enum check_id)id;
    return CHECK_COUNT;
}

/* Reasons with a name of their own. */
static const struct {
    const char *name, *title, *page;
} reasons[] = {
    {"measurement-unknown", "No measurement of this TEE is known",
     "The policy names no measurement of this TEE and no image of this installation, so none can be the "
     "right one.\n\n"
     "Install the image, or add its measurement to the policy after you have worked it out from an image "
     "that you trust: "
     "`casemate measure IMAGE`."},
};

size_t check_page_count(void)
{
    return CHECK_COUNT + sizeof reasons / sizeof *reasons;
}

void check_page(size_t index, const char **name, const char **title, const char **page)
{
    const bool check = index < CHECK_COUNT;
    *name = check ? table[index].id : reasons[index - CHECK_COUNT].name;
    *title = check ? table[index].title : reasons[index - CHECK_COUNT].title;
    *page = check ? table[index].page : reasons[index - CHECK_COUNT].page;
}
