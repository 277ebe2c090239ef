/* SPDX-License-Identifier: Apache-2.0 */
/* Memory and text functions of the Keep (C17 7.24): small, and fast where blocks are large. The host build
 * gives them other names (LIBC_PREFIX), so that tests compare them with the system's. */
#include <stddef.h>
#include <stdint.h>

#ifdef LIBC_PREFIX
#define LIBC_JOIN2(a, b) a##b
#define LIBC_JOIN(a, b)  LIBC_JOIN2(a, b)
#define LIBC(name)       LIBC_JOIN(LIBC_PREFIX, name)
#else
#define LIBC(name) name
#endif

void *LIBC(memcpy)(void *restrict to, const void *restrict from, size_t size);
void *LIBC(memmove)(void *to, const void *from, size_t size);
void *LIBC(memset)(void *to, int byte, size_t size);
int LIBC(memcmp)(const void *a, const void *b, size_t size);
void *LIBC(memchr)(const void *bytes, int byte, size_t size);
size_t LIBC(strlen)(const char *text);
size_t LIBC(strnlen)(const char *text, size_t most);
int LIBC(strcmp)(const char *a, const char *b);
int LIBC(strncmp)(const char *a, const char *b, size_t most);
char *LIBC(strncpy)(char *restrict to, const char *restrict from, size_t capacity);
char *LIBC(strchr)(const char *text, int character);
char *LIBC(strstr)(const char *text, const char *part);

/* Sixteen or eight bytes at any address, of any type. */
typedef uint64_t pair __attribute__((vector_size(16), aligned(1), may_alias));
typedef uint64_t eight __attribute__((aligned(1), may_alias));
typedef uint32_t four __attribute__((aligned(1), may_alias));
typedef uint16_t two __attribute__((aligned(1), may_alias));

/* Blocks from here on: `rep movsb` and `rep stosb` are the fastest there is on every processor with a TEE. */
enum { STRING_OPERATION_MIN = 512 };

/* Reads all of the source before it writes, so that the two may overlap. */
static void copy_small(uint8_t *to, const uint8_t *from, size_t size)
{
    if (size >= 16) {
        pair first = *(const pair *)from, last = *(const pair *)(from + size - 16);
        *(pair *)to = first;
        *(pair *)(to + size - 16) = last;
    } else if (size >= 8) {
        eight first = *(const eight *)from, last = *(const eight *)(from + size - 8);
        *(eight *)to = first;
        *(eight *)(to + size - 8) = last;
    } else if (size >= 4) {
        four first = *(const four *)from, last = *(const four *)(from + size - 4);
        *(four *)to = first;
        *(four *)(to + size - 4) = last;
    } else if (size >= 2) {
        two first = *(const two *)from, last = *(const two *)(from + size - 2);
        *(two *)to = first;
        *(two *)(to + size - 2) = last;
    } else if (size == 1) {
        *to = *from;
    }
}

/* Upwards; right for any overlap where to < from. The last sixteen bytes are read first: the loop may write
 * over them. */
static void copy_up(uint8_t *to, const uint8_t *from, size_t size)
{
    pair last = *(const pair *)(from + size - 16);
    size_t at = 0;
    for (; size - at >= 32; at += 32) {
        pair a = *(const pair *)(from + at), b = *(const pair *)(from + at + 16);
        *(pair *)(to + at) = a;
        *(pair *)(to + at + 16) = b;
    }
    if (size - at > 16) {
        pair a = *(const pair *)(from + at);
        *(pair *)(to + at) = a;
    }
    *(pair *)(to + size - 16) = last;
}

static void copy_down(uint8_t *to, const uint8_t *from, size_t size)
{
    pair first = *(const pair *)from;
    size_t at = size;
    for (; at >= 32; at -= 32) {
        pair a = *(const pair *)(from + at - 16), b = *(const pair *)(from + at - 32);
        *(pair *)(to + at - 16) = a;
        *(pair *)(to + at - 32) = b;
    }
    if (at > 16) {
        pair a = *(const pair *)(from + at - 16);
        *(pair *)(to + at - 16) = a;
    }
    *(pair *)to = first;
}

