/* SPDX-License-Identifier: Apache-2.0 */
/* The Keep's own C library, as far as the trusted code and Mbed TLS need one (C17 7.24). */
#ifndef KEEP_LIBC_STRING_H
#define KEEP_LIBC_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
void *memchr(const void *bytes, int byte, size_t size);
size_t strlen(const char *text);
size_t strnlen(const char *text, size_t most);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t most);
char *strncpy(char *restrict to, const char *restrict from, size_t capacity);
char *strchr(const char *text, int character);
char *strstr(const char *text, const char *part);

/* A freestanding compiler takes these for functions like any other. As builtins, copies of a size that is
 * known, such as the loads and stores of every cipher and digest, are single moves instead of calls. */
#define memcpy(to, from, size)  __builtin_memcpy(to, from, size)
#define memmove(to, from, size) __builtin_memmove(to, from, size)
#define memset(to, byte, size)  __builtin_memset(to, byte, size)
#define memcmp(a, b, size)      __builtin_memcmp(a, b, size)
#define strlen(text)            __builtin_strlen(text)

#endif
