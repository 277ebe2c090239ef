/* SPDX-License-Identifier: Apache-2.0 */
/* Files as client and host need them: read whole with a limit, written so that after a crash the old or the
 * new content is there, never a mixture. POSIX only. */
#ifndef CASEMATE_BASE_FILE_H
#define CASEMATE_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "buffer.h"
#include "error.h"

/* Whole file, at most limit bytes (E_LIMIT); "-" is the standard input. Appends to *content. */
int file_read(const char *path, size_t limit, struct buffer *content, struct casemate_error *err);
/* What file_read() does, from an open descriptor; name is for messages. */
int file_read_descriptor(int fd, const char *name, size_t limit, struct buffer *content,
                         struct casemate_error *err);

/* Writes beside the path, syncs, renames, syncs the folder. */
int file_write_atomic(const char *path, const void *bytes, size_t size, mode_t mode,
                      struct casemate_error *err);
/* Not atomic: to a path, or to the standard output for "-". */
int file_write(const char *path, const void *bytes, size_t size, struct casemate_error *err);
/* All of it to a descriptor, through short writes and EINTR. -1 with errno. */
int file_write_all(int fd, const void *bytes, size_t size);

/* The folder and its parents, mode 0700 for those that are made; each new one is synced into its parent. */
int folder_make(const char *path, struct casemate_error *err);
/* Names in the folder but "." and "..", sorted, each followed by NUL, one after the other in *names; *count
 * of them. A folder that is not there is empty. */
int folder_list(const char *path, struct buffer *names, size_t *count, struct casemate_error *err);
/* Removes the folder with the plain files in it; a folder that is not there is success. */
int folder_remove(const char *path, struct casemate_error *err);

#endif
