/* SPDX-License-Identifier: Apache-2.0 */
/* words.c: counts words, lines and distinct words of 16 KiB of text. */
#include "kernel.h"

#define SIZE    16384
#define BUCKETS 512

struct word {
    const char *text;
    uint32_t length;
    uint32_t count;
    struct word *next;
};

static char text[SIZE];
static struct word pool[SIZE / 2];
static struct word *buckets[BUCKETS];

static void write_text(void)
{
    uint32_t state = 11;
    for (uint32_t i = 0; i < SIZE;) {
        uint32_t letters = 1 + random_next(&state) % 7;
        uint32_t kind = random_next(&state) % 64;
        for (uint32_t k = 0; k < letters && i < SIZE; k++)
            text[i++] = (char)('a' + (kind * 5 + k * kind) % 26);
        if (i < SIZE)
            text[i++] = random_next(&state) % 10 == 0 ? '\n' : ' ';
    }
}

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void count_word(const char *start, uint32_t length, uint32_t hash, uint32_t *used)
{
    struct word **place = &buckets[hash % BUCKETS];
    for (; *place != NULL; place = &(*place)->next) {
        if ((*place)->length == length && memcmp((*place)->text, start, length) == 0) {
            (*place)->count++;
            return;
        }
    }
    struct word *word = &pool[(*used)++];
    *word = (struct word){start, length, 1, NULL};
    *place = word;
}

static uint32_t work(void)
{
    if (text[0] == 0)
        write_text();
    memset(buckets, 0, sizeof(buckets));
    uint32_t size = opaque(SIZE);
    uint32_t words = 0;
    uint32_t lines = 0;
    uint32_t used = 0;
    for (uint32_t i = 0; i < size;) {
        uint32_t start = i;
        uint32_t hash = 5381;
        while (i < size && is_letter(text[i]))
            hash = hash * 33 + (uint8_t)text[i++];
        if (i > start) {
            words++;
            count_word(text + start, i - start, hash, &used);
        } else {
            lines += text[i++] == '\n';
        }
    }
    uint32_t result = mix(mix(words, lines), used);
    for (uint32_t i = 0; i < used; i++)
        result = mix(result, pool[i].count);
    return result;
}
