/* SPDX-License-Identifier: Apache-2.0 */
/* Key files: an owner's keys, and those that sign attestation results. */
#ifndef CASEMATE_CLI_KEYS_H
#define CASEMATE_CLI_KEYS_H

#include "cli.h"

/* A private key to a new file of mode 0600; a key is never written over another. */
int key_save(struct cli *cli, const char *text, size_t size, const char *path);
int ear_key_load(struct cli *cli, const char *path, casemate_ear_key **key);
/* casemate key --ear: makes one with -o, or prints the public key of FILE. */
int key_ear(struct cli *cli);

#endif
