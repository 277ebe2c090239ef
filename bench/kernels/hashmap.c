/* SPDX-License-Identifier: Apache-2.0 */
/* hashmap.c: an open-addressing table: 4,000 insertions, 8,000 look-ups, 2,000 removals. */
#include "kernel.h"

#define SLOTS 8192

struct entry {
    uint32_t key; /* 0: free */
    uint32_t value;
};

static struct entry entries[SLOTS];

static uint32_t hash(uint32_t key)
{
    key ^= key >> 16;
    key *= 0x7feb352du;
    key ^= key >> 15;
    key *= 0x846ca68bu;
    return key ^ (key >> 16);
}

static struct entry *find(uint32_t key)
{
    uint32_t at = hash(key) % SLOTS;
    while (entries[at].key != 0 && entries[at].key != key)
        at = (at + 1) % SLOTS;
    return &entries[at];
}

/* Moves later entries of the run back, so that none becomes unreachable. */
static void delete_entry(struct entry *entry)
{
    uint32_t hole = (uint32_t)(entry - entries);
    uint32_t at = hole;
    for (;;) {
        at = (at + 1) % SLOTS;
        if (entries[at].key == 0)
            break;
        uint32_t home = hash(entries[at].key) % SLOTS;
        if ((at - home) % SLOTS >= (at - hole) % SLOTS) {
            entries[hole] = entries[at];
            hole = at;
        }
    }
    entries[hole].key = 0;
}

static uint32_t work(void)
{
    memset(entries, 0, sizeof(entries));
    uint32_t count = opaque(4000);
    uint32_t state = opaque(7);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t key = random_next(&state) | 1;
        struct entry *entry = find(key);
        entry->key = key;
        entry->value += i;
    }
    uint32_t result = 0;
    state = opaque(7);
    for (uint32_t i = 0; i < 2 * count; i++) {
        const struct entry *entry = find(random_next(&state) | 1);
        result += entry->key != 0 ? entry->value : 1;
    }
    state = opaque(7);
    for (uint32_t i = 0; i < count / 2; i++) {
        struct entry *entry = find(random_next(&state) | 1);
        if (entry->key != 0)
            delete_entry(entry);
    }
    for (uint32_t i = 0; i < SLOTS; i++)
        result = mix(result, entries[i].key);
    return result;
}
