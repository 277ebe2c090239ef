/* SPDX-License-Identifier: Apache-2.0 */
/* Reading QE identities. */
#include "qe_identity.h"

#include <stdio.h>

#include "../base/hex.h"

static void read_pair(struct intel_json *j, const json_t *tree, const char *key, uint64_t pair[2])
{
    uint8_t bytes[16];
    intel_json_hex(j, tree, key, bytes, sizeof bytes);
    pair[0] = load_le64(bytes);
    pair[1] = load_le64(bytes + 8);
}

/* MISCSELECT is written as a number would be, but in the order of memory. */
static uint32_t read_misc(struct intel_json *j, const json_t *tree, const char *key)
{
    uint8_t bytes[4];
    intel_json_hex(j, tree, key, bytes, sizeof bytes);
    return load_le32(bytes);
}

static void read_members(struct intel_json *j, struct qe_identity *q)
{
    if (intel_json_number(j, q->tree, "version", UINT16_MAX) != 2)
        intel_json_fail(j, "not 2:", "version");
    (void)snprintf(q->id, sizeof q->id, "%s", intel_json_text(j, q->tree, "id"));
    q->issued = intel_json_date(j, q->tree, "issueDate");
    q->next = intel_json_date(j, q->tree, "nextUpdate");
    q->evaluation = intel_json_number(j, q->tree, "tcbEvaluationDataNumber", INT32_MAX);
    q->miscselect = read_misc(j, q->tree, "miscselect");
    q->miscselect_mask = read_misc(j, q->tree, "miscselectMask");
    read_pair(j, q->tree, "attributes", q->attributes);
    read_pair(j, q->tree, "attributesMask", q->attributes_mask);
    intel_json_hex(j, q->tree, "mrsigner", q->mrsigner, sizeof q->mrsigner);
    q->product = (uint16_t)intel_json_number(j, q->tree, "isvprodid", UINT16_MAX);
    q->level_count = intel_levels_read(j, q->tree, q->level, INTEL_LEVELS_MAX);
}

void qe_identity_read(struct span body, struct qe_identity *identity)
{
    struct intel_json j = {""};
    *identity = (struct qe_identity){0};
    identity->tree = intel_json_load(&j, body.data, body.size);
    if (identity->tree)
        read_members(&j, identity);
    (void)snprintf(identity->problem, sizeof identity->problem, "%s", j.problem);
}

void qe_identity_free(struct qe_identity *identity)
{
    json_decref(identity->tree);
    identity->tree = NULL;
}

bool qe_identity_attributes_fit(const struct qe_identity *i, const struct enclave_report *qe)
{
    return (qe->sgx.miscselect & i->miscselect_mask) == i->miscselect &&
           (qe->sgx.flags & i->attributes_mask[0]) == i->attributes[0] &&
           (qe->sgx.xfrm & i->attributes_mask[1]) == i->attributes[1];
}
