/* SPDX-License-Identifier: Apache-2.0 */
/* Reading members of what Intel signs. */
#include "intel_json.h"

#include <stdio.h>
#include <string.h>

#include "../base/hex.h"
#include "../base/rfc3339.h"

void intel_json_fail(struct intel_json *j, const char *what, const char *key)
{
    if (!j->problem[0])
        (void)snprintf(j->problem, sizeof j->problem, "%s `%s`", what, key);
}

/* What is left of the bytes that are signed while what was read of them is written again. */
struct comparison {
    struct span left;
    bool in_text;
};

static void skip_space(struct comparison *c)
{
    while (c->left.size && memchr(" \t\r\n", c->left.data[0], 4))
        c->left = span_of(c->left.data + 1, c->left.size - 1);
}

static int compare(const char *written, size_t size, void *context)
{
    struct comparison *c = context;
    for (size_t i = 0; i < size; i++) {
        if (!c->in_text)
            skip_space(c);
        if (c->left.size == 0 || c->left.data[0] != (uint8_t)written[i] || written[i] == '\\')
            return -1;
        c->in_text ^= written[i] == '"';
        c->left = span_of(c->left.data + 1, c->left.size - 1);
    }
    return 0;
}

/* When memory ends, jansson's reader drops characters of a text or a number and reads on. Nothing of what is
 * signed may be read as anything else: it is written again, and must be the same but for space between its
 * parts. Intel's texts need no escapes. */
static bool is_all_of(const json_t *tree, struct span bytes)
{
    struct comparison c = {.left = bytes};
    return json_dump_callback(tree, compare, &c, JSON_COMPACT) == 0;
}

json_t *intel_json_load(struct intel_json *j, const uint8_t *bytes, size_t size)
{
    json_t *tree = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(tree) && is_all_of(tree, span_of(bytes, size)))
        return tree;
    json_decref(tree);
    intel_json_fail(j, "no object that can be read:", "JSON");
    return NULL;
}

const char *intel_json_text(struct intel_json *j, const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (text)
        return text;
    intel_json_fail(j, "no text", key);
    return "";
}

uint32_t intel_json_number(struct intel_json *j, const json_t *object, const char *key, uint32_t maximum)
{
    const json_t *value = json_object_get(object, key);
    json_int_t number = json_integer_value(value);
    if (json_is_integer(value) && number >= 0 && number <= (json_int_t)maximum)
        return (uint32_t)number;
    intel_json_fail(j, "no such number", key);
    return 0;
}

void intel_json_hex(struct intel_json *j, const json_t *object, const char *key, uint8_t *to, size_t size)
{
    const char *text = intel_json_text(j, object, key);
    memset(to, 0, size);
    if (strlen(text) != 2 * size || !hex_decode(text, 2 * size, to, size))
        intel_json_fail(j, "no bytes in hexadecimal", key);
}

int64_t intel_json_date(struct intel_json *j, const json_t *object, const char *key)
{
    const char *text = intel_json_text(j, object, key);
    int64_t seconds = 0;
    if (!rfc3339_parse(text, strlen(text), &seconds))
        intel_json_fail(j, "no date", key);
    return seconds;
}

const json_t *intel_json_object(struct intel_json *j, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (json_is_object(value))
        return value;
    intel_json_fail(j, "no object", key);
    return NULL;
}

const json_t *intel_json_array(struct intel_json *j, const json_t *object, const char *key, size_t maximum)
{
    const json_t *value = json_object_get(object, key);
    if (json_array_size(value) >= 1 && json_array_size(value) <= maximum)
        return value;
    intel_json_fail(j, "no list of a sensible size", key);
    return NULL;
}

/* ---- levels ---- */

static void read_advisories(struct intel_json *j, const json_t *object, struct intel_level *level)
{
    level->advisories = json_object_get(object, "advisoryIDs");
    if (!level->advisories)
        return;
    if (!json_is_array(level->advisories))
        intel_json_fail(j, "no list", "advisoryIDs");
    for (size_t i = 0; i < json_array_size(level->advisories); i++) {
        const char *id = json_string_value(json_array_get(level->advisories, i));
        if (!id || strlen(id) >= sizeof((struct claims *)0)->advisory[0])
            intel_json_fail(j, "no names of advisories", "advisoryIDs");
    }
}

void intel_level_read(struct intel_json *j, const json_t *object, struct intel_level *level)
{
    level->date = intel_json_date(j, object, "tcbDate");
    level->status = tcb_status_find(intel_json_text(j, object, "tcbStatus"));
    if (level->status == TCB_UNKNOWN)
        intel_json_fail(j, "an unknown", "tcbStatus");
    read_advisories(j, object, level);
}

size_t intel_levels_read(struct intel_json *j, const json_t *object, struct intel_level *levels,
                         size_t maximum)
{
    const json_t *list = intel_json_array(j, object, "tcbLevels", maximum);
    size_t count = json_array_size(list);
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(list, i);
        levels[i].isvsvn = intel_json_number(j, intel_json_object(j, one, "tcb"), "isvsvn", UINT16_MAX);
        intel_level_read(j, one, &levels[i]);
        /* What converges with a platform's status knows these only. */
        if (levels[i].status != TCB_UP_TO_DATE && levels[i].status != TCB_OUT_OF_DATE &&
            levels[i].status != TCB_REVOKED)
            intel_json_fail(j, "a platform's", "tcbStatus");
    }
    return count;
}

const struct intel_level *intel_level_of_svn(const struct intel_level *levels, size_t count, uint32_t svn)
{
    for (size_t i = 0; i < count; i++)
        if (svn >= levels[i].isvsvn)
            return &levels[i];
    return NULL;
}

static bool advised(const struct claims *claims, const char *id)
{
    for (size_t i = 0; i < claims->advisory_count; i++)
        if (strcmp(claims->advisory[i], id) == 0)
            return true;
    return false;
}

void intel_level_advise(const struct intel_level *level, struct claims *claims)
{
    for (size_t i = 0; i < json_array_size(level->advisories); i++) {
        const char *id = json_string_value(json_array_get(level->advisories, i));
        if (advised(claims, id))
            continue;
        /* The last place is kept, so that no policy takes a list that was cut for one that is whole. */
        const bool full = claims->advisory_count >= ATTEST_ADVISORIES_MAX - 1;
        if (claims->advisory_count == ATTEST_ADVISORIES_MAX)
            return;
        (void)snprintf(claims->advisory[claims->advisory_count++], sizeof claims->advisory[0], "%s",
                       full ? "more" : id);
    }
}
