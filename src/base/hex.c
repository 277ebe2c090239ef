/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal and base64. */
#include "hex.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void hex_encode(const uint8_t *bytes, size_t size, char *text)
{
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[2 * size] = 0;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool hex_decode(const char *text, size_t text_size, uint8_t *bytes, size_t size)
{
    if (text_size % 2 || text_size / 2 != size)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

void base64_encode(const uint8_t *bytes, size_t size, char *text)
{
    size_t at = 0;
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t word = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                        (left > 2 ? (uint32_t)bytes[i + 2] : 0);
        text[at++] = letters[word >> 18 & 63];
        text[at++] = letters[word >> 12 & 63];
        text[at++] = left > 1 ? letters[word >> 6 & 63] : '=';
        text[at++] = left > 2 ? letters[word & 63] : '=';
    }
    text[at] = 0;
}

static int value_of(char c)
{
    const char *at = c ? strchr(letters, c) : NULL;
    return at ? (int)(at - letters) : -1;
}

bool base64_decode(const char *text, size_t text_size, uint8_t *bytes, size_t capacity, size_t *size)
{
    if (text_size % 4)
        return false;
    size_t written = 0;
    for (size_t i = 0; i < text_size; i += 4) {
        bool last = i + 4 == text_size;
        int padding = last ? (text[i + 3] == '=') + (text[i + 3] == '=' && text[i + 2] == '=') : 0;
        uint32_t word = 0;
        for (int k = 0; k < 4; k++) {
            int v = k >= 4 - padding ? 0 : value_of(text[i + (size_t)k]);
            if (v < 0)
                return false;
            word = word << 6 | (uint32_t)v;
        }
        size_t count = 3 - (size_t)padding;
        /* Bits that no byte takes must be zero, or one value could be written in several ways. */
        if ((padding == 1 && (word & 0xff)) || (padding == 2 && (word & 0xffff)) ||
            count > capacity - written)
            return false;
        for (size_t k = 0; k < count; k++)
            bytes[written++] = (uint8_t)(word >> (16 - 8 * k));
    }
    *size = written;
    return true;
}
