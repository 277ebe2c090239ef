/* SPDX-License-Identifier: Apache-2.0 */
/* Reader of golden files. */
#include "golden.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static void folder(char path[4096])
{
    const char *source = getenv("CASEMATE_SOURCE");
    (void)snprintf(path, 4096, "%s/tests/golden", source ? source : ".");
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Digits in pairs, spaces between them as one likes, '#' to the end of the line is a comment. */
static void add_bytes(struct golden *g, const char *line)
{
    for (; *line && *line != '#' && *line != '\n'; line++) {
        if (isspace((unsigned char)*line))
            continue;
        if (digit(line[0]) < 0 || digit(line[1]) < 0 || g->size == sizeof g->bytes)
            fail_msg("%s: \"%s\" is no hexadecimal", g->name, line);
        g->bytes[g->size++] = (uint8_t)(digit(line[0]) << 4 | digit(line[1]));
        line++;
    }
}

static void add_line(struct golden *g, const char *line, bool *in_bytes)
{
    char again[8];
    if (*in_bytes)
        add_bytes(g, line);
    else if (line[0] == '#' || sscanf(line, "form: %31s", g->form) == 1 ||
             sscanf(line, "result: %31s", g->result) == 1)
        return;
    else if (sscanf(line, "again: %7s", again) == 1)
        g->again = strcmp(again, "no") != 0;
    else if (strncmp(line, "bytes:", 6) == 0)
        *in_bytes = true;
    else
        fail_msg("%s: \"%s\" is no line of a golden file", g->name, line);
}

void golden_read(const char *name, struct golden *golden)
{
    char path[4096 + 128], line[512];
    bool in_bytes = false;
    folder(path);
    (void)snprintf(path + strlen(path), 128, "/%s.txt", name);
    *golden = (struct golden){.again = true};
    (void)snprintf(golden->name, sizeof golden->name, "%s", name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("there is no %s", path);
    while (file && fgets(line, sizeof line, file))
        add_line(golden, line, &in_bytes);
    if (file)
        (void)fclose(file);
    assert_true(golden->form[0] && golden->result[0] && in_bytes);
}

static int is_case(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name);
    return size > 4 && strcmp(entry->d_name + size - 4, ".txt") == 0;
}

void golden_each(void (*one)(const struct golden *golden))
{
    static struct golden golden;
    struct dirent **entries;
    char path[4096];
    folder(path);
    int count = scandir(path, &entries, is_case, alphasort);
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        entries[i]->d_name[strlen(entries[i]->d_name) - 4] = '\0';
        golden_read(entries[i]->d_name, &golden);
        one(&golden);
        free(entries[i]);
    }
    free(entries);
}
