/* SPDX-License-Identifier: Apache-2.0 */
/* Where things are: the user's folders (XDG Base Directory Specification 0.8), and the installation's files,
 * found relative to the program's or library's own file, so that an installed tree may stand anywhere. */
#ifndef CASEMATE_BASE_PATHS_H
#define CASEMATE_BASE_PATHS_H

#include <limits.h>
#include <stddef.h>

#include "error.h"

enum { PATHS_MAX = PATH_MAX };

/* $XDG_STATE_HOME/casemate/NAME (or ~/.local/state/casemate/NAME); the same for configuration (~/.config) and
 * cache (~/.cache). Makes nothing. E_CONFIG if neither the variable nor HOME is an absolute path. */
int paths_state(const char *name, char path[PATHS_MAX], struct casemate_error *err);
int paths_config(const char *name, char path[PATHS_MAX], struct casemate_error *err);
int paths_cache(const char *name, char path[PATHS_MAX], struct casemate_error *err);
/* $CASEMATE_HOST, else unix:$XDG_RUNTIME_DIR/casemate.sock if that exists, else
 * unix:/run/casemate/casemated.sock. */
void paths_default_host(char url[PATHS_MAX]);

/* The folder of the running program or of the library that holds this code. */
int paths_own_folder(char path[PATHS_MAX], struct casemate_error *err);
/* A file of the installation: PREFIX/lib/casemate/NAME, for NAME like "images/keep-process" or "casemated"
 * (also looked for beside the program and in PREFIX/bin); in a build tree, the place where Meson puts it.
 * E_NOT_FOUND names where it was looked for. */
int paths_installed(const char *name, char path[PATHS_MAX], struct casemate_error *err);

#endif
