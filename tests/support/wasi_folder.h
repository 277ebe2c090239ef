/* SPDX-License-Identifier: Apache-2.0 */
/* Files and folders of the machine for programs that wasi_run() runs. For tests. */
#ifndef CASEMATE_TESTS_WASI_FOLDER_H
#define CASEMATE_TESTS_WASI_FOLDER_H

#include "../../src/keep/files/files.h"

/* The whole file, malloc'd; NULL if it cannot be opened. */
uint8_t *wasi_read_file(const char *path, size_t *size);
/* Copies a folder with all below it into the in-Keep file system, below guest ("" is its root). */
void wasi_load_folder(struct files *files, const char *host, const char *guest);

#endif
