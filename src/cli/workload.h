/* SPDX-License-Identifier: Apache-2.0 */
/* From options and arguments to a package. */
#ifndef CASEMATE_CLI_WORKLOAD_H
#define CASEMATE_CLI_WORKLOAD_H

#include "cli.h"

/* Reads the module argv[0], configuration, variables and files; checks the module and its imports. The rest
 * of argv are the program's arguments. *code is the exit code of a failure (126, 127, 125). */
int workload_read(struct cli *cli, casemate_package **package, int *code);

#endif
