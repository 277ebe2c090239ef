/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of `casemate collateral` share, and `verify`: where the cache is, and a walk over files. */
#ifndef CASEMATE_CLI_COLLATERAL_H
#define CASEMATE_CLI_COLLATERAL_H

#include <limits.h>

#include "cli.h"

/* --cache, $CASEMATE_COLLATERAL, or the user's own. */
int collateral_cache(struct cli *cli, char path[PATH_MAX]);

/* A file, or every file of a folder and of the folders in it, each as a set of its own: a cache may hold more
 * than one set does. name: below the folder. */
typedef int collateral_visit(struct cli *cli, void *context, const char *name,
                             const casemate_collateral *set);
int collateral_walk(struct cli *cli, const char *path, collateral_visit *visit, void *context);

int collateral_fetch(struct cli *cli);
int collateral_show(struct cli *cli);
int collateral_import(struct cli *cli);

#endif
