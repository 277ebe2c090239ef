/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that sign attestation results, for the verbs that use them. */
#ifndef CASEMATE_CLI_EAR_KEY_H
#define CASEMATE_CLI_EAR_KEY_H

#include "cli.h"

int ear_key_load(struct cli *cli, const char *path, casemate_ear_key **key);
/* casemate key --ear: makes one with -o, or prints the public key of FILE. */
int key_ear(struct cli *cli);

#endif
