/* SPDX-License-Identifier: Apache-2.0 */
/* What tests want a program to do: `tool WORD [ARGUMENT]`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

/* Uses all the stack that there is; the frames must not be optimised away, and the end not be seen. */
static int recurse(volatile int *depth)
{
    volatile char frame[64];
    frame[0] = (char)*depth;
    if (++*depth < 0)
        return 0;
    return recurse(depth) + frame[0];
}

static int grow(void)
{
    size_t step = 16 << 20, mebibytes = 0;
    for (volatile char *block; (block = malloc(step)); mebibytes += 16)
        for (size_t at = 0; at < step; at += 4096)
            block[at] = 1;
    (void)printf("%zu MiB, then no more\n", mebibytes);
    return 5;
}

/* To stdout, and to a file if one is named. */
static int copy_input(const char *path)
{
    char bytes[4096];
    size_t got;
    FILE *file = path ? fopen(path, "w") : NULL;
    while ((got = fread(bytes, 1, sizeof bytes, stdin)) > 0) {
        (void)fwrite(bytes, 1, got, stdout);
        if (file)
            (void)fwrite(bytes, 1, got, file);
    }
    return file ? fclose(file) : 0;
}

static void awake(void)
{
    (void)puts("awake");
    (void)fflush(stdout);
}

/* A line a second, of both streams. */
static int ticks(int count)
{
    for (int i = 0; i < count; i++) {
        (void)printf("tick %d\n", i);
        (void)fflush(stdout);
        (void)fprintf(stderr, "tock %d\n", i);
        (void)sleep(1);
    }
    return 0;
}

/* N lines of 64 bytes, each with its number. */
static int flood(long lines)
{
    for (long i = 0; i < lines; i++)
        (void)printf("%063ld\n", i);
    return 0;
}

static int write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0) {
        perror(path);
        return 1;
    }
    return 0;
}

static int print_file(const char *path)
{
    char line[256];
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        return 1;
    }
    while (fgets(line, sizeof line, file))
        (void)fputs(line, stdout);
    return fclose(file);
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "", *argument = argc > 2 ? argv[2] : "0";
    volatile int depth = 0;
    if (strcmp(word, "exit") == 0)
        return atoi(argument);
    if (strcmp(word, "trap") == 0)
        __builtin_trap();
    if (strcmp(word, "recurse") == 0)
        return recurse(&depth);
    if (strcmp(word, "grow") == 0)
        return grow();
    if (strcmp(word, "ticks") == 0)
        return ticks(atoi(argument));
    if (strcmp(word, "spin") == 0) {
        awake();
        for (volatile int i = 0;; i++)
            ;
    }
    if (strcmp(word, "cat") == 0)
        return copy_input(argc > 2 ? argument : NULL);
    if (strcmp(word, "flood") == 0)
        return flood(atol(argument));
    if (strcmp(word, "write") == 0)
        return write_file(argument, argc > 3 ? argv[3] : "");
    if (strcmp(word, "print") == 0)
        return print_file(argument);
    if (strcmp(word, "sleep") == 0) {
        awake();
        return (int)sleep((unsigned)atoi(argument));
    }
    if (strcmp(word, "env") == 0) {
        for (char **variable = environ; *variable; variable++)
            (void)puts(*variable);
        return 0;
    }
    for (int i = 0; i < argc; i++)
        (void)printf("[%s]\n", argv[i]);
    return 0;
}
