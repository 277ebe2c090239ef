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

#endif
