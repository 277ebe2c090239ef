/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs share that judge evidence from files: their options, read once, and the judgement of a file.
 */
#ifndef CASEMATE_CLI_JUDGING_H
#define CASEMATE_CLI_JUDGING_H

#include "../base/buffer.h"
#include "place.h"

enum { JUDGING_NONCE_MAX = 64 };

struct judging {
    struct place place;
    casemate_collateral *collateral;
    uint8_t nonce[JUDGING_NONCE_MAX];
    struct casemate_verify_options options;
};

/* --time, --nonce, --recorded, --tee, --policy, --root, --reference, --collateral; of a policy file another
 * than that of the options may be named. */
int judging_open(struct cli *cli, struct judging *judging, const char *policy);
void judging_close(struct judging *judging);
/* The file at a path, or the standard input for "-"; without --collateral with what the cache has for it. */
int judging_file(struct cli *cli, const struct judging *judging, const char *path,
                 casemate_verdict **verdict);

#endif
