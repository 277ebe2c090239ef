/* SPDX-License-Identifier: Apache-2.0 */
/* Files out of a Keep, over the session. */
#ifndef CASEMATE_CLI_FETCH_H
#define CASEMATE_CLI_FETCH_H

#include "drive.h"

/* PATH of the Keep to a file, into a folder that exists, or to "-"; a folder with everything in it. */
int fetch_path(struct cli *cli, struct drive *drive, const char *path, const char *to);
/* --output-dir "HOST:GUEST". */
int fetch_folder(struct cli *cli, struct drive *drive, const char *volume);

#endif
