/* SPDX-License-Identifier: Apache-2.0 */
/* Measurements as other programs ask for them: options in, digest, notes and JSON out. */
#include <jansson.h>
#include <stdlib.h>

#include "../base/buffer.h"
#include "../base/hex.h"
#include "../proto/crypto.h"
#include "host.h"
#include "image.h"
#include "package.h"

struct casemate_measure {
    const struct measure_tee *tee;
    struct measured result;
    char digest[2 * MEASUREMENT_SIZE_MAX + 1];
    char image_digest[2 * DIGEST_SIZE + 1];
    struct buffer description;
};

enum { NAME_MAX_SIZE = 64 };

/* A text of the caller's as ours; what is too long is no name of anything, and cut. */
static const char *name_of(const char *text, size_t size, char copy[NAME_MAX_SIZE])
{
    const size_t room = NAME_MAX_SIZE - 1;
    if (!text)
        return NULL;
    memcpy(copy, text, size < room ? size : room);
    copy[size < room ? size : room] = '\0';
    return copy;
}

static int measure(struct casemate_measure *m, struct span image, const struct casemate_measure_options *o,
                   struct casemate_error *err)
{
    char type[NAME_MAX_SIZE], profile[NAME_MAX_SIZE];
    uint8_t digest[DIGEST_SIZE];
    const struct measure_options options = {
        .vcpus = o->vcpus,
        .vcpu_type = name_of(o->vcpu_type, o->vcpu_type_size, type),
        .guest_features = o->guest_features,
        .profile = name_of(o->profile, o->profile_size, profile),
        .has_kernel = o->kernel != NULL,
        .kernel = span_of(o->kernel, o->kernel_size),
        .initrd = span_of(o->initrd, o->initrd_size),
        .append = span_of(o->append, o->append_size),
        .sigstruct = span_of(o->sigstruct, o->sigstruct_size),
    };
    if (measure_image(m->tee, image, &options, &m->result, err) < 0)
        return -1;
    if (crypto_sha256(&image, 1, digest) < 0)
        return casemate_fail(err, E_INTERNAL, "The digest of an image cannot be computed");
    hex_encode(digest, sizeof digest, m->image_digest);
    hex_encode(m->result.value.bytes, m->result.value.size, m->digest);
    return 0;
}

int32_t casemate_measure_new(const char *tee, size_t tee_size, const void *image, size_t image_size,
                             const struct casemate_measure_options *options, casemate_measure **made,
                             casemate_error *err)
{
    struct casemate_measure_options o = {.size = sizeof o};
    const struct measure_tee *found = image_tee(tee, tee_size, err);
    if (!found || casemate_prepare(err) < 0)
        return -1;
    if (options && options_copy(&o, sizeof o, options, err) < 0)
        return -1;
    struct casemate_measure *m = calloc(1, sizeof *m);
    if (!m)
        return casemate_fail(err, E_NOMEM, "No memory for a measurement");
    m->tee = found;
    if (measure(m, span_of(image, image_size), &o, err) < 0) {
        casemate_measure_free(m);
        return -1;
    }
    *made = m;
    return 0;
}

void casemate_measure_free(casemate_measure *m)
{
    if (!m)
        return;
    buffer_free(&m->description);
    free(m);
}

static void give(const char *value, const char **text, size_t *size)
{
    *text = value;
    *size = strlen(value);
}

void casemate_measure_digest(const casemate_measure *m, const char **text, size_t *size)
{
    give(m->digest, text, size);
}

void casemate_measure_tee(const casemate_measure *m, const char **text, size_t *size)
{
    give(m->tee->name, text, size);
}

void casemate_measure_profile(const casemate_measure *m, const char **text, size_t *size)
{
    give(m->result.profile ? m->result.profile : "", text, size);
}

size_t casemate_measure_note_count(const casemate_measure *m)
{
    return m->result.note_count;
}

int32_t casemate_measure_note(const casemate_measure *m, size_t index, const char **text, size_t *size)
{
    if (index >= m->result.note_count)
        return -1;
    give(m->result.note[index], text, size);
    return 0;
}

/* ---- JSON ---- */

static json_t *signer_of(const struct sgx_signer *s)
{
    char mrsigner[2 * SGX_HASH_SIZE + 1], date[16];
    hex_encode(s->mrsigner, sizeof s->mrsigner, mrsigner);
    (void)snprintf(date, sizeof date, "%04x-%02x-%02x", s->date >> 16, s->date >> 8 & 0xff, s->date & 0xff);
    return json_pack("{s:s, s:i, s:i, s:s, s:s}", "mrsigner", mrsigner, "product_id", (int)s->product_id,
                     "svn", (int)s->svn, "date", date, "debug",
                     s->debug_only      ? "only"
                     : s->debug_allowed ? "allowed"
                                        : "never");
}

static json_t *describe(const struct casemate_measure *m)
{
    json_t *notes = json_array();
    for (size_t i = 0; i < m->result.note_count; i++)
        (void)json_array_append_new(notes, json_string(m->result.note[i]));
    json_t *root = json_pack("{s:s, s:s, s:s, s:o}", "tee", m->tee->name, "measurement", m->digest, "sha256",
                             m->image_digest, "notes", notes);
    if (root && m->result.profile)
        (void)json_object_set_new(root, "profile", json_string(m->result.profile));
    if (root && m->result.has_signer)
        (void)json_object_set_new(root, "signer", signer_of(&m->result.signer));
    return root;
}

int32_t casemate_measure_describe(casemate_measure *m, const char **json, size_t *size, casemate_error *err)
{
    json_t *root = describe(m);
    char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;
    json_decref(root);
    m->description.size = 0;
    if (text)
        buffer_append_text(&m->description, text);
    free(text);
    if (!text || m->description.failed)
        return casemate_fail(err, E_NOMEM, "No memory for a measurement");
    *json = buffer_text(&m->description);
    *size = m->description.size;
    return 0;
}
