/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for evidence: binary forms, and texts (RFC 4648, RFC 7468). */
#include "unwrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/hex.h"
#include "attest.h"
#include "unwrap_parts.h"

enum { PEM_BLOCKS_MAX = 32 };

bool unwrap_from(struct unwrapping *u, bool found, const char *what)
{
    size_t used = strlen(u->found->from);
    if (found)
        (void)snprintf(u->found->from + used, sizeof u->found->from - used, "%s%s", used ? " in " : "", what);
    return found;
}

bool unwrap_owned(struct unwrapping *u, uint8_t *bytes, size_t size)
{
    if (!unwrap_any(u, span_of(bytes, size))) {
        free(bytes);
        return false;
    }
    u->found->owned[u->found->owned_count++] = bytes; /* fewer than levels: the file is not owned */
    return true;
}

/* ---- texts ---- */

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span trimmed(struct span text)
{
    if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
        text = span_of(text.data + 3, text.size - 3);
    while (text.size && is_space(text.data[0]))
        text = span_of(text.data + 1, text.size - 1);
    while (text.size && is_space(text.data[text.size - 1]))
        text.size--;
    return text;
}

static bool is_text(struct span bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        if ((bytes.data[i] < 0x20 || bytes.data[i] > 0x7e) && !is_space(bytes.data[i]))
            return false;
    return bytes.size > 0;
}

/* Room for a text without its white space, and for the bytes that it encodes. */
static bool rooms(struct unwrapping *u, struct span text, char **plain, uint8_t **bytes)
{
    *plain = malloc(text.size + 4);
    *bytes = malloc(text.size + 1);
    if (*plain && *bytes)
        return true;
    free(*plain);
    free(*bytes);
    u->starved = true;
    return false;
}

/* The bytes of hexadecimal text, "0x", colons and white space aside; NULL if it is none. */
static uint8_t *hex_bytes(struct unwrapping *u, struct span text, size_t *size)
{
    size_t kept = 0;
    char *digits;
    uint8_t *bytes;
    if (text.size > 2 && text.data[0] == '0' && (text.data[1] == 'x' || text.data[1] == 'X'))
        text = span_of(text.data + 2, text.size - 2);
    if (!rooms(u, text, &digits, &bytes))
        return NULL;
    for (size_t i = 0; i < text.size; i++)
        if (!is_space(text.data[i]) && text.data[i] != ':')
            digits[kept++] = (char)text.data[i];
    bool good = kept && kept % 2 == 0 && hex_decode(digits, kept, bytes, kept / 2);
    free(digits);
    *size = kept / 2;
    if (good)
        return bytes;
    free(bytes);
    return NULL;
}

/* Both alphabets of RFC 4648, with padding or without; what: base64 alone, or as PEM. */
static bool unwrap_base64(struct unwrapping *u, struct span text, const char *what)
{
    size_t kept = 0, size = 0;
    char *plain;
    uint8_t *bytes;
    if (!rooms(u, text, &plain, &bytes))
        return false;
    for (size_t i = 0; i < text.size; i++) {
        char c = (char)text.data[i];
        if (!is_space(text.data[i]))
            plain[kept++] = c == '-' ? '+' : c == '_' ? '/' : c;
    }
    while (kept % 4 > 1)
        plain[kept++] = '=';
    bool good = kept && base64_decode(plain, kept, bytes, text.size, &size);
    free(plain);
    if (!good) {
        free(bytes);
        return false;
    }
    u->instead = strcmp(what, "PEM") == 0 ? "PEM without evidence in it" : "base64 of something else";
    return unwrap_from(u, unwrap_owned(u, bytes, size), what);
}

/* Where this begins in the text; NULL if nowhere. */
static const uint8_t *find(struct span text, const char *what)
{
    size_t size = strlen(what);
    for (size_t at = 0; size <= text.size && at <= text.size - size; at++)
        if (memcmp(text.data + at, what, size) == 0)
            return text.data + at;
    return NULL;
}

static struct span behind(struct span text, const uint8_t *at)
{
    return span_of(at, text.size - (size_t)(at - text.data));
}

