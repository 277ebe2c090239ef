/* SPDX-License-Identifier: Apache-2.0 */
/* Finding real evidence. */
#include "evidence_files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static void path_of(const char *vector, const char *name, char *path, size_t capacity)
{
    const char *shared = getenv("CASEMATE_SHARED"), *source = getenv("CASEMATE_SOURCE");
    if (vector[0] == '/') {
        (void)snprintf(path, capacity, "%s%s%s", vector, name[0] ? "/" : "", name);
        return;
    }
    (void)snprintf(path, capacity, "%s%s/data/evidence/%s%s%s",
                   shared   ? shared
                   : source ? source
                            : ".",
                   shared ? "" : "/../shared", vector, name[0] ? "/" : "", name);
}

bool evidence_there(void)
{
    char path[1024];
    struct stat s;
    path_of(".", "", path, sizeof path);
    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

uint8_t *evidence_file(const char *vector, const char *name, size_t *size)
{
    char path[1024];
    struct stat s;
    path_of(vector, name, path, sizeof path);
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    if (fstat(fileno(file), &s) != 0)
        s.st_size = 0;
    uint8_t *bytes = malloc((size_t)s.st_size + 1);
    *size = bytes ? fread(bytes, 1, (size_t)s.st_size, file) : 0;
    (void)fclose(file);
    if (bytes)
        bytes[*size] = 0;
    return bytes;
}

void evidence_collateral(const char *vector, const char *but, struct collateral *collateral)
{
    char path[1024];
    struct casemate_error err = {0};
    const struct dirent *entry;
    path_of(vector, "", path, sizeof path);
    DIR *folder = opendir(path);
    while (folder && (entry = readdir(folder)) != NULL) {
        size_t size;
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "vector.json") == 0 ||
            strcmp(entry->d_name, but) == 0)
            continue;
        uint8_t *bytes = evidence_file(vector, entry->d_name, &size);
        if (bytes && collateral_add(collateral, entry->d_name, span_of(bytes, size), &err))
            (void)fprintf(stderr, "%s\n", err.what);
        free(bytes);
    }
    if (folder)
        (void)closedir(folder);
}