void *LIBC(memcpy)(void *restrict to, const void *restrict from, size_t size)
{
    if (size <= 32) {
        copy_small(to, from, size);
        return to;
    }
#ifdef __x86_64__
    if (size >= STRING_OPERATION_MIN) {
        void *target = to;
        __asm__ volatile("rep movsb" : "+D"(target), "+S"(from), "+c"(size) : : "memory");
        return to;
    }
#endif
    copy_up(to, from, size);
    return to;
}

void *LIBC(memmove)(void *to, const void *from, size_t size)
{
    if (size <= 32)
        copy_small(to, from, size);
    else if ((uintptr_t)to - (uintptr_t)from >= size) /* no overlap, or downwards */
        copy_up(to, from, size);
    else
        copy_down(to, from, size);
    return to;
}

void *LIBC(memset)(void *to, int byte, size_t size)
{
    uint8_t *bytes = to;
#ifdef __x86_64__
    if (size >= STRING_OPERATION_MIN) {
        void *target = to;
        __asm__ volatile("rep stosb" : "+D"(target), "+c"(size) : "a"(byte) : "memory");
        return to;
    }
#endif
    uint64_t word = (uint64_t)(uint8_t)byte * 0x0101010101010101u;
    if (size >= 16) {
        const pair value = {word, word};
        for (size_t at = 0; size - at >= 16; at += 16)
            *(pair *)(bytes + at) = value;
        *(pair *)(bytes + size - 16) = value;
    } else if (size >= 8) {
        *(eight *)bytes = word;
        *(eight *)(bytes + size - 8) = word;
    } else if (size >= 4) {
        *(four *)bytes = (uint32_t)word;
        *(four *)(bytes + size - 4) = (uint32_t)word;
    } else {
        for (size_t at = 0; at < size; at++)
            bytes[at] = (uint8_t)byte;
    }
    return to;
}

int LIBC(memcmp)(const void *a, const void *b, size_t size)
{
    const uint8_t *left = a, *right = b;
    size_t at = 0;
    while (size - at >= 8 && *(const eight *)(left + at) == *(const eight *)(right + at))
        at += 8;
    for (; at < size; at++)
        if (left[at] != right[at])
            return left[at] < right[at] ? -1 : 1;
    return 0;
}

void *LIBC(memchr)(const void *bytes, int byte, size_t size)
{
    const uint8_t *at = bytes;
    for (; size > 0; at++, size--)
        if (*at == (uint8_t)byte)
            return (void *)(uintptr_t)at;
    return NULL;
}

size_t LIBC(strlen)(const char *text)
{
    size_t size = 0;
    while (text[size])
        size++;
    return size;
}

size_t LIBC(strnlen)(const char *text, size_t most)
{
    size_t size = 0;
    while (size < most && text[size])
        size++;
    return size;
}

int LIBC(strncmp)(const char *a, const char *b, size_t most)
{
    for (size_t i = 0; i < most; i++) {
        if (a[i] != b[i])
            return (uint8_t)a[i] < (uint8_t)b[i] ? -1 : 1;
        if (!a[i])
            return 0;
    }
    return 0;
}

int LIBC(strcmp)(const char *a, const char *b)
{
    return LIBC(strncmp)(a, b, SIZE_MAX);
}

char *LIBC(strncpy)(char *restrict to, const char *restrict from, size_t capacity)
{
    size_t at = 0;
    for (; at < capacity && from[at]; at++)
        to[at] = from[at];
    for (; at < capacity; at++)
        to[at] = 0;
    return to;
}

char *LIBC(strchr)(const char *text, int character)
{
    for (;; text++) {
        if (*text == (char)character)
            return (char *)(uintptr_t)text;
        if (!*text)
            return NULL;
    }
}

char *LIBC(strstr)(const char *text, const char *part)
{
    size_t size = LIBC(strlen)(part);
    for (;; text++) {
        if (LIBC(strncmp)(text, part, size) == 0)
            return (char *)(uintptr_t)text;
        if (!*text)
            return NULL;
    }
}
