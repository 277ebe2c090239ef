/* SPDX-License-Identifier: Apache-2.0 */
/* JSON of the host agent (docs/openapi.yaml). */
#include <stdio.h>

#include "../base/nearest.h"
#include "http.h"

json_t *json_of_keep(const struct keep *k)
{
    const struct record *r = &k->record;
    json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:i}", "id", r->id, "name", r->name, "tee",
                          r->tee, "image", r->image, "state", r->state, "created", (json_int_t)r->created,
                          "memory", (json_int_t)r->memory, "sessions", (int)k->session_count);
    if (o && r->reason[0])
        (void)json_object_set_new(o, "reason", json_string(r->reason));
    if (o && r->ended)
        (void)json_object_set_new(o, "ended", json_integer(r->ended));
    if (o && r->outbox)
        (void)json_object_set_new(o, "outbox", json_integer(r->outbox));
    return o;
}

static void set_text(json_t *object, const char *name, const char *text)
{
    char clean[512];
    size_t size = 0;
    for (; text[size] && size < sizeof clean - 1; size++)
        clean[size] = text[size] >= ' ' && text[size] <= '~' ? text[size] : '?';
    clean[size] = 0;
    if (size)
        (void)json_object_set_new(object, name, json_string(clean));
}

json_t *json_of_error(const struct casemate_error *err)
{
    json_t *inner = json_object();
    set_text(inner, "code", casemate_code_name(err->code));
    set_text(inner, "what", err->what);
    set_text(inner, "expected", err->expected);
    set_text(inner, "found", err->found);
    set_text(inner, "next", err->next);
    return json_pack("{s:o}", "error", inner);
}

/* ---- POST /v1/keeps ---- */

static int take_text(const json_t *value, const char *name, char *to, size_t capacity,
                     struct casemate_error *err)
{
    size_t size = json_string_length(value);
    const char *text = json_string_value(value);
    if (!text)
        return casemate_fail_expected(err, E_USAGE, "text", "another type",
                                      "The member \"%s\" is not understood", name);
    if (size >= capacity || strlen(text) != size)
        return casemate_fail(err, E_USAGE, "The member \"%s\" has more than %zu bytes, or a NUL", name,
                             capacity - 1);
    memcpy(to, text, size + 1);
    return 0;
}

static int take_image(const json_t *value, char *to, struct casemate_error *err)
{
    if (take_text(value, "image", to, IMAGE_DIGEST_TEXT + 1, err) < 0)
        return -1;
    if (strspn(to, "0123456789abcdef") == IMAGE_DIGEST_TEXT)
        return 0;
    return casemate_fail(err, E_USAGE,
                         "The member \"image\" is not the SHA-256 of an image, in lower-case hex");
}

/* Letters, digits and . _ - : a name goes into command lines and terminals. */
static int take_name(const json_t *value, char *to, struct casemate_error *err)
{
    if (take_text(value, "name", to, KEEP_NAME_SIZE + 1, err) < 0)
        return -1;
    for (const char *c = to; *c; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        if (!letter && (c == to || !strchr("._-", *c)))
            return casemate_fail(err, E_USAGE,
                                 "A name has letters, digits, '.', '_' and '-', and begins with one of the "
                                 "first two");
    }
    return 0;
}

static int take_memory(const json_t *value, int64_t *memory, struct casemate_error *err)
{
    const int64_t least = 16 << 20;
    if (!json_is_integer(value) || json_integer_value(value) < least || json_integer_value(value) > 1LL << 50)
        return casemate_fail(err, E_USAGE, "The member \"memory\" is no number of bytes of at least %lld",
                             (long long)least);
    *memory = json_integer_value(value);
    return 0;
}

static int take_member(const char *name, const json_t *value, struct create_body *body,
                       struct casemate_error *err)
{
    static const char *const names[] = {"tee", "image", "memory", "name"};
    struct nearest close = {.typed = name};
    if (strcmp(name, "tee") == 0)
        return take_text(value, name, body->tee, sizeof body->tee, err);
    if (strcmp(name, "image") == 0)
        return take_image(value, body->image, err);
    if (strcmp(name, "name") == 0)
        return take_name(value, body->name, err);
    if (strcmp(name, "memory") == 0)
        return take_memory(value, &body->memory, err);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        nearest_try(&close, names[i]);
    (void)casemate_fail(err, E_USAGE, "Unknown member \"%.64s\"", name);
    return close.best ? casemate_next(err, "Did you mean \"%s\"?", close.best) : -1;
}

int create_body_parse(struct span text, struct create_body *body, struct casemate_error *err)
{
    json_error_t where;
    const char *name;
    json_t *value;
    memset(body, 0, sizeof *body);
    if (text.size == 0)
        return 0;
    json_t *root = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &where);
    if (!root)
        return casemate_fail(err, E_USAGE, "The body is no JSON: line %d, column %d: %.200s", where.line,
                             where.column, where.text);
    int result = json_is_object(root) ? 0 : casemate_fail(err, E_USAGE, "The body is no JSON object");
    json_object_foreach(root, name, value)
    {
        if (result == 0)
            result = take_member(name, value, body, err);
    }
    json_decref(root);
    return result;
}
