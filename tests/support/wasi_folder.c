/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of the machine, copied. */
#include "wasi_folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_SIZE = 4096 };

uint8_t *wasi_read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    (void)fseek(file, 0, SEEK_END);
    long end = ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(end > 0 ? (size_t)end : 1);
    *size = fread(bytes, 1, (size_t)end, file);
    (void)fclose(file);
    return bytes;
}

void wasi_load_folder(struct files *files, const char *host, const char *guest)
{
    struct file_node *node;
    if (files_place_directory(files, span_of(guest[0] ? guest : "/", guest[0] ? strlen(guest) : 1), &node) !=
        0)
        return;
    DIR *folder = opendir(host);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        char from[PATH_SIZE], to[PATH_SIZE];
        struct stat stat_;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(from, sizeof from, "%s/%s", host, entry->d_name);
        (void)snprintf(to, sizeof to, "%s/%s", guest, entry->d_name);
        if (lstat(from, &stat_) != 0)
            continue;
        if (S_ISDIR(stat_.st_mode)) {
            wasi_load_folder(files, from, to);
        } else if (S_ISREG(stat_.st_mode)) {
            size_t size = 0;
            uint8_t *bytes = wasi_read_file(from, &size);
            if (bytes && files_place(files, span_of(to, strlen(to)), 0644, &node) == 0)
                (void)file_write(node, 0, bytes, size);
            free(bytes);
        }
    }
    if (folder)
        (void)closedir(folder);
}
