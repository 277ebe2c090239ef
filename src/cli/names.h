/* SPDX-License-Identifier: Apache-2.0 */
/* Default names of Keeps: two words. */
#ifndef CASEMATE_CLI_NAMES_H
#define CASEMATE_CLI_NAMES_H

#include <stddef.h>

void name_draw(char *name, size_t capacity);

#endif
