/* SPDX-License-Identifier: Apache-2.0 */
/* Copies stdin to stdout, and to a file if one is named. */
#include <stdio.h>

int main(int argc, char **argv)
{
    char bytes[4096];
    size_t size;
    FILE *file = argc > 1 ? fopen(argv[1], "w") : NULL;
    while ((size = fread(bytes, 1, sizeof bytes, stdin)) > 0) {
        (void)fwrite(bytes, 1, size, stdout);
        if (file)
            (void)fwrite(bytes, 1, size, file);
    }
    return file ? fclose(file) : 0;
}
