/* SPDX-License-Identifier: Apache-2.0 */
/* Attestation results and the verifier's keys as handles of the public API. */
#include "../attest/ear.h"

#include <stdlib.h>
#include <time.h>

#include "verdict.h"

struct casemate_ear_key {
    struct ear_key key;
};

static int finish(struct casemate_ear_key *made, int error, casemate_ear_key **key)
{
    if (error)
        free(made);
    else
        *key = made;
    return error ? -1 : 0;
}

static int begin(struct casemate_ear_key **made, struct casemate_error *err)
{
    if (casemate_prepare(err) < 0)
        return -1;
    *made = calloc(1, sizeof **made);
    return *made ? 0 : casemate_fail(err, E_NOMEM, "No memory for a key");
}

int32_t casemate_ear_key_new(casemate_ear_key **key, casemate_error *err)
{
    struct casemate_ear_key *made;
    if (begin(&made, err) < 0)
        return -1;
    return finish(made, ear_key_make(&made->key, err), key);
}

int32_t casemate_ear_key_parse(const char *text, size_t size, casemate_ear_key **key, casemate_error *err)
{
    struct casemate_ear_key *made;
    if (begin(&made, err) < 0)
        return -1;
    return finish(made, ear_key_parse(span_of(text, size), &made->key, err), key);
}

void casemate_ear_key_free(casemate_ear_key *key)
{
    if (!key)
        return;
    ear_key_free(&key->key);
    free(key);
}

void casemate_ear_key_public(const casemate_ear_key *key, const char **text, size_t *size)
{
    *text = key->key.public_text;
    *size = strlen(*text);
}

void casemate_ear_key_private(const casemate_ear_key *key, const char **text, size_t *size)
{
    *text = key->key.private_text;
    *size = strlen(*text);
}

int32_t casemate_verdict_ear(casemate_verdict *verdict, const casemate_ear_key *key, const char **text,
                             size_t *size, casemate_error *err)
{
    char build[64], *jwt;
    (void)snprintf(build, sizeof build, "casemate %s", casemate_version_text());
    if (ear_encode(&verdict->verdict, &key->key, (int64_t)time(NULL), build,
                   span_of(verdict->nonce, verdict->nonce_size), &jwt, err) < 0)
        return -1;
    free(verdict->ear);
    verdict->ear = jwt;
    *text = jwt;
    *size = strlen(jwt);
    return 0;
}
