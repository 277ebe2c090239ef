/* SPDX-License-Identifier: Apache-2.0 */
/* The program that the tests of a Keep's run deploy: its first argument says what it does. Plain C over
 * wasi-libc. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char *last; /* keeps the compiler from leaving an allocation out */

static int endless(void)
{
    for (volatile unsigned i = 0;; i++)
        ;
}

static int recursion(volatile int depth)
{
    return recursion(depth + 1) + depth;
}

static void show_file(const char *path)
{
    char text[256];
    FILE *f = fopen(path, "r");
    if (!f) {
        printf("%s: not there\n", path);
        return;
    }
    size_t size = fread(text, 1, sizeof text, f);
    printf("%s: %.*s\n", path, (int)size, text);
    fclose(f);
}

/* So many bytes on stdout, each a function of its place. */
static void pour(long bytes)
{
    static char block[65536];
    for (long at = 0; at < bytes;) {
        long part = bytes - at < (long)sizeof block ? bytes - at : (long)sizeof block;
        for (long i = 0; i < part; i++)
            block[i] = (char)('a' + (at + i) % 26);
        for (long done = 0; done < part;)
            done += write(1, block + done, (size_t)(part - done));
        at += part;
    }
}

static void grow(void)
{
    size_t pages = 0;
    while (__builtin_wasm_memory_grow(0, 16) != (size_t)-1)
        pages += 16;
    printf("grew %s\n", pages > 0 ? "some" : "none");
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "hello";
    setvbuf(stdout, NULL, _IONBF, 0);
    if (strcmp(what, "hello") == 0) {
        printf("hello %s\n", getenv("NAME") ? getenv("NAME") : "nobody");
        fprintf(stderr, "to stderr\n");
    } else if (strcmp(what, "exit") == 0) {
        return atoi(argv[2]);
    } else if (strcmp(what, "cat") == 0) {
        char bytes[4096];
        for (ssize_t n; (n = read(0, bytes, sizeof bytes)) > 0;)
            (void)write(1, bytes, (size_t)n);
    } else if (strcmp(what, "files") == 0) {
        for (int i = 2; i < argc; i++)
            show_file(argv[i]);
    } else if (strcmp(what, "write") == 0) {
        FILE *f = fopen(argv[2], "w");
        fputs(argv[3], f);
        fclose(f);
    } else if (strcmp(what, "endless") == 0) {
        printf("here\n");
        return endless();
    } else if (strcmp(what, "recursion") == 0) {
        return recursion(0);
    } else if (strcmp(what, "trap") == 0) {
        printf("before\n");
        __builtin_trap();
    } else if (strcmp(what, "sleep") == 0) {
        printf("sleeping\n");
        sleep(3600);
    } else if (strcmp(what, "pour") == 0) {
        pour(atol(argv[2]));
    } else if (strcmp(what, "grow") == 0) {
        grow();
    } else if (strcmp(what, "eat") == 0) {
        for (char *piece; (piece = malloc(1 << 20));)
            *(char *volatile *)&last = memset(piece, 1, 1 << 20);
        printf("full\n");
    } else if (strcmp(what, "fill") == 0) {
        int fd = open("/filler", O_CREAT | O_WRONLY, 0600);
        static char block[65536];
        while (write(fd, block, sizeof block) > 0)
            ;
        printf("full\n");
    } else if (strcmp(what, "clock") == 0) {
        struct timespec a, b;
        clock_gettime(CLOCK_REALTIME, &a);
        for (int i = 0; i < 1000; i++) {
            clock_gettime(CLOCK_REALTIME, &b);
            if (b.tv_sec < a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec < a.tv_nsec))
                return 1;
            a = b;
        }
        printf("%s\n", a.tv_sec >= 4000000000 ? "after the floor" : "before the floor");
    }
    return 0;
}
