/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target without libFuzzer, so that `make check` needs no luck: every file of its corpus as it
 * is, then cut at each length, then with each byte changed in three ways (evenly chosen places where the file
 * is long). Findings of `make fuzz` are kept as named files of the corpus, and so stay found. TAP, one case a
 * file. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { VARIANTS_MAX = 1500, FILES_MAX = 4096 };

/* The target gets memory of exactly the size, so that a sanitizer sees one byte too far. */
static void run(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    memcpy(copy, bytes, size);
    (void)LLVMFuzzerTestOneInput(size ? copy : copy + 1, size);
    free(copy);
}

static size_t stride(size_t size)
{
    return size <= VARIANTS_MAX ? 1 : size / VARIANTS_MAX + 1;
}

static void run_variants(uint8_t *bytes, size_t size)
{
    static const uint8_t change[] = {0x01, 0x80, 0xff};

    run(bytes, size);
    for (size_t cut = 0; cut < size; cut += stride(size))
        run(bytes, cut);
    for (size_t at = 0; at < size; at += stride(size))
        for (size_t i = 0; i < sizeof change; i++) {
            bytes[at] ^= change[i];
            run(bytes, size);
            bytes[at] ^= change[i];
        }
}

static uint8_t *read_all(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    uint8_t *bytes = NULL;
    if (fseek(file, 0, SEEK_END) == 0) {
        long end = ftell(file);
        rewind(file);
        bytes = end >= 0 ? malloc((size_t)end + 1) : NULL;
        *size = bytes ? fread(bytes, 1, (size_t)end, file) : 0;
    }
    fclose(file);
    return bytes;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t list(const char *folder, char **names)
{
    DIR *open = opendir(folder);
    if (!open)
        return 0;
    size_t count = 0;
    for (struct dirent *entry; count < FILES_MAX && (entry = readdir(open));)
        if (entry->d_name[0] != '.')
            names[count++] = strdup(entry->d_name);
    closedir(open);
    qsort(names, count, sizeof *names, by_name);
    return count;
}

int main(int argc, char **argv)
{
    static char *names[FILES_MAX];

    if (argc != 2) {
        fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
        return 2;
    }
    size_t count = list(argv[1], names);
    if (count == 0) {
        printf("1..1\nnot ok 1 - the corpus %s has files\n", argv[1]);
        return 1;
    }
    printf("1..%zu\n", count);
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", argv[1], names[i]);
        size_t size = 0;
        uint8_t *bytes = read_all(path, &size);
        if (bytes)
            run_variants(bytes, size);
        else
            failed = 1;
        printf("%s %zu - survives %s, cut and changed everywhere\n", bytes ? "ok" : "not ok", i + 1,
               names[i]);
        fflush(stdout);
        free(bytes);
        free(names[i]);
    }
    return failed;
}
