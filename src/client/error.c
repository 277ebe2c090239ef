/* SPDX-License-Identifier: Apache-2.0 */
/* The public face of the error, and the version. */
#include "../../include/casemate/casemate.h"

#include <psa/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "../attest/check.h"
#include "../base/error.h"

int32_t casemate_prepare(casemate_error *err)
{
    return psa_crypto_init() == PSA_SUCCESS
               ? 0
               : casemate_fail(err, E_INTERNAL, "The cryptography cannot be set up");
}

uint32_t casemate_version(void)
{
    return CASEMATE_VERSION_MAJOR << 16 | CASEMATE_VERSION_MINOR << 8 | CASEMATE_VERSION_PATCH;
}

#define TEXT_OF(number) #number
#define DOTTED(a, b, c) TEXT_OF(a) "." TEXT_OF(b) "." TEXT_OF(c)

const char *casemate_version_text(void)
{
    return DOTTED(CASEMATE_VERSION_MAJOR, CASEMATE_VERSION_MINOR, CASEMATE_VERSION_PATCH);
}

casemate_error *casemate_error_new(void)
{
    return calloc(1, sizeof(casemate_error));
}

void casemate_error_free(casemate_error *error)
{
    free(error);
}

void casemate_error_part(const casemate_error *error, int32_t part, const char **text, size_t *size)
{
    const char *found = "";
    if (part == CASEMATE_ERROR_CODE)
        found = casemate_code_name(error->code);
    else if (part == CASEMATE_ERROR_WHAT)
        found = error->what;
    else if (part == CASEMATE_ERROR_EXPECTED)
        found = error->expected;
    else if (part == CASEMATE_ERROR_FOUND)
        found = error->found;
    else if (part == CASEMATE_ERROR_NEXT)
        found = error->next;
    *text = found;
    *size = strlen(found);
}

int32_t casemate_error_is(const casemate_error *error, const char *code, size_t code_size)
{
    const char *name = casemate_code_name(error->code);
    return strlen(name) == code_size && memcmp(name, code, code_size) == 0;
}

static enum casemate_code code_of(const char *text, size_t size)
{
    char name[32];
    if (size >= sizeof name)
        return E_INTERNAL;
    memcpy(name, text, size);
    name[size] = 0;
    enum casemate_code code = casemate_code_find(name);
    return code == E_NONE ? E_INTERNAL : code;
}

int32_t casemate_error_set(casemate_error *error, const char *code, size_t code_size, const char *what,
                           size_t what_size)
{
    int size = what_size < sizeof error->what ? (int)what_size : (int)sizeof error->what - 1;
    return casemate_fail(error, code_of(code, code_size), "%.*s", size, what);
}

static void put(char *field, size_t capacity, const char *text, size_t size)
{
    if (size >= capacity)
        size = capacity - 1;
    memcpy(field, text, size);
    field[size] = 0;
}

void casemate_error_set_part(casemate_error *error, int32_t part, const char *text, size_t size)
{
    if (!error)
        return;
    if (part == CASEMATE_ERROR_EXPECTED)
        put(error->expected, sizeof error->expected, text, size);
    else if (part == CASEMATE_ERROR_FOUND)
        put(error->found, sizeof error->found, text, size);
    else if (part == CASEMATE_ERROR_NEXT)
        put(error->next, sizeof error->next, text, size);
}

size_t casemate_code_count(void)
{
    return E_CODE_COUNT - 1 + check_page_count();
}

int32_t casemate_code_at(size_t index, const char **code, const char **title, const char **page)
{
    if (index >= casemate_code_count())
        return -1;
    if (index >= E_CODE_COUNT - 1) {
        check_page(index - (E_CODE_COUNT - 1), code, title, page);
        return 0;
    }
    enum casemate_code found = (enum casemate_code)(index + 1);
    *code = casemate_code_name(found);
    *title = casemate_code_title(found);
    *page = casemate_code_page(found);
    return 0;
}