/* The first block with evidence in it, whatever its label: labels are what somebody wrote. */
static bool unwrap_pem(struct unwrapping *u, struct span text)
{
    static const char begin[] = "-----BEGIN ", dashes[] = "-----";
    const uint8_t *at = find(text, begin);
    u->instead = "PEM without evidence in it";
    for (unsigned i = 0; at && i < PEM_BLOCKS_MAX; i++) {
        text = behind(text, at + strlen(begin));
        const uint8_t *body = find(text, dashes), *end;
        if (!body)
            return false;
        text = behind(text, body + strlen(dashes));
        end = find(text, dashes);
        if (!end)
            return false;
        if (unwrap_base64(u, span_of(text.data, (size_t)(end - text.data)), "PEM"))
            return true;
        text = behind(text, end);
        at = find(text, begin);
    }
    return false;
}

static bool unwrap_text(struct unwrapping *u, struct span text)
{
    size_t size;
    text = trimmed(text); /* which leaves some: is_text() */
    u->instead = "text that is neither PEM, hexadecimal nor base64";
    if (find(text, "-----BEGIN "))
        return unwrap_pem(u, text);
    if (text.data[0] == '[')
        return unwrap_json(u, text);
    uint8_t *bytes = hex_bytes(u, text, &size);
    if (!bytes)
        return unwrap_base64(u, text, "base64");
    u->instead = "hexadecimal of something else";
    return unwrap_from(u, unwrap_owned(u, bytes, size), "hexadecimal");
}

/* ---- any ---- */

static bool is_bundle(struct span bytes)
{
    static const uint8_t head[] = "\x00\x6f"
                                  "casemate-bundle"; /* {0: "casemate-bundle", ... */
    return bytes.size > sizeof head && bytes.data[0] >= 0xa3 && bytes.data[0] <= 0xb7 &&
           memcmp(bytes.data + 1, head, sizeof head - 1) == 0;
}

/* Open Enclave puts 16 bytes before a quote: version 1, type 2 (remote), size. */
static bool is_open_enclave(struct span bytes)
{
    return bytes.size > 16 && load_le32(bytes.data) == 1 && load_le32(bytes.data + 4) == 2 &&
           load_le64(bytes.data + 8) <= bytes.size - 16;
}

static bool unwrap_here(struct unwrapping *u, struct span bytes)
{
    u->found->bundle = is_bundle(bytes);
    if (u->found->bundle || attest_recognised(bytes)) {
        u->found->bytes = bytes;
        return true;
    }
    if (bytes.size < 2)
        return false;
    if (is_open_enclave(bytes))
        return unwrap_from(u, unwrap_any(u, span_of(bytes.data + 16, (size_t)load_le64(bytes.data + 8))),
                           "an Open Enclave report");
    if (is_text(trimmed(bytes)))
        return unwrap_text(u, bytes);
    if (bytes.data[0] == 0x30 || bytes.data[0] == 0x04 || bytes.data[0] == 0x0c)
        return unwrap_der(u, bytes);
    return unwrap_cbor(u, bytes);
}

bool unwrap_any(struct unwrapping *u, struct span bytes)
{
    if (u->depth == UNWRAP_DEPTH_MAX)
        return false;
    u->depth++;
    bool found = unwrap_here(u, bytes);
    u->depth--;
    return found;
}

int attest_unwrap(struct span file, struct unwrapped *unwrapped, struct casemate_error *err)
{
    struct unwrapping u = {.found = unwrapped, .instead = "bytes of no known form"};
    *unwrapped = (struct unwrapped){0};
    if (file.size > UNWRAP_SIZE_MAX)
        return casemate_fail(err, E_LIMIT, "Evidence of more than %d bytes", UNWRAP_SIZE_MAX);
    if (file.size == 0)
        return casemate_fail_expected(err, E_EVIDENCE, "evidence", "an empty file",
                                      "There is no evidence in the file");
    if (unwrap_any(&u, file))
        return 0;
    unwrapped_free(unwrapped);
    if (u.starved)
        return casemate_fail(err, E_NOMEM, "No memory to look for evidence");
    (void)casemate_fail_expected(
        err, E_EVIDENCE,
        "a bundle, a quote, an attestation report or an EAT: binary, hexadecimal, base64 or PEM, or in an "
        "extension of an X.509 certificate or certification request",
        u.instead, "There is no evidence in the file that this version understands (%zu bytes)", file.size);
    return casemate_next(err, "Certificates and revocation lists that belong to evidence go into a folder "
                              "for --collateral.");
}

void unwrapped_free(struct unwrapped *unwrapped)
{
    for (size_t i = 0; i < unwrapped->owned_count; i++)
        free(unwrapped->owned[i]);
    *unwrapped = (struct unwrapped){0};
}
