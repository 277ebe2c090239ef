/* SPDX-License-Identifier: Apache-2.0 */
/* Golden files (tests/golden/README.md): a case is added without touching code. */
#ifndef CASEMATE_TESTS_GOLDEN_H
#define CASEMATE_TESTS_GOLDEN_H

#include "../../src/proto/bytes.h"

struct golden {
    char name[96]; /* of the file, without ".txt" */
    char form[32];
    char result[32]; /* "ok" or the name of the error */
    bool again;      /* encoding what was decoded gives the same bytes */
    uint8_t bytes[4096];
    size_t size;
};

/* Fails the test if the file is missing or is no golden file. */
void golden_read(const char *name, struct golden *golden);
/* Every golden file, in the order of their names; the test fails if there is none. */
void golden_each(void (*one)(const struct golden *golden));

#endif
