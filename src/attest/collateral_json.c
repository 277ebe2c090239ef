/* SPDX-License-Identifier: Apache-2.0 */
/* Collateral in JSON. Intel signs the bytes of the value of tcbInfo or enclaveIdentity as it serves them (PCS
 * API v4), so these are cut out, never written anew. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "../base/hex.h"
#include "collateral_parts.h"

static const struct {
    const char *key;                   /* as Intel serves it: {"KEY":BODY,"signature":"HEX"} */
    const char *kept, *kept_signature; /* as libraries keep it, each a text */
    enum collateral_kind kind;
} statements[] = {
    {"tcbInfo", "tcb_info", "tcb_info_signature", COLLATERAL_TCB_INFO},
    {"enclaveIdentity", "qe_identity", "qe_identity_signature", COLLATERAL_QE_IDENTITY},
};
enum { STATEMENTS = sizeof statements / sizeof *statements };

/* Whether the text begins with this, which is then taken off. */
static bool take(struct span *text, const char *what)
{
    size_t size = strlen(what);
    if (text->size < size || memcmp(text->data, what, size) != 0)
        return false;
    *text = span_of(text->data + size, text->size - size);
    return true;
}

static bool take_back(struct span *text, const char *what)
{
    size_t size = strlen(what);
    if (text->size < size || memcmp(text->data + text->size - size, what, size) != 0)
        return false;
    text->size -= size;
    return true;
}

/* The text begins with '{': the search ends there at the latest. */
static void trim(struct span *text)
{
    while (strchr(" \t\r\n", text->data[text->size - 1]))
        text->size--;
}

/* {"tcbInfo":BODY,"signature":"HEX"}, without white space where a parser would allow it: Intel serves it so,
 * and the signature stands behind exactly these bytes. */
static bool cut(struct span text, const char *key, struct span *body, uint8_t signature[64])
{
    char head[32];
    (void)snprintf(head, sizeof head, "{\"%s\":", key);
    trim(&text);
    if (!take(&text, head) || !take_back(&text, "\"}") || text.size < 128 ||
        !hex_decode((const char *)text.data + text.size - 128, 128, signature, 64))
        return false;
    text.size -= 128;
    if (!take_back(&text, ",\"signature\":\""))
        return false;
    *body = text;
    return true;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static int put_kept(struct collateral *c, const char *name, const json_t *object, size_t which,
                    struct casemate_error *err)
{
    const char *body = text_of(object, statements[which].kept);
    const char *hex = text_of(object, statements[which].kept_signature);
    uint8_t signature[64];
    if (!body)
        return 0;
    if (!hex || !hex_decode(hex, strlen(hex), signature, sizeof signature)) {
        collateral_stranger_add(c, name, "a signed statement without its signature");
        return 0;
    }
    return collateral_put(c, statements[which].kind, name, span_text(body), signature, err);
}

static bool is_statement_key(const char *key)
{
    for (size_t i = 0; i < STATEMENTS; i++)
        if (strcmp(key, statements[i].kept) == 0 || strcmp(key, statements[i].kept_signature) == 0)
            return true;
    return false;
}

/* An object of texts: each is a source of its own, but for statements and their signatures, which belong
 * together. */
static int add_texts(struct collateral *c, const char *name, const json_t *object, struct casemate_error *err)
{
    for (size_t i = 0; i < STATEMENTS; i++)
        if (put_kept(c, name, object, i, err))
            return -1;
    json_t *const all = (json_t *)(uintptr_t)object; /* iterators are for writers too */
    for (void *at = json_object_iter(all); at; at = json_object_iter_next(all, at)) {
        char inner[COLLATERAL_NAME_SIZE];
        const char *key = json_object_iter_key(at), *text = json_string_value(json_object_iter_value(at));
        if (is_statement_key(key) || !text)
            continue;
        (void)snprintf(inner, sizeof inner, "%s: %s", name, key);
        if (text[strspn(text, " \t\r\n")] == '{') /* no text of ours nests */
            collateral_stranger_add(c, inner, "an object inside an object");
        else if (collateral_add(c, inner, span_text(text), err))
            return -1;
    }
    return 0;
}

int collateral_add_json(struct collateral *c, const char *name, struct span text, struct casemate_error *err)
{
    struct span body;
    uint8_t signature[64];
    for (size_t i = 0; i < STATEMENTS; i++)
        if (cut(text, statements[i].key, &body, signature))
            return collateral_put(c, statements[i].kind, name, body, signature, err);
    json_t *object = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    if (!object) {
        collateral_stranger_add(c, name, "JSON that cannot be read");
        return 0;
    }
    int error = add_texts(c, name, object, err);
    json_decref(object);
    return error;
}
