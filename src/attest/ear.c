/* SPDX-License-Identifier: Apache-2.0 */
/* The EAR as a JWT: claims, key id, signature. */
#include "ear.h"

#include <jansson.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/buffer.h"
#include "../base/hex.h"
#include "../proto/crypto.h"
#include "claims_json.h"

#define VERDICT_CLAIM "tag:casemate.example,2026:verdict"

enum { NONCE_LEAST = 8, SIGNATURE_MAX = 96 };

/* Base64url without padding (RFC 7515, section 2). */
static void put_base64url(struct buffer *b, const void *bytes, size_t size)
{
    char *to = (char *)buffer_reserve(b, base64_size(size) + 1);
    if (!to)
        return;
    base64_encode(bytes, size, to);
    for (char *c = to; *c && *c != '='; c++) {
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
        b->size++;
    }
    b->data[b->size] = 0;
}

static json_t *json_base64url(const void *bytes, size_t size)
{
    struct buffer b = {0};
    put_base64url(&b, bytes, size);
    json_t *text = b.failed ? NULL : json_string(buffer_text(&b));
    buffer_free(&b);
    return text;
}

static void set(json_t **to, const char *name, int value)
{
    if (value)
        verdict_json_add(to, name, json_integer(value));
}

static json_t *vector_json(const struct ear_vector *v)
{
    json_t *to = json_object();
    set(&to, "instance-identity", v->instance_identity);
    set(&to, "configuration", v->configuration);
    set(&to, "executables", v->executables);
    set(&to, "hardware", v->hardware);
    set(&to, "runtime-opaque", v->runtime_opaque);
    return to;
}

/* One attester: the TEE. What this verifier says beyond the vector stands under a name of its own. */
static json_t *submodule(const struct verdict *v)
{
    struct ear_vector vector;
    json_t *said = verdict_object(v);
    ear_vector_of(v, &vector);
    json_t *one = json_pack("{s:s, s:o, s:{s:O, s:O, s:O}}", "ear_status", ear_status_of(v, &vector),
                            "ear_trustworthiness_vector", vector_json(&vector), VERDICT_CLAIM, "verdict",
                            json_object_get(said, "verdict"), "reasons", json_object_get(said, "reasons"),
                            "claims", json_object_get(said, "claims"));
    json_decref(said);
    return one;
}

static char *claims_text(const struct verdict *v, int64_t now, const char *build, struct span nonce)
{
    json_t *all =
        json_pack("{s:s, s:I, s:I, s:{s:s, s:s}, s:{s:o}}", "eat_profile", EAR_PROFILE, "iat",
                  (json_int_t)now, "exp", (json_int_t)v->expires, "ear_verifier_id", "developer", "Casemate",
                  "build", build, "submods", v->claims.tee[0] ? v->claims.tee : "?", submodule(v));
    /* RFC 9711, section 4.1: 8 to 64 bytes. */
    if (v->binding == ATTEST_NONCE && nonce.size >= NONCE_LEAST)
        verdict_json_add(&all, "eat_nonce", json_base64url(nonce.data, nonce.size));
    char *text = verdict_json_text(all);
    json_decref(all);
    return text;
}

/* The key's thumbprint (RFC 7638): SHA-256 of its members in order. */
static json_t *key_id(const struct ear_key *key)
{
    const size_t half = key->bits / 8;
    struct buffer b = {0};
    uint8_t digest[DIGEST_SIZE];
    buffer_printf(&b, "{\"crv\":\"P-%u\",\"kty\":\"EC\",\"x\":\"", key->bits);
    put_base64url(&b, key->point + 1, half);
    buffer_append_text(&b, "\",\"y\":\"");
    put_base64url(&b, key->point + 1 + half, half);
    buffer_append_text(&b, "\"}");
    const struct span members = span_of(b.data, b.size);
    bool good = !b.failed && crypto_sha256(&members, 1, digest) == 0;
    buffer_free(&b);
    return good ? json_base64url(digest, sizeof digest) : NULL;
}

static char *header_text(const struct ear_key *key)
{
    json_t *header = json_pack("{s:s, s:s, s:o}", "alg", key->bits == 256 ? "ES256" : "ES384", "typ", "JWT",
                               "kid", key_id(key));
    char *text = verdict_json_text(header);
    json_decref(header);
    return text;
}

/* Header, claims, signature over both as they are sent (RFC 7515, section 5.1). */
static int sign(const struct ear_key *key, struct buffer *b)
{
    const psa_algorithm_t algorithm = PSA_ALG_ECDSA(key->bits == 256 ? PSA_ALG_SHA_256 : PSA_ALG_SHA_384);
    uint8_t signature[SIGNATURE_MAX];
    size_t size;
    if (b->failed || psa_sign_message(key->id, algorithm, b->data, b->size, signature, sizeof signature,
                                      &size) != PSA_SUCCESS)
        return -1;
    buffer_append_text(b, ".");
    put_base64url(b, signature, size);
    return b->failed ? -1 : 0;
}

int ear_encode(const struct verdict *verdict, const struct ear_key *key, int64_t now, const char *build,
               struct span nonce, char **jwt, struct casemate_error *err)
{
    struct buffer b = {0};
    char *header = header_text(key), *claims = claims_text(verdict, now, build, nonce);
    if (header && claims) {
        put_base64url(&b, header, strlen(header));
        buffer_append_text(&b, ".");
        put_base64url(&b, claims, strlen(claims));
    }
    int error = !header || !claims || sign(key, &b);
    *jwt = error ? NULL : strdup(buffer_text(&b));
    free(header);
    free(claims);
    buffer_free(&b);
    return *jwt ? 0 : casemate_fail(err, E_INTERNAL, "The attestation result cannot be made");
}
