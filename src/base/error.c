/* SPDX-License-Identifier: Apache-2.0 */
/* Errors of host and client programs, and the table of their codes. */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *title, *page;
} codes[E_CODE_COUNT] = {
    [E_NONE] = {"E_NONE", "no error", ""},
#define CODE(name, title, page) [name] = {#name, title, page},
#include "codes.def"
#undef CODE
};

static void set(struct casemate_error *err, enum casemate_code code, const char *format, va_list args)
{
    casemate_error_clear(err);
    err->code = code;
    (void)vsnprintf(err->what, sizeof err->what, format, args);
}

int casemate_fail(struct casemate_error *err, enum casemate_code code, const char *format, ...)
{
    if (!err)
        return -1;
    va_list args;
    va_start(args, format);
    set(err, code, format, args);
    va_end(args);
    return -1;
}

int casemate_fail_expected(struct casemate_error *err, enum casemate_code code, const char *expected,
                           const char *found, const char *format, ...)
{
    if (!err)
        return -1;
    va_list args;
    va_start(args, format);
    set(err, code, format, args);
    va_end(args);
    (void)snprintf(err->expected, sizeof err->expected, "%s", expected);
    (void)snprintf(err->found, sizeof err->found, "%s", found);
    return -1;
}

int casemate_fail_errno(struct casemate_error *err, enum casemate_code code, const char *format, ...)
{
    int saved = errno;
    if (!err)
        return -1;
    va_list args;
    va_start(args, format);
    set(err, code, format, args);
    va_end(args);
    size_t used = strlen(err->what);
    (void)snprintf(err->what + used, sizeof err->what - used, ": %s", strerror(saved));
    errno = saved;
    return -1;
}

int casemate_next(struct casemate_error *err, const char *format, ...)
{
    if (!err)
        return -1;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(err->next, sizeof err->next, format, args);
    va_end(args);
    return -1;
}

int casemate_context(struct casemate_error *err, const char *format, ...)
{
    if (!err)
        return -1;
    char sentence[sizeof err->what];
    memcpy(sentence, err->what, sizeof sentence);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(err->what, sizeof err->what, format, args);
    va_end(args);
    size_t used = strlen(err->what);
    (void)snprintf(err->what + used, sizeof err->what - used, ": %s", sentence);
    return -1;
}

void casemate_error_clear(struct casemate_error *err)
{
    if (err)
        memset(err, 0, sizeof *err);
}

static unsigned index_of(enum casemate_code code)
{
    return (unsigned)code < E_CODE_COUNT ? (unsigned)code : E_INTERNAL;
}

const char *casemate_code_name(enum casemate_code code)
{
    return codes[index_of(code)].name;
}

const char *casemate_code_title(enum casemate_code code)
{
    return codes[index_of(code)].title;
}

const char *casemate_code_page(enum casemate_code code)
{
    return codes[index_of(code)].page;
}

enum casemate_code casemate_code_find(const char *name)
{
    for (unsigned i = 1; i < E_CODE_COUNT; i++)
        if (strcmp(codes[i].name, name) == 0)
            return (enum casemate_code)i;
    return E_NONE;
}
