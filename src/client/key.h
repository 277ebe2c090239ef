/* SPDX-License-Identifier: Apache-2.0 */
/* Owner keys inside the client agent. */
#ifndef CASEMATE_CLIENT_KEY_H
#define CASEMATE_CLIENT_KEY_H

#include "../../include/casemate/casemate.h"
#include "../base/error.h"
#include "../proto/crypto.h"

enum { KEY_TEXT_MAX = 256 };

struct casemate_key {
    uint8_t signing_private[P256_PRIVATE_SIZE];
    uint8_t outbox_private[P256_PRIVATE_SIZE];
    uint8_t outbox_point[P256_POINT_SIZE];
    uint8_t spki[P256_SPKI_SIZE]; /* of the signing key */
    char public_text[KEY_TEXT_MAX];
    char private_text[KEY_TEXT_MAX];
};

#endif
