/* SPDX-License-Identifier: Apache-2.0 */
/* Counts words: `wordcount [-l] FILE WORD...` prints how often each word stands in the file, which was sent
 * with the program. The variable GREETING, if set, is printed first; -l ignores case. Exit code: 0, 1 if the
 * file cannot be read, 3 for a bad argument. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_UNREADABLE = 1, EXIT_BAD_ARGUMENT = 3, WORD_MAX = 256 };

struct count {
    const char *word;
    unsigned long number;
};

/* The next word of the file, cut at WORD_MAX - 1 letters; false at its end. */
static bool next_word(FILE *file, bool ignore_case, char word[WORD_MAX])
{
    size_t size = 0;
    int c;
    while ((c = getc(file)) != EOF && (isalnum(c) || size == 0)) {
        if (!isalnum(c))
            continue;
        if (size < WORD_MAX - 1)
            word[size++] = (char)(ignore_case ? tolower(c) : c);
    }
    word[size] = 0;
    return size > 0;
}

static unsigned long count_all(FILE *file, bool ignore_case, struct count *counts, int count)
{
    char word[WORD_MAX];
    unsigned long total = 0;
    while (next_word(file, ignore_case, word)) {
        total++;
        for (int i = 0; i < count; i++)
            if (strcmp(counts[i].word, word) == 0)
                counts[i].number++;
    }
    return total;
}

static int usage(const char *why, const char *what)
{
    fprintf(stderr, "wordcount: %s \"%s\"\nusage: wordcount [-l] FILE WORD...\n", why, what);
    return EXIT_BAD_ARGUMENT;
}

int main(int argc, char **argv)
{
    const char *greeting = getenv("GREETING");
    int at = 1;
    bool ignore_case = false;
    for (; at < argc && argv[at][0] == '-'; at++) {
        if (strcmp(argv[at], "-l") != 0)
            return usage("unknown option", argv[at]);
        ignore_case = true;
    }
    if (at == argc)
        return usage("missing argument", "FILE");
    FILE *file = fopen(argv[at], "r");
    if (!file) {
        fprintf(stderr, "wordcount: %s: %s\n", argv[at], strerror(errno));
        return EXIT_UNREADABLE;
    }
    int count = argc - at - 1;
    struct count *counts = calloc((size_t)count + 1, sizeof *counts);
    if (!counts)
        return EXIT_UNREADABLE;
    for (int i = 0; i < count; i++)
        counts[i].word = argv[at + 1 + i];
    unsigned long total = count_all(file, ignore_case, counts, count);
    if (greeting)
        puts(greeting);
    printf("%lu words\n", total);
    for (int i = 0; i < count; i++)
        printf("%lu %s\n", counts[i].number, counts[i].word);
    free(counts);
    return fclose(file) == 0 ? 0 : EXIT_UNREADABLE;
}
