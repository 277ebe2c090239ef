/* SPDX-License-Identifier: Apache-2.0 */
/* Closest names, by optimal string alignment distance. */
#include "nearest.h"

#include <string.h>

enum { LONGEST = 63 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t nearest_distance(const char *a, const char *b)
{
    size_t rows = strlen(a), columns = strlen(b);
    if (rows > LONGEST || columns > LONGEST)
        return rows > columns ? rows : columns;
    size_t table[3][LONGEST + 1];
    for (size_t j = 0; j <= columns; j++)
        table[0][j] = j;
    for (size_t i = 1; i <= rows; i++) {
        size_t *now = table[i % 3], *before = table[(i - 1) % 3], *two = table[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
            now[j] = smaller(smaller(before[j] + 1, now[j - 1] + 1), before[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = smaller(now[j], two[j - 2] + 1);
        }
    }
    return table[rows % 3][columns];
}

void nearest_try(struct nearest *n, const char *name)
{
    size_t typed = strlen(n->typed);
    size_t distance = nearest_distance(n->typed, name);
    /* A prefix of at least three letters is meant, however much is missing. */
    if (typed >= 3 && strncmp(n->typed, name, typed) == 0)
        distance = 1;
    size_t allowed = typed < 4 ? 1 : typed < 8 ? 2 : 3;
    if (distance > allowed || (n->best && distance >= n->distance))
        return;
    n->best = name;
    n->distance = distance;
}
