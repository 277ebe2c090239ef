/* SPDX-License-Identifier: Apache-2.0 */
/* Owner keys: two P-256 pairs in one line of text. */
#include "key.h"

#include <stdio.h>
#include <stdlib.h>

#include "../base/hex.h"

#define PUBLIC_PREFIX  "casemate-owner-1 "
#define PRIVATE_PREFIX "casemate-owner-key-1 "

/* Fills in what follows from the two private keys. */
static int complete(struct casemate_key *key)
{
    uint8_t points[2 * P256_POINT_SIZE], privates[2 * P256_PRIVATE_SIZE];
    char text[KEY_TEXT_MAX];
    if (crypto_p256_public(key->signing_private, points) < 0 ||
        crypto_p256_public(key->outbox_private, points + P256_POINT_SIZE) < 0)
        return -1;
    crypto_p256_spki(points, key->spki);
    memcpy(key->outbox_point, points + P256_POINT_SIZE, P256_POINT_SIZE);
    base64_encode(points, sizeof points, text);
    (void)snprintf(key->public_text, sizeof key->public_text, PUBLIC_PREFIX "%s", text);
    memcpy(privates, key->signing_private, P256_PRIVATE_SIZE);
    memcpy(privates + P256_PRIVATE_SIZE, key->outbox_private, P256_PRIVATE_SIZE);
    base64_encode(privates, sizeof privates, text);
    (void)snprintf(key->private_text, sizeof key->private_text,
                   "# SECRET: whoever has this line commands the Keeps that it owns\n" PRIVATE_PREFIX "%s\n",
                   text);
    bytes_wipe(privates, sizeof privates);
    bytes_wipe(text, sizeof text);
    return 0;
}

int32_t casemate_key_new(casemate_key **key, casemate_error *err)
{
    uint8_t point[P256_POINT_SIZE];
    struct casemate_key *made = calloc(1, sizeof *made);
    if (!made)
        return casemate_fail(err, E_NOMEM, "No memory for a key");
    if (casemate_prepare(err) < 0 || crypto_p256_generate(made->signing_private, point) < 0 ||
        crypto_p256_generate(made->outbox_private, point) < 0 || complete(made) < 0) {
        casemate_key_free(made);
        return casemate_fail(err, E_INTERNAL, "A key pair cannot be made");
    }
    *key = made;
    return 0;
}

/* The one line that is neither empty nor a comment; false if there is none, or more than one. */
static bool key_line(struct span text, struct span *line)
{
    bool found = false;
    for (size_t at = 0; at < text.size;) {
        const uint8_t *begin = text.data + at;
        const uint8_t *newline = memchr(begin, '\n', text.size - at);
        size_t size = newline ? (size_t)(newline - begin) : text.size - at;
        at += size + 1;
        while (size && (begin[size - 1] == '\r' || begin[size - 1] == ' '))
            size--;
        if (size == 0 || begin[0] == '#')
            continue;
        if (found)
            return false;
        *line = span_of(begin, size);
        found = true;
    }
    return found;
}

int32_t casemate_key_parse(const char *text, size_t size, casemate_key **key, casemate_error *err)
{
    static const size_t prefix = sizeof PRIVATE_PREFIX - 1;
    uint8_t privates[2 * P256_PRIVATE_SIZE];
    size_t got = 0;
    struct span line;
    if (casemate_prepare(err) < 0)
        return -1;
    bool ok = key_line(span_of(text, size), &line) && line.size > prefix &&
              memcmp(line.data, PRIVATE_PREFIX, prefix) == 0 &&
              base64_decode((const char *)line.data + prefix, line.size - prefix, privates, sizeof privates,
                            &got) &&
              got == sizeof privates;
    struct casemate_key *made = ok ? calloc(1, sizeof *made) : NULL;
    if (made) {
        memcpy(made->signing_private, privates, P256_PRIVATE_SIZE);
        memcpy(made->outbox_private, privates + P256_PRIVATE_SIZE, P256_PRIVATE_SIZE);
    }
    bytes_wipe(privates, sizeof privates);
    if (!made || complete(made) < 0) {
        casemate_key_free(made);
        return casemate_fail_expected(err, E_CONFIG, "one line \"" PRIVATE_PREFIX "BASE64\"",
                                      "something else", "This is no owner key");
    }
    *key = made;
    return 0;
}

void casemate_key_free(casemate_key *key)
{
    if (!key)
        return;
    bytes_wipe(key, sizeof *key);
    free(key);
}

void casemate_key_public(const casemate_key *key, const char **text, size_t *size)
{
    *text = key->public_text;
    *size = strlen(key->public_text);
}

void casemate_key_private(const casemate_key *key, const char **text, size_t *size)
{
    *text = key->private_text;
    *size = strlen(key->private_text);
}
